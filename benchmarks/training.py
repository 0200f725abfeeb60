"""Time an epoch of the key's loop as it was in 2023, and as it is.

    python -m benchmarks.training [--images N] [--rounds R] [--device D]

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
    pick_device,
    quiet,
    set_up_key,
)

from .training_setups import ORIGINAL, OUR_DATA, Epoch, Setup, speed_ratios, time_alternately, timed

SETUPS = {"original": ORIGINAL, "our data": OUR_DATA, "ours": Setup()}
MATRIX = 1024  # rows and columns of the product that the matrix rate is measured by
REPEATS = 20
SIDE = 31  # latents of the manifold, in each direction
ROUNDING = 1e-3  # of a pixel: convolutions on a GPU keep three digits (TF32)


def arithmetic_floor(device: str, images: int) -> tuple[float, float]:
    """Measure the least time that the model's arithmetic takes in an epoch.

    Operations are multiplications and additions of forward and backward, as torch's FlopCounterMode
    counts them.

    Returns:
        Seconds (the epoch's operations over the measured matrix rate), and that rate in operations
        a second.
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


def time_manifold(device: str) -> tuple[float, float]:
    """Time painting the 31×31 manifold.

    Returns:
        Median seconds by 961 calls of decode, and by one.
    """
    import lab
    import torch

    model = lab.load_answer("02_vae.ipynb", "VAE")()
    model = model.to(device, memory_format=torch.channels_last).eval()
    arguments = model, torch.linspace(-3, 3, SIDE), device
    by_calls, by_batch = [], []
    with torch.no_grad():
        both = paint_by_calls(*arguments), paint_by_batch(*arguments)
        torch.testing.assert_close(*both, rtol=0, atol=ROUNDING)
        for _ in range(REPEATS):
            by_calls.append(timed(lambda: paint_by_calls(*arguments), device))
            by_batch.append(timed(lambda: paint_by_batch(*arguments), device))
    return statistics.median(by_calls), statistics.median(by_batch)


def paint_by_calls(model, grid, device: str):
    """Paint the manifold (28 · SIDE, 28 · SIDE) by one call of decode for each image."""
    import torch

    canvas = torch.zeros(28 * SIDE, 28 * SIDE)
    for row, z2 in enumerate(grid.flip(0)):
        for column, z1 in enumerate(grid):
            image = model.decode(torch.stack([z1, z2]).reshape(1, 2).to(device)).cpu()
            canvas[28 * row : 28 * row + 28, 28 * column : 28 * column + 28] = image[0, 0]
    return canvas


def paint_by_batch(model, grid, device: str):
    """Paint the manifold (28 · SIDE, 28 · SIDE) by one call of decode for all images."""
    import torch

    z2, z1 = torch.meshgrid(grid.flip(0), grid, indexing="ij")
    images = model.decode(torch.stack([z1, z2], dim=-1).reshape(-1, 2).to(device)).cpu()
    return images.reshape(SIDE, SIDE, 28, 28).permute(0, 2, 1, 3).reshape(28 * SIDE, 28 * SIDE)


def time_display() -> tuple[float, float]:
    """Time what is shown while a model trains.

    Returns:
        Seconds to draw the curves of ten epochs, and what the bar adds to an epoch of all images.
    """
    from curves import LossCurve, progress
    from IPython.core.pylabtools import print_figure

    def exhaust(batches: Iterable) -> None:
        for _ in batches:
            pass

    batches = [(range(BATCH_SIZE), None)] * (TRAINING_IMAGES // BATCH_SIZE)
    with quiet():
        curve = LossCurve(EPOCHS)
        for epoch in range(EPOCHS):
            losses = 5 + 1 / (epoch + 1), 4.8, 0.2
            curve.add(losses, losses)
        bare = min(timed(lambda: exhaust(batches), "cpu") for _ in range(5))
        with_bar = min(timed(lambda: exhaust(progress(batches)), "cpu") for _ in range(5))
    draw = statistics.median(
        timed(lambda: print_figure(curve.figure), "cpu") for _ in range(REPEATS)
    )
    return draw, with_bar - bare


def epochs_table(found: dict[str, Sequence[Epoch]], floor: float, title: str) -> Table:
    """Make a table with one row a setup, of medians over its epochs.

    The last column is the speed beside the original's in the same round.
    """
    table = Table(
        "",
        "images a second",
        "seconds an epoch",
        "waiting for data",
        "over the floor",
        "beside the original",
        title=title,
    )
    for name, epochs in found.items():
        speed = statistics.median(epoch.images_per_second for epoch in epochs)
        seconds = statistics.median(epoch.seconds for epoch in epochs)
        waiting = statistics.median(epoch.waiting for epoch in epochs)
        ratios = speed_ratios(epochs, found["original"])
        table.add_row(
            name,
            f"{speed:,.0f}",
            f"{seconds:.1f}",
            f"{waiting:.1%}",
            f"{seconds / floor:.1f}",
            f"{statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})",
        )
    return table


def parse_options() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--images", type=int, default=TRAINING_IMAGES)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--device", default="auto")
    return parser.parse_args()


def main() -> None:
    """Measure and print the tables."""
    options = parse_options()
    device = pick_device(options.device)
    found = time_alternately(SETUPS, device, options.images, options.rounds)
    set_up_key()
    floor, rate = arithmetic_floor(device, options.images)
    calls, batch = time_manifold(device)
    draw, bar = time_display()
    epoch = statistics.median(epoch.seconds for epoch in found["ours"])
    full_epoch = epoch * TRAINING_IMAGES / options.images
    title = f"{device}, {options.images:,} images an epoch, {options.rounds} rounds, medians"
    console = Console(width=120)
    console.print(epochs_table(found, floor, title))
    console.print(
        f"Arithmetic alone: {floor:.1f} s an epoch at {rate / 1e9:.0f} billion operations a second."
    )
    console.print(
        f"Manifold of {SIDE}×{SIDE} latents: {calls:.3f} s in {SIDE**2} calls, {batch:.4f} s in "
        f"one batch, {calls / batch:.0f} times faster."
    )
    console.print(
        f"Shown while it trains: the curve, {draw:.3f} s an epoch ({draw / full_epoch:.2%}); "
        f"the bar, {bar:.3f} s ({bar / full_epoch:.2%})."
    )


if __name__ == "__main__":
    main()
