"""Stand-ins for earlier answers: the release's code with something else in each answer's place.

What later notebooks load must be there, whatever the student handed in, and must be no right answer
to any task, since the code that is judged can read and call it. So each of these is wrong, in a way
that no right answer to a later task can show: the checks replace a loaded sampler by a known one,
excuse an inherited activation that is wrong already, and have a loss of their own.
"""

import ast
import re

from nbformat import NotebookNode, v4

from ..notebook.cells import is_run, read_code, syntax_tree

# The answer → code in its place, which uses the names of the released function. The activation is
# gentle, so that what a decoder does with its label shows through it.
STAND_INS = {
    "VAE.sample_latent": "return torch.lerp(mean_z, logvar_z, torch.rand_like(mean_z))",
    "VAE.decode_features": "return 0.5 + 0.5 * torch.sin(x / 5)",
    "kl_loss": "return F.smooth_l1_loss(mean_z, logvar_z)",
}

_LOAD_ANSWER_CALL = re.compile(r"""load_answer\(\s*["']([^"']+)["']""")
_KEPT_KINDS = ("import", "definition", "assignment")


def find_loaded_notebooks(notebook: NotebookNode) -> set[str]:
    """Return the names of the notebooks that a notebook's cells load answers from."""
    sources = (cell.source for cell in notebook.cells if is_run(cell))
    return {name for source in sources for name in _LOAD_ANSWER_CALL.findall(source)}


def with_stand_ins(released: NotebookNode) -> NotebookNode:
    """Return a new notebook of a released one's imports, definitions and assignments.

    Each is in a cell of its own, and STAND_INS fill what students are to write.
    """
    sources = (cell.source for cell in released.cells if is_run(cell))
    parts = (part for source in sources for part in read_code(source).parts)
    return v4.new_notebook(
        cells=[v4.new_code_cell(_filled(part.text)) for part in parts if part.kind in _KEPT_KINDS]
    )


def _filled(source):
    """Put stand-ins in the place of `raise NotImplementedError()`."""
    lines = source.splitlines()
    for name, stub in _stubs(syntax_tree(source).body):
        if name in STAND_INS:
            indent = lines[stub.lineno - 1][: stub.col_offset]
            lines[stub.lineno - 1 : stub.end_lineno] = [indent + STAND_INS[name]]
    return "\n".join(lines)


def _stubs(body, prefix=""):
    """Yield (name of the function, statement) of each `raise NotImplementedError()`, last first."""
    for node in reversed(body):
        if isinstance(node, ast.ClassDef | ast.FunctionDef):
            yield from _stubs(node.body, f"{prefix}{node.name}.")
        elif isinstance(node, ast.Raise) and "NotImplementedError" in ast.dump(node):
            yield prefix.removesuffix("."), node
