"""The commands `target` and `bands`: the losses that the assignment promises, measured."""

import dataclasses
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from .. import atomic_files
from ..assignment import BATCH_SIZE
from ..terminal import fail, open_console
from . import bands
from .tables import bands_table, line, results_table, runs_table, versions
from .training import EPOCHS, Run, pick_device, train_runs

WIDTH = 120  # columns, where the output is no terminal


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

    Ends with 0 where all losses lie in the bands of `autograder bands` or none applies, 1 where one does not, and 2 where nothing can be trained.
    """
    console = open_console(WIDTH)
    if device not in ("auto", "cpu", "cuda"):
        fail(f"--device {device}: choose auto, cpu or cuda.", 2)
    try:
        chosen = pick_device(device)
    except ValueError as error:
        fail(f"--device {device}: {error}.", 2)
    done = []
    for run in train_runs(range(first_seed, first_seed + seeds), chosen, epochs):
        if (
            not run.complete
            and epochs == EPOCHS
            and os.environ.get("LAB_PROFILE", "full") == "full"
        ):
            fail(
                "MNIST is neither in LAB_DATA nor can it be downloaded, and the losses hold for "
                "nothing else.",
                2,
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
                f"{run.epochs} epoch(s) "
                f"on {run.images:,} images, and the bands are for {EPOCHS} on all of MNIST."
            )
        for name, band in bands.outside(run).items():
            found = 1
            console.print(
                f"{run.model}, seed {run.seed}: {name.replace('_', ' ')} {getattr(run, name):.3f} "
                "is outside "
                f"{band.lowest:.3f} to {band.highest:.3f}."
            )
    if not found and any(run.complete for run in runs):
        console.print("All losses are in their bands.")
    return found


def write_json(runs: Iterable[Run], path: Path) -> None:
    """Write the runs to a file, whole or not at all."""
    tree = {
        "unit": f"nats per image / {BATCH_SIZE}",
        "runs": [dataclasses.asdict(run) for run in runs],
    }
    try:
        atomic_files.write_json(path, tree)
    except OSError as error:
        fail(f"{path} cannot be written: {error.strerror}.", 2)


def bands_command(
    files: Annotated[
        list[Path] | None,
        typer.Argument(metavar="FILE...", help="First add these runs, from `target --json`."),
    ] = None,
) -> None:
    """Print the measured trainings of the key, and the bands that they lead to.

    Ends with 0, and with 1 where a file cannot be added.
    """
    for path in files or ():
        try:
            added = bands.add_runs(bands.from_json(path.read_text(encoding="utf-8")))
        except (OSError, ValueError) as error:
            fail(f"{path} cannot be added: {error}.", 1)
        print(f"{path}: {added} added to {bands.TABLE.name}.")
    open_console(WIDTH).print(runs_table(bands.read_runs()), bands_table(), sep="\n")
