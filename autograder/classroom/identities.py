"""Results and marks that were given under another id: they go with the person, and are not lost.

A roster that is added or corrected later changes the ids of submissions.
"""

from collections.abc import Mapping

from .attendance import Attendance, Submission
from .errors import GradebookError
from .gradebook.sync import GradebookSync
from .results.handins import Handin
from .results.problems import Problem
from .results.store import Store


def carry_over(
    attendance: Attendance,
    before: Mapping[str, Handin],
    store: Store,
    gradebook: GradebookSync | None,
) -> tuple[list[str], list[Problem]]:
    """Give earlier results and marks the present ids of their submissions.

    Args:
        attendance: of this call.
        before: submission → who handed it in, of the call before.
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
        earlier = [
            *_earlier_ids(submission, before),
            # The id that the folder gives where there is no roster, unless it is somebody's.
            *(person for person in submission.people if person not in attendance.roster_ids),
        ]
        earlier = [old for old in dict.fromkeys(earlier) if old not in taken]
        known = [old for old in earlier if store.knows(old)]
        for old in known if store.knows(new) else known[1:]:
            problems.append(_left(new, old))
        if not known or store.knows(new):
            continue
        old = known[0]
        taken.add(old)
        try:
            if gradebook:
                gradebook.rename(old, new)
        except GradebookError:  # both have a submission
            problems.append(_left(new, old))
            continue
        store.rename(old, new)
        notes.append(f"{old} is {new} now: results and marks go with it.")
    return notes, problems


def _earlier_ids(submission: Submission, before: Mapping[str, Handin]) -> list[str]:
    """The ids that a submission had in the call before, the likeliest first."""
    new, handin = submission.entry.student, submission.handin
    members = {student.id for student in handin.members}
    uploads = set(handin.downloads.values())
    ranks = {}
    for old, other in before.items():
        shared = uploads & set(other.downloads.values())
        if old != new and (shared or members & {student.id for student in other.members}):
            ranks[old] = (submission.download not in shared, not shared)
    return sorted(ranks, key=lambda old: (ranks[old], old))


def _left(new, old):
    return Problem(
        "double",
        new,
        f"has results of an earlier call under {old}, too; they count no more, and are kept.",
        f"Compare the marks of {old} in the gradebook with those of {new}.",
    )
