"""Students and the roster, as plain values."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Student:
    """One student.

    id: unique in the course, and safe as part of a path.
    name, email, group: "" where the roster has none.
    columns: the roster's row as it was read, column → text: what the platform calls them.
    """

    id: str
    name: str = ""
    email: str = ""
    group: str = ""
    columns: Mapping[str, str] = field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class Roster:
    """All students of a course, in the order of the file.

    platform: "brightspace", "canvas", "moodle", or "csv" for a table of id, name, email, group.
    columns: the header of the file.
    """

    platform: str
    columns: tuple[str, ...]
    students: tuple[Student, ...]
