"""What a training did instead of the right one: the mistake is named by imitating it."""

from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from operator import ge

from torch import Tensor

from .diagnosis import named
from .judging import sole_match
from .loop_results import GLOBAL_MODEL, distance
from .reference_loops import LOSSES, Loop, trained, vary
from .wrong_loops import ON_TEST_IMAGES, wrong_loops

TOLERANCE = 1e-3  # of a parameter, in units of the learning rate
OTHER_LABELS = named(
    "labels-of-other-images",
    "Images came with the labels of other images: take both from the same batch.",
)


def parameters_hint(case: dict, answer: dict, loop: Loop, unmoved: bool) -> str:
    """Name the mistake that explains the parameters after a training; "" where none does.

    Args:
        case: what was trained.
        answer: what the probe `train` returned.
        loop: the right one.
        unmoved: whether the parameters are as before.
    """
    if unmoved and not answer["calls"]:
        if answer["decoy_calls"]:
            return named("global-model", f"The model that was trained {GLOBAL_MODEL}")
        return named("model-never-called", "The model was never called.")

    for loss in LOSSES:
        wrong = _wrong_parameters(case, vary(loop, loss=loss), case["conditional"])
        differences = [(hint, distance(answer["state"], end) / loop.lr) for hint, end in wrong]
        for limit in (TOLERANCE, 5 * TOLERANCE):  # a wrong loop may depend on rounding
            hint = sole_match(partial(ge, limit), differences)
            if hint:
                return hint
    return label_hint(answer, case) if case["conditional"] else ""


def _wrong_parameters(
    case: dict, right: Loop, conditional: bool
) -> Iterator[tuple[str, dict[str, Tensor]]]:
    """Train by the wrong loops: (hint, parameters); without those whose loss becomes infinite."""
    for hint, wrong in wrong_loops(right, conditional):
        with suppress(RuntimeError):
            yield hint, trained(case, wrong)[0]


def label_hint(answer: dict, case: dict) -> str:
    """Name labels that the model received and that are not those of a batch; "" where all are."""
    received = [tuple(label.flatten().tolist()) for label in answer.get("labels") or []]
    labels = case["train_iter"][1]
    batches = [tuple(batch.tolist()) for batch in labels.split(case["batch_size"])]
    wrong = next((label for label in received if label not in batches), None)
    if wrong is None:
        return OTHER_LABELS if answer["mismatched"] else ""
    if wrong in [tuple(batch.tolist()) for batch in case["test_iter"][1].split(case["batch_size"])]:
        return ON_TEST_IMAGES
    if sorted(wrong) in [sorted(batch) for batch in batches]:
        return named("labels-in-other-order", "The labels are in another order than the images.")
    return named(
        "labels-of-no-batch",
        f"The model got the labels {list(wrong)}, which are not those of a batch.",
    )
