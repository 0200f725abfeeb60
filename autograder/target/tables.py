"""Tables of trainings: beside the published losses, one run a row, and the bands they lead to."""

from collections.abc import Iterable

from rich.table import Table

from ..assignment import BATCH_SIZE
from . import bands
from .training import KINDS, Run

PARTS = ("loss", "reconstruction", "kl")
UNIT = f"nats per image / {BATCH_SIZE} (nats per image)"


def line(run: Run) -> str:
    """A finished run in one line."""
    return (
        f"{run.model} seed {run.seed} on {run.device}: training {run.train_loss:.3f} "
        f"(reconstruction {run.train_reconstruction:.3f}, KL {run.train_kl:.3f}), test "
        f"{run.test_loss:.3f} "
        f"({run.test_reconstruction:.3f}, {run.test_kl:.3f}), {_seconds(run)} s an epoch"
    )


def results_table(runs: Iterable[Run]) -> Table:
    """The runs beside the published losses, in both units."""
    runs = list(runs)
    table = Table("", "data", "run", *PARTS[:2], "KL", "s an epoch", title=f"Losses, {UNIT}")
    for model in KINDS:
        for data in ("train", "test"):
            table.add_row(model, data, "published", *map(_both_units, _published(model, data)), "")
            for run in (run for run in runs if run.model == model):
                values = [getattr(run, f"{data}_{part}") for part in PARTS]
                seconds = _seconds(run) if data == "train" else ""
                table.add_row(
                    "", "", f"seed {run.seed}, {run.device}", *map(_both_units, values), seconds
                )
            table.add_section()
    return table


def runs_table(runs: Iterable[Run]) -> Table:
    """The measured runs, one a row, in the assignment's unit."""
    names = [name.replace("train_", "").replace("_", " ") for name in bands.QUANTITIES]
    table = Table(
        "model",
        "seed",
        "device",
        *names,
        "s an epoch",
        title=f"Runs, nats per image / {BATCH_SIZE}",
    )
    for run in runs:
        values = [f"{getattr(run, name):.3f}" for name in bands.QUANTITIES]
        table.add_row(run.model, str(run.seed), run.device, *values, _seconds(run))
    return table


def bands_table() -> Table:
    """The band of each quantity, with what it is made of."""
    table = Table(
        "model",
        "quantity",
        "seeds",
        "mean",
        "spread",
        "lowest",
        "highest",
        "false fails",
        title=f"Bands, nats per image / {BATCH_SIZE}",
    )
    for model in KINDS:
        for name, band in bands.bands(model).items():
            made_of = [
                "-" if value is None else f"{value:.4f}" for value in (band.mean, band.spread)
            ]
            rate = "not known" if band.false_fails is None else f"{100 * band.false_fails:.3f} %"
            table.add_row(
                model,
                name.replace("_", " "),
                str(band.runs),
                *made_of,
                f"{band.lowest:.3f}",
                f"{band.highest:.3f}",
                rate,
            )
    return table


def versions(run: Run) -> str:
    """Device and versions, in one line."""
    return (
        f"{run.device}: {run.hardware}; {run.threads} thread(s) a training; torch {run.torch}, "
        f"Python {run.python}."
    )


def _published(model, data):
    """Loss, reconstruction and KL of the 2023 run, which gives the loss alone for the test set."""
    target = KINDS[model].target
    return target.published_train if data == "train" else (target.published_test, None, None)


def _both_units(value):
    return "" if value is None else f"{value:.3f} ({BATCH_SIZE * value:.1f})"


def _seconds(run):
    return "-" if run.seconds is None else f"{run.seconds:.1f}"
