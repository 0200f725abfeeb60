"""A small course for tests of class runs, with a gradebook, and runs in this process.

Its one notebook has two tests and a question.
"""

import io
import shutil
from concurrent.futures import Executor, Future

from rich.console import Console

from autograder.classroom import run
from autograder.classroom.command import grade_class
from autograder.classroom.settings import Settings
from tests.classroom.stub_grading import GRADER, NOTEBOOK, QUESTION, TESTS, notebook

RUBRIC = "\n\nEarns the point: a reason."


class InProcessExecutor(Executor):
    """An Executor that calls the function at once, in this process."""

    max_in_flight = 1
    ambiguous_failures = ()

    def submit(self, function, /, *args):
        """Call function(*args)."""
        future = Future()
        future.set_result(function(*args))
        return future


def run_here(folder, monkeypatch=None, accept=False, **changes):
    """Run the class over folder/submitted → (exit code, what was printed).

    With a monkeypatch, submissions are graded in this process.
    """
    if monkeypatch:
        monkeypatch.setattr(run, "open_executor", lambda scheduler, workers: InProcessExecutor())
    output = io.StringIO()
    console = Console(file=output, width=200, markup=False)
    defaults = {
        "submitted": folder / "submitted",
        "results": folder / "graded",
        "course": folder,
        "workers": 1,
        "gradebook": (folder / "gradebook.db").exists(),
        "grader": GRADER,
    }
    code = grade_class(Settings(**defaults | changes), console, lambda students: accept)
    return code, output.getvalue()


def make_course(folder):
    """Make a course as `nbgrader generate_assignment` does: its gradebook knows the notebook."""
    from nbformat import from_dict
    from nbgrader.api import Base, Gradebook
    from nbgrader.preprocessors import ComputeChecksums, SaveCells
    from sqlalchemy import create_engine

    url = f"sqlite:///{folder / 'gradebook.db'}"
    config = ["c = get_config()", "c.CourseDirectory.course_id = 'small'"]
    config.append(f"c.CourseDirectory.db_url = {url!r}")
    (folder / "nbgrader_config.py").write_text("\n".join(config) + "\n")
    # Without these tables nbgrader asks alembic for them, which takes seconds.
    Base.metadata.create_all(create_engine(url))
    with Gradebook(url, "small") as gradebook:
        gradebook.add_assignment("vae", course_id="small")
    resources = {"nbgrader": {"notebook": NOTEBOOK, "assignment": "vae", "db_url": url}}
    master, _ = ComputeChecksums().preprocess(from_dict(notebook(rubric=RUBRIC)), resources)
    SaveCells().preprocess(master, resources)
    return folder


def copy_course(template, folder):
    """Copy a course's gradebook and settings to another folder."""
    folder.mkdir(exist_ok=True)
    shutil.copy(template / "gradebook.db", folder)
    text = (template / "nbgrader_config.py").read_text()
    (folder / "nbgrader_config.py").write_text(text.replace(str(template), str(folder)))
    return folder


def open_gradebook(folder):
    """Open nbgrader's Gradebook of a course."""
    from nbgrader.api import Gradebook

    return Gradebook(f"sqlite:///{folder / 'gradebook.db'}", "small")


def scores(folder):
    """Read student → grade_id → (automatic points, points by hand, whether a person must look)."""
    with open_gradebook(folder) as gradebook:
        submissions = gradebook.find_assignment("vae").submissions
        found = {
            submission.student_id: {
                grade.name: (grade.auto_score, grade.manual_score, grade.needs_manual_grade)
                for notebook in submission.notebooks
                for grade in notebook.grades
            }
            for submission in submissions
        }
        assert len(found) == len(submissions), "a student has two submissions"
        return found


def automatic(folder):
    """Read student → the points of the two tests."""
    return {
        student: tuple(grades[name][0] for name in TESTS)
        for student, grades in scores(folder).items()
    }


def mark_by_hand(folder, student, score, comment="Good.", extra=None):
    """Mark the answer to the question, as a person does in the Formgrader."""
    with open_gradebook(folder) as gradebook:
        grade = gradebook.find_grade(QUESTION, NOTEBOOK, "vae", student)
        grade.manual_score, grade.needs_manual_grade, grade.extra_credit = score, False, extra
        gradebook.find_comment(QUESTION, NOTEBOOK, "vae", student).manual_comment = comment
        gradebook.db.commit()
