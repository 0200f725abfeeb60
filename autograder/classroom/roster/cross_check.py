"""The names and the group that students wrote in notebook 01, read as data, beside the roster."""

import ast
from collections.abc import Mapping
from dataclasses import dataclass

from .groups import Team, is_same_group
from .matching import Matcher
from .names import words_of
from .students import Student

NOTEBOOK = "01_data.ipynb"
MAX_NAMES = 20
MAX_LENGTH = 200  # characters of a name
MAX_SOURCE = 10_000  # characters of a cell


@dataclass(frozen=True)
class Declared:
    """What students say of themselves; empty where they say nothing that is plain text."""

    names: tuple[str, ...] = ()
    group: str = ""


def read_declared(notebook: Mapping) -> Declared:
    """Read `names = [...]` and `group = "..."` from a notebook's cells; nothing is run.

    Args:
        notebook: notebook 01 as plain values.
    """
    names: tuple[str, ...] = ()
    group = ""
    for cell in notebook.get("cells", []):
        if cell.get("cell_type") != "code" or "names" not in str(cell.get("source")):
            continue
        values = _literals("".join(cell["source"]))
        names = names or _texts(values.get("names"))
        group = group or "".join(_texts(values.get("group")))
    return Declared(names, group)


def disagreements(declared: Declared, team: Team, matcher: Matcher) -> list[str]:
    """List, in phrases, where a submission and the roster disagree on who handed in."""
    phrases = []
    if declared.group and team.group and not is_same_group(declared.group, team.group):
        phrases.append(f"says group {declared.group}, and the roster says {team.group}")
    if not declared.names:
        return phrases
    named: set[str] = set()
    for name in declared.names:
        found = matcher.by_name(name) or matcher.by_name(name, sorted_name=True)
        found = [each for each in team.members if words_of(each.name) == words_of(name)] or found
        members = [student for student in found if student in team.members]
        named |= {student.id for student in members}
        if not found:
            phrases.append(f"names {name}, whom the roster does not know by this name")
        elif not members:
            phrases.append(f"names {name}, who is not in this submission's group by the roster")
    if len(team.members) > 1:
        phrases += [
            f"does not name {shown(student)}, who is in the group by the roster"
            for student in team.members
            if student.id not in named
        ]
    return phrases


def shown(student: Student) -> str:
    """Return a student's name and id, as they are printed."""
    return f"{student.name} ({student.id})" if student.name else student.id


def _literals(source):
    """The values that a cell's plain assignments give to names, where they are literals."""
    values = {}
    try:
        body = ast.parse(source[:MAX_SOURCE]).body
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return {}
    for statement in body:
        if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
            try:
                values[statement.targets[0].id] = ast.literal_eval(statement.value)
            except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
                continue
    return values


def _texts(value):
    """The texts and numbers in a value, trimmed; () where it is something else."""
    values = value if isinstance(value, (list, tuple, set)) else [value]
    texts = [str(each).strip()[:MAX_LENGTH] for each in values if isinstance(each, (str, int))]
    return tuple(filter(None, texts))[:MAX_NAMES]
