"""Notebook files, read as format 4.5 however old, foreign or damaged they are."""

import math
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

from nbformat import NotebookNode, from_dict
from nbformat.v4.convert import upgrade_cell

from ..errors import SubmissionError
from ..submission_limits import MAX_NOTEBOOK_BYTES
from .outputs import handed_in_outputs, joined_text
from .recovery import read_cells

# Limits for one notebook. Reading a file takes at most some 2 GB of memory; one with 60 MB of
# output, about 200 MB.
MAX_CELLS = 2_000
MAX_CODE = 1_000_000  # characters of all its code cells
MAX_SHOWN = 8 * 2**20  # characters of outputs and attachments; the rest is cut, with a note
KINDS = ("code", "markdown", "raw")
_ID = re.compile(r"[a-zA-Z0-9_-]{1,64}")
# The notebook's metadata that are kept, where they have at least these fields.
_KERNEL_FIELDS = {"kernelspec": {"name", "display_name"}, "language_info": {"name"}}


def read_notebook(path: str | Path) -> NotebookNode:
    """Read a notebook file, without the remarks that load_notebook returns."""
    return load_notebook(path)[0]


def load_notebook(path: str | Path) -> tuple[NotebookNode, list[str]]:
    """Read a notebook file, repairing what can be repaired.

    Kept are each cell's type, text, id, nbgrader marks, and as many outputs and attachments as
    MAX_SHOWN allows; of the notebook's metadata, the kernel. A cell that cannot be used is left
    out.

    Returns:
        The notebook, of format 4.5 with text sources, and a phrase for each repair that may have
        cost something; it continues the file's name ("is cut off ...").

    Raises:
        SubmissionError: where there is nothing to read, with such a phrase.
    """
    raw_cells, metadata, phrases = read_cells(_read_bytes(path))
    if not raw_cells:
        raise SubmissionError("has no cells")
    cells, unusable, cut = _clean_cells(raw_cells[:MAX_CELLS])
    if len(raw_cells) > MAX_CELLS:
        phrases.append(
            f"has {len(raw_cells):,} cells; those after the first {MAX_CELLS:,} were left out"
        )
    phrases += [_unusable_cells(numbers, reason) for reason, numbers in unusable.items()]
    if cut:
        phrases.append(f"has more output than is kept; something was cut in {_cell_list(cut)}")
    if not cells:
        raise SubmissionError("has no cell that can be read")
    assign_ids(cells)
    notebook = {
        "cells": cells,
        "metadata": _kernel_metadata(metadata),
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return cast(NotebookNode, from_dict(notebook)), phrases


def assign_ids(cells: Sequence[dict[str, Any]]) -> None:
    """Give a new id to each cell whose id is missing, malformed or used by an earlier cell."""
    taken = {cell.get("id") for cell in cells if isinstance(cell.get("id"), str)}
    seen = set()
    for index, cell in enumerate(cells):
        cell_id = cell.get("id")
        if not isinstance(cell_id, str) or cell_id in seen or not _ID.fullmatch(cell_id):
            new_ids = (f"cell-{index}-{number}" for number in range(len(cells) + 1))
            cell_id = next(new_id for new_id in new_ids if new_id not in taken)
            cell["id"] = cell_id
        seen.add(cell_id)
        taken.add(cell_id)


def _read_bytes(path):
    try:
        with Path(path).open("rb") as file:
            raw = file.read(MAX_NOTEBOOK_BYTES + 1)
    except OSError as error:
        raise SubmissionError(f"cannot be read ({error.strerror})") from error
    if len(raw) > MAX_NOTEBOOK_BYTES:
        raise SubmissionError(f"is larger than {MAX_NOTEBOOK_BYTES // 2**20} MB")
    return raw


def _clean_cells(raw_cells):
    """Return the usable cells, {why cells were left out: their numbers}, and those that were cut.

    Cells are numbered from 1.
    """
    cells, unusable, cut, room, code_size = [], {}, [], MAX_SHOWN, 0
    for number, raw in enumerate(raw_cells, 1):
        try:
            cell, is_cut = _clean_cell(raw, room)
            size = len(cell["source"]) if cell["cell_type"] == "code" else 0
            if code_size + size > MAX_CODE:
                raise ValueError(f"beyond the first {MAX_CODE:,} characters of code")
        except ValueError as error:
            unusable.setdefault(str(error), []).append(number)
            continue
        room -= _size([cell.get("outputs"), cell.get("attachments")])
        code_size += size
        cells.append(cell)
        cut += [number] if is_cut else []
    return cells, unusable, cut


def _unusable_cells(numbers, reason):
    """Return the phrase on cells that were left out for one reason."""
    if len(numbers) > 1:
        return f"has unusable cells, which were left out: {_cell_list(numbers)} ({reason})"
    return f"has an unusable cell, which was left out: {_cell_list(numbers)} ({reason})"


def _cell_list(numbers):
    return f"cell{'s' * (len(numbers) > 1)} {', '.join(map(str, numbers))}"


def _clean_cell(raw: Any, room: int) -> tuple[dict[str, Any], bool]:
    """Return a cell of format 4.5, and whether it had more to show than fits into `room`.

    Raises ValueError with the reason where `raw` cannot be made one.
    """
    if not isinstance(raw, dict):
        raise ValueError("not a notebook cell")
    raw = _upgraded(raw)
    kind = raw.get("cell_type")
    if kind not in KINDS:
        kind = "code" if {"outputs", "execution_count"} & raw.keys() else "markdown"
    marks = _nbgrader_marks(raw.get("metadata"))
    cell = {
        "cell_type": kind,
        "id": raw.get("id"),
        "metadata": {"nbgrader": marks} if marks else {},
        "source": _source_text(raw.get("source")),
    }
    if kind == "code":
        kept, is_cut = handed_in_outputs(raw.get("outputs"), room)
        return cell | {"execution_count": None, "outputs": kept}, is_cut
    attachments = raw.get("attachments")
    if not _are_attachments(attachments):
        return cell, False
    if _size(attachments) > room:
        return cell, True
    return cell | {"attachments": attachments}, False


def _upgraded(raw):
    """Return a cell of format 3 as one of format 4, others as they are."""
    if raw.get("cell_type") == "heading" or ("input" in raw and "source" not in raw):
        level = raw.get("level")
        old = {"cell_type": "code", "outputs": [], "metadata": {}} | raw
        old |= {
            "source": _source_text(raw.get("source")),
            "level": level if level in range(1, 7) else 1,
            "outputs": [],
        }
        if "input" in raw:
            old.pop("source")
        return upgrade_cell(NotebookNode(old))
    return raw


def _source_text(source):
    """Return a cell's source, a text or a list of lines, as a text with Unix line ends."""
    if source is None:
        source = []
    lines = [source] if isinstance(source, str) else source
    if not isinstance(lines, list) or not all(isinstance(line, str) for line in lines):
        raise ValueError("its source is not text")
    return joined_text(lines).replace("\r\n", "\n").replace("\r", "\n")


def _nbgrader_marks(metadata):
    """Return the plain values among nbgrader's marks in a cell's metadata."""
    marks = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    if not isinstance(marks, dict):
        return {}
    return {key: value for key, value in marks.items() if _is_plain(value)}


def _is_plain(value):
    """Tell whether nbgrader may have written this mark."""
    if value is None or isinstance(value, (bool, str)):
        return True
    return isinstance(value, (int, float)) and math.isfinite(value)


def _are_attachments(value):
    """Tell whether this is {file: {media type: base64}}."""
    return isinstance(value, dict) and all(
        isinstance(file, dict) and all(isinstance(text, str) for text in file.values())
        for file in value.values()
    )


def _size(value):
    """Count the characters of all texts in a value, and one for each other thing in it."""
    size, queue = 0, [value]
    while queue:
        each = queue.pop()
        size += len(each) if isinstance(each, str) else 1
        if isinstance(each, dict):
            queue += each.values()
        elif isinstance(each, list):
            queue += each
    return size


def _kernel_metadata(metadata):
    """Return the part of a notebook's metadata that says in what language it is."""
    kept = {}
    for key, required in _KERNEL_FIELDS.items():
        section = metadata.get(key)
        if not isinstance(section, dict):
            continue
        texts = {name: joined_text(text) for name, text in section.items() if isinstance(text, str)}
        if required <= texts.keys():
            kept[key] = texts
    return kept
