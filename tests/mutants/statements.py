"""Operators on statements: dropped, doubled, exchanged, moved into a loop or out of it."""

import ast
import copy
from collections.abc import Iterator

# The statement that is changed, what happens to it, and the block that results.
BlockChange = tuple[ast.stmt, str, list[ast.stmt]]


def block_changes(block: list[ast.stmt]) -> Iterator[BlockChange]:
    """Yield the changes of a block of statements; the block and its statements stay as they are."""
    for i, statement in enumerate(block):
        before, after = block[:i], block[i + 1 :]
        yield statement, "dropped", before + after
        if isinstance(statement, ast.Expr | ast.AugAssign):
            yield statement, "doubled", [*before, statement, statement, *after]
        if after:
            exchanged = [*before, after[0], statement, *after[1:]]
            yield statement, "exchanged with the next", exchanged
        if isinstance(statement, ast.With):
            yield statement, "its block without it", [*before, *statement.body, *after]
        if isinstance(statement, ast.For | ast.While):
            yield from _loop_changes(before, statement, after)


def _loop_changes(
    before: list[ast.stmt], loop: ast.For | ast.While, after: list[ast.stmt]
) -> Iterator[BlockChange]:
    """Yield the loop ended after one round, and statements that cross its first or last line."""
    yield (
        loop,
        "ended after one round",
        [*before, _with_body(loop, [*loop.body, ast.Break()]), *after],
    )
    first, last = loop.body[0], loop.body[-1]
    if len(loop.body) > 1:
        outside = _with_body(loop, loop.body[1:])
        yield first, "moved before the loop", [*before, first, outside, *after]
        outside = _with_body(loop, loop.body[:-1])
        yield last, "moved behind the loop", [*before, outside, last, *after]
    if before:
        inside = _with_body(loop, [before[-1], *loop.body])
        yield before[-1], "moved into the loop", [*before[:-1], inside, *after]
    if after:
        inside = _with_body(loop, [*loop.body, after[0]])
        yield after[0], "moved into the loop", [*before, inside, *after[1:]]


def _with_body(loop: ast.For | ast.While, body: list[ast.stmt]) -> ast.For | ast.While:
    """Return the loop with another body."""
    changed = copy.copy(loop)
    changed.body = body
    return changed
