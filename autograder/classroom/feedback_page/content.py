"""What a feedback page says, as plain values; markup is made of them in `page.py`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from ...assignment import TASKS, Task
from ..gradebook.marks import Marks, TaskMark
from .class_medians import Medians
from .own_work import CODE, OwnWork, Plot, answer_cell

UNWRITTEN = "is not written yet"  # what checks say of the stub that was handed out


@dataclass(frozen=True)
class Row:
    """One task in the table.

    state: "full", "lost", "open" (nobody has marked it), "again" (points stand, but somebody will
        look again) or "none" (worth no points).
    anchor: of its section, "" where it has none.
    """

    task: Task
    mark: TaskMark
    state: str
    median: float | None
    reached: bool | None = None
    anchor: str = ""


@dataclass(frozen=True)
class Finding:
    """What was found about one task: its row, and each message with the checks that gave it."""

    row: Row
    messages: Mapping[str, list[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Section:
    """One answer that lost points or got a comment.

    code: the sources of the student's cells.
    answer: the student's answer in words; None where the task is none.
    grade_ids: of the cells whose rubric and model answer belong here.
    """

    anchor: str
    findings: tuple[Finding, ...]
    comments: tuple[str, ...] = ()
    code: tuple[str, ...] = ()
    answer: str | None = None
    plots: tuple[Plot, ...] = ()
    grade_ids: tuple[str, ...] = ()


@dataclass(frozen=True)
class Content:
    """All that a page says about a submission, and the medians of its class."""

    marks: Marks
    medians: Medians
    rows: tuple[Row, ...]
    sections: tuple[Section, ...]
    notes: tuple[str, ...] = ()
    other_comments: tuple[str, ...] = ()

    @property
    def open_points(self) -> float:
        """The points of the tasks that nobody has marked."""
        return sum(row.mark.maximum for row in self.rows if row.state == "open")

    def count(self, state: str) -> int:
        """Count the tasks in a state."""
        return sum(row.state == state for row in self.rows)


def collect_content(
    marks: Marks, report: Mapping[str, Any], work: OwnWork, medians: Medians
) -> Content:
    """Collect what a page says.

    Args:
        marks: of the submission.
        report: the grader's report on it, as JSON values.
        work: what the student handed in.
        medians: of the class.
    """
    checks = {task["id"]: task["checks"] for task in report.get("tasks", [])}
    tasks = [task for task in TASKS if task.id in marks.tasks]
    known = {task.id for task in tasks}
    # Tasks that an instructor added have no place in the text; they are counted all the same.
    tasks += [_unknown(mark) for name, mark in marks.tasks.items() if name not in known]
    rows, sections = [], []
    for _, group in groupby(tasks, key=_answer_of):
        made = [_row(task, marks, checks, medians) for task in group]
        section = _section(made, marks, checks, work)
        if section:
            sections.append(section)
            shown = {finding.row.task.id for finding in section.findings}
            made = [_anchored(row, section, shown) for row in made]
        rows += made
    notes = tuple(report.get("notes", []))
    return Content(marks, medians, tuple(rows), tuple(sections), notes, _other_comments(marks))


def marks_of_report(submission: str, report: Mapping[str, Any]) -> Marks:
    """Make marks of a report alone, where the gradebook has none: answers in words are open."""
    found = {task["id"]: task for task in report.get("tasks", [])}
    marks = {}
    for task in TASKS:
        if task.id in found:
            result = found[task.id]
            marks[task.id] = TaskMark(task.id, result["score"], result["points"])
        elif task.kind == "manual":
            marks[task.id] = TaskMark(task.id, None, task.points, waits=True)
    return Marks(submission, marks)


def _answer_of(task: Task) -> tuple[str, ...]:
    """What tasks have in common that are shown in one section: the code that they judge."""
    return (task.question, *CODE.get(task.id, (task.id,)))


def _row(task, marks, checks, medians) -> Row:
    mark = marks.tasks[task.id]
    reached = None
    if not mark.maximum and checks.get(task.id):
        reached = all(check["passed"] for check in checks[task.id])
    return Row(task, mark, _state(mark), medians.tasks.get(task.id), reached)


def _state(mark: TaskMark) -> str:
    if not mark.maximum:
        return "none"
    if mark.points is None:
        return "open"
    if mark.waits:
        return "again"
    return "lost" if mark.points < mark.maximum else "full"


def _anchored(row, section, shown):
    if row.task.id not in shown:
        return row
    return Row(row.task, row.mark, row.state, row.median, row.reached, section.anchor)


def _section(rows: list[Row], marks: Marks, checks: Mapping, work: OwnWork) -> Section | None:
    """Make the section of one answer; None where it lost nothing and has no comment."""
    cells = tuple(answer_cell(name) for name in CODE.get(rows[0].task.id, ()))
    ids = tuple(dict.fromkeys((*cells, *(row.task.id for row in rows))))
    comments = tuple(marks.comments[name] for name in ids if name in marks.comments)
    chosen = [row for row in rows if _is_shown(row)] or (rows if comments else [])
    if not chosen:
        return None
    findings = tuple(Finding(row, _messages(row, checks)) for row in chosen)
    plots = {plot: None for row in chosen for plot in work.plots_of(row.task)}
    return Section(
        anchor=chosen[0].task.id,
        findings=findings,
        comments=comments,
        code=tuple(work.code_of(rows[0].task)) if _is_written(findings) else (),
        answer=_answer(rows[0], work) if rows[0].task.kind == "manual" else None,
        plots=tuple(plots),
        grade_ids=ids,
    )


def _is_shown(row: Row) -> bool:
    """Whether a task lost points, or a loss was not reached."""
    lost = row.mark.points is not None and row.mark.points < row.mark.maximum
    return lost or row.reached is False


def _is_written(findings) -> bool:
    """Whether there is more than the stub that was handed out."""
    messages = [message for finding in findings for message in finding.messages]
    return not messages or any(UNWRITTEN not in message for message in messages)


def _answer(row: Row, work: OwnWork) -> str:
    return "" if row.mark.unanswered else work.answer_of(row.task)


def _messages(row: Row, checks) -> dict[str, list[str]]:
    """Get each message of failed checks with their names; none where a person gave all points."""
    found: dict[str, list[str]] = {}
    for check in checks.get(row.task.id, []) if _is_shown(row) or row.state == "open" else ():
        if not check["passed"]:
            found.setdefault(check["message"], []).append(check["name"])
    return found


def _other_comments(marks: Marks) -> tuple[str, ...]:
    """What a person wrote at cells that belong to no task."""
    placed = {task.id for task in TASKS} | set(marks.tasks)
    placed |= {answer_cell(name) for names in CODE.values() for name in names}
    return tuple(text for name, text in marks.comments.items() if name not in placed)


def _unknown(mark: TaskMark) -> Task:
    """A task that the assignment's table does not have."""
    return Task(mark.task, "", mark.task, "", int(mark.maximum), "manual")
