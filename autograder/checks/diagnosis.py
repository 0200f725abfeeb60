"""Stable ids of what checks find: what a class got wrong is counted by them, not by sentences.

A sentence holds this student's numbers; its id does not. Ids are plain words with hyphens between
them, and mean the same in every task. Who renames one breaks the comparison with earlier years.
"""

import builtins
import re
from typing import Self


class Finding(str):
    """A sentence for the student with the id of what it says.

    Attributes:
        diagnosis: the id.
    """

    diagnosis: str

    def __new__(cls, diagnosis: str, sentence: str) -> Self:
        """Make the sentence a Finding of this id."""
        finding = super().__new__(cls, sentence)
        finding.diagnosis = diagnosis
        return finding


def named(diagnosis: str, sentence: str) -> Finding:
    """Give a sentence its id."""
    return Finding(diagnosis, sentence)


def about(hint: str, sentence: str) -> str:
    """Give a sentence that ends with a hint the hint's id; it keeps its own where that has none."""
    diagnosis = id_of(hint) or id_of(sentence)
    return Finding(diagnosis, sentence) if diagnosis else sentence


def id_of(sentence: str) -> str:
    """Return a sentence's id; "" where it has none."""
    return sentence.diagnosis if isinstance(sentence, Finding) else ""


# What the student's code did instead of giving a value: (pattern of the sentence, id).
_FAILURES = (
    (r"is not written yet: it still raises", "not-written"),
    (r"^\w+ is not defined\b", "not-defined"),
    (r" asks for a GPU \(", "asks-for-gpu"),
    (r"^[\w.]+ should be called with ", "wrong-arguments"),
    (r"^The model should get (one-hot rows|a label) ", "wrong-form-of-labels"),
    (r"^A layer computes with float32 numbers; \w+ got one-hot rows ", "wrong-form-of-labels"),
    (r"^decode should get latents of shape ", "wrong-form-of-latents"),
)
_UNASKED = (
    (r"took longer than", "out-of-time"),
    (r"ended its kernel|kernel", "kernel-ended"),
)
_RAISED = re.compile(r" (?:raised|failed with) (\w+)")
_EXCEPTIONS = frozenset(
    name
    for name, value in vars(builtins).items()
    if isinstance(value, type) and issubclass(value, BaseException)
)


def failure_id(sentence: str) -> str:
    """Return the id of a sentence on code that failed: that of its error where Python has such.

    The name of an error of the student's own is not repeated.
    """
    for pattern, known in _FAILURES:
        if re.search(pattern, sentence):
            return known
    raised = _RAISED.search(sentence)
    if raised:
        return _kebab(raised[1]) if raised[1] in _EXCEPTIONS else "other-error"
    unasked = (known for pattern, known in _UNASKED if re.search(pattern, sentence))
    return next(unasked, "cannot-be-called")


def other_than(check: str) -> str:
    """Return the id of a result that lacks a check's property in no way that has a name."""
    return f"other-{re.sub(r'[^a-z]+', '-', check.lower()).strip('-')}"


def _kebab(name: str) -> str:
    """NameError → name-error."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "-", name).lower()
