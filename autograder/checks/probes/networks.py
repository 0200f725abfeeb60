"""Probes of the networks: the student's VAE and ConditionalVAE with parameters of the grader's choice."""

import numpy as np
import torch
from torch import nn

from .common import find, plain, randomise


class Fixed(nn.Module):
    """A layer that gives the same image for every input, once for each row."""

    def __init__(self, image):
        super().__init__()
        self.image = image

    def forward(self, features, *args, **kwargs):
        """(batch, ...) → (batch, 1, 28, 28)"""
        return self.image.expand(features.shape[0], 1, 28, 28)


def vae_decode(namespace, z, seed, gains, ramps):
    """Decode z by VAE(), whose parameters are random numbers of the sizes in `gains`.

    Returns `images` (one per gain), `single` (of z's first row alone, last gain), `grey` (all parameters 0) and
    `activated`: the images for each of `ramps` (1, 1, 28, 28) in place of what the layer deconv2 computes; None where
    there is no such layer.
    """
    model = find(namespace, "VAE")().eval()
    images = []
    for gain in gains:
        randomise(model, seed, gain)
        images.append(model.decode(z))
    single = model.decode(z[:1])
    randomise(model, seed, 0.0)
    grey = model.decode(z)
    return plain({"images": images, "single": single, "grey": grey, "activated": _activated(model, z[:1], ramps)})


def _activated(model, z, ramps):
    if "deconv2" not in model._modules:
        return None
    activated = []
    for ramp in ramps:
        model.deconv2 = Fixed(ramp)
        try:
            activated.append(model.decode(z))
        except Exception:  # noqa: BLE001 - a network of another structure; it is judged without this
            return None
    return activated


def cvae_parts(namespace, part, seeds, inputs, gain=1.0, reseed=False):
    """Call "encode", "decode" or "forward" of ConditionalVAE() on each [images or codes, labels] of `inputs`.

    Returns `outputs`: for each seed, by which the parameters are drawn, one output per input. With `reseed`, torch's
    and numpy's generators start from the same state before each call.
    """
    model = find(namespace, "ConditionalVAE")().eval()
    outputs = []
    for seed in seeds:
        randomise(model, seed, gain)
        outputs.append([])
        for first, y in inputs:
            if reseed:
                torch.manual_seed(seed)
                np.random.seed(seed)  # noqa: NPY002 - the student may draw from the global one
            with torch.no_grad():
                outputs[-1].append(getattr(model, part)(first.clone(), y.clone()))
    return plain({"outputs": outputs})


def cvae_forward(namespace, seed, x, y, mean, logvar, picture, calls=1):
    """Call forward(x, y) of a ConditionalVAE whose encode gives `mean` and `logvar`, and whose decode gives `picture`.

    x and picture are expanded to one row for each label. Returns `encoded` and `decoded` (the labels that the two
    got, one tensor for each call of them), `codes` (what decode got), `images` (what encode got) and `outputs` (of each
    call); the last two are left empty for more than 100 labels.
    """
    model = find(namespace, "ConditionalVAE")().eval()
    randomise(model, seed)
    seen = {"encoded": [], "decoded": [], "codes": [], "images": [], "outputs": []}
    few = len(y) <= 100
    x, picture = (image.expand(len(y), 1, 28, 28) for image in (x, picture))

    def encode(x, y):
        seen["encoded"].append(y)
        if few:
            seen["images"].append(x)
        return mean.clone(), logvar.clone()

    def decode(z, y):
        seen["decoded"].append(y)
        seen["codes"].append(z)
        return picture

    model.encode, model.decode = encode, decode
    for _ in range(calls):
        output = model(x, y)
        if few:
            seen["outputs"].append(output)
    return plain(seen)
