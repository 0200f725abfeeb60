"""Names of students: read from names of files, and made safe as part of a path."""

import hashlib
import re
import unicodedata

# A folder: Ada Lovelace_12345_assignsubmission_file_
# A file:   Ada Lovelace_12345_assignsubmission_file_answers.zip
_MOODLE = re.compile(r"(?P<student>.+?_\d+)_assignsubmission_[a-z]+(?:_(?P<rest>.*))?", re.DOTALL)
# lovelaceada_12345_67890_answers.zip: name, user, file; a resubmission has a new file number.
_CANVAS = re.compile(
    r"(?P<name>[^_]+)_(?:late_)?(?P<user>\d{3,})_\d{4,}_(?P<rest>.+)", re.DOTALL | re.IGNORECASE
)
# [ and ] as well: nbgrader looks for files by patterns, in which they mean something.
_UNSAFE = re.compile(r'[<>:"/\\|?*~\[\]]')
MAX_BYTES = 100  # of a student's name


def parse_export_name(filename: str, is_folder: bool) -> tuple[str, str] | None:
    """Parse the name that Moodle or Canvas gave to a student's folder or file.

    Returns:
        (student, the file's own name, "" for a folder); None for a name of another form.
    """
    if match := _MOODLE.fullmatch(filename):
        return student_id(match["student"]), match["rest"] or ""
    if not is_folder and (match := _CANVAS.fullmatch(filename)):
        return student_id(f"{match['name']}_{match['user']}"), match["rest"]
    return None


def student_id(name: str) -> str:
    """Make a student's id of a name: safe as one part of a path, different for each name.

    A name that is safe already is its own id.
    """
    safe = unicodedata.normalize("NFC", name.encode("utf-8", "replace").decode("utf-8"))
    safe = _UNSAFE.sub("_", "".join(c if c.isprintable() else "_" for c in safe)).strip(" .")
    if safe == name and 0 < len(name.encode("utf-8")) <= MAX_BYTES:
        return name
    return f"{_shorten(safe)}~{_short_hash(name)}"


def unique_file_stem(student: str) -> str:
    """Name a student's files, without ending; unique on case-insensitive file systems, too."""
    return student if student == student.casefold() else f"{student}~{_short_hash(student)}"


def _shorten(name):
    return name.encode("utf-8")[: MAX_BYTES - 20].decode("utf-8", "ignore").strip(" .")


def _short_hash(name):
    return hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:10]
