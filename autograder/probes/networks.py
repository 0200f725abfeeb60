"""Probes of the networks: the student's VAE and ConditionalVAE with parameters of the grader's
choice.
"""

from unittest.mock import patch

import numpy as np
import torch
from torch import nn

from .common import find, randomise
from .plain_values import as_plain_values
from .values import arguments, backward


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

    Returns `images` (one per gain), `single` (of z's first row alone, last gain), `grey` (all
    parameters 0) and `activated`: the images for each of `ramps` (1, 1, 28, 28) in place of what
    the layer deconv2 computes; None where there is no such layer.
    """
    model = find(namespace, "VAE")().eval()
    images = []
    for gain in gains:
        randomise(model, seed, gain)
        images.append(model.decode(z))
    single = model.decode(z[:1])
    randomise(model, seed, 0.0)
    grey = model.decode(z)
    return as_plain_values(
        {
            "images": images,
            "single": single,
            "grey": grey,
            "activated": _activated(model, z[:1], ramps),
        }
    )


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
    """Call "encode", "decode" or "forward" of ConditionalVAE() on each [images or codes, labels] of
    `inputs`.

    Returns `outputs`: for each seed, by which the parameters are drawn, one output per input. With
    `reseed`, torch's and numpy's generators start from the same state before each call.
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
    return as_plain_values({"outputs": outputs})


def learning(namespace, name, part, seeds, inputs):
    """What learns in a part ("encode", "decode" or "forward") of the class `name`, called with
    `inputs`.

    Returns `hidden`: how many tensors the result is differentiable by that are not among the
    model's parameters, and `cut`: the names of the parameters that move a result by their value and
    never by their gradient, for any seed.
    """
    model = find(namespace, name)()
    hidden, cut = 0, {key: parameter for key, parameter in model.named_parameters()}
    for seed in seeds:
        randomise(model, seed)
        results = _results(model, part, inputs, seed)
        registered = {id(parameter) for parameter in model.parameters()}
        hidden = max(
            hidden, len({id(leaf) for result in results for leaf in _leaves(result)} - registered)
        )
        unreached = [_without_gradient(result, cut, seed) for result in results]
        cut = {
            key: parameter
            for key, parameter in cut.items()
            if any(key in keys for keys in unreached)
            and _moves(model, part, inputs, seed, parameter, [key in keys for keys in unreached])
        }
        if not cut:
            break
    return as_plain_values({"hidden": hidden, "cut": sorted(cut)})


def _results(model, part, inputs, seed):
    """The tensors that a part returns, from the same random numbers each time."""
    torch.manual_seed(seed)
    np.random.seed(seed)  # noqa: NPY002 - the student may draw from the global one
    results = getattr(model, part)(*(value.clone() for value in inputs))
    return [results] if isinstance(results, torch.Tensor) else list(results)


def _leaves(result):
    """The tensors by which a result can be differentiated."""
    ahead, seen, leaves = [result.grad_fn], set(), []
    while ahead:
        node = ahead.pop()
        if node is None or node in seen:
            continue
        seen.add(node)
        if hasattr(node, "variable"):
            leaves.append(node.variable)
        ahead.extend(following for following, _ in node.next_functions)
    return leaves


def _without_gradient(result, parameters, seed):
    """The names of the parameters by which the result has no gradient but 0."""
    if not result.requires_grad or not parameters:
        return set(parameters)
    weights = torch.rand(result.shape, generator=torch.Generator().manual_seed(seed))
    gradients = torch.autograd.grad(
        (weights * result).sum(), parameters.values(), retain_graph=True, allow_unused=True
    )
    return {
        key
        for key, gradient in zip(parameters, gradients, strict=True)
        if gradient is None or not bool(gradient.any())
    }


def _moves(model, part, inputs, seed, parameter, places):
    """Whether one of these results is another when the parameter has other values."""
    before = parameter.detach().clone()
    with torch.no_grad():
        results = _results(model, part, inputs, seed)
        parameter.copy_(before.flip(0) + 1)
        moved = _results(model, part, inputs, seed)
        parameter.copy_(before)
    return any(
        place and not torch.allclose(one, other, rtol=1e-3, atol=1e-5)
        for place, one, other in zip(places, results, moved, strict=True)
    )


def cvae_forward(namespace, seed, x, y, mean, logvar, picture, calls=1, weights=None):
    """Call forward(x, y) of a ConditionalVAE whose encode gives `mean` and `logvar`, and whose
    decode gives `picture`.

    x and picture are expanded to one row for each label; the model is in training mode. Returns
    `encoded` and `decoded` (the labels that the two got, one tensor for each call of them), `codes`
    (what decode got), `images` (what encode got) and `outputs` (of each call); the last two are
    left empty for more than 100 labels. With `weights`, also `mean_grad` and `logvar_grad` of
    (weights * code).sum() for the last code (None where no gradient arrived).
    """
    model = find(namespace, "ConditionalVAE")()
    randomise(model, seed)
    seen = {"encoded": [], "decoded": [], "codes": [], "images": [], "outputs": []}
    few = len(y) <= 100
    leaves, (mean, logvar) = arguments((mean, logvar), weights is not None)
    x, picture = (image.expand(len(y), 1, 28, 28) for image in (x, picture))

    def encode(self, x, y):
        seen["encoded"].append(y)
        if few:
            seen["images"].append(x)
        return mean.clone(), logvar.clone()

    def decode(self, z, y):
        seen["decoded"].append(y)
        seen["codes"].append(z)
        return picture

    with patch.multiple(type(model), encode=encode, decode=decode, create=True):
        for _ in range(calls):
            output = model(x, y)
            if few:
                seen["outputs"].append(output)
    if weights is not None and seen["codes"]:
        backward(seen["codes"][-1], weights)
    return as_plain_values({**seen, "mean_grad": leaves[0].grad, "logvar_grad": leaves[1].grad})
