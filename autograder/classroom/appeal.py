"""The command `appeal`: one submission is graded once more and compared with its recorded report.

Both reports are kept in the results, in appeals/NAME/, with who asked and when. The points that
count stay as they are until somebody accepts the new ones.
"""

import getpass
import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from .. import atomic_files
from ..errors import describe_os_error
from ..paths import ROOT
from ..terminal import fail, open_console, print_error
from ..text import printable
from .attendance import take_attendance
from .errors import ClassError
from .findings import report_with_names
from .gradebook.sync import CONFIG, GradebookSync
from .intake.entries import ASSIGNMENT, Entry, chosen_entries, read_uploads
from .intake.student_names import unique_file_stem
from .results.course_settings import read_settings
from .results.differences import differences, differences_table
from .results.fingerprints import course_hashes
from .results.store import COUNTING, Store, points_of
from .roster.reading import find_roster, read_roster
from .workers.dispatch import Outcome, grade_submissions
from .workers.executors import open_executor
from .workers.worker import GRADER

FAILED = 1  # exit codes
UNKNOWN = 2
OTHER_POINTS = 3
FOLDER = "appeals"
WIDTH = 120
_WHAT_CHANGED = {
    "submission": "what was handed in",
    "checks": "the checks",
    "assignment": "the assignment's notebooks or helpers",
}


@dataclass(frozen=True)
class Appeal:
    """An appeal, as it is kept.

    by, time: who asked, and when (ISO 8601).
    before, after: hashes and report of the recorded result, and of the new one; {} for none.
    """

    submission: str
    by: str
    time: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]


def appeal_command(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The student, or the group.")],
    submitted: Annotated[
        Path, typer.Argument(metavar="[SUBMITTED_DIR]", help="The folder of all submissions.")
    ] = Path("submitted"),
    results: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Where results are kept; `graded` beside SUBMITTED_DIR."),
    ] = None,
    by: Annotated[
        str | None, typer.Option(metavar="WHO", help="Who decides; the name of this account.")
    ] = None,
    accept: Annotated[
        bool, typer.Option("--accept", help="Let the new points count without asking.")
    ] = False,
    require_sandbox: Annotated[
        bool, typer.Option("--require-sandbox", help="Run nothing without a sandbox.")
    ] = False,
) -> None:
    """Grade one submission once more, and print what differs from its recorded report and why.

    Both reports are kept. Ends with 0, with 1 where it could not be graded, with 2 where there is
    no such submission, and with 3 where other points wait for --accept. Example: appeal ada
    """
    console = open_console(WIDTH)
    folder = results or submitted.absolute().parent / "graded"
    course = Path.cwd() if Path(CONFIG).is_file() else ROOT
    try:
        entry = _find_entry(submitted, folder, name)
        with Store(folder) as store:
            outcome = _grade(entry, {"sandbox": require_sandbox})
            appeal = keep(store, outcome, by or getpass.getuser())
            print_appeal(appeal, console)
            done = _let_count(store, outcome, appeal, course, accept, console)
    except ClassError as error:
        print_error(str(error))
        raise typer.Exit(error.code) from error
    except OSError as error:
        fail(f"{describe_os_error(error, folder)} Nothing else changed.", FAILED)
    raise typer.Exit(done)


def _find_entry(submitted: Path, results: Path, name: str) -> Entry:
    """Find what was handed in, as the class's last run knows who is who.

    Raises:
        RosterError: where there is no such submission.
    """
    course, roster = read_settings(results), find_roster(results)
    uploads, _ = read_uploads(submitted, course.zone)
    students = read_roster(roster) if roster else None
    attendance = take_attendance(uploads, students, course.due_time, course.zone)
    entries = {each.entry.student: each.entry for each in attendance.submissions}
    return chosen_entries(entries, [name])[name]


def _grade(entry: Entry, options: dict[str, Any], grader: str = GRADER) -> Outcome:
    """Grade a submission. Raises ClassError where that is not possible."""
    with open_executor(None, 1) as executor:
        [outcome] = grade_submissions(executor, [entry], grader, options)
    if outcome.status != "graded":
        raise ClassError(f"{entry.student} could not be graded: {outcome.problem}")
    return outcome


