"""Probes of the training and test loops: a tiny model whose parameters after k steps are known.

The model has the form that the task speaks of and none of its formulas, and its loss has another
penalty than the task's, so that no answer to another task can be borrowed here.
"""

import contextlib

import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.data import DataLoader

from .calls import CLASSES, parameter_names, read_labels, sort_arguments
from .common import find_definition, replaced_globals
from .loop_surroundings import TEST_OF, CountedImages, LastText, stand_in, test_apart
from .plain_values import as_plain_values

# Terms of a penalty of the latent code, of its mean m and its log-variance v. They are those of no
# divergence.
TERMS = {
    "√(1 + m²)": lambda m, v: torch.sqrt(1 + m**2),
    "v²": lambda m, v: v**2,
    "m·v": lambda m, v: m * v,
}
LATENT_DIMENSIONS = 2  # of the model below
LABEL_SCALE = 4.5  # the labels go from 0 to 2


class LoopModel(nn.Module):
    """A VAE of a few parameters without randomness; the conditional one takes labels (batch,) too.

    Images pass a fixed projection (784, 3), the encoder gives means and log-variances of 2 latent
    dimensions, a "sample" moves along the fixed `offset` (2,), and the decoder paints through
    another fixed projection (3, 784). In training mode the encoder sees 1.25 times its input.
    `calls` counts encodings, `with_gradients` those that recorded what a gradient needs. `labels`
    holds the labels received, as whole numbers; `raw_labels` the first ones as they came; `pairs`
    the images and labels that were encoded together.
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
            self.encoder_label = nn.Linear(1, 3, bias=False)
            self.decoder_label = nn.Linear(1, 3, bias=False)
        self.load_state_dict(state)
        for name in ("inward", "outward", "offset"):
            self.register_buffer(name, constants[name])
        self.calls = self.with_gradients = 0
        self.labels, self.raw_labels, self.pairs = [], None, []

    def _sorted(self, method, first, arguments, keywords):
        """Return the first argument, and the labels of a conditional model as whole numbers."""
        wanted = [first, "y"] if self.conditional else [first]
        names = self.names.get(method, [])
        called = "The model" if method == "forward" else method
        first, *labels = sort_arguments(called, wanted, names, arguments, keywords)
        return [first, *(self._numbers(y, len(first)) for y in labels)]

    def _numbers(self, y, rows):
        y = torch.as_tensor(y)
        if self.raw_labels is None:
            self.raw_labels = y.detach().clone()
        is_number = y.is_floating_point() and y.dim() == 1 and bool((y == y.round()).all())
        return read_labels(y.long() if is_number else y, rows)

    def _label(self, part, y):
        if not self.conditional:
            return 0
        self.labels.append(y[0])
        # A quantity, which a label is not: no ConditionalVAE can be made of this.
        quantity = y[0].to(self.inward.dtype).unsqueeze(1) / LABEL_SCALE
        return getattr(self, part + "_label")(quantity)

    def encode(self, *arguments, **keywords):
        """(batch, 1, 28, 28) → mean_z, logvar_z: (batch, 2) each"""
        x, *y = self._sorted("encode", "x", arguments, keywords)
        self.calls += 1
        self.pairs += [(x.detach(), *y)]
        features = x.flatten(1) @ self.inward * (1.25 if self.training else 1)
        hidden = self.encoder(features + self._label("encoder", y))
        self.with_gradients += hidden.requires_grad
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


class _World:
    """The models, data and globals that a student's loop meets."""

    def __init__(self, namespace, case):
        names = parameter_names(namespace.get("ConditionalVAE" if case["conditional"] else "VAE"))
        self.model, self.decoy = (
            LoopModel(case[state], case["constants"], case["conditional"], names)
            for state in ("state", "decoy")
        )
        self.train_images = CountedImages(*case["train_iter"])
        self.test_images = CountedImages(*case["test_iter"], other=self.train_images)
        self.globals = {
            "train_iter": DataLoader(
                self.train_images, case["batch_size"], shuffle=case.get("shuffle", False)
            ),
            "test_iter": DataLoader(self.test_images, batch_size=case["batch_size"]),
            "device": torch.device("cpu"),
            "vae": self.decoy,
            "cvae": self.decoy,
            "loss_function": loop_loss(case["loss"]),
        }

    def calls(self):
        """Return how often the model and the decoy were called."""
        return {"calls": self.model.calls, "decoy_calls": self.decoy.calls}


