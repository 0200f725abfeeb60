"""A submission becomes a Report: a mistake is paid for once, whatever the student's code does."""

import json

import nbformat.v4 as v4
import psutil
import pytest

from autograder.errors import SetupError
from autograder.grading import (
    Course,
    grade,
    notebook_run,
    submission_grader,
    submission_time,
)
from autograder.grading.course import CourseError
from autograder.kernels import KernelLostError, KernelStartError, StudentKernel
from autograder.kernels.inside.isolation_level import IsolationLevel
from autograder.text import MESSAGE_LENGTH, printable
from tests.grading.loss_world import KL, LOSS, SETUP, TEST, cell, course, messages, write

__all__ = ["course"]  # a fixture


@pytest.fixture
def grade_loss(course, tmp_path):
    """Grade a third notebook with these cells."""
    return lambda *cells: grade(write(tmp_path / "ada", _03=cells), [LOSS], course=course)


def shown(notebook):
    """What each code cell of a graded notebook shows."""
    return [
        "".join(output.get("text") or output.get("evalue") for output in cell.outputs)
        for cell in notebook.cells
        if cell.cell_type == "code"
    ]


def test_a_right_answer_gets_its_points_and_the_json_says_so(grade_loss):
    report = grade_loss(SETUP, KL, TEST)
    assert messages(report) == []
    assert "closed form" in shown(report.notebooks[LOSS])[-1]
    found = json.loads(json.dumps(report.to_json()))
    assert (found["submission"], found["score"], found["max_score"]) == ("ada", 2, 2)
    assert [task["id"] for task in found["tasks"]] == [
        "kl-loss-formula-test",
        "kl-loss-reduction-test",
    ]
    for task in found["tasks"]:
        assert task.keys() == {"id", "title", "points", "score", "checks"}
        assert task["checks"]
        keys = {"name", "passed", "message", "diagnosis"}
        assert all(each.keys() >= keys for each in task["checks"])
    assert not any(note.startswith(LOSS) for note in found["notes"])
    assert found["isolation"].startswith("a sandbox")
    assert "02_vae.ipynb is missing." in found["notes"]


def test_modules_of_ones_own_are_there_and_take_no_others_place(course, tmp_path):
    folder = write(tmp_path / "ada", _03=[SETUP, "from utils import *\nimport lab\n" + KL])
    (folder / "utils.py").write_text("HALF = 0.5")
    for name in ("lab.py", "torch.py"):
        (folder / name).write_text("raise SystemExit")
    report = grade(folder, [LOSS], course=course)
    assert report.score == 2
    notes = " ".join(report.notes)
    assert "own modules lie beside the notebooks as they run: utils.py." in notes
    assert "lab.py has the name of one of the course's modules" in notes
    assert "torch.py has a name that Python or a library uses" in notes


def test_edited_and_missing_locked_cells_count_as_released(grade_loss):
    assert grade_loss(cell("import torch\nHALF = 7", "setup", locked=True), KL).score == 2
    assert grade_loss(KL).score == 2


def test_a_cell_that_ends_the_kernel_costs_only_what_it_held(grade_loss):
    report = grade_loss(SETUP, "import os\nos._exit(9)", KL, "print('after')")
    assert report.score == 2
    assert f"{LOSS}: code cell 2 ended the kernel's process" in " ".join(report.notes)
    note, _, ended, _, after, _ = shown(report.notebooks[LOSS])
    assert "code cell 2 ended" in note
    assert ended.startswith("This cell ended the kernel's process")
    assert after == "after\n"


def test_a_cell_that_never_ends_is_stopped(grade_loss, monkeypatch):
    monkeypatch.setattr(notebook_run, "CELL_SECONDS", 2)
    report = grade_loss(SETUP, "print('so far')\nwhile True: pass", KL)
    assert report.score == 2
    stopped = "so far\nThis cell took longer than 2 s and was stopped."
    assert stopped in shown(report.notebooks[LOSS])


def test_a_function_that_ends_the_kernel_fails_its_checks_and_no_more(grade_loss, monkeypatch):
    monkeypatch.setattr(notebook_run, "RESTARTS", 1)
    report = grade_loss(SETUP, "import os\ndef kl_loss(m, l):\n    os._exit(0)")
    assert report.score == 0
    assert "ended the kernel's process" in messages(report)[0]
    not_run = f"{LOSS} ended its kernel 2 times, so this check could not run."
    assert messages(report)[2].endswith(not_run)


