"""Commands `target` and `bands`: train the key, and show the bands for its losses."""

import dataclasses
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from .. import atomic_files
from ..assignment import BATCH_SIZE
from ..errors import describe_os_error
from ..overwriting import require_free
from ..terminal import fail, open_console
from . import bands
from .tables import bands_table, describe_setup, results_table, runs_table, summarize_run
from .training import EPOCHS, Run, pick_device, train_runs

WIDTH = 120  # columns, where the output is not a terminal


def target_command(
    device: Annotated[str, typer.Option(metavar="auto|cuda|cpu", help="Where to train.")] = "auto",
    epochs: Annotated[int, typer.Option(min=1, help="The bands hold for 10.")] = EPOCHS,
    seeds: Annotated[int, typer.Option(min=1, help="How many, from --first-seed on.")] = 1,
    first_seed: Annotated[int, typer.Option(min=0, help="The first random seed.")] = 0,
    json_file: Annotated[
        Path | None,
        typer.Option(
            "--json", metavar="FILE", help="Write the runs to a new file as JSON, after each."
        ),
    ] = None,
) -> None:
    """Train the key's VAE and CVAE on MNIST, and compare with the published losses.

    Ends with 0 where all losses lie in the bands of `autograder bands`
    or no band applies, 1 where one does not, 2 where nothing can be trained.
    """
    if json_file is not None:
        require_free(json_file, code=2)  # measured runs cost minutes or hours
    console = open_console(WIDTH)
    runs = []
    for run in train_runs(range(first_seed, first_seed + seeds), _device(device), epochs):
        if _should_be_complete(epochs) and not run.complete:
            fail(
                "MNIST is neither in LAB_DATA nor can it be downloaded, and the losses hold for "
                "nothing else.",
                2,
            )
        runs.append(run)
        console.print(summarize_run(run), soft_wrap=True)
        if json_file is not None:
            write_json(runs, json_file)
    console.print(results_table(runs), describe_setup(runs[0]), sep="\n")
    raise typer.Exit(print_missed_bands(runs, console))


def print_missed_bands(runs: Iterable[Run], console: Console) -> int:
    """Say which losses lie outside their bands, and return 1 where one does, else 0."""
    runs = list(runs)
    exit_code = 0
    for run in runs:
        if not run.complete:
            console.print(
                f"No band applies to {run.model}, seed {run.seed}: it was trained for "
                f"{run.epochs} epoch(s) on {run.images:,} images, and the bands are for {EPOCHS} "
                "on all of MNIST."
            )
        for name, band in bands.find_missed_bands(run).items():
            exit_code = 1
            console.print(
                f"{run.model}, seed {run.seed}: {name.replace('_', ' ')} {getattr(run, name):.3f} "
                f"is outside {band.lowest:.3f} to {band.highest:.3f}."
            )
    if exit_code == 0 and any(run.complete for run in runs):
        console.print("All losses are in their bands.")
    return exit_code


def write_json(runs: Iterable[Run], path: Path) -> None:
    """Write the runs to a file, whole or not at all; ends the command where that fails."""
    content = {
        "unit": f"nats per image / {BATCH_SIZE}",
        "runs": [dataclasses.asdict(run) for run in runs],
    }
    try:
        atomic_files.write_json(path, content)
    except OSError as error:
        fail(f"Not written: {describe_os_error(error, path)}", 2)


def bands_command(
    files: Annotated[
        list[Path] | None,
        typer.Argument(metavar="FILE...", help="First add these runs, from `target --json`."),
    ] = None,
) -> None:
    """Print the measured trainings of the key, and the bands computed from them.

    Ends with 0, or with 1 where a file cannot be added.
    """
    for path in files or ():
        try:
            added = bands.add_runs(bands.parse_runs(path.read_text(encoding="utf-8")))
        except (OSError, ValueError) as error:
            fail(f"{path} cannot be added: {error}.", 1)
        print(f"{path}: {added} added to {bands.RUNS_FILE.name}.")
    open_console(WIDTH).print(runs_table(bands.read_runs()), bands_table(), sep="\n")


def _device(wanted):
    """Return the device to train on; ends the command where there is no such device."""
    if wanted not in ("auto", "cpu", "cuda"):
        fail(f"--device {wanted}: choose auto, cpu or cuda.", 2)
    try:
        return pick_device(wanted)
    except ValueError as error:
        fail(f"--device {wanted}: {error}.", 2)


def _should_be_complete(epochs):
    """Whether a run can be smaller only because MNIST is missing."""
    return epochs == EPOCHS and os.environ.get("LAB_PROFILE", "full") == "full"
