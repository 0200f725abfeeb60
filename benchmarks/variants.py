"""python -m benchmarks.variants [--batches N] [--rounds R]: what might make the training loop quicker, one at a time.

The key's loop stays as it is; around it change the number of threads, the layout of weights and images in memory, the
form of Adam, and how the processor treats numbers that are nearly 0. Variants alternate; the ratio is the median over
the rounds of speed beside that of the same round's plain loop.
"""

import argparse
import contextlib
import functools
import statistics
from collections.abc import Callable, Iterator
from unittest import mock

from rich.console import Console
from rich.table import Table

from autograder.key_training import BATCH_SIZE, pick_device

from .training import Bench

Around = Callable[[Bench], contextlib.AbstractContextManager]


@contextlib.contextmanager
def plain(_: Bench) -> Iterator[None]:
    """As students run it."""
    yield


def threads(number: int) -> Around:
    """So many threads within an operation."""

    @contextlib.contextmanager
    def around(bench):
        before = bench.torch.get_num_threads()
        bench.torch.set_num_threads(number)
        yield
        bench.torch.set_num_threads(before)

    return around


def adam(**options: bool) -> Around:
    """Another form of Adam."""

    def around(bench):
        optim = bench.torch.optim
        return mock.patch.object(optim, "Adam", functools.partial(optim.Adam, **options))

    return around


@contextlib.contextmanager
def channels_last(bench: Bench) -> Iterator[None]:
    """Weights and images whose channels stand together."""
    layout = bench.torch.channels_last
    make, batches = bench.new_model, bench.pipelines["ours"]
    changed = _Changed(batches, lambda x: x.contiguous(memory_format=layout))
    bench.pipelines["ours"] = changed
    bench.new_model = lambda: make().to(memory_format=layout)
    yield
    bench.pipelines["ours"], bench.new_model = batches, make


@contextlib.contextmanager
def flushed(bench: Bench) -> Iterator[None]:
    """Numbers below 10⁻³⁸ count as 0."""
    bench.torch.set_flush_denormal(True)
    yield
    bench.torch.set_flush_denormal(False)


class _Changed:
    """Batches with other images."""

    def __init__(self, batches, change):
        self.batches, self.change = batches, change

    def __iter__(self):
        return ((self.change(x), y) for x, y in self.batches)


VARIANTS: dict[str, Around] = {
    "plain": plain,
    "1 thread": threads(1),
    "2 threads": threads(2),
    "Adam fused": adam(fused=True),
    "Adam one tensor at a time": adam(foreach=False),
    "Adam all tensors at once": adam(foreach=True),
    "channels last": channels_last,
    "denormals are 0": flushed,
}


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--batches", type=int, default=300)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--device", default="auto")
    given = parser.parse_args()
    bench = Bench(pick_device(given.device), given.batches * BATCH_SIZE)
    speeds = {name: [] for name in VARIANTS}
    bench.epoch("ours")  # what is done once is not measured
    for _ in range(given.rounds):
        for name, around in VARIANTS.items():
            with around(bench):
                speeds[name].append(bench.epoch("ours")[0])
    title = f"{bench.device}, {bench.torch.get_num_threads()} threads unless said, {given.batches} batches"
    table = Table("variant", "images a second", "beside plain", "lowest", "highest",
                  title=f"{title}, {given.rounds} rounds, medians")  # fmt: skip
    for name, found in speeds.items():
        ratios = [speed / beside for speed, beside in zip(found, speeds["plain"], strict=True)]
        columns = statistics.median(ratios), min(ratios), max(ratios)
        table.add_row(name, f"{statistics.median(found):,.0f}", *(f"{value:.2f}" for value in columns))
    Console(width=110).print(table)


if __name__ == "__main__":
    main()
