"""Operators on expressions: what each kind of expression is changed into, one change at a time."""

import ast
from collections.abc import Iterator

# What is called or read, and what stands in its place. A name that is not there fails, as it does
# for students.
SWAPS = {
    "train_iter": ("test_iter",),
    "test_iter": ("train_iter",),
    "train": ("eval",),
    "eval": ("train",),
    "no_grad": ("enable_grad",),
    "Adam": ("SGD", "AdamW"),
    "zero_grad": ("step",),
    "step": ("zero_grad",),
    "encode": ("decode",),
    "decode": ("encode",),
    "exp": ("log", "sqrt"),
    "sum": ("mean",),
    "mean": ("sum",),
    "randn_like": ("rand_like", "zeros_like", "ones_like"),
    "sigmoid": ("tanh", "relu", "exp"),
    "cat": ("stack",),
    "flip": ("roll",),
    "linspace": ("logspace",),
    "permute": ("reshape",),
    "full": ("full_like",),
    "xlabel": ("ylabel",),
    "ylabel": ("xlabel",),
    "conv1": ("conv2",),
    "label_to_encoder": ("label_to_decoder",),
    "label_to_decoder": ("label_to_encoder",),
    "expand": ("hidden",),
}
OPERATORS = {
    ast.Add: (ast.Sub, ast.Mult),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.Div, ast.Add),
    ast.Div: (ast.Mult, ast.Sub),
    ast.FloorDiv: (ast.Mult,),
    ast.Mod: (ast.FloorDiv,),
    ast.Pow: (ast.Mult,),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
}
MODULES = {"torch", "nn", "F", "np", "math", "plt", "d2l", "itertools"}


def replacements(node: ast.expr, names: dict[str, set[str]]) -> Iterator[ast.expr]:
    """Yield what the expression is replaced by.

    Args:
        node: the expression; it stays as it is.
        names: {variable: the variables that may stand in its place}
    """
    match node:
        case ast.Constant(value=bool()):
            yield ast.Constant(not node.value)
        case ast.Constant(value=int()):
            yield from (ast.Constant(node.value + 1), ast.Constant(node.value - 1))
        case ast.Constant(value=float()):
            yield from (ast.Constant(2 * node.value), ast.Constant(-node.value))
        case ast.Name(ctx=ast.Load()):
            others = [*sorted(names.get(node.id, ())), *SWAPS.get(node.id, ())]
            yield from (ast.Name(other) for other in others)
        case ast.Attribute():
            yield from (
                ast.Attribute(node.value, name, ast.Load()) for name in SWAPS.get(node.attr, ())
            )
        case ast.UnaryOp():
            yield node.operand
        case ast.BinOp():
            yield from _binary(node)
        case ast.Compare(ops=[op]):
            yield from (
                ast.Compare(node.left, [other()], node.comparators)
                for other in OPERATORS.get(type(op), ())
            )
        case ast.BoolOp():
            yield from node.values
        case ast.IfExp():
            yield from (node.body, node.orelse)
        case ast.Tuple():
            yield from (ast.Tuple(each, node.ctx) for each in exchanged(node.elts))
        case ast.Subscript():
            yield node.value
        case ast.Call():
            yield from _call(node)


def _binary(node: ast.BinOp) -> Iterator[ast.expr]:
    """Another operator, one operand alone, operands exchanged."""
    for other in OPERATORS.get(type(node.op), ()):
        yield ast.BinOp(node.left, other(), node.right)
    yield from (node.left, node.right)
    if not isinstance(node.op, ast.Add | ast.Mult):
        yield ast.BinOp(node.right, node.op, node.left)


def _call(node: ast.Call) -> Iterator[ast.expr]:
    """Arguments exchanged or left out, or what is called upon alone."""
    for arguments in exchanged(node.args):
        yield ast.Call(node.func, arguments, node.keywords)
    for i in range(len(node.args)):
        yield ast.Call(node.func, node.args[:i] + node.args[i + 1 :], node.keywords)
    for i in range(len(node.keywords)):
        yield ast.Call(node.func, node.args, node.keywords[:i] + node.keywords[i + 1 :])
    if isinstance(node.func, ast.Attribute) and not _is_module(node.func.value):
        yield node.func.value
    elif node.args:
        yield node.args[0]


def _is_module(node: ast.expr) -> bool:
    """Tell whether the expression is a module, such as torch.optim."""
    while isinstance(node, ast.Attribute):
        node = node.value
    return isinstance(node, ast.Name) and node.id in MODULES


def exchanged(items: list) -> Iterator[list]:
    """Yield the list with each two neighbours exchanged."""
    for i in range(len(items) - 1):
        yield [*items[:i], items[i + 1], items[i], *items[i + 2 :]]
