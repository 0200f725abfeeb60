"""Probe of a trained model: the student's own class with the weights that they handed in."""

import itertools

import torch

from .calls import as_numbers, label_form
from .common import find_definition
from .plain_values import as_plain_values

BATCH_SIZE = 32  # larger batches take longer
MAX_ERROR = 2000  # characters of torch's error
MAX_TENSORS = 1000  # whose names and shapes are returned


def trained(namespace, name, file, part, inputs, labels=None):
    """Read `file` into the model `name`(), and let it encode or decode, without gradients.

    Args:
        namespace: the student's.
        name: of the model's class.
        file: of weights, in the current folder.
        part: "encode" or "decode".
        inputs: images (n, 1, 28, 28) to encode, or latents (n, size) to decode, in a list.
        labels: (n,), int64, for a conditional model; it gets them in the form that it
            takes.

    Returns:
        One of
        `refused`: torch's error on the file, a text;
        `in_file`, `in_class`: name → shape of the tensors, where those of the file do not fit;
        `in_file` is None where the file holds something else than named tensors;
        `not_finite`: the names of the tensors that hold NaN or infinity;
        `outputs`: what the part gives, for each of `inputs` a list of tensors with n rows.
    """
    try:
        state = torch.load(file, map_location="cpu", weights_only=True)
    except Exception as error:  # noqa: BLE001 - torch raises a dozen kinds
        return {"refused": f"{type(error).__name__}: {error}"[:MAX_ERROR]}
    model = find_definition(namespace, name)().eval()
    if not isinstance(state, dict) or not all(map(torch.is_tensor, state.values())):
        return {"in_file": None, "in_class": _shapes(model.state_dict())}
    try:
        model.load_state_dict(state)
    except Exception:  # noqa: BLE001 - what does not fit is seen by its names and shapes
        return {"in_file": _shapes(state), "in_class": _shapes(model.state_dict())}
    broken = [key for key, value in state.items() if not value.isfinite().all()]
    if broken:
        return {"not_finite": broken}
    method = getattr(model, part)
    conditions = [] if labels is None else [labels]
    form = label_form(method, inputs[0]) if conditions else as_numbers
    # Without oneDNN, torch's transposed convolutions take half the time.
    with torch.backends.mkldnn.flags(enabled=part == "encode"):
        outputs = [_in_batches(method, [first, *map(form, conditions)]) for first in inputs]
    return as_plain_values({"outputs": outputs})


def _shapes(state):
    """Return {name: shape} of the first tensors."""
    first = itertools.islice(state.items(), MAX_TENSORS)
    return {str(key): list(value.shape) for key, value in first}


@torch.no_grad()
def _in_batches(method, arguments):
    """Return what a method gives for all rows of its arguments, as a list of tensors."""
    batches = zip(*(each.split(BATCH_SIZE) for each in arguments), strict=True)
    given = [method(*batch) for batch in batches]
    given = [[each] if torch.is_tensor(each) else each for each in given]
    return [torch.cat(parts) for parts in zip(*given, strict=True)]