SYNTAX_ERROR = "defines kl_loss raised SyntaxError: invalid syntax (line 1"
UNDEFINED = {
    "a definition that raises": (
        "@nothing\n" + KL,
        "defines kl_loss raised NameError: name 'nothing' is not defined",
    ),
    "a cell that is not valid Python": ("x = = 1\n" + KL, SYNTAX_ERROR),
    "no cell": ("x = 1", "kl_loss is not defined."),
    "a stub": ("def kl_loss(m, l):\n    raise NotImplementedError()", "kl_loss is not written yet"),
    "a name that a failed cell would have made": (
        "third = 1 / 0\n\nthe_rest = 1",
        "kl_loss raised NameError: name 'third' is not defined",
    ),
}


@pytest.mark.parametrize("source, sentence", UNDEFINED.values(), ids=UNDEFINED)
def test_a_missing_definition_is_explained(grade_loss, source, sentence):
    users = ["def kl_loss(m, l):\n    return third"] if "third" in source else []
    report = grade_loss(SETUP, source, *users)
    assert report.score == 0
    assert sentence in messages(report)[0]
    if users:
        assert "the cell that defines third raised ZeroDivisionError" in messages(report)[0]


def test_syntax_that_is_newer_than_the_grader_names_both_versions(course, tmp_path):
    folder = write(tmp_path / "ada", _03=[SETUP, "type kl_loss => 1\n" + KL])
    notebook = json.loads((folder / LOSS).read_text())
    notebook["metadata"]["language_info"] = {"name": "python", "version": "3.99.2"}
    (folder / LOSS).write_text(json.dumps(notebook))
    said = messages(grade(folder, [LOSS], course=course))[0]
    assert "the notebook was written with Python 3.99, and the grader has Python 3." in said


def test_a_missing_notebook_fails_its_tasks_by_name(course, tmp_path):
    report = grade(write(tmp_path / "ada", _01=["x = 1"]), [LOSS], course=course)
    assert (report.score, report.max_score) == (0, 2)
    assert messages(report) == ["03_loss.ipynb is missing."] * 2
    note, _, verdict = shown(report.notebooks[LOSS])
    assert note == verdict + "\n" == "03_loss.ipynb is missing.\n"


def test_a_notebook_without_tasks_does_not_run_and_shows_what_it_came_with(
    course, tmp_path, monkeypatch
):
    monkeypatch.delattr(submission_grader, "NotebookRun")
    write(course.release, _01=["names = ['']"])
    own = cell("names = ['Ada']")
    own.outputs = [v4.new_output("stream", text="hello")]
    report = grade(write(tmp_path / "ada", _01=[own]), ["01_data.ipynb"], course=course)
    assert (report.results, shown(report.notebooks["01_data.ipynb"])[-1]) == ((), "hello")


def test_a_course_without_a_release_is_one_sentence(course, tmp_path):
    submission = write(tmp_path / "ada", _03=[KL])
    with pytest.raises(CourseError, match="is missing"):
        grade(submission, course=Course(course.solutions, tmp_path / "nothing"))


def test_messages_are_safe_to_print():
    assert printable("ok \x1b[31m\ud800") == "ok \N{REPLACEMENT CHARACTER}[31m?"
    assert len(printable("x" * 10**6)) == MESSAGE_LENGTH


def test_without_the_sandbox_that_is_asked_for_nothing_runs(tmp_path, monkeypatch):
    monkeypatch.setattr(
        "autograder.kernels.isolation.isolation_level",
        lambda: (IsolationLevel.NONE, "bubblewrap is not installed"),
    )
    submission = write(tmp_path / "ada", _03=[SETUP, KL, TEST])
    sentence = "There is no sandbox here: bubblewrap is not installed; install bubblewrap"
    with pytest.raises(SetupError, match=sentence):
        grade(submission, sandbox=True)


def test_a_submission_has_a_time_limit(grade_loss, monkeypatch):
    monkeypatch.setattr(submission_time, "SUBMISSION_SECONDS", 0)
    report = grade_loss(SETUP, KL, TEST)
    assert report.score == 0
    assert all("The submission took longer" in message for message in messages(report))


def test_a_kernel_that_is_lost_once_costs_nothing(grade_loss, monkeypatch):
    probe_kernel, asked = StudentKernel.probe, []

    def lose_one(kernel, probe, **inputs):
        asked.append(probe)
        if len(asked) == 2:
            for sandbox in psutil.Process().children():  # whole: none in it can tell of another
                sandbox.kill()
        return probe_kernel(kernel, probe, **inputs)

    monkeypatch.setattr(StudentKernel, "probe", lose_one)
    assert grade_loss(SETUP, KL, TEST).score == 2


@pytest.mark.parametrize(
    "method, error", [("start", KernelStartError), ("run_cell", KernelLostError)]
)
def test_nothing_is_graded_where_no_kernel_works(grade_loss, monkeypatch, method, error):
    def fail(*_):
        raise error("It is full.")

    monkeypatch.setattr(StudentKernel, method, fail)
    with pytest.raises(error, match="It is full."):
        grade_loss(SETUP, KL, TEST)
