"""The command `python -m autograder review`."""

import contextlib
import getpass
import html
import secrets
import socket
import tempfile
import threading
import webbrowser
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from ...paths import ROOT
from ...terminal import fail, open_console
from ..errors import ClassError
from ..gradebook.sync import CONFIG
from ..intake.entries import ASSIGNMENT

HOST = "127.0.0.1"
PORT = 8765  # the same each time, since browsers keep drafts by port
PORTS = 20  # that are tried
WIDTH = 100


def review_command(
    port: Annotated[
        int | None,
        typer.Option(min=1, max=65535, help=f"{PORT}, or the next that is free."),
    ] = None,
    browser: Annotated[bool, typer.Option(help="Open the page in the browser.")] = True,
    ta: Annotated[
        str | None, typer.Option(metavar="NAME", help="Who marks; your login name.")
    ] = None,
    sample: Annotated[
        int, typer.Option(min=0, metavar="N", help="Have N answers to each question marked twice.")
    ] = 0,
) -> None:
    """Mark the answers in words, on pages that this machine alone can open.

    Ends with 0 on Ctrl+C, and 1 where the gradebook or the port cannot be opened.
    """
    root = Path.cwd() if Path(CONFIG).is_file() else ROOT
    console = open_console(WIDTH)
    name = " ".join((ta or getpass.getuser()).split())[:60]
    try:
        with _listen(port) as listener:
            with console.status("Reading the answers"):
                desk = open_desk(root, name, sample)
            _serve(desk, listener, browser, console)
    except ClassError as error:
        fail(str(error), error.code)


def open_desk(root: Path, ta: str, sample: int = 0):
    """Open the gradebook and the graded notebooks of a course folder, and read all answers.

    Raises:
        ClassError: where there is nothing to mark.
    """
    # Imported here: nbgrader and scikit-learn take seconds to load.
    from ..gradebook.course import load_course
    from .desk import Desk
    from .markbook import MarkBook
    from .questions import read_questions
    from .submissions import Submissions
    from .tables import open_engine

    course, _ = load_course(root, log_level="ERROR")
    book = MarkBook(open_engine(course.db_url), ASSIGNMENT, ta)
    source = course.format_path(course.source_directory, ".", ASSIGNMENT)
    questions = read_questions(book.read_cells(), Path(source))
    if not questions:
        raise ClassError(
            f"The gradebook knows no answers of {ASSIGNMENT}: `make release` tells it."
        )

    def folder_of(submission: str) -> Path:
        return Path(course.format_path(course.autograded_directory, submission, ASSIGNMENT))

    desk = Desk(book, questions, Submissions(folder_of, questions), sample)
    if not any([desk.read_sheets(task) for task in questions]):
        raise ClassError(
            "Nobody is graded yet: `python -m autograder class SUBMITTED_DIR` comes first."
        )
    return desk


def _listen(port: int | None) -> socket.socket:
    """Listen on this machine's own address.

    Raises:
        ClassError: where the port is taken.
    """
    for number in [port] if port else range(PORT, PORT + PORTS):
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((HOST, number))
            listener.listen()
            return listener
        except OSError:
            listener.close()
    which = port or f"{PORT} to {PORT + PORTS - 1}"
    raise ClassError(f"Port {which} is taken: choose another one with --port.")


def _serve(desk, listener: socket.socket, browser: bool, console: Console) -> None:
    """Serve the pages until Ctrl+C."""
    import uvicorn

    from .server import make_app

    port, token = listener.getsockname()[1], secrets.token_urlsafe(24)
    url = f"http://{HOST}:{port}/?token={token}"
    app = make_app(desk, port, token)
    config = uvicorn.Config(app, log_level="warning", access_log=False, server_header=False)
    threading.Thread(target=desk.compare_all, daemon=True).start()
    console.print(f"{desk.book.ta} marks at\n\n    {url}\n\nCtrl+C ends.", soft_wrap=True)
    with tempfile.TemporaryDirectory() as folder, contextlib.suppress(KeyboardInterrupt):
        if browser:
            webbrowser.open(_write_redirect(Path(folder), url).as_uri())
        uvicorn.Server(config).run(sockets=[listener])


def _write_redirect(folder: Path, url: str) -> Path:
    """Write a page, for this user alone, that leads to the URL; others can read command lines."""
    page = folder / "open.html"
    page.write_text(f'<meta http-equiv="refresh" content="0; url={html.escape(url)}">')
    return page
