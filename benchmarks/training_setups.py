"""Setups in which the key's VAE is trained for an epoch: each in its own process, timed in turn.

The loop, the model and the batch size are the same in all; what differs is what surrounds them.
"""

import contextlib
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from unittest import mock

from autograder.assignment import BATCH_SIZE
from autograder.paths import data_folder
from autograder.target.training import quiet, set_up_key

WARM_UP_BATCHES = 20  # trained before anything is timed


@dataclass(frozen=True)
class Setup:
    """Data, optimiser and settings around the loop; the defaults are those of the notebooks.

    Attributes:
        data: "ours" is lab.load_mnist; "original" decodes each image by itself (torchvision's MNIST
            with ToTensor) and collates batches in a DataLoader, as the 2023 assignment did.
        adam: options of torch.optim.Adam.
        layout: memory format of the weights, as torch names it.
        threads: of torch; None for torch's own number.
        flush_denormal: whether numbers below 10⁻³⁸ count as 0.
    """

    data: str = "ours"
    adam: tuple[tuple[str, bool], ...] = (("fused", True),)
    layout: str = "channels_last"
    threads: int | None = None
    flush_denormal: bool = False


OUR_DATA = Setup(adam=(), layout="contiguous_format")
ORIGINAL = Setup(data="original", adam=(), layout="contiguous_format")


@dataclass(frozen=True)
class Epoch:
    """Measurements of one epoch.

    Attributes:
        images_per_second: training speed.
        seconds: duration.
        waiting: share of the duration in which the loop had no batch, from 0 to 1.
    """

    images_per_second: float
    seconds: float
    waiting: float


def time_alternately(
    setups: Mapping[str, Setup], device: str, images: int, rounds: int
) -> dict[str, list[Epoch]]:
    """Time one epoch of each setup in each round.

    Args:
        setups: name → setup.
        device: "cpu" or "cuda".
        images: of an epoch.
        rounds: how many.

    Returns:
        The epochs of each setup, one a round.
    """
    with contextlib.ExitStack() as stack:
        pools = {}
        for name, setup in setups.items():
            pool = ProcessPoolExecutor(
                1,
                mp_context=get_context("spawn"),
                initializer=_start_trainer,
                initargs=(setup, device, images),
            )
            pools[name] = stack.enter_context(pool)
        for pool in pools.values():
            pool.submit(_train_epoch, WARM_UP_BATCHES * BATCH_SIZE).result()
        epochs = {name: [] for name in setups}
        for _ in range(rounds):
            for name, pool in pools.items():
                epochs[name].append(pool.submit(_train_epoch, images).result())
        return epochs


def speed_ratios(epochs: Sequence[Epoch], reference: Sequence[Epoch]) -> list[float]:
    """Return the speed of each epoch over that of the reference in the same round."""
    return [
        epoch.images_per_second / other.images_per_second
        for epoch, other in zip(epochs, reference, strict=True)
    ]


class Trainer:
    """The key's loop in one setup; changes the process's environment, module path and threads."""

    def __init__(self, setup: Setup, device: str, images: int):
        set_up_key()
        import lab
        import torch

        self.setup, self.device, self.torch = setup, device, torch
        if setup.threads:
            torch.set_num_threads(setup.threads)
        torch.set_flush_denormal(setup.flush_denormal)
        lab.SLICES[lab.PROFILE] = (images, 1)
        if setup.data == "original":
            self.batches = _original_batches(images)
        else:
            self.batches = lab.load_mnist(BATCH_SIZE, device=device)[0]
        self.train = lab.load_answer("04_training.ipynb", "train")
        self.new_model = lab.load_answer("02_vae.ipynb", "VAE")

    def train_epoch(self, images: int) -> Epoch:
        """Train a new model for one epoch of so many images, at most all."""
        torch, setup = self.torch, self.setup
        batches = _TimedBatches(self.batches, images)
        self.train.__globals__.update(
            train_iter=batches,
            test=lambda model: (0.0, 0.0, 0.0),  # only training is timed
            device=torch.device(self.device),
        )
        model = self.new_model().to(self.device, memory_format=getattr(torch, setup.layout))
        adam = _with_options(torch.optim.Adam, dict(setup.adam))
        with mock.patch.object(torch.optim, "Adam", adam), quiet():
            seconds = timed(lambda: self.train(model, num_epochs=1), self.device)
        return Epoch(batches.images / seconds, seconds, batches.waited / seconds)


def timed(call: Callable[[], object], device: str) -> float:
    """Return how many seconds a call takes, until the device is done."""
    import torch

    started = time.perf_counter()
    call()
    if device == "cuda":
        torch.cuda.synchronize()
    return time.perf_counter() - started


class _TimedBatches:
    """Batches of so many images at most, and the seconds in which the loop waits for them."""

    def __init__(self, batches, max_images):
        self.batches, self.max_images = batches, max_images
        self.waited, self.images = 0.0, 0

    def __len__(self):
        return min(len(self.batches), -(-self.max_images // BATCH_SIZE))

    def __iter__(self):
        source = iter(self.batches)
        while self.images < self.max_images:
            started = time.perf_counter()
            batch = next(source, None)
            self.waited += time.perf_counter() - started
            if batch is None:
                return
            self.images += len(batch[0])
            yield batch


def _with_options(adam, options):
    """Return Adam with these options, whatever others the loop names."""
    return lambda weights, lr, **_: adam(weights, lr, **options)


def _original_batches(images):
    from torch.utils.data import DataLoader, Subset
    from torchvision.datasets import MNIST
    from torchvision.transforms import ToTensor

    mnist = MNIST(data_folder(), train=True, transform=ToTensor())
    return DataLoader(Subset(mnist, range(images)), BATCH_SIZE, shuffle=True)


_trainer: Trainer  # one for each process


def _start_trainer(setup, device, images):
    global _trainer
    _trainer = Trainer(setup, device, images)


def _train_epoch(images):
    return _trainer.train_epoch(images)
