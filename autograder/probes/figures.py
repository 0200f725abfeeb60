"""Probes of the plots: models that paint their codes or have known means, and what the figures then
show.
"""

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import torch
from matplotlib.collections import PathCollection, QuadMesh
from matplotlib.image import AxesImage
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from .common import Rejected, find, placed
from .legends import explanations, is_colorbar
from .plain_values import as_plain_values


class PaintingModel(nn.Module):
    """A decoder that paints its code into the image: quarters for z1 and z2, and two for a texture
    (2, 14, 14).

    The quarters' grey values lie in the ranges of QUARTERS, so that each pixel tells what it is; z
    is clipped to ±5, the texture lies in [0, 1]. `codes` and `labels` hold what decode was called
    with.
    """

    QUARTERS = ((0.04, 0.22), (0.26, 0.46), (0.54, 0.74), (0.78, 0.96))

    def __init__(self, texture, conditional=False):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(1))
        self.texture, self.conditional, self.codes, self.labels = texture, conditional, [], []

    def decode(self, z, *y):
        """(..., 2) → (batch, 1, 28, 28)"""
        if len(y) != int(self.conditional):
            raise Rejected(
                f"decode should be called with {'z and y' if self.conditional else 'z alone'}; "
                f"it got {1 + len(y)} arguments."
            )
        z = z.reshape(-1, 2)
        self.codes.append(z)
        if y:
            self.labels.append(_labels(y[0], len(z)))
        return self.paint(z) + 0 * self.weight

    def paint(self, z):
        """(batch, 2) → (batch, 1, 28, 28)"""
        images = torch.empty(len(z), 1, 28, 28)
        code = (z.float().nan_to_num().clamp(-5, 5) + 5) / 10
        parts = (code[:, 0].view(-1, 1, 1), code[:, 1].view(-1, 1, 1), *self.texture)
        for part, (low, high), (top, left) in zip(
            parts, self.QUARTERS, ((0, 0), (0, 14), (14, 0), (14, 14)), strict=True
        ):
            images[:, 0, top : top + 14, left : left + 14] = low + (high - low) * part
        return images

    def encode(self, x, *y):
        """Means far from every grid: a plot of the latent space does not encode."""
        return torch.full((len(x), 2), 4.5) + 0 * self.weight, torch.zeros(len(x), 2)

    def sample_latent(self, mean_z, logvar_z):
        """Far from every mean where the log-variance is large; not by the task's formula, which
        nobody may borrow.
        """
        return mean_z + (1 + logvar_z**2) * torch.randn_like(mean_z)

    def forward(self, x, *y):
        """recon_x, mean_z, logvar_z"""
        mean_z, logvar_z = self.encode(x, *y)
        return self.decode(mean_z + 1, *y), mean_z, logvar_z


def _labels(y, images):
    """One label for each image, from a number, a tensor that broadcasts, or one-hot rows."""
    y = torch.as_tensor(y)
    if y.dim() > 0 and y.shape[-1] == 10 and y.dim() == 2:
        y = y.argmax(1)
    if y.is_floating_point() or y.dim() > 1 or y.numel() not in (1, images):
        raise Rejected(
            f"decode should get int64 labels of shape ({images},); it got {y.dtype} "
            f"{tuple(y.shape)}."
        )
    return y.reshape(-1).expand(images)


class KnownMeans(PaintingModel):
    """An encoder with known means: a projection (784, 2) of the image plus, with labels, a row of
    `shift` (10, 2).
    """

    def __init__(self, projection, shift, conditional=False):
        super().__init__(torch.zeros(2, 14, 14), conditional)
        self.projection, self.shift, self.calls = projection, shift, 0

    def encode(self, x, *y):
        """(batch, 1, 28, 28) → mean_z, logvar_z, with log-variances of 8 and 7 that no mean comes
        near
        """
        if len(y) != int(self.conditional):
            raise Rejected(
                f"encode should be called with {'x and y' if self.conditional else 'x alone'}; "
                f"it got {1 + len(y)} arguments."
            )
        self.calls += 1
        mean_z = x.flatten(1) @ self.projection + 0 * self.weight
        if y:
            mean_z = mean_z + self.shift[_labels(y[0], len(x))]
        return mean_z, torch.tensor([8.0, 7.0]).expand(len(x), 2) + 0 * self.weight


def plot(namespace, function, texture, conditional=False, label=None):
    """Call plot_latent(model) or plot_latent_cvae(model, label) with a decoder that paints this
    texture.

    Returns `figures`: for each a list of images, {"values": (H, W) grey values, "x": (W,), "y":
    (H,) positions of the pixels on the screen, "low", "high": what is drawn black and white};
    `codes` (n, 2) and `labels` (n,) as decode got them; `decoy_calls`: calls of another model in
    the globals vae and cvae.
    """
    model, decoy = (PaintingModel(texture, conditional) for _ in range(2))
    data = DataLoader(TensorDataset(torch.rand(6, 1, 28, 28), torch.arange(6)), batch_size=3)
    world = {
        "vae": decoy,
        "cvae": decoy,
        "device": torch.device("cpu"),
        "train_iter": data,
        "test_iter": data,
    }
    arguments = (model,) if label is None else (model, label)
    with matplotlib.rc_context(), placed(namespace, **world):
        find(namespace, function)(*arguments)
        figures = [_images(plt.figure(number)) for number in plt.get_fignums()]
    codes = torch.cat(model.codes) if model.codes else torch.empty(0, 2)
    labels = torch.cat(model.labels) if model.labels else torch.empty(0, dtype=torch.int64)
    return as_plain_values(
        {"figures": figures, "codes": codes, "labels": labels, "decoy_calls": len(decoy.codes)}
    )


