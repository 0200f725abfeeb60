"""Cells of a notebook: their nbgrader marks, and static analysis of their source code.

Student code may do anything, so what a cell defines and needs is found without running it.
"""

import ast
import dataclasses
import functools
import re
import symtable
import threading
import warnings
from dataclasses import dataclass, field
from itertools import zip_longest

from nbformat import NotebookNode

from .magics import is_foreign

# Characters of the longest source that is parsed; a syntax tree takes some 300 bytes for each.
MAX_PARSED = 100_000
# A line of IPython, not of Python: a magic (%time), a shell command (!ls) or a help request (?x).
_MAGIC = re.compile(r"^([ \t]*)[%!?].*$", re.MULTILINE)
_DEFINITION = re.compile(r"^(?:async[ \t]+def|def|class)[ \t]+(\w+)", re.MULTILINE)
_ASSIGNMENT = re.compile(r"^(\w+)[ \t]*=(?!=)", re.MULTILINE)
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_BLOCKS = (ast.For, ast.AsyncFor, ast.While, ast.If, ast.With, ast.AsyncWith, ast.Try, ast.Match)
# `catch_warnings` is not thread-safe, nor is `ast.parse` in CPython 3.11: two calls at once end in
# a SystemError.
_parse_lock = threading.Lock()


@dataclass(frozen=True)
class Part:
    """A top-level statement of a cell.

    Attributes:
        text: its source, decorators and inner comments included.
        names: the names that it binds.
        kind: "import", "definition" (def, class, or a lambda with a name), "assignment" or "other".
        key: hash of its syntax, so that spaces and comments make no difference; it holds within
            one Python process only.
        unfinished: whether it raises NotImplementedError, as a stub does.
        line: of the cell, from 1, on which it begins.
    """

    text: str
    names: frozenset[str]
    kind: str
    key: int
    unfinished: bool
    line: int = 1


@dataclass(frozen=True)
class Code:
    """Static analysis of a cell's source code.

    Attributes:
        valid: whether it is Python, with IPython's magics, and not longer than MAX_PARSED.
        names: all names that it binds at its top level.
        needs: the names that must be bound before the cell runs, built-in names among them.
        parts: its top-level statements, in their order; empty where it is not valid.
        attempted: the names that seem to be defined where it is not valid.
        reads: the global names that it looks up, now or when one of its functions is called.
    """

    valid: bool
    names: frozenset[str] = frozenset()
    needs: frozenset[str] = frozenset()
    parts: tuple[Part, ...] = ()
    attempted: frozenset[str] = frozenset()
    reads: frozenset[str] = frozenset()

    @functools.cached_property
    def defined(self) -> frozenset[str]:
        """Names of its functions and classes, attempted ones included."""
        return self.attempted.union(
            *(part.names for part in self.parts if part.kind == "definition")
        )

    @functools.cached_property
    def finished(self) -> frozenset[str]:
        """Names of its functions and classes whose last definition is not a stub."""
        last = {
            name: part for part in self.parts if part.kind == "definition" for name in part.names
        }
        return frozenset(name for name, part in last.items() if not part.unfinished)


def grade_id(cell: NotebookNode) -> str | None:
    """Return the id that nbgrader knows a cell by, None where it has none."""
    name = nbgrader_metadata(cell).get("grade_id")
    return name if isinstance(name, str) else None


def nbgrader_metadata(cell: NotebookNode) -> dict:
    """Return a cell's nbgrader marks, an empty dict where it has none."""
    found = cell.metadata.get("nbgrader")
    return found if isinstance(found, dict) else {}


def is_test(cell: NotebookNode) -> bool:
    """Tell whether nbgrader would give points for running this cell."""
    return (
        cell.cell_type == "code"
        and bool(nbgrader_metadata(cell).get("grade"))
        and not nbgrader_metadata(cell).get("solution")
    )


def is_run(cell: NotebookNode) -> bool:
    """Tell whether the grader runs this cell: code that is not a test."""
    return cell.cell_type == "code" and not is_test(cell)


def normalised_source(source: str) -> str:
    """Return a source without what editors change: spaces at line ends, empty lines around it."""
    return "\n".join(line.rstrip() for line in source.strip().split("\n"))


def defined_names(source: str) -> frozenset[str]:
    """Return the names that a source binds at its top level, also where it is not valid Python."""
    return read_code(source).names


@functools.lru_cache(maxsize=512)
def read_code(source: str) -> Code:
    """Analyse a cell's source code without running it.

    Lines of IPython (magics, shell commands) count as `pass`, and so does a cell that a magic hands
    to another program (`%%bash`) or to a file.

    Returns:
        The analysis; of a source that is not valid Python the names alone, found by their form; of
        a source longer than MAX_PARSED nothing.
    """
    if len(source) > MAX_PARSED:
        return Code(False)
    if is_foreign(source):
        return Code(True)
    for text in (source, _MAGIC.sub(r"\1pass", source)):
        try:
            tree, symbols = _parse(text)
            code = _analyse(tree, source.split("\n"))
            return dataclasses.replace(code, reads=code.needs | _read_in_scopes(symbols))
        except (SyntaxError, ValueError, RecursionError, MemoryError, SystemError):
            continue
    attempted = frozenset(_DEFINITION.findall(source))
    return Code(False, attempted.union(_ASSIGNMENT.findall(source)), attempted=attempted)


