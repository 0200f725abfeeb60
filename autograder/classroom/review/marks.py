"""Marks in nbgrader's gradebook as the pages show them, and what a TA types, parsed."""

import hashlib
import re
from dataclasses import dataclass, replace

_NUMBER = re.compile(r"\d{1,4}(?:[.,]\d{0,6})?|[.,]\d{1,6}", re.ASCII)
_HALF = re.compile(r"(\d{0,4})\s*½", re.ASCII)

OPEN, MARKED, BLANK = "open", "marked", "blank"  # blank: nothing was answered, the grader gave 0


class ScoreError(ValueError):
    """What was typed is no number of points for this question; str() is one sentence."""


def parse_score(text: str, maximum: float) -> float:
    """Read the points that a TA typed: 1, 0, ½, 0.5, 0,5.

    Raises:
        ScoreError: where it is no number from 0 to the maximum.
    """
    text = text.strip()
    if half := _HALF.fullmatch(text):
        score = int(half[1] or 0) + 0.5
    elif _NUMBER.fullmatch(text):
        score = float(text.replace(",", "."))
    else:
        what = f"“{text[:20]}” is no number" if text else "Nothing was typed"
        raise ScoreError(f"{what}: type points from 0 to {maximum:g}, such as 1, 0 or ½.")
    if score > maximum:
        raise ScoreError(f"{score:g} is more than this question is worth: at most {maximum:g}.")
    return score


def parse_comment(text: str) -> str | None:
    """Make a comment of what was typed, one remark a line; None where there is none."""
    text = text.replace("\0", "").encode("utf-8", "replace").decode("utf-8")
    lines = (line.strip() for line in text.splitlines())
    return "\n".join(line for line in lines if line) or None


def remarks_of(comment: str) -> list[str]:
    """The lines of a comment, each of which may stand in other comments, too."""
    return [line for line in comment.split("\n") if line]


@dataclass(frozen=True)
class Mark:
    """The mark of one answer, as it is in the gradebook.

    grade: nbgrader's id of it; it says nothing about who the student is.
    submission: whose answer it is.
    points: a person's, None where there are none.
    waits: whether a person must look.
    place: nbgrader's ids of the submitted notebook and of the cell that its comment belongs to.
    """

    grade: str
    submission: str
    points: float | None
    waits: bool
    comment: str = ""
    place: tuple[str, str] = ("", "")

    @property
    def state(self) -> str:
        """OPEN, MARKED or BLANK."""
        return OPEN if self.waits else BLANK if self.points is None else MARKED

    def hidden(self) -> "Mark":
        """The same answer as if nobody had marked it."""
        return replace(self, points=None, waits=True, comment="")

    def says(self, points: float | None, comment: str | None) -> bool:
        """Whether it stands and is this mark."""
        return not self.waits and self.points == points and self.comment == (comment or "")

    def token(self, answer: str) -> str:
        """Name this very mark of this very text (its hash), so that a change is noticed."""
        parts = repr((self.grade, self.points, self.waits, self.comment, answer))
        return hashlib.sha256(parts.encode("utf-8", "replace")).hexdigest()[:32]


def order_of(ta: str, task: str, grade: str) -> bytes:
    """A sort key: an order that is random, and the same whenever this TA marks this question."""
    return hashlib.sha256("\0".join((ta, task, grade)).encode("utf-8", "replace")).digest()


def sample_of(task: str, grades: list[str], size: int) -> set[str]:
    """Choose the answers that are marked twice: the same for every TA."""
    return set(sorted(grades, key=lambda grade: order_of("", task, grade))[:size])
