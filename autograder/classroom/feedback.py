"""The command `feedback`: what students get back, as pages and as zips for the platforms."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer
from rich.console import Console
from rich.text import Text

from ..errors import describe_os_error
from ..paths import ROOT
from ..processes import usable_cores
from ..terminal import fail, open_console
from ..text import printable
from .errors import ClassError
from .feedback_page.nbgrader_pages import make_all_pages
from .feedback_page.page_files import Written
from .gradebook.sync import CONFIG
from .intake.entries import ASSIGNMENT
from .workers.local_pool import WorkerError

if TYPE_CHECKING:
    from .feedback_page.class_pages import Made


class Platform(StrEnum):
    """A learning platform that takes feedback in bulk."""

    BRIGHTSPACE = "brightspace"
    CANVAS = "canvas"
    MOODLE = "moodle"


MAX_LINES = 60  # of students who have no page


def feedback_command(
    results: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Where `class` keeps its results; `graded`."),
    ] = None,
    output: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Where the pages go; `feedback`.")
    ] = None,
    zip_for: Annotated[
        Platform | None,
        typer.Option("--zip", help="Also pack the pages for this platform's bulk upload."),
    ] = None,
    with_rubrics: Annotated[
        bool, typer.Option("--with-rubrics", help="Show the rubrics of what lost points.")
    ] = False,
    with_answers: Annotated[
        bool, typer.Option("--with-answers", help="Show model answers of what lost points.")
    ] = False,
    nbgrader: Annotated[
        bool,
        typer.Option(
            "--nbgrader", help="Make nbgrader's pages instead: whole notebooks, with the rubrics."
        ),
    ] = False,
    workers: Annotated[
        int | None, typer.Option(min=1, help="Processes on this machine; one for each core.")
    ] = None,
) -> None:
    """Make one page for each student: points, and what lost points or got a comment.

    Example: autograder feedback --zip brightspace

    Pages of before are replaced where something changed; a file that is not as this command made it
    stays. Ends with 0 where everybody has an up-to-date page, and 1 where somebody has none, or no
    place in the zip.
    """
    from .feedback_page.class_pages import Wish, make_class_pages  # loads nbgrader, in seconds

    root = Path.cwd() if Path(CONFIG).is_file() else ROOT
    processes = workers or usable_cores()
    if nbgrader and (zip_for or with_rubrics or with_answers or output):
        fail("--nbgrader makes nbgrader's pages alone: leave the other options out.", 2)
    if nbgrader:
        _make_nbgrader_pages(root, processes)
    wish = Wish(
        root,
        results or root / "graded",
        output or root / "feedback",
        processes,
        with_rubrics,
        with_answers,
    )
    try:
        with Console(stderr=True).status("Making the pages"):
            made = make_class_pages(wish)
        _print_made(made, wish.output)
        nameless = _make_zip(zip_for, made, wish.output) if zip_for else []
    except WorkerError as error:
        fail(f"Not all pages could be made: {error}.", 1)
    except ClassError as error:
        fail(str(error), 1)
    except OSError as error:
        fail(describe_os_error(error, wish.output), 1)
    raise typer.Exit(1 if made.problems or nameless else 0)


def _print_made(made: "Made", output: Path) -> None:
    """Say what was made, and who has no page."""
    console = open_console()
    for student, why in list(made.problems.items())[:MAX_LINES]:
        console.print(Text(f"{printable(student)} has no new page: {printable(why).rstrip('.')}."))
    if len(made.problems) > MAX_LINES:
        console.print(f"… and {len(made.problems) - MAX_LINES:,} more have none.")
    outcomes = list(made.pages.values())
    counts = [f"{outcomes.count(each):,} {each.value}" for each in Written if each in outcomes]
    detail = f" ({', '.join(counts)})" if counts else ""
    console.print(Text(f"{_count(len(outcomes), 'page')} in {output}{detail}."))
    if made.open:
        console.print(
            f"{_count(made.open, 'submission')} with answers that nobody has marked: their pages "
            "say which."
        )
    if made.waiting:
        console.print(
            f"{_count(made.waiting, 'submission')} with newer results that wait for `class --yes`: "
            "the pages show what counts now."
        )
    for path in made.leftover:
        console.print(Text(f"{printable(path.name)} is of before, and belongs to nobody now."))


def _make_zip(platform: Platform, made: "Made", output: Path) -> list[str]:
    """Pack the pages; return the students whom the platform would not find."""
    from .feedback_page.zips import plan_zip, write_zip

    contents = plan_zip(platform.value, made.handins, output, made.pages)
    console = open_console()
    for student in contents.nameless:
        console.print(
            Text(f"{printable(student)} is not in the zip: no name in {platform.value}'s download.")
        )
    if not contents.files:
        fail(
            f"No zip is made: no student has a name in {platform.value}'s download. `class` reads "
            "the names when it grades the download as it is.",
            1,
        )
    path = output / f"feedback-{platform.value}.zip"
    write_zip(path, contents)
    console.print(Text(f"{_count(len(contents.files), 'page')} in {path}, ready for upload."))
    return contents.nameless


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'s' * (number != 1)}"


def _make_nbgrader_pages(root: Path, workers: int) -> NoReturn:
    """Make nbgrader's pages of everybody who is graded; those of before are replaced."""
    with Console(stderr=True).status("Making nbgrader's pages"):
        try:
            made, failed = make_all_pages(root, workers)
        except WorkerError as error:
            fail(f"Not all pages could be made: {error}.", 1)
    if not made and not failed:
        fail("Nobody is graded yet: `python -m autograder class SUBMITTED_DIR` comes first.", 1)
    for student in failed:
        print(
            f"{printable(student)} has no pages; `nbgrader generate_feedback {ASSIGNMENT} --force` "
            "says why."
        )
    print(f"nbgrader's pages of {_count(len(made), 'student')} are in feedback/STUDENT/.")
    raise typer.Exit(1 if failed else 0)
