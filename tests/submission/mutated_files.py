"""How notebooks are written to files, and what happens to those: functions that give bytes and note
what is lost.
"""

import json
from dataclasses import dataclass


@dataclass(frozen=True)
class Style:
    """How a program writes a notebook's JSON to a file."""

    ascii: bool = True
    indent: int | None = 1
    cells_first: bool = True
    line_end: str = "\n"
    encoding: str = "utf-8"

    def pieces(self, hurt):
        """The bytes before the cells, one piece for each cell, and the bytes behind them."""
        rest = self._text({key: value for key, value in hurt.notebook.items() if key != "cells"})
        cells = [self._text(cell) for cell in hurt.cells]
        cells = [cell + ", " * (place < len(cells)) for place, cell in enumerate(cells, 1)]
        empty = rest == "{}"
        if self.cells_first:
            texts = ['{"cells": [', *cells, "]}" if empty else "], " + rest[1:]]
        else:
            texts = [rest[:-1] + ("" if empty else ", ") + '"cells": [', *cells, "]}"]
        pieces = [
            text.replace("\n", self.line_end).encode(self.encoding, "surrogatepass")
            for text in texts
        ]
        marks = {"utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff"}
        return [marks.get(self.encoding, b"") + pieces[0], *pieces[1:]]

    def _text(self, value):
        return json.dumps(value, ensure_ascii=self.ascii, indent=self.indent)


def cut(hurt, pieces, a, b):
    """The file ends early."""
    end = a % (sum(map(len, pieces)) + 1)
    _lose(hurt, pieces, lambda start, stop: stop > end)
    return b"".join(pieces)[:end]


def flip(hurt, pieces, a, b):
    """One byte is another."""
    data = bytearray(b"".join(pieces))
    place = a % len(data)
    data[place] = b % 256
    _lose(hurt, pieces, lambda start, stop: start - 4 <= place < stop + 4)
    if place < 4:
        hurt.lost |= hurt.names if pieces[0].startswith((b"\xff\xfe", b"\xfe\xff")) else set()
    return bytes(data)


def append(hurt, pieces, a, b):
    """Something stands behind the end."""
    return b"".join(pieces) + (b"\0" * 100, b"\r\n\r\n", b"}", b"\xff")[a % 4]


def prepend(hurt, pieces, a, b):
    """A byte order mark, or space, stands before the beginning."""
    first = (
        ("\ufeff", "\n \t")[a % 2].encode() if pieces[0].startswith(b"{") else b""
    )  # UTF-16 has its mark
    return first + b"".join(pieces)


def whole(hurt, pieces, a, b):
    """The file is as it was written."""
    return b"".join(pieces)


FILES = (whole, cut, flip, append, prepend)


def _lose(hurt, pieces, hit):
    """Note as lost what the cells define whose bytes are hit."""
    hurt.lost |= hurt.names if hurt.torn else set()
    start = len(pieces[0])
    for cell, piece in zip(hurt.cells, pieces[1:-1], strict=True):
        if hit(start, start + len(piece)):
            hurt.lose(cell)
        start += len(piece)
