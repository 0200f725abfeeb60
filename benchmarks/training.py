"""python -m benchmarks.training [--images N] [--rounds R]: an epoch of the key's loop on two data pipelines.

"original" decodes each image by itself (torchvision's MNIST with ToTensor) and collates batches in a DataLoader, as the
2023 assignment did; "ours" is lab.load_mnist. Epochs alternate; the loop, the model and the batch size are the same.
Also: the least time that the model's arithmetic takes at this machine's measured matrix rate, the 31×31 manifold
decoded in one batch against 961 calls, and what the curve and the bar cost.
"""

import argparse
import contextlib
import os
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from rich.console import Console
from rich.table import Table

from autograder.key_training import BATCH_SIZE, EPOCHS, SOLUTIONS, pick_device

MATRIX = 1024  # rows and columns of the product that the matrix rate is measured by
REPEATS = 20
GRID = 31 * 31  # latents of the manifold


@dataclass
class Timed:
    """An iterable of batches that adds up the seconds in which the loop waits for the next one."""

    batches: object
    waited: float = 0.0
    images: int = field(default=0)

    def __iter__(self) -> Iterator:
        source = iter(self.batches)
        while True:
            started = time.perf_counter()
            batch = next(source, None)
            self.waited += time.perf_counter() - started
            if batch is None:
                return
            self.images += len(batch[0])
            yield batch


class Bench:
    """The key's model and loop, in this process. device: "cpu" or "cuda"; images: of an epoch."""

    def __init__(self, device: str, images: int):
        os.environ["MPLBACKEND"] = "Agg"
        os.environ["LAB_ANSWERS"] = str(SOLUTIONS)
        sys.path.insert(0, str(SOLUTIONS))
        import lab
        import torch
        from torch.utils.data import DataLoader, Subset
        from torchvision.datasets import MNIST
        from torchvision.transforms import ToTensor

        self.torch, self.device = torch, device
        root = os.environ.get("LAB_DATA") or SOLUTIONS / "data"
        ours, _ = lab.load_mnist(BATCH_SIZE)
        if images < len(ours.dataset):
            lab.SLICES[lab.PROFILE] = (images, images)
            ours, _ = lab.load_mnist(BATCH_SIZE)
        original = Subset(MNIST(root, train=True, transform=ToTensor()), range(images))
        self.pipelines = {"original": DataLoader(original, BATCH_SIZE, shuffle=True), "ours": ours}
        self.train = lab.load_answer("04_training.ipynb", "train")
        self.new_model = lab.load_answer("02_vae.ipynb", "VAE")

    def epoch(self, name: str) -> tuple[float, float, float]:
        """One epoch on a pipeline: images a second, seconds, and the share of them spent waiting for data."""
        batches = Timed(self.pipelines[name])
        self.train.__globals__.update(train_iter=batches, device=self.torch.device(self.device))
        model = self.new_model().to(self.device)
        with open(os.devnull, "w") as nowhere, contextlib.redirect_stdout(nowhere):  # the curve
            seconds = self.seconds(lambda: self.train(model, num_epochs=1))
        return batches.images / seconds, seconds, batches.waited / seconds

    def seconds(self, call: Callable[[], object]) -> float:
        """How long a call takes, until the device is done."""
        started = time.perf_counter()
        call()
        if self.device == "cuda":
            self.torch.cuda.synchronize()
        return time.perf_counter() - started

    def floor(self, images: int) -> tuple[float, float]:
        """(seconds, operations a second): the model's operations in an epoch over the measured matrix rate.

        Operations: multiplications and additions of forward and backward, as torch's FlopCounterMode counts them.
        """
        from torch.utils.flop_counter import FlopCounterMode

        torch = self.torch
        x = torch.rand(BATCH_SIZE, 1, 28, 28, device=self.device)
        model = self.new_model().to(self.device)
        with FlopCounterMode(display=False) as counter:
            model(x)[0].sum().backward()
        a = torch.rand(MATRIX, MATRIX, device=self.device)
        self.seconds(lambda: a @ a)
        rate = 2 * MATRIX**3 / min(self.seconds(lambda: a @ a) for _ in range(REPEATS))
        return counter.get_total_flops() / BATCH_SIZE * images / rate, rate

    def manifold(self) -> tuple[float, float]:
        """Seconds to decode the 31×31 latents by 961 calls, and in one batch."""
        torch = self.torch
        model, z = self.new_model().to(self.device).eval(), torch.randn(GRID, 2, device=self.device)
        with torch.no_grad():
            model.decode(z)
            calls = self.seconds(lambda: [model.decode(one) for one in z.split(1)])
            batch = statistics.median(self.seconds(lambda: model.decode(z)) for _ in range(REPEATS))
        return calls, batch

    def showing(self) -> tuple[float, float]:
        """Seconds to draw the curve of ten epochs, and what the bar adds to an epoch."""
        from curves import LossCurve, progress
        from IPython.core.pylabtools import print_figure

        batches = [(range(BATCH_SIZE), None)] * len(self.pipelines["ours"])
        with open(os.devnull, "w") as nowhere, contextlib.redirect_stdout(nowhere):
            curve = LossCurve(["loss", "reconstruction", "KL"], EPOCHS)
            for epoch in range(EPOCHS):
                curve.add([5 + 1 / (epoch + 1), 4.8, 0.2])
            bare = min(self.seconds(lambda: _exhaust(batches)) for _ in range(5))
            bar = min(self.seconds(lambda: _exhaust(progress(batches))) for _ in range(5))
        draw = statistics.median(self.seconds(lambda: print_figure(curve.axes.figure)) for _ in range(REPEATS))
        return draw, bar - bare


