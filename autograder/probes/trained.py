"""A probe of a trained model: the student's own class with the weights that they handed in."""

import torch

from .common import Rejected, find_definition
from .plain_values import as_plain_values


def trained(namespace, name, file, images, labels=None, latents=None):
    """Read `file` into the model `name`() and use it, without gradients, in evaluation mode.

    images (n, 1, 28, 28); labels (n,) or None for a model that takes none. Returns `values`:
    without latents encode's [mean, log-variance], with latents (n, size) decode's [images].
    """
    model = find_definition(namespace, name)()
    try:
        model.load_state_dict(torch.load(file, map_location="cpu", weights_only=True))
    except Exception:  # noqa: BLE001 - torch raises a dozen kinds
        raise Rejected(f"{name}() does not accept the weights in {file}.") from None
    model.eval()
    given = () if labels is None else (labels,)
    with torch.no_grad():
        values = (
            model.encode(images, *given) if latents is None else [model.decode(latents, *given)]
        )
    return as_plain_values({"values": values})
