"""One run over a class: grade what changed, save each result, and update the gradebook."""

import contextlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.console import Console

from ..paths import ROOT
from .errors import GradebookError, RosterError
from .gradebook.sync import GradebookSync
from .intake import bundle
from .intake.roster import ASSIGNMENT, Entry, read_roster
from .results.differences import Difference, differences
from .results.fingerprints import course_hashes
from .results.store import COUNTING, REFUSED, WAITING, Result, Store, points_of
from .run_printer import RunPrinter
from .workers.dispatch import Outcome, grade_submissions
from .workers.executors import open_executor
from .workers.worker import GRADER, describe_error

# Exit codes
DONE = 0
FAILED = 1
NOT_ACCEPTED = 3  # points that would replace others wait until somebody accepts them


@dataclass(frozen=True)
class Settings:
    """What to grade, and how.

    submitted: the folder of all submissions.
    results: the folder of the results.
    course: the folder of nbgrader_config.py.
    gradebook: whether to write to the gradebook.
    force: whether to grade submissions that did not change, too.
    students: those who are graded, and whose points are replaced; () for all.
    scheduler, workers: see `open_executor`.
    grader, options: see `grade_bundle`.
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


def run_class(settings: Settings, console: Console, accept: Callable[[int], bool]) -> int:
    """Grade a class.

    Args:
        settings: what to grade, and how.
        console: where to print.
        accept: decides whether points that differ replace those of before; it is called with the
            number of students, after a table of the differences.

    Returns:
        The exit code.

    Raises:
        ClassError: where the class cannot be graded; what was graded until then is kept.
        OSError: where a file cannot be read or written; what was graded until then is kept.
    """
    printer = RunPrinter(console)
    entries, notes = read_roster(settings.submitted)
    for note in notes:
        printer.print_roster_note(note)
    with Store(settings.results) as store, _open_sync(settings, store) as gradebook:
        run = ClassRun(settings, entries, store, gradebook, printer)
        return run.grade_and_record(accept)


def _open_sync(settings, store) -> contextlib.AbstractContextManager[GradebookSync | None]:
    if settings.gradebook:
        return GradebookSync(store, settings.course, ASSIGNMENT)
    return contextlib.nullcontext()


def _chosen(entries: dict[str, Entry], students: Iterable[str]) -> dict[str, Entry]:
    """Choose the entries of these students; all where none are named.

    Raises:
        RosterError: where one of them handed in nothing.
    """
    unknown = [student for student in students if student not in entries]
    if unknown:
        raise RosterError(f"There is no submission of {', '.join(unknown)}.")
    return {student: entries[student] for student in students} or entries


class ClassRun:
    """One run: it grades submissions, and brings results and gradebook up to date.

    gradebook: None where the points are not written to it.
    """

    def __init__(
        self,
        settings: Settings,
        entries: Iterable[Entry],
        store: Store,
        gradebook: GradebookSync | None,
        printer: RunPrinter,
    ):
        self._settings = settings
        self._entries = _chosen({entry.student: entry for entry in entries}, settings.students)
        self._store = store
        self._gradebook = gradebook
        self._printer = printer
        self._course_hashes = course_hashes()
        self._graded = 0
        self._failed: set[str] = set()
        self._isolation: set[str] = set()

    def grade_and_record(self, accept: Callable[[int], bool]) -> int:
        """Grade what changed, record it, and print a summary. Returns the exit code."""
        for path in self._store.damaged:
            self._printer.print_damaged_result(path)
        to_grade = self._submissions_to_grade()
        if to_grade:
            self._grade(to_grade)
        waiting = self._ask_for_waiting(accept)
        unwritten = self._write_missing_results()
        self._print_summary(len(self._entries) - len(to_grade), waiting, unwritten)
        if self._failed or unwritten:
            return FAILED
        return NOT_ACCEPTED if waiting else DONE

    def _submissions_to_grade(self) -> list[Entry]:
        """The submissions without a result for their present contents, checks and assignment."""
        to_grade = []
        for student, entry in self._entries.items():
            state = self._state_of(entry)
            if state is None or self._settings.force:
                to_grade.append(entry)
            elif state == COUNTING:
                self._store.discard(WAITING, student)
                self._store.discard(REFUSED, student)
            elif state == REFUSED:
                self._print_refused(student, self._store.refused[student].problem)
        return to_grade

    def _state_of(self, entry):
        """The state of the result for what was handed in, None where there is none."""
        try:
            digest = bundle.digest_of(entry)
        except OSError:
            return None  # grading reads it again, and reports the error
        return self._store.find_state(entry.student, self._hashes(digest))

    def _hashes(self, digest):
        return {"submission": digest, **self._course_hashes}

    def _grade(self, entries: list[Entry]) -> None:
        settings = self._settings
        if self._gradebook:
            self._gradebook.open()  # before hours of grading, to fail early
        with (
            self._printer.show_progress(len(entries)) as advance,
            open_executor(settings.scheduler, settings.workers) as executor,
        ):
            for outcome in grade_submissions(executor, entries, settings.grader, settings.options):
                self._record(outcome)
                advance()

    def _record(self, outcome: Outcome) -> None:
        """Save the outcome of one submission."""
        student, hashes = outcome.entry.student, self._hashes(outcome.digest)
        if outcome.status == "failed":
            self._failed.add(student)
            self._printer.print_student_line(student, f"could not be graded: {outcome.problem}.")
        elif outcome.status == "refused":
            self._store.save(REFUSED, hashes, student, {}, {}, outcome.problem)
            self._store.discard(WAITING, student)
            self._print_refused(student, outcome.problem)
        else:
            self._record_graded(outcome, student, hashes)

    def _record_graded(self, outcome, student, hashes):
        """Save a graded submission; if its points would replace others, as waiting."""
        report = outcome.report
        self._graded += 1
        self._isolation.add(report["isolation"])
        state = WAITING if self._changed_points(student, points_of(report)) else COUNTING
        result = self._store.save(state, hashes, student, report, outcome.notebooks)
        self._printer.print_notes(student, report["notes"])
        if state == COUNTING:
            self._write_to_gradebook(result)  # a problem is reported by _write_missing_results

    def _changed_points(self, student: str, points: Mapping) -> list[Difference]:
        """The points of the student, in the results or the gradebook, that would be replaced."""
        counting = self._store.counting.get(student)
        if counting:
            return differences(student, counting.points, points)
        known = self._gradebook.read_points(student) if self._gradebook else {}
        known = {task: known[task] for task in points if task in known}
        return differences(student, known, points) if known else []

    def _ask_for_waiting(self, accept) -> int:
        """Show the points that would change, and replace the old ones if that is accepted.

        Returns the number of students whose new points still wait.
        """
        waiting = self._of_this_class(self._store.waiting)
        if not waiting:
            return 0
        rows = []
        for result in waiting:
            rows += self._changed_points(result.student, result.points)
        self._printer.print_changed_points(rows)
        if not accept(len(waiting)):
            self._printer.print_not_replaced(len(waiting))
            return len(waiting)
        for result in waiting:
            self._store.accept(result.student)
        return 0

    def _of_this_class(self, results: Mapping[str, Result]) -> list[Result]:
        """The results of students who are in the folder of submissions."""
        return [result for student, result in results.items() if student in self._entries]

    def _write_to_gradebook(self, result: Result) -> str:
        """Write a result to the gradebook. Returns why that failed, "" where it did not."""
        if self._gradebook is None:
            return ""
        try:
            note = self._gradebook.write_result(result, self._entries[result.student])
        except GradebookError as error:
            return str(error)
        except OSError:
            raise
        except Exception as error:  # noqa: BLE001 - one submission never ends the batch
            return describe_error(error)
        if note:
            self._printer.print_student_line(result.student, note)
        return ""

    def _write_missing_results(self) -> int:
        """Write the results that the gradebook lacks. Returns how many could not be written."""
        if self._gradebook is None:
            return 0
        counting = self._of_this_class(self._store.counting)
        missing = self._gradebook.missing_results(counting, self._entries)
        problems = {result.student: self._write_to_gradebook(result) for result in missing}
        unwritten = {student: problem for student, problem in problems.items() if problem}
        for student, problem in unwritten.items():
            sentence = f"is graded, but not in the gradebook: {problem}"
            self._printer.print_student_line(student, sentence)
        return len(unwritten)

    def _print_summary(self, unchanged, waiting, unwritten):
        store = self._store
        counting = [
            store.counting[student] for student in self._entries if student in store.counting
        ]
        counts = {
            "students" if len(self._entries) > 1 else "student": len(self._entries),
            "graded now": self._graded,
            "as before": unchanged,
            "with nothing to grade": len(self._of_this_class(store.refused)),
            "could not be graded": len(self._failed),
            "with other points that wait": waiting,
            "not in the gradebook": unwritten,
        }
        self._printer.print_summary(self._isolation, counting, store.titles, counts)

    def _print_refused(self, student, problem):
        self._printer.print_refused(
            student, problem, has_earlier_result=student in self._store.counting
        )
