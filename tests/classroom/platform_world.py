"""A made-up course on Brightspace, Canvas or Moodle: its roster, and its download of submissions.

Both are written as the platform does it. Two students have one name; others have commas, quotes,
umlauts, Chinese characters, or what a spreadsheet would run in theirs.
"""

import csv
import io
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

PLATFORMS = ("brightspace", "canvas", "moodle")
ITEM = "VAE assignment"
MAXIMUM = 28
# Of an import, the columns of the student and of the grade.
COLUMNS = {
    "brightspace": ("OrgDefinedId", f"{ITEM} Points Grade"),
    "canvas": ("ID", f"{ITEM} (4711)"),
    "moodle": ("Identifier", "Grade"),
}
FIRST_NAMES = (
    *("Jane", "Zoë", "Jürgen", "小龙", 'Anne "Annie"', "=1+1", "Şeyma", "Siân", "Nguyễn Văn"),
    *("Ida", "Max", "Noor", "Olu", "Pär", "Quinn"),
)
LAST_NAMES = (
    *("O'Brien", "van der Berg, Jr.", "Müller-Lüdenscheidt", "李", "Håkansson", "de la Cruz"),
    *("Smith", "Jones", "Brown", "Dahl", "Evans", "Fuchs", "Graf", "Haas", "Ito", "Jansen"),
    *("Kaya", "Lund", "Meyer", "Nowak", "Okoye", "Park"),
)
DUE = datetime(2023, 11, 5, 23, 59)
INDEX = "<html><body>What was downloaded.</body></html>"


@dataclass(frozen=True)
class Person:
    """A student of the course; number counts from 1, and days_late for what they hand in."""

    number: int
    first: str
    last: str
    group: str
    days_late: int = 0

    @property
    def name(self) -> str:
        """Both names."""
        return f"{self.first} {self.last}"

    @property
    def key(self) -> str:
        """What the platforms and the university call the student."""
        return f"{1000000 + self.number}"

    @property
    def username(self) -> str:
        """The login."""
        return f"s{self.key}"

    @property
    def email(self) -> str:
        """The address."""
        return f"{self.username}@example.org"

    def id_on(self, platform: str) -> str:
        """The cell by which the platform's import finds the student."""
        if platform == "moodle":
            return f"Participant {self.platform_number}"
        return f"#{self.key}" if platform == "brightspace" else str(self.platform_number)

    @property
    def platform_number(self) -> int:
        """The number of Canvas's user, or of Moodle's participant."""
        return 50000 + 7 * self.number


def make_people(students: int, groups: int = 0) -> list[Person]:
    """Make students in groups of equal size; without groups, where there are none.

    The second and the last have one name.
    """
    people = []
    for number in range(1, students + 1):
        first = FIRST_NAMES[number % len(FIRST_NAMES)]
        last = LAST_NAMES[number // len(FIRST_NAMES) % len(LAST_NAMES)]
        if number in (2, students):
            first, last = "Jane", "Doe"
        group = f"Group {1 + (number - 1) * groups // students}" if groups else ""
        people.append(Person(number, first, last, group))
    return people


def roster_bytes(
    platform: str, people: Iterable[Person], maximum: float = MAXIMUM, comma: bool = False
) -> bytes:
    """Write the platform's list of students, with its column of the assignment.

    Args:
        platform: whose list it is.
        people: the students.
        maximum: the points of the assignment there.
        comma: whether decimals come after a comma.
    """
    points = f"{maximum:.2f}".replace(".", "," if comma else ".")
    make_rows = {"brightspace": _brightspace, "canvas": _canvas, "moodle": _moodle}[platform]
    output = io.StringIO()
    newline = "\n" if platform == "moodle" else "\r\n"
    csv.writer(output, lineterminator=newline).writerows(make_rows(people, points))
    return output.getvalue().encode("utf-8-sig")


def _brightspace(people, maximum):
    item = f"{ITEM} Points Grade <Numeric MaxPoints:{maximum.removesuffix('.00')} Weight:10>"
    head = ["OrgDefinedId", "Username", "Last Name", "First Name", "Email", "Groups", item]
    rows = [[*head, "End-of-Line Indicator"]]
    for each in people:
        ids = [each.id_on("brightspace"), f"#{each.username}"]
        rows.append([*ids, each.last, each.first, each.email, each.group, "", "#"])
    return rows


def _canvas(people, maximum):
    head = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "Group"]
    rows = [
        [*head, f"{ITEM} (4711)", "Current Score", "Final Score"],
        ["    Points Possible", *[""] * 5, maximum, "(read only)", "(read only)"],
    ]
    for each in people:
        ids = [each.id_on("canvas"), each.key, each.username]
        rows.append([f"{each.last}, {each.first}", *ids, "Lab 1", each.group, "", "", "0"])
    return [*rows, ["Student, Test", "4", "", "f00ba", "Lab 1", "", "", "", ""]]


def _moodle(people, maximum):
    head = ["Identifier", "Full name", "ID number", "Email address", "Status", "Group", "Grade"]
    head += ["Maximum grade", "Grade can be changed", "Last modified (submission)"]
    rows = [[*head, "Last modified (grade)", "Feedback comments"]]
    for each in people:
        about = [each.id_on("moodle"), each.name, each.key, each.email]
        about += ["Submitted for grading - ", each.group]
        rows.append([*about, "", maximum, "Yes", "-", "-", "<p>a, b</p>"])
    return rows


def submitters(people: Iterable[Person]) -> list[Person]:
    """Choose one of each group, whose name nobody else has; without groups, everybody."""
    people = list(people)
    names = [person.name for person in people]
    chosen: dict[str, Person] = {}
    for person in sorted(people, key=lambda person: names.count(person.name)):
        chosen.setdefault(person.group or person.key, person)
    return sorted(chosen.values(), key=lambda person: person.number)


def write_download(
    folder: Path, platform: str, people: Iterable[Person], write_zip: Callable[[Person, Path], None]
) -> None:
    """Write what the platform's "download all" holds.

    Args:
        folder: where, created if missing.
        platform: whose download it is.
        people: those who handed in, one of each group.
        write_zip: writes what a person handed in to a path that ends with .zip.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for person in people:
        path = folder / download_name(platform, person)
        if platform != "canvas":
            path.mkdir()
            path /= "vae-submission.zip"
        write_zip(person, path)
    if platform == "brightspace":
        (folder / "index.html").write_text(INDEX)


def download_name(platform: str, person: Person) -> str:
    """Name the folder or file of a person."""
    name = re.sub(r'["*/:<>?\\|]', "", person.name)
    if platform == "moodle":
        return f"{name}_{person.platform_number}_assignsubmission_file_"
    if platform == "canvas":
        squeezed = re.sub(r"\W", "", f"{person.last}{person.first}").lower()
        late = "LATE_" if person.days_late else ""
        return (
            f"{squeezed}_{late}{person.platform_number}_{900000 + person.number}_vae-submission.zip"
        )
    time = DUE - timedelta(minutes=3 * person.number) + timedelta(days=person.days_late)
    clock = f"{time:%b} {time.day}, {time.year} {time.hour % 12 or 12}{time:%M %p}"
    return f"{person.number}-67890 - {name} - {clock}"
