"""A graded notebook is valid, has nbgrader's marks as released, and shows verdicts at the tests."""

import nbformat
import pytest
from nbformat import NotebookNode, v4

from autograder.assignment import Task
from autograder.checks import Outcome
from autograder.grading import TaskResult
from autograder.grading.graded_notebook import graded_notebook, verdict
from autograder.grading.report import NOT_MEASURED
from autograder.notebook.cells import grade_id, is_run, nbgrader_metadata

TASK = Task("x-test", "1", "x", "03_loss.ipynb", 1, "auto")
PASSED = TaskResult(TASK, (Outcome("value", True, "It is 3."),))


def code(source, grade_id=None, **more):
    return v4.new_code_cell(source, metadata=mark(grade_id, **more))


def text(source, grade_id=None, **more):
    return v4.new_markdown_cell(source, metadata=mark(grade_id, **more))


def mark(grade_id, **more):
    flags = {
        "grade_id": grade_id,
        "locked": False,
        "grade": False,
        "solution": False,
        "schema_version": 3,
        **more,
    }
    return {"nbgrader": flags} if grade_id else {}


SETUP = code("import torch", "setup", locked=True)
ANSWER = code("x = 3", "x", solution=True)
TEST = code("assert x == 3", "x-test", grade=True, locked=True, points=1)
TARGET = code("assert trained", "target", grade=True, locked=True, points=0)
QUESTION = text("YOUR ANSWER", "question", grade=True, solution=True, points=1)
RELEASED = v4.new_notebook(cells=[SETUP, ANSWER, TEST, TARGET, text("Why?"), QUESTION])


def graded(*cells, released=RELEASED, outputs=None, notes=()):
    notebook = NotebookNode(cells=list(cells))
    outputs = [[] for cell in cells if is_run(cell)] if outputs is None else outputs
    result = graded_notebook(notebook, released, outputs, [PASSED], notes)
    nbformat.validate(result)
    return result.cells


def texts(cell):
    return [output.get("text") or output.get("evalue") for output in cell.outputs]


def test_outputs_stand_below_the_cells_that_ran_and_verdicts_below_the_tests():
    hello = v4.new_output("stream", text="hello")
    cells = graded(*RELEASED.cells, code("print('hello')"), outputs=[[], [], [hello]])
    assert texts(cells[-1]) == ["hello"]
    assert ["It is 3" in shown for shown in texts(cells[2])] == [True]
    assert texts(cells[3]) == ["No points depend on this cell: the grader did not run it.\n"]
    released_sources = [cell.source for cell in RELEASED.cells]
    assert [cell.source for cell in cells] == [*released_sources, "print('hello')"]


NAMELESS = {"grade": True, "points": 3}
ODD_CELLS = {
    "marks of their own": text("mine", "question", grade=False, solution=False, points=100),
    "marks that are unknown": code("x", "stranger", grade=True, points=100),
    "a test's marks on a copy": code("x = 4", "x-test", grade=True, points=1, locked=True),
    "marks without a name": v4.new_code_cell("y", metadata={"nbgrader": NAMELESS}),
    "an attachment that is none": NotebookNode(text("![](attachment:a)"), attachments={"a": 3}),
    "an old cell without id": NotebookNode(cell_type="code", source="y", metadata={}, outputs=[]),
    "a lone surrogate": code("x = '\ud800'"),
}


@pytest.mark.parametrize("odd", ODD_CELLS.values(), ids=ODD_CELLS)
def test_marks_are_those_of_the_release_whatever_the_students_are(odd):
    cells = graded(*RELEASED.cells[:-1], odd)
    marked = [cell for cell in cells if nbgrader_metadata(cell)]
    released = [cell for cell in RELEASED.cells if grade_id(cell)]
    assert marks_of(marked) == marks_of(released)
    assert len(marked) == len(released)


def marks_of(cells):
    return {grade_id(cell): nbgrader_metadata(cell) for cell in cells}


def test_a_missing_answer_comes_back_where_it_was_and_empty():
    rubric = text("1 point", "rubric", locked=True)
    released = v4.new_notebook(cells=[SETUP, text("Why?"), QUESTION, rubric, TEST])
    cells = graded(SETUP, text("Why not?"), rubric, TEST, released=released)
    assert [cell.source for cell in cells] == [
        "import torch",
        "Why not?",
        "YOUR ANSWER",
        "1 point",
        "assert x == 3",
    ]


def test_an_attached_picture_stays_with_its_answer():
    picture = {"a.png": {"image/png": "iVBORw0KGgo="}}
    answer = v4.new_markdown_cell("see", metadata=QUESTION.metadata, attachments=picture)
    assert graded(*RELEASED.cells[:-1], answer)[-1].attachments == picture


def test_a_name_that_only_a_test_makes_is_no_error_of_the_student():
    def error(name):
        message = f"name '{name}' is not defined"
        return v4.new_output("error", ename="NameError", evalue=message, traceback=["…"])

    test = code("z = 3\nassert x == z", "x-test", grade=True, locked=True, points=1)
    outputs = [[], [error("z")], [error("u")]]
    notebook = (ANSWER, test, code("print(z)"), code("print(u)"))
    cells = graded(*notebook, released=v4.new_notebook(), outputs=outputs)
    assert texts(cells[2])[0].startswith("This cell needs z, which only a test cell defines")
    assert texts(cells[3]) == ["name 'u' is not defined"]


def test_notes_stand_at_the_top_as_plain_text():
    cells = graded(*RELEASED.cells, notes=["03_loss.ipynb was <b>odd</b>.", "y" * 300])
    assert cells[0].cell_type == "code" and not nbgrader_metadata(cells[0])
    (note,) = texts(cells[0])
    assert note.startswith("03_loss.ipynb was <b>odd</b>.\n")
    assert max(map(len, note.split("\n"))) <= 100


def test_a_target_that_was_not_measured_is_no_error():
    outcome = Outcome(NOT_MEASURED, False, "MNIST is not here.")
    target = TaskResult(Task("loss-target", "1", "x", "04_training.ipynb", 0, "target"), (outcome,))
    (output,) = verdict(target, 0)
    assert output.output_type == "stream"
    assert output.text == "– not measured: MNIST is not here.\n"
    assert not target.passed and target.not_measured
