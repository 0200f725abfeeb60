"""The file that a platform gave, as it is: its rows, and how they are written."""

import codecs
import csv
from dataclasses import dataclass
from pathlib import Path

from .cells import Layout
from .errors import ExportError

_DELIMITERS = ",;\t"
_ENCODINGS = ("utf-8", "cp1252")  # tried in this order where there is no byte order mark


@dataclass(frozen=True)
class SourceTable:
    """A table of a platform: its header, its other rows, all as long as the header."""

    header: list[str]
    rows: list[list[str]]
    layout: Layout

    def column(self, index: int) -> list[str]:
        """Return the cells of one column."""
        return [row[index] for row in self.rows]


def read_source(path: Path) -> SourceTable:
    """Read a table of text, whatever its delimiter.

    Raises:
        ExportError: where it cannot be read as a table.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ExportError(f"{path} cannot be read: {error.strerror}.") from error
    text = _decode(data)
    header_line = text.partition("\n")[0]
    delimiter = max(_DELIMITERS, key=lambda each: len(_parse(header_line, each)[0]))
    rows = [row for row in _parse(text, delimiter) if any(cell.strip() for cell in row)]
    if not rows:
        raise ExportError(f"{path} is empty.")
    width = len(rows[0])
    header = [name.strip() for name in rows[0]]
    padded = [(row + [""] * width)[:width] for row in rows[1:]]
    newline = "\r\n" if "\r\n" in text else "\n"
    return SourceTable(header, padded, Layout(delimiter, newline, data.startswith(codecs.BOM_UTF8)))


def _decode(data: bytes) -> str:
    """Decode as UTF-16 or UTF-8, else as Western European, which takes any bytes."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", "replace")
    for encoding in _ENCODINGS:
        try:
            return data.removeprefix(codecs.BOM_UTF8).decode(encoding)
        except UnicodeDecodeError:
            continue
    return data.decode("latin-1")


def _parse(text: str, delimiter: str) -> list[list[str]]:
    return list(csv.reader(text.splitlines(keepends=True), delimiter=delimiter)) or [[]]
