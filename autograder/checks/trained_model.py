"""Reconstruction and KL of a trained model on test images, in nats per image.

Reconstruction: binary cross-entropy, summed over the 784 pixels, averaged over images.
KL: ½ Σ (μ² + σ² − 1 − log σ²), summed over the latent dimensions (Kingma and Welling,
Auto-Encoding Variational Bayes, 2014, appendix B).

Every fifth of MNIST's 10,000 test images is enough. The two halves of the test set come from
different writers, so that its first images are not like all; these are: over the twenty trainings
of docs/losses.md, their reconstruction differs from that of all test images by 0.00 to +0.04 in the
unit of the assignment, nats per image / 32, and their KL by -0.001 to +0.001. The standard error of
the mean loss over them (standard deviation over images / √2000) is 0.03.
"""

import functools
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from .diagnosis import named
from .judging import described, in_unit_interval, shaped, show
from .outcome import Complaint

LATENTS = 2
MEASURED_IMAGES = slice(1, None, 5)  # of MNIST's 10,000 test images
SOME = slice(None, None, 5)  # of those; enough to see that means decode no better than samples
# Latents (n, LATENTS) and labels (n,) → the images (n, 1, 28, 28) that a model decodes them to.
Decoder = Callable[[Tensor, Tensor], Any]


@dataclass(frozen=True, eq=False)
class LabelledImages:
    """Test images: those that are measured, and the means of all.

    On the measured images, the means of the training images, which a collapsed model paints, cost
    0.2 nats more than the means of all test images, and 1.1 nats more where each label has a mean
    of its own.

    Attributes:
        x: float32, (n, 1, 28, 28), from 0 to 1.
        y: int64, (n,), the digits.
        average: (1, 28, 28), the mean of all test images.
        digits: (10, 1, 28, 28), the mean of each digit.
    """

    x: Tensor
    y: Tensor
    average: Tensor
    digits: Tensor

    def noise(self) -> Tensor:
        """Draw standard normal numbers, (n, 2), the same each time: one row for each image."""
        return torch.randn(len(self.y), LATENTS, generator=torch.Generator().manual_seed(0))


@dataclass(frozen=True)
class Measured:
    """Losses of a model, in nats per image.

    Attributes:
        reconstruction: from one sample of z for each image.
        kl: of z from the prior.
        from_means: reconstruction from the means of z.
    """

    reconstruction: float
    kl: float
    from_means: float

    @property
    def total(self) -> float:
        """The negative ELBO."""
        return self.reconstruction + self.kl

    def numbers(self) -> dict[str, float]:
        """Return the two losses by their names, in nats per image; none where one is not finite."""
        if not math.isfinite(self.total):
            return {}
        return {"reconstruction": self.reconstruction, "KL": self.kl}


def read_codes(codes: Any, images: int) -> tuple[Tensor, Tensor]:
    """Read mean and log-variance, (images, LATENTS) each, that a model's encode gives.

    Raises:
        Complaint: where they have another form.
    """
    shape = (images, LATENTS)
    if not isinstance(codes, list) or len(codes) != 2:
        raise Complaint(
            f"encode should give mean and log-variance of z; it gives {described(codes)}."
        )
    names = ("encode's mean", "encode's log-variance")
    mean, logvar = (
        shaped(value, shape, name, nan=True) for value, name in zip(codes, names, strict=True)
    )
    return mean, logvar


def sampled(mean: Tensor, logvar: Tensor, noise: Tensor) -> Tensor:
    """Make one sample of z for each row of mean, log-variance and noise."""
    return mean + torch.exp(logvar / 2) * noise


def measure(images: LabelledImages, mean: Tensor, logvar: Tensor, decode: Decoder) -> Measured:
    """Compute the losses of a model, from the means of z on SOME images.

    Args:
        images: that it encoded.
        mean: of their z, (n, LATENTS).
        logvar: log-variance of their z.
        decode: the model's.

    Raises:
        Complaint: where decoded images have another shape, or are outside [0, 1].
    """
    return Measured(
        reconstruction(images, sampled(mean, logvar, images.noise()), decode),
        kl_divergence(mean.double(), logvar.double()) / len(mean),
        reconstruction(images, mean, decode, SOME),
    )


def reconstruction(
    images: LabelledImages, latents: Tensor, decode: Decoder, rows: slice = slice(None)
) -> float:
    """Compute the reconstruction of these rows of the images, in nats per image.

    Raises:
        Complaint: where decoded images have another shape, or are outside [0, 1].
    """
    return cross_entropy(decode(latents[rows], images.y[rows]), images.x[rows])


def cross_entropy(decoded: Any, x: Tensor) -> float:
    """Compute the reconstruction of decoded images, NaN where some are not finite.

    Raises:
        Complaint: where they have another shape than x, or are outside [0, 1].
    """
    grey = shaped(decoded, tuple(x.shape), "decode's images", nan=True).double()
    if not grey.isfinite().all():
        return math.nan
    if not in_unit_interval(grey):
        raise Complaint(
            named(
                "pixels-outside-unit-interval",
                f"decode's grey values should lie in [0, 1]; they go from {show(grey.min())} to "
                f"{show(grey.max())}: which function is the last one in the decoder?",
            )
        )
    total = F.binary_cross_entropy(grey.clamp(0, 1), x.double(), reduction="sum")
    return float(total) / len(x)


def kl_divergence(mean: Tensor, logvar: Tensor) -> float:
    """Sum KL(N(mean, exp(logvar)) ‖ N(0, 1)) over images and latent dimensions, in nats."""
    return float(0.5 * (mean**2 + logvar.exp() - 1 - logvar).sum())


@functools.lru_cache(maxsize=4)
def average_digit(images: LabelledImages, conditional: bool) -> float:
    """Compute the reconstruction of a model that paints the mean image, in nats per image.

    Args:
        images: whose mean is painted.
        conditional: whether each label has a mean image of its own.
    """
    painted = images.digits[images.y] if conditional else images.average.expand_as(images.x)
    return cross_entropy(painted, images.x)
