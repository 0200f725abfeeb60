"""A notebook as graded: restored cells, what they showed when they ran, verdicts below the tests.

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
# Green and red, as IPython writes colours.
PASSED = "\x1b[38;5;28m✓\x1b[0m"
FAILED = "\x1b[38;5;160m✗\x1b[0m"
OPEN = "–"  # neither
NOT_RUN = "No points depend on this cell: the grader did not run it.\n"
MISSING_NAME = re.compile(r"name '(\w+)' is not defined")


def graded_notebook(
    restored: NotebookNode,
    released: NotebookNode,
    outputs: Iterable[Sequence[NotebookNode]],
    results: Iterable[TaskResult],
    notes: Sequence[str] = (),
) -> NotebookNode:
    """Make a new notebook of format 4.5, whatever the student's was like.

    Its nbgrader marks are as released, on the first cell of each grade_id; answer cells that are
    missing come back empty.

    Args:
        restored: the student's notebook, with the locked cells put back.
        released: the notebook that was handed out.
        outputs: one list for each cell that is run.
        results: those of the notebook's tasks.
        notes: shown by a cell at the top.
    """
    marked = {grade_id(cell): cell for cell in released.cells if grade_id(cell)}
    test_only_names = _names_of(restored, is_test) - _names_of(restored, is_run)
    remaining_outputs = iter(outputs)
    cells = []
    for cell in restored.cells:
        shown = next(remaining_outputs, ()) if is_run(cell) else ()
        excused = [_excuse_missing_name(output, test_only_names) for output in shown]
        cells.append(_new_cell(cell, marked.pop(grade_id(cell), None), excused))
    _insert_missing(cells, released, marked)
    _write_verdicts(cells, {result.task.id: result for result in results})
    if notes:
        cells.insert(0, _notes_cell(notes))
    return v4.new_notebook(metadata=copy.deepcopy(released.metadata), cells=cells)


def _write_verdicts(cells, result_by_id):
    """Set the outputs of the test cells."""
    for cell in filter(is_test, cells):
        points = float(cell.metadata.nbgrader.get("points", 0))
        result = result_by_id.get(grade_id(cell))
        if result:
            cell.outputs = verdict(result, points)
        elif not points:
            cell.outputs = [v4.new_output("stream", text=NOT_RUN)]


def verdict(result: TaskResult, points: float) -> list[NotebookNode]:
    """Return the outputs of a test cell: the checks' messages, and what nbgrader scores.

    Args:
        result: of the cell's task.
        points: what the cell is worth in the gradebook.
    """
    successes = [outcome for outcome in result.outcomes if outcome.passed]
    passed = [_line(PASSED, outcome.name, outcome.message) for outcome in successes]
    complaints = result.complaints.items()
    sign = OPEN if result.not_measured else FAILED
    failed = [_line(sign, ", ".join(names), message) for message, names in complaints]
    if result.passed or (result.not_measured and not points):
        return [_text(passed + failed)]
    if not result.score:
        first = next(iter(result.complaints), "")
        error = v4.new_output("error", ename="Failed", evalue=first, traceback=failed)
        return [_text(passed), error] if passed else [error]
    share = f"{points * result.score / result.task.points:g}"
    partial = v4.new_output("execute_result", data={"text/plain": share}, execution_count=None)
    return [_text(passed + failed), partial]


def wrapped(text: str) -> str:
    """Return the text in lines of at most WIDTH columns; what continues a line is indented."""
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
    outputs = [_text([wrapped(note) for note in notes])]
    return v4.new_code_cell("# The grader's notes on this notebook", outputs=outputs)


def _new_cell(cell, released_cell, outputs):
    """Make a valid copy of a cell, with the type and the marks of the released cell, if any."""
    kind, marks = cell.cell_type, {}
    if released_cell:
        kind, marks = released_cell.cell_type, {"nbgrader": dict(released_cell.metadata.nbgrader)}
    source = joined_text(cell.source)
    if kind == "code":
        return v4.new_code_cell(source, metadata=marks, outputs=list(outputs))
    new = v4.new_raw_cell if kind == "raw" else v4.new_markdown_cell
    try:
        return new(source, metadata=marks, attachments=cell.get("attachments", {}))
    except ValidationError:
        return new(source, metadata=marks)


def _names_of(notebook, is_chosen):
    """Return the names that the chosen cells of a notebook define."""
    chosen = filter(is_chosen, notebook.cells)
    return set().union(*(defined_names(cell.source) for cell in chosen))


def _excuse_missing_name(output, test_only_names):
    """Return the output; a sentence in its place where it lacks a name that only a test defines."""
    if output.output_type != "error":
        return output
    missing = MISSING_NAME.fullmatch(output.evalue)
    if not missing or missing[1] not in test_only_names:
        return output
    return explanation(
        f"This cell needs {missing[1]}, which only a test cell defines, and the grader does not "
        "run test cells; no points are lost."
    )


def _insert_missing(cells, released, missing):
    """Insert each missing cell with points above the marked cell that follows it in the release."""
    index = len(cells)
    for cell in reversed(released.cells):
        name = grade_id(cell)
        if name in missing and cell.metadata.nbgrader.get("grade"):
            cells.insert(index, _new_cell(cell, cell, ()))
        index = _index_of(name, cells, index)


def _index_of(name, cells, default):
    """Return the index of the first cell with this grade_id, the default where there is none."""
    matches = (index for index, cell in enumerate(cells) if name and grade_id(cell) == name)
    return next(matches, default)
