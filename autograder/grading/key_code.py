"""Code of the key that a student's notebook builds on, without tests, texts and rubrics."""

import re

from nbformat import NotebookNode, v4

from ..notebook.cells import is_run, read_code

_LOAD_ANSWER_CALL = re.compile(r"""load_answer\(\s*["']([^"']+)["']""")
_KEPT_KINDS = ("import", "definition", "assignment")


def find_loaded_notebooks(notebook: NotebookNode) -> set[str]:
    """Return the names of the notebooks that a notebook's cells load answers from."""
    sources = (cell.source for cell in notebook.cells if is_run(cell))
    return {name for source in sources for name in _LOAD_ANSWER_CALL.findall(source)}


def extract_code(notebook: NotebookNode) -> NotebookNode:
    """Return a new notebook of the imports, definitions and assignments only, one in each cell."""
    sources = (cell.source for cell in notebook.cells if is_run(cell))
    parts = (part for source in sources for part in read_code(source).parts)
    return v4.new_notebook(
        cells=[v4.new_code_cell(part.text) for part in parts if part.kind in _KEPT_KINDS]
    )
