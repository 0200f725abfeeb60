"""Checks of the training loops, by the exact parameters and averages of a tiny model.

`train` and `train_cvae` are judged alike; the conditional model's loss depends on the labels.
"""

import math
from typing import Any, NamedTuple

import torch
from torch import Tensor

from ..probes.student import Student
from .diagnosis import about, named
from .judging import fresh_generator, show, sole_match
from .loop_cases import STEADY, is_steady, random_case
from .loop_results import GLOBAL_MODEL, distance, label_complaint, read_results
from .outcome import check
from .reference_loops import PARTS, Batch, Loop, averages, other_averages, trained, vary
from .training_hints import OTHER_LABELS, TOLERANCE, parameters_hint


class _Training(NamedTuple):
    """A student's training beside the right one, with the loss that fits better."""

    case: dict
    answer: dict
    parameters: dict[str, Tensor]  # after the right training
    epochs: list[list[Batch]]  # of the right training


def _train(
    student: Student, function: str, loop: Loop, arguments: dict[str, Any], conditional: bool
) -> _Training:
    """Train a random model by the student's function and by the right loop.

    Where they differ, and rounding might be why, both train another one.
    """
    while True:
        case = random_case(fresh_generator(), conditional)
        answer = student.probe("train", function=function, case=case, arguments=arguments)
        parameters, epochs = _nearest_training(answer["state"], case, loop)
        near = _difference(answer["state"], parameters) <= STEADY * loop.lr
        if near or is_steady(case, loop, fresh_generator()):
            return _Training(case, answer, parameters, epochs)


def _nearest_training(seen: dict, case: dict, loop: Loop) -> tuple[dict, list[list[Batch]]]:
    """Train by the right loop with the loss that it is given, or else with one written out."""
    given = trained(case, loop)
    if _difference(seen, given[0]) <= STEADY * loop.lr:
        return given
    written_out = trained(case, vary(loop, loss="written out"))
    return min(given, written_out, key=lambda training: _difference(seen, training[0]))


def _difference(seen: dict, wanted: dict[str, Tensor]) -> float:
    """Compute the largest difference of parameters, infinite for other parameters."""
    if seen.keys() != wanted.keys() or any(
        seen[name].shape != wanted[name].shape for name in wanted
    ):
        return math.inf
    return distance(seen, wanted)


def _random_loop() -> tuple[Loop, dict[str, Any]]:
    """Draw num_epochs and lr; the right loop, and the arguments of the student's function."""
    rng = fresh_generator()
    arguments = {"num_epochs": int(rng.integers(2, 4)), "lr": float(rng.uniform(0.05, 0.15))}
    return Loop(**arguments), arguments


def _parameters_complaint(
    student: Student, function: str, loop: Loop, arguments: dict[str, Any], conditional: bool
) -> str | None:
    """Complain where a training ends with other parameters than the right one."""
    training = _train(student, function, loop, arguments, conditional)
    seen, wanted = training.answer["state"], training.parameters
    difference = _difference(seen, wanted)
    if difference == math.inf:
        return named(
            "layers-changed",
            f"{function} should leave the model's layers as they are; yours changed them.",
        )
    if difference <= TOLERANCE * loop.lr:
        return None
    unmoved = distance(seen, training.case["state"]) == 0
    result = "they are unchanged" if unmoved else f"the largest difference is {show(difference)}"
    hint = parameters_hint(training.case, training.answer, loop, unmoved)
    call = ", ".join(f"{name}={value:.3g}" for name, value in arguments.items())
    return about(
        hint,
        f"After {function}(model, {call}) on 8 images in batches of 3, the parameters of a small "
        f"test model should be those of {3 * loop.num_epochs} Adam steps; {result}. "
        f"{hint or 'Compare with forward, loss, zero_grad, backward, step.'}",
    )


def _averages_complaint(student: Student, function: str, conditional: bool) -> str | None:
    """Complain where a training reports other averages than those of the last epoch."""
    loop, arguments = _random_loop()
    training = _train(student, function, loop, arguments, conditional)
    epochs = training.epochs
    results, wanted = read_results(training.answer, function), averages(epochs[-1])
    if distance(training.answer["state"], training.parameters) > TOLERANCE * loop.lr:
        return _judged_later("What is returned or printed")
    if results.agree(wanted):
        return None
    all_epochs = torch.stack([averages(epoch) for epoch in epochs])
    fingerprints = (
        *other_averages(epochs[-1]),
        (
            named(
                "averages-of-first-epoch",
                "These are the averages of the first epoch; return those of the last.",
            ),
            all_epochs[0],
        ),
        (
            named(
                "averages-added-up-over-epochs",
                "These add up all epochs; return the averages of the last.",
            ),
            all_epochs.sum(0),
        ),
        (
            named(
                "averages-over-all-epochs",
                "These average all epochs; return the averages of the last.",
            ),
            all_epochs.mean(0),
        ),
    )
    hint = sole_match(results.agree, fingerprints) or (
        named(
            "other-averages",
            "Sum over the batches, divide by the number of images, start again at 0 in each epoch.",
        )
    )
    return about(
        hint,
        f"{function} should return or print {', '.join(PARTS)} of the last epoch, here "
        f"{show(wanted)}; it {results.seen}. {hint}",
    )


