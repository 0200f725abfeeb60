"""Names of students, made safe as part of a path."""

import hashlib
import re
import unicodedata

# [ and ] as well: nbgrader looks for files by patterns, in which they mean something.
_UNSAFE = re.compile(r'[<>:"/\\|?*~\[\]]')
MAX_BYTES = 100  # of a student's name
RESERVED = ("handins",)  # names of other files in the results folder


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
    plain = student == student.casefold() and student not in RESERVED
    return student if plain else f"{student}~{_short_hash(student)}"


def _shorten(name):
    return name.encode("utf-8")[: MAX_BYTES - 20].decode("utf-8", "ignore").strip(" .")


def _short_hash(name):
    return hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:10]
