"""A table as people and platforms save it: any usual separator and encoding, all cells as text."""

import codecs
import csv
import io
from dataclasses import dataclass
from pathlib import Path

from ..errors import RosterError

MAX_BYTES = 50 * 2**20
_SEPARATORS = ",;\t"
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_ENCODINGS = ("utf-8-sig", "cp1252", "gb18030")  # as Excel saves where it does not save UTF-8


@dataclass(frozen=True)
class Table:
    """A header, and rows that have a cell for each column."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def read_table(path: Path) -> Table:
    """Read a table of text; nothing in it is taken for a number or a date.

    Raises:
        RosterError: where it cannot be read, or is no such table.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise RosterError(f"{path} cannot be read: {error.strerror}.") from error
    if len(data) > MAX_BYTES:
        raise RosterError(f"{path} is larger than {MAX_BYTES // 2**20} MB: that is no roster.")
    if data.startswith(b"PK\3\4"):
        raise RosterError(f"{path} is an Excel file or a zip: save it as CSV (UTF-8) first.")
    lines = [line for line in _parse(path, _decode(path, data)) if any(map(str.strip, line))]
    if not lines:
        raise RosterError(f"{path} is empty.")
    header, *rows = lines
    for number, row in enumerate(rows, 2):
        if any(cell.strip() for cell in row[len(header) :]):
            raise RosterError(
                f"{path}: row {number} has {len(row)} cells, and the header {len(header)}. A name "
                "with a separator in it must stand in quotes."
            )
    width = len(header)
    return Table(
        tuple(cell.strip() for cell in header),
        tuple(tuple(row[:width]) + ("",) * (width - len(row)) for row in rows),
    )


def _decode(path, data):
    """The text of a file, by its byte order mark or the first encoding that fits."""
    if data.startswith(_UTF_16) or data[1:2] == b"\0" or data[:1] == b"\0":
        encoding = "utf-16" if data.startswith(_UTF_16) else f"utf-16-{_order(data)}"
        try:
            return data.decode(encoding)
        except UnicodeDecodeError as error:
            raise RosterError(f"{path} is no text: save it as CSV (UTF-8).") from error
    for encoding in _ENCODINGS:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise RosterError(f"{path} is no text: save it as CSV (UTF-8).")


def _order(data):
    return "le" if data[1:2] == b"\0" else "be"


def _parse(path, text):
    """The cells of each line, by the separator that splits the header into most columns."""
    if text[:4].casefold() == "sep=":  # a line for Excel
        text = text.partition("\n")[2]
    try:
        tables = [_cells(text, separator) for separator in _SEPARATORS]
    except csv.Error as error:
        raise RosterError(f"{path} is no table: {error}.") from error
    return max(tables, key=lambda table: len(table[0]) if table else 0)


def _cells(text, separator):
    csv.field_size_limit(MAX_BYTES)  # comments of a grading worksheet may be long
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))
