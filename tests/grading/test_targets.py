"""Targets in a report: judged with the student's class, worth no points, shown below a cell."""

import io
import json
import shutil
import time
import zipfile
from types import SimpleNamespace

import pytest
import torch
from nbformat import NotebookNode
from rich.console import Console

from autograder.__main__ import print_report
from autograder.assignment import TARGETS, task
from autograder.classroom.results.differences import differences
from autograder.classroom.results.summary import print_summary
from autograder.grading import Course, grade, notebook_run
from autograder.grading.targets import mnist_test_images
from autograder.kernels import KernelLostError, Limits, StudentKernel
from tests.checks.weights_world import needs_mnist, rewritten
from tests.grading.loss_world import LAB, cell, write
from tests.mistakes.key import definitions
from tests.paths import SOLUTIONS

NAME, CONDITIONAL = "04_training.ipynb", "06_cvae.ipynb"
REACHED = "reached 4.71, target about 5"  # by the key's vae.pt
TARGET = cell("assert False, 'never to be run'", "loss-target", locked=True, grade=True, points=0)
CVAE_TARGET = cell("assert False", "cvae-loss-target", locked=True, grade=True, points=0)
IMPORTS = "import torch\nfrom torch import nn\nfrom torch.nn import functional as F"
OWN_VAE = [IMPORTS, definitions("02_vae.ipynb")["VAE"]]
OWN_CVAE = [
    f'{IMPORTS}\nfrom lab import load_answer\nVAE = load_answer("02_vae.ipynb", "VAE")',
    definitions(CONDITIONAL)["ConditionalVAE"],
]
pytestmark = needs_mnist


@pytest.fixture
def graded(tmp_path):
    """Grade the notebook of a target, after a change of the submission's folder."""
    cells = {"_04": [TARGET], "_06": [CVAE_TARGET]}
    solutions = write(tmp_path / "solutions", **cells)
    (solutions / "lab.py").write_text(LAB, encoding="utf-8")
    course = Course(solutions, write(tmp_path / "release", **cells))

    def graded(change, name=NAME, **notebooks):
        folder = write(tmp_path / "ada", **notebooks)
        change(folder)
        return grade(folder, [name], course=course)

    return graded


def target(report):
    return next(result for result in report.results if result.task.id in TARGETS)


def below_the_cell(report):
    """What the target's cell shows."""
    cells = report.notebooks[target(report).task.notebook].cells
    (found,) = [each for each in cells if each.source in (TARGET.source, CVAE_TARGET.source)]
    return " ".join(NotebookNode(output).get("text") or output.evalue for output in found.outputs)


def hand_in_the_key(folder):
    for file in ("vae.pt", "cvae.pt"):
        shutil.copy(SOLUTIONS / file, folder)


def test_weights_count_where_their_own_notebook_is_missing_and_earn_no_points(graded):
    report = graded(hand_in_the_key, _02=OWN_VAE)
    assert target(report).passed and (report.score, report.max_score) == (0, 2)
    assert [result.task.id for result in report.results] == [
        "train-test",
        "evaluate-test",
        "loss-target",
    ]
    assert f"loss target: {REACHED}" in below_the_cell(report)
    assert REACHED in printed(report), "shown in the table, though it is no complaint"
    found = {task["id"]: task for task in report.to_json()["tasks"]}["loss-target"]
    assert (found["points"], found["score"], found["checks"][0]["passed"]) == (0, 0, True)


def test_nothing_runs_but_the_class_and_what_it_needs(graded):
    training = "vae = VAE()\nwhile True: vae(torch.rand(32, 1, 28, 28))"
    report = graded(hand_in_the_key, _02=[*OWN_VAE, "import os\nos._exit(1)", training])
    assert target(report).passed
    assert all("is missing" in note for note in report.notes)


def test_the_class_of_the_conditional_model_builds_on_the_students_own(graded):
    renamed = [source.replace("self.conv1", "self.first") for source in OWN_VAE]
    built_on = [source.replace("self.conv1", "self.first") for source in OWN_CVAE]

    def change(folder):
        state = torch.load(SOLUTIONS / "cvae.pt", weights_only=True)
        for name in ("conv1.weight", "conv1.bias"):
            state[name.replace("conv1", "first")] = state.pop(name)
        torch.save(state, folder / "cvae.pt")

    report = graded(change, CONDITIONAL, _02=renamed, _06=built_on)
    assert "reached 4.10, target about 4.1" in below_the_cell(report), target(report)


def test_what_is_missing_is_named_below_the_cell_and_in_the_table(graded):
    report = graded(lambda folder: None, _02=OWN_VAE)
    said = "vae.pt is not in the submission: run 04_training.ipynb to its end"
    assert said in below_the_cell(report) and "is not in the submission" in printed(report)


