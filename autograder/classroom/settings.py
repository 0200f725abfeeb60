"""The settings of one run over a class, and its exit codes."""

from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Any

from ..paths import ROOT
from .workers.worker import GRADER

# Exit codes
DONE = 0
FAILED = 1
NOT_ACCEPTED = 3  # points that would replace others wait until somebody accepts them
TO_LOOK_AT = 4  # problems.csv has lines: somebody is not graded, or it is not clear who they are


@dataclass(frozen=True)
class Settings:
    """What to grade, and how.

    submitted: the folder of all submissions.
    results: the folder of the results.
    course: the folder of nbgrader_config.py.
    gradebook: whether to write to the gradebook.
    force: whether to grade submissions that did not change, too.
    students: the submissions that are graded, and whose points are replaced; () for all.
    scheduler, workers: see `open_executor`.
    grader, options: see `grade_bundle`.
    roster: its file; None for that of an earlier call, if there was one.
    due: when the assignment is due; None for what an earlier call said.
    zone: of times that name none; None for what an earlier call said, or that of this machine.
    """

    submitted: Path
    results: Path
    course: Path = ROOT
    gradebook: bool = True
    force: bool = False
    students: tuple[str, ...] = ()
    scheduler: str | None = None
    workers: int | None = None
    grader: str = GRADER
    options: dict[str, Any] = field(default_factory=dict)
    roster: Path | None = None
    due: datetime | None = None
    zone: tzinfo | None = None
