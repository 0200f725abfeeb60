"""Raw cells from the bytes of a notebook file, also where its JSON is cut off or damaged."""

import contextlib
import json
import re
from typing import Any

from ..errors import SubmissionError

MAX_VALUES = 10_000_000  # in a file's JSON; a list or a dict takes some 70 bytes of memory
MAX_LINES = 1_000_000  # of a file in which conflict marks of git are undone
_BLANK = " \t\r\n\0\ufeff"
_REPLACED = "\N{REPLACEMENT CHARACTER}"
# The beginning of a cell in a damaged file: a brace and one of the keys that a cell may begin with.
_CELL = re.compile(
    r'\{\s*"(?:attachments|cell_type|collapsed|execution_count|id|input|metadata|outputs|source)"\s*:'
)
# Marks of git: <<<<<<< one version, ||||||| what both were made of, ======= the other, >>>>>>>.
_CONFLICT = re.compile(r"^(?:<{7}|\|{7}|={7}|>{7})(?= |$|\r)", re.MULTILINE)


def read_cells(raw: bytes) -> tuple[list[Any], dict[str, Any], list[str]]:
    """Parse the bytes of a notebook file; where they are not one JSON, find its intact cells.

    Returns:
        The cells (any JSON values), the notebook's metadata, and a phrase for each repair; it
        continues the file's name ("is cut off ...").

    Raises:
        SubmissionError: where no cell is found or the file is too large, with such a phrase.
    """
    # Before parsing, which takes many times the memory of the bytes.
    if sum(map(raw.count, (b",", b"[", b"{"))) > MAX_VALUES:
        raise SubmissionError(f"contains more than {MAX_VALUES:,} values")
    # Not strict: line ends and tabs inside a text are fine.
    decoder = json.JSONDecoder(parse_int=_parse_int, strict=False)
    for text, phrases in _decodings(raw):
        text = text.strip(_BLANK)
        if not text:
            raise SubmissionError("is empty")
        try:
            tree, end = decoder.raw_decode(text)
            cells, metadata = _cells_and_metadata(tree)
        except (ValueError, RecursionError) as error:
            problem = error
            continue
        if end < len(text):
            phrases.append("has extra bytes after its end; they were ignored")
        return cells, metadata, phrases
    line = conflict_line(text) if text.count("\n") < MAX_LINES else None
    for number, resolved in enumerate(_versions(text) if line else (), 1):
        with contextlib.suppress(ValueError, RecursionError):
            cells, metadata = _cells_and_metadata(decoder.raw_decode(resolved)[0])
            which = "first" if number == 1 else "second"
            phrase = (
                f"has conflict marks of git, first in line {line}: the {which} version was read"
            )
            return cells, metadata, [*phrases, phrase]
    return _intact_cells(text, decoder), {}, [*phrases, _damage(text, problem)]


def conflict_line(text: str) -> int | None:
    """Return the first line with one of the marks that git leaves in a file that two changed."""
    found = next((mark for mark in _CONFLICT.finditer(text) if mark[0][0] in "<>"), None)
    return text.count("\n", 0, found.start()) + 1 if found else None


def _versions(text):
    """Yield both versions of a text with conflict marks of git."""
    for wanted in ("<", "="):
        side, kept = None, []
        for line in text.splitlines(keepends=True):
            if _CONFLICT.match(line) and (side or line[0] == "<"):
                side = None if line[0] == ">" else line[0]
            elif side in (None, wanted):
                kept.append(line)
        yield "".join(kept)


def _decodings(raw):
    """Yield the texts that the bytes may stand for, the likeliest first, each with its phrases."""
    # UTF-16 has many zero bytes.
    is_wide = raw.count(0) > len(raw) // 4
    encoding = json.detect_encoding(raw) if is_wide else "utf-8-sig"
    try:
        yield raw.decode(encoding), []
        return
    except UnicodeDecodeError:
        text = raw.decode(encoding, "replace")
    # Latin-1 only where nothing but ASCII could be read as UTF-8.
    if encoding.startswith("utf-8") and not re.search(f"[^\0-\x7f{_REPLACED}]", text):
        yield raw.decode("latin-1"), ["is not in UTF-8 and was read as Latin-1"]
    yield text, [f"contains bytes that are not text; each was replaced by {_REPLACED}"]


def _cells_and_metadata(tree):
    """Return the cells and the metadata in a notebook's JSON. Raises ValueError without cells."""
    tree = tree if isinstance(tree, dict) else {}
    cells, metadata, worksheets = tree.get("cells"), tree.get("metadata"), tree.get("worksheets")
    if cells is None and isinstance(worksheets, list):
        cells = _worksheet_cells(worksheets)
    if not isinstance(cells, list):
        raise ValueError("no cells")
    return cells, metadata if isinstance(metadata, dict) else {}


def _worksheet_cells(worksheets):
    """Return the cells of all worksheets, which notebooks had up to format 3."""
    sheets = [sheet.get("cells") for sheet in worksheets if isinstance(sheet, dict)]
    return [cell for cells in sheets if isinstance(cells, list) for cell in cells]


def _intact_cells(text, decoder):
    """Return the cells that can be read in a damaged text.

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
        hint = " (it is a web page)" if text.startswith("<") else ""
        raise SubmissionError(f"cannot be read as a notebook{hint}")
    return cells


def _damage(text, problem):
    """Return the phrase on what is wrong with a text, and what was read of it."""
    if isinstance(problem, RecursionError):
        return "is nested too deeply; its other cells were read"
    if not isinstance(problem, json.JSONDecodeError):
        return "does not have the structure of a notebook; the cells found in it were read"
    line = conflict_line(text)
    if line:
        return (
            f"has conflict marks of git, first in line {line}, and two versions that do not fit; "
            "only its intact cells were read"
        )
    line = text.count("\n", 0, problem.pos) + 1
    return f"is cut off or damaged in line {line}; only its intact cells were read"


def _parse_int(digits):
    """Return a whole number, 0 for one so long that Python would refuse it."""
    return int(digits) if len(digits) < 100 else 0