def syntax_tree(text: str) -> ast.Module:
    """Return the syntax tree of a valid source; several threads may call this at once."""
    return _parse(text)[0]


def _parse(text):
    """Return the syntax tree and the symbol table of a source."""
    with _parse_lock, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(text), symtable.symtable(text, "cell", "exec")


def _read_in_scopes(table):
    """Return the global names that functions and other scopes within this one look up."""
    found = {
        symbol.get_name()
        for scope in table.get_children()
        for symbol in scope.get_symbols()
        if symbol.is_global()
    }
    return found.union(*map(_read_in_scopes, table.get_children()))


def _analyse(tree, lines):
    needs, bound, parts = set(), set(), []
    for node, text in zip(tree.body, _statement_texts(tree, lines), strict=True):
        effects = _effects_of(node)
        # A block may bind a name in one line and read it in the next.
        bound_inside = effects.binds if isinstance(node, _BLOCKS) else set()
        needs |= effects.reads - bound - effects.local - bound_inside
        bound |= effects.binds
        parts.append(
            Part(
                text=text,
                names=frozenset(effects.binds),
                kind=_kind(node),
                key=hash(ast.dump(node)),
                unfinished=_is_unfinished(node),
                line=_first_line(node),
            )
        )
    return Code(True, frozenset(bound), frozenset(needs), tuple(parts))


def _statement_texts(tree, lines):
    """Yield each top-level statement as written, or unparsed where it shares a line."""
    last_line = 0
    for node, following in zip_longest(tree.body, tree.body[1:]):
        first_line = _first_line(node)
        next_line = following.lineno if following else node.end_lineno + 1
        if last_line < first_line and node.end_lineno < next_line:
            yield "\n".join(lines[first_line - 1 : node.end_lineno])
        else:
            yield ast.unparse(node)
        last_line = node.end_lineno


def _first_line(node):
    """Return the line on which a statement begins, with its decorators."""
    decorators = getattr(node, "decorator_list", ())
    return min([node.lineno, *(decorator.lineno for decorator in decorators)])


def _kind(node):
    """Return what sort of statement this is: see Part.kind."""
    if isinstance(node, (*_FUNCTIONS, ast.ClassDef)):
        return "definition"
    if isinstance(node, ast.Assign) and isinstance(node.value, ast.Lambda):
        return "definition"
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        return "import"
    if isinstance(node, (ast.Assign, ast.AnnAssign)):
        return "assignment"
    return "other"


def _is_unfinished(node):
    raised = (each.exc for each in ast.walk(node) if isinstance(each, ast.Raise))
    names = (getattr(exc, "func", exc) for exc in raised)
    return any(isinstance(name, ast.Name) and name.id == "NotImplementedError" for name in names)


def _effects_of(statement):
    """Return the effects of running one statement; the body of a function does not run."""
    # A list of nodes, not recursion: a sum of many terms is nested as deep as it is long.
    effects, nodes = _Effects(), [statement]
    while nodes:
        nodes += effects.add(nodes.pop())
    return effects


@dataclass
class _Effects:
    """Names that running a statement reads, binds, and binds within a comprehension only."""

    reads: set[str] = field(default_factory=set)
    binds: set[str] = field(default_factory=set)
    local: set[str] = field(default_factory=set)

    def add(self, node):
        """Note what one node reads and binds; return the nodes inside it that run as well."""
        if isinstance(node, (*_FUNCTIONS, ast.Lambda)):
            return self._add_function(node)
        if isinstance(node, ast.ClassDef):
            return self._add_class(node)
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            self.binds |= {(alias.asname or alias.name).split(".")[0] for alias in node.names}
            return []
        if isinstance(node, ast.comprehension):
            targets = ast.walk(node.target)
            self.local |= {target.id for target in targets if isinstance(target, ast.Name)}
            return [node.iter, *node.ifs]
        if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
            self.reads.add(node.target.id)
            return [node.target, node.value]
        if isinstance(node, ast.Name):
            names = self.reads if isinstance(node.ctx, ast.Load) else self.binds
            names.add(node.id)
            return []
        return ast.iter_child_nodes(node)

    def _add_function(self, node):
        if isinstance(node, _FUNCTIONS):
            self.binds.add(node.name)
        defaults = [*node.args.defaults, *filter(None, node.args.kw_defaults)]
        return [*defaults, *getattr(node, "decorator_list", ())]

    def _add_class(self, node):
        self.binds.add(node.name)
        body = [_effects_of(statement) for statement in node.body]
        read = set().union(*(effects.reads for effects in body))
        self.reads |= read.difference(*(effects.binds | effects.local for effects in body))
        return [*node.bases, *node.keywords, *node.decorator_list]
