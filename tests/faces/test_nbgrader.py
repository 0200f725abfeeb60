"""nbgrader with the committed configuration: its points, its pages and its Formgrader are ours."""

import json
import os
import shutil
import subprocess
import sys
import zipfile
from dataclasses import replace

import pytest
from bs4 import BeautifulSoup
from nbformat import v4
from nbgrader.api import Gradebook
from nbgrader.converters.base import NbGraderException
from nbgrader.utils import determine_grade
from traitlets.config import Config

from autograder.assignment import AUTO, TASKS, Task
from autograder.checks import Outcome
from autograder.grading import Report, TaskResult
from autograder.grading.graded_notebook import WIDTH, verdict
from autograder.nbgrader_plugin import InsertVerdicts, SubmissionExporter, use_expected_names
from benchmarks.samples import typical_mistakes, write_submission
from tests.paths import ROOT

DAMAGED = ("04", "05", "06")  # missing, broken, missing
# student → the automatic tasks that give no points
EXPECTED = {
    "key": set(),
    "mistaken": {task for answer in typical_mistakes() for task in answer.costs},
    "damaged": {task.id for task in AUTO if task.notebook[:2] in DAMAGED},
}
# The Formgrader's buttons, inside its event loop: autograde a student, or generate for "".
BUTTON = """
import asyncio, sys
from nbgrader.apps.api import NbGraderAPI
from nbgrader.server_extensions.formgrader.formgrader import FormgradeExtension

async def press(student):
    app = FormgradeExtension()
    app.initialize([])
    api = NbGraderAPI(app.coursedir, parent=app)
    return api.autograde("vae", student) if student else api.generate_assignment("vae", force=True)

result = asyncio.run(press(sys.argv[1]))
sys.exit(0 if result["success"] else result["error"])
"""

UNSET = ("MPLBACKEND", "PYTHONPATH")  # nbgrader has to do without them

YES = Outcome("shape", True, "It has a shape.")
NO = Outcome("value", False, "It should be 3, but it is 4. " * 9)
COLOUR = 15  # characters that colour the sign of a line
FAILED = TaskResult(AUTO[0], (YES, NO, replace(NO, name="other")))
VERDICTS = {
    "all checks pass": ((YES, YES), 1, 1, 1),
    "one of two fails": ((YES, NO), 1, 0, 1),
    "all fail": ((NO, replace(NO, name="other")), 1, 0, 1),
    "no check ran": ((), 1, 0, 1),
    "the gradebook gives more points than the assignment": ((YES,), 5, 5, 5),
    "a task without points": ((NO,), 0, 0, 0),
}


@pytest.mark.parametrize("outcomes, points, score, maximum", VERDICTS.values(), ids=VERDICTS)
def test_nbgrader_reads_the_verdict_from_the_outputs(outcomes, points, score, maximum):
    result = TaskResult(Task("x-test", "1", "x", "03_loss.ipynb", 1, "auto"), outcomes)
    assert determine_grade(cell_of_test(verdict(result, points), points)) == (score, maximum)


def test_part_of_the_points_is_partial_credit():
    class Half(TaskResult):
        score = 1

    result = Half(Task("x-test", "1", "x", "03_loss.ipynb", 2, "auto"), (YES, NO))
    assert determine_grade(cell_of_test(verdict(result, 3.0), 3.0)) == (1.5, 3)


def test_a_failed_verdict_holds_each_message_once_in_short_lines():
    passed, error = verdict(FAILED, 1)
    assert "✓" in passed.text and "shape: It has a shape." in passed.text
    text = "\n".join(error.traceback)
    assert " ".join(text.split()).endswith("value, other: " + NO.message.strip())
    assert all(len(line) <= WIDTH + COLOUR for line in text.split("\n"))


def cell_of_test(outputs, points):
    marks = {
        "grade_id": "x-test",
        "grade": True,
        "solution": False,
        "locked": True,
        "points": points,
    }
    return v4.new_code_cell("...", outputs=outputs, metadata={"nbgrader": marks})


RESOURCES = {"nbgrader": {"assignment": "vae", "student": "ada", "notebook": "03_loss"}}


def fill_in(graded, cells, name="03_loss.ipynb"):
    """Return the cells with the outputs of a notebook that was graded under a name."""
    exporter = SubmissionExporter()
    report = Report("ada", (), notebooks={name: v4.new_notebook(cells=graded)})
    exporter._graded = ("vae", "ada"), report
    notebook = v4.new_notebook(cells=cells)
    filled, _ = InsertVerdicts(parent=exporter).preprocess(notebook, RESOURCES)
    return filled.cells


