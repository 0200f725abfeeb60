"""A cell of a notebook: its nbgrader marks, and what its source would define and need, found
without running it.
"""

import ast
import dataclasses
import functools
import re
import symtable
import threading
import warnings
from dataclasses import dataclass

from nbformat import NotebookNode

MAX_PARSED = 100_000  # characters; a syntax tree takes some 300 bytes for each of them
_MAGIC = re.compile(r"^([ \t]*)[%!?].*$", re.MULTILINE)
_DEFINITION = re.compile(r"^(?:async[ \t]+def|def|class)[ \t]+(\w+)", re.MULTILINE)
_ASSIGNMENT = re.compile(r"^(\w+)[ \t]*=(?!=)", re.MULTILINE)
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_BLOCKS = (ast.For, ast.AsyncFor, ast.While, ast.If, ast.With, ast.AsyncWith, ast.Try, ast.Match)
# `catch_warnings` is for one thread, and so is `ast.parse` in CPython 3.11: two at once end in a
# SystemError.
_one_at_a_time = threading.Lock()


@dataclass(frozen=True)
class Part:
    """A top-level statement: its text, the names that it binds, what it is, and a key equal for
    equal syntax.

    kind: "import", "definition" (def, class, or a lambda with a name), "assignment" or "other".
    unfinished: it raises NotImplementedError.
    """

    text: str
    names: frozenset[str]
    kind: str
    key: int
    unfinished: bool


@dataclass(frozen=True)
class Code:
    """What a cell's source says: whether it is Python, its parts, the names it binds, and those it
    needs beforehand.

    reads: the notebook's names that it looks up, also when one of its functions is called.
    attempted: the names that seem to be defined in what is no valid Python.
    """

    valid: bool
    names: frozenset[str] = frozenset()
    needs: frozenset[str] = frozenset()
    parts: tuple[Part, ...] = ()
    attempted: frozenset[str] = frozenset()
    reads: frozenset[str] = frozenset()

    @functools.cached_property
    def defined(self) -> frozenset[str]:
        """The names of its definitions, attempted ones among them."""
        return self.attempted.union(
            *(part.names for part in self.parts if part.kind == "definition")
        )

    @functools.cached_property
    def finished(self) -> frozenset[str]:
        """The names whose last definition here raises no NotImplementedError."""
        last = {
            name: part for part in self.parts if part.kind == "definition" for name in part.names
        }
        return frozenset(name for name, part in last.items() if not part.unfinished)


def grade_id(cell: NotebookNode) -> str | None:
    """A cell's nbgrader name, None where it has none."""
    name = nbgrader_metadata(cell).get("grade_id")
    return name if isinstance(name, str) else None


def nbgrader_metadata(cell: NotebookNode) -> dict:
    """A cell's nbgrader marks; empty where it has none."""
    found = cell.metadata.get("nbgrader")
    return found if isinstance(found, dict) else {}


def is_test(cell: NotebookNode) -> bool:
    """Whether nbgrader would give points for running this cell."""
    return (
        cell.cell_type == "code"
        and bool(nbgrader_metadata(cell).get("grade"))
        and not nbgrader_metadata(cell).get("solution")
    )


def normalised_source(source: str) -> str:
    """A source without what a save or an editor changes: spaces at the ends of lines, empty lines
    around it.
    """
    return "\n".join(line.rstrip() for line in source.strip().split("\n"))


def defined_names(source: str) -> frozenset[str]:
    """The names that a cell's source would define at its top level, also where it is no valid
    Python.
    """
    return read_code(source).names


@functools.lru_cache(maxsize=512)
def read_code(source: str) -> Code:
    """What a source says; nothing where it is longer than MAX_PARSED.

    Line magics and shell lines count as `pass`.
    """
    if len(source) > MAX_PARSED:
        return Code(False)
    for text in (source, _MAGIC.sub(r"\1pass", source)):
        try:
            tree, names = _parse(text)
            code = _code_of(tree, source.split("\n"))
            return dataclasses.replace(code, reads=code.needs | _reads(names))
        except (SyntaxError, ValueError, RecursionError, MemoryError, SystemError):
            continue
    attempted = frozenset(_DEFINITION.findall(source))
    return Code(False, attempted.union(_ASSIGNMENT.findall(source)), attempted=attempted)


def _parse(text):
    with _one_at_a_time, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(text), symtable.symtable(text, "cell", "exec")


def _reads(table):
    """The names of the notebook that the functions and other scopes within this one look up."""
    found = {
        name.get_name()
        for inner in table.get_children()
        for name in inner.get_symbols()
        if name.is_global()
    }
    return found.union(*map(_reads, table.get_children()))


def _code_of(tree, lines):
    needs, bound, parts, last_line = set(), set(), [], 0
    for place, node in enumerate(tree.body):
        reads, binds, own = _effects(node)
        needs |= reads - bound - own - (binds if isinstance(node, _BLOCKS) else set())
        bound |= binds
        first = min([node.lineno, *(each.lineno for each in getattr(node, "decorator_list", ()))])
        following = (
            tree.body[place + 1].lineno if place + 1 < len(tree.body) else node.end_lineno + 1
        )
        alone = last_line < first and node.end_lineno < following
        text = "\n".join(lines[first - 1 : node.end_lineno]) if alone else ast.unparse(node)
        parts.append(
            Part(text, frozenset(binds), _kind(node), hash(ast.dump(node)), _is_unfinished(node))
        )
        last_line = node.end_lineno
    return Code(True, frozenset(bound), frozenset(needs), tuple(parts))


def _kind(node):
    value = getattr(node, "value", None)
    if (
        isinstance(node, (*_FUNCTIONS, ast.ClassDef))
        or isinstance(node, ast.Assign)
        and isinstance(value, ast.Lambda)
    ):
        return "definition"
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        return "import"
    return "assignment" if isinstance(node, (ast.Assign, ast.AnnAssign)) else "other"


def _is_unfinished(node):
    raised = (each.exc for each in ast.walk(node) if isinstance(each, ast.Raise))
    names = (getattr(exc, "func", exc) for exc in raised)
    return any(isinstance(name, ast.Name) and name.id == "NotImplementedError" for name in names)


def _effects(statement):
    """The names that running a statement reads, binds in its scope, and binds within a
    comprehension only.
    """
    reads, binds, own, queue = set(), set(), set(), [statement]
    while queue:
        node = queue.pop()
        if isinstance(node, (*_FUNCTIONS, ast.Lambda)):
            binds |= {node.name} if isinstance(node, _FUNCTIONS) else set()
            queue += [
                *node.args.defaults,
                *filter(None, node.args.kw_defaults),
                *getattr(node, "decorator_list", ()),
            ]
        elif isinstance(node, ast.ClassDef):
            binds.add(node.name)
            inner = [_effects(each) for each in node.body]
            reads |= set().union(*(r for r, _, _ in inner)) - set().union(
                *(b | o for _, b, o in inner)
            )
            queue += [*node.bases, *node.keywords, *node.decorator_list]
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            binds |= {(alias.asname or alias.name).split(".")[0] for alias in node.names}
        elif isinstance(node, ast.comprehension):
            own |= {each.id for each in ast.walk(node.target) if isinstance(each, ast.Name)}
            queue += [node.iter, *node.ifs]
        elif isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
            reads.add(node.target.id)
            queue += [node.target, node.value]
        elif isinstance(node, ast.Name):
            (reads if isinstance(node.ctx, ast.Load) else binds).add(node.id)
        else:
            queue += ast.iter_child_nodes(node)
    return reads, binds, own
