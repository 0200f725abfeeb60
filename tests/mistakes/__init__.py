"""The catalogue: answers to the assignment, wrong ones with what they cost, and right ones that
cost nothing.

An `Answer` changes the key's definitions of one notebook and says which tasks fail then and what
the student reads.
"""

import textwrap
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Answer:
    """One answer.

    `costs` are the ids of the tasks that must fail, `says` a fragment of the failed messages.
    """

    notebook: str
    name: str
    change: Callable[[dict[str, str]], None]  # edits {definition's name: source}, in place
    costs: tuple[str, ...] = ()
    says: str = ""

    def __str__(self) -> str:
        return f"{self.notebook[:2]}: {self.name}"


def fill(name: str, code: str, region: int = 0) -> Callable[[dict[str, str]], None]:
    """Put other code into a solution region of a definition."""

    def change(sources: dict[str, str]) -> None:
        lines = sources[name].splitlines()
        begin = [i for i, line in enumerate(lines) if line.strip() == "### BEGIN SOLUTION"][region]
        end = next(i for i in range(begin, len(lines)) if lines[i].strip() == "### END SOLUTION")
        indent = lines[begin][: len(lines[begin]) - len(lines[begin].lstrip())]
        lines[begin + 1 : end] = textwrap.indent(
            textwrap.dedent(code).strip("\n"), indent
        ).splitlines()
        sources[name] = "\n".join(lines)

    return change


def swap(name: str, *pairs: tuple[str, str]) -> Callable[[dict[str, str]], None]:
    """Replace text of a definition; each text must occur in it."""

    def change(sources: dict[str, str]) -> None:
        for old, new in pairs:
            assert old in sources[name], f"{name} no longer holds {old!r}"
            sources[name] = sources[name].replace(old, new)

    return change


def write(name: str, source: str) -> Callable[[dict[str, str]], None]:
    """Replace a whole definition, or add one; "" removes it."""

    def change(sources: dict[str, str]) -> None:
        sources[name] = textwrap.dedent(source)

    return change


def both(*changes: Callable[[dict[str, str]], None]) -> Callable[[dict[str, str]], None]:
    """Several changes, one after the other."""

    def change(sources: dict[str, str]) -> None:
        for each in changes:
            each(sources)

    return change
