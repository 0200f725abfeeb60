"""What a person must look at after a run, beside who is who: who is not graded, and groups."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from .attendance import Submission
from .results.problems import Problem
from .results.store import Result
from .results.summary import Remark
from .roster.cross_check import NOTEBOOK, Declared, disagreements, read_declared
from .roster.matching import Matcher


def not_graded(
    refused: Mapping[str, str], failed: Mapping[str, str], submissions: Mapping[str, Submission]
) -> list[Problem]:
    """Make the problems of submissions without points.

    Args:
        refused: submission → why there is nothing to grade in it.
        failed: submission → why the grader could not grade it.
        submissions: by their ids.
    """
    ask = "Ask for the notebooks, as files or in a zip."
    again = "The same command tries it again."
    return [
        Problem("not graded", submissions[student].shown, what, way_out)
        for reasons, way_out in ((refused, ask), (failed, again))
        for student, what in reasons.items()
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
        Problem("group", submissions[result.student].shown, f"{phrase}.", way_out)
        for result in results
        for phrase in disagreements(
            Declared(result.names, result.group), submissions[result.student].team, matcher
        )
    ]


def remarks_on(
    submissions: Mapping[str, Submission], reasons: Mapping[str, str]
) -> dict[str, Remark]:
    """Say of each submission what stands beside its points.

    Args:
        submissions: by their ids.
        reasons: submission → why it is not graded.
    """
    return {
        student: Remark(each.shown, _span(each.handin.seconds_late), reasons.get(student, ""))
        for student, each in submissions.items()
    }


def _span(seconds: float | None) -> str:
    """A time in its largest unit, "" for none."""
    for unit, length in (("d", 86400), ("h", 3600), ("min", 60), ("s", 1)):
        if seconds and seconds >= length:
            return f"{seconds / length:.3g} {unit}"
    return ""


def declared_in(notebooks: Mapping[str, str]) -> Declared:
    """Read the names and the group in notebook 01 of these: file name → JSON text."""
    try:
        return read_declared(json.loads(notebooks.get(NOTEBOOK, "{}")))
    except (ValueError, TypeError, AttributeError, RecursionError):
        return Declared()


def report_with_names(report: Mapping[str, Any], notebooks: Mapping[str, str]) -> dict[str, Any]:
    """Add the names and the group of notebook 01 to the grader's report."""
    declared = declared_in(notebooks)
    return {**report, "names": list(declared.names), "group": declared.group}
