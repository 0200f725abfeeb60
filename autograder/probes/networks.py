"""Probes of the ConditionalVAE's parts, and of what a network learns by."""

from unittest.mock import patch

import numpy as np
import torch

from .calls import label_form, new_model, parameter_names, sort_arguments
from .common import Rejected, randomise
from .loaded_vae import known_sampler
from .plain_values import as_plain_values
from .values import backward, leaves_and_copies

MAX_RECORDED_LABELS = 100  # for more labels, images and outputs would take too much room


def cvae_parts(namespace, part, seeds, inputs, gain=1.0, reseed=False):
    """Call a part of ConditionalVAE() on several inputs, without gradients.

    Args:
        namespace: globals of the student's notebook.
        part: "encode", "decode" or "forward".
        seeds: of the parameters; the part is called on all inputs for each.
        inputs: pairs of images or latents, and labels (batch,), which are handed over in the form
            that the class takes.
        gain: size of the parameters, as in `randomise`.
        reseed: whether the generators of torch and numpy start from the same state at each call.

    Returns:
        `outputs`: for each seed, one output per input; `drawn`: how many samples a loaded VAE drew,
        as in `known_sampler`.
    """
    model = new_model(namespace, "ConditionalVAE").eval()
    with known_sampler(namespace, model) as draws:
        form = label_form(getattr(model, part), inputs[0][0])
        draws.clear()
        outputs = []
        for seed in seeds:
            randomise(model, seed, gain)
            outputs.append([])
            for first, y in inputs:
                if reseed:
                    _seed_generators(seed)
                with torch.no_grad():
                    outputs[-1].append(getattr(model, part)(first.clone(), form(y.clone())))
    return as_plain_values({"outputs": outputs, "drawn": len(draws)})


def _seed_generators(seed):
    # torch.manual_seed notes for the GPU where it was called, which takes a millisecond
    torch.default_generator.manual_seed(seed)
    np.random.seed(seed)  # noqa: NPY002 - the student may draw from the global one


def learning(namespace, name, part, seeds, inputs):
    """Find out which parameters of a class can learn.

    Args:
        namespace: globals of the student's notebook.
        name: of the class.
        part: "encode", "decode" or "forward".
        seeds: of the parameters; the part is called once or more for each.
        inputs: arguments of the part.

    Returns:
        `hidden`: how many tensors the result is differentiable by that are not among the model's
        parameters; `cut`: the names of the parameters that change a result by their value and
        never by their gradient, for any seed.
    """
    model = new_model(namespace, name)
    with known_sampler(namespace, model):
        return as_plain_values(_learning(model, part, seeds, inputs))


def _learning(model, part, seeds, inputs):
    """Return what `learning` does, not yet as plain values."""
    if len(inputs) > 1:
        inputs = [inputs[0], label_form(getattr(model, part), inputs[0])(inputs[1])]
    hidden, cut = 0, dict(model.named_parameters())
    for seed in seeds:
        randomise(model, seed)
        results = _results(model, part, inputs, seed)
        hidden = max(hidden, _count_unregistered(model, results))
        unreached = [_without_gradient(result, cut, seed) for result in results]
        still_cut = {}
        for key, parameter in cut.items():
            concerned = [key in keys for keys in unreached]
            if any(concerned) and _changes(model, part, inputs, seed, parameter, concerned):
                still_cut[key] = parameter
        cut = still_cut
        if not cut:
            break
    return {"hidden": hidden, "cut": sorted(cut)}


def _results(model, part, inputs, seed):
    """Return the tensors that a part gives, from the same random numbers each time."""
    _seed_generators(seed)
    results = getattr(model, part)(*(value.clone() for value in inputs))
    results = [results] if isinstance(results, torch.Tensor) else results
    if isinstance(results, (list, tuple)) and all(map(torch.is_tensor, results)):
        return results
    what = "None (is there a return?)" if results is None else f"a {type(results).__name__}"
    raise Rejected(f"{part} should return tensors; it returns {what}.")


def _count_unregistered(model, results):
    """Count the leaves of results that are not among the model's parameters."""
    registered = {id(parameter) for parameter in model.parameters()}
    leaves = {id(leaf) for result in results for leaf in _leaves(result)}
    return len(leaves - registered)


def _leaves(result):
    """List the tensors by which a result can be differentiated."""
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
    """Return the names of the parameters by which the result has no gradient but 0."""
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


def _changes(model, part, inputs, seed, parameter, concerned):
    """Return whether a concerned result changes when the parameter has other values."""
    before = parameter.detach().clone()
    with torch.no_grad():
        results = _results(model, part, inputs, seed)
        parameter.copy_(before.flip(0) + 1)
        changed = _results(model, part, inputs, seed)
        parameter.copy_(before)
    return any(
        is_concerned and not torch.allclose(one, other, rtol=1e-3, atol=1e-5)
        for is_concerned, one, other in zip(concerned, results, changed, strict=True)
    )


def cvae_forward(namespace, seed, x, y, mean, logvar, picture, calls=1, weights=None):
    """Call forward(x, y) of a ConditionalVAE in training mode, with known encode and decode.

    Args:
        namespace: globals of the student's notebook.
        seed: of the parameters.
        x: image, expanded to one row for each label.
        y: labels (batch,).
        mean: (batch, 2), what encode gives.
        logvar: (batch, 2), what encode gives.
        picture: what decode gives, expanded to one row for each label.
        calls: how often.
        weights: of the last code's values in a weighted sum, which is then differentiated.

    Returns:
        `encoded` and `decoded` (the labels that encode and decode got, one tensor for each call of
        them; None for more than 100 labels), `codes` (what decode got), `images` (what encode got)
        and `outputs` (of each call); the last two are left empty for more than 100 labels. `drawn`
        holds [mean, logvar, share] of each sample that a loaded VAE drew, see `known_sampler`. With
        weights also `mean_grad` and `logvar_grad` (None where no gradient arrived).
    """
    model = new_model(namespace, "ConditionalVAE")
    randomise(model, seed)
    seen = {"encoded": [], "decoded": [], "codes": [], "images": [], "outputs": []}
    few = len(y) <= MAX_RECORDED_LABELS
    names = parameter_names(type(model))
    leaves, (mean, logvar) = leaves_and_copies((mean, logvar), weights is not None)
    first = x
    x, picture = (image.expand(len(y), 1, 28, 28) for image in (x, picture))

    def encode(self, *arguments, **keywords):
        own = names.get("encode", [])
        x, y = sort_arguments("encode", ["x", "y"], own, arguments, keywords)
        seen["encoded"].append(y if few else None)
        if few:
            seen["images"].append(x)
        return mean.clone(), logvar.clone()

    def decode(self, *arguments, **keywords):
        own = names.get("decode", [])
        z, y = sort_arguments("decode", ["z", "y"], own, arguments, keywords)
        seen["decoded"].append(y if few else None)
        seen["codes"].append(z)
        return picture

    with known_sampler(namespace, model) as draws:
        given = label_form(model, first)(y)
        draws.clear()
        with patch.multiple(type(model), encode=encode, decode=decode, create=True):
            for _ in range(calls):
                output = model(x, given)
                if few:
                    seen["outputs"].append(output)
    seen["drawn"] = draws if few else []
    if weights is not None and seen["codes"]:
        backward(seen["codes"][-1], weights)
    return as_plain_values({**seen, "mean_grad": leaves[0].grad, "logvar_grad": leaves[1].grad})
