"""The command line: `autograder COMMAND`, or `python -m autograder COMMAND`."""
# ruff: noqa: E402, I001 - another Python is told so before anything is imported that needs this one

from .python_version import require_packages, require_python

require_python()
require_packages()

import dataclasses
import json
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from . import atomic_files
from .classroom.appeal import appeal_command
from .classroom.archive import archive_command
from .classroom.command import class_command
from .classroom.export.command import export_command
from .classroom.feedback import feedback_command
from .classroom.intake.single import OpenedSubmission, open_submission
from .command_group import GroupWithExamples
from .classroom.report.command import report_command
from .classroom.review.command import review_command
from .errors import SetupError, SubmissionError, describe_os_error
from .overwriting import require_free
from .preflight import mention_missing_data, prepare_sandbox, warn_of_missing_sandbox
from .target.command import bands_command, target_command
from .terminal import fail, open_console, print_what_the_terminal_can

if TYPE_CHECKING:
    from .grading import Report

app = typer.Typer(cls=GroupWithExamples, no_args_is_help=True, pretty_exceptions_enable=False)


@app.callback()
def _program() -> None:
    """The grader of the VAE assignment."""
    print_what_the_terminal_can()


# An epilog is the example that --help shows of a command; the list of commands shows all of them.
app.command("class", epilog="Example: autograder class submitted --roster roster.csv")(
    class_command
)
app.command("review", epilog="Example: autograder review --ta Ada")(review_command)
app.command("feedback", epilog="Example: autograder feedback --zip brightspace")(feedback_command)
app.command("export", epilog="Example: autograder export --for canvas")(export_command)
app.command("report", epilog="Example: autograder report")(report_command)
app.command("appeal", epilog="Example: autograder appeal ada")(appeal_command)
app.command("archive", epilog="Example: autograder archive 2026")(archive_command)
app.command("target", epilog="Example: autograder target --device cpu")(target_command)
app.command("bands", epilog="Example: autograder bands")(bands_command)


@app.command("grade", epilog="Example: autograder grade team-vae.zip --json report.json")
def grade_command(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="The folder with the seven notebooks, or its zip.")
    ],
    only: Annotated[
        list[str] | None,
        typer.Option(metavar="NOTEBOOK", help="Grade this notebook alone (03_loss); repeatable."),
    ] = None,
    json_file: Annotated[
        str | None,
        typer.Option(
            "--json",
            metavar="FILE",
            help="Write the report as JSON, in place of an earlier one; - for standard output.",
        ),
    ] = None,
    require_sandbox: Annotated[
        bool, typer.Option("--require-sandbox", help="Run nothing without a sandbox.")
    ] = False,
) -> None:
    """Grade one submission and print its points and what failed."""
    console = open_console(stderr=json_file == "-")
    chosen = {_notebook(name) for name in only} if only else None
    if json_file not in (None, "-"):
        require_free(Path(json_file), own=("submission", "tasks"))
    report = _grade(folder, chosen, require_sandbox)
    print_report(report, console)
    if json_file is not None:  # after the printing, so that a full disk loses no verdict
        _write_json(report, json_file)
    if any(result.not_measured for result in report.results):
        mention_missing_data()


def _grade(path: Path, only: set[str] | None, require_sandbox: bool) -> "Report":
    """Grade what lies at a path; ends the command with a sentence where that cannot be done."""
    try:
        with open_submission(path) as opened:
            prepare_sandbox()
            return _grade_opened(opened, only, require_sandbox)
    except SubmissionError as error:
        fail(str(error), 2)
    except OSError as error:
        fail(f"Not graded. {describe_os_error(error, tempfile.gettempdir())}", 1)


def _grade_opened(
    opened: OpenedSubmission, only: set[str] | None, require_sandbox: bool
) -> "Report":
    from .grading import grade  # loads torch, which the other commands need not wait for
    from .probes.student import NoVerdictError

    if not require_sandbox:
        warn_of_missing_sandbox()
    try:
        with _progress() as on_progress:
            report = grade(
                opened.folder, only=only, on_progress=on_progress, sandbox=require_sandbox
            )
    except (SetupError, NoVerdictError) as error:
        fail(str(error), 1)
    except SubmissionError as error:
        raise opened.explain(error) from error
    return dataclasses.replace(report, notes=(*opened.notes, *report.notes))


def print_report(report: "Report", console: Console) -> None:
    """Print the points of each task, and below a task the message of each check that failed."""
    console.print(
        Text(f"{report.submission}: {report.score} of {report.max_score} points", style="bold")
    )
    console.print()
    names = max((len(result.task.id) for result in report.results), default=0)
    titles = max((len(_title(result.task)) for result in report.results), default=0)
    for result in report.results:
        sign, style = _sign(result)
        row = (
            f"{result.task.id:{names}}  {_title(result.task):{titles}}  "
            f"{result.score}/{result.task.points}"
        )
        console.print(Text.assemble((sign, style), " ", row), no_wrap=True, overflow="ellipsis")
        for text in _messages(result):
            console.print(Padding(text, (0, 0, 0, 4), expand=False))
    for note in report.notes:
        console.print(Text(f"Note: {note}"))
    console.print(Text(f"The submission's code ran in: {report.isolation}."))
    console.print()


def _notebook(name: str) -> str:
    """Return the notebook with automatic tasks that "03_loss", "03_loss.ipynb" or "03" names."""
    from .assignment import AUTO, NOTEBOOKS

    with_tasks = {task.notebook for task in AUTO}
    stems = [each.removesuffix(".ipynb") for each in NOTEBOOKS if each in with_tasks]
    stem = name.removesuffix(".ipynb")
    for each in stems:
        if stem in (each, each[:2]):
            return f"{each}.ipynb"
    fail(f"--only {name}: choose one of the notebooks with automatic tasks: {', '.join(stems)}.", 2)


def _sign(result) -> tuple[str, str]:
    """Return the sign of a task and its colour."""
    if result.not_measured:
        return "–", "dim"
    return ("✓", "green") if result.passed else ("✗", "red")


def _title(task) -> str:
    return f"{task.question} {task.title}"


def _messages(result):
    """Yield the messages of failed checks, and that of a target that was reached."""
    if result.passed and not result.task.points:
        yield Text(result.outcomes[0].message)
    for message, checks in result.complaints.items():
        yield Text.assemble((f"{', '.join(checks)}: ", "bold"), message)


@contextmanager
def _progress():
    """Give a function that shows the current step; None where the output is not a terminal."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield None
        return
    with console.status("Grading") as status:
        yield lambda phrase: status.update(Text(phrase))


def _write_json(report: "Report", target: str) -> None:
    """Write the report to a file, whole or not at all; "-" is standard output."""
    if target == "-":
        sys.stdout.write(json.dumps(report.to_json(), indent=2, ensure_ascii=False) + "\n")
        return
    try:
        atomic_files.write_json(Path(target), report.to_json())
    except OSError as error:
        fail(f"The JSON cannot be written. {describe_os_error(error, target)}", 1)


def main() -> None:
    """Run the command line of the installed program `autograder`."""
    app(prog_name="autograder")


if __name__ == "__main__":
    app(prog_name="python -m autograder")
