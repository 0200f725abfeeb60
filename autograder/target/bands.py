"""The bands in which a training of the key must end, from the measured runs in seeds.csv."""

import csv
import dataclasses
import json
import math
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from .training import KINDS, Run

TABLE = Path(__file__).resolve().parent / "seeds.csv"
COLUMNS = tuple(field.name for field in dataclasses.fields(Run))
QUANTITIES = (
    "train_loss",
    "train_reconstruction",
    "train_kl",
    "test_loss",
    "test_reconstruction",
    "test_kl",
)
ENOUGH = 5  # seeds from which a band can be computed
FALSE_FAILS = 0.01  # of all quantities of both models together, in one run of `target`


@dataclass(frozen=True)
class Band:
    """Where one quantity of one model must end, in the assignment's unit (nats per image / 32).

    runs, mean, spread (standard deviation): of the measured seeds; spread is None where the band is
    not theirs. false_fails: the chance that one more right run falls outside, None where it is not
    known.
    """

    lowest: float
    highest: float
    runs: int = 0
    mean: float | None = None
    spread: float | None = None
    false_fails: float | None = None

    def holds(self, value: float) -> bool:
        """Whether a value lies inside; NaN does not."""
        return self.lowest <= value <= self.highest


def read_runs(path: Path = TABLE) -> list[Run]:
    """The rows of the table. Raises ValueError where a row is none."""
    with path.open(newline="", encoding="utf-8") as file:
        return [_run(row) for row in csv.DictReader(file)]


def add_runs(runs: Iterable[Run], path: Path = TABLE) -> int:
    """Put the complete runs into the table; how many.

    The table has one for each device, model and seed: the newest.
    """
    new = {_key(run): run for run in runs if run.complete}
    rows = {_key(run): run for run in read_runs(path)} | new
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(dataclasses.asdict(rows[key]) for key in sorted(rows))
    return len(new)


def band_of(values: Sequence[float], false_fails: float) -> Band:
    """The interval in which the next run lies with probability 1 − false_fails: mean ± k·s.

    Runs from different seeds are taken as n independent normal values with unknown mean and
    variance. Then (next − mean) / (s · √(1 + 1/n)) has Student's t distribution with n − 1 degrees
    of freedom, so k = t(1 − false_fails/2; n − 1) · √(1 + 1/n): the prediction interval for one
    future observation (G. J. Hahn, W. Q. Meeker, Statistical Intervals, 1991, section 4.7). values:
    at least two.
    """
    from scipy.stats import t

    n, mean, spread = len(values), statistics.fmean(values), statistics.stdev(values)
    reach = spread * float(t.isf(false_fails / 2, n - 1)) * math.sqrt(1 + 1 / n)
    return Band(mean - reach, mean + reach, n, mean, spread, false_fails)


def bands(model: str, runs: Iterable[Run] | None = None) -> dict[str, Band]:
    """Quantity → Band for "VAE" or "CVAE", from the complete runs of the table.

    One run for each seed counts, on the CPU where the table has both: the same seed on another
    device begins with the same weights and batches, so it is no independent run. FALSE_FAILS is
    divided among all quantities of both models, so that one run of `target` fails a right key at
    most that often (Bonferroni's bound, however the quantities depend on each other). With fewer
    than ENOUGH seeds the bands are those of the assignment's own cells, on reconstruction and KL.
    """
    by_seed = {}
    for run in sorted(read_runs() if runs is None else runs, key=_key):
        if run.model == model and run.complete:
            by_seed.setdefault(run.seed, run)
    if len(by_seed) < ENOUGH:
        return _accepted(KINDS[model].target, len(by_seed))
    share = FALSE_FAILS / (len(QUANTITIES) * len(KINDS))
    return {
        name: band_of([getattr(run, name) for run in by_seed.values()], share)
        for name in QUANTITIES
    }


def outside(run: Run) -> dict[str, Band]:
    """The quantities of a run that left their bands; none where no band applies."""
    if not run.complete:
        return {}
    return {
        name: band for name, band in bands(run.model).items() if not band.holds(getattr(run, name))
    }


def from_json(text: str) -> list[Run]:
    """The runs in what `target --json` wrote. Raises ValueError where it is something else."""
    try:
        return [_run(row) for row in json.loads(text)["runs"]]
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(
            f"it is not what `target --json` writes ({type(error).__name__}: {error})"
        ) from error


def _accepted(target, runs):
    """The limits of the assignment's own cells as bands."""
    limits = {"reconstruction": target.reconstruction, "kl": target.kl}
    return {
        f"{data}_{part}": Band(*limits[part], runs=runs)
        for data in ("train", "test")
        for part in limits
    }


def _run(row):
    """A Run from texts or numbers; an empty text stands for nothing."""
    convert = {"int": int, "float": float, "str": str, "float | None": float, "int | None": int}
    values = {}
    for field in dataclasses.fields(Run):
        value = row.get(field.name)
        if value not in (None, ""):
            values[field.name] = convert[getattr(field.type, "__name__", str(field.type))](value)
    return Run(**values)


def _key(run):
    """By device, the model of the text before the conditional one, by seed."""
    return run.device, -ord(run.model[0]), run.seed
