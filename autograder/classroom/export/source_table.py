"""The file that a platform gave, as it is: its rows, and how they are written."""

import codecs
from dataclasses import dataclass
from pathlib import Path

from ..roster.table import read_table
from .cells import Layout

_DELIMITERS = ",;\t"


@dataclass(frozen=True)
class SourceTable:
    """A table of a platform: its header, its other rows, all as long as the header."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    layout: Layout

    def column(self, index: int) -> list[str]:
        """Return the cells of one column."""
        return [row[index] for row in self.rows]


def read_source(path: Path) -> SourceTable:
    """Read a table of text, whatever its delimiter.

    Raises:
        RosterError: where it is no table.
        OSError: where it cannot be read.
    """
    table, data = read_table(path), path.read_bytes()
    newline = "\r\n" if b"\r\n" in data else "\n"
    layout = Layout(_delimiter(table.columns, data), newline, data.startswith(codecs.BOM_UTF8))
    return SourceTable(table.columns, table.rows, layout)


def _delimiter(header: tuple[str, ...], data: bytes) -> str:
    """The character that stands most often in the first line, beside those within names."""
    line = data.replace(b"\0", b"").decode("utf-8", "replace").partition("\n")[0]
    return max(_DELIMITERS, key=lambda each: line.count(each) - "".join(header).count(each))
