"""Mutants of all answers that students write, made from the master notebooks."""

import ast
from collections import Counter
from collections.abc import Iterator

from autograder.assignment import ANSWERS
from tests.mistakes.judge import DECIDES
from tests.mistakes.key import definitions

from . import Mutant
from .expressions import replacements
from .statements import block_changes

# (owner, field, value): the change itself. (owner, field) of a syntax tree takes the value.
Edit = tuple[ast.AST, str, object]


def mutants() -> list[Mutant]:
    """Make the mutants of all definitions that decide a task, in the assignment's order."""
    names = dict.fromkeys(name for names in DECIDES.values() for name in names)
    return [mutant for name in names for mutant in definition_mutants(name)]


def definition_mutants(name: str) -> list[Mutant]:
    """Make the mutants of a function, or of what students write in a class."""
    notebook = ANSWERS[name]
    return list(_source_mutants(notebook, name, definitions(notebook)[name]))


def _source_mutants(notebook: str, name: str, source: str) -> Iterator[Mutant]:
    tree = ast.parse(source)
    found = next(node for node in tree.body if getattr(node, "name", None) == name)
    if isinstance(found, ast.ClassDef):
        # The rest of a class is given; a function is adapted as a whole.
        lines = _solution_lines(source)
        units = [(f"{name}.{each.name}", each) for each in found.body if hasattr(each, "name")]
    else:
        lines = set(range(_first_statement(found).lineno, found.end_lineno + 1))
        units = [(name, found)]
    for unit, function in units:
        for line, change in _changed(function, lines):
            yield Mutant(notebook, unit, line, change, ast.unparse(tree))


def _solution_lines(source: str) -> set[int]:
    """Return the numbers of the lines between the markers of solutions, from 1."""
    inside, found = False, set()
    for number, line in enumerate(source.splitlines(), start=1):
        inside = line.strip() == "### BEGIN SOLUTION" or inside and "### END SOLUTION" not in line
        if inside:
            found.add(number)
    return found


def _first_statement(function: ast.FunctionDef) -> ast.stmt:
    """Return the first statement behind the docstring."""
    return function.body[1 if ast.get_docstring(function) else 0]


def _changed(function: ast.FunctionDef, lines: set[int]) -> Iterator[tuple[str, str]]:
    """Yield (line, change) while the function's tree is changed so; it is restored afterwards."""
    before = ast.unparse(function)
    sources, keys = {before}, Counter()
    for label, (owner, field, value) in [*_edits(function, lines)]:
        kept = getattr(owner, field)
        setattr(owner, field, value)
        after = ast.unparse(function)
        if after not in sources and _is_python(after):
            sources.add(after)
            key = label or _line_and_replacement(before, after)
            keys[key] += 1
            # Equal lines of one function are told apart by their order.
            yield key if keys[key] == 1 else (key[0], f"{key[1]} ({keys[key]})")
        setattr(owner, field, kept)


def _is_python(source: str) -> bool:
    """Tell whether the source can be compiled: *x may not stand everywhere."""
    try:
        compile(source, "<mutant>", "exec")
    except SyntaxError:
        return False
    return True


def _edits(
    function: ast.FunctionDef, lines: set[int]
) -> Iterator[tuple[tuple[str, str] | None, Edit]]:
    """Yield (label, edit) of all changes; the label is None for one within an expression."""
    groups = _variables_bound_together(function)
    for owner in ast.walk(function):
        for field, block in ast.iter_fields(owner):
            if isinstance(block, list) and any(isinstance(each, ast.stmt) for each in block):
                yield from _block_edits(owner, field, block, lines)
        if isinstance(owner, ast.stmt) and owner is not function and owner.lineno in lines:
            yield from ((None, edit) for edit in _expression_edits(owner, groups))


def _block_edits(
    owner: ast.AST, field: str, block: list[ast.stmt], lines: set[int]
) -> Iterator[tuple[tuple[str, str], Edit]]:
    """Yield the changes of the statements of a block that students write."""
    written = [i for i, each in enumerate(block) if each.lineno in lines]
    if written:
        first, end = written[0], written[-1] + 1
        for statement, what, changed in block_changes(block[first:end]):
            value = [*block[:first], *changed, *block[end:]] or [ast.Pass()]
            yield (ast.unparse(statement).splitlines()[0], what), (owner, field, value)


def _expression_edits(statement: ast.stmt, groups: list[set[str]]) -> Iterator[Edit]:
    """Yield the changes of a statement's own expressions."""
    together = {
        name: set().union(*(group for group in groups if name in group)) - {name}
        for name in set().union(*groups)
    }
    nodes = list(_own_nodes(statement))
    used = {node.id for node, *_ in nodes if isinstance(node, ast.Name)} & set(together)
    beside = {name: (together[name] | used) - {name} for name in together}
    for node, owner, field, index in nodes:
        # What is called, or asked for a method, is exchanged with its like alone.
        is_argument = not isinstance(owner, ast.Attribute) and field != "func"
        for new in replacements(node, beside if is_argument else together):
            value = new
            if index is not None:
                value = list(getattr(owner, field))
                value[index] = new
            yield owner, field, value


def _own_nodes(owner: ast.AST) -> Iterator[tuple[ast.expr, ast.AST, str, int | None]]:
    """Yield (expression, its owner, field, index) below a node, without the statements below it."""
    for field, value in ast.iter_fields(owner):
        for index, node in enumerate(value) if isinstance(value, list) else [(None, value)]:
            # What text is printed is not judged.
            if not isinstance(node, ast.AST) or isinstance(node, ast.stmt | ast.JoinedStr):
                continue
            if isinstance(node, ast.expr):
                yield node, owner, field, index
            yield from _own_nodes(node)


def _variables_bound_together(function: ast.FunctionDef) -> list[set[str]]:
    """Return the function's variables, as groups: its parameters, and what each statement binds."""
    groups = [{each.arg for each in function.args.args} - {"self"}]
    for statement in ast.walk(function):
        if isinstance(statement, ast.stmt):
            nodes = [node for node, *_ in _own_nodes(statement)]
            groups.append({node.id for node in nodes if _is_bound(node)})
    return groups


def _is_bound(node: ast.expr) -> bool:
    """Tell whether the expression is a variable that takes a value here."""
    return isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)


def _line_and_replacement(before: str, after: str) -> tuple[str, str]:
    """Return the one line that differs, before and after."""
    pairs = zip(before.splitlines(), after.splitlines(), strict=True)
    return next((old.strip(), new.strip()) for old, new in pairs if old != new)
