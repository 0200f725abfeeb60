"""Checks of the test loops, by the exact averages of a tiny model, which they must leave as it is.

`test` and `test_cvae` are judged alike; the conditional model's loss depends on the labels.
"""

import itertools
from typing import Any

import torch
from torch import Tensor

from ..probes.student import Student
from .diagnosis import about, named
from .judging import close, explanations, fresh_generator, show
from .loop_cases import random_case
from .loop_results import GLOBAL_MODEL, read_averages
from .outcome import check
from .reference_loops import (
    LOSSES,
    PARTS,
    Batch,
    Loop,
    averages,
    other_averages,
    tested,
    vary,
)
from .wrong_loops import SWAPPED_CODES, SWAPPED_IMAGES, WRONG_LABELS

# One is not enough: of 900 random models, labels in another order gave the right averages on three;
# of 1,800, a division by the number of batches gave those of another wrong convention on three.
CASES = 3
_RIGHT = Loop(data="test_iter", training=False)
_CHANGED = named(
    "model-changed-by-test",
    "The model was changed while it was tested: no backward and no step here.",
)
# (hint, what is changed in the right loop)
_MISTAKES: tuple[tuple[str, dict[str, Any]], ...] = (
    (
        named(
            "tested-in-training-mode", "The model was in training mode: call model.eval() first."
        ),
        {"training": True},
    ),
    (
        named(
            "tested-on-training-images",
            "These are the averages over train_iter; test on test_iter.",
        ),
        {"data": "train_iter"},
    ),
    (SWAPPED_IMAGES, {"swap": "images"}),
    (SWAPPED_CODES, {"swap": "codes"}),
)


def _averages_complaint(student: Student, function: str, conditional: bool) -> str | None:
    """Complain where a test returns other averages than the right ones, in one of CASES cases.

    Where several mistakes would explain what it returns, further cases tell which it is.
    """
    sentence, hints = "", set()
    for _ in range(CASES):
        found = _judge_case(student, function, conditional)
        if found is None:
            continue
        hints = hints & found[1] if sentence else found[1]
        sentence = sentence or found[0]
        if len(hints) <= 1:
            break
    if not sentence:
        return None
    hint = hints.pop() if len(hints) == 1 else ""
    return about(
        hint, f"{sentence} {hint or 'Sum over all batches and divide by the number of images.'}"
    )


def _judge_case(student: Student, function: str, conditional: bool) -> tuple[str, set[str]] | None:
    """Test a random model; where the averages are wrong, a sentence, and hints that explain it."""
    case = random_case(fresh_generator(), conditional)
    answer = student.probe("evaluate", function=function, case=case)
    seen = read_averages(answer["averages"], function)
    hints: set[str]
    accepted = []
    for loss, sampled in itertools.product(LOSSES, (True, False)):
        accepted.append(tested(case, vary(_RIGHT, sampled=sampled, loss=loss)))
        if close(seen, averages(accepted[-1])):
            return None
    if answer["decoy_calls"] and not answer["calls"]:
        hints = {named("global-model", f"The model that was tested {GLOBAL_MODEL}")}
    elif _changed(case, answer):
        hints = {_CHANGED}
    else:
        fingerprints = _fingerprints(case, accepted, conditional)
        hints = explanations(lambda value: close(seen, value), fingerprints)
    sentence = (
        f"{function} should return {', '.join(PARTS)} over test_iter, here "
        f"{show(averages(accepted[0]))}; it returns {show(seen)}."
    )
    return sentence, hints


def _fingerprints(
    case: dict, accepted: list[list[Batch]], conditional: bool
) -> list[tuple[str, Tensor]]:
    """Average with the classic mistakes: (hint, averages)."""
    mistakes = (*_MISTAKES, *WRONG_LABELS) if conditional else _MISTAKES
    return [
        *(other for batches in accepted for other in other_averages(batches)),
        *(
            (hint, averages(tested(case, vary(_RIGHT, sampled=sampled, loss=loss, **changes))))
            for hint, changes in mistakes
            for loss in LOSSES
            for sampled in (True, False)
        ),
    ]


def _changes_complaint(student: Student, function: str, conditional: bool) -> str | None:
    """Complain where a test changes the model, or ends what training needs."""
    case = random_case(fresh_generator(), conditional)
    answer = student.probe("evaluate", function=function, case=case)
    changed = _changed(case, answer)
    if changed:
        converted = answer["state"].get("offset", torch.empty(0)).dtype != torch.float32
        hint = "Do not convert its numbers." if converted else "No backward and no step here."
        return named(
            "model-changed-by-test",
            f"{function} should not change the model; it changed {', '.join(changed)}. {hint}",
        )
    if answer["gradients"]:
        return named(
            "gradients-left-by-test",
            f"{function} should not change the model; it left gradients on {answer['gradients']} "
            "parameters. No backward here.",
        )
    return _gradients_complaint(answer, function)


def _gradients_complaint(answer: dict, function: str) -> str | None:
    """Complain where a test records gradients, or where training cannot go on after it."""
    once = "`with torch.no_grad():` switches gradients off and, at the end of its block, on again."
    if answer["frozen"]:
        return named(
            "parameters-left-frozen",
            f"After {function} the model should learn on; {function} left requires_grad at False "
            f"for {', '.join(answer['frozen'])}. {once}",
        )
    if answer["switched_off"]:
        return named(
            "gradients-left-switched-off",
            f"After {function} the model should learn on; {function} left gradients switched off "
            f"for all that follows. {once}",
        )
    if answer["with_gradients"]:
        return named(
            "tested-with-gradients",
            f"{function} should measure without gradients; each call of the model recorded all "
            f"that backward would need, which takes memory and time. {once}",
        )
    return None


def _changed(case: dict, answer: dict) -> list[str]:
    """Name the parameters and buffers that a test has changed."""
    before, after = case["state"] | case["constants"], answer["state"]
    return [name for name in before if not _is_same(after.get(name), before[name])]


def _is_same(after: Any, before: Tensor) -> bool:
    """Tell whether a tensor has kept its type and its values."""
    return isinstance(after, Tensor) and after.dtype == before.dtype and torch.equal(after, before)


@check("averages", "test returns loss, reconstruction and KL over the test images.")
def test_averages(student: Student) -> str | None:
    """Judge the averages in evaluation mode, by sampled z or by the mean, tolerance 1e-4."""
    return _averages_complaint(student, "test", False)


@check(
    "model untouched",
    "test records no gradients and leaves the model as it was, ready for the next epoch.",
)
def test_leaves_model(student: Student) -> str | None:
    """Compare parameters and buffers bit by bit; look at gradients and their switches."""
    return _changes_complaint(student, "test", False)


@check(
    "test_cvae: averages",
    "test_cvae returns loss, reconstruction and KL over the test images with their labels.",
)
def test_cvae_averages(student: Student) -> str | None:
    """Judge the averages in evaluation mode, by sampled z or by the mean, tolerance 1e-4."""
    return _averages_complaint(student, "test_cvae", True)


@check(
    "test_cvae: model untouched",
    "test_cvae records no gradients and leaves the model as it was, ready for the next epoch.",
)
def test_cvae_leaves_model(student: Student) -> str | None:
    """Compare parameters and buffers bit by bit; look at gradients and their switches."""
    return _changes_complaint(student, "test_cvae", True)
