"""The tasks without points, "both losses about 5": judged from the weights that were handed in, on MNIST's test set."""

import dataclasses
import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch

from ..assignment import TARGETS, Target, Task
from ..checks import Outcome
from ..checks.losses_of_weights import Images
from ..checks.weights import NAME, Own, judge_weights
from ..submission import Submission
from ..text import clean
from .report import TaskResult


def judge_target(
    task: Task, submission: Submission, data: str | Path, own: Own | None = None
) -> TaskResult:
    """Judge what a submission holds for the task. data: the folder of MNIST; own: see `judge_weights`."""
    handed = TARGETS[task.id]
    path = next((path for path in submission.weights if path.name == handed.file), None)
    if path is None:
        outcome = Outcome(NAME, False, _missing(task, submission, handed.file))
    else:
        try:
            outcome = judge_weights(
                path.read_bytes(), handed.conditional, handed.file, mnist_test_set(str(data)), own
            )
        except OSError as error:
            outcome = Outcome(NAME, False, f"{handed.file} cannot be read: {error.strerror}.")
    return TaskResult(task, (dataclasses.replace(outcome, message=clean(outcome.message)),))


def own_model(handed: Target, run: Callable[..., dict[str, Any]]) -> Own:
    """The student's own model as `judge_weights` asks for it. run: calls a probe beside the student's code."""

    def own(x, y, z):
        labels = y if handed.conditional else None
        return run(
            "trained", name=handed.model, file=handed.file, images=x, labels=labels, latents=z
        )["values"]

    return own


@functools.lru_cache(maxsize=2)
def mnist_test_set(data: str) -> Images | None:
    """MNIST's 10,000 test images, as torchvision lays them out below a folder; None where they are not there."""
    raw = Path(data, "MNIST", "raw")
    try:
        pixels = np.frombuffer((raw / "t10k-images-idx3-ubyte").read_bytes(), np.uint8, offset=16)
        labels = np.frombuffer((raw / "t10k-labels-idx1-ubyte").read_bytes(), np.uint8, offset=8)
        pixels = pixels.reshape(10_000, 28, 28)
    except (OSError, ValueError):
        return None
    if len(labels) != len(pixels) or labels.max() > 9:
        return None
    return Images(torch.from_numpy(pixels.copy()), torch.from_numpy(labels.copy()).long())


def _missing(task, submission, file):
    """What is known of a file that is not among the weights."""
    reason = next((note for note in submission.notes if note.startswith(f"{file} ")), None)
    return reason or (
        f"{file} is not in the submission: run {task.notebook} to its end, which trains the model and "
        f"saves its weights, and hand them in with the notebooks."
    )
