"""Ways to train the key's VAE for an epoch: each in a process of its own, timed in turn.

The loop, the model and the batch size are the same in all; what differs is what surrounds them.
"""

import contextlib
import os
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from unittest import mock

from autograder.assignment import BATCH_SIZE
from autograder.paths import SOLUTIONS
from autograder.target.training import enter_key, quiet

WARMING = 20  # batches that nobody times


@dataclass(frozen=True)
class Way:
    """What surrounds the loop; the defaults are what the notebooks have.

    data: "ours" is lab.load_mnist, "original" decodes each image by itself (torchvision's MNIST
    with ToTensor) and collates batches in a DataLoader, as the 2023 assignment did. adam: options
    of torch.optim.Adam. layout: of the weights, the name of one of torch's memory formats. threads:
    None for torch's own number. flushes: whether numbers below 10⁻³⁸ count as 0.
    """

    data: str = "ours"
    adam: tuple[tuple[str, bool], ...] = (("fused", True),)
    layout: str = "channels_last"
    threads: int | None = None
    flushes: bool = False


OUR_DATA = Way(adam=(), layout="contiguous_format")
ORIGINAL = Way(data="original", adam=(), layout="contiguous_format")


@dataclass(frozen=True)
class Epoch:
    """How quick an epoch was.

    images: how many a second. seconds: of all. waiting: their share in which the loop had no batch.
    """

    images: float
    seconds: float
    waiting: float


def in_turn(
    ways: Mapping[str, Way], device: str, images: int, rounds: int
) -> dict[str, list[Epoch]]:
    """Each way's epochs, one a round. device: "cpu" or "cuda"; images: of an epoch."""
    with contextlib.ExitStack() as stack:
        pools = {}
        for name, way in ways.items():
            start = {
                "mp_context": get_context("spawn"),
                "initializer": _start,
                "initargs": (way, device, images),
            }
            pools[name] = stack.enter_context(ProcessPoolExecutor(1, **start))
        for pool in pools.values():
            pool.submit(_epoch, WARMING * BATCH_SIZE).result()
        epochs = {name: [] for name in ways}
        for _ in range(rounds):
            for name, pool in pools.items():
                epochs[name].append(pool.submit(_epoch, images).result())
        return epochs


class Trainer:
    """The key's loop in one way; changes the process's environment, module path and threads."""

    def __init__(self, way: Way, device: str, images: int):
        enter_key()
        import lab
        import torch

        self.way, self.device, self.torch = way, device, torch
        if way.threads:
            torch.set_num_threads(way.threads)
        torch.set_flush_denormal(way.flushes)
        lab.SLICES[lab.PROFILE] = (images, 1)
        self.batches = (
            _original(images)
            if way.data == "original"
            else lab.load_mnist(BATCH_SIZE, device=device)[0]
        )
        self.train = lab.load_answer("04_training.ipynb", "train")
        self.new_model = lab.load_answer("02_vae.ipynb", "VAE")

    def epoch(self, images: int) -> Epoch:
        """Train a new model for one epoch of so many images, at most all."""
        torch, way = self.torch, self.way
        batches = _Timed(self.batches, images)
        self.train.__globals__.update(train_iter=batches, device=torch.device(self.device))
        model = self.new_model().to(self.device, memory_format=getattr(torch, way.layout))
        with (
            mock.patch.object(torch.optim, "Adam", _adam(torch.optim.Adam, dict(way.adam))),
            quiet(),
        ):
            seconds = timed(lambda: self.train(model, num_epochs=1), self.device)
        return Epoch(batches.images / seconds, seconds, batches.waited / seconds)


def timed(call: Callable[[], object], device: str) -> float:
    """How many seconds a call takes, until the device is done."""
    import torch

    started = time.perf_counter()
    call()
    if device == "cuda":
        torch.cuda.synchronize()
    return time.perf_counter() - started


class _Timed:
    """Batches of so many images at most; adds up the seconds in which the loop waits for them."""

    def __init__(self, batches, images):
        self.batches, self.most = batches, images
        self.waited, self.images = 0.0, 0

    def __len__(self):
        return min(len(self.batches), -(-self.most // BATCH_SIZE))

    def __iter__(self):
        source = iter(self.batches)
        while self.images < self.most:
            started = time.perf_counter()
            batch = next(source, None)
            self.waited += time.perf_counter() - started
            if batch is None:
                return
            self.images += len(batch[0])
            yield batch


def _adam(adam, options):
    """Adam with these options, whatever others the loop names."""
    return lambda weights, lr, **_: adam(weights, lr, **options)


def _original(images):
    from torch.utils.data import DataLoader, Subset
    from torchvision.datasets import MNIST
    from torchvision.transforms import ToTensor

    root = os.environ.get("LAB_DATA") or SOLUTIONS / "data"
    return DataLoader(
        Subset(MNIST(root, train=True, transform=ToTensor()), range(images)),
        BATCH_SIZE,
        shuffle=True,
    )


_trainer: Trainer  # of a way's process


def _start(*given):
    global _trainer
    _trainer = Trainer(*given)


def _epoch(images):
    return _trainer.epoch(images)
