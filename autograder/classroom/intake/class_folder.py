"""The folder of a class as it is named on the command line: a zip unpacked, a wrong one refused."""

import re
import zipfile
from pathlib import Path, PurePosixPath

from ...assignment import NOTEBOOKS
from ..errors import RosterError
from .class_zip import MARK, unpack_class
from .entries import ASSIGNMENT

# What lies in the folder of a course, beside the submissions.
OF_A_COURSE = ("nbgrader_config.py", "gradebook.db", "autograded", "graded")
# A student's folder in a download: of Moodle, and of Brightspace.
_OF_A_PLATFORM = re.compile(r".+_assignsubmission_.*|\d+-\d+ - .+", re.DOTALL)


def open_class(submitted: Path) -> tuple[Path, list[str]]:
    """Return the folder of all submissions, and a sentence on each thing to know about it.

    Raises:
        RosterError: where the folder is that of one submission or of a whole course, and where a
            zip cannot be unpacked.
        OSError: where files cannot be read or written.
    """
    notes = []
    if submitted.is_file():
        if submitted.suffix.lower() != ".zip":
            raise RosterError(f"{submitted} is neither a folder nor a zip file.")
        folder, notes = unpack_class(submitted)
        notes = [f"{submitted.name} is unpacked in {folder}.", *notes]
        submitted = _single_folder(folder)
    if submitted.is_dir():
        _require_class(submitted)
    return submitted, notes


def _single_folder(folder):
    """The only folder within a folder, where that holds several others; else the folder itself."""
    inside = _visible(folder)
    if len(inside) == 1 and not _is_student(inside[0]):
        several = len(_folders(inside[0])) > 1 or _holds_zips_alone(inside[0])
        return inside[0] if several else folder
    return folder


def _require_class(folder):
    """Raise RosterError where a folder is that of one submission, or of a whole course."""
    command = "python -m autograder"
    if any((folder / name).is_file() for name in NOTEBOOKS):
        raise RosterError(
            f"{folder} is one submission; grade it with `{command} grade {folder}`, or name the "
            "folder that holds all submissions."
        )
    if (folder / ASSIGNMENT).is_dir():
        raise RosterError(
            f"{folder} holds the assignment's folder {ASSIGNMENT}/ itself, not a folder for each "
            f"student: name the folder above it, as in `{command} class submitted`."
        )
    inner = _class_within(folder) or _only_download(folder)
    if inner is None and any((folder / name).exists() for name in OF_A_COURSE):
        raise RosterError(
            f"{folder} is the folder of a course: name the one in it that holds a folder or a zip "
            "file for each student."
        )
    if inner is not None:
        raise RosterError(
            f"{folder} is one folder too high: the submissions are in {inner}, so call "
            f"`{command} class {inner}`."
        )


def _class_within(folder) -> Path | None:
    """The folder of submissions that lies in a folder of other things; None where there is none."""
    if (folder / "submitted").is_dir():
        return folder / "submitted"
    folders = _folders(folder)
    unpacked = [each for each in folders if (each / MARK).is_file()]
    if unpacked:
        return unpacked[-1]
    if len(folders) == 1 and _is_alone(folders[0]) and _holds_zips_alone(folders[0]):
        return folders[0]
    classes = [each for each in folders if not _is_student(each) and _looks_like_class(each)]
    # One student may hand in anything; a class has many folders that look like no class.
    return classes[0] if classes and 2 * len(classes) >= len(folders) else None


def _only_download(folder) -> Path | None:
    """The zip of a whole class, where a folder holds that alone; None for a student's zip."""
    inside = _visible(folder)
    if len(inside) != 1 or not zipfile.is_zipfile(inside[0]):
        return None
    with zipfile.ZipFile(inside[0]) as archive:
        names = [PurePosixPath(name) for name in archive.namelist()]
    zips = {name for name in names if name.suffix.lower() == ".zip"}
    students = {name.parts[0] for name in names if _OF_A_PLATFORM.fullmatch(name.parts[0])}
    students |= {name.parts[:-2] for name in names if name.parts[-2:-1] == (ASSIGNMENT,)}
    return inside[0] if len(zips) > 1 or len(students) > 1 else None


def _is_alone(folder):
    """Whether a folder is not a student's, and nothing beside it was handed in but its own zip."""
    beside = {path.name for path in _visible(folder.parent) if path.suffix in (".zip", ".ipynb")}
    return not _is_student(folder) and beside <= {f"{folder.name}.zip"}


def _is_student(folder):
    """Whether a folder is surely a student's, of nbgrader or of a platform."""
    return (folder / ASSIGNMENT).is_dir() or bool(_OF_A_PLATFORM.fullmatch(folder.name))


def _looks_like_class(folder):
    """Whether several of a folder's folders are surely students'."""
    return sum(_is_student(each) for each in _folders(folder)) > 1


def _holds_zips_alone(folder):
    """Whether a folder holds several zip files, and beside them at most a page of the platform."""
    endings = [path.suffix.lower() for path in _visible(folder)] if folder.is_dir() else []
    return endings.count(".zip") > 1 and set(endings) <= {".zip", ".html"}


def _folders(folder):
    return [path for path in _visible(folder) if path.is_dir()] if folder.is_dir() else []


def _visible(folder):
    return sorted(path for path in folder.iterdir() if not path.name.startswith((".", "__")))
