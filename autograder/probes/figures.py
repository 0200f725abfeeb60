"""Probes of the plots, with models that paint their codes or have known means."""

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from .artists import axis_numbers, images_of, points_of
from .calls import parameter_names, sort_arguments
from .common import Rejected, find_definition, replaced_globals
from .legends import explanations
from .loaded_vae import blend, random_share
from .own_labels import OwnLabels
from .plain_values import as_plain_values

MAX_CODE = 6  # codes are clipped to ±6 before they are painted
LOG_VARIANCES = (12.0, 11.0)  # of the encoder with known means
FAR = 1000  # where a log-variance of 1 lies in a blended sample
BATCH = 32  # images of a scatter plot's loaders, as in the notebooks
ENLARGED = 4  # rows and columns of an image that one value of a scatter plot's inputs fills
CORNERS = ((0, 0), (0, 14), (14, 0), (14, 14))  # top and left pixel of each quarter


class PaintingModel(nn.Module):
    """A decoder that paints its code into the image, to be read from a plot.

    Two quarters show z1 and z2, two a texture (2, 14, 14) in [0, 1]. The quarters' grey values lie
    in the ranges of QUARTERS, so that each pixel tells which quarter it belongs to. `codes` and
    `labels` hold what decode was called with. A conditional model has `own_labels`, which read
    what its methods get.
    """

    QUARTERS = ((0.04, 0.22), (0.26, 0.46), (0.54, 0.74), (0.78, 0.96))

    def __init__(self, texture, names, own_labels=None):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(1))
        self.texture, self.names, self.own_labels = texture, names, own_labels
        self.codes, self.labels = [], []

    def decode(self, *arguments, **keywords):
        """(..., 2) → (batch, 1, 28, 28)"""
        z, *y = self._sorted("decode", "z", arguments, keywords)
        if z.dim() == 0 or z.shape[-1] != 2:
            raise Rejected(
                f"decode should get latents of shape (batch, 2); it got shape {tuple(z.shape)}."
            )
        z = z.reshape(-1, 2)
        self.codes.append(z)
        if y and self.own_labels:
            self.labels.append(self.own_labels.read("decode", y[0], len(z)))
        return self.paint(z) + 0 * self.weight

    def _sorted(self, method, first, arguments, keywords):
        """Return the first argument, and the label of a conditional model."""
        wanted = [first, "y"] if self.own_labels else [first]
        return sort_arguments(method, wanted, self.names.get(method, []), arguments, keywords)

    def paint(self, z):
        """(batch, 2) → (batch, 1, 28, 28)"""
        images = torch.empty(len(z), 1, 28, 28)
        code = (z.float().nan_to_num().clamp(-MAX_CODE, MAX_CODE) + MAX_CODE) / (2 * MAX_CODE)
        parts = (code[:, 0].view(-1, 1, 1), code[:, 1].view(-1, 1, 1), *self.texture)
        for part, (low, high), (top, left) in zip(parts, self.QUARTERS, CORNERS, strict=True):
            images[:, 0, top : top + 14, left : left + 14] = low + (high - low) * part
        return images

    def encode(self, *arguments, **keywords):
        """Give means far from every grid: a plot of the latent space does not encode."""
        x, *_ = self._sorted("encode", "x", arguments, keywords)
        return torch.full((len(x), 2), 4.5) + 0 * self.weight, torch.zeros(len(x), 2)

    def sample_latent(self, *arguments, **keywords):
        """Blend the mean with far more than the log-variance: samples lie far from every mean.

        This is not the task's formula, so that nobody can borrow the answer.
        """
        names = self.names.get("sample_latent", [])
        mean_z, logvar_z = sort_arguments(
            "sample_latent", ["mean_z", "logvar_z"], names, arguments, keywords
        )
        return blend(mean_z, FAR * logvar_z, random_share(mean_z))

    def forward(self, *arguments, **keywords):
        """(batch, 1, 28, 28) → recon_x, mean_z, logvar_z"""
        x, *y = self._sorted("forward", "x", arguments, keywords)
        mean_z, logvar_z = self.encode(x, *y)
        return self.decode(mean_z + 1, *y), mean_z, logvar_z


class KnownMeans(PaintingModel):
    """An encoder whose means are a projection (784, 2) of the image.

    With labels, a row of `shift` (10, 2) is added. `calls` counts encodings.
    """

    def __init__(self, projection, shift, names, own_labels=None):
        super().__init__(torch.zeros(2, 14, 14), names, own_labels)
        self.projection, self.shift, self.calls = projection, shift, 0

    def encode(self, *arguments, **keywords):
        """(batch, 1, 28, 28) → mean_z, and log-variances so large that samples lie far away"""
        x, *y = self._sorted("encode", "x", arguments, keywords)
        self.calls += 1
        exact = x.flatten(1).double() @ self.projection.double()  # whatever the size of the batch
        mean_z = exact.float() + 0 * self.weight
        if y and self.own_labels:
            mean_z = mean_z + self.shift[self.own_labels.read("encode", y[0], len(x))]
        return mean_z, torch.tensor(LOG_VARIANCES).expand(len(x), 2) + 0 * self.weight


