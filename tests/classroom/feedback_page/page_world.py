"""Made-up graded submissions: notebooks as the grader leaves them, reports, marks, pages."""

import base64
import io
import json
from dataclasses import replace

from PIL import Image

from autograder.assignment import NOTEBOOKS, TASKS
from autograder.classroom.feedback_page.class_medians import Medians
from autograder.classroom.feedback_page.content import collect_content
from autograder.classroom.feedback_page.own_work import CODE, OwnWork, answer_cell
from autograder.classroom.feedback_page.page import Page, PageWriter
from autograder.classroom.feedback_page.private_paths import PathScrubber
from autograder.classroom.gradebook.marks import Marks, TaskMark
from autograder.classroom.plots import PLOTS
from autograder.classroom.results.handins import Handin
from autograder.classroom.roster.students import Student

ADA = Student("ada", "Ada Lovelace")
MESSAGE = "The variance is σ where it should be σ²."


def png(width=60, height=40, colour="navy"):
    """Make a picture as a notebook holds it."""
    file = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(file, "PNG")
    return base64.b64encode(file.getvalue()).decode()


def notebooks(code=None, answers=None, pictures=None):
    """Make graded notebooks: file name → JSON values.

    Args:
        code: name → source of the cell that defines it.
        answers: task → the answer in words.
        pictures: line that draws → the data of its output.
    """
    cells = {name: [] for name in NOTEBOOKS}
    for task in TASKS:
        for name in CODE.get(task.id, ()):
            source = (code or {}).get(name, f"def {name}(x):\n    return x  # of {name}")
            cells[task.notebook].append(_cell("code", source, answer_cell(name)))
        if task.kind == "manual":
            source = (answers or {}).get(task.id, f"My words on {task.id}.")
            cells[task.notebook].append(_cell("markdown", source, task.id))
    for line, data in (pictures or {}).items():
        places = (each.notebook for each in TASKS if line.split("(")[0] in PLOTS.get(each.id, ()))
        output = {"output_type": "display_data", "data": data, "metadata": {}}
        cells[next(places)].append(_cell("code", line) | {"outputs": [output]})
    return {name: {"cells": each, "metadata": {}} for name, each in cells.items()}


def report(messages=None, notes=()):
    """Make a report in which the tasks with a message failed."""
    tasks = []
    for task in TASKS:
        if task.kind != "manual":
            message = (messages or {}).get(task.id)
            score = 0 if message else task.points
            check = {"name": "variance", "passed": not message, "message": message or "Right."}
            tasks.append({"id": task.id, "title": task.title, "points": task.points})
            tasks[-1] |= {"score": score, "checks": [check]}
    return {"tasks": tasks, "notes": list(notes)}


def marks(changes=None, comments=None, **others):
    """Make marks in which every task has all its points, but for these.

    Args:
        changes: task → points, or fields of its TaskMark.
        comments: grade_id → what a person wrote.
        others: fields of Marks.
    """
    tasks = {task.id: TaskMark(task.id, task.points, task.points) for task in TASKS}
    for name, change in (changes or {}).items():
        fields = change if isinstance(change, dict) else {"points": change}
        tasks[name] = replace(tasks[name], **fields)
    return Marks("ada", tasks, comments or {}, **others)


def content(given_marks=None, given_report=None, work=None, medians=None):
    """Collect what a page says."""
    own = OwnWork(json.loads(json.dumps(notebooks() if work is None else work)))
    return collect_content(
        given_marks or marks(), given_report or report(), own, medians or Medians()
    )


def pages(given_content=None, handin=None, extras=None):
    """Render the pages of all members: id → HTML."""
    page = Page(given_content or content(), handin or Handin("ada", (ADA,)), extras or {})
    return {member.id: html for member, html in PageWriter(PathScrubber()).render(page)}


def page(*given, **more):
    """Render the page of a student who works alone."""
    return pages(content(*given), **more)["ada"]


def _cell(kind, source, grade_id=None):
    marked = {"grade_id": grade_id, "solution": True, "grade": kind == "markdown"}
    metadata = {"nbgrader": marked} if grade_id else {}
    cell = {"cell_type": kind, "source": source, "metadata": metadata}
    return cell | ({"outputs": []} if kind == "code" else {})
