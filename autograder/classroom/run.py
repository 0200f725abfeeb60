"""A whole class, graded: what changed is graded anew, results are kept one by one, the gradebook
follows.
"""

import contextlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from ..paths import ROOT
from ..text import printable
from .errors import GradebookError
from .gradebook.sync import Merger
from .intake import bundle
from .intake.roster import ASSIGNMENT, Entry, read_roster
from .results.differences import Difference, differences, table
from .results.fingerprints import course_hashes
from .results.store import COUNTS, REFUSED, WAITING, Result, Store, points_of
from .results.summary import print_summary
from .workers.dispatch import Outcome, grade_all
from .workers.executors import open_executor
from .workers.worker import GRADER, describe

DONE, FAILED, OPEN = 0, 1, 3  # exit codes; OPEN: other points wait for somebody to accept them
NOTES = 5  # lines on one student


@dataclass(frozen=True)
class Settings:
    """What to grade, and how. course: the folder of nbgrader_config.py; grader, options: see
    `grade_bundle`.
    """

    submitted: Path
    results: Path
    course: Path = ROOT
    gradebook: bool = True
    force: bool = False
    scheduler: str | None = None
    workers: int | None = None
    grader: str = GRADER
    options: dict[str, Any] = field(default_factory=dict)


def run_class(settings: Settings, console: Console, accept: Callable[[int], bool]) -> int:
    """Grade a class. Returns the exit code.

    accept: called with a number of students whose points would change, after a table of them;
    whether to go on. Raises ClassError and OSError; what was graded until then is kept.
    """
    entries, notes = read_roster(settings.submitted)
    for note in notes:
        console.print(Text(printable(note)))
    with Store(settings.results) as store, _merger(settings, store) as merger:
        return _Run(
            settings, console, store, merger, {entry.student: entry for entry in entries}
        ).run(accept)


def _merger(settings, store):
    return (
        Merger(store, settings.course, ASSIGNMENT)
        if settings.gradebook
        else contextlib.nullcontext()
    )


