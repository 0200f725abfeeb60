"""What models are called with: arguments by position or by name, labels as one-hot rows or numbers.

A student's loops and plots call the probes' models as they call their own class, whose parameters
may have other names. Labels are one-hot rows (batch, 10), float or int64, or whole numbers
(batch,), as they like.
"""

import contextlib
import inspect
import re

import torch
import torch.nn.functional as F
from torch import nn
from torch.nn.parameter import is_lazy

from .common import Rejected, count_arguments, find_definition

CLASSES = 10
# The labels of a trial: their number is prime, so that no reshaping fits by chance.
TRIED = torch.tensor([*range(CLASSES), 4, 0, 7])
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
            f"The model should get one-hot rows of shape ({rows}, {CLASSES}) with one 1 each, or "
            f"int64 labels of shape ({rows},); it got {_described(y)}."
        )
    return digits.expand(rows)


def _described(y):
    """Describe a tensor that holds no labels: "torch.float32 of shape (3,)"."""
    what = f"{y.dtype} of shape {tuple(y.shape)}"
    if y.dim() == 2 and y.shape[1] == CLASSES:
        return f"{what}, and not each row is one 1 and nine 0"
    return what


def as_one_hot(y):
    """Whole numbers (batch,) → float (batch, 10)"""
    return F.one_hot(y, CLASSES).float()


def as_integer_rows(y):
    """Whole numbers (batch,) → int64 (batch, 10)"""
    return F.one_hot(y, CLASSES)


def as_numbers(y):
    """Return labels as they are: whole numbers (batch,)."""
    return y


def new_model(namespace, name):
    """Make the student's model; lazy layers, if any, get their sizes from a trial."""
    model = find_definition(namespace, name)()
    if any(map(is_lazy, model.parameters())):
        images = torch.zeros(len(TRIED), 1, 28, 28)
        for labels in ((), *((form(TRIED),) for form in (as_one_hot, as_integer_rows, as_numbers))):
            # The student's code may raise anything.
            with contextlib.suppress(Exception), torch.no_grad():
                model(images, *labels)
    return model


def label_form(part, first):
    """Find out how a part of a student's model takes labels, by calling it.

    Args:
        part: the method, or the model for its forward.
        first: its other argument, of which one row is used.

    Returns:
        The first of `as_one_hot`, `as_integer_rows` and `as_numbers` with which each of the ten
        labels gets a result of its own; where there is none, the first that is understood.
    """
    first = first[:1].repeat(len(TRIED), *[1] * (first.dim() - 1))
    understood, errors = [], []
    for form in (as_one_hot, as_integer_rows, as_numbers):
        try:
            with _evaluating(part), torch.no_grad():
                result = part(first.clone(), form(TRIED))
            understood.append(form)
            if _tells_labels_apart(result):
                return form
        except Exception as error:  # noqa: BLE001 - the student's code may raise anything
            errors.append(error)
    if understood:
        return understood[0]
    return as_numbers if any(map(_asks_for_numbers, errors)) else as_one_hot


@contextlib.contextmanager
def _evaluating(part):
    """Put the model of a part into eval mode for a moment, so that no average of its moves."""
    model = getattr(part, "__self__", part)
    if not isinstance(model, nn.Module):
        yield
        return
    training = model.training
    nn.Module.eval(model)
    try:
        yield
    finally:
        nn.Module.train(model, training)


def _tells_labels_apart(result):
    """Return whether a tensor of the result has the same rows for the same labels and no others."""
    wanted = TRIED.unsqueeze(1) != TRIED
    for values in result if isinstance(result, (list, tuple)) else [result]:
        if not torch.is_tensor(values) or values.shape[:1] != TRIED.shape or not values.numel():
            continue
        rows = values.detach().double().flatten(1)
        apart = torch.cdist(rows, rows, p=torch.inf)
        if torch.equal(apart > 1e-5 * rows.abs().max(), wanted):
            return True
    return False


def _asks_for_numbers(error):
    """Return whether one-hot rows were used as indices."""
    return re.search(r"one_hot is only|'indices' to have|used as indices", str(error)) is not None
