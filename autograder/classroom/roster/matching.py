"""Finding in the roster the person whom a download names; never by guessing."""

from collections.abc import Iterable
from dataclasses import dataclass

from .names import name_key, plain_key, sorted_name_keys
from .reading import USERNAMES, cells_by_header, platform_numbers
from .students import Roster, Student


@dataclass(frozen=True)
class Match:
    """Who a person of the download is.

    students: those of the roster who can be meant; exactly one where it is clear.
    certain: whether a number or an id says so, and not the name alone.
    """

    students: tuple[Student, ...]
    certain: bool = False

    @property
    def student(self) -> Student | None:
        """The one student who is meant."""
        return self.students[0] if len(self.students) == 1 else None


class Matcher:
    """Finds students of a roster: by the platform's number, by an id, by the name."""

    def __init__(self, roster: Roster):
        self._platform = roster.platform
        self._numbers: dict[str, list[Student]] = {}
        self._downloads: dict[str, list[Student]] = {}
        self._ids: dict[str, list[Student]] = {}
        self._names: dict[str, list[Student]] = {}
        self._sorted_names: dict[str, list[Student]] = {}
        self._numbered: set[str] = set()  # ids of students whose number is known
        for student in roster.students:
            self._add(student)

    def find(self, name: str, platform: str = "", number: str = "") -> Match:
        """Find a person of a download.

        Args:
            name: as the platform, or the name of a folder, writes it.
            platform: whose download it is, "" for folders and zips that are named by hand.
            number: the platform's own number for the person.
        """
        known = self._by_number(platform, number) if number else []
        if known:
            return Match(tuple(known), certain=True)
        found = self._by_id(name) if platform in ("", "brightspace") else []
        if found:
            return Match(tuple(found), certain=True)
        named = self.by_name(name, sorted_name=platform == "canvas")
        # Whose number is known, and is another, is somebody else of the same name.
        numbered = self._numbered if platform == self._platform and number else set()
        return Match(tuple(each for each in named if each.id not in numbered))

    def by_name(self, name: str, sorted_name: bool = False) -> list[Student]:
        """List the students of this name."""
        key = name_key(name)
        if not key:
            return []
        found = list(self._names.get(key, []))
        if sorted_name:
            found += [each for each in self._sorted_names.get(key, []) if each not in found]
        return found

    def _by_number(self, platform, number):
        """The students with this number in a column of the instructor, or of the platform."""
        by_hand = self._downloads.get(plain_key(number), [])
        if by_hand or platform != self._platform:
            return by_hand
        return self._numbers.get(number, [])

    def _by_id(self, name):
        """The students whom a name gives by an id: alone, or beside the name."""
        if found := self._ids.get(plain_key(name)):
            # The id of one may be the name of another.
            return [*found, *(each for each in self.by_name(name) if each not in found)]
        for identity, rest in _splits(name):
            found = self._ids.get(plain_key(identity), [])
            named = [student for student in found if student in self.by_name(rest)]
            if len(named) == 1:
                return named
        return []

    def _add(self, student):
        cells = cells_by_header(student.columns)
        numbers = platform_numbers(self._platform, student)
        _append(self._numbers, numbers, student)
        _append(self._downloads, {plain_key(cells.get("download", ""))}, student)
        self._numbered |= {student.id} if numbers else set()
        usernames = [cells.get(header, "") for header in USERNAMES]
        ids = {plain_key(text) for text in [student.id, student.email, *usernames]}
        _append(self._ids, ids, student)
        _append(self._names, {name_key(student.name)}, student)
        written = cells.get("student", student.name)  # Canvas has "Lovelace, Ada"
        _append(self._sorted_names, sorted_name_keys(written or student.name), student)


def _append(index: dict[str, list[Student]], keys: Iterable[str], student: Student):
    for key in keys:
        if key:
            index.setdefault(key, []).append(student)


def _splits(name):
    """(what may be an id, the rest) of "s123 - Jane Doe", "jdoe1 Jane Doe", "Jane Doe_s123"."""
    for separator in (" - ", "_", " "):
        first, found, rest = name.partition(separator)
        if found:
            yield first, rest
        rest, found, last = name.rpartition(separator)
        if found:
            yield last, rest
