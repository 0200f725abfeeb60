"""Names of folders and files in what a platform exports: who handed it in, when, and what."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, tzinfo

from .times import parse_time

# A folder: Ada Lovelace_12345_assignsubmission_file_
# A file:   Ada Lovelace_12345_assignsubmission_file_answers.zip
_MOODLE = re.compile(
    r"(?P<name>.+?)_(?P<number>\d+)_assignsubmission_[a-z]+(?:_(?P<file>.*))?", re.DOTALL
)
# lovelaceada_12345_67890_answers.zip: name, user, attachment, file; _text.html for a typed answer.
_CANVAS = re.compile(
    r"(?P<name>[^_]+)_(?P<late>late_)?(?P<number>\d{3,})_"
    r"(?:(?P<attachment>\d{4,})_(?P<file>.+)|(?P<typed>(?:text|link|url)\.html))",
    re.DOTALL | re.IGNORECASE,
)
# A folder: 301-67890 - Jane Doe - Nov 5, 2023 1155 PM; of a file, its own name follows.
_BRIGHTSPACE = re.compile(r"(?P<number>\d+-\d+) - (?P<rest>.+)", re.DOTALL)
# Canvas names a file that a student hands in once more answers-1.zip. Modules keep their names.
_AGAIN = re.compile(r"(?P<stem>.+)-\d{1,3}(?P<suffix>\.(?:ipynb|zip|pt))", re.IGNORECASE)


@dataclass(frozen=True)
class DownloadName:
    """What the name of a folder or file says.

    platform: "brightspace", "canvas" or "moodle".
    name: the person, as the platform writes them.
    number: the platform's own number for the person.
    file: the file's own name, "" for a folder.
    time: when it was handed in, None where the name does not say it.
    order: grows with each later file, where the platform counts them; otherwise 0.
    late: whether the platform says that it is late.
    """

    platform: str
    name: str
    number: str
    file: str = ""
    time: datetime | None = None
    order: int = 0
    late: bool = False

    @property
    def person(self) -> str:
        """A name that is this person's alone within the course."""
        return f"{self.name}_{self.number}"


def parse_download_name(
    filename: str, is_folder: bool, zone: tzinfo | None = None
) -> DownloadName | None:
    """Parse the name that a platform gave to a folder or file; None for a name of another form."""
    if match := _MOODLE.fullmatch(filename):
        return DownloadName("moodle", match["name"], match["number"], match["file"] or "")
    if match := _BRIGHTSPACE.fullmatch(filename):
        return _brightspace(match["number"], match["rest"], is_folder, zone)
    if not is_folder and (match := _CANVAS.fullmatch(filename)):
        file = _own_name(match["file"] or match["typed"])
        order, late = int(match["attachment"] or 0), bool(match["late"])
        return DownloadName("canvas", match["name"], match["number"], file, order=order, late=late)
    return None


def are_of_canvas(names: Collection[DownloadName]) -> bool:
    """Whether names that look like those of Canvas can be: it never gives a number twice.

    dl_2023_1103_ada.zip and dl_2023_1103_bob.zip are of no platform.
    """
    attachments = [name.order for name in names if name.order]
    people = {name.number: name.name for name in names}
    return len(set(attachments)) == len(attachments) and all(
        people[name.number] == name.name for name in names
    )


def _brightspace(number, rest, is_folder, zone):
    """Split "Jane Doe - Nov 5, 2023 1155 PM - answers.zip" at the first part that is a time."""
    parts = rest.split(" - ")
    for place, part in enumerate(parts[1:], 1):
        time = parse_time(part, zone)
        is_last = place == len(parts) - 1
        if time is None or is_last != is_folder:
            continue
        name, file = " - ".join(parts[:place]).strip(), " - ".join(parts[place + 1 :])
        return DownloadName("brightspace", name, number, file, time)
    if is_folder and len(parts) > 1:  # a time in a language that we cannot read
        return DownloadName("brightspace", " - ".join(parts[:-1]).strip(), number)
    if not is_folder and len(parts) > 2:
        name, _, file = parts[0].strip(), parts[1], " - ".join(parts[2:])
        return DownloadName("brightspace", name, number, file)
    return None


def _own_name(file):
    """The name that the student gave to a file, without the number that Canvas added."""
    again = _AGAIN.fullmatch(file)
    return again["stem"] + again["suffix"] if again else file
