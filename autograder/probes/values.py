"""Probes of functions from tensors to tensors: sample_latent and kl_loss."""

import contextlib
from typing import Any

import torch
from torch import nn

from .common import NotDefined, find_definition
from .plain_values import as_plain_values


def sample(namespace, mean, logvar, calls=1, weights=None):
    """Call sample_latent(mean, logvar) repeatedly.

    Args:
        namespace: globals of the student's notebook.
        mean: (batch, latent dimensions).
        logvar: of the same shape.
        calls: how often.
        weights: of the last sample's values in a weighted sum, which is then differentiated.

    Returns:
        `samples` (one per call), `following` (what torch.rand gives after each call), `mean` and
        `logvar` as the calls left them; with weights also `mean_grad` and `logvar_grad` (None where
        no gradient arrived).
    """
    sample_latent = _find_sample_latent(namespace)
    leaves, (mean, logvar) = leaves_and_copies((mean, logvar), weights is not None)
    samples, following = [], []
    for _ in range(calls):
        samples.append(sample_latent(mean, logvar))
        following.append(torch.rand(8))
    if weights is not None:
        backward(samples[-1], weights)
    return as_plain_values(
        {
            "samples": samples,
            "following": following,
            "mean": mean,
            "logvar": logvar,
            "mean_grad": leaves[0].grad,
            "logvar_grad": leaves[1].grad,
        }
    )


def leaves_and_copies(values, requires_grad=True):
    """Return leaves that collect gradients, and copies of them that a function may even modify."""
    leaves = [value.clone().requires_grad_(requires_grad) for value in values]
    return leaves, [leaf.clone() for leaf in leaves]


def backward(value: Any, weights: torch.Tensor) -> None:
    """Differentiate (weights * value).sum() where that is possible; else leave no gradient."""
    if isinstance(value, torch.Tensor) and value.requires_grad and value.numel() == weights.numel():
        # RuntimeError: values that the gradient needs were modified in place.
        with contextlib.suppress(RuntimeError):
            (weights * value.reshape(weights.shape)).sum().backward()


def _find_sample_latent(namespace):
    """Return the method of a VAE that may be unfinished otherwise, or the function of that name."""
    vae = namespace.get("VAE")
    if not isinstance(vae, type) or not hasattr(vae, "sample_latent"):
        if "sample_latent" in namespace:
            return find_definition(namespace, "sample_latent")
        find_definition(namespace, "VAE")
        raise NotDefined("VAE has no method sample_latent.")
    return _model_for_sampling(vae).sample_latent


def _model_for_sampling(vae):
    """Return an instance of the class, without its layers where its __init__ fails."""
    try:
        return vae()
    except Exception:  # noqa: BLE001 - other parts may fail in any way; only sampling is asked for
        model = vae.__new__(vae)
        nn.Module.__init__(model)
        return model


# The names `kl_loss`, `inputs` and `values` are what attacks in tests/forgeries look for.
def kl(namespace, inputs):
    """Call kl_loss on each [mean, logvar] of `inputs`, all of shape (batch, latent dimensions).

    Returns:
        Lists with one entry per input: `values`, `mean_grads` and `logvar_grads` (None where the
        value is not one number with a gradient), and `changed` (whether an argument was modified).
    """
    kl_loss = find_definition(namespace, "kl_loss")
    values, mean_grads, logvar_grads, changed = [], [], [], []
    for before in inputs:
        leaves, copies = leaves_and_copies(before)
        values.append(kl_loss(*copies))
        changed.append(not all(torch.equal(a, b) for a, b in zip(copies, before, strict=True)))
        backward(values[-1], torch.ones(1, dtype=before[0].dtype))
        mean_grads.append(leaves[0].grad)
        logvar_grads.append(leaves[1].grad)
    return as_plain_values(
        {
            "values": values,
            "mean_grads": mean_grads,
            "logvar_grads": logvar_grads,
            "changed": changed,
        }
    )
