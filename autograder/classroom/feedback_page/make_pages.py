"""Making the pages of a class: the jobs, and a share of them in a worker process."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ..gradebook.marks import Marks
from ..intake.student_names import student_id, unique_file_stem
from ..results.handins import Handin
from ..results.store import COUNTING, Result, Store
from .class_medians import Medians
from .content import collect_content, marks_of_report
from .page_files import Written, write_page


@dataclass(frozen=True)
class Job:
    """One submission's pages.

    marks: None where the gradebook has none.
    without: ids of students who get no page.
    """

    result: Result
    handin: Handin
    marks: Marks | None
    without: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Course:
    """What all pages have in common.

    results, output: folders.
    private: folders whose paths no page shows.
    medians, extras: see Page.
    """

    results: Path
    output: Path
    private: tuple[Path, ...] = ()
    medians: Medians = Medians()
    extras: Mapping[str, list[tuple[str, str]]] = field(default_factory=dict)


def make_share(jobs: list[Job], course: Course) -> str:
    """Make the pages of some submissions.

    Returns:
        A list of [student's id, what became of the page, sentence] as JSON text; the sentence says
        what went wrong, "" where nothing did.
    """
    # Loaded here: they take a second that the command's own process need not wait for.
    from .page import PageWriter
    from .private_paths import PathScrubber

    writer = PageWriter(PathScrubber([course.results, course.output, *course.private]))
    store = Store(course.results)
    outcomes = []
    for job in jobs:
        outcomes += _make_pages(job, course, store, writer)
    return json.dumps(outcomes)


def page_path(output: Path, member: str) -> Path:
    """Name the page of a student."""
    return output / f"{unique_file_stem(student_id(member))}.html"


def _make_pages(job: Job, course: Course, store: Store, writer) -> list[tuple[str, str, str]]:
    """Make a page for each member; one broken submission never ends the batch."""
    members = [member.id for member in job.handin.members if member.id not in job.without]
    try:
        pages = list(writer.render(_page(job, course, store)))
        return [
            (member.id, write_page(page_path(course.output, member.id), html), "")
            for member, html in pages
            if member.id in members
        ]
    except Exception as error:  # noqa: BLE001 - hostile notebooks may break any library
        sentence = f"{type(error).__name__}: {error}"
        return [(member, "", sentence) for member in members]


def _page(job: Job, course: Course, store: Store):
    from .own_work import OwnWork
    from .page import Page

    report = store.read_report(COUNTING, job.result.student)
    notebooks = store.read_notebooks(job.result) if job.result.notebooks else {}
    work = OwnWork({name: json.loads(text) for name, text in notebooks.items()})
    marks = job.marks or marks_of_report(job.result.student, report)
    content = collect_content(marks, report, work, course.medians)
    return Page(content, job.handin, course.extras)


def is_made(outcome: str) -> bool:
    """Tell whether a student has the page that was made now."""
    return outcome in (Written.NEW, Written.CHANGED, Written.SAME)
