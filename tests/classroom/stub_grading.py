"""A stub of the grader, without kernels: each notebook orders what happens to it.

The notebook is a JSON object: points (of the two tests), why (the answer in words), who (a cell of
notebook 01), and one order:
"set up", "raise" or "refuse" (an exception's text), "exit" (a code), "kill" (the worker process),
"sleep" (seconds), or "once" (a path: kill the worker unless that file exists).
"""

import json
import os
import signal
import time
from dataclasses import dataclass, field
from pathlib import Path

from autograder.errors import SetupError, SubmissionError

GRADER = "tests.classroom.stub_grading:grade"
NOTEBOOK = "02_vae"
TESTS = ("first-test", "second-test")
QUESTION = "why-question"
UNANSWERED = "YOUR ANSWER HERE"
PASSED = {"output_type": "stream", "name": "stdout", "text": "It holds.\n"}
FAILED = {"output_type": "error", "ename": "Failed", "evalue": "No.", "traceback": ["No."]}


@dataclass(frozen=True)
class StubReport:
    """The part of a Report that a class run uses."""

    tree: dict
    notebooks: dict = field(default_factory=dict)

    def to_json(self):
        """Return the report as plain values."""
        return self.tree


def submit(folder, points=(1, 1), name=f"{NOTEBOOK}.ipynb", **orders):
    """Hand in a notebook that orders these points."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(json.dumps({"points": list(points), **orders}))
    return folder


def grade(folder: Path, **options) -> StubReport:
    """Obey the notebook of a submission."""
    path = folder / f"{NOTEBOOK}.ipynb"
    if not path.is_file():
        raise SubmissionError(f"{folder} holds none of the notebooks.")
    orders = json.loads(path.read_text())
    _obey(orders)
    points = orders["points"]
    tasks = [
        {"id": name, "title": name.replace("-", " "), "points": 1, "score": score, "checks": []}
        for name, score in zip(TESTS, points, strict=True)
    ]
    tree = {
        "submission": folder.name,
        "score": sum(points),
        "max_score": 2,
        "tasks": tasks,
        "notes": orders.get("notes", []),
        "isolation": "a stub",
    }
    notebooks = {f"{NOTEBOOK}.ipynb": notebook(points, orders.get("why", UNANSWERED))}
    if "who" in orders:
        notebooks["01_data.ipynb"] = {"cells": [{"cell_type": "code", "source": orders["who"]}]}
    return StubReport(tree, notebooks)


def notebook(points=None, why=UNANSWERED, rubric=""):
    """Make the assignment's notebook: an answer, two tests and a question; graded if points."""
    tests = [
        _cell("code", f"test({name!r})", name, grade=True, locked=True, points=1) for name in TESTS
    ]
    cells = [
        _cell("code", "def answer(): ...", "answer", solution=True),
        *tests,
        _cell("markdown", f"Why?{rubric}", "why-text", locked=True),
        _cell("markdown", why, QUESTION, grade=True, solution=True, points=1),
    ]
    for cell, score in zip(cells[1:], points or (), strict=False):
        cell["outputs"] = [dict(PASSED if score else FAILED)]
    return {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}


def _cell(kind, source, name, **marks):
    plain = {"grade": False, "solution": False, "locked": False, "task": False, "schema_version": 3}
    metadata = {"nbgrader": {**plain, "grade_id": name, **marks}}
    cell = {"cell_type": kind, "id": name, "source": source, "metadata": metadata}
    return cell | ({"outputs": [], "execution_count": None} if kind == "code" else {})


def _obey(orders):
    if "set up" in orders:
        raise SetupError(orders["set up"])
    if "raise" in orders:
        raise ValueError(orders["raise"])
    if "refuse" in orders:
        raise SubmissionError(orders["refuse"])
    if "exit" in orders:
        raise SystemExit(orders["exit"])
    time.sleep(orders.get("sleep", 0))
    flag = Path(orders["once"]) if "once" in orders else None
    if "kill" in orders or flag and not flag.exists():
        if flag:
            flag.touch()
        os.kill(os.getpid(), signal.SIGKILL)
