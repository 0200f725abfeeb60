"""The command `python -m autograder target`: are the losses that the assignment promises right?"""

import dataclasses
import json
import os
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from ..assignment import BATCH_SIZE
from . import bands
from .training import EPOCHS, KINDS, Run, pick_device, train_runs

WIDTH = 120  # columns, where the output is no terminal
PARTS = ("loss", "reconstruction", "kl")
UNIT = f"nats per image / {BATCH_SIZE} (nats per image)"


def target_command(
    device: Annotated[str, typer.Option(metavar="auto|cuda|cpu", help="Where to train.")] = "auto",
    epochs: Annotated[int, typer.Option(min=1, help="The bands hold for 10.")] = EPOCHS,
    seeds: Annotated[int, typer.Option(min=1, help="How many, from --first-seed on.")] = 1,
    first_seed: Annotated[int, typer.Option(min=0)] = 0,
    json_file: Annotated[
        Path | None,
        typer.Option("--json", metavar="FILE", help="Write the runs as JSON, after each of them."),
    ] = None,
) -> None:
    """Train the key's VAE and CVAE on MNIST, and compare with the published losses.

    Ends with 0 where all losses lie in the bands of `python -m autograder.target.bands` or none
    applies, 1 where one does not, and 2 where nothing can be trained.
    """
    console = Console(highlight=False)
    console = console if console.is_terminal else Console(highlight=False, width=WIDTH)
    if device not in ("auto", "cpu", "cuda"):
        _fail(f"--device {device}: auto, cpu or cuda are meant.")
    try:
        chosen = pick_device(device)
    except ValueError as error:
        _fail(f"--device {device}: {error}.")
    done = []
    for run in train_runs(range(first_seed, first_seed + seeds), chosen, epochs):
        if (
            not run.complete
            and epochs == EPOCHS
            and os.environ.get("LAB_PROFILE", "full") == "full"
        ):
            _fail(
                "MNIST is neither in LAB_DATA nor can it be downloaded, "
                "and the losses hold for nothing else."
            )
        done.append(run)
        console.print(line(run), soft_wrap=True)
        if json_file is not None:
            write_json(done, json_file)
    console.print(results_table(done), versions(done[0]), sep="\n")
    raise typer.Exit(judge(done, console))


def judge(runs: Iterable[Run], console: Console) -> int:
    """Say which losses left their bands. Returns 1 where one did, else 0."""
    found = 0
    for run in runs:
        if not run.complete:
            console.print(
                f"No band applies to {run.model}, seed {run.seed}: it was trained for "
                f"{run.epochs} epoch(s) on {run.images:,} images, "
                f"and the bands are for {EPOCHS} on all of MNIST."
            )
        for name, band in bands.outside(run).items():
            found = 1
            console.print(
                f"{run.model}, seed {run.seed}: {name.replace('_', ' ')} {getattr(run, name):.3f} "
                f"is outside {band.lowest:.3f} to {band.highest:.3f}."
            )
    if not found and any(run.complete for run in runs):
        console.print("All losses are in their bands.")
    return found


def line(run: Run) -> str:
    """A finished run in one line."""
    return (
        f"{run.model} seed {run.seed} on {run.device}: training {run.train_loss:.3f} "
        f"(reconstruction {run.train_reconstruction:.3f}, KL {run.train_kl:.3f}), "
        f"test {run.test_loss:.3f} ({run.test_reconstruction:.3f}, {run.test_kl:.3f}), "
        f"{_seconds(run)} s an epoch"
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
        f"{run.device}: {run.hardware}; {run.threads} thread(s) a training; "
        f"torch {run.torch}, Python {run.python}."
    )


def write_json(runs: Iterable[Run], path: Path) -> None:
    """Write the runs to a file, whole or not at all."""
    tree = {
        "unit": f"nats per image / {BATCH_SIZE}",
        "runs": [dataclasses.asdict(run) for run in runs],
    }
    try:
        descriptor, name = tempfile.mkstemp(dir=path.absolute().parent, prefix=f".{path.name}.")
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(json.dumps(tree, indent=2) + "\n")
        os.replace(name, path)
    except OSError as error:
        _fail(f"{path} cannot be written: {error.strerror}.")


def _published(model, data):
    """Loss, reconstruction and KL of the 2023 run, which gives the loss alone for the test set."""
    target = KINDS[model].target
    return target.published_train if data == "train" else (target.published_test, None, None)


def _both_units(value):
    return "" if value is None else f"{value:.3f} ({BATCH_SIZE * value:.1f})"


def _seconds(run):
    return "-" if run.seconds is None else f"{run.seconds:.1f}"


def _fail(sentence):
    print(sentence, file=sys.stderr)
    raise typer.Exit(2)
