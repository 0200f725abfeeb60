"""What a notebook's kernel gets of the key's earlier ones: the code that it builds on, and nothing
else.
"""

import re

from nbformat import NotebookNode, v4

from ..notebook.cells import is_run, read_code

_LOADED = re.compile(r"""load_answer\(\s*["']([^"']+)["']""")
_KINDS = ("import", "definition", "assignment")


def loaded_by(notebook: NotebookNode) -> set[str]:
    """The names of the notebooks from which a notebook's cells load answers."""
    sources = (cell.source for cell in notebook.cells if is_run(cell))
    return {name for source in sources for name in _LOADED.findall(source)}


def code_alone(notebook: NotebookNode) -> NotebookNode:
    """The imports, definitions and assignments of a notebook; without tests, texts, outputs and
    rubrics.
    """
    sources = (cell.source for cell in notebook.cells if is_run(cell))
    parts = (part for source in sources for part in read_code(source).parts)
    return v4.new_notebook(
        cells=[v4.new_code_cell(part.text) for part in parts if part.kind in _KINDS]
    )
