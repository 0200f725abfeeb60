"""Reading a roster: a plain table of id, name, email, group, or a platform's export as it is."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from ... import atomic_files
from ..errors import RosterError
from ..intake.student_names import student_id
from .names import name_key, squeeze
from .students import Roster, Student
from .table import Table, read_table

# field → headers of its column, squeezed; where several are there, the first that is filled counts.
_HEADERS = {
    "name": "name fullname student studentname naam volledigenaam vollständigername nomcomplet "
    "fullständigtnamn 姓名",
    "first": "firstname givenname vorname voornaam prénom förnamn",
    "last": "lastname surname familyname nachname achternaam nomdefamille nom efternamn",
    "email": "email emailaddress mail emailadresse emailadres adressedecourriel epostadress epost",
    "group": "group groups groupname groupmembership team groep groepen gruppe gruppen groupe "
    "groupes grupp grupper",
}
# platform → the columns that give a student's id, the first that is filled counts.
_IDS = {
    "brightspace": "orgdefinedid username",
    "canvas": "sisuserid userid sisloginid loginid id canvasuserid",
    "moodle": "idnumber idnummer matrikelnummer username emailaddress email emailadresse "
    "emailadres identifier id",
    "csv": "id studentid studentnumber studentnr studentnummer matrikelnummer orgdefinedid "
    "idnumber number nummer username login netid email emailaddress",
}
# Columns by which a person may be named beside the id.
USERNAMES = ("username", "login", "loginid", "sisloginid", "sisuserid", "userid", "netid") + (
    "orgdefinedid",
    "idnumber",
)
# "Participant 12345", in several languages; no student number begins so.
_PARTICIPANT = re.compile(
    r"(?:participa|partecipa|teilnehm|deelnem|deltag|deltak|osallistuj|uczestni)\D*(\d+)",
    re.IGNORECASE,
)
SUFFIXES = (".csv", ".tsv", ".txt")


def read_roster(path: Path) -> Roster:
    """Read a roster.

    Args:
        path: a table with a column id (or an e-mail address), and, where known, name, email and
            group; or the gradebook of Brightspace or Canvas, a class list or group list of them, or
            the grading worksheet or the list of participants of Moodle.

    Raises:
        RosterError: where it cannot be read, is none, or gives one id to two people.
    """
    table = read_table(path)
    platform = find_platform(table)
    rows = [dict(zip(table.columns, row, strict=True)) for row in table.rows]
    students = [_student(platform, row) for row in rows if _is_student(platform, row)]
    unknown = [number for number, student in enumerate(students, 1) if not student.id]
    if unknown or not students:
        raise RosterError(
            f"{path} is no roster: "
            + (f"student {unknown[0]} in it has no id" if students else "nobody is in it")
            + ". It needs a header with id, name, email, group, or must be a platform's export."
        )
    return Roster(platform, table.columns, tuple(_merge_doubles(path, students)))


def find_platform(table: Table) -> str:
    """Tell whose export a table is: "brightspace", "canvas", "moodle"; "csv" for any other."""
    headers = {squeeze(column) for column in table.columns}
    if headers & {"orgdefinedid", "endoflineindicator"}:
        return "brightspace"
    if headers & {"sisloginid", "sisuserid", "canvasuserid"} or {"student", "id", "section"} <= (
        headers
    ):
        return "canvas"
    first = [row[0].strip() for row in table.rows]
    if first and all(map(_PARTICIPANT.fullmatch, first)):
        return "moodle"
    has = {field: headers & set(names.split()) for field, names in _HEADERS.items()}
    ids = headers & set(_IDS["csv"].split()) - has["email"] - {"idnumber"}
    if has["first"] and has["last"] and has["email"] and not ids:
        return "moodle"
    return "moodle" if {"identifier", "fullname"} <= headers else "csv"


def platform_numbers(platform: str, student: Student) -> set[str]:
    """Return the numbers by which a platform names a student in its own downloads."""
    cells = cells_by_header(student.columns)
    if platform == "canvas":
        return {text.strip() for text in [cells.get("id"), cells.get("canvasuserid")] if text}
    if platform == "moodle":
        identifier = cells.get("identifier") or next(iter(student.columns.values()), "")
        found = _PARTICIPANT.fullmatch(identifier.strip())
        return {found[1]} if found else set()
    return set()


def cells_by_header(row: Mapping[str, str]) -> dict[str, str]:
    """Return the cells of a row by their headers, squeezed."""
    return {squeeze(column): text for column, text in row.items()}


def keep_copy(path: Path, results: Path) -> None:
    """Keep a copy of the roster in the results folder, for later calls, in place of an older one.

    Raises:
        OSError: where it cannot be written.
    """
    suffix = path.suffix.lower() if path.suffix.lower() in SUFFIXES else ".csv"
    target = results / f"roster{suffix}"
    if target.exists() and target.samefile(path):
        return
    atomic_files.write(target, path.read_bytes())
    for other in SUFFIXES:
        if other != suffix:
            (results / f"roster{other}").unlink(missing_ok=True)


def find_roster(results: Path) -> Path | None:
    """Find the copy of the roster of an earlier call in the results folder."""
    paths = (results / f"roster{suffix}" for suffix in SUFFIXES)
    return next((path for path in paths if path.is_file()), None)


def _first(cells: Mapping[str, str], headers: str) -> str:
    """The first filled cell of these columns, without the "#" that Brightspace puts before ids."""
    texts = (cells.get(header, "").strip().removeprefix("#").strip() for header in headers.split())
    return next((text for text in texts if text), "")


def _is_student(platform, row):
    """Whether a row is a student: Canvas has rows of points, and of a test student, too."""
    if not any(text.strip() for text in row.values()):
        return False
    if platform != "canvas":
        return True
    cells = cells_by_header(row)
    return bool(_first(cells, "id canvasuserid")) and squeeze(cells.get("student", "")) not in (
        "studenttest",
        "pointspossible",
    )


def _student(platform, row):
    cells = cells_by_header(row)
    parts = [_first(cells, _HEADERS["first"]), _first(cells, _HEADERS["last"])]
    whole = " ".join(filter(None, parts))
    name = whole or _first(cells, _HEADERS["name"])
    identity = _first(cells, _IDS[platform])
    return Student(
        id=student_id(identity) if identity else "",
        name=name,
        email=_first(cells, _HEADERS["email"]),
        group=_first(cells, _HEADERS["group"]),
        columns=row,
    )


def _merge_doubles(path: Path, students: Iterable[Student]) -> list[Student]:
    """One Student for each id: who stands in two rows is in the groups of both."""
    merged: dict[str, Student] = {}
    for student in students:
        known = merged.setdefault(student.id.casefold(), student)
        if known is student:
            continue
        if known.id != student.id or name_key(known.name) != name_key(student.name):
            raise RosterError(
                f"{path}: {known.name or known.id} and {student.name or student.id} have one id, "
                f"{student.id}. Correct the file."
            )
        groups = dict.fromkeys(filter(None, [known.group, student.group]))
        merged[student.id.casefold()] = replace(known, group="; ".join(groups))
    return list(merged.values())