def too_large(folder):
    with open(folder / "vae.pt", "wb") as file:
        file.truncate(51 * 2**20)


NOT_MEASURED = {
    "a file that is too large": (too_large, {"_02": OWN_VAE}, "vae.pt is larger than 50 MB."),
    "no notebook": (hand_in_the_key, {"_01": ["x = 1"]}, "because VAE is missing: 02_vae.ipynb is"),
    "no class": (hand_in_the_key, {"_02": [IMPORTS]}, "VAE of 02_vae.ipynb: VAE is not defined."),
    "no Python": (
        hand_in_the_key,
        {"_02": [IMPORTS, "class VAE(nn.Module)\n    pass"]},
        "VAE is not defined: the cell that defines VAE raised SyntaxError",
    ),
    "an unfinished class": (
        hand_in_the_key,
        {"_02": [IMPORTS, "class VAE(nn.Module):\n    pass"]},
        "vae.pt does not fit VAE of 02_vae.ipynb: the file has conv1, conv2, hidden and 5 more",
    ),
}


@pytest.mark.parametrize("change, notebooks, words", NOT_MEASURED.values(), ids=NOT_MEASURED)
def test_why_weights_were_not_measured_is_one_sentence(graded, change, notebooks, words):
    report = graded(change, **notebooks)
    assert words in target(report).outcomes[0].message and not target(report).passed


def test_a_missing_answer_of_an_earlier_notebook_is_named(graded):
    report = graded(hand_in_the_key, CONDITIONAL, _06=OWN_CVAE)
    assert "ConditionalVAE is not defined" in below_the_cell(report)
    assert "02_vae.ipynb" in below_the_cell(report)


def test_without_mnist_nothing_is_measured_and_nothing_runs(graded, monkeypatch, tmp_path):
    monkeypatch.setenv("LAB_DATA", str(tmp_path))
    report = graded(hand_in_the_key, _02=["import os\nos._exit(1)", *OWN_VAE])
    assert "MNIST is not on the grader's machine. No points depend on it." in printed(report)


def test_a_pickle_that_would_run_code_is_named_and_does_not_run(graded, tmp_path):
    bomb = b"cposix\nsystem\n(S'touch " + str(tmp_path / "ran").encode() + b"'\ntR."
    report = graded(lambda folder: (folder / "vae.pt").write_bytes(bomb), _02=OWN_VAE)
    assert "it asks Python to load posix.system" in below_the_cell(report)
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("size", [200, 900])
def test_a_file_that_unpacks_to_many_megabytes_is_ended_by_the_kernels_limits(
    graded, monkeypatch, size
):
    def small_kernel(folder, env):
        return StudentKernel(folder, env, Limits(memory=150 * 2**20))

    monkeypatch.setattr(notebook_run, "StudentKernel", small_kernel)
    bomb = rewritten(zipfile.ZIP_DEFLATED, data__0=bytes(size * 2**20))
    started = time.monotonic()
    report = graded(lambda folder: (folder / "vae.pt").write_bytes(bomb), _02=OWN_VAE)
    assert len(bomb) < 5 * 2**20 and time.monotonic() - started < 60
    assert "vae.pt" in below_the_cell(report) and not target(report).passed


def test_a_lost_kernel_gives_no_verdict(graded, monkeypatch):
    def lost(*_, **__):
        raise KernelLostError("It was ended from outside.")

    monkeypatch.setattr(StudentKernel, "probe", lost)
    with pytest.raises(KernelLostError):
        graded(hand_in_the_key, _02=OWN_VAE)


def test_test_images_that_are_damaged_count_as_missing(tmp_path):
    raw = tmp_path / "MNIST" / "raw"
    raw.mkdir(parents=True)
    (raw / "t10k-images-idx3-ubyte").write_bytes(bytes(100))
    (raw / "t10k-labels-idx1-ubyte").write_bytes(bytes(100))
    assert mnist_test_images(str(tmp_path)) is None


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
    print_summary(console, results, {}, {}, {})
    rows = [line for line in console.file.getvalue().splitlines() if "loss-target" in line]
    assert len(rows) == 1 and "no points" in rows[0]
    assert "50 % of 2" in console.file.getvalue()


def test_a_notebook_of_the_release_has_the_cell_that_each_target_is_shown_below():
    for task_id in TARGETS:
        notebook = json.loads((SOLUTIONS / task(task_id).notebook).read_text(encoding="utf-8"))
        marks = [each["metadata"].get("nbgrader", {}) for each in notebook["cells"]]
        (found,) = [each for each in marks if each.get("grade_id") == task_id]
        assert found["grade"] and found["locked"] and not found["points"]