def keep(store: Store, outcome: Outcome, by: str) -> Appeal:
    """Write both reports into the folder of appeals; earlier appeals stay."""
    name, now = outcome.entry.student, datetime.now(UTC)
    counting = store.counting.get(name)
    before = {}
    if counting:
        before = {"hashes": counting.hashes, "report": store.read_report(COUNTING, name)}
    hashes = {"submission": outcome.digest, **course_hashes()}
    time = now.isoformat(timespec="seconds")
    report = report_with_names(outcome.report, outcome.notebooks)
    appeal = Appeal(name, by, time, before, {"hashes": hashes, "report": report})
    folder = store.folder / FOLDER / unique_file_stem(name)
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps(vars(appeal), indent=2, ensure_ascii=True) + "\n"
    atomic_files.write(folder / f"{now:%Y-%m-%dT%H-%M-%S-%fZ}.json", text.encode("ascii"))
    return appeal


def why(appeal: Appeal) -> str:
    """Say in a sentence what may be the cause of a difference."""
    if not appeal.before:
        return "It had no result that counts."
    before, after = appeal.before["hashes"], appeal.after["hashes"]
    names: list[str] = [each for each in after if before.get(each) != after[each]]
    changed = [_WHAT_CHANGED.get(each, each) for each in names]
    if changed:
        return f"Since the recorded report, this has changed: {', and '.join(changed)}."
    return "What was handed in, the checks and the assignment are as they were."


def changed_checks(appeal: Appeal) -> list[tuple[str, str, str, str]]:
    """List (task, check, before, after) where a verdict or its diagnosis differs."""
    before, after = (_checks(side.get("report", {})) for side in (appeal.before, appeal.after))
    return [
        (*key, _in_words(before.get(key)), _in_words(after.get(key)))
        for key in dict.fromkeys([*before, *after])
        if _differ(before.get(key), after.get(key))
    ]


def _checks(report: Mapping[str, Any]) -> dict[tuple[str, str], dict[str, Any]]:
    """(task, check) → the check's outcome."""
    return {
        (task["id"], check["name"]): check
        for task in report.get("tasks", ())
        for check in task["checks"]
    }


def _differ(before: dict[str, Any] | None, after: dict[str, Any] | None) -> bool:
    """Tell whether two outcomes differ; results from before ids are compared without them."""
    if before is None or after is None:
        return True
    ids = [each.get("diagnosis") for each in (before, after)]
    return before["passed"] != after["passed"] or (None not in ids and ids[0] != ids[1])


def _in_words(check: dict[str, Any] | None) -> str:
    if check is None:
        return "-"
    return "passed" if check["passed"] else f"failed: {check['message']}"


def print_appeal(appeal: Appeal, console: Console) -> None:
    """Print the points of both reports, what differs, and why."""
    sides = [side.get("report", {}) for side in (appeal.before, appeal.after)]
    before, after = (side.get("score") for side in sides)
    had = "no points" if before is None else f"{before:g}"
    console.print(Text(f"{printable(appeal.submission)}: {had} recorded, {after:g} now."))
    console.print(why(appeal))
    rows = changed_checks(appeal)
    if rows:
        table = Table("task", "check", "recorded", "now", title="Checks that differ")
        for row in rows:
            table.add_row(*(Text(printable(cell)) for cell in row))
        console.print(table)
    old, new = (side.get("notes", []) for side in sides)
    for note in new:
        if note not in old:
            console.print(Text(f"New note: {printable(note)}"))
    for note in old:
        if note not in new:
            console.print(Text(f"Gone: {printable(note)}"))


def _let_count(store, outcome, appeal, course, accept, console) -> int:
    """Let the new result count where its points are the same or accepted; the exit code."""
    name = outcome.entry.student
    before = points_of(appeal.before.get("report", {}))
    rows = differences(name, before, points_of(outcome.report))
    if not rows:
        console.print("The points are the same; the recorded report stays. Both are kept.")
        return 0
    console.print(differences_table(rows))
    if not (accept or (sys.stdin.isatty() and typer.confirm("Let the new points count?"))):
        console.print("The recorded points still count; --accept replaces them. Both are kept.")
        return OTHER_POINTS
    hashes = dict(appeal.after["hashes"])
    report = report_with_names(outcome.report, outcome.notebooks)
    result = store.save(COUNTING, hashes, name, report, outcome.notebooks)
    due = read_settings(store.folder).due_time
    with GradebookSync(store, course, ASSIGNMENT, due) as gradebook:
        gradebook.write_result(result, outcome.entry)
    console.print("The new points count.")
    return 0
