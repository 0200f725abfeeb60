"""What a class run prints: a progress bar, sentences on students, tables, and the summary."""

import contextlib
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from pathlib import Path

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

from ..text import printable
from .results.differences import Difference, differences_table
from .results.problems import FILE as PROBLEMS
from .results.problems import Problem, problems_table
from .results.store import Result
from .results.summary import Remark, print_summary

MAX_NOTES = 5  # printed on one student
PREPARING = "Loading torch and starting the sandboxes"


class RunPrinter:
    """Prints the progress and the results of a class run to a console."""

    def __init__(self, console: Console):
        self._console = console

    @contextlib.contextmanager
    def show_progress(self, total: int) -> Iterator[Callable[[], None]]:
        """Show a progress bar on a terminal; give a function to call after each submission.

        Before the first one is done, it says what is being prepared.
        """
        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("left"),
            TimeRemainingColumn(),
        )
        hidden = not self._console.is_terminal
        if hidden and total:
            self._console.print(f"{PREPARING}, then {total:,} submissions are graded.")
        with Progress(*columns, console=self._console, disable=hidden) as progress:
            bar = progress.add_task(PREPARING, total=total)
            yield lambda: progress.update(bar, advance=1, description="Grading")

    def print_roster_note(self, note: str) -> None:
        """Print a sentence on the folder of submissions."""
        self._console.print(Text(printable(note)), soft_wrap=True)

    def print_workers_note(self, note: str) -> None:
        """Say why few submissions are graded at once, where there is something to say."""
        if note:
            self._console.print(Text(note), soft_wrap=True)

    def print_roster(self, path: Path | None, students: int | None) -> None:
        """Say which roster is used, or what it means that there is none."""
        if path is None:
            note = (
                "No roster: results go by the names of folders, and nobody is missed. --roster "
                "FILE takes a table of id, name, email, group, or your platform's export."
            )
        else:
            note = f"Roster: {path}, {students:,} students."
        self._console.print(Text(printable(note)), soft_wrap=True)

    def print_problems(self, problems: Sequence[Problem], results: Path) -> None:
        """Print a table of what a person must look at, and where all of it stands."""
        if not problems:
            return
        self._console.print(problems_table(problems))
        number = f"{len(problems):,} line{'s' * (len(problems) != 1)}"
        note = f"{number} to look at: {results / PROBLEMS}."
        self._console.print(Text(printable(note)), soft_wrap=True)

    def print_damaged_result(self, path: Path) -> None:
        """Say that a result's file cannot be read."""
        self._console.print(Text(f"{path} cannot be read; that student is graded anew."))

    def print_student_line(self, student: str, sentence: str) -> None:
        """Print a sentence on a student, on one line."""
        line = f"{printable(student)}: {printable(sentence)}".replace("\n", " ")
        self._console.print(Text(line), soft_wrap=True)

    def print_notes(self, student: str, notes: list[str]) -> None:
        """Print the first notes of a student's report, and how many more there are."""
        for note in notes[:MAX_NOTES]:
            self.print_student_line(student, note)
        if len(notes) > MAX_NOTES:
            more = len(notes) - MAX_NOTES
            self.print_student_line(student, f"{more} more notes stand in the result.")

    def print_refused(self, student: str, problem: str, has_earlier_result: bool) -> None:
        """Say why there is nothing to grade, and whether an earlier result stays."""
        kept = " The result of an earlier submission is kept." if has_earlier_result else ""
        self.print_student_line(student, f"{problem}{kept}")

    def print_changed_points(self, rows: list[Difference]) -> None:
        """Print a table of the points that would change."""
        self._console.print(differences_table(rows))

    def print_not_replaced(self, students: int) -> None:
        """Say that new points of so many students still wait to be accepted."""
        number = "1 student" if students == 1 else f"{students:,} students"
        self._console.print(Text(f"{number} kept the points of before: --yes replaces them."))

    def print_summary(
        self,
        isolation: Collection[str],
        results: Collection[Result],
        titles: Mapping[str, str],
        counts: Mapping[str, int],
        remarks: Mapping[str, Remark],
    ) -> None:
        """Print where the code ran, and the tables and counts of `print_summary`."""
        for each in sorted(isolation):
            text = Text(f"The submissions' code ran in: {printable(each)}.")
            self._console.print(text, soft_wrap=True)
        print_summary(self._console, results, titles, counts, remarks)
