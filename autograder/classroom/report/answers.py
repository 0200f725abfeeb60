"""Answers as they were handed in, read from graded notebooks: texts, and code as one document."""

import contextlib
import io
import keyword
import tokenize
from collections.abc import Collection, Iterator, Mapping
from typing import Any

UNANSWERED = "YOUR ANSWER HERE"
STUB = "NotImplementedError"
_DROPPED = {
    tokenize.COMMENT,
    tokenize.NL,
    tokenize.NEWLINE,
    tokenize.ENCODING,
    tokenize.ENDMARKER,
}
_KINDS = {tokenize.INDENT: "{", tokenize.DEDENT: "}", tokenize.NUMBER: "0", tokenize.STRING: "''"}


def texts_of(notebooks: Mapping[str, Any], tasks: Collection[str]) -> dict[str, str]:
    """Read task → the student's text, of the questions that are answered in words."""
    found = {}
    for cell, marks in _cells(notebooks):
        name = marks.get("grade_id")
        text = _source(cell).replace(UNANSWERED, "").strip()
        if cell.get("cell_type") == "markdown" and marks.get("solution") and name in tasks and text:
            found[name] = text
    return found


def code_of(notebooks: Mapping[str, Any]) -> str:
    """Read all code that the student wrote in the cells for it, without the stubs."""
    cells = (
        _source(cell)
        for cell, marks in _cells(notebooks)
        if cell.get("cell_type") == "code" and marks.get("solution")
    )
    return "\n".join(source for source in cells if STUB not in source)


def _cells(notebooks: Mapping[str, Any]) -> Iterator[tuple[dict, dict]]:
    """Yield each cell with nbgrader's metadata, whatever else the notebooks hold."""
    for _, notebook in sorted(notebooks.items()):
        for cell in notebook.get("cells", ()):
            marks = cell.get("metadata", {}).get("nbgrader", {})
            if isinstance(marks, dict):
                yield cell, marks


def _source(cell: dict) -> str:
    source = cell.get("source", "")
    return "".join(source) if isinstance(source, list) else source


def code_tokens(source: str) -> list[str]:
    """Split code into tokens that stay the same when names, numbers, texts or comments change.

    What is no Python ends the list.
    """
    tokens: list[str] = []
    with contextlib.suppress(tokenize.TokenError, SyntaxError):
        for token in tokenize.generate_tokens(io.StringIO(source).readline):
            if token.type not in _DROPPED:
                tokens.append(_normalised(token, after_dot=tokens[-1:] == ["."]))
    return tokens


def _normalised(token: tokenize.TokenInfo, after_dot: bool) -> str:
    """Return a name of torch as it is, and one that anybody may choose as "name"."""
    if token.type == tokenize.NAME:
        return token.string if after_dot or keyword.iskeyword(token.string) else "name"
    return _KINDS.get(token.type, token.string)
