"""Submissions that need a person, and why."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ..results.store import Store
from .works import Work

PROBLEMS = "problems.csv"  # that a run over the class leaves in the results' folder


@dataclass(frozen=True)
class Attention:
    """A reason to look at a submission.

    kind: a kind of problem that the run over the class names, or "refused", "new points wait",
        "answers wait", "note".
    why: a sentence.
    """

    submission: str
    kind: str
    why: str


def needing_a_person(store: Store, works: Sequence[Work]) -> list[Attention]:
    """List them by kind, the most urgent first."""
    rows = _problems(store.folder / PROBLEMS)
    for path in store.damaged:
        rows.append(Attention(path.stem, "problem", "Its result cannot be read; grade it again."))
    rows += [
        Attention(name, "refused", result.problem or "There was nothing to grade.")
        for name, result in sorted(store.refused.items())
    ]
    for name, result in sorted(store.waiting.items()):
        before = store.counting.get(name)
        had = f"{before.score:g}" if before else "none"
        why = f"Graded again it has {result.score:g} points, and {had} count: accept them or not."
        rows.append(Attention(name, "new points wait", why))
    rows += [
        Attention(work.submission, "answers wait", _waiting(len(work.waits)))
        for work in works
        if work.waits
    ]
    rows += [Attention(work.submission, "note", note) for work in works for note in work.notes]
    return rows


def _waiting(count: int) -> str:
    return f"{count} answer{'' if count == 1 else 's'} to mark."


def _problems(path: Path) -> list[Attention]:
    """Read the problems that the run found: kind, who, what and the way out."""
    if not path.is_file():
        return []
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [
            Attention(
                row.get("who") or "",
                row.get("kind") or "problem",
                " ".join(filter(None, (row.get("what"), row.get("way out")))),
            )
            for row in csv.DictReader(file)
        ]
