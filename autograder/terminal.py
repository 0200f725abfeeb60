"""What all commands print with: a console as wide as the terminal, and one sentence for what stops them."""

import sys
from typing import NoReturn

import typer
from rich.console import Console


def open_console(width: int = 100, stderr: bool = False) -> Console:
    """A console as wide as the terminal; `width` columns where the output is no terminal."""
    console = Console(stderr=stderr, highlight=False, markup=False)
    if console.is_terminal:
        return console
    return Console(stderr=stderr, highlight=False, markup=False, width=width)


def complain(sentence: str) -> None:
    """Print a sentence to the standard error stream."""
    print(sentence, file=sys.stderr)


def fail(sentence: str, code: int) -> NoReturn:
    """Print a sentence to the standard error stream and end the command with this exit code."""
    complain(sentence)
    raise typer.Exit(code)
