"""`load_answer`: a function or class from an earlier notebook, with all that it needs.

It reads the notebook as it was last saved and runs the statements on which the answer depends:
imports, constants, definitions. Nothing else of that notebook runs.
"""

import ast
import builtins
import contextlib
import dis
import json
import linecache
import os
import re
from pathlib import Path
from types import CodeType

TRAININGS = {"train", "train_cvae"}  # take minutes, so no statement runs that calls them
CHANGING = {"add", "append", "extend", "update"}  # methods that change what they belong to
# Cells that begin with these hold no Python of their notebook.
FOREIGN = ("%%!", "%%bash", "%%html", "%%javascript", "%%latex", "%%script", "%%sh", "%%writefile")
DEFINITIONS = (ast.FunctionDef, ast.ClassDef)
CONFLICT = re.compile(r"^(<{7}|>{7})( |$)", re.MULTILINE)  # marks that git leaves


class LabError(Exception):
    """A problem that you can fix; its message is one sentence and says how."""

    def _render_traceback_(self):
        """Show the message alone: IPython calls this instead of printing a traceback."""
        return [f"LabError: {self}"]


def load_answer(notebook, name):
    """Return the function or class `name` that you wrote in an earlier notebook.

    For example `load_answer("02_vae.ipynb", "VAE")`. This reads the notebook as you last saved it,
    and runs only what `name` needs: imports, constants and definitions; no training, no plots. A
    LabError says what to do where your answer is missing, unfinished or fails.
    """
    path = Path(os.environ.get("LAB_ANSWERS", "")) / notebook
    cells = read_cells(path, "is not beside this notebook")
    codes = [cell["source"] for cell in cells if cell["cell_type"] == "code"]
    statements, broken = _statements(notebook, codes)
    needed = _needed(name, statements)
    space, failures = {"__name__": "__main__"}, {}
    problem = _unwritten(name, needed, broken)
    if not problem:
        for statement in needed:
            _run(statement, space, failures)
        problem = _missing(name, needed, space, failures, broken)
    if problem:
        where = f"{name} in {notebook}"
        raise LabError(f"{where} {problem}, then save it (Ctrl+S) and run this cell again.")
    return space[name]


def read_cells(path, where="is missing"):
    """Return the cells of a saved notebook, each with its source as one text.

    where: what the sentence says of a notebook that is not there.

    Raises:
        LabError: where there is no such file, or it is no notebook.
    """
    path = Path(path)
    try:
        cells = json.loads(path.read_text(encoding="utf-8-sig"))["cells"]
        return [
            {"metadata": {}, "outputs": [], **cell, "source": "".join(cell["source"])}
            for cell in cells
        ]
    except FileNotFoundError:
        raise LabError(f"{path.name} {where}: put the seven notebooks into one folder.") from None
    except (OSError, ValueError, KeyError, TypeError):
        raise LabError(
            f"{path.name} cannot be read as a notebook: open it in JupyterLab and save it again."
        ) from None


def _statements(notebook, cells):
    """Return the statements of all cells, and {source: error} of the cells that are no Python."""
    statements, broken = [], {}
    for number, source in enumerate(cells, 1):
        if source.lstrip().startswith(FOREIGN):
            continue
        source = re.sub(r"\A%%", "# %%", source.lstrip())  # %%time, for one, changes no definition
        written = source.splitlines()
        try:
            source = _to_python(source)
            nodes = ast.parse(source).body
        except (SyntaxError, ValueError) as error:
            broken[source] = error
            continue
        filename = f"<{notebook}, code cell {number}>"
        lines = source.splitlines(True)  # for tracebacks
        linecache.cache[filename] = (len(source), None, lines, filename)
        for node in nodes:
            with contextlib.suppress(SyntaxError):  # such as a `return` outside of a function
                statements.append(_Statement(node, filename, written[node.lineno - 1].strip()))
    return statements, broken


def _to_python(source):
    """Turn lines with % and ! into Python, as IPython does; without IPython, nothing changes."""
    try:
        from IPython.core.inputtransformer2 import TransformerManager
    except ImportError:
        return source
    return TransformerManager().transform_cell(source)


class _Statement:
    """A statement of a cell, compiled, with the names that it binds and those that it looks up."""

    def __init__(self, node, filename, line):
        self.node, self.line = node, line
        self.code = compile(ast.Module([node], []), filename, "exec")
        own, stored, self.reads = _names(self.code)
        self.binds = own | stored | _changed(node)


