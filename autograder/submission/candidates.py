"""The files of one folder → which of them is which of the seven notebooks, and a sentence on each
that was in doubt.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from nbformat import NotebookNode

from ..assignment import NOTEBOOKS
from ..errors import SubmissionError
from ..notebook.cells import read_code
from ..notebook.file import load_notebook
from .identify import Content, meant_by


@dataclass(frozen=True)
class File:
    """A file that may be a notebook: what its name means, what it holds or why it cannot be read.

    written: for each of the seven of which it holds cells, the names that the student began to
    write. main: the one that most of its cells come from.
    """

    path: Path
    meant: str | None
    notebook: NotebookNode | None = None
    problem: str = ""
    phrases: Sequence[str] = ()
    written: Mapping[str, frozenset[str]] = field(default_factory=dict)
    main: str | None = None
    changed: int = 0  # nanoseconds

    @property
    def name(self) -> str:
        """The file's own name."""
        return self.path.name

    @property
    def known(self) -> bool:
        """Whether it is one of the seven, readable or not."""
        return bool(self.meant or self.written)

    def is_for(self, name: str) -> bool:
        """Whether it was made to be this one of the seven."""
        return name in (self.meant, self.main)

    def rank(self, name: str) -> tuple:
        """The larger, the better it serves as this one of the seven."""
        return (
            bool(self.written[name]),
            self.name == name,
            self.meant == name,
            self.main == name,
            self.changed,
            self.order,
        )

    @property
    def order(self) -> list:
        """Its name, such that (10) comes behind (9)."""
        return [
            int(part) if place % 2 else part
            for place, part in enumerate(re.split(r"(\d+)", self.name))
        ]


@dataclass(frozen=True)
class Choice:
    """The notebooks chosen from one folder, by name, and a sentence per doubt or defect.

    answers: how many names the student began to write. newest: when the latest of its files was
    changed.
    """

    notebooks: dict[str, NotebookNode]
    notes: tuple[str, ...]
    answers: int
    newest: int


def read_file(path: Path, contents: Mapping[str, Content], problem: str | None = None) -> File:
    """Read one file, unless there is a problem already: a phrase that lacks its subject."""
    meant = meant_by(path.name)
    try:
        if problem:
            raise SubmissionError(problem)
        notebook, phrases = load_notebook(path)
        changed = path.stat().st_mtime_ns
    except (SubmissionError, OSError) as error:
        return File(path, meant, problem=str(error))
    votes = {name: content.votes(notebook.cells) for name, content in contents.items()}
    main = max(votes, key=votes.get, default=None)
    main = main if main and votes[main] > 1 else None
    owners = {main, meant if votes.get(meant) or not main else None} - {None}
    owners |= {name for name, content in contents.items() if content.is_in(notebook.cells)}
    written = {
        name: contents[name].written(notebook.cells) if name in contents else frozenset()
        for name in owners
    }
    return File(path, meant, notebook, "", phrases, written, main, changed)


def choose(files: Sequence[File]) -> Choice:
    """Choose a file for each of the seven."""
    notebooks, notes, answers, newest = {}, [], 0, 0
    for name in NOTEBOOKS:
        able = sorted(
            (file for file in files if name in file.written), key=lambda file: file.rank(name)
        )
        if not able:
            notes.append(f"{name} {_absence(name, files)}.")
            continue
        best = able[-1]
        parts = [best, *(file for file in able[-2::-1] if _is_another_part(file, best, name))]
        parts.sort(key=lambda file: file.order)
        notes += _notes(name, best, parts, files)
        notebooks[name] = _joined(parts)
        answers += len(frozenset().union(*(part.written[name] for part in parts)))
        newest = max(newest, *(part.changed for part in parts))
    return Choice(notebooks, tuple(notes), answers, newest)


def _is_another_part(file, best, name):
    """Whether a notebook was split, and this file holds answers that have no cell in the best one."""
    present = {each for cell in best.notebook.cells for each in read_code(cell.source).names}
    return file.is_for(name) and bool(file.written[name]) and present.isdisjoint(file.written[name])


def _joined(parts):
    first = parts[0].notebook
    return NotebookNode(first, cells=[cell for part in parts for cell in part.notebook.cells])


def _absence(name, files):
    """Why no file is this one of the seven, as a phrase without its subject."""
    exact = next((file for file in files if file.name == name), None)
    if exact:
        return exact.problem or f"holds the cells of {exact.main}, and its own are in no other file"
    broken = next((file for file in files if file.meant == name and file.problem), None)
    return f"is missing, and {broken.name} {broken.problem}" if broken else "is missing"


def _notes(name, best, parts, files):
    """What there is to say about the choice of a notebook."""
    exact = next((file for file in files if file.name == name), None)
    others = [
        file.name
        for file in files
        if file.is_for(name)
        and name in file.written
        and file not in parts
        and (file is not exact or best is exact)
    ]
    notes = []
    if len(parts) > 1:
        notes.append(f"{name} was put together from {' and '.join(part.name for part in parts)}.")
    elif best is not exact:
        if exact is None:
            reason = "is missing"
        elif exact.problem:
            reason = exact.problem
        else:
            reason = (
                "holds no answer" if name in exact.written else f"holds the cells of {exact.main}"
            )
        notes.append(f"{name} {reason}; {best.name} was read in its place.")
    if others:
        notes.append(f"{name}: of several files {best.name} was read, not {' or '.join(others)}.")
    for part in parts:
        subject = name if part.name == name else f"{name} (read from {part.name})"
        notes += [f"{subject} {phrase}." for phrase in part.phrases]
    return notes
