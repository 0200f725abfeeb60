"""Names of students, made safe as part of a path."""

import hashlib
import re
import unicodedata

# [ and ] as well: nbgrader looks for files by patterns, in which they mean something.
_UNSAFE = re.compile(r'[<>:"/\\|?*~\[\]]')
MAX_BYTES = 100  # of a student's name
RESERVED = ("handins",)  # names of other files in the results folder


# names that Windows gives to devices, whatever their ending
_DEVICES = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³])\s*(\.|$)")


def student_id(name: str) -> str:
    """Make a student's id of a name: safe as one part of a path, different for each name.

    A name that is safe already is its own id.
    """
    safe = unicodedata.normalize("NFC", name.encode("utf-8", "replace").decode("utf-8"))
    safe = _UNSAFE.sub("_", "".join(c if c.isprintable() else "_" for c in safe)).strip(" .")
    if safe == name and not is_device(name) and 0 < len(name.encode("utf-8")) <= MAX_BYTES:
        return name
    if is_device(safe):  # also before a dot: aux.x is aux
        safe = safe.replace(".", "_")
    return f"{_shorten(safe)}~{_short_hash(name)}"


def is_device(name: str) -> bool:
    """Whether a file of this name is that of a device on Windows, such as NUL."""
    return _DEVICES.match(name.casefold()) is not None


def unique_file_stem(student: str) -> str:
    """Name a student's files, without ending; unique on case-insensitive file systems, too."""
    plain = student == student.casefold() and student not in RESERVED
    plain = plain and not is_device(student)
    stem = student.replace(".", "_") if is_device(student) else student
    return student if plain else f"{stem}~{_short_hash(student)}"


def _shorten(name):
    return name.encode("utf-8")[: MAX_BYTES - 20].decode("utf-8", "ignore").strip(" .")


def _short_hash(name):
    return hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:10]
