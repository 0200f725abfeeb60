"""Results and marks that were given under another id: they go with the person, and are not lost.

A roster that is added or corrected later changes the ids of submissions.
"""

import contextlib
from collections.abc import Collection, Mapping
from pathlib import Path

from .attendance import Attendance, Submission
from .errors import GradebookError
from .gradebook.sync import GradebookSync
from .results.handins import Handin, read_handins, write_handins
from .results.problems import Problem
from .results.store import Store

EARLIER = ".earlier"  # folder of those who are not in the download any more, but have results


def read_before(results: Path) -> dict[str, Handin]:
    """Read submission → who handed it in, of earlier calls; what is damaged is left out."""
    before: dict[str, Handin] = {}
    for folder in (results / EARLIER, results):
        with contextlib.suppress(ValueError, TypeError, KeyError, AttributeError):
            before |= read_handins(folder)
    return before


def write_now(store: Store, attendance: Attendance, before: Mapping[str, Handin]) -> None:
    """Write who handed in what, and keep who did before and has results under another id.

    Raises:
        OSError: where it cannot be written.
    """
    present = {each.entry.student: each.handin for each in attendance.submissions}
    earlier = [
        handin
        for student, handin in before.items()
        if student not in present and store.knows(student)
    ]
    (store.folder / EARLIER).mkdir(exist_ok=True)
    write_handins(store.folder / EARLIER, earlier)
    write_handins(store.folder, present.values())


def carry_over(
    attendance: Attendance,
    before: Mapping[str, Handin],
    store: Store,
    gradebook: GradebookSync | None,
) -> tuple[list[str], list[Problem]]:
    """Give earlier results and marks the present ids of their submissions.

    Args:
        attendance: of this call.
        before: submission → who handed it in, of earlier calls.
        store: the results.
        gradebook: None where it is left alone.

    Returns:
        A sentence on each submission that got a new id, and a problem for each whose members have
        results under several ids: those of the upload that counts go with it, the others stay.

    Raises:
        OSError: where a file cannot be written.
    """
    taken = {each.entry.student for each in attendance.submissions}
    notes, problems = [], []
    for submission in attendance.submissions:
        new = submission.entry.student
        earlier = _earlier_ids(submission, before, attendance.roster_ids)
        known = [old for old in earlier if old not in taken and store.knows(old)]
        moved = known[:1] if known and _move(known[0], new, store, gradebook) else []
        taken.update(moved)
        notes += [f"{old} is {new} now: results and marks go with it." for old in moved]
        problems += [_left(new, old) for old in known if old not in moved]
    return notes, problems


def _move(old: str, new: str, store: Store, gradebook: GradebookSync | None) -> bool:
    """Give results and marks a new id; False where there are some under it already."""
    if store.knows(new):
        return False
    try:
        if gradebook:
            gradebook.rename(old, new)
    except GradebookError:  # both have a submission
        return False
    store.rename(old, new)
    return True


def _earlier_ids(
    submission: Submission, before: Mapping[str, Handin], roster_ids: Collection[str]
) -> list[str]:
    """The ids in earlier calls of the same work, then of work of nobody else."""
    new = submission.handin
    members = {student.id for student in new.members}
    others = [handin for handin in before.values() if handin.submission != new.submission]
    same_work = [each for each in others if each.counts == new.counts]
    same_people = [each for each in others if {one.id for one in each.members} <= members]
    # Of several members, first who handed in what counts now.
    same_people.sort(key=lambda each: new.counts not in each.downloads.values())
    # The ids that folders give where there is no roster, unless somebody has them by the roster.
    people = [person for person in submission.people if person not in roster_ids]
    ids = [*(each.submission for each in same_work + same_people), *people]
    return list(dict.fromkeys(ids))


def _left(new, old):
    return Problem(
        "double",
        new,
        f"has results of an earlier call under {old}, too; they count no more, and are kept.",
        f"Compare the marks of {old} in the gradebook with those of {new}.",
    )
