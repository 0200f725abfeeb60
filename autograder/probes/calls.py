"""What models are called with: arguments by position or by name, labels as numbers or one-hot rows.

A student's loops and plots call the probes' models as they call their own class, whose parameters
may have other names. Labels are whole numbers (batch,) or one-hot rows (batch, 10), as they like.
"""

import contextlib
import inspect

import torch
import torch.nn.functional as F

from .common import Rejected, count_arguments

CLASSES = 10
TRIED = 7  # labels in a trial: not a multiple of 10, so that no reshaping fits by chance
NAMED = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)


def parameter_names(model_class):
    """Return {method: names of its parameters after self} of a class; {} for what is none."""
    names = {}
    for method in ("encode", "sample_latent", "decode", "forward"):
        # Whatever the student has put there may have no signature.
        with contextlib.suppress(Exception):
            _, *parameters = inspect.signature(getattr(model_class, method)).parameters.values()
            names[method] = [each.name for each in parameters if each.kind in NAMED]
    return names


def sort_arguments(method, wanted, names, arguments, keywords):
    """Return the arguments of a call in the order of `wanted`.

    Args:
        method: name of what is called, for the student.
        wanted: names of the arguments.
        names: of the same arguments in the student's own class, and of further ones there, which
            are left out.
        arguments: given by position.
        keywords: given by name. A name that nobody knows stands for what is still missing.

    Raises:
        Rejected: for another number of arguments.
    """
    own = dict(zip(names, wanted, strict=False))
    further = names[len(wanted) :]
    given = dict(zip(wanted, arguments, strict=False))
    unknown, surplus = [], len(arguments) > len(wanted) + len(further)
    for name, value in keywords.items():
        known = name if name in wanted else own.get(name)
        if known is None and name not in further:
            unknown.append(value)
        elif known is not None:
            surplus = surplus or known in given
            given[known] = value
    missing = [name for name in wanted if name not in given]
    given.update(zip(missing, unknown, strict=False))
    if surplus or len(missing) != len(unknown):
        raise Rejected(
            f"{method} should be called with {' and '.join(wanted)}"
            f"{'' if len(wanted) > 1 else ' alone'}; it got "
            f"{count_arguments(len(arguments) + len(keywords))}."
        )
    return [given[name] for name in wanted]


def one_hot_digits(y):
    """Return the labels (batch,) of one-hot rows, None where the tensor holds no such rows."""
    is_row = y.dim() == 1 and y.is_floating_point()  # ten whole numbers are ten labels
    if not (y.dim() == 2 or is_row) or y.shape[-1] != CLASSES:
        return None
    rows = y.reshape(-1, CLASSES)
    if bool(((rows == 0) | (rows == 1)).all() and (rows.sum(1) == 1).all()):
        return rows.long().argmax(1)
    return None


def read_labels(y, rows):
    """Return one label for each row, from a number, a tensor that broadcasts, or one-hot rows.

    Raises:
        Rejected: for anything else.
    """
    y = torch.as_tensor(y)
    digits = one_hot_digits(y)
    if digits is None and not y.is_floating_point() and y.dim() < 2:
        digits = y.reshape(-1)
    if digits is None or len(digits) not in (1, rows):
        raise Rejected(
            f"The model should get int64 labels of shape ({rows},), or one-hot rows of shape "
            f"({rows}, {CLASSES}) with one 1 each; it got {y.dtype} {tuple(y.shape)}."
        )
    return digits.expand(rows)


def as_numbers(y):
    """Return labels as they are: whole numbers (batch,)."""
    return y


def as_one_hot(y):
    """Whole numbers (batch,) → float (batch, 10)"""
    return F.one_hot(y, CLASSES).float()


def label_form(part, first):
    """Find out how a part of a student's model takes labels, by calling it.

    Args:
        part: the method.
        first: its other argument, of which one row is used.

    Returns:
        `as_one_hot` where only one-hot rows are understood, else `as_numbers`.
    """
    y = torch.arange(TRIED)
    for form in (as_numbers, as_one_hot):
        # The student's code may raise anything.
        with contextlib.suppress(Exception), torch.no_grad():
            part(first[:1].repeat(TRIED, *[1] * (first.dim() - 1)), form(y))
            return form
    return as_numbers
