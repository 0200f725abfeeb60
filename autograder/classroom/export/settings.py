"""What to export, and how."""

import re
from dataclasses import dataclass
from enum import StrEnum

from .cells import is_formula
from .errors import ExportError

ITEM = "VAE assignment"
# Canvas takes a column with such words in its header for one of its own sums, and skips it.
_SUMS_IN_CANVAS = re.compile(r"(Current|Final) (Score|Points|Grade)|Override (Score|Grade|Status)")
_NOT_IN_BRIGHTSPACE = frozenset('/"*<>+=|,%')


class Platform(StrEnum):
    """Who reads the file."""

    BRIGHTSPACE = "brightspace"
    CANVAS = "canvas"
    MOODLE = "moodle"
    CSV = "csv"


class Unfinished(StrEnum):
    """What becomes of students whose answers are not all marked."""

    REFUSE = "refuse"
    LEAVE = "leave"
    ZERO = "zero"


class Missing(StrEnum):
    """What becomes of students who handed in nothing that can be graded."""

    LEAVE = "leave"
    ZERO = "zero"


@dataclass(frozen=True)
class Settings:
    """What to export, and how.

    item: the name of the grade item on the platform.
    questions: whether each question gets an item of its own, beside the total.
    decimal_comma: whether decimals come after a comma.
    """

    platform: Platform
    item: str = ITEM
    questions: bool = False
    decimal_comma: bool = False
    unfinished: Unfinished = Unfinished.REFUSE
    missing: Missing = Missing.LEAVE

    def __post_init__(self):
        """Refuse what the platform would refuse or read in another way."""
        self._check_item()
        if self.questions and self.platform == Platform.MOODLE:
            raise ExportError(
                "A Moodle worksheet has one grade: leave --questions out, or use --for csv."
            )

    def _check_item(self):
        if not self.item.strip() or not self.item.isprintable() or is_formula(self.item):
            raise ExportError(
                f"--item {self.item!r}: a name has letters, and begins with none of = + - @."
            )
        forbidden = _NOT_IN_BRIGHTSPACE.intersection(self.item)
        if forbidden and self.platform == Platform.BRIGHTSPACE:
            raise ExportError(
                f"--item {self.item!r}: Brightspace allows no {' '.join(sorted(forbidden))} in the "
                "name of a grade item."
            )
        if self.platform == Platform.CANVAS and _SUMS_IN_CANVAS.search(self.item):
            raise ExportError(f"--item {self.item!r}: Canvas skips items of that name.")
