"""Mutations of files: how programs write notebooks, and what happens to the bytes afterwards.

Such a mutation takes a MutatedNotebook, its file in pieces, and two numbers, which choose what
happens where; it returns the bytes, and notes the answers that it destroys.
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

    def pieces(self, mutated):
        """The bytes before the cells, one piece for each cell, and the bytes after them."""
        rest = self._text({key: value for key, value in mutated.notebook.items() if key != "cells"})
        cells = [self._text(cell) for cell in mutated.cells]
        cells = [f"{cell}, " for cell in cells[:-1]] + cells[-1:]
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


def cut(mutated, pieces, a, b):
    """The file ends early."""
    end = a % (sum(map(len, pieces)) + 1)
    _lose(mutated, pieces, lambda start, stop: stop > end)
    return b"".join(pieces)[:end]


def flip(mutated, pieces, a, b):
    """One byte is another."""
    data = bytearray(b"".join(pieces))
    position = a % len(data)
    data[position] = b % 256
    _lose(mutated, pieces, lambda start, stop: start - 4 <= position < stop + 4)
    if position < 4:
        mutated.lost |= mutated.names if pieces[0].startswith((b"\xff\xfe", b"\xfe\xff")) else set()
    return bytes(data)


def append(mutated, pieces, a, b):
    """There are extra bytes after the end."""
    return b"".join(pieces) + (b"\0" * 100, b"\r\n\r\n", b"}", b"\xff")[a % 4]


def prepend(mutated, pieces, a, b):
    """A byte order mark, or space, stands before the beginning."""
    is_utf8 = pieces[0].startswith(b"{")  # UTF-16 has its own mark
    first = ("\ufeff", "\n \t")[a % 2].encode() if is_utf8 else b""
    return first + b"".join(pieces)


def whole(mutated, pieces, a, b):
    """The file is as it was written."""
    return b"".join(pieces)


FILES = (whole, cut, flip, append, prepend)


def _lose(mutated, pieces, hit):
    """Note as lost what the cells define whose bytes (from start to stop) are hit."""
    mutated.lost |= mutated.names if mutated.torn else set()
    start = len(pieces[0])
    for cell, piece in zip(mutated.cells, pieces[1:-1], strict=True):
        if hit(start, start + len(piece)):
            mutated.lose(cell)
        start += len(piece)
