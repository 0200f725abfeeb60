"""Measure which settings make the training loop quicker or slower, one by one.

    python -m benchmarks.variants [--batches N] [--rounds R] [--device D]

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

from .training_setups import OUR_DATA, Setup, speed_ratios, time_alternately

OURS = "as in the notebooks"
VARIANTS = {
    OURS: Setup(),
    "the same once more": Setup(),
    "1 thread": Setup(threads=1),
    "2 threads": Setup(threads=2),
    "weights not channels last": Setup(layout="contiguous_format"),
    "Adam as torch picks it": Setup(adam=()),
    "Adam, one tensor at a time": Setup(adam=(("foreach", False),)),
    "denormals count as 0": Setup(flush_denormal=True),
    "neither layout nor form": OUR_DATA,
}


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--batches", type=int, default=60)
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--device", default="auto")
    options = parser.parse_args()
    device = pick_device(options.device)
    found = time_alternately(VARIANTS, device, options.batches * BATCH_SIZE, options.rounds)
    table = Table(
        "variant",
        "images a second",
        "beside ours",
        "a quarter below",
        "a quarter above",
        title=f"{device}, {options.batches} batches, {options.rounds} rounds, medians",
    )
    for name, epochs in found.items():
        ratios = speed_ratios(epochs, found[OURS])
        lower, middle, upper = statistics.quantiles(ratios, n=4, method="inclusive")
        speed = statistics.median(epoch.images_per_second for epoch in epochs)
        table.add_row(name, f"{speed:,.0f}", *(f"{value:.2f}" for value in (middle, lower, upper)))
    Console(width=110).print(table)


if __name__ == "__main__":
    main()
