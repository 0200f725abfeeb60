"""The pages of a whole class: who gets one, made by several processes."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ..errors import ClassError
from ..gradebook.marks import Marks
from ..intake.entries import ASSIGNMENT
from ..results.handins import Handin, read_handins
from ..results.store import Store
from ..roster.students import Student
from ..workers.local_pool import LocalPool
from .class_medians import class_medians
from .make_pages import Course, Job, is_made, make_share, page_path
from .model_answers import read_extras
from .page_files import Written, is_ours


@dataclass(frozen=True)
class Wish:
    """What to make.

    root: the course folder, with nbgrader_config.py.
    results: the folder of the results.
    output: where the pages go.
    workers: number of processes.
    """

    root: Path
    results: Path
    output: Path
    workers: int
    with_rubrics: bool = False
    with_answers: bool = False


@dataclass
class Made:
    """What was made.

    pages: student → what became of the page, of those whose page is there.
    problems: student or submission → why there is no new page.
    handins: of all that were graded.
    open: submissions with answers that nobody has marked.
    waiting: submissions with newer results that do not count yet.
    leftover: pages of before that belong to nobody now.
    """

    pages: dict[str, str] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)
    handins: list[Handin] = field(default_factory=list)
    open: int = 0
    waiting: int = 0
    leftover: list[Path] = field(default_factory=list)


def make_class_pages(wish: Wish) -> Made:
    """Make a page for each student whose submission is graded.

    Raises:
        ClassError: where nobody is graded, or results or gradebook cannot be read.
        WorkerError: where a process failed.
        OSError: where a folder cannot be read or written.
    """
    if not wish.results.is_dir():
        raise ClassError(f"{_COMES_FIRST} There is no folder {wish.results}.")
    made = Made()
    with Store(wish.results) as store:
        marks, masters = _read_gradebook(wish.root)
        jobs = _jobs(store, marks, made)
        course = Course(
            wish.results.absolute(),
            wish.output.absolute(),
            (wish.root.absolute(),),
            class_medians([job.marks for job in jobs if job.marks]),
            _read_extras(masters, wish),
        )
        wish.output.mkdir(parents=True, exist_ok=True)
        _run(jobs, course, wish.workers, made)
    made.open = sum(job.marks is None or bool(job.marks.unmarked) for job in jobs)
    made.leftover = _leftover_pages(wish.output, [*made.pages, *made.problems])
    return made


def _leftover_pages(output: Path, students: Iterable[str]) -> list[Path]:
    """List our pages of students who are not among these."""
    expected = {page_path(output, student) for student in students}
    others = [path for path in sorted(output.glob("*.html")) if path not in expected]
    return [path for path in others if path.is_file() and is_ours(path.read_bytes())]


_COMES_FIRST = "Nobody is graded yet: `python -m autograder class SUBMITTED_DIR` comes first."


def _jobs(store: Store, marks: Mapping[str, Marks], made: Made) -> list[Job]:
    """List what is to be made; note who gets no page, and why."""
    handins = _read_handins(store.folder)
    if not store.counting and not marks:
        raise ClassError(_COMES_FIRST)
    given = {name: handins.get(name) or Handin(name, (Student(name),)) for name in store.counting}
    unclear = _in_several(given.values())
    made.problems |= unclear
    jobs = [
        Job(store.counting[name], handin, marks.get(name), frozenset(unclear))
        for name, handin in given.items()
    ]
    made.handins = [job.handin for job in jobs]
    made.waiting = len(store.waiting)
    for name in sorted(store.refused.keys() - store.counting.keys()):
        made.problems[name] = f"there was nothing to grade: {store.refused[name].problem}"
    for name in sorted(marks.keys() - store.counting.keys() - store.refused.keys()):
        made.problems[name] = (
            f"{store.folder} has no result; `feedback --nbgrader` makes nbgrader's pages"
        )
    for path in store.damaged:
        made.problems[path.stem] = f"{path.name} cannot be read; `class` grades it again"
    return jobs


def _read_handins(results: Path) -> dict[str, Handin]:
    try:
        return read_handins(results)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise ClassError(
            f"The list of hand-ins in {results} cannot be read: run `python -m autograder class` "
            "again."
        ) from error


def _in_several(handins: Iterable[Handin]) -> dict[str, str]:
    """Say of each student who is in several submissions: one page would replace the other."""
    owners: dict[str, list[str]] = {}
    for handin in handins:
        for member in handin.members:
            owners.setdefault(member.id, []).append(handin.submission)
    return {
        student: f"they are in several submissions, {', '.join(sorted(names))}"
        for student, names in owners.items()
        if len(names) > 1
    }


def _run(jobs: list[Job], course: Course, workers: int, made: Made) -> None:
    """Make the pages in worker processes, and note what became of each."""
    workers = max(1, min(workers, len(jobs)))
    shares = [jobs[number::workers] for number in range(workers)]
    with LocalPool(workers) as pool:
        futures = [pool.submit(make_share, share, course) for share in shares]
        outcomes = [each for future in futures for each in json.loads(future.result())]
    for student, outcome, sentence in sorted(outcomes):
        if is_made(outcome):
            made.pages[student] = outcome
        elif outcome == Written.KEPT:
            name = page_path(course.output, student).name
            made.problems[student] = f"{name} is not as it was made; move it away for a new one"
        else:
            made.problems[student] = sentence


def _read_extras(masters: Path, wish: Wish):
    try:
        return read_extras(masters, wish.with_rubrics, wish.with_answers)
    except (OSError, ValueError, KeyError) as error:
        raise ClassError(f"The notebooks in {masters} cannot be read: {error}.") from error


def _read_gradebook(root: Path) -> tuple[dict[str, Marks], Path]:
    """Read everybody's marks, and name the folder of the master notebooks."""
    from ..gradebook.open_marks import read_course_marks  # nbgrader takes seconds to load

    return read_course_marks(root, ASSIGNMENT)
