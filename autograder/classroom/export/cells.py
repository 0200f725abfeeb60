"""Cells of a table: numbers as platforms read them, and text that no spreadsheet runs."""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

DECIMALS = 2  # what the platforms show, and Canvas compares
# A spreadsheet takes a cell that begins with one of these for a formula; wide forms too.
_FORMULA = frozenset("=+-@\N{FULLWIDTH EQUALS SIGN}\N{FULLWIDTH PLUS SIGN}")
_FORMULA |= frozenset("\N{FULLWIDTH HYPHEN-MINUS}\N{FULLWIDTH COMMERCIAL AT}")


@dataclass(frozen=True)
class Layout:
    """How a table is written: its delimiter, line ends, and whether a byte order mark comes first.

    bom: Excel takes a file without one for another encoding than UTF-8.
    """

    delimiter: str = ","
    newline: str = "\r\n"
    bom: bool = False


def is_formula(text: str) -> bool:
    """Tell whether a spreadsheet might run this text."""
    return text[:1] in ("\t", "\r", "\n") or text.lstrip()[:1] in _FORMULA


def harmless(text: str) -> str:
    """Return a text on one line that no spreadsheet runs: an apostrophe goes before a formula."""
    line = " ".join(text.split())
    return f"'{line}" if is_formula(text) else line


def number(value: float | None, decimal_comma: bool = False, fixed: bool = False) -> str:
    """Write points; "" for None.

    Args:
        value: the points.
        decimal_comma: whether a comma comes before the decimals.
        fixed: whether there are always two decimals.
    """
    if value is None:
        return ""
    text = f"{round(value, DECIMALS):.{DECIMALS}f}"
    if not fixed:
        text = text.rstrip("0").rstrip(".")
    return text.replace(".", ",") if decimal_comma else text


def read_number(text: str) -> float | None:
    """Read points with a point or a comma before the decimals; None for anything else."""
    try:
        return float(text.strip().replace(",", "."))
    except ValueError:
        return None


def write_table(rows: Iterable[Sequence[str]], layout: Layout) -> bytes:
    """Write rows as UTF-8 text, quoted where they need it."""
    output = io.StringIO()
    writer = csv.writer(output, delimiter=layout.delimiter, lineterminator=layout.newline)
    writer.writerows(rows)
    return output.getvalue().encode("utf-8-sig" if layout.bom else "utf-8")
