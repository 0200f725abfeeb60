"""Reconstruction and KL of a trained model on test images, in nats per image, by losses of our own.

Reconstruction: binary cross-entropy, summed over the 784 pixels, averaged over images. KL: ½ Σ (μ²
+ σ² − 1 − log σ²), summed over the latent dimensions (Kingma and Welling, Auto-Encoding Variational
Bayes, 2014, appendix B).
"""

import functools
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from .judging import in_unit_interval, shaped
from .outcome import Complaint
from .weights_model import Reference

BATCH = 250  # images at once; more does not pay
PILOT_IMAGES = 1_000  # the first ones, that are decoded from means too


@dataclass(frozen=True, eq=False)
class Images:
    """Test images: pixels uint8, (n, 28, 28), 0 to 255; y int64, (n,), the digits."""

    pixels: Tensor
    y: Tensor

    @functools.cached_property
    def noise(self) -> Tensor:
        """Standard normal, (n, 2), the same in each run: from a generator of its own."""
        return _noise(len(self.y), 2)

    def first(self, count: int) -> "Images":
        """The first images."""
        return Images(self.pixels[:count], self.y[:count])

    def grey(self) -> Tensor:
        """The images as float32, (n, 1, 28, 28), values from 0 to 1."""
        return self.pixels.unsqueeze(1).float() / 255


@dataclass(frozen=True)
class Measured:
    """What a model reaches, in nats per image.

    reconstruction: from one sample of z for each image; from_means, pilot: of the first images
    alone, from the means of z, and from samples.
    """

    reconstruction: float
    kl: float
    from_means: float
    pilot: float

    @property
    def total(self) -> float:
        """The negative ELBO."""
        return self.reconstruction + self.kl


def measure(model: Reference, images: Images) -> Measured:
    """Measure a model on all images; two cores, where there are two, work on a batch each.

    Each thread computes alone and takes numbers below 10⁻³⁸ for 0, so that neither a busy machine
    nor odd weights make it slow.
    """
    model = model.eval().to(memory_format=torch.channels_last)
    starts = range(0, len(images.y), BATCH)
    threads = min(2, torch.get_num_threads())
    with ThreadPoolExecutor(threads, initializer=_prepare) as pool:
        parts = list(pool.map(lambda start: _batch(model, images, start), starts))
    sums = torch.tensor(parts, dtype=torch.float64).sum(0)
    pilot = min(PILOT_IMAGES, len(images.y))
    recon, kl = (sums[:2] / len(images.y)).tolist()
    from_means, of_pilot = (sums[2:] / pilot).tolist()
    return Measured(recon, kl, from_means, of_pilot)


def measure_outputs(
    images: Images, own: Callable[[Tensor, Tensor, Tensor | None], tuple[Tensor, ...]]
) -> Measured:
    """Measure what a model gives: own(x, y, None) → mean and log-variance of z, own(x, y, z) →
    (images,).

    Raises Complaint where that has another form.
    """
    x, count = images.grey(), len(images.y)
    mean, logvar = own(x, images.y, None)
    latents = mean.shape[1] if isinstance(mean, Tensor) and mean.dim() == 2 else 2
    mean, logvar = (
        shaped(value, (count, latents), name).double()
        for value, name in ((mean, "encode's mean"), (logvar, "encode's log-variance"))
    )
    z = mean + (logvar / 2).exp() * _noise(count, latents)
    losses = []
    for latent in (z, mean):
        (decoded,) = own(x, images.y, latent.float())
        decoded = shaped(decoded, tuple(x.shape), "decode's images")
        if not in_unit_interval(decoded):
            raise Complaint("decode's grey values should lie in [0, 1].")
        grey = decoded.double().clamp(0, 1)
        losses.append(float(F.binary_cross_entropy(grey, x.double(), reduction="sum")) / count)
    return Measured(losses[0], float(kl_divergence(mean, logvar)) / count, losses[1], losses[0])


@functools.lru_cache(maxsize=8)
def average_digit(images: Images, conditional: bool) -> float:
    """The reconstruction, nats per image, of a model that paints the mean image; with
    `conditional`, each label's.
    """
    x, total = images.grey(), 0.0
    for digit in range(10) if conditional else (None,):
        same = x if digit is None else x[images.y == digit]
        if len(same):
            total += float(
                F.binary_cross_entropy(
                    same.mean(0, keepdim=True).expand_as(same), same, reduction="sum"
                )
            )
    return total / len(x)


def kl_divergence(mean: Tensor, logvar: Tensor) -> Tensor:
    """The sum over images and latent dimensions of KL(N(mean, exp(logvar)) ‖ N(0, 1)), in nats."""
    return 0.5 * (mean**2 + logvar.exp() - 1 - logvar).sum()


def _noise(count, size):
    return torch.randn(count, size, generator=torch.Generator().manual_seed(0))


def _prepare():
    torch.set_num_threads(1)  # of this thread
    torch.set_flush_denormal(True)


@torch.no_grad()
def _batch(model, images, start):
    """Sums over a batch: reconstruction from samples, KL, and of the first images those from means
    and from samples.
    """
    part = slice(start, start + BATCH)
    x = (images.pixels[part].unsqueeze(1).float() / 255).contiguous(
        memory_format=torch.channels_last
    )
    y = images.y[part]
    mean, logvar = model.encode(x, y)
    recon = _cross_entropy(model.decode(mean + (logvar / 2).exp() * images.noise[part], y), x)
    kl = float(kl_divergence(mean, logvar))
    if start >= PILOT_IMAGES:
        return recon, kl, 0.0, 0.0
    return recon, kl, _cross_entropy(model.decode(mean, y), x), recon


def _cross_entropy(logits, x):
    return float(F.binary_cross_entropy_with_logits(logits, x, reduction="sum"))
