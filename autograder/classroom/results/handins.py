"""Who handed in what, and when: the file handins.json in the results folder."""

import dataclasses
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from ... import atomic_files
from ..roster.students import Student

FILE = "handins.json"


@dataclass(frozen=True)
class Handin:
    """One submission and those who handed it in.

    submission: its id in results and gradebook: that of the group, or of the only student.
    members: everybody who gets its marks and feedback; at least one.
    downloads: a member's id → the name of their file or folder in the platform's download.
    time: when it was handed in, ISO 8601 with its offset from UTC; "" where that is not known.
    counts: the name in the download of the file or folder that is graded.
    seconds_late: after the due date; 0 in time, None where time or due date is not known.
    """

    submission: str
    members: tuple[Student, ...]
    downloads: dict[str, str] = field(default_factory=dict, hash=False)
    time: str = ""
    seconds_late: float | None = None
    counts: str = ""


def write_handins(results: Path, handins: Iterable[Handin]) -> None:
    """Write the file anew, whole or not at all.

    Raises:
        OSError: where it cannot be written.
    """
    tree = [dataclasses.asdict(handin) for handin in handins]
    text = json.dumps(tree, indent=1, ensure_ascii=True) + "\n"
    atomic_files.write(results / FILE, text.encode("ascii"))


def read_handins(results: Path) -> dict[str, Handin]:
    """Read submission → Handin; {} where there is no file.

    Raises:
        OSError, ValueError: where the file cannot be read.
    """
    path = results / FILE
    if not path.is_file():
        return {}
    handins = {}
    for tree in json.loads(path.read_bytes()):
        members = tuple(Student(**each) for each in tree.pop("members"))
        handins[tree["submission"]] = Handin(members=members, **tree)
    return handins
