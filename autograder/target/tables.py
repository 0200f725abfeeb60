"""Tables of trainings: losses beside the published ones, one run a row, and the bands."""

from collections.abc import Iterable

from rich.table import Table

from ..assignment import BATCH_SIZE
from .bands import Band, compute_bands
from .training import MODELS, QUANTITIES, Run

PARTS = ("loss", "reconstruction", "kl")
UNIT = f"nats per image / {BATCH_SIZE}"
BAND_COLUMNS = ("model", "quantity", "seeds", "mean", "spread", "lowest", "highest", "false fails")


def summarize_run(run: Run) -> str:
    """Describe a finished run in one line."""
    return (
        f"{run.model} seed {run.seed} on {run.device}: training {run.train_loss:.3f} "
        f"(reconstruction {run.train_reconstruction:.3f}, KL {run.train_kl:.3f}), test "
        f"{run.test_loss:.3f} ({run.test_reconstruction:.3f}, {run.test_kl:.3f}), "
        f"{_seconds(run)} s an epoch"
    )


def describe_setup(run: Run) -> str:
    """Describe a run's device, threads and versions in one line."""
    return (
        f"{run.device}: {run.hardware}; {run.threads} thread(s) a training; torch {run.torch}, "
        f"Python {run.python}."
    )


def results_table(runs: Iterable[Run]) -> Table:
    """Make a table of runs beside the published losses, in both units."""
    title = f"Losses, {UNIT} (nats per image)"
    table = Table("", "data", "run", "loss", "reconstruction", "KL", "s an epoch", title=title)
    runs = list(runs)
    for model in MODELS:
        for data in ("train", "test"):
            table.add_row(model, data, "published", *map(_both_units, _published(model, data)), "")
            for run in runs:
                if run.model == model:
                    table.add_row("", "", *_result_cells(run, data))
            table.add_section()
    return table


def runs_table(runs: Iterable[Run]) -> Table:
    """Make a table of the measured runs, one a row, in the assignment's unit."""
    names = [name.replace("train_", "").replace("_", " ") for name in QUANTITIES]
    table = Table("model", "seed", "device", *names, "s an epoch", title=f"Runs, {UNIT}")
    for run in runs:
        losses = [f"{getattr(run, name):.3f}" for name in QUANTITIES]
        table.add_row(run.model, str(run.seed), run.device, *losses, _seconds(run))
    return table


def bands_table() -> Table:
    """Make a table of the bands, with the measurements that they come from."""
    table = Table(*BAND_COLUMNS, title=f"Bands, {UNIT}")
    for model in MODELS:
        for name, band in compute_bands(model).items():
            table.add_row(model, name.replace("_", " "), *_band_cells(band))
    return table


def _result_cells(run: Run, data: str) -> list[str]:
    """Return the cells of a run on one set of data, from the column "run" on."""
    losses = [_both_units(getattr(run, f"{data}_{part}")) for part in PARTS]
    return [f"seed {run.seed}, {run.device}", *losses, _seconds(run) if data == "train" else ""]


def _band_cells(band: Band) -> list[str]:
    """Return the cells of a band, from the column "seeds" on."""
    rate = "not known" if band.false_fail_rate is None else f"{100 * band.false_fail_rate:.3f} %"
    return [
        str(band.runs),
        _four_digits(band.mean),
        _four_digits(band.spread),
        f"{band.lowest:.3f}",
        f"{band.highest:.3f}",
        rate,
    ]


def _published(model, data):
    """Return loss, reconstruction and KL of 2023; for the test set the loss alone is known."""
    target = MODELS[model].target
    return target.published_train if data == "train" else (target.published_test, None, None)


def _both_units(value):
    return "" if value is None else f"{value:.3f} ({BATCH_SIZE * value:.1f})"


def _four_digits(value):
    return "-" if value is None else f"{value:.4f}"


def _seconds(run):
    return "-" if run.seconds is None else f"{run.seconds:.1f}"