def _names(code):
    """Return the names that code stores, stores as globals, and looks up, now or when called."""
    own, stored, read = set(), set(), set()
    for step in dis.get_instructions(code):
        if step.opname == "STORE_NAME":
            own.add(step.argval)
        elif step.opname == "STORE_GLOBAL":
            stored.add(step.argval)
        elif step.opname in ("LOAD_NAME", "LOAD_GLOBAL", "LOAD_FROM_DICT_OR_GLOBALS"):
            read.add(step.argval)
    for inner in code.co_consts:
        if isinstance(inner, CodeType):  # a function, or a class with names of its own
            inner_own, inner_stored, inner_read = _names(inner)
            stored |= inner_stored
            read |= inner_read - inner_own
    return own, stored, read


def _changed(node):
    """Return the names of what a statement changes: VAE.decode = f, sizes.append(2)."""
    if isinstance(node, ast.ImportFrom) and node.names[0].name == "*":
        return {"*"}
    targets = getattr(node, "targets", [getattr(node, "target", None)])
    method = getattr(getattr(node, "value", None), "func", None)
    if isinstance(node, ast.Expr) and getattr(method, "attr", "") in CHANGING:
        targets = [method]
    return {_root(target) for target in targets} - {None}


def _root(node):
    """Return the name with which an expression like `sizes["z"].first` begins, or None."""
    while isinstance(node, (ast.Attribute, ast.Subscript)):
        node = node.value
    return getattr(node, "id", None)


def _needed(name, statements):
    """Return the statements that bind `name`, and those that they need, in their order."""
    needed, queue, seen = set(), [name, "*"], set()
    while queue:
        current = queue.pop()
        if current not in seen:
            seen.add(current)
            found = {each for each in statements if current in each.binds} - needed
            needed |= found
            queue += [other for each in found for other in each.reads]
    return [each for each in statements if each in needed]


def _unwritten(name, needed, broken):
    """Return what is to do where an answer, or a function that it needs, is not written yet."""
    last = {bound: each.node for each in needed for bound in each.binds}
    if name not in last:
        return f"is not defined{_why(name, broken)}: define it there"
    for other, node in last.items():
        methods = node.body if other == name and isinstance(node, ast.ClassDef) else []
        functions = [each for each in (node, *methods) if isinstance(each, ast.FunctionDef)]
        own = [each for function in functions for each in function.body]
        if any(isinstance(e, ast.Raise) and "NotImplementedError" in ast.dump(e) for e in own):
            subject = "" if other == name else f"needs {other}, which "
            return f"{subject}still holds `raise NotImplementedError()`: write your answer there"
    return None


def _run(statement, space, failures):
    """Run a statement; failures: name → why the statement that binds it gave no value."""
    failure = None
    calls = [each.func for each in ast.walk(statement.node) if isinstance(each, ast.Call)]
    trains = TRAININGS & {getattr(function, "id", "") for function in calls}
    if trains and not isinstance(statement.node, DEFINITIONS):
        failure = f"comes from a training, `{statement.line}`: make it a parameter"
    else:
        try:
            exec(statement.code, space)
        except LabError:  # an even earlier notebook is to be finished first
            raise
        except Exception as error:
            said = f"{type(error).__name__}: {error}".splitlines()[0]
            failure = f"fails with {said} in `{statement.line}`: correct that"
    for name in statement.binds:
        failures.pop(name, None)
        if failure:
            failures[name] = failure


def _missing(name, needed, space, failures, broken):
    """Return what is to do where the answer, or a name that it needs, has no value."""
    if name in failures and name not in space:
        return failures[name]
    if os.environ.get("LAB_PROFILE") == "grading":
        return None  # there, a name that is missing costs only what uses it
    for other in failures.keys() - {"*"}:
        return failures[other] if other == name else f"needs {other}, which {failures[other]}"
    bound = set().union(*(each.binds for each in needed), space, dir(builtins))
    for other in sorted(set().union(*(each.reads for each in needed)) - bound):
        if not other.startswith("__"):
            why = _why(other, broken)
            return f"needs {other}, which no cell of it defines{why}: define it there"
    return None


def _why(name, broken):
    """Return why a cell that mentions a name cannot be read; empty where there is none."""
    for source, error in broken.items():
        if re.search(rf"\b{name}\b", source):
            if CONFLICT.search(source):
                return " (its cell has conflict marks of git: keep one of the two versions)"
            return f" (line {getattr(error, 'lineno', 1)} of its cell: {error.args[0]})"
    return ""
