"""python -m benchmarks.variants [--batches N] [--rounds R]: what makes the training loop quicker.

The key's loop stays as it is; around it change the number of threads, the layout of the weights in
memory, the form of Adam, and how the processor treats numbers that are nearly 0. Variants alternate
in short rounds; the ratio is the median over the rounds of speed beside that of the same round's
loop as the notebooks have it. The row of "the same once more" tells what chance does.
"""

import argparse
import statistics

from rich.console import Console
from rich.table import Table

from autograder.assignment import BATCH_SIZE
from autograder.target.training import pick_device

from .ways import OUR_DATA, Way, in_turn

OURS = "as in the notebooks"
VARIANTS = {
    OURS: Way(),
    "the same once more": Way(),
    "1 thread": Way(threads=1),
    "2 threads": Way(threads=2),
    "weights not channels last": Way(layout="contiguous_format"),
    "Adam as torch picks it": Way(adam=()),
    "Adam, one tensor at a time": Way(adam=(("foreach", False),)),
    "denormals count as 0": Way(flushes=True),
    "neither layout nor form": OUR_DATA,
}


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--batches", type=int, default=60)
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--device", default="auto")
    given = parser.parse_args()
    device = pick_device(given.device)
    found = in_turn(VARIANTS, device, given.batches * BATCH_SIZE, given.rounds)
    table = Table(
        "variant",
        "images a second",
        "beside ours",
        "a quarter below",
        "a quarter above",
        title=f"{device}, {given.batches} batches, {given.rounds} rounds, medians",
    )
    for name, epochs in found.items():
        ratios = [
            epoch.images / ours.images for epoch, ours in zip(epochs, found[OURS], strict=True)
        ]
        lower, middle, upper = statistics.quantiles(ratios, n=4, method="inclusive")
        speed = statistics.median(epoch.images for epoch in epochs)
        table.add_row(name, f"{speed:,.0f}", *(f"{value:.2f}" for value in (middle, lower, upper)))
    Console(width=110).print(table)


if __name__ == "__main__":
    main()
