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
from ..checks.diagnosis import named
from ..checks.trained_model import MEASURED_IMAGES, LabelledImages
from ..checks.weights import CHECK_NAME, judge_weights
from ..probes.student import Student
from ..submission import Submission
from ..text import printable
from .report import NOT_MEASURED, TaskResult

NO_IMAGES = named("not-measured", "MNIST is not on the grader's machine. No points depend on it.")
# Starts a kernel in which the target's class is defined, with the handed-in weights in its folder.
ClassStarter = Callable[[Target], AbstractContextManager[Student]]


def judge_target(
    task: Task, submission: Submission, data_folder: str | Path, start_class: ClassStarter
) -> TaskResult:
    """Judge the weights that a submission holds for a task.

    Args:
        task: one of kind "target".
        submission: whose weights and class are judged.
        data_folder: the folder of MNIST.
        start_class: see ClassStarter.

    Raises:
        NoVerdictError: where the student's class could not be asked.
    """
    outcome = _judge(task, submission, data_folder, start_class)
    return TaskResult(task, (dataclasses.replace(outcome, message=printable(outcome.message)),))


def _judge(task, submission, data_folder, start_class):
    target = TARGETS[task.id]
    problem = _find_missing(task, target, submission)
    if problem:
        return Outcome.failed(CHECK_NAME, problem)
    images = mnist_test_images(str(data_folder))
    if images is None:
        return Outcome.failed(NOT_MEASURED, NO_IMAGES)
    with start_class(target) as student:
        return judge_weights(student, target, images)


@functools.lru_cache(maxsize=2)
def mnist_test_images(data_folder: str) -> LabelledImages | None:
    """Read test images from torchvision's files; None where they cannot be read."""
    raw = Path(data_folder, "MNIST", "raw")
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
    return LabelledImages(x[MEASURED_IMAGES].clone(), y[MEASURED_IMAGES].clone(), x.mean(0), digits)


def _find_missing(task, target, submission):
    """Return a sentence on weights or a class that were not handed in; None where both were."""
    if target.file not in {path.name for path in submission.weights}:
        return _note_on(target.file, submission) or (
            named(
                "weights-missing",
                f"{target.file} is not in the submission: run {task.notebook} to its end, which "
                "trains the model and saves its weights, and hand them in with the notebooks.",
            )
        )
    if target.notebook not in submission.notebooks:
        reason = _note_on(target.notebook, submission) or f"{target.notebook} is missing."
        return named(
            "notebook-missing",
            f"{target.file} was not measured, because {target.model} is missing: {reason}",
        )
    return None


def _note_on(filename, submission):
    """Return the submission's note on one of its files, None where there is none."""
    note = next((note for note in submission.notes if note.startswith(f"{filename} ")), None)
    return note and named("file-unusable", note)