def _exhaust(batches):
    for _ in batches:
        pass


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--images", type=int, default=60_000)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--device", default="auto")
    given = parser.parse_args()
    bench = Bench(pick_device(given.device), given.images)
    rounds = {name: [] for name in bench.pipelines}
    for _ in range(given.rounds):
        for name, epochs in rounds.items():
            epochs.append(bench.epoch(name))
    floor, rate = bench.floor(given.images)
    calls, batch = bench.manifold()
    draw, bar = bench.showing()
    epoch = statistics.median(seconds for _, seconds, _ in rounds["ours"])
    console = Console(width=110)
    console.print(_table(rounds, floor, f"{bench.device}, {bench.torch.get_num_threads()} threads, {given.images:,} "
                                        f"images an epoch, {given.rounds} rounds, medians"))  # fmt: skip
    console.print(f"Arithmetic alone: {floor:.1f} s an epoch at {rate / 1e9:.0f} billion operations a second.")
    console.print(f"Manifold of {GRID} latents: {calls:.2f} s in {GRID} calls, {batch:.3f} s in one batch, "
                  f"{calls / batch:.0f} times faster.")  # fmt: skip
    console.print(f"Shown while it trains: the curve, {draw:.3f} s an epoch ({draw / epoch:.2%}); the bar, {bar:.3f} s "
                  f"({bar / epoch:.2%}).")  # fmt: skip


def _table(rounds, floor, title):
    table = Table("pipeline", "images a second", "seconds an epoch", "waiting for data", "over the floor", "ratio",
                  title=title)  # fmt: skip
    medians = {name: [statistics.median(column) for column in zip(*epochs, strict=True)]
               for name, epochs in rounds.items()}  # fmt: skip
    for name, (speed, seconds, waiting) in medians.items():
        ratio = speed / medians["original"][0]
        row = f"{speed:,.0f}", f"{seconds:.1f}", f"{waiting:.1%}", f"{seconds / floor:.1f}", f"{ratio:.2f}"
        table.add_row(name, *row)
    return table


if __name__ == "__main__":
    main()
