"""Probes of the training and test loops: a tiny model whose parameters after k steps are known.

The model has the form that the task speaks of and none of its formulas, and the loss is made of
weights that the grader sends along, so that no answer to an earlier task can be borrowed here.
"""

import contextlib

import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from .calls import parameter_names, read_labels, sort_arguments
from .common import find_definition, replaced_globals
from .loop_surroundings import LastText, tests_apart
from .plain_values import as_plain_values

# Terms of a penalty of the latent code, of its mean m and its log-variance v.
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
LATENT_DIMENSIONS = 2  # of the model below


class LoopModel(nn.Module):
    """A VAE of a few parameters without randomness; the conditional one takes labels (batch,) too.

    Images pass a fixed projection (784, 3), the encoder gives means and log-variances of 2 latent
    dimensions, a "sample" moves along the fixed `offset` (2,), and the decoder paints through
    another fixed projection (3, 784). In training mode the encoder sees 1.25 times its input.
    `calls` counts encodings, `labels` holds the labels received.
    """

    inward: torch.Tensor  # (784, 3)
    outward: torch.Tensor  # (3, 784)
    offset: torch.Tensor  # (2,)

    def __init__(self, state, constants, conditional=False, names=None):
        super().__init__()
        self.conditional, self.names = conditional, names or {}
        self.encoder = nn.Linear(3, 4)
        self.decoder = nn.Linear(2, 3)
        if conditional:
            self.encoder_label = nn.Linear(10, 3, bias=False)
            self.decoder_label = nn.Linear(10, 3, bias=False)
        self.load_state_dict(state)
        for name in ("inward", "outward", "offset"):
            self.register_buffer(name, constants[name])
        self.calls, self.labels = 0, []

    def _sorted(self, method, first, arguments, keywords):
        """Return the first argument, and the labels of a conditional model as whole numbers."""
        wanted = [first, "y"] if self.conditional else [first]
        names = self.names.get(method, [])
        called = "The model" if method == "forward" else method
        first, *labels = sort_arguments(called, wanted, names, arguments, keywords)
        return [first, *(self._numbers(y, len(first)) for y in labels)]

    @staticmethod
    def _numbers(y, rows):
        y = torch.as_tensor(y)
        is_number = y.is_floating_point() and y.dim() == 1 and bool((y == y.round()).all())
        return read_labels(y.long() if is_number else y, rows)

    def _label(self, part, y):
        if not self.conditional:
            return 0
        self.labels.append(y[0])
        return getattr(self, part + "_label")(F.one_hot(y[0], 10).to(self.inward.dtype))

    def encode(self, *arguments, **keywords):
        """(batch, 1, 28, 28) → mean_z, logvar_z: (batch, 2) each"""
        x, *y = self._sorted("encode", "x", arguments, keywords)
        self.calls += 1
        features = x.flatten(1) @ self.inward * (1.25 if self.training else 1)
        hidden = self.encoder(features + self._label("encoder", y))
        mean_z, logvar_z = hidden[:, :2], hidden[:, 2:]
        return mean_z, 3 * torch.tanh(logvar_z / 3)  # bounded, so that no wrong loop overflows

    def sample_latent(self, *arguments, **keywords):
        """Move along the offset: both arguments matter, and nothing is random."""
        wanted, names = ["mean_z", "logvar_z"], self.names.get("sample_latent", [])
        mean_z, logvar_z = sort_arguments("sample_latent", wanted, names, arguments, keywords)
        return mean_z + torch.cos(logvar_z) * self.offset

    def decode(self, *arguments, **keywords):
        """(batch, 2) → (batch, 1, 28, 28)"""
        z, *y = self._sorted("decode", "z", arguments, keywords)
        hidden = torch.tanh(self.decoder(z)) + self._label("decoder", y)
        return (0.5 + 0.4 * torch.sin(hidden @ self.outward)).reshape(-1, 1, 28, 28)

    def forward(self, *arguments, **keywords):
        """(batch, 1, 28, 28) → recon_x, mean_z, logvar_z"""
        x, *y = self._sorted("forward", "x", arguments, keywords)
        mean_z, logvar_z = self.encode(x, *y)
        return self.decode(mean_z + torch.cos(logvar_z) * self.offset, *y), mean_z, logvar_z


def loop_loss(weights: dict[str, float]):
    """Return the loss function for the model above with these weights of TERMS.

    It gives total, reconstruction (cross-entropy) and penalty of the code, as per-image means.
    """

    def loss_function(recon_x, x, mean_z, logvar_z):
        recon = F.binary_cross_entropy(recon_x, x, reduction="sum") / x.shape[0]
        terms = (weight * TERMS[term](mean_z, logvar_z) for term, weight in weights.items())
        penalty = LATENT_DIMENSIONS * sum(terms, start=torch.zeros(())).mean()
        return recon + penalty, recon, penalty

    return loss_function


def _models_and_globals(namespace, case):
    """Return the model to train, a decoy, and the globals that the loops read."""
    names = parameter_names(namespace.get("ConditionalVAE" if case["conditional"] else "VAE"))
    model, decoy = (
        LoopModel(case[state], case["constants"], case["conditional"], names)
        for state in ("state", "decoy")
    )
    loaders = {
        name: DataLoader(TensorDataset(*case[name]), batch_size=case["batch_size"])
        for name in ("train_iter", "test_iter")
    }
    values = {
        **loaders,
        "device": torch.device("cpu"),
        "vae": decoy,
        "cvae": decoy,
        "loss_function": loop_loss(case["loss"]),
    }
    return model, decoy, values


def train(namespace, function, case, arguments):
    """Call train or train_cvae on a fresh model.

    Args:
        namespace: globals of the student's notebook.
        function: "train" or "train_cvae".
        case: `state`, `decoy` and `constants` of the models, `conditional`, `train_iter` and
            `test_iter` (images and labels), `batch_size`, and `loss` (weights of TERMS).
        arguments: keyword arguments beside the model.

    Returns:
        The parameters afterwards (`state`), what was returned (`averages`), the end of what was
        `printed`, the `labels` that the model got, and how often the model (`calls`) and the decoy
        in the globals vae and cvae (`decoy_calls`) were called.
    """
    model, decoy, values = _models_and_globals(namespace, case)
    values |= tests_apart(namespace)
    printed = LastText()
    with replaced_globals(namespace, **values), contextlib.redirect_stdout(printed):
        averages = find_definition(namespace, function)(model, **arguments)
    parameters = dict(model.named_parameters())
    return as_plain_values(
        {
            "state": parameters,
            "averages": averages,
            "printed": printed.text,
            "labels": model.labels,
            "calls": model.calls,
            "decoy_calls": decoy.calls,
        }
    )


def evaluate(namespace, function, case):
    """Call test or test_cvae on a fresh model in training mode; `case` is that of `train`.

    Returns:
        What was returned (`averages`), what is left behind (`state`: parameters and buffers,
        `gradients`: how many parameters have one), `calls` and `decoy_calls`.
    """
    model, decoy, values = _models_and_globals(namespace, case)
    model.train()
    with replaced_globals(namespace, **values):
        averages = find_definition(namespace, function)(model)
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
