"""Cells for the small notebooks of these tests."""

from uuid import uuid4

from nbformat.v4 import new_code_cell, new_markdown_cell


def code(source, grade_id=None, run=True, error=None):
    """A code cell; error: (name, text) of what it ended in."""
    cell = new_code_cell(
        source, id=uuid4().hex, metadata=_nbgrader(grade_id), execution_count=1 if run else None
    )
    if error:
        cell.outputs = [
            {"output_type": "error", "ename": error[0], "evalue": error[1], "traceback": []}
        ]
    return cell


def words(source, grade_id=None):
    """A text cell."""
    return new_markdown_cell(source, id=uuid4().hex, metadata=_nbgrader(grade_id))


def _nbgrader(grade_id):
    return {"nbgrader": {"grade_id": grade_id, "grade": True, "solution": True}} if grade_id else {}
