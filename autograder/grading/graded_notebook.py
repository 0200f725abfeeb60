"""A notebook as graded: the restored cells, what they showed when they ran, and the verdicts as
outputs of the tests.

nbgrader reads points from the outputs of a test cell: none for an error, those of a numeric result,
else all.
"""

import copy
import re
import textwrap
from collections.abc import Iterable, Sequence
from itertools import chain

from nbformat import NotebookNode, ValidationError, v4

from ..notebook.cells import defined_names, grade_id, is_run, is_test
from ..notebook.outputs import explanation, joined_text
from .report import TaskResult

WIDTH = 100  # columns; pages of feedback do not wrap outputs
PASSED, FAILED = (
    "\x1b[38;5;28m✓\x1b[0m",
    "\x1b[38;5;160m✗\x1b[0m",
)  # green and red, as IPython writes them
MISSING_NAME = re.compile(r"name '(\w+)' is not defined")


def graded_notebook(
    restored: NotebookNode,
    released: NotebookNode,
    outputs: Iterable[Sequence[NotebookNode]],
    results: Iterable[TaskResult],
    notes: Sequence[str] = (),
) -> NotebookNode:
    """A new notebook of format 4.5, whatever the student's was like.

    outputs: one list for each cell that is run. Marks of nbgrader are as released, on the first
    cell of each grade_id; answer cells that are missing come back empty. notes: shown by a cell at
    the top.
    """
    marked = {grade_id(cell): cell for cell in released.cells if grade_id(cell)}
    outputs, results = iter(outputs), {result.task.id: result for result in results}
    absent = _names(restored, is_test) - _names(restored, is_run)
    cells = []
    for cell in restored.cells:
        shown = next(outputs, ()) if is_run(cell) else ()
        twin = marked.pop(grade_id(cell), None)
        cells.append(_new_cell(cell, twin, [_excused(output, absent) for output in shown]))
    _put_back(cells, released, marked)
    for cell in filter(is_test, cells):
        points = float(cell.metadata.nbgrader.get("points", 0))
        if grade_id(cell) in results:
            cell.outputs = verdict(results[grade_id(cell)], points)
        elif not points:
            cell.outputs = [
                v4.new_output(
                    "stream", text="No points depend on this cell: the grader did not run it.\n"
                )
            ]
    if notes:
        cells.insert(0, _notes_cell(notes))
    return v4.new_notebook(metadata=copy.deepcopy(released.metadata), cells=cells)


def verdict(result: TaskResult, points: float) -> list[NotebookNode]:
    """The outputs of a test cell worth `points` in the gradebook: the checks' messages, and what
    nbgrader scores.
    """
    passed = [
        _line(PASSED, outcome.name, outcome.message)
        for outcome in result.outcomes
        if outcome.passed
    ]
    failed = [
        _line(FAILED, ", ".join(names), message) for message, names in result.complaints.items()
    ]
    if result.passed:
        return [_text(passed)]
    if not result.score:
        error = v4.new_output(
            "error", ename="Failed", evalue=next(iter(result.complaints), ""), traceback=failed
        )
        return [*([_text(passed)] if passed else []), error]
    share = f"{points * result.score / result.task.points:g}"
    partial = v4.new_output("execute_result", data={"text/plain": share}, execution_count=None)
    return [_text(passed + failed), partial]


def wrapped(text: str) -> str:
    """The text in lines of at most 100 columns; what continues a line is indented."""
    lines = (
        textwrap.wrap(line, WIDTH, subsequent_indent="  ", replace_whitespace=False)
        for line in text.split("\n")
    )
    return "\n".join(chain.from_iterable(line or [""] for line in lines))


def _line(sign, name, message):
    return f"{sign} {wrapped(f'  {name}: {message}')[2:]}"


def _text(paragraphs):
    return v4.new_output("stream", text="\n".join(paragraphs) + "\n")


def _notes_cell(notes):
    return v4.new_code_cell(
        "# Notes of the grader on this notebook", outputs=[_text([wrapped(n) for n in notes])]
    )


def _new_cell(cell, twin, outputs):
    """A valid copy of a cell, with the type and the marks of its twin in the release, if it has
    one.
    """
    kind = twin.cell_type if twin else cell.cell_type
    marks = {"nbgrader": dict(twin.metadata.nbgrader)} if twin else {}
    if kind == "code":
        return v4.new_code_cell(joined_text(cell.source), metadata=marks, outputs=list(outputs))
    new = v4.new_raw_cell if kind == "raw" else v4.new_markdown_cell
    try:
        return new(
            joined_text(cell.source), metadata=marks, attachments=cell.get("attachments", {})
        )
    except ValidationError:
        return new(joined_text(cell.source), metadata=marks)


def _names(notebook, choose):
    """The names that some of a notebook's cells define."""
    return set().union(*(defined_names(cell.source) for cell in notebook.cells if choose(cell)))


def _excused(output, absent):
    """The output; a sentence in its place where it complains of a name that only a test cell
    defines.
    """
    if output.output_type == "error":
        missing = MISSING_NAME.fullmatch(output.evalue)
        if missing and missing[1] in absent:
            name = missing[1]
            return explanation(
                f"This cell needs {name} of a test cell, and the grader runs none; no points are "
                "lost."
            )
    return output


def _put_back(cells, released, missing):
    """Insert each missing cell with points above the marked cell that follows it in the release."""
    place = len(cells)
    for cell in reversed(released.cells):
        name = grade_id(cell)
        if name in missing and cell.metadata.nbgrader.get("grade"):
            cells.insert(place, _new_cell(cell, cell, ()))
        place = next(
            (i for i, other in enumerate(cells) if name and grade_id(other) == name), place
        )
