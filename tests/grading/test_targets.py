"""The targets in a report: judged from the weights alone, worth no points, and shown below their cells."""

import io
import json
import os
import shutil
from types import SimpleNamespace

import pytest
import torch
from nbformat import NotebookNode
from rich.console import Console

from autograder.__main__ import print_report
from autograder.assignment import TARGETS, task
from autograder.checks.weights_model import Reference
from autograder.classroom.results.differences import differences
from autograder.classroom.results.summary import print_summary
from autograder.grading import grade
from autograder.grading.handed_in_weights import mnist_test_set
from autograder.grading.submission_grader import Course
from tests.grading.test_grade import LAB, cell, write
from tests.mistakes.key import definitions
from tests.paths import SOLUTIONS

NAME = "04_training.ipynb"
REACHED = "reached 4.69, target about 5"  # by the key's vae.pt
TARGET = cell("assert False, 'never to be run'", "loss-target", locked=True, grade=True, points=0)
pytestmark = pytest.mark.skipif(
    mnist_test_set(os.environ["LAB_DATA"]) is None, reason="MNIST is not in LAB_DATA"
)


@pytest.fixture
def graded(tmp_path):
    """Grade the training notebook of a submission, after `change(folder)`."""
    solutions = write(tmp_path / "solutions", _04=[TARGET])
    (solutions / "lab.py").write_text(LAB, encoding="utf-8")
    course = Course(solutions, write(tmp_path / "release", _04=[TARGET]))

    def graded(change, **notebooks):
        folder = write(tmp_path / "ada", **notebooks)
        change(folder)
        return grade(folder, [NAME], course=course)

    return graded


def target(report):
    return next(result for result in report.results if result.task.id == "loss-target")


def below_the_cell(report):
    """What the target's cell shows."""
    (found,) = [each for each in report.notebooks[NAME].cells if each.source == TARGET.source]
    return " ".join(NotebookNode(output).get("text") or output.evalue for output in found.outputs)


def hand_in_the_key(folder):
    shutil.copy(SOLUTIONS / "vae.pt", folder)


def test_weights_count_even_where_the_notebook_is_missing_and_earn_no_points(graded):
    report = graded(hand_in_the_key, _01=["x = 1"])
    assert target(report).passed and (report.score, report.max_score) == (0, 2)
    assert [result.task.id for result in report.results] == [
        "train-test",
        "evaluate-test",
        "loss-target",
    ]
    assert f"loss target: {REACHED}" in below_the_cell(report)
    found = {task["id"]: task for task in report.to_json()["tasks"]}["loss-target"]
    assert (found["points"], found["score"], found["checks"][0]["passed"]) == (0, 0, True)


def test_missing_weights_are_named_below_the_cell_and_in_the_table(graded):
    report = graded(lambda folder: None, _01=["x = 1"])
    assert "vae.pt is not in the submission: run 04_training.ipynb to its end" in below_the_cell(
        report
    )
    assert "is not in the submission" in printed(report)


def test_a_reached_target_is_told_in_the_table_though_it_is_no_complaint(graded):
    assert REACHED in printed(graded(hand_in_the_key, _01=["x = 1"]))


def test_a_pickle_that_would_run_code_is_named_and_does_not_run(graded, tmp_path):
    bomb = b"cposix\nsystem\n(S'touch " + str(tmp_path / "ran").encode() + b"'\ntR."
    report = graded(lambda folder: (folder / "vae.pt").write_bytes(bomb), _01=["x = 1"])
    assert "vae.pt is not a plain file of weights" in below_the_cell(report)
    assert not (tmp_path / "ran").exists()


OWN = """
class VAE(Base):
    def __init__(self):
        super().__init__()
        self.bend = nn.Linear(2, 2)
    def encode(self, x):
        mean_z, logvar_z = super().encode(x)
        return self.bend(mean_z), logvar_z
"""


def test_another_architecture_runs_in_a_kernel_with_the_students_own_class(graded):
    base = definitions("02_vae.ipynb")["VAE"].replace("class VAE(", "class Base(")
    imports = "import torch\nfrom torch import nn\nfrom torch.nn import functional as F"

    def change(folder):
        state = torch.load(SOLUTIONS / "vae.pt", weights_only=True)
        torch.save(
            {**state, "bend.weight": torch.eye(2), "bend.bias": torch.zeros(2)}, folder / "vae.pt"
        )

    report = graded(change, _02=[imports, base, OWN])
    assert target(report).passed, target(report)
    assert "measured by what your own model gives for 500 test images" in below_the_cell(report)


def test_weights_of_the_conditional_model_are_named(graded):
    report = graded(
        lambda folder: torch.save(Reference(True).state_dict(), folder / "vae.pt"), _01=["x = 1"]
    )
    assert "holds the weights of a conditional VAE" in below_the_cell(report)


def printed(report):
    console = Console(file=io.StringIO(), width=100)
    print_report(report, console)
    return " ".join(console.file.getvalue().split())


def test_a_task_without_points_changes_nobodys_points():
    before, after = {"a": (1, 1)}, {"a": (1, 1), "loss-target": (0, 0)}
    assert differences("ada", before, after) == differences("ada", after, before) == []


def test_the_summary_of_a_class_has_no_share_of_a_task_without_points():
    console = Console(file=io.StringIO(), width=100)
    results = [
        SimpleNamespace(student=name, score=x, points={"a": (x, 1), "loss-target": (0, 0)})
        for name, x in (("ada", 1), ("bob", 0))
    ]
    print_summary(console, results, {}, {})
    rows = [line for line in console.file.getvalue().splitlines() if "loss-target" in line]
    assert len(rows) == 1 and "no points" in rows[0]
    assert "50 % of 2" in console.file.getvalue()


def test_a_notebook_of_the_release_has_the_cell_that_each_target_is_shown_below():
    for task_id in TARGETS:
        cells = json.loads((SOLUTIONS / task(task_id).notebook).read_text(encoding="utf-8"))[
            "cells"
        ]
        marks = [each["metadata"].get("nbgrader", {}) for each in cells]
        (found,) = [each for each in marks if each.get("grade_id") == task_id]
        assert found["grade"] and found["locked"] and not found["points"]
