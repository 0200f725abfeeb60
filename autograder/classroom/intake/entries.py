"""Who handed in which files, and when, read from a folder of submissions.

The folder is laid out as nbgrader does it, holds zips, or is the export of a learning platform.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from pathlib import Path

from ..errors import RosterError
from .downloads import DownloadName, are_of_canvas, parse_download_name
from .student_names import student_id
from .times import MAX_LENGTH, parse_time, utc_text

ASSIGNMENT = "vae"  # its name in nbgrader
# Of a file at the top that is named by its student. Archives that are not read are theirs, too.
_OTHER_ARCHIVES = (".tar.gz", ".tar.bz2", ".tar.xz", ".rar", ".7z", ".tar", ".tgz", ".gz")
_OF_THE_PLATFORM = ("index.html",)  # Brightspace's list of what it packed


@dataclass(frozen=True)
class Source:
    """A folder or a file that a student handed in.

    name: the file's own name, "" for a folder.
    """

    path: Path
    name: str = ""


@dataclass(frozen=True)
class Entry:
    """One submission: a student or a group, and everything that they handed in.

    student: the id of the submission, as in the gradebook.
    time: when it was handed in, None where that is not known.
    """

    student: str
    sources: tuple[Source, ...]
    time: datetime | None = None

    @property
    def timestamp(self) -> str | None:
        """The time as nbgrader writes it."""
        return utc_text(self.time)


@dataclass(frozen=True)
class Upload:
    """What one person handed in at one time.

    person: an id made of how the folder or file names the person; different for each.
    name: the person, as the folder or file names them.
    platform: whose download it is; "" for folders and zips that are named by students.
    number: the platform's own number for the person, "" for none.
    download: the name of the folder, or of the first file.
    order: grows with later uploads where the platform counts them.
    late: whether the platform says that it is late.
    """

    person: str
    name: str
    sources: tuple[Source, ...]
    download: str
    platform: str = ""
    number: str = ""
    time: datetime | None = None
    order: int = 0
    late: bool = False


def read_uploads(
    submitted: Path, zone: tzinfo | None = None, assignment: str = ASSIGNMENT
) -> tuple[list[Upload], list[str]]:
    """Read who handed in something, and when.

    It knows STUDENT/vae/ (nbgrader), STUDENT/, STUDENT.zip, and the exports of Brightspace, Canvas
    and Moodle: a folder or files for each student. Hidden files are ignored.

    Args:
        submitted: the folder of all submissions.
        zone: of times that name none; None for that of this machine.
        assignment: its name in nbgrader.

    Returns:
        The uploads, sorted by person and time, and a sentence for each file that belongs to nobody
        or is combined with others.

    Raises:
        RosterError: where there are no submissions.
    """
    if not submitted.is_dir():
        raise RosterError(f"{submitted} is not a folder.")
    found, notes = [], []
    names = _platform_names(submitted, zone)
    for path, name in names.items():
        upload = _of_platform(path, name) if name else _of_student(path, assignment, zone, notes)
        if upload:
            found.append(upload)
        elif path.name not in _OF_THE_PLATFORM or not any(names.values()):
            notes.append(f"{path.name} belongs to no student, and is left out.")
    if not found:
        raise RosterError(_no_submissions(submitted))
    return _combine(found, notes), notes


def _platform_names(submitted, zone) -> dict[Path, DownloadName | None]:
    """Path → what a platform's name of it says, None for a name of another form."""
    paths = [path for path in sorted(submitted.iterdir()) if not path.name.startswith((".", "__"))]
    names = {path: parse_download_name(path.name, path.is_dir(), zone) for path in paths}
    of_canvas = [name for name in names.values() if name and name.platform == "canvas"]
    if are_of_canvas(of_canvas):
        return names
    return {
        path: None if name and name.platform == "canvas" else name for path, name in names.items()
    }


def _of_platform(path: Path, name: DownloadName) -> Upload | None:
    """The upload that a platform named."""
    if not path.is_dir() and not path.is_file():
        return None
    file = "" if path.is_dir() else name.file
    # A file without a name of its own, or with a hidden one, would not be read.
    own_name = path.name if path.is_file() and (not file or file.startswith(".")) else file
    return Upload(
        student_id(name.person),
        name.name,
        (Source(path, own_name),),
        path.name,
        name.platform,
        name.number,
        name.time,
        name.order,
        name.late,
    )