def _axes(figure):
    return [axes for axes in figure.axes if not is_colorbar(axes) and axes.get_visible()]


def _images(figure):
    found = []
    for axes in _axes(figure):
        for artist in [
            *axes.images,
            *(item for item in axes.collections if isinstance(item, QuadMesh)),
        ]:
            if artist.get_visible() and artist.get_array() is not None:
                found.append(_image(axes, artist))
    return found


def _image(axes, artist):
    values = np.ma.filled(np.ma.asarray(artist.get_array()).astype(float), np.nan)
    if isinstance(artist, AxesImage):
        height, width = values.shape[:2]
        left, right, bottom, top = artist.get_extent()
        columns = left + (right - left) * (np.arange(width) + 0.5) / width
        down = (np.arange(height) + 0.5) / height
        rows = (
            top + (bottom - top) * down
            if artist.origin == "upper"
            else bottom + (top - bottom) * down
        )
    else:
        corners = artist.get_coordinates()
        height, width = corners.shape[0] - 1, corners.shape[1] - 1
        values = values.reshape(height, width, *values.shape[2:] if values.ndim > 2 else ())
        columns = (corners[0, :-1, 0] + corners[0, 1:, 0]) / 2
        rows = (corners[:-1, 0, 1] + corners[1:, 0, 1]) / 2
    if values.ndim == 3:
        values = values[..., :3].mean(2) / (255 if artist.get_array().dtype.kind in "ui" else 1)
        low, high = 0.0, 1.0
    else:
        low, high = (float(limit) for limit in artist.get_clim())
    axes.get_xlim(), axes.get_ylim()  # settles limits that are still to be computed from the data
    on_screen = axes.transData.transform
    return {
        "values": torch.tensor(values, dtype=torch.float32),
        "low": low,
        "high": high,
        "x": on_screen(np.c_[columns, np.full(width, rows[0])])[:, 0],
        "y": on_screen(np.c_[np.full(height, columns[0]), rows])[:, 1],
    }


def scatter(namespace, function, images, labels, projection, shift, conditional=False):
    """Call scatterplot_latent or scatterplot_latent_cvae with an encoder of known means and
    reshuffled test images.

    Returns `points` (n, 2), their `colours` (n, 3), what `explanations` says of them, and
    `decoy_calls`.
    """
    model = KnownMeans(projection, shift, conditional)
    decoy = KnownMeans(-projection.flip(0), shift, conditional)
    test_iter = DataLoader(TensorDataset(images, labels), batch_size=7, shuffle=True)
    other = DataLoader(TensorDataset(1 - images, labels), batch_size=7, shuffle=True)
    world = {
        "vae": decoy,
        "cvae": decoy,
        "device": torch.device("cpu"),
        "train_iter": other,
        "test_iter": test_iter,
    }
    with matplotlib.rc_context(), placed(namespace, **world):
        find(namespace, function)(model)
        figures = [plt.figure(number) for number in plt.get_fignums()]
        groups = [group for figure in figures for axes in _axes(figure) for group in _points(axes)]
        key = explanations(figures)
    points, colours = (
        np.concatenate([group[i] for group in groups] + [np.empty((0, 2 + i))]) for i in (0, 1)
    )
    return as_plain_values(
        {"points": points, "colours": colours, "explanations": key, "decoy_calls": decoy.calls}
    )


def _points(axes):
    """(positions (n, 2), colours (n, 3)) of each group of markers in data coordinates."""
    for group in axes.collections:
        if isinstance(group, PathCollection) and group.get_visible():
            group.update_scalarmappable()
            points = np.ma.filled(np.ma.asarray(group.get_offsets(), dtype=float), np.nan).reshape(
                -1, 2
            )
            faces = (
                group.get_facecolors() if len(group.get_facecolors()) else group.get_edgecolors()
            )
            colours = (
                np.resize(faces[:, :3], (len(points), 3))
                if len(faces)
                else np.zeros((len(points), 3))
            )
            yield _finite(points, colours)
    for line in axes.lines:
        if line.get_marker() not in ("", " ", "None", None) and line.get_visible():
            points = np.asarray(line.get_xydata(), dtype=float)
            colour = matplotlib.colors.to_rgb(line.get_markerfacecolor())
            yield _finite(points, np.tile(colour, (len(points), 1)))


def _finite(points, colours):
    real = np.isfinite(points).all(1)
    return points[real], colours[real]
