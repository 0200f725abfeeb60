"""One run over a class: grade what changed, save each result, and update the gradebook."""

import contextlib
from collections.abc import Callable, Mapping
from pathlib import Path

from rich.console import Console

from .attendance import Attendance, Submission, take_attendance
from .errors import GradebookError
from .findings import group_problems, not_graded, remarks_on, report_with_names
from .gradebook.sync import GradebookSync
from .identities import carry_over, read_before, write_now
from .intake import bundle
from .intake.entries import ASSIGNMENT, Entry, chosen_entries, read_uploads
from .results.course_settings import CourseSettings, read_settings, write_settings
from .results.differences import Difference, differences
from .results.fingerprints import course_hashes
from .results.problems import Problem, write_problems
from .results.store import COUNTING, REFUSED, WAITING, Result, Store, points_of
from .roster.reading import find_roster, keep_copy, read_roster
from .run_printer import RunPrinter
from .settings import DONE, FAILED, NOT_ACCEPTED, TO_LOOK_AT, Settings
from .workers.dispatch import Outcome, grade_submissions
from .workers.executors import open_executor
from .workers.memory import choose_workers
from .workers.worker import describe_error


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
    course = read_settings(settings.results).updated(settings.due, settings.zone)
    roster = settings.roster or find_roster(settings.results)
    attendance = _take_attendance(settings, course, roster, printer)
    due = course.due_time
    with Store(settings.results) as store, _open_sync(settings, store, due) as gradebook:
        write_settings(settings.results, course)
        if roster:
            keep_copy(roster, settings.results)
        _carry_over(attendance, store, gradebook, printer)
        run = ClassRun(settings, attendance, store, gradebook, printer)
        return run.grade_and_record(accept)


def _take_attendance(
    settings: Settings, course: CourseSettings, roster: Path | None, printer: RunPrinter
) -> Attendance:
    """Find out who handed in what, and print what is remarkable."""
    students = read_roster(roster) if roster else None
    uploads, notes = read_uploads(settings.submitted, course.zone)
    attendance = take_attendance(uploads, students, course.due_time, course.zone)
    printer.print_roster(roster, None if students is None else len(students.students))
    for note in (*notes, *attendance.notes):
        printer.print_roster_note(note)
    return attendance


def _carry_over(attendance, store, gradebook, printer) -> None:
    """Let earlier results and marks go with those whose ids changed, and write who is who now."""
    before = read_before(store.folder)
    notes, problems = carry_over(attendance, before, store, gradebook)
    attendance.problems += problems
    for note in notes:
        printer.print_roster_note(note)
    write_now(store, attendance, before)


def _open_sync(settings, store, due) -> contextlib.AbstractContextManager[GradebookSync | None]:
    if settings.gradebook:
        return GradebookSync(store, settings.course, ASSIGNMENT, due)
    return contextlib.nullcontext()


class ClassRun:
    """One run: it grades submissions, and brings results and gradebook up to date.

    gradebook: None where the points are not written to it.
    """

    def __init__(
        self,
        settings: Settings,
        attendance: Attendance,
        store: Store,
        gradebook: GradebookSync | None,
        printer: RunPrinter,
    ):
        self._settings = settings
        self._attendance = attendance
        self._submissions: dict[str, Submission] = {
            each.entry.student: each for each in attendance.submissions
        }
        self._entries = {student: each.entry for student, each in self._submissions.items()}
        self._chosen = chosen_entries(self._entries, settings.students)
        self._store = store
        self._gradebook = gradebook
        self._printer = printer
        self._course_hashes = course_hashes()
        self._graded = 0
        self._failed: dict[str, str] = {}  # student → why
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
        problems = self._problems()
        write_problems(self._settings.results, problems)
        self._printer.print_problems(problems, self._settings.results)
        self._print_summary(len(self._chosen) - len(to_grade), waiting, unwritten)
        if self._failed or unwritten:
            return FAILED
        if waiting:
            return NOT_ACCEPTED
        return TO_LOOK_AT if problems else DONE

    def _submissions_to_grade(self) -> list[Entry]:
        """The submissions without a result for their present contents, checks and assignment."""
        to_grade = []
        for student, entry in self._chosen.items():
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
        workers, note = choose_workers(settings.workers)
        if settings.scheduler is None and len(entries) > workers:
            self._printer.print_workers_note(note)
        with (
            self._printer.show_progress(len(entries)) as advance,
            open_executor(settings.scheduler, workers) as executor,
        ):
            for outcome in grade_submissions(executor, entries, settings.grader, settings.options):
                self._record(outcome)
                advance()

    def _record(self, outcome: Outcome) -> None:
        """Save the outcome of one submission."""
        student, hashes = outcome.entry.student, self._hashes(outcome.digest)
        if outcome.status == "failed":
            self._failed[student] = outcome.problem
            self._printer.print_student_line(student, f"could not be graded: {outcome.problem}.")
        elif outcome.status == "refused":
            self._store.save(REFUSED, hashes, student, {}, {}, outcome.problem)
            self._store.discard(WAITING, student)
            self._print_refused(student, outcome.problem)
        else:
            self._record_graded(outcome, student, hashes)

    def _record_graded(self, outcome, student, hashes):
        """Save a graded submission; if its points would replace others, as waiting."""
        report = report_with_names(outcome.report, outcome.notebooks)
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
        waiting = [each for each in self._store.waiting.values() if each.student in self._chosen]
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
            self._gradebook.write_result(result, self._entries[result.student])
        except GradebookError as error:
            return str(error)
        except OSError:
            raise
        except Exception as error:  # noqa: BLE001 - one submission never ends the batch
            return describe_error(error)
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

    def _problems(self) -> list[Problem]:
        """All that a person must look at: who is not graded, and who is not clearly who."""
        graded = self._of_this_class(self._store.counting)
        attendance = self._attendance
        return [
            *not_graded(self._refused(), self._failed, self._submissions),
            *attendance.problems,
            *group_problems(graded, self._submissions, attendance.matcher),
        ]

    def _refused(self) -> dict[str, str]:
        return {each.student: each.problem for each in self._of_this_class(self._store.refused)}

    def _print_summary(self, unchanged, waiting, unwritten):
        store, chosen = self._store, self._chosen
        counting = [store.counting[student] for student in chosen if student in store.counting]
        in_groups = any(len(self._submissions[each].team.members) > 1 for each in chosen)
        word = "submission" if in_groups else "student"
        refused = {student: why for student, why in self._refused().items() if student in chosen}
        counts = {
            word if len(chosen) == 1 else f"{word}s": len(chosen),
            "graded now": self._graded,
            "as before": unchanged,
            "with nothing to grade": len(refused),
            "could not be graded": len(self._failed),
            "with other points that wait": waiting,
            "not in the gradebook": unwritten,
            **self._attendance.counts(),
        }
        submissions = {student: self._submissions[student] for student in chosen}
        remarks = remarks_on(submissions, {**refused, **self._failed})
        self._printer.print_summary(self._isolation, counting, store.titles, counts, remarks)

    def _print_refused(self, student, problem):
        self._printer.print_refused(
            student, problem, has_earlier_result=student in self._store.counting
        )
