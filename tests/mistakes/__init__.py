"""The catalogue: wrong answers to the assignment with what they cost, and right ones.

An `Answer` changes the key's definitions of one notebook and says which tasks fail then and what
the student reads. A right answer costs nothing.
"""

import textwrap
from collections.abc import Callable, Iterable
from dataclasses import dataclass

# Edits {definition's name: source} in place.
Change = Callable[[dict[str, str]], None]


@dataclass(frozen=True)
class Answer:
    """One answer to a notebook.

    Attributes:
        notebook: file name of the notebook.
        name: the answer in a few words; unique within its notebook.
        change: turns the key's definitions into the answer's.
        costs: ids of the tasks that must fail, in the assignment's order; none for a right answer.
        says: a fragment of the failed checks' messages.
    """

    notebook: str
    name: str
    change: Change
    costs: tuple[str, ...] = ()
    says: str = ""

    def __str__(self) -> str:
        return f"{self.notebook[:2]}: {self.name}"


def fill(name: str, code: str, region: int = 0) -> Change:
    """Put other code into a solution region of the definition `name`."""

    def change(sources: dict[str, str]) -> None:
        lines = sources[name].splitlines()
        begin = [i for i, line in enumerate(lines) if line.strip() == "### BEGIN SOLUTION"][region]
        end = next(i for i in range(begin, len(lines)) if lines[i].strip() == "### END SOLUTION")
        indent = lines[begin][: len(lines[begin]) - len(lines[begin].lstrip())]
        block = textwrap.indent(textwrap.dedent(code).strip("\n"), indent)
        lines[begin + 1 : end] = block.splitlines()
        sources[name] = "\n".join(lines)

    return change


def swap(name: str, *pairs: tuple[str, str]) -> Change:
    """Replace text of the definition `name`; each old text must occur in it."""

    def change(sources: dict[str, str]) -> None:
        for old, new in pairs:
            assert old in sources[name], f"{name} no longer holds {old!r}"
            sources[name] = sources[name].replace(old, new)

    return change


def write(name: str, source: str) -> Change:
    """Replace the whole definition `name`, or add it; "" removes it."""

    def change(sources: dict[str, str]) -> None:
        sources[name] = textwrap.dedent(source)

    return change


def both(*changes: Change) -> Change:
    """Make several changes, one after the other."""

    def change(sources: dict[str, str]) -> None:
        for each in changes:
            each(sources)

    return change


def filled(
    notebook: str,
    title: str,
    name: str,
    rows: Iterable[tuple[str, str, str]],
    task: str,
    region: int = 0,
) -> tuple[Answer, ...]:
    """Make an answer of each row, which fills a solution region of the definition `name`.

    Args:
        notebook: file name of the notebook.
        title: what the answers' names begin with.
        name: the definition.
        rows: (name, code, a fragment of the message; "" for a right answer).
        task: id of the task that a wrong answer costs.
        region: which solution region of the definition, from 0.
    """
    return tuple(
        Answer(notebook, f"{title}, {row}", fill(name, code, region), (task,) if says else (), says)
        for row, code, says in rows
    )


def swapped(
    notebook: str,
    title: str,
    name: str,
    rows: Iterable[tuple[str, Iterable[tuple[str, str]], str]],
    task: str,
) -> tuple[Answer, ...]:
    """Make an answer of each row, which replaces text of the definition `name`.

    The arguments are those of `filled`, but rows are (name, pairs of old and new text, a fragment
    of the message; "" for a right answer).
    """
    return tuple(
        Answer(notebook, f"{title}, {row}", swap(name, *pairs), (task,) if says else (), says)
        for row, pairs, says in rows
    )
