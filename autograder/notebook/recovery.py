"""The bytes of a notebook's file → the cells in its JSON, also where it is cut off, damaged or not
in UTF-8.
"""

import json
import re
from typing import Any

from ..errors import SubmissionError

MAX_VALUES = 10_000_000  # in a file's JSON; a list or a dict takes some 70 bytes of memory
_BLANK = " \t\r\n\0\ufeff"
_REPLACED = "\N{REPLACEMENT CHARACTER}"
_CELL = re.compile(
    r'\{\s*"(?:attachments|cell_type|collapsed|execution_count|id|input|metadata|outputs|source)"\s*:'
)


def cells_of(raw: bytes) -> tuple[list[Any], dict[str, Any], list[str]]:
    """The cells in a file, whatever they are, the notebook's metadata, and what had to be done to
    read them.

    Of a file that is no whole JSON, the whole cells are read. Raises SubmissionError; it and the
    phrases lack only their subject.
    """
    if sum(map(raw.count, (b",", b"[", b"{"))) > MAX_VALUES:
        raise SubmissionError(f"holds more than {MAX_VALUES:,} values")
    decoder = json.JSONDecoder(
        parse_int=_int, strict=False
    )  # not strict: line ends within a text are fine
    for text, phrases in _texts(raw):
        text = text.strip(_BLANK)
        if not text:
            raise SubmissionError("is empty")
        try:
            tree, end = decoder.raw_decode(text)
            cells, metadata = _parts(tree)
        except (ValueError, RecursionError) as error:
            problem = error
            continue
        if end < len(text):
            phrases.append("goes on behind its end, which was ignored")
        return cells, metadata, phrases
    return _whole_cells(text, decoder), {}, [*phrases, _damage(text, problem)]


def _texts(raw):
    """What the bytes may say, the likeliest first, each with phrases."""
    encoding = (
        json.detect_encoding(raw) if raw.count(0) > len(raw) // 4 else "utf-8-sig"
    )  # UTF-16 has many zeros
    try:
        yield raw.decode(encoding), []
        return
    except UnicodeDecodeError:
        text = raw.decode(encoding, "replace")
    if encoding.startswith("utf-8") and not re.search(f"[^\0-\x7f{_REPLACED}]", text):
        yield raw.decode("latin-1"), ["is not in UTF-8 and was read as Latin-1"]
    yield text, [f"holds bytes that are no text; each counts as {_REPLACED}"]


def _parts(tree):
    """The cells and the metadata of a notebook's JSON. Raises ValueError where it has no cells."""
    tree = tree if isinstance(tree, dict) else {}
    cells, metadata, sheets = tree.get("cells"), tree.get("metadata"), tree.get("worksheets")
    if cells is None and isinstance(sheets, list):  # until format 3
        cells = [
            sheet["cells"]
            for sheet in sheets
            if isinstance(sheet, dict) and isinstance(sheet.get("cells"), list)
        ]
        cells = [cell for sheet in cells for cell in sheet]
    if not isinstance(cells, list):
        raise ValueError("no cells")
    return cells, metadata if isinstance(metadata, dict) else {}


def _whole_cells(text, decoder):
    """The cells that can be read in a damaged text.

    The work is linear in its length, however it is damaged.
    """
    cells, end, effort = [], 0, 20 * len(text)
    while effort > 0 and (match := _CELL.search(text, end)):
        start = match.start()
        try:
            value, stop = decoder.raw_decode(text, start)
        except (json.JSONDecodeError, RecursionError) as error:
            value, stop = {}, getattr(error, "pos", len(text))
        if "cell_type" in value and ("source" in value or "input" in value):
            cells.append(value)
            end = stop
        else:
            effort -= stop - start
            end = start + 1
    if not cells:
        kind = " (it is a web page)" if text.startswith("<") else ""
        raise SubmissionError(f"cannot be read as a notebook{kind}")
    return cells


def _damage(text, problem):
    """What is wrong with a text, and what was read of it."""
    if isinstance(problem, RecursionError):
        return "is nested too deep; the cells beside that were read"
    if not isinstance(problem, json.JSONDecodeError):
        return "is not built like a notebook; the cells in it were read"
    line = text.count("\n", 0, problem.pos) + 1
    return f"is cut off or damaged in line {line}; the cells that are whole were read"


def _int(digits):
    """A whole number; 0 for one so long that Python would refuse it."""
    return int(digits) if len(digits) < 100 else 0
