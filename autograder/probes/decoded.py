"""Probe of what a decoder ends with: the student's class paints with parameters of our choice."""

import contextlib
from unittest.mock import patch

import torch

from .calls import label_form, new_model
from .common import randomise
from .loaded_vae import known_sampler, owners
from .plain_values import as_plain_values

PIXELS = 28 * 28


def decoded_images(namespace, name, part, inputs, seed, gains, ramps):
    """Let a class with random parameters decode.

    Args:
        namespace: globals of the student's notebook.
        name: of the class, VAE or ConditionalVAE.
        part: "decode", or "forward" where that paints by itself.
        inputs: arguments of the part: latents or images and, for ConditionalVAE, labels (batch,).
        seed: of the parameters.
        gains: sizes of the parameters, as in `randomise`.
        ramps: images (1, 1, 28, 28) to put in place of what the last layer computes.

    Returns:
        `images` (one per gain), `single` (of the first row alone, last gain), `grey` (all
        parameters 0), `activated` (the images for each of `ramps`; None where no layer computes the
        pixels) and `inherited` (whether a ConditionalVAE may end as the VAE does: it gives just
        what decode_features of the VAE gives, or inherits from one without that method).
    """
    model = new_model(namespace, name).eval()
    with known_sampler(namespace, model):
        return as_plain_values(_painted(namespace, model, part, inputs, seed, gains, ramps))


def _painted(namespace, model, part, inputs, seed, gains, ramps):
    """Return what `decoded_images` does, not yet as plain values."""
    if len(inputs) > 1:
        inputs = [inputs[0], label_form(getattr(model, part), inputs[0])(inputs[1])]

    def paint(rows=None):
        result = getattr(model, part)(*(each[:rows].clone() for each in inputs))
        return result[0] if part == "forward" else result

    images = []
    for gain in gains:
        randomise(model, seed, gain)
        images.append(paint())
    single = paint(1)
    inherited = _ends_as(namespace.get("VAE"), model, paint)
    randomise(model, seed, 0.0)
    return {
        "images": images,
        "single": single,
        "grey": paint(),
        "activated": _paint_ramps(model, paint, ramps),
        "inherited": inherited,
    }


def _ends_as(vae, model, paint):
    """Return whether decode_features of the VAE gives the images, or a VAE has no such method."""
    if not isinstance(vae, type) or type(model) is vae:
        return False
    features = getattr(vae, "decode_features", None)
    if features is None:
        return isinstance(model, vae)
    given = []

    def decode_features(*arguments, **keywords):
        result = features(*arguments, **keywords)
        given.append(result.clone())
        return result

    with contextlib.ExitStack() as stack:
        for owner in owners(vae, model, "decode_features"):
            stack.enter_context(patch.object(owner, "decode_features", decode_features))
        images = paint()
    return bool(given) and torch.equal(images, given[-1])


def _paint_ramps(model, paint, ramps):
    """Return what is painted when the last layer gives each of these images; None without one."""
    layer = _last_layer(model, paint)
    if layer is None:
        return None
    decoded = []
    for ramp in ramps:

        def replace(module, arguments, output, ramp=ramp):
            return ramp.to(output).reshape(output.shape)

        # Another structure, which is judged without this, may raise anything.
        with _hooked([layer], replace), contextlib.suppress(Exception):
            decoded.append(paint(1))
    return decoded if len(decoded) == len(ramps) else None


def _last_layer(model, paint):
    """Return the last of torch's layers that is called for one image; None if it gives no image."""
    calls = []
    layers = [
        module
        for module in model.modules()
        if type(module).__module__.startswith("torch.nn.")
        and next(module.parameters(recurse=False), None) is not None
    ]
    with _hooked(layers, lambda module, arguments, output: calls.append((module, output))):
        paint(1)
    if not calls or not torch.is_tensor(calls[-1][1]) or calls[-1][1].numel() != PIXELS:
        return None
    return calls[-1][0]


@contextlib.contextmanager
def _hooked(layers, hook):
    """Let a hook see, or replace, what these layers give."""
    handles = [layer.register_forward_hook(hook) for layer in layers]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()
