"""The console and the error messages of all commands."""

import io
import sys
from typing import NoReturn

import typer
from rich.console import Console


def open_console(width: int = 100, stderr: bool = False) -> Console:
    """Open a console as wide as the terminal.

    Args:
        width: columns, where the output is no terminal.
        stderr: whether it prints to the standard error stream.
    """
    console = Console(stderr=stderr, highlight=False, markup=False)
    if console.is_terminal:
        return console
    return Console(stderr=stderr, highlight=False, markup=False, width=width)


def print_what_the_terminal_can() -> None:
    """Let signs that a terminal's encoding lacks, such as ✓ on Windows, be printed as "?"."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def print_error(sentence: str) -> None:
    """Print a sentence to the standard error stream."""
    print(sentence, file=sys.stderr)


def fail(sentence: str, code: int) -> NoReturn:
    """Print a sentence to the standard error stream and end the command with this exit code."""
    print_error(sentence)
    raise typer.Exit(code)