def train(namespace, function, case, arguments):
    """Call train or train_cvae on a fresh model, which measures by the student's own test.

    Where it fails with that, it is called again with a test that stands in.

    Args:
        namespace: globals of the student's notebook.
        function: "train" or "train_cvae".
        case: `state`, `decoy` and `constants` of the models, `conditional`, `train_iter` and
            `test_iter` (images and labels), `batch_size`, `loss` (weights of TERMS); also
            `shuffle` where train_iter comes in another order in each pass, and `try_class` where
            the student's class is to be tried.
        arguments: keyword arguments beside the model.

    Returns:
        The parameters afterwards (`state`), what was returned (`averages`), the end of what was
        `printed`, the `labels` that the model got, how often the model (`calls`) and the decoy in
        the globals vae and cvae (`decoy_calls`) were called, how many training images were seen
        (`seen`), how many test images after how many of these (`tested`), how often the decoy was
        measured (`decoy_tests`), how many training images came with another image's label
        (`mismatched`), and what `taken_labels` gives.
    """
    own_test = namespace.get(TEST_OF[function])
    if callable(own_test):
        # It may fail because of what the test gives, or in any other way.
        with contextlib.suppress(Exception):
            return _train(namespace, function, case, arguments, own_test)
    return _train(namespace, function, case, arguments, stand_in)


def _train(namespace, function, case, arguments, test):
    world = _World(namespace, case)
    measure = test_apart(test, world.test_images, world.decoy)
    values = {**world.globals, TEST_OF[function]: measure}
    printed = LastText()
    with replaced_globals(namespace, **values), contextlib.redirect_stdout(printed):
        averages = find_definition(namespace, function)(world.model, **arguments)
    return as_plain_values(
        {
            "state": dict(world.model.named_parameters()),
            "averages": averages,
            "printed": printed.text,
            "labels": world.model.labels,
            **world.calls(),
            "seen": world.train_images.seen,
            "tested": [list(pair) for pair in world.test_images.seen_after.items()],
            "decoy_tests": world.test_images.of_decoy,
            "mismatched": count_mismatched(world.model.pairs, *case["train_iter"]),
            **taken_labels(namespace, case, world.model.raw_labels),
        }
    )


def evaluate(namespace, function, case):
    """Call test or test_cvae on a fresh model in training mode; `case` is that of `train`.

    Returns:
        What was returned (`averages`), what is left behind (`state`: parameters and buffers,
        `gradients`: how many parameters have one, `frozen`: the names of those that can no longer
        have one, `switched_off`: whether gradients are, for everything), `calls` and `decoy_calls`,
        how many calls recorded what gradients need (`with_gradients`), and what `taken_labels`
        gives.
    """
    world = _World(namespace, case)
    model = world.model.train()
    with replaced_globals(namespace, **world.globals):
        averages = find_definition(namespace, function)(model)
    switched_off = not torch.is_grad_enabled()
    parameters = dict(model.named_parameters())
    return as_plain_values(
        {
            "averages": averages,
            "state": dict(model.state_dict()),
            "gradients": sum(each.grad is not None for each in parameters.values()),
            "frozen": [name for name, each in parameters.items() if not each.requires_grad],
            "switched_off": switched_off,
            **world.calls(),
            "with_gradients": model.with_gradients,
            **taken_labels(namespace, case, model.raw_labels),
        }
    )


def count_mismatched(pairs, images, labels):
    """Count the images of this data set that came with a label that is not their own."""
    mismatched = 0
    for x, *y in pairs:
        if y and x[0].shape == images[0].shape:
            distances = torch.cdist(x.flatten(1).double(), images.flatten(1).double())
            nearest = distances.min(dim=1)
            others = labels[nearest.indices] != y[0]
            mismatched += int((others & (nearest.values < 1e-3)).sum())
    return mismatched


def taken_labels(namespace, case, given):
    """Find out whether the student's class takes labels as the student's loop gives them.

    Args:
        namespace: globals of the student's notebook.
        case: that of `train`.
        given: the first labels that the loop gave, for the first images of either data set; None
            where it gave none.

    Returns:
        `given` (the labels) and `taken` (which forms the class takes: "given", "numbers", "rows");
        {} where there are no labels, or the case does not ask.
    """
    if not case.get("try_class") or given is None or given.dim() == 0:
        return {}
    images = case["train_iter"][0][: len(given)]
    numbers = torch.arange(len(given)) % CLASSES
    rows = F.one_hot(numbers, CLASSES)
    forms = {"given": given, "numbers": numbers, "rows": rows.float(), "whole rows": rows}
    taken = []
    for form, labels in forms.items():
        # The student's class may raise anything.
        with contextlib.suppress(Exception), torch.no_grad():
            find_definition(namespace, "ConditionalVAE")()(images, labels)
            taken.append(form)
    return {"given": given, "taken": taken}
