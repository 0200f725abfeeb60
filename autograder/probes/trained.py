"""Probe of a trained model: the student's own class with the weights that they handed in."""

import itertools

import torch
from torch.nn import functional as F

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
        labels: (n,), int64, for a conditional model; it gets them as one-hot rows, float (n, 10),
            where it does not take whole numbers.

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
    return as_plain_values(_encode_and_decode_labelled(model, images, noise, labels))


def _shapes(state):
    """Return {name: shape} of the first tensors."""
    first = itertools.islice(state.items(), MAX_TENSORS)
    return {str(key): list(value.shape) for key, value in first}


def _encode_and_decode_labelled(model, images, noise, labels):
    """Encode and decode, with the labels, if any, in the first form that the model takes."""
    if labels is None:
        return _encode_and_decode(model, images, noise)
    try:
        return _encode_and_decode(model, images, noise, labels)
    except Exception as error:  # noqa: BLE001 - the student's code may raise anything
        try:
            return _encode_and_decode(model, images, noise, F.one_hot(labels, 10).float())
        except Exception:  # noqa: BLE001
            raise error from None


@torch.no_grad()
def _encode_and_decode(model, images, noise, *labels):
    """Return mean and log-variance, and the images decoded from a sample and from the mean."""
    found = {"mean": [], "logvar": [], "from_sample": [], "from_mean": []}
    batches = zip(*(each.split(BATCH_SIZE) for each in (images, noise, *labels)), strict=True)
    for x, epsilon, *y in batches:
        mean, logvar = model.encode(x, *y)
        if mean.shape != epsilon.shape or logvar.shape != epsilon.shape:
            raise Rejected(
                f"encode should give mean and log-variance of z, each of shape "
                f"{tuple(epsilon.shape)} for {len(x)} images; their shapes are "
                f"{tuple(mean.shape)} and {tuple(logvar.shape)}."
            )
        found["mean"].append(mean)
        found["logvar"].append(logvar)
        found["from_sample"].append(model.decode(mean + torch.exp(logvar / 2) * epsilon, *y))
        found["from_mean"].append(model.decode(mean, *y))
    return {key: torch.cat(values) for key, values in found.items()}
