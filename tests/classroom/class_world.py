"""A small course for tests of the class: one notebook with two tests and a question, a gradebook,
and quick runs.
"""

import io
import shutil
from concurrent.futures import Executor, Future

from rich.console import Console

from autograder.classroom import run
from autograder.classroom.command import grade_class
from autograder.classroom.run import Settings
from tests.classroom.stub_grading import GRADER, NOTEBOOK, QUESTION, TESTS, notebook

RUBRIC = "\n\nEarns the point: a reason."


class Here(Executor):
    """An Executor that calls in this process, at once."""

    in_flight = 1
    lost_in_company = ()

    def submit(self, function, /, *args):
        """Call function(*args)."""
        future = Future()
        future.set_result(function(*args))
        return future


def run_here(folder, monkeypatch=None, accept=False, **changes):
    """(exit code, what was printed) of a run over folder/submitted; in this process where there is
    a monkeypatch.
    """
    if monkeypatch:
        monkeypatch.setattr(run, "open_executor", lambda scheduler, workers: Here())
    console = Console(file=io.StringIO(), width=200, markup=False)
    usual = {
        "submitted": folder / "submitted",
        "results": folder / "graded",
        "course": folder,
        "workers": 1,
        "gradebook": (folder / "gradebook.db").exists(),
        "grader": GRADER,
    }
    code = grade_class(Settings(**usual | changes), console, lambda students: accept)
    return code, console.file.getvalue()


def make_course(folder):
    """A course folder whose gradebook knows the assignment, as `nbgrader generate_assignment` would
    have written it.
    """
    from nbformat import from_dict
    from nbgrader.api import Base, Gradebook
    from nbgrader.preprocessors import ComputeChecksums, SaveCells
    from sqlalchemy import create_engine

    url = f"sqlite:///{folder / 'gradebook.db'}"
    (folder / "nbgrader_config.py").write_text(
        "c = get_config()\nc.CourseDirectory.course_id = 'small'\nc.CourseDirectory.db_url = "
        f"{url!r}\n"
    )
    Base.metadata.create_all(create_engine(url))  # else nbgrader asks alembic, which takes seconds
    with Gradebook(url, "small") as gradebook:
        gradebook.add_assignment("vae", course_id="small")
    resources = {"nbgrader": {"notebook": NOTEBOOK, "assignment": "vae", "db_url": url}}
    master, _ = ComputeChecksums().preprocess(from_dict(notebook(rubric=RUBRIC)), resources)
    SaveCells().preprocess(master, resources)
    return folder


def copy_course(template, folder):
    """A course of its own for one test."""
    folder.mkdir(exist_ok=True)
    shutil.copy(template / "gradebook.db", folder)
    text = (template / "nbgrader_config.py").read_text()
    (folder / "nbgrader_config.py").write_text(text.replace(str(template), str(folder)))
    return folder


def open_gradebook(folder):
    """nbgrader's Gradebook of a course."""
    from nbgrader.api import Gradebook

    return Gradebook(f"sqlite:///{folder / 'gradebook.db'}", "small")


def scores(folder):
    """student → {grade_id: (automatic points, points by hand, whether a person must look)}; one row
    each.
    """
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
        assert len(found) == len(submissions)
        return found


def automatic(folder):
    """student → the points of the two tests."""
    return {
        student: tuple(grades[name][0] for name in TESTS)
        for student, grades in scores(folder).items()
    }


def mark_by_hand(folder, student, score, comment="Good.", extra=None):
    """What a person does in the Formgrader with the answer in words."""
    with open_gradebook(folder) as gradebook:
        grade = gradebook.find_grade(QUESTION, NOTEBOOK, "vae", student)
        grade.manual_score, grade.needs_manual_grade, grade.extra_credit = score, False, extra
        gradebook.find_comment(QUESTION, NOTEBOOK, "vae", student).manual_comment = comment
        gradebook.db.commit()