def _of_student(path: Path, assignment: str, zone: tzinfo | None, notes: list[str]):
    """The upload in a folder or zip that is named by its student; None for other files."""
    if path.is_dir():
        inner = path / assignment
        if not inner.is_dir() or inner.is_symlink():
            return Upload(student_id(path.name), path.name, (Source(path),), path.name)
        time, note = _read_time(inner / "timestamp.txt", zone)
        notes += [f"{path.name}: {note}"] if note else []
        return Upload(student_id(path.name), path.name, (Source(inner),), path.name, time=time)
    lower = path.name.lower()
    ending = next((each for each in (".zip", *_OTHER_ARCHIVES) if lower.endswith(each)), None)
    if not path.is_file() or not ending:
        return None
    stem = path.name[: -len(ending)]
    source = Source(path, f"submission{ending}" if ending == ".zip" else path.name)
    return Upload(student_id(stem), stem, (source,), path.name)


def _read_time(path: Path, zone: tzinfo | None) -> tuple[datetime | None, str]:
    """The time in nbgrader's timestamp.txt, and a sentence where it holds none."""
    if path.is_symlink() or not path.is_file():
        return None, ""
    with path.open("rb") as file:
        text = file.read(4 * MAX_LENGTH).decode("utf-8", "replace").strip()
    time = parse_time(text, zone)
    return time, "" if time or not text else f"{path.name} holds no time, and is left out."


def _combine(found: Iterable[Upload], notes: list[str]) -> list[Upload]:
    """One Upload for all that a person handed in at one time, sorted."""
    combined: dict[tuple, Upload] = {}
    for upload in _known_by_first_number(list(found)):
        key = upload.person, upload.time
        known = combined.get(key)
        combined[key] = upload if known is None else _merge(known, upload)
    for upload in combined.values():
        names = [source.path.name for source in upload.sources]
        if len(names) > 1:
            sentence = "are graded as one submission, of"
            notes.append(f"{', '.join(names)} {sentence} {upload.person}.")
    return sorted(
        (_without_older(upload, notes) for upload in combined.values()),
        key=lambda upload: (upload.person, upload.time is not None, upload.time, upload.order),
    )


def _known_by_first_number(uploads: list[Upload]) -> list[Upload]:
    """Let uploads of Brightspace with one first number be of one person.

    It is the person's number, unless different people share it: then it is the assignment's.
    """
    names: dict[str, set[str]] = {}
    people: dict[str, str] = {}
    for upload in uploads:
        if upload.platform == "brightspace":
            first = upload.number.partition("-")[0]
            names.setdefault(first, set()).add(upload.name)
            people[first] = min(people.get(first, upload.person), upload.person)
    if len(names) < 2 or any(len(each) > 1 for each in names.values()):
        return uploads
    return [
        replace(each, person=people[each.number.partition("-")[0]])
        if each.platform == "brightspace"
        else each
        for each in uploads
    ]


def _merge(one: Upload, other: Upload) -> Upload:
    return replace(
        one,
        sources=one.sources + other.sources,
        order=max(one.order, other.order),
        late=one.late or other.late,
    )


def _without_older(upload: Upload, notes: list[str]) -> Upload:
    """Leave out the files of Canvas that a newer one of the same name replaces."""
    if upload.platform != "canvas":
        return upload
    newest: dict[str, Source] = {}
    for source in sorted(upload.sources, key=_attachment):
        if older := newest.get(source.name):
            notes.append(f"{older.path.name} is older than {source.path.name}, and is left out.")
        newest[source.name] = source
    kept = set(newest.values())
    return replace(upload, sources=tuple(each for each in upload.sources if each in kept))


def _attachment(source):
    name = parse_download_name(source.path.name, is_folder=False)
    return name.order if name else 0


def _no_submissions(submitted):
    """The sentence on a folder without submissions; it may itself be one submission."""
    hint = ""
    if any(submitted.glob("*.ipynb")):
        hint = "; for one submission: python -m autograder grade DIR"
    return f"{submitted} holds no submissions: no folder or zip file of a student{hint}."


def chosen_entries(entries: dict[str, Entry], students: Iterable[str]) -> dict[str, Entry]:
    """Choose the entries of these students; all where none are named.

    Raises:
        RosterError: where one of them handed in nothing.
    """
    unknown = [student for student in students if student not in entries]
    if unknown:
        raise RosterError(f"There is no submission of {', '.join(unknown)}.")
    return {student: entries[student] for student in students} or entries
