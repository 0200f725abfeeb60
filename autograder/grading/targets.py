"""The tasks without points, "both losses about 5": judged from weights, on MNIST's test images."""

import dataclasses
import functools
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import numpy as np
import torch

from ..assignment import TARGETS, Target, Task
from ..checks import Outcome
from ..checks.trained_model import TEST_IMAGES, LabelledImages
from ..checks.weights import NAME, judge_weights
from ..probes.student import Student
from ..submission import Submission
from ..text import printable
from .report import TaskResult

NO_IMAGES = "This was not measured: MNIST is not on the grader's machine. No points depend on it."
OpenClass = Callable[[Target], AbstractContextManager[Student]]


def judge_target(
    task: Task, submission: Submission, data: str | Path, open_class: OpenClass
) -> TaskResult:
    """Judge what a submission holds for the task. Raises NoVerdictError.

    data: the folder of MNIST. open_class: starts a kernel in which the target's class is defined,
    with the handed-in weights in its folder.
    """
    target, images = TARGETS[task.id], mnist_test_images(str(data))
    problem = _missing(task, target, submission) or (NO_IMAGES if images is None else None)
    if problem:
        outcome = Outcome(NAME, False, problem)
    else:
        with open_class(target) as student:
            outcome = judge_weights(student, target, images)
    return TaskResult(task, (dataclasses.replace(outcome, message=printable(outcome.message)),))


@functools.lru_cache(maxsize=2)
def mnist_test_images(data: str) -> LabelledImages | None:
    """The first test images, as torchvision lays them out below a folder; None without them."""
    raw = Path(data, "MNIST", "raw")
    try:
        pixels = np.fromfile(raw / "t10k-images-idx3-ubyte", np.uint8, offset=16)
        labels = np.fromfile(raw / "t10k-labels-idx1-ubyte", np.uint8, offset=8)
        pixels = pixels.reshape(10_000, 1, 28, 28)
    except (OSError, ValueError):
        return None
    if len(labels) != len(pixels) or labels.max() > 9:
        return None
    x, y = torch.from_numpy(pixels).float() / 255, torch.from_numpy(labels).long()
    digits = torch.stack([x[y == digit].mean(0) for digit in range(10)])
    return LabelledImages(x[:TEST_IMAGES].clone(), y[:TEST_IMAGES].clone(), x.mean(0), digits)


def _missing(task, target, submission):
    """What is known of a file or of a class that was not handed in; None where both were."""
    if target.file not in {path.name for path in submission.weights}:
        return _note(submission, target.file) or (
            f"{target.file} is not in the submission: run {task.notebook} to its end, which trains "
            f"the model and saves its weights, and hand them in with the notebooks."
        )
    if target.notebook not in submission.notebooks:
        reason = _note(submission, target.notebook) or f"{target.notebook} is missing."
        return f"{target.file} was not measured, since {target.model} is not there: {reason}"
    return None


def _note(submission, name):
    """The submission's note on one of its files."""
    return next((note for note in submission.notes if note.startswith(f"{name} ")), None)
