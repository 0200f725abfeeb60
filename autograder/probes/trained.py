"""Probe of a trained model: the student's own class with the weights that they handed in."""

import itertools

import torch

from .calls import as_numbers, label_form
from .common import Rejected, find_definition
from .plain_values import as_plain_values

BATCH_SIZE = 32  # larger batches take twice the time: malloc then asks the system for each tensor
MAX_ERROR = 2000  # characters of torch's error
MAX_TENSORS = 1000  # whose names and shapes are returned


def trained(namespace, name, file, images, noise, labels=None):
    """Read `file` into the model `name`(), and let it encode and decode, without gradients.

    Args:
        namespace: the student's.
        name: of the model's class.
        file: of weights, in the current folder.
        images: (n, 1, 28, 28).
        noise: (n, size), standard normal; makes one sample of z for each image.
        labels: (n,), int64, for a conditional model; it gets them in the form that it
            takes.

    Returns:
        One of
        `refused`: torch's error on the file, a text;
        `in_file`, `in_class`: name → shape of the tensors, where those of the file do not fit;
        `in_file` is None where the file holds something else than named tensors;
        `not_finite`: the names of the tensors that hold NaN or infinity;
        `mean`, `logvar`: (n, size), from encode; `from_sample`, `from_mean`: images from decode.
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
    conditions = [] if labels is None else [labels]
    return as_plain_values(_encode_and_decode(model, images, noise, *conditions))


def _shapes(state):
    """Return {name: shape} of the first tensors."""
    first = itertools.islice(state.items(), MAX_TENSORS)
    return {str(key): list(value.shape) for key, value in first}


@torch.no_grad()
def _encode_and_decode(model, images, noise, *labels):
    """Return mean and log-variance, and the images decoded from a sample and from the mean."""
    found = {"mean": [], "logvar": [], "from_sample": [], "from_mean": []}
    to_encode, to_decode = (
        label_form(part, first) if labels else as_numbers
        for part, first in ((model.encode, images), (model.decode, noise))
    )
    batches = zip(*(each.split(BATCH_SIZE) for each in (images, noise, *labels)), strict=True)
    for x, epsilon, *y in batches:
        mean, logvar = model.encode(x, *map(to_encode, y))
        if mean.shape != epsilon.shape or logvar.shape != epsilon.shape:
            raise Rejected(
                f"encode should give mean and log-variance of z, each of shape "
                f"{tuple(epsilon.shape)} for {len(x)} images; their shapes are "
                f"{tuple(mean.shape)} and {tuple(logvar.shape)}."
            )
        z, decoded_labels = mean + torch.exp(logvar / 2) * epsilon, [*map(to_decode, y)]
        found["mean"].append(mean)
        found["logvar"].append(logvar)
        found["from_sample"].append(model.decode(z, *decoded_labels))
        found["from_mean"].append(model.decode(mean, *decoded_labels))
    return {key: torch.cat(values) for key, values in found.items()}
