"""Sanitising text that students wrote, before it is printed."""

MESSAGE_LENGTH = 1000  # characters; a student's exception may hold a megabyte


def printable(text: str) -> str:
    """Make a text safe to print: no control characters, no lone surrogates, bounded length."""
    text = text[: MESSAGE_LENGTH + 1].encode("utf-8", "replace").decode("utf-8")
    text = "".join(c if c.isprintable() or c == "\n" else "\N{REPLACEMENT CHARACTER}" for c in text)
    return text if len(text) <= MESSAGE_LENGTH else text[: MESSAGE_LENGTH - 1] + "…"
