"""Bands in which the losses of a training of the key must lie, from the runs in seeds.csv."""

import csv
import dataclasses
import json
import math
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..assignment import Target
from .training import MODELS, QUANTITIES, Run

RUNS_FILE = Path(__file__).resolve().parent / "seeds.csv"
COLUMNS = tuple(field.name for field in dataclasses.fields(Run))
MIN_SEEDS = 5  # from which a band can be computed
FALSE_FAIL_RATE = 0.01  # of all quantities of both models together, in one run of `target`


@dataclass(frozen=True)
class Band:
    """An interval for one loss of one model, in nats per image / 32, the assignment's unit.

    Attributes:
        lowest, highest: the ends, which belong to it.
        runs: number of measured seeds.
        mean, spread: mean and standard deviation of these; None where the band is not theirs.
        false_fail_rate: chance that one more right run falls outside; None where it is not known.
    """

    lowest: float
    highest: float
    runs: int = 0
    mean: float | None = None
    spread: float | None = None
    false_fail_rate: float | None = None

    def contains(self, value: float) -> bool:
        """Whether a value lies inside; NaN does not."""
        return self.lowest <= value <= self.highest


def read_runs(path: Path = RUNS_FILE) -> list[Run]:
    """Read the measured runs.

    Raises:
        ValueError: where a row is not a run.
    """
    with path.open(newline="", encoding="utf-8") as file:
        return [_parse_run(row) for row in csv.DictReader(file)]


def add_runs(runs: Iterable[Run], path: Path = RUNS_FILE) -> int:
    """Add the complete runs to the file of measured runs, and return how many these are.

    The file keeps one run for each device, model and seed: the newest.
    """
    new = {_device_model_seed(run): run for run in runs if run.complete}
    rows = {_device_model_seed(run): run for run in read_runs(path)} | new
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(dataclasses.asdict(rows[key]) for key in sorted(rows))
    return len(new)


def parse_runs(text: str) -> list[Run]:
    """Return the runs in a file that `target --json` wrote.

    Raises:
        ValueError: where the text is something else.
    """
    try:
        return [_parse_run(row) for row in json.loads(text)["runs"]]
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(
            f"it is not what `target --json` writes ({type(error).__name__}: {error})"
        ) from error


def compute_band(values: Sequence[float], false_fail_rate: float) -> Band:
    """Compute the interval in which the next run lies with probability 1 − false_fail_rate.

    It is mean ± k·s. Runs from different seeds are taken as n independent normal values with
    unknown mean and variance. Then (next − mean) / (s · √(1 + 1/n)) has Student's t distribution
    with n − 1 degrees of freedom, so k = t(1 − rate/2; n − 1) · √(1 + 1/n): the prediction interval
    for one future observation (G. J. Hahn, W. Q. Meeker, Statistical Intervals, 1991, section 4.7).

    Args:
        values: one for each seed, at least two.
        false_fail_rate: chance that the next right run falls outside.
    """
    from scipy.stats import t

    n, mean, spread = len(values), statistics.fmean(values), statistics.stdev(values)
    half_width = spread * float(t.isf(false_fail_rate / 2, n - 1)) * math.sqrt(1 + 1 / n)
    return Band(mean - half_width, mean + half_width, n, mean, spread, false_fail_rate)


def compute_bands(model: str, runs: Iterable[Run] | None = None) -> dict[str, Band]:
    """Compute the Band of each quantity of a model.

    One run for each seed counts, on the CPU where there is one on each device: the same seed on
    another device begins with the same weights and batches, so it is no independent run.
    FALSE_FAIL_RATE is divided among all quantities of both models, so that one run of `target`
    fails a right key at most that often (Bonferroni's bound, however the quantities depend on each
    other).

    Args:
        model: "VAE" or "CVAE".
        runs: measured runs, of which the complete ones count; by default those of seeds.csv.

    Returns:
        {quantity: Band}; with fewer than MIN_SEEDS seeds the limits of the assignment's own cells,
        on reconstruction and KL only.
    """
    by_seed: dict[int, Run] = {}
    for run in sorted(read_runs() if runs is None else runs, key=_device_model_seed):
        if run.model == model and run.complete:
            by_seed.setdefault(run.seed, run)
    if len(by_seed) < MIN_SEEDS:
        return _bands_from_limits(MODELS[model].target, len(by_seed))
    rate = FALSE_FAIL_RATE / (len(QUANTITIES) * len(MODELS))
    return {
        name: compute_band([getattr(run, name) for run in by_seed.values()], rate)
        for name in QUANTITIES
    }


def find_missed_bands(run: Run) -> dict[str, Band]:
    """Return {quantity: Band} of the losses outside their bands; none for incomplete runs."""
    if not run.complete:
        return {}
    bands = compute_bands(run.model)
    return {name: band for name, band in bands.items() if not band.contains(getattr(run, name))}


def _bands_from_limits(target: Target, runs: int) -> dict[str, Band]:
    """Return the limits of the assignment's own cells as bands."""
    limits = {"reconstruction": target.reconstruction, "kl": target.kl}
    return {
        f"{data}_{part}": Band(*limits[part], runs=runs)
        for data in ("train", "test")
        for part in limits
    }


def _parse_run(row):
    """Make a Run of texts or numbers; an empty text stands for a default."""
    convert = {"int": int, "float": float, "str": str, "float | None": float, "int | None": int}
    values = {}
    for field in dataclasses.fields(Run):
        value = row.get(field.name)
        if value not in (None, ""):
            type_name = getattr(field.type, "__name__", str(field.type))
            values[field.name] = convert[type_name](value)
    return Run(**values)


def _device_model_seed(run):
    """Return what tells runs apart; sorts the VAE before the CVAE, as the text has them."""
    return run.device, -ord(run.model[0]), run.seed
