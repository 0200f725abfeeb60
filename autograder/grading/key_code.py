"""What a notebook's kernel gets of the key's earlier ones: the code that it builds on, and nothing
else.
"""

import re

from nbformat import NotebookNode, v4

from ..notebook.cells import read_code
from .graded_notebook import runs

_LOADED = re.compile(r"""load_answer\(\s*["']([^"']+)["']""")
_KINDS = ("import", "definition", "assignment")


def loaded_by(notebook: NotebookNode) -> set[str]:
    """The names of the notebooks from which a notebook's cells load answers."""
    return {name for cell in notebook.cells if runs(cell) for name in _LOADED.findall(cell.source)}


def code_alone(notebook: NotebookNode) -> NotebookNode:
    """The imports, definitions and assignments of a notebook; without tests, texts, outputs and
    rubrics.
    """
    parts = (part for cell in notebook.cells if runs(cell) for part in read_code(cell.source).parts)
    return v4.new_notebook(
        cells=[v4.new_code_cell(part.text) for part in parts if part.kind in _KINDS]
    )
