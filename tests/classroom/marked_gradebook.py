"""nbgrader's gradebook of the whole assignment, and marks as the Formgrader gives them."""

from nbgrader.api import Base, Gradebook
from sqlalchemy import create_engine

from autograder.assignment import NOTEBOOKS, TASKS, task
from autograder.classroom.feedback_page.own_work import CODE, answer_cell

CODE_CELLS = {answer_cell(name): task(id_) for id_, names in CODE.items() for name in names}


def new_gradebook(path):
    """Make a gradebook that knows the assignment, its cells in an order that is not the text's."""
    url = f"sqlite:///{path}"
    # Without these tables nbgrader asks alembic for them, which takes seconds.
    Base.metadata.create_all(create_engine(url))
    gradebook = open_gradebook(path)
    gradebook.add_assignment("vae", course_id="course")
    for name in reversed(NOTEBOOKS):
        gradebook.add_notebook(_stem(name), "vae")
    for each in reversed(TASKS):
        kind = "markdown" if each.kind == "manual" else "code"
        place = _stem(each.notebook), "vae"
        gradebook.add_grade_cell(each.id, *place, max_score=each.points, cell_type=kind)
        if each.kind == "manual":
            gradebook.add_solution_cell(each.id, *place)
    for cell, each in CODE_CELLS.items():
        gradebook.add_solution_cell(cell, _stem(each.notebook), "vae")
    return gradebook


def open_gradebook(path):
    """Open a gradebook that `new_gradebook` made."""
    return Gradebook(f"sqlite:///{path}", "course")


def add_submission(gradebook, student, auto=1.0):
    """Add a submission as a class run leaves it: so many points for each automatic task."""
    gradebook.add_student(student)
    submission = gradebook.add_submission("vae", student)
    for each in TASKS:
        if each.kind != "manual":
            grade = find_grade(gradebook, student, each.id)
            grade.auto_score, grade.needs_manual_grade = auto * each.points, False
    gradebook.db.commit()
    return submission


def mark(gradebook, student, task_id, points, comment=None, extra=None):
    """Mark an answer, as the Formgrader does."""
    grade = find_grade(gradebook, student, task_id)
    grade.manual_score, grade.extra_credit, grade.needs_manual_grade = points, extra, False
    if comment is not None:
        find_comment(gradebook, student, task_id).manual_comment = comment
    gradebook.db.commit()


def find_grade(gradebook, student, task_id):
    """Find nbgrader's Grade of a task."""
    return gradebook.find_grade(task_id, _stem(task(task_id).notebook), "vae", student)


def find_comment(gradebook, student, cell):
    """Find nbgrader's Comment on an answer in words or on a cell of code."""
    notebook = (CODE_CELLS.get(cell) or task(cell)).notebook
    return gradebook.find_comment(cell, _stem(notebook), "vae", student)


def _stem(notebook):
    return notebook.removesuffix(".ipynb")
