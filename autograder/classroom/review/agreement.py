"""How far two TAs agree: Cohen's kappa over the answers that were marked twice."""

import math
import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sklearn.metrics import cohen_kappa_score


@dataclass(frozen=True)
class Twice:
    """An answer that two TAs marked, neither seeing the other's mark.

    first, second: entries of the log.
    """

    first: Any
    second: Any

    @property
    def agrees(self) -> bool:
        """Whether both gave the same points."""
        return self.first["points"] == self.second["points"]


@dataclass(frozen=True)
class Agreement:
    """Two TAs' agreement on some answers.

    count: answers.
    same: how many got the same points from both.
    kappa: Cohen's; None where it is not defined: no answers, or all marks are the same.
    weighted: the same with linear weights, so that ½ against 1 counts half of 0 against 1.
    """

    count: int
    same: int
    kappa: float | None
    weighted: float | None


def find_twice(firsts: Iterable[Any], seconds: Iterable[Any]) -> list[Twice]:
    """Pair each second opinion with the last mark that another TA gave to the same text."""
    by_answer = {}
    for entry in firsts:
        by_answer.setdefault((entry["grade_id"], entry["answer"]), []).append(entry)
    pairs = []
    for second in seconds:
        others = by_answer.get((second["grade_id"], second["answer"]), [])
        others = [entry for entry in others if entry["ta"] != second["ta"]]
        if others:
            pairs.append(Twice(others[-1], second))
    return pairs


def agreement_of(pairs: list[Twice]) -> Agreement:
    """Measure the agreement of some pairs of marks."""
    levels = sorted({entry["points"] for pair in pairs for entry in (pair.first, pair.second)})
    marks = [
        [levels.index(entry["points"]) for entry in entries]
        for entries in ([pair.first for pair in pairs], [pair.second for pair in pairs])
    ]
    same = sum(pair.agrees for pair in pairs)
    return Agreement(len(pairs), same, _kappa(*marks), _kappa(*marks, weights="linear"))


def _kappa(first, second, weights=None):
    if len({*first, *second}) < 2:
        return None
    with warnings.catch_warnings(action="ignore"):
        kappa = float(cohen_kappa_score(first, second, weights=weights))
    return None if math.isnan(kappa) else kappa