def plot(namespace, function, texture, conditional=False, label=None):
    """Call plot_latent(model) or plot_latent_cvae(model, label) with a painting decoder.

    Args:
        namespace: globals of the student's notebook.
        function: name of the function to call.
        texture: (2, 14, 14), see PaintingModel.
        conditional: whether the model takes labels.
        label: second argument of the call, or None for a call without one.

    Returns:
        `figures`: for each a list of images, see `artists.images_of`; `numbers`: for each figure
        those along its axes, see `artists.axis_numbers`; `codes` (n, 2) and `labels` (n,) as decode
        got them; `decoy_calls`: decodings of another model in the globals vae and cvae.
    """
    own = _own_class(namespace, conditional)
    model, decoy = (PaintingModel(texture, *own) for _ in range(2))
    data = DataLoader(TensorDataset(torch.rand(6, 1, 28, 28), torch.arange(6)), batch_size=3)
    arguments = (model,) if label is None else (model, label)
    values = _globals_of_plots(decoy, train_iter=data, test_iter=data)
    with matplotlib.rc_context(), replaced_globals(namespace, **values):
        find_definition(namespace, function)(*arguments)
        drawn = [plt.figure(number) for number in plt.get_fignums()]
        figures = [images_of(figure) for figure in drawn]
        numbers = [axis_numbers(figure) for figure in drawn]
    codes = torch.cat(model.codes) if model.codes else torch.empty(0, 2)
    labels = torch.cat(model.labels) if model.labels else torch.empty(0, dtype=torch.int64)
    return as_plain_values(
        {
            "figures": figures,
            "numbers": numbers,
            "codes": codes,
            "labels": labels,
            "decoy_calls": len(decoy.codes),
        }
    )


def _own_class(namespace, conditional):
    """Return what a model needs to be called like the student's: parameter names, and labels."""
    if conditional:
        return parameter_names(namespace.get("ConditionalVAE")), OwnLabels(namespace)
    return parameter_names(namespace.get("VAE")), None


def _globals_of_plots(decoy, train_iter, test_iter):
    """Return the globals that a plot may read, with a decoy under the names of trained models."""
    return {
        "vae": decoy,
        "cvae": decoy,
        "device": torch.device("cpu"),
        "train_iter": train_iter,
        "test_iter": test_iter,
    }


def enlarged(images):
    """Fill squares of 4 by 4 pixels with one value each: (n, 1, 7, 7) → (n, 1, 28, 28)."""
    return images.repeat_interleave(ENLARGED, 2).repeat_interleave(ENLARGED, 3)


def scatter(namespace, function, images, labels, projection, shift, conditional=False):
    """Call scatterplot_latent or scatterplot_latent_cvae with an encoder of known means.

    Args:
        namespace: globals of the student's notebook.
        function: name of the function to call.
        images: test images (n, 1, 7, 7), to be enlarged; the training images are their negatives,
            and come in another order in each pass.
        labels: (n,), of test and training images.
        projection: (784, 2), see KnownMeans.
        shift: (10, 2), see KnownMeans.
        conditional: whether the model takes labels.

    Returns:
        `points` (n, 2), their `colours` (n, 3), what `explanations` says of the colours, and
        `decoy_calls`: encodings of another model in the globals vae and cvae.
    """
    own = _own_class(namespace, conditional)
    model = KnownMeans(projection, shift, *own)
    decoy = KnownMeans(-projection.flip(0), shift, *own)
    train_iter, test_iter = (
        DataLoader(TensorDataset(enlarged(x), labels), batch_size=BATCH, shuffle=shuffle)
        for x, shuffle in ((1 - images, True), (images, False))
    )
    values = _globals_of_plots(decoy, train_iter, test_iter)
    with matplotlib.rc_context(), replaced_globals(namespace, **values):
        find_definition(namespace, function)(model)
        figures = [plt.figure(number) for number in plt.get_fignums()]
        groups = [group for figure in figures for group in points_of(figure)]
        entries = explanations(figures)
    points = np.concatenate([positions for positions, _ in groups] + [np.empty((0, 2))])
    colours = np.concatenate([colours for _, colours in groups] + [np.empty((0, 3))])
    return as_plain_values(
        {
            "points": points,
            "colours": colours,
            "explanations": entries,
            "decoy_calls": decoy.calls,
        }
    )