def _judged_later(what: str) -> str:
    """Say that something cannot be judged while the parameters are wrong."""
    return named(
        "judged-after-the-parameters",
        f"{what} can be judged once the parameters are right: first the line above that says what "
        "is wrong with them.",
    )


def _evaluation_complaint(student: Student, function: str, conditional: bool) -> str | None:
    """Complain where a training does not measure the test images after each epoch."""
    loop, arguments = _random_loop()
    case = random_case(fresh_generator(), conditional)
    answer = student.probe("train", function=function, case=case, arguments=arguments)
    test = function.replace("train", "test")
    task = f"{function} should measure the test images after each epoch, by {test}(model)"
    if answer["decoy_tests"]:
        return named("global-model", f"{task}; the model that it measured {GLOBAL_MODEL}")
    looks = sum(seen for _, seen in answer["tested"])
    images = len(case["test_iter"][1])
    if not looks:
        return named(
            "test-images-never-measured",
            f"{task}; in {loop.num_epochs} epochs it never looked at them.",
        )
    if looks < loop.num_epochs * images:
        return named(
            "test-images-not-all-measured",
            f"{task}; with {images} of them, {loop.num_epochs} epochs make "
            f"{loop.num_epochs * images}, and it looked at {looks}. Measure all of them, inside "
            "the loop over the epochs.",
        )
    if max(after for after, _ in answer["tested"]) < answer["seen"]:
        return named(
            "measured-before-end-of-epoch",
            f"{task}; in the last epoch it measured before it had trained on the last batch.",
        )
    return None


@check(
    "parameters",
    "train takes the right Adam steps: the parameters of a test model end where they should.",
)
def train_parameters(student: Student) -> str | None:
    """Judge random num_epochs and lr; parameters agree within 0.1% of the learning rate."""
    loop, arguments = _random_loop()
    return _parameters_complaint(student, "train", loop, arguments, False)


@check("default learning rate", "train uses the learning rate 0.001 when none is given.")
def train_defaults(student: Student) -> str | None:
    """Judge one epoch without lr, where a training with a given one is right."""
    loop, arguments = _random_loop()
    training = _train(student, "train", loop, arguments, False)
    if _difference(training.answer["state"], training.parameters) > TOLERANCE * loop.lr:
        return _judged_later("Which learning rate train uses")
    return _parameters_complaint(student, "train", Loop(), {"num_epochs": 1}, False)


@check("averages", "train returns or prints loss, reconstruction and KL of the last epoch.")
def train_averages(student: Student) -> str | None:
    """Judge the averages in the assignment's unit, relative tolerance 1e-4."""
    return _averages_complaint(student, "train", False)


@check("test images", "train measures the test images after each epoch.")
def train_evaluation(student: Student) -> str | None:
    """Count the calls of test, and the test images that train itself looks at."""
    return _evaluation_complaint(student, "train", False)


@check(
    "train_cvae: parameters", "train_cvae takes the right Adam steps with each image's own label."
)
def train_cvae_parameters(student: Student) -> str | None:
    """Judge random num_epochs and lr, then the default lr, like train's."""
    loop, arguments = _random_loop()
    complaint = _parameters_complaint(student, "train_cvae", loop, arguments, True)
    return complaint or _parameters_complaint(
        student, "train_cvae", Loop(), {"num_epochs": 1}, True
    )


@check(
    "train_cvae: averages",
    "train_cvae returns or prints loss, reconstruction and KL of the last epoch.",
)
def train_cvae_averages(student: Student) -> str | None:
    """Judge the averages in the assignment's unit, relative tolerance 1e-4."""
    return _averages_complaint(student, "train_cvae", True)


@check("train_cvae: test images", "train_cvae measures the test images after each epoch.")
def train_cvae_evaluation(student: Student) -> str | None:
    """Count the calls of test_cvae, and the test images that train_cvae itself looks at."""
    return _evaluation_complaint(student, "train_cvae", True)


@check(
    "labels",
    "train_cvae and test_cvae give the labels in the form that ConditionalVAE takes; train_cvae "
    "gives each image its own.",
)
def train_cvae_labels(student: Student) -> str | None:
    """Call the student's class with the labels that the loops gave, and see whose they are."""
    case = random_case(fresh_generator(), True) | {"shuffle": True, "try_class": True}
    training = student.probe("train", function="train_cvae", case=case, arguments={"num_epochs": 2})
    if training["mismatched"]:
        return named(
            "labels-of-other-images",
            f"train_cvae should give each image its own label. {OTHER_LABELS}",
        )
    complaint = label_complaint(training, "train_cvae")
    return complaint or label_complaint(
        student.probe("evaluate", function="test_cvae", case=case), "test_cvae"
    )