class _Run:
    """One call of the command."""

    def __init__(self, settings, console, store, merger, entries):
        self.settings: Settings = settings
        self.console: Console = console
        self.store: Store = store
        self.merger: Merger | None = merger
        self.entries: dict[str, Entry] = entries
        self.hashes = course_hashes()
        self.failed: set[str] = set()
        self.graded = 0
        self.isolation: set[str] = set()

    def run(self, accept) -> int:
        for path in self.store.damaged:
            self.console.print(Text(f"{path} cannot be read; that student is graded anew."))
        todo = self._todo()
        if todo:
            self._grade(todo)
        waiting = self._waiting(accept)
        unmerged = self._merge_rest()
        self._print_summary(len(self.entries) - len(todo), waiting, unmerged)
        if self.failed or unmerged:
            return FAILED
        return OPEN if waiting else DONE

    def _todo(self) -> list[Entry]:
        """The submissions without a result for what they are now."""
        todo = []
        for student, entry in self.entries.items():
            try:
                found = self.store.find(student, self._hashes(bundle.digest_of(entry)))
            except OSError:
                found = None  # reading it says why
            if found is None or self.settings.force:
                todo.append(entry)
            elif found == COUNTS:
                self.store.drop(WAITING, student)
                self.store.drop(REFUSED, student)
            elif found == REFUSED:
                self._say_refused(student, self.store.results[REFUSED][student].problem)
        return todo

    def _hashes(self, digest):
        return {"submission": digest, **self.hashes}

    def _grade(self, todo: list[Entry]) -> None:
        if self.merger:
            self.merger.open()
        columns = (
            TextColumn("Grading"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("left"),
            TimeRemainingColumn(),
        )
        with (
            Progress(
                *columns, console=self.console, disable=not self.console.is_terminal
            ) as progress,
            open_executor(self.settings.scheduler, self.settings.workers) as executor,
        ):
            bar = progress.add_task("", total=len(todo))
            for outcome in grade_all(executor, todo, self.settings.grader, self.settings.options):
                self._keep(outcome)
                progress.advance(bar)

    def _keep(self, outcome: Outcome) -> None:
        """Keep what came of one submission; points that would replace others wait."""
        student, hashes = outcome.entry.student, self._hashes(outcome.digest)
        if outcome.status == "failed":
            self.failed.add(student)
            self._say(student, f"could not be graded: {outcome.problem}.")
        elif outcome.status == "refused":
            self.store.keep(REFUSED, hashes, student, {}, {}, outcome.problem)
            self.store.drop(WAITING, student)
            self._say_refused(student, outcome.problem)
        else:
            self.graded += 1
            self.isolation.add(outcome.report["isolation"])
            name = WAITING if self._changes(student, points_of(outcome.report)) else COUNTS
            result = self.store.keep(name, hashes, student, outcome.report, outcome.notebooks)
            self._say_notes(student, outcome.report["notes"])
            if name == COUNTS:
                self._merge(result)

    def _changes(self, student: str, points: dict) -> list[Difference]:
        """The points of the student that would be replaced by others."""
        counts = self.store.results[COUNTS].get(student)
        if counts:
            return differences(student, counts.points, points)
        known = self.merger.points(student) if self.merger else {}
        known = {task: known[task] for task in points if task in known}
        return differences(student, known, points) if known else []

    def _waiting(self, accept) -> int:
        """Show what would change, and let it count if that is accepted.

        Returns how many students still wait.
        """
        waiting = [
            result
            for student, result in self.store.results[WAITING].items()
            if student in self.entries
        ]
        if not waiting:
            return 0
        rows = [row for result in waiting for row in self._changes(result.student, result.points)]
        self.console.print(table(rows))
        if not accept(len(waiting)):
            self.console.print(
                Text(f"{_students(len(waiting))} kept the points of before: --yes replaces them.")
            )
            return len(waiting)
        for result in waiting:
            self.store.accept(result.student)
        return 0

    def _merge(self, result: Result) -> str:
        """Write a result to the gradebook. Returns why it does not take it, "" where it does."""
        if self.merger:
            try:
                if note := self.merger.merge(result, self.entries[result.student]):
                    self._say(result.student, note)
            except GradebookError as error:
                return str(error)
            except OSError:
                raise
            except Exception as error:  # noqa: BLE001 - one submission never ends the batch
                return describe(error)
        return ""

    def _merge_rest(self) -> int:
        """Write what the gradebook does not have yet.

        Returns how many students it still does not have.
        """
        if not self.merger:
            return 0
        counts = [
            result
            for student, result in self.store.results[COUNTS].items()
            if student in self.entries
        ]
        problems = {
            result.student: self._merge(result)
            for result in self.merger.missing(counts, self.entries)
        }
        for student, problem in problems.items():
            if problem:
                self._say(student, f"is graded, but not in the gradebook: {problem}")
        return sum(map(bool, problems.values()))

    def _print_summary(self, unchanged, waiting, unmerged):
        for isolation in sorted(self.isolation):
            self.console.print(
                Text(f"The submissions' code ran in: {printable(isolation)}."), soft_wrap=True
            )
        counting = [
            self.store.results[COUNTS][student]
            for student in self.entries
            if student in self.store.results[COUNTS]
        ]
        refused = sum(student in self.store.results[REFUSED] for student in self.entries)
        print_summary(
            self.console,
            counting,
            self.store.titles,
            {
                "students" if len(self.entries) > 1 else "student": len(self.entries),
                "graded now": self.graded,
                "as before": unchanged,
                "with nothing to grade": refused,
                "could not be graded": len(self.failed),
                "with other points that wait": waiting,
                "not in the gradebook": unmerged,
            },
        )

    def _say_refused(self, student, problem):
        kept = (
            " The result of an earlier submission is kept."
            if student in self.store.results[COUNTS]
            else ""
        )
        self._say(student, f"{problem}{kept}")

    def _say_notes(self, student, notes):
        for note in notes[:NOTES]:
            self._say(student, note)
        if len(notes) > NOTES:
            self._say(student, f"{len(notes) - NOTES} more notes stand in the result.")

    def _say(self, student, sentence):
        self.console.print(
            Text(f"{printable(student)}: {printable(sentence)}".replace("\n", " ")), soft_wrap=True
        )


def _students(number):
    return "1 student" if number == 1 else f"{number:,} students"
