"""A notebook's file → a notebook of format 4.5, however old, foreign or damaged the file is."""

import math
import re
from pathlib import Path
from typing import Any

from nbformat import NotebookNode, from_dict
from nbformat.v4.convert import upgrade_cell

from ..errors import SubmissionError
from ..submission_limits import MAX_NOTEBOOK_BYTES
from .outputs import joined_text, limited_outputs
from .recovery import cells_of

# All limits. Reading a file takes at most some 2 GB of memory; one with 60 MB of output, about 200
# MB.
MAX_CELLS = 2_000  # of a notebook
MAX_CODE = 1_000_000  # characters of all its code cells
MAX_SHOWN = (
    8 * 2**20
)  # characters of outputs and attachments that are kept of a notebook; the rest is dropped
KINDS = ("code", "markdown", "raw")
_ID = re.compile(r"[a-zA-Z0-9_-]{1,64}")


def read_notebook(path: str | Path) -> NotebookNode:
    """A notebook of format 4.5 with text sources.

    Raises SubmissionError with a phrase that lacks only its subject.
    """
    return load_notebook(path)[0]


def load_notebook(path: str | Path) -> tuple[NotebookNode, list[str]]:
    """The same, and what had to be done to read it: phrases that lack only their subject.

    Kept are each cell's type, text, id, nbgrader marks, and as many outputs and attachments as
    MAX_SHOWN allows; of the notebook's metadata, the kernel. A cell that cannot be used is left
    out.
    """
    cells, metadata, phrases = cells_of(_bytes(path))
    if not cells:
        raise SubmissionError("has no cells")
    kept, left_out, room, code = [], {}, MAX_SHOWN, 0
    for place, raw in enumerate(cells[:MAX_CELLS], 1):
        try:
            cell = _cell(raw, room)
            size = len(cell["source"]) if cell["cell_type"] == "code" else 0
            if code + size > MAX_CODE:
                raise ValueError(f"is beyond the first {MAX_CODE:,} characters of code")
        except ValueError as error:
            left_out.setdefault(str(error), []).append(str(place))
            continue
        room -= _size([cell.get("outputs"), cell.get("attachments")])
        code += size
        kept.append(cell)
    if len(cells) > MAX_CELLS:
        phrases.append(
            f"has {len(cells):,} cells; those behind the first {MAX_CELLS:,} were left out"
        )
    phrases += [
        f"has an unusable cell, which was left out: cell {', '.join(places)} {reason}"
        for reason, places in left_out.items()
    ]
    if not kept:
        raise SubmissionError("has no cell that can be read")
    notebook = {"cells": kept, "metadata": _kernel(metadata), "nbformat": 4, "nbformat_minor": 5}
    number(notebook["cells"])
    return from_dict(notebook), phrases


def number(cells: list[dict[str, Any]]) -> None:
    """Give a new id to each cell that has none, or one that stands further up."""
    taken = {cell.get("id") for cell in cells if isinstance(cell.get("id"), str)}
    seen = set()
    for place, cell in enumerate(cells):
        name = cell.get("id")
        if not isinstance(name, str) or name in seen or not _ID.fullmatch(name):
            name = next(
                new for n in range(len(cells) + 1) if (new := f"cell-{place}-{n}") not in taken
            )
            cell["id"] = name
        seen.add(name)
        taken.add(name)


def _bytes(path):
    try:
        with Path(path).open("rb") as file:
            raw = file.read(MAX_NOTEBOOK_BYTES + 1)
    except OSError as error:
        raise SubmissionError(f"cannot be read ({error.strerror})") from error
    if len(raw) > MAX_NOTEBOOK_BYTES:
        raise SubmissionError(f"is larger than {MAX_NOTEBOOK_BYTES // 2**20} MB")
    return raw


def _cell(raw, room):
    """A clean cell made of whatever a file has in its place; outputs and attachments larger than
    `room` are dropped.

    Raises ValueError with a phrase that lacks its subject.
    """
    if not isinstance(raw, dict):
        raise ValueError("is no cell")
    raw = _of_today(raw)
    kind, metadata = raw.get("cell_type"), raw.get("metadata")
    if kind not in KINDS:
        kind = "code" if {"outputs", "execution_count"} & raw.keys() else "markdown"
    source = _text(raw.get("source"))
    marks = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    marks = (
        {key: value for key, value in marks.items() if _is_plain(value)}
        if isinstance(marks, dict)
        else {}
    )
    cell = {
        "cell_type": kind,
        "id": raw.get("id"),
        "metadata": {"nbgrader": marks} if marks else {},
        "source": source,
    }
    outputs, attachments = raw.get("outputs"), raw.get("attachments")
    if kind == "code":
        kept = limited_outputs(outputs) if outputs and _size(outputs) <= room else []
        return cell | {"execution_count": None, "outputs": kept}
    return cell | ({"attachments": attachments} if _are_attachments(attachments, room) else {})


def _of_today(raw):
    """A cell of format 3 as one of format 4; others as they are."""
    if raw.get("cell_type") == "heading" or ("input" in raw and "source" not in raw):
        level = raw.get("level")
        old = {"cell_type": "code", "outputs": [], "metadata": {}} | raw
        old |= {
            "source": _text(raw.get("source")),
            "level": level if level in range(1, 7) else 1,
            "outputs": [],
        }
        if "input" in raw:
            old.pop("source")
        return upgrade_cell(NotebookNode(old))
    return raw


def _text(source):
    """A cell's source, which may be a text or a list of lines, with Unix line ends."""
    lines = [source] if isinstance(source, str) else [] if source is None else source
    if not isinstance(lines, list) or not all(isinstance(line, str) for line in lines):
        raise ValueError("has no text")
    return joined_text(lines).replace("\r\n", "\n").replace("\r", "\n")


def _is_plain(value):
    """Whether nbgrader may have written this mark."""
    return (
        value is None
        or isinstance(value, (bool, str))
        or isinstance(value, (int, float))
        and math.isfinite(value)
    )


def _are_attachments(value, room):
    """Whether this is {file: {media type: base64}} of at most `room` characters."""
    files = list(value.values()) if isinstance(value, dict) and _size(value) <= room else [None]
    return all(
        isinstance(file, dict) and all(isinstance(text, str) for text in file.values())
        for file in files
    )


def _size(value):
    """Characters of all texts in a value, and one for each other thing in it."""
    size, queue = 0, [value]
    while queue:
        each = queue.pop()
        size += len(each) if isinstance(each, str) else 1
        queue += each.values() if isinstance(each, dict) else each if isinstance(each, list) else ()
    return size


def _kernel(metadata):
    """The part of a notebook's metadata that says in what language it is."""
    kept = {}
    for key, needed in {"kernelspec": {"name", "display_name"}, "language_info": {"name"}}.items():
        found = metadata.get(key) if isinstance(metadata.get(key), dict) else {}
        found = {
            name: joined_text(value) for name, value in found.items() if isinstance(value, str)
        }
        if needed <= found.keys():
            kept[key] = found
    return kept
