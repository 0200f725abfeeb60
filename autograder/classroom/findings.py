"""What a person must look at after a run, beside who is who: who is not graded, and groups."""

import json
from collections.abc import Iterable, Mapping

from .attendance import Submission
from .results.problems import Problem
from .results.store import Result
from .roster.cross_check import NOTEBOOK, Declared, disagreements, read_declared
from .roster.matching import Matcher


def not_graded(refused: Mapping[str, str], failed: Mapping[str, str]) -> list[Problem]:
    """Make the problems of submissions without points.

    Args:
        refused: submission → why there is nothing to grade in it.
        failed: submission → why the grader could not grade it.
    """
    ask = "Ask for the notebooks, as files or in a zip."
    again = "The same command tries it again."
    return [
        *(Problem("not graded", student, what, ask) for student, what in refused.items()),
        *(Problem("not graded", student, what, again) for student, what in failed.items()),
    ]


def group_problems(
    results: Iterable[Result], submissions: Mapping[str, Submission], matcher: Matcher | None
) -> list[Problem]:
    """Make the problems where the names and the group in notebook 01 are not the roster's.

    Args:
        results: of this class.
        submissions: by their ids.
        matcher: finds students of the roster; None where there is no roster.
    """
    if matcher is None:
        return []
    way_out = "Correct the roster, or ask the group."
    return [
        Problem("group", result.student, f"{phrase}.", way_out)
        for result in results
        for phrase in disagreements(
            Declared(result.names, result.group), submissions[result.student].team, matcher
        )
    ]


def declared_in(notebooks: Mapping[str, str]) -> Declared:
    """Read the names and the group in notebook 01 of these: file name → JSON text."""
    try:
        return read_declared(json.loads(notebooks.get(NOTEBOOK, "{}")))
    except (ValueError, TypeError, AttributeError, RecursionError):
        return Declared()
