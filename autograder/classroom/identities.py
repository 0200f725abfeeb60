"""Results and marks that were given under another id: they go with the person, and are not lost.

A roster that is added or corrected later changes the ids of submissions.
"""

from collections.abc import Mapping, Sequence

from .attendance import Submission
from .gradebook.sync import GradebookSync
from .results.handins import Handin
from .results.problems import Problem
from .results.store import Store


def carry_over(
    submissions: Sequence[Submission],
    before: Mapping[str, Handin],
    store: Store,
    gradebook: GradebookSync | None,
) -> tuple[list[str], list[Problem]]:
    """Give earlier results and marks the present ids of their submissions.

    Args:
        submissions: of this call.
        before: submission → who handed it in, of the call before.
        store: the results.
        gradebook: None where it is left alone.

    Returns:
        A sentence on each submission that got a new id, and a problem for each whose members have
        results under several ids: those of the upload that counts go with it, the others stay.

    Raises:
        ClassError: where the gradebook does not accept it.
        OSError: where a file cannot be written.
    """
    present = {each.entry.student for each in submissions}
    taken: set[str] = set()
    notes, problems = [], []
    for submission in submissions:
        new = submission.entry.student
        earlier = [old for old in _earlier_ids(submission, before) if old not in present | taken]
        known = [old for old in earlier if store.knows(old)]
        for old in known if store.knows(new) else known[1:]:
            problems.append(_left(new, old))
        if not known or store.knows(new):
            continue
        old = known[0]
        taken.add(old)
        if gradebook:
            gradebook.rename(old, new)
        store.rename(old, new)
        notes.append(f"{old} is {new} now: results and marks go with it.")
    return notes, problems


def _earlier_ids(submission: Submission, before: Mapping[str, Handin]) -> list[str]:
    """The ids that a submission may have had, the likeliest first."""
    new, handin = submission.entry.student, submission.handin
    if not before:  # each result has the id that its folder gives it
        return [person for person in submission.people if person != new]
    members = {student.id for student in handin.members}
    uploads = set(handin.downloads.values())
    counts = next(iter(reversed(handin.downloads.values())), "")
    ranks = {}
    for old, other in before.items():
        shared = uploads & set(other.downloads.values())
        if old != new and (shared or members & {student.id for student in other.members}):
            ranks[old] = (counts not in shared, not shared)
    return sorted(ranks, key=lambda old: (ranks[old], old))


def _left(new, old):
    return Problem(
        "double",
        new,
        f"has results of an earlier call under {old}, too; they count no more, and are kept.",
        f"Compare the marks of {old} in the gradebook with those of {new}.",
    )
