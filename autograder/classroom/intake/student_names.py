"""Whose a file or a folder is, by its name, and a student's name as data that is safe in a path."""

import hashlib
import re
import unicodedata

# Ada Lovelace_12345_assignsubmission_file_ (a folder), Ada
# Lovelace_12345_assignsubmission_file_answers.zip (a file)
_MOODLE = re.compile(r"(?P<student>.+?_\d+)_assignsubmission_[a-z]+(?:_(?P<rest>.*))?", re.DOTALL)
# lovelaceada_12345_67890_answers.zip: the person and the file; the last number is new with each
# resubmission
_CANVAS = re.compile(
    r"(?P<name>[^_]+)_(?:late_)?(?P<user>\d{3,})_\d{4,}_(?P<rest>.+)", re.DOTALL | re.IGNORECASE
)
_UNSAFE = re.compile(
    r'[<>:"/\\|?*~\[\]]'
)  # nbgrader looks for files by patterns, in which [ ] mean something
MAX_BYTES = 100  # of a student's name


def owner(filename: str, is_folder: bool) -> tuple[str, str] | None:
    """(student, the file's own name) for a file or folder as Moodle and Canvas name them; None for
    other names.
    """
    if match := _MOODLE.fullmatch(filename):
        return student_id(match["student"]), match["rest"] or ""
    if not is_folder and (match := _CANVAS.fullmatch(filename)):
        return student_id(f"{match['name']}_{match['user']}"), match["rest"]
    return None


def student_id(name: str) -> str:
    """The name where it is safe as one part of a path on any system; else a safe one that no other
    name leads to.
    """
    safe = unicodedata.normalize("NFC", name.encode("utf-8", "replace").decode("utf-8"))
    safe = _UNSAFE.sub("_", "".join(c if c.isprintable() else "_" for c in safe)).strip(" .")
    if safe == name and 0 < len(name.encode("utf-8")) <= MAX_BYTES:
        return name
    return f"{_cut(safe)}~{_digest(name)}"


def file_stem(student: str) -> str:
    """The name of a student's files; two students' differ also where a system takes capitals for
    small letters.
    """
    return student if student == student.casefold() else f"{student}~{_digest(student)}"


def _cut(name):
    return name.encode("utf-8")[: MAX_BYTES - 20].decode("utf-8", "ignore").strip(" .")


def _digest(name):
    return hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:10]