def test_each_cell_gets_the_outputs_of_the_grader_and_no_others():
    theirs = cell_of_test([v4.new_output("stream", text="forged")], 1)
    ours = cell_of_test(verdict(FAILED, 1), 1)
    ours.id = theirs.id
    assert fill_in([v4.new_code_cell(), ours], [theirs])[0].outputs == ours.outputs


def test_points_that_no_check_decides_stop_the_grading():
    undecided, stranger = cell_of_test([], 1), cell_of_test([], 1)
    with pytest.raises(NbGraderException, match="No check decides the points of x-test"):
        fill_in([undecided], [undecided])
    with pytest.raises(KeyError):
        fill_in([undecided], [stranger])
    with pytest.raises(NbGraderException, match="has no notebook 03_loss"):
        fill_in([], [], name="04_training.ipynb")


def test_renamed_notebooks_are_graded_under_their_expected_names(tmp_path):
    damage(write_submission(tmp_path))
    paths = [str(path) for path in tmp_path.glob("*.ipynb")]
    config = Config(CourseDirectory=Config(root=str(ROOT), release_directory="notebooks"))
    use_expected_names("vae", "ada", paths, config=config)
    names = ["01_data", "02_vae", "03_loss", "05_latent_space"]
    assert paths == [str(tmp_path / f"{name}.ipynb") for name in names]
    one = paths[2:3]
    use_expected_names("vae", "ada", one, config=config)
    assert one == paths[2:3]


def nbgrader(folder, *arguments, fails=False, **variables):
    """Run an nbgrader command in a course folder and return its log."""
    is_button = arguments[0] == "button"
    command = ["-c", BUTTON, *arguments[1:]] if is_button else ["-m", "nbgrader", *arguments]
    command = [sys.executable, *command]
    env = {key: value for key, value in os.environ.items() if key not in UNSET} | variables
    result = subprocess.run(command, cwd=folder, text=True, capture_output=True, env=env)
    assert bool(result.returncode) == fails, result.stderr[-3000:]
    return result.stderr


def damage(folder):
    """Delete a test cell, rename a notebook, break one, remove three; add scripts."""
    loss = json.loads((folder / "03_loss.ipynb").read_text())
    loss["cells"] = [
        cell
        for cell in loss["cells"]
        if cell["metadata"].get("nbgrader", {}).get("grade_id") != "kl-loss-formula-test"
    ]
    shown = v4.new_code_cell("from IPython.display import HTML\nHTML('<script>give(1)</script>')")
    written = v4.new_markdown_cell("<script>give(2)</script>")
    loss["cells"] += [shown, written, v4.new_code_cell("import os\nos._exit(1)")]
    (folder / "03_loss.ipynb").write_text(json.dumps(loss))
    (folder / "02_vae.ipynb").rename(folder / "02_vae (1).ipynb")
    (folder / "05_latent_space.ipynb").write_text("<!DOCTYPE html><title>Sign in</title>")
    for name in ("04_training", "06_cvae", "07_discussion"):
        (folder / f"{name}.ipynb").unlink()


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A course folder with three graded submissions, one of them by the Formgrader's button."""
    folder = tmp_path_factory.mktemp("course")
    ignore = shutil.ignore_patterns("__pycache__", "data")
    for name in ("solutions", "autograder"):
        shutil.copytree(ROOT / name, folder / name, ignore=ignore)
    shutil.copy(ROOT / "nbgrader_config.py", folder)
    write_submission(folder / "submitted" / "key" / "vae")
    write_submission(folder / "submitted" / "mistaken" / "vae", typical_mistakes())
    damage(write_submission(folder / "submitted" / "damaged" / "vae"))
    shutil.copytree(folder / "submitted", folder / "as submitted")
    nbgrader(folder, "generate_assignment", "vae")
    nbgrader(folder, "button", "key")
    nbgrader(folder, "autograde", "vae")
    return folder


def scores_of(course, student):
    """Return {grade_id: points by the autograder, None where a person is to give them}."""
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as gradebook:
        submission = gradebook.find_submission("vae", student)
        return {
            grade.name: grade.auto_score
            for notebook in submission.notebooks
            for grade in notebook.grades
        }


