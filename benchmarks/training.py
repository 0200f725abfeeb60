"""python -m benchmarks.training [--images N] [--rounds R]: an epoch of the key's loop, was and is.

"original": each image decoded by itself (torchvision's MNIST with ToTensor) and batches collated in
a DataLoader, as the 2023 assignment did; "our data": lab.load_mnist instead, and nothing else;
"ours": also what the notebooks surround the loop with (weights channels last, fused Adam). Each in
a process of its own; epochs alternate. Also: the least time that the model's arithmetic takes at
this machine's measured matrix rate, the 31×31 manifold decoded in one batch against 961 calls, and
what the curve and the bar cost.
"""

import argparse
import statistics
from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.table import Table

from autograder.assignment import BATCH_SIZE
from autograder.target.training import (
    EPOCHS,
    TRAINING_IMAGES,
    enter_key,
    pick_device,
    quiet,
)

from .ways import ORIGINAL, OUR_DATA, Epoch, Way, in_turn, timed

WAYS = {"original": ORIGINAL, "our data": OUR_DATA, "ours": Way()}
MATRIX = 1024  # rows and columns of the product that the matrix rate is measured by
REPEATS = 20
SIDE = 31  # latents of the manifold, in each direction


def floor(device: str, images: int) -> tuple[float, float]:
    """(seconds, operations a second): the operations of an epoch over the measured matrix rate.

    Operations: multiplications and additions of forward and backward, as torch's FlopCounterMode
    counts them.
    """
    import lab
    import torch
    from torch.utils.flop_counter import FlopCounterMode

    x = torch.rand(BATCH_SIZE, 1, 28, 28, device=device)
    model = lab.load_answer("02_vae.ipynb", "VAE")().to(device)
    with FlopCounterMode(display=False) as counter:
        model(x)[0].sum().backward()
    a = torch.rand(MATRIX, MATRIX, device=device)
    timed(lambda: a @ a, device)
    rate = 2 * MATRIX**3 / min(timed(lambda: a @ a, device) for _ in range(REPEATS))
    return counter.get_total_flops() / BATCH_SIZE * images / rate, rate


def manifold(device: str) -> tuple[float, float]:
    """Seconds to paint the 31×31 manifold by 961 calls of decode, and by one; medians."""
    import lab
    import torch

    model = (
        lab.load_answer("02_vae.ipynb", "VAE")()
        .to(device, memory_format=torch.channels_last)
        .eval()
    )
    grid = torch.linspace(-3, 3, SIDE)

    def calls():
        canvas = torch.zeros(28 * SIDE, 28 * SIDE)
        for row, z2 in enumerate(grid.flip(0)):
            for column, z1 in enumerate(grid):
                image = model.decode(torch.stack([z1, z2]).reshape(1, 2).to(device)).cpu()
                canvas[28 * row : 28 * row + 28, 28 * column : 28 * column + 28] = image[0, 0]
        return canvas

    def batch():
        z2, z1 = torch.meshgrid(grid.flip(0), grid, indexing="ij")
        images = model.decode(torch.stack([z1, z2], dim=-1).reshape(-1, 2).to(device)).cpu()
        return images.reshape(SIDE, SIDE, 28, 28).permute(0, 2, 1, 3).reshape(28 * SIDE, 28 * SIDE)

    with torch.no_grad():
        torch.testing.assert_close(calls(), batch())
        taken = [(timed(calls, device), timed(batch, device)) for _ in range(REPEATS)]
    return tuple(statistics.median(column) for column in zip(*taken, strict=True))


def showing() -> tuple[float, float]:
    """Seconds to draw the curve of ten epochs, and what the bar adds to an epoch of all images."""
    from curves import LossCurve, progress
    from IPython.core.pylabtools import print_figure

    def exhaust(batches: Iterable) -> None:
        for _ in batches:
            pass

    batches = [(range(BATCH_SIZE), None)] * (TRAINING_IMAGES // BATCH_SIZE)
    with quiet():
        curve = LossCurve(["loss", "reconstruction", "KL"], EPOCHS)
        for epoch in range(EPOCHS):
            curve.add([5 + 1 / (epoch + 1), 4.8, 0.2])
        bare = min(timed(lambda: exhaust(batches), "cpu") for _ in range(5))
        bar = min(timed(lambda: exhaust(progress(batches)), "cpu") for _ in range(5))
    draw = statistics.median(
        timed(lambda: print_figure(curve.axes.figure), "cpu") for _ in range(REPEATS)
    )
    return draw, bar - bare


def table(found: dict[str, Sequence[Epoch]], least: float, title: str) -> Table:
    """One row a way.

    The ratio is the median over the rounds of its speed beside the original's in the same round.
    """
    rows = Table(
        "",
        "images a second",
        "seconds an epoch",
        "waiting for data",
        "over the floor",
        "beside the original",
        title=title,
    )
    for name, epochs in found.items():
        speed, seconds, waiting = (
            statistics.median(getattr(epoch, column) for epoch in epochs)
            for column in ("images", "seconds", "waiting")
        )
        ratios = [
            epoch.images / first.images
            for epoch, first in zip(epochs, found["original"], strict=True)
        ]
        rows.add_row(
            name,
            f"{speed:,.0f}",
            f"{seconds:.1f}",
            f"{waiting:.1%}",
            f"{seconds / least:.1f}",
            f"{statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})",
        )
    return rows


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--images", type=int, default=TRAINING_IMAGES)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--device", default="auto")
    given = parser.parse_args()
    device = pick_device(given.device)
    found = in_turn(WAYS, device, given.images, given.rounds)
    enter_key()
    least, rate = floor(device, given.images)
    calls, batch = manifold(device)
    draw, bar = showing()
    epoch = (
        statistics.median(epoch.seconds for epoch in found["ours"]) * TRAINING_IMAGES / given.images
    )
    console = Console(width=120)
    console.print(
        table(
            found,
            least,
            f"{device}, {given.images:,} images an epoch, {given.rounds} rounds, medians",
        )
    )
    console.print(
        f"Arithmetic alone: {least:.1f} s an epoch at {rate / 1e9:.0f} billion operations a second."
    )
    console.print(
        f"Manifold of {SIDE}×{SIDE} latents: {calls:.3f} s in {SIDE**2} calls, "
        f"{batch:.4f} s in one batch, {calls / batch:.0f} times faster."
    )
    console.print(
        f"Shown while it trains: the curve, {draw:.3f} s an epoch ({draw / epoch:.2%}); "
        f"the bar, {bar:.3f} s ({bar / epoch:.2%})."
    )


if __name__ == "__main__":
    main()
