"""Which file of a folder is which of the seven notebooks, and a note on each doubt."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from nbformat import NotebookNode

from ..assignment import NOTEBOOKS
from ..errors import SubmissionError
from ..notebook.cells import read_code
from ..notebook.file import load_notebook
from .identify import NotebookFingerprint, identify_by_name


@dataclass(frozen=True)
class CandidateFile:
    """A file that may be one of the seven notebooks.

    Attributes:
        path: where it is.
        named_like: the notebook that its name stands for.
        notebook: its content, None where it cannot be read.
        problem: why it cannot be read; this and the phrases continue the file's name.
        phrases: what had to be done to read it.
        started_answers: for each notebook of which it has cells, the names that the student began
            to write.
        made_from: the notebook that most of its cells come from.
        modified_ns: time of its last change in nanoseconds.
    """

    path: Path
    named_like: str | None
    notebook: NotebookNode | None = None
    problem: str = ""
    phrases: Sequence[str] = ()
    started_answers: Mapping[str, frozenset[str]] = field(default_factory=dict)
    made_from: str | None = None
    modified_ns: int = 0

    @property
    def name(self) -> str:
        """The file's own name."""
        return self.path.name

    @property
    def cells(self) -> list[NotebookNode]:
        """Its cells, none where it cannot be read."""
        return self.notebook.cells if self.notebook is not None else []

    @property
    def is_recognised(self) -> bool:
        """Whether it is one of the seven notebooks, readable or not."""
        return bool(self.named_like or self.started_answers)

    @property
    def natural_order(self) -> list[str | int]:
        """A sort key of its name by which (10) comes after (9)."""
        pieces = re.split(r"(\d+)", self.name)
        return [int(piece) if index % 2 else piece for index, piece in enumerate(pieces)]

    def is_for(self, name: str) -> bool:
        """Tell whether it was made to be this one of the seven."""
        return name in (self.named_like, self.made_from)

    def rank(self, name: str) -> tuple:
        """Return a sort key; the larger, the better the file serves as this notebook."""
        return (
            bool(self.started_answers[name]),
            self.name == name,
            self.named_like == name,
            self.made_from == name,
            self.modified_ns,
            self.natural_order,
        )


@dataclass(frozen=True)
class FolderNotebooks:
    """The notebooks found in the files of one folder.

    Attributes:
        notebooks: {name: notebook}.
        notes: a sentence for each doubt or defect.
        answer_count: how many names the student began to write.
        modified_ns: when the latest of their files was changed.
    """

    notebooks: dict[str, NotebookNode]
    notes: tuple[str, ...]
    answer_count: int
    modified_ns: int


def read_candidate(
    path: Path, fingerprints: Mapping[str, NotebookFingerprint], problem: str | None = None
) -> CandidateFile:
    """Read a file and find out which of the seven notebooks it has cells of.

    Args:
        path: the file.
        fingerprints: of the released notebooks, by name.
        problem: why the file must not be read, if so: a phrase that continues its name.
    """
    named_like = identify_by_name(path.name)
    try:
        if problem:
            raise SubmissionError(problem)
        notebook, phrases = load_notebook(path)
        modified_ns = path.stat().st_mtime_ns
    except (SubmissionError, OSError) as error:
        return CandidateFile(path, named_like, problem=str(error))
    cells = notebook.cells
    matches = {name: each.count_matches(cells) for name, each in fingerprints.items()}
    made_from = max(matches, key=lambda name: matches[name], default=None)
    if made_from and matches[made_from] < 2:  # one cell may be like a released one by chance
        made_from = None
    sources = {name for name, each in fingerprints.items() if each.is_found_in(cells)}
    if made_from:
        sources.add(made_from)
    if named_like and (matches.get(named_like) or not made_from):
        sources.add(named_like)
    started = {
        name: fingerprints[name].started_answers(cells) if name in fingerprints else frozenset()
        for name in sources
    }
    return CandidateFile(
        path,
        named_like,
        notebook,
        phrases=phrases,
        started_answers=started,
        made_from=made_from,
        modified_ns=modified_ns,
    )


def choose_notebooks(files: Sequence[CandidateFile]) -> FolderNotebooks:
    """Choose the file of each of the seven notebooks, or the files into which it was split."""
    notebooks, notes, answer_count, modified_ns = {}, [], 0, 0
    for name in NOTEBOOKS:
        readable = [file for file in files if name in file.started_answers]
        if not readable:
            notes.append(f"{name} {_absence(name, files)}.")
            continue
        best, parts = _best_and_parts(name, readable)
        notes += _notes(name, best, parts, files)
        notebooks[name] = _joined(parts)
        answer_count += len(frozenset().union(*(part.started_answers[name] for part in parts)))
        modified_ns = max(modified_ns, *(part.modified_ns for part in parts))
    return FolderNotebooks(notebooks, tuple(notes), answer_count, modified_ns)


def _best_and_parts(name, readable):
    """Return the best file for a notebook, and all files that are parts of it, in their order."""
    *others, best = sorted(readable, key=lambda file: file.rank(name))
    parts = [best, *(file for file in reversed(others) if _is_another_part(file, best, name))]
    return best, sorted(parts, key=lambda file: file.natural_order)


def _is_another_part(file, best, name):
    """Tell whether a file has answers to a notebook of which the best file has no cell."""
    answers = file.started_answers[name]
    present = {each for cell in best.cells for each in read_code(cell.source).names}
    return file.is_for(name) and bool(answers) and present.isdisjoint(answers)


def _joined(parts):
    """Return one notebook with the cells of all parts."""
    return NotebookNode(parts[0].notebook, cells=[cell for part in parts for cell in part.cells])


def _file_named(name, files):
    """Return the file with exactly this name, None where there is none."""
    return next((file for file in files if file.name == name), None)


def _absence(name, files):
    """Return why no file is this notebook, as a phrase that continues its name."""
    exact = _file_named(name, files)
    if exact and exact.problem:
        return exact.problem
    if exact:
        return f"contains the cells of {exact.made_from}, and its own cells are in no other file"
    broken = next((file for file in files if file.named_like == name and file.problem), None)
    return f"is missing, and {broken.name} {broken.problem}" if broken else "is missing"


def _notes(name, best, parts, files):
    """Return the sentences on the choice of a notebook."""
    exact = _file_named(name, files)
    notes = []
    if len(parts) > 1:
        notes.append(f"{name} was put together from {' and '.join(part.name for part in parts)}.")
    elif best is not exact:
        notes.append(f"{name} {_why_not(exact, name)}; {best.name} was read instead.")
    others = [
        file.name
        for file in files
        if file.is_for(name)
        and name in file.started_answers
        and file not in parts
        and (file is not exact or best is exact)
    ]
    if others:
        notes.append(
            f"{name}: several files look like it; {best.name} was read, not {' or '.join(others)}."
        )
    for part in parts:
        subject = name if part.name == name else f"{name} (read from {part.name})"
        notes += [f"{subject} {phrase}." for phrase in part.phrases]
    return notes


def _why_not(exact, name):
    """Return why the file with a notebook's name was not chosen, as a phrase after the name."""
    if exact is None:
        return "is missing"
    if exact.problem:
        return exact.problem
    if name in exact.started_answers:
        return "contains no answer"
    return f"contains the cells of {exact.made_from}"
