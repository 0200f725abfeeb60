"""What `check` of lab.py tells a student: the checks that grade, run on the notebook's globals."""

import textwrap
from typing import Any

from ..assignment import Task, task
from ..probes.student import InProcess
from .by_task import judge
from .outcome import Outcome
from .untouched import untouched

WIDTH = 92  # characters in a line, so that a printed page cuts none


def report(task_id: str, namespace: dict[str, Any]) -> tuple[bool, str]:
    """Judge a task by what a notebook defines, and leave the notebook as it is.

    Args:
        task_id: grade_id of a task that checks decide.
        namespace: globals of the notebook.

    Returns:
        Whether the answer earns the task's points, and the text that the student reads: a sentence
        for each property, ✓ where it holds and ✗ where it does not, and the points.

    Raises:
        KeyError: where checks decide no such task.
    """
    with untouched(namespace):
        outcomes = judge(task_id, InProcess(namespace))
    passed = all(outcome.passed for outcome in outcomes)
    # What ails all properties alike is said once.
    lines = dict.fromkeys(map(_line, outcomes))
    return passed, "\n".join([*lines, _points(task(task_id), passed)])


def _line(outcome: Outcome) -> str:
    mark = "✓ " if outcome.passed else "✗ "
    return textwrap.fill(
        outcome.message,
        WIDTH,
        initial_indent=mark,
        subsequent_indent="  ",
        break_long_words=False,
        break_on_hyphens=False,
    )


def _points(task: Task, passed: bool) -> str:
    points = f"{task.points} point{'' if task.points == 1 else 's'}"
    return f"{points if passed else f'Not yet {points}'}: {task.question} {task.title}"
