"""Groups: which students hand in together, and the id of their submission."""

import re
from dataclasses import dataclass

from ..errors import RosterError
from ..intake.student_names import student_id
from .names import squeeze
from .students import Roster, Student

_WORDS = ("group", "groep", "grupp", "team")  # with which the name of a group may begin
_PREFIXES = ("groupe", "group", "groep", "gruppe", "grupp", "team")


@dataclass(frozen=True)
class Team:
    """Those who hand in one submission: a group, or one student.

    submission: its id in results and gradebook.
    """

    submission: str
    members: tuple[Student, ...]
    group: str = ""


def teams_of(roster: Roster) -> tuple[list[Team], list[Student]]:
    """Make the teams of a roster.

    Returns:
        The teams, and the students who are in several groups: each of them is a team alone.

    Raises:
        RosterError: where a group and a student would have one id.
    """
    groups: dict[str, list[Student]] = {}
    alone, unclear = [], []
    for student in roster.students:
        if _is_several(roster.platform, student.group):
            unclear.append(student)
        if squeeze(student.group) and student not in unclear:
            groups.setdefault(squeeze(student.group), []).append(student)
        else:
            alone.append(Team(student.id, (student,)))
    teams = [_team(members) for members in groups.values()]
    _check_ids([*teams, *alone], {student.id.casefold() for student in roster.students})
    return [*teams, *alone], unclear


def group_id(name: str) -> str:
    """Return the id of a group's submission: "group 3" for "3", "Team A" for "Team A"."""
    name = " ".join(name.split())
    return student_id(name if name.casefold().startswith(_WORDS) else f"group {name}")


def is_same_group(one: str, other: str) -> bool:
    """Whether two names can mean one group: "3", "03" and "Group 3", but not "Group 13"."""
    if _bare(one) == _bare(other):
        return True
    numbers = [re.findall(r"\d+", name)[-1:] for name in (one, other)]
    return all(numbers) and int(numbers[0][0]) == int(numbers[1][0])


def _bare(name):
    """A group's name without the word for a group before it."""
    text = squeeze(name)
    word = next((each for each in _PREFIXES if text.startswith(each)), "")
    return text.removeprefix(word) or text


def _is_several(platform, text):
    """Whether a cell lists several groups; a comma separates them in platforms' exports only."""
    return ";" in text or ("," in text and platform != "csv")


def _team(members):
    group = members[0].group
    return Team(group_id(group), tuple(members), group)


def _check_ids(teams, students):
    seen = set()
    for team in teams:
        key = team.submission.casefold()
        if key in seen or (team.group and key in students):
            raise RosterError(f"Two groups or students of the roster have one id: {key}.")
        seen.add(key)
