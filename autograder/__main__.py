"""The command line: python -m autograder COMMAND; grade, class, feedback, target or bands."""

import json
import sys
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
from .classroom.feedback import feedback_command
from .classroom.report.command import report_command
from .errors import SetupError, SubmissionError
from .target.command import bands_command, target_command
from .terminal import fail, open_console

if TYPE_CHECKING:
    from .grading import Report

app = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False)


@app.callback()
def _program() -> None:
    """The grader of the VAE assignment."""


app.command("class")(class_command)
app.command("feedback")(feedback_command)
app.command("report")(report_command)
app.command("appeal")(appeal_command)
app.command("archive")(archive_command)
app.command("target")(target_command)
app.command("bands")(bands_command)


@app.command("grade")
def grade_command(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="The folder with the seven notebooks.")
    ],
    only: Annotated[
        list[str] | None,
        typer.Option(metavar="NOTEBOOK", help="Grade this notebook alone (03_loss); repeatable."),
    ] = None,
    json_file: Annotated[
        str | None,
        typer.Option(
            "--json", metavar="FILE", help="Write the report as JSON; - for standard output."
        ),
    ] = None,
    require_sandbox: Annotated[
        bool, typer.Option("--require-sandbox", help="Run nothing without a sandbox.")
    ] = False,
) -> None:
    """Grade one submission and print its points and what failed."""
    from .grading import grade  # loads torch, which the other commands need not wait for
    from .probes.student import NoVerdictError

    console = open_console(stderr=json_file == "-")
    chosen = {_notebook(name) for name in only} if only else None
    try:
        with _progress() as on_progress:
            report = grade(folder, only=chosen, on_progress=on_progress, sandbox=require_sandbox)
    except SubmissionError as error:
        fail(str(error), 2)
    except (SetupError, NoVerdictError) as error:
        fail(str(error), 1)
    if json_file is not None:
        _write_json(report, json_file)
    print_report(report, console)


def print_report(report: "Report", console: Console) -> None:
    """Print the points of each task, and below a task the message of each check that failed."""
    console.print(
        Text(f"{report.submission}: {report.score} of {report.max_score} points", style="bold")
    )
    console.print()
    names = max((len(result.task.id) for result in report.results), default=0)
    titles = max((len(_title(result.task)) for result in report.results), default=0)
    for result in report.results:
        sign, style = ("✓", "green") if result.passed else ("✗", "red")
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
        fail(f"{target} cannot be written: {error.strerror}.", 1)


if __name__ == "__main__":
    app(prog_name="python -m autograder")