@pytest.mark.slow
@pytest.mark.parametrize("student", EXPECTED)
def test_the_gradebook_has_the_points_of_the_engine(course, student):
    scores = scores_of(course, student)
    assert {task.id for task in AUTO if scores[task.id] == 0} == EXPECTED[student]
    assert sum(scores[task.id] for task in AUTO) == len(AUTO) - len(EXPECTED[student])
    handed_in = ("02",) if student == "damaged" else ("02", "04", "05", "06", "07")
    by_hand = {name for name, score in scores.items() if score is None}
    manual = [task for task in TASKS if task.kind == "manual"]
    assert by_hand == {task.id for task in manual if task.notebook[:2] in handed_in}


def pages_of(course, student):
    """Return {name of a page: the text that a reader sees}."""
    paths = (course / "feedback" / student / "vae").glob("*.html")
    return {
        path.stem: " ".join(BeautifulSoup(path.read_text(), "html.parser").text.split())
        for path in paths
    }


@pytest.mark.slow
def test_feedback_pages_show_the_messages_the_notes_and_the_rubric(course):
    nbgrader(course, "generate_feedback", "vae")
    pages = pages_of(course, "mistaken")
    assert len(pages) == 7
    assert "Half a point:" in pages["02_vae"]
    for answer in typical_mistakes():
        assert answer.says in pages[answer.notebook[:-6]]
    assert "AssertionError:" not in "".join(pages.values())
    damaged = pages_of(course, "damaged")
    assert damaged.keys() == {"01_data", "02_vae", "03_loss", "05_latent_space"}
    assert "02_vae (1).ipynb" in damaged["02_vae"]
    assert "ended the kernel's process" in damaged["03_loss"]
    assert "<IPython.core.display.HTML object>" in damaged["03_loss"]
    assert "<script>give(2)</script>" in damaged["03_loss"]
    assert "05_latent_space.ipynb cannot be read as a notebook" in damaged["05_latent_space"]


@pytest.mark.slow
@pytest.mark.parametrize("student", EXPECTED)
def test_what_students_handed_in_stays_as_it_was(course, student):
    before, now = (course / step / student / "vae" for step in ("as submitted", "submitted"))
    assert contents(now) == contents(before)


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.slow
def test_the_checks_are_in_the_release_unless_the_settings_leave_them_out(course):
    checks, config = course / "notebooks/vae/checks.zip", course / "nbgrader_config.py"
    assert zipfile.is_zipfile(checks)
    text = config.read_text()
    config.write_text(text.replace("\npack_checks(c)\n", "\n"))
    try:
        nbgrader(course, "button", "")
        assert not checks.exists()
    finally:
        config.write_text(text)
    nbgrader(course, "button", "")
    assert zipfile.is_zipfile(checks)


@pytest.mark.slow
def test_a_grader_that_cannot_work_gives_no_points(course):
    shutil.copytree(course / "submitted" / "key", course / "submitted" / "unlucky")
    helper = course / "solutions" / "vae" / "lab.py"
    hidden = helper.rename(course / "lab.py.hidden")
    try:
        log = nbgrader(course, "autograde", "vae", "--student", "unlucky", fails=True)
        assert "lab.py is missing" in log
    finally:
        hidden.rename(helper)
        shutil.rmtree(course / "submitted" / "unlucky")
    assert set(scores_of(course, "unlucky").values()) == {None}
    assert not (course / "autograded" / "unlucky" / "vae").exists()


@pytest.mark.slow
def test_plain_nbgrader_with_the_visible_test_cells_gives_the_same_points(course):
    """nbgrader's own run, in the environment that docs/instructor.md names."""
    config = course / "nbgrader_config.py"
    text = config.read_text()
    assert "\nuse_engine(c)\n" in text
    config.write_text(text.replace("\nuse_engine(c)\n", "\n"))
    plain = write_submission(course / "submitted" / "plain" / "vae", typical_mistakes())
    for name in ("01_data", "07_discussion"):
        (plain / f"{name}.ipynb").unlink()
    key = course / "solutions" / "vae"
    env = {
        "LAB_PROFILE": "grading",
        "LAB_ANSWERS": str(key),
        "PYTHONPATH": str(course),
        "OMP_NUM_THREADS": "1",
    }
    nbgrader(course, "autograde", "vae", "--student", "plain", **env)
    config.write_text(text)
    plain, ours = scores_of(course, "plain"), scores_of(course, "mistaken")
    assert {task.id: plain[task.id] for task in AUTO} == {task.id: ours[task.id] for task in AUTO}
