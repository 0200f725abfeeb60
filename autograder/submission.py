"""A folder that a student handed in, read as a Submission; whatever is wrong with it, said in one sentence each."""

import copy
from dataclasses import dataclass
from pathlib import Path

from nbformat import NotebookNode, reader
from nbformat.converter import convert

from .assignment import NOTEBOOKS

MAX_BYTES = 50 * 2**20  # of one file


class SubmissionError(Exception):
    """There is nothing to grade; str() is one sentence."""


@dataclass(frozen=True)
class Submission:
    """What was handed in: the notebooks that could be read (by name), the weights' files, and a sentence per defect."""

    name: str
    folder: Path
    notebooks: dict[str, NotebookNode]
    weights: tuple[Path, ...] = ()
    notes: tuple[str, ...] = ()


def read_submission(folder: str | Path) -> Submission:
    """The Submission in a folder. Raises SubmissionError where there is none, or none of the seven notebooks in it."""
    folder = Path(folder)
    if not folder.is_dir():
        raise SubmissionError(f"{folder} is not a folder.")
    if not any((folder / name).exists() for name in NOTEBOOKS):
        raise SubmissionError(f"{folder} holds none of the seven notebooks ({NOTEBOOKS[0]} to {NOTEBOOKS[-1]}).")
    notebooks, notes = {}, []
    for name in NOTEBOOKS:
        reason = _unusable(folder / name, folder)
        try:
            if reason:
                raise SubmissionError(reason)
            notebooks[name] = read_notebook(folder / name)
        except SubmissionError as error:
            notes.append(f"{name} {error}.")
    weights = []
    for path in sorted(folder.glob("*.pt")):
        reason = _unusable(path, folder)
        if reason:
            notes.append(f"{path.name} {reason}.")
        else:
            weights.append(path)
    return Submission(folder.resolve().name, folder, notebooks, tuple(weights), tuple(notes))


def read_notebook(path: Path) -> NotebookNode:
    """A notebook of format 4 with text sources. Raises SubmissionError with a phrase that lacks only its subject."""
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise SubmissionError("is not a text file in UTF-8") from error
    except OSError as error:
        raise SubmissionError(f"cannot be read ({error.strerror})") from error
    if not text.strip():
        raise SubmissionError("is empty")
    try:
        notebook = convert(reader.reads(text), 4)  # nbformat.reads would also validate, and log what it dislikes
        for cell in notebook.cells:
            _require_usable(cell)
    except Exception as error:  # nbformat raises a dozen kinds, from NotJSONError to AttributeError
        raise SubmissionError("cannot be read as a notebook") from error
    if not notebook.cells:
        raise SubmissionError("has no cells")
    return notebook


def restore(notebook: NotebookNode, released: NotebookNode) -> NotebookNode:
    """A copy of a student's notebook in which every locked cell is as the release has it, found by its grade_id.

    Locked cells that are missing come back behind the cell that precedes them in the release. A second cell with the
    same grade_id is the student's own copy and stays, but counts as an ordinary cell unless it is a test.
    """
    restored = copy.deepcopy(notebook)
    cells = restored.cells
    _forget_copies(cells)
    previous = None  # the grade_id of the nearest cell above that is present
    for cell in released.cells:
        name = grade_id(cell)
        if name is None:
            continue
        place = _index(cells, name)
        if not cell.metadata.nbgrader.get("locked"):
            previous = name if place is not None else previous
            continue
        if place is None:
            place = _index_of_text(cells, cell)
        if place is None:
            above = _index(cells, previous)
            cells.insert(0 if above is None else above + 1, copy.deepcopy(cell))
        else:
            cells[place] = copy.deepcopy(cell)
        previous = name
    return restored


def grade_id(cell: NotebookNode) -> str | None:
    """A cell's nbgrader name, None where it has none."""
    name = cell.metadata.get("nbgrader", {}).get("grade_id")
    return name if isinstance(name, str) else None


def is_test(cell: NotebookNode) -> bool:
    """Whether nbgrader would give points for running this cell."""
    marks = cell.metadata.get("nbgrader", {})
    return cell.cell_type == "code" and bool(marks.get("grade")) and not marks.get("solution")


def _forget_copies(cells):
    """Take the nbgrader marks off every cell whose grade_id stands further up already, unless it is a test."""
    seen = set()
    for cell in cells:
        name = grade_id(cell)
        if name is not None and name in seen and not is_test(cell):
            del cell.metadata["nbgrader"]
        seen.add(name)


def _index(cells, name):
    """Where the first cell with this grade_id stands."""
    return next((i for i, cell in enumerate(cells) if name is not None and grade_id(cell) == name), None)


def _index_of_text(cells, wanted):
    """Where a cell stands that lost its marks but kept this one's text."""
    return next((i for i, cell in enumerate(cells) if grade_id(cell) is None and cell.source == wanted.source), None)


def _unusable(path, folder):
    """Why a file cannot be used, as a phrase without its subject; None for a plain file of the folder."""
    try:
        if not path.exists():
            return "is missing" + _near(path)
        if not path.resolve().is_relative_to(folder.resolve()):
            return "is a link to a file outside the folder"
        if not path.is_file():
            return "is not a file"
        if path.stat().st_size > MAX_BYTES:
            return f"is larger than {MAX_BYTES // 2**20} MB"
    except OSError as error:
        return f"cannot be read ({error.strerror})"
    return None


def _require_usable(cell):
    """Raise an exception of any kind where a cell lacks what the grader relies on."""
    marks = cell.metadata.get("nbgrader", {})
    texts = isinstance(cell.source, str) and isinstance(marks, dict)
    if not texts or cell.cell_type not in ("code", "markdown", "raw"):
        raise TypeError("not a cell of a notebook")


def _near(path):
    """A hint at a notebook that may be the missing one under another name."""
    others = {other.name for other in path.parent.glob(f"{path.name[:3]}*.ipynb")} - set(NOTEBOOKS)
    return f" (is it {min(others)}?)" if others else ""
