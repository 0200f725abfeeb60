"""A class with difficult names, as three platforms export its roster and its submissions."""

import csv
import io
from dataclasses import dataclass
from pathlib import Path

from autograder.classroom.roster.names import squeeze
from tests.classroom.stub_grading import submit

FIRST = ["Ada", "José", "Wei", "Zoë", 'Jan "Jip"', "Miss", "伟", "Ørjan", "Anne-Marie", "Łukasz"]
LAST = ["Lovelace", "Müller", "Zhang", "van der Berg", "O'Brien, Jr.", "张", "Ñuñez", "Smith_Jones"]


@dataclass(frozen=True)
class Person:
    """A student, and what the platforms know of them."""

    number: int
    first: str
    last: str

    @property
    def id(self):
        """The student number, with leading zeros."""
        return f"{self.number:06}"

    @property
    def group(self):
        """Two students are a group."""
        return str(self.number // 2)

    @property
    def name(self):
        """The name as people say it."""
        return f"{self.first} {self.last}"

    @property
    def username(self):
        """The login."""
        return f"user{self.number}"


def make_class(size, twins=True):
    """Make students; with twins, the first and the last have one name."""
    people = [
        Person(n, FIRST[n % len(FIRST)], f"{LAST[n // len(FIRST) % len(LAST)]} {'I' * (n // 80)}")
        for n in range(size)
    ]
    people = [Person(each.number, each.first, each.last.strip()) for each in people]
    return people[:-1] + [Person(size - 1, people[0].first, people[0].last)] if twins else people


def brightspace_roster(people):
    """The export of the gradebook."""
    header = ["OrgDefinedId", "Username", "Last Name", "First Name", "Email", "Groups"]
    rows = [
        [f"#{each.id}", f"#{each.username}", each.last, each.first, mail(each), each.group, "", "#"]
        for each in people
    ]
    points = "VAE Points Grade <Numeric MaxPoints:28>"
    return table([*header, points, "End-of-Line Indicator"], rows)


def canvas_roster(people):
    """The export of the gradebook, with the row of the points possible and the test student."""
    header = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "Group Name", "VAE (77)"]
    rows = [
        [f"{each.last}, {each.first}", canvas_id(each), each.id, mail(each), "S1", each.group, ""]
        for each in people
    ]
    points = ["    Points Possible", "", "", "", "", "", "28.00"]
    test = ["Student, Test", "99999", "", "x1y2", "S1", "", ""]
    return table(header, [points, *rows, test])


def moodle_roster(people):
    """The grading worksheet."""
    header = ["Identifier", "Full name", "ID number", "Email address", "Status", "Group", "Grade"]
    rows = [
        [f"Participant {moodle_id(each)}", each.name, each.id, mail(each), "", each.group, ""]
        + ["28.00", f"Thursday, 5 November 2026, {time_of(each)[:-5]}:{time_of(each)[-5:]}"]
        for each in people
    ]
    return table([*header, "Maximum grade", "Last modified (submission)"], rows)


def plain_roster(people):
    """A table that somebody made."""
    rows = [[each.id, each.name, mail(each), each.group] for each in people]
    return table(["id", "name", "email", "group"], rows)


def brightspace_download(folder: Path, people):
    """Each student's folder, and the list of what is packed."""
    folder.mkdir(exist_ok=True)
    (folder / "index.html").write_text("<html></html>")
    for each in people:
        submit(
            folder / safe(f"301-{67000 + each.number} - {each.name} - Nov 5, 2026 {time_of(each)}"),
            **orders(each),
        )


def canvas_download(folder: Path, people, late=()):
    """Files of all students in one folder."""
    for each in people:
        name = squeeze(each.last + each.first)
        mark = "LATE_" if each in late else ""
        file = f"{name}_{mark}{canvas_id(each)}_{400000 + each.number}_02_vae.ipynb"
        submit(folder, name=file, **orders(each))


def moodle_download(folder: Path, people):
    """Each student's folder."""
    for each in people:
        name = each.name.replace("_", " ")
        submit(folder / safe(f"{name}_{moodle_id(each)}_assignsubmission_file_"), **orders(each))


ROSTERS = {
    "brightspace": brightspace_roster,
    "canvas": canvas_roster,
    "moodle": moodle_roster,
}
DOWNLOADS = {
    "brightspace": brightspace_download,
    "canvas": canvas_download,
    "moodle": moodle_download,
}


def orders(person):
    """What the stub of the grader is to do: points that differ from student to student."""
    return {"points": (person.number % 2, person.number // 2 % 2), "why": f"I am {person.id}."}


def time_of(person):
    """When they hand in on November 5, 2026; each at another time: 100 PM, 101 PM, ..."""
    return f"{1 + person.number // 60}{person.number % 60:02} PM"


def canvas_id(person):
    """Canvas's own number."""
    return str(5000 + person.number)


def moodle_id(person):
    """The number of the participant."""
    return str(880000 + person.number)


def mail(person):
    """The address."""
    return f"{person.username}@example.org"


def safe(name):
    """A name as a platform puts it into a path."""
    return name.replace("/", "_").replace('"', "_")


def table(header, rows, separator=","):
    """Write a table as spreadsheets do, quoting where it must be."""
    text = io.StringIO()
    csv.writer(text, delimiter=separator).writerows([header, *rows])
    return text.getvalue()
