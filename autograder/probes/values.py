"""Probes of functions from tensors to tensors: sample_latent and kl_loss."""

import contextlib

import torch
from torch import nn

from .common import NotDefined, find
from .plain_values import as_plain_values


def sample(namespace, mean, logvar, calls=1, weights=None):
    """Call sample_latent(mean, logvar) repeatedly; with `weights`, the gradients of (weights *
    z).sum() too.

    Returns `samples` (one per call), `following` (what torch.rand gives after each call), `mean`
    and `logvar` as the calls left them, and with weights `mean_grad` and `logvar_grad` (None where
    no gradient arrived).
    """
    sampler = _sampler(namespace)
    leaves, (mean, logvar) = arguments((mean, logvar), weights is not None)
    samples, following = [], []
    for _ in range(calls):
        samples.append(sampler(mean, logvar))
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


def arguments(values, with_gradient=True):
    """Leaves that collect gradients, and copies of them that a function may even modify in place."""
    leaves = [value.clone().requires_grad_(with_gradient) for value in values]
    return leaves, [leaf.clone() for leaf in leaves]


def backward(value, weights):
    """Differentiate (weights * value).sum() where that is possible; otherwise the leaves get no
    gradient.
    """
    if isinstance(value, torch.Tensor) and value.requires_grad and value.numel() == weights.numel():
        with contextlib.suppress(
            RuntimeError
        ):  # values that the gradient needs were modified in place
            (weights * value.reshape(weights.shape)).sum().backward()


def _sampler(namespace):
    """sample_latent of a VAE, whose other parts may be unfinished, or a plain function of that
    name.
    """
    vae = namespace.get("VAE")
    if not isinstance(vae, type) or not hasattr(vae, "sample_latent"):
        if "sample_latent" in namespace:
            return find(namespace, "sample_latent")
        find(namespace, "VAE")
        raise NotDefined("VAE has no method sample_latent.")
    try:
        model = vae()
    except Exception:  # noqa: BLE001 - the rest of the class may fail in any way; only its sampling is asked for
        model = vae.__new__(vae)
        nn.Module.__init__(model)
    return model.sample_latent


def kl(namespace, inputs):
    """Call kl_loss on each [mean, logvar] of `inputs`.

    Returns lists with one entry per input: `values`, `mean_grads` and `logvar_grads` (None where
    the value is not one number with a gradient), and `changed`: whether an argument was modified.
    """
    kl_loss = find(namespace, "kl_loss")
    values, mean_grads, logvar_grads, changed = [], [], [], []
    for before in inputs:
        leaves, copies = arguments(before)
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
