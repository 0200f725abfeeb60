"""Probes of the training and test loops: a tiny model whose parameters after k steps are known.

The model has the form that the task speaks of and none of its formulas, and the loss is made of
weights that the grader sends along, so that no answer to an earlier task can be borrowed here.
"""

import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from .common import Rejected, find, placed
from .plain_values import as_plain_values

# What a penalty of the codes can be made of, of mean m and log-variance v.
TERMS = {
    "1": lambda m, v: torch.ones_like(m),
    "m": lambda m, v: m,
    "|m|": lambda m, v: m.abs(),
    "m²": lambda m, v: m**2,
    "v": lambda m, v: v,
    "v²": lambda m, v: v**2,
    "exp(v/2)": lambda m, v: torch.exp(v / 2),
    "exp(v)": lambda m, v: torch.exp(v),
    "exp(2v)": lambda m, v: torch.exp(2 * v),
    "exp(-v)": lambda m, v: torch.exp(-v),
}
CODES = 2  # latent dimensions of the model below


class LoopModel(nn.Module):
    """A VAE of a few parameters without randomness, in two halves; the conditional one takes labels
    (batch,) too.

    Images pass a fixed projection (784, 3), the encoder gives means and log-variances of 2 latent
    dimensions, a "sample" moves along the fixed `offset` (2,), and the decoder paints through
    another fixed projection (3, 784). In training mode the encoder sees 1.25 times its input.
    `calls` counts encodings, `labels` holds the labels received.
    """

    def __init__(self, state, constants, conditional=False):
        super().__init__()
        self.conditional = conditional
        self.encoder, self.decoder = nn.Linear(3, 4), nn.Linear(2, 3)
        if conditional:
            self.encoder_label, self.decoder_label = (
                nn.Linear(10, 3, bias=False),
                nn.Linear(10, 3, bias=False),
            )
        self.load_state_dict(state)
        for name in ("inward", "outward", "offset"):
            self.register_buffer(name, constants[name])
        self.calls, self.labels = 0, []

    def _label(self, part, y):
        if len(y) != int(self.conditional):
            wanted = (
                "image or latent and label" if self.conditional else "the image or latent alone"
            )
            raise Rejected(
                f"The model should be called with {wanted}; it got {1 + len(y)} arguments."
            )
        if not self.conditional:
            return 0
        self.labels.append(y[0])
        return getattr(self, part + "_label")(F.one_hot(y[0].long(), 10).to(self.inward.dtype))

    def encode(self, x, *y):
        """(batch, 1, 28, 28) → mean_z, logvar_z: (batch, 2) each"""
        self.calls += 1
        features = x.flatten(1) @ self.inward * (1.25 if self.training else 1)
        hidden = self.encoder(features + self._label("encoder", y))
        return hidden[:, :2], 3 * torch.tanh(
            hidden[:, 2:] / 3
        )  # bounded, so that no wrong loop overflows

    def sample_latent(self, mean_z, logvar_z):
        """Both arguments matter, and nothing is random."""
        return mean_z + torch.cos(logvar_z) * self.offset

    def decode(self, z, *y):
        """(batch, 2) → (batch, 1, 28, 28)"""
        hidden = torch.tanh(self.decoder(z)) + self._label("decoder", y)
        return (0.5 + 0.4 * torch.sin(hidden @ self.outward)).reshape(-1, 1, 28, 28)

    def forward(self, x, *y):
        """recon_x, mean_z, logvar_z"""
        mean_z, logvar_z = self.encode(x, *y)
        return self.decode(mean_z + torch.cos(logvar_z) * self.offset, *y), mean_z, logvar_z


def loop_loss(weights):
    """The loss function with these weights of TERMS, {term: weight}, for the model above.

    It gives total, reconstruction (cross-entropy) and penalty of the codes, per-image means.
    """

    def loss_function(recon_x, x, mean_z, logvar_z):
        recon = F.binary_cross_entropy(recon_x, x, reduction="sum") / x.shape[0]
        penalty = (
            CODES
            * sum(weight * TERMS[term](mean_z, logvar_z) for term, weight in weights.items()).mean()
        )
        return recon + penalty, recon, penalty

    return loss_function


def _world(case):
    """The model, and the globals that the loops read."""
    model, decoy = (
        LoopModel(case[state], case["constants"], case["conditional"])
        for state in ("state", "decoy")
    )
    loaders = {
        name: DataLoader(TensorDataset(*case[name]), batch_size=case["batch_size"])
        for name in ("train_iter", "test_iter")
    }
    world = {
        **loaders,
        "device": torch.device("cpu"),
        "vae": decoy,
        "cvae": decoy,
        "loss_function": loop_loss(case["loss"]),
    }
    return model, decoy, world


def train(namespace, function, case, arguments):
    """Call train or train_cvae on a fresh model with these keyword arguments.

    Returns the parameters afterwards (`state`), what was returned (`averages`), the `labels` that
    the model got, and how often the model and the decoy in the globals vae and cvae were called.
    """
    model, decoy, world = _world(case)
    with placed(namespace, **world):
        averages = find(namespace, function)(model, **arguments)
    parameters = dict(model.named_parameters())
    return as_plain_values(
        {
            "state": parameters,
            "averages": averages,
            "labels": model.labels,
            "calls": model.calls,
            "decoy_calls": decoy.calls,
        }
    )


def evaluate(namespace, function, case):
    """Call test or test_cvae on a fresh model in training mode.

    Returns `averages`, and what is left: `state` (parameters and buffers), `gradients` (how many
    parameters have one).
    """
    model, decoy, world = _world(case)
    model.train()
    with placed(namespace, **world):
        averages = find(namespace, function)(model)
    gradients = sum(parameter.grad is not None for parameter in model.parameters())
    return as_plain_values(
        {
            "averages": averages,
            "state": dict(model.state_dict()),
            "gradients": gradients,
            "calls": model.calls,
            "decoy_calls": decoy.calls,
        }
    )
