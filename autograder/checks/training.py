"""Checks of the training and test loops, by the exact parameters and averages of a tiny model.

`train` and `test`, `train_cvae` and `test_cvae` are judged alike; the conditional model's loss
depends on the labels.
"""

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import torch
from torch import Tensor

from ..probes.student import Student
from .judging import close, fresh, kind, number, only, show
from .outcome import Complaint, check
from .reference_loops import PARTS, Loop, averages, case, other_averages, tested, trained, vary

TOLERANCE = 1e-3  # of a parameter, in units of the learning rate

_UNMOVED = "Nothing was learned: are zero_grad, backward and step all there, in this order?"
_FIRST_BATCH = (
    "Only the first batch of each epoch was used: look at the indentation, and for break or "
    "return in the loop."
)
_ONE_STEP = (
    "Only one step is taken in each epoch, after the last batch: it belongs inside the loop over "
    "the batches."
)


def wrong_loops(right: Loop, conditional: bool) -> tuple[tuple[str, Loop], ...]:
    """The classic mistakes, each with its hint; on a random case each ends elsewhere than the right
    loop.
    """
    loops = [
        (
            "Gradients add up until you clear them: call zero_grad for every batch.",
            {"zero_grad": "never"},
        ),
        (
            "Gradients add up until you clear them: call zero_grad for every batch.",
            {"zero_grad": "epoch"},
        ),
        (_UNMOVED, {"zero_grad": "between"}),
        (_UNMOVED, {"step": "never"}),
        (_ONE_STEP, {"step": "epoch"}),
        (_ONE_STEP, {"step": "epoch", "zero_grad": "epoch"}),
        (_ONE_STEP, {"batches": "last"}),
        (
            "Only the encoder learned: give the optimiser all of model.parameters().",
            {"trained": "encoder"},
        ),
        (
            "Only the decoder learned: give the optimiser all of model.parameters().",
            {"trained": "decoder"},
        ),
        (
            "Only the encoder learned: give the optimiser all of model.parameters().",
            {"trained": "encoder."},
        ),
        (
            "Only the decoder learned: give the optimiser all of model.parameters().",
            {"trained": "decoder."},
        ),
        ("The task asks for Adam; this is plain gradient descent.", {"optimiser": "SGD"}),
        ("The task asks for Adam; this is another optimiser.", {"optimiser": "momentum"}),
        ("The task asks for Adam; this is another optimiser.", {"optimiser": "RMSprop"}),
        ("The task asks for Adam; this is another optimiser.", {"optimiser": "Adagrad"}),
        ("The task asks for Adam; this is another optimiser.", {"optimiser": "AdamW"}),
        (
            (
                "Adam remembers past gradients; do not make it forget by building a new one in "
                "each epoch."
            ),
            {"fresh_optimiser": True},
        ),
        ("The argument lr is ignored.", {"lr": 1e-3}),
        *((f"The learning rate was {lr:g}.", {"lr": lr}) for lr in (1e-4, 1e-2, 0.1)),
        (
            "Only one epoch was trained: is num_epochs used, and is return outside the loop?",
            {"num_epochs": 1},
        ),
        ("The argument num_epochs is ignored.", {"num_epochs": 10}),
        (_FIRST_BATCH, {"batches": "first"}),
        (_FIRST_BATCH, {"batches": "first", "num_epochs": 1}),
        (
            "This was trained on test_iter: the test images should stay unseen.",
            {"data": "test_iter"},
        ),
        ("Only the reconstruction loss was minimised.", {"objective": "reconstruction"}),
        ("Only the KL loss was minimised.", {"objective": "KL"}),
        ("The loss was maximised.", {"sign": -1.0}),
        ("x and recon_x are exchanged: loss_function takes recon_x first.", {"swap": "images"}),
        ("mean_z and logvar_z are exchanged in the call of loss_function.", {"swap": "codes"}),
        ("The decoder got mean_z; while training it should get a sample.", {"sampled": False}),
        ("The model was in evaluation mode; train it in training mode.", {"training": False}),
    ]
    if conditional:
        loops += _wrong_labels()
    wrong = (
        (hint, vary(right, **changes))
        for hint, changes in loops
        if changes.keys() != {"fresh_optimiser"} or right.num_epochs > 1
    )
    return tuple((hint, loop) for hint, loop in wrong if loop != right)


def _wrong_labels() -> list[tuple[str, dict[str, Any]]]:
    return [
        ("The labels are in another order than the images.", {"labels": "flipped"}),
        *(
            (
                f"The label was {digit} for every image: pass on the labels from the loader.",
                {"labels": digit},
            )
            for digit in range(10)
        ),
    ]


def distance(seen: dict[str, Tensor], wanted: dict[str, Tensor]) -> float:
    """The largest difference of two sets of parameters."""
    return max(
        float((seen[name] - wanted[name]).abs().nan_to_num(nan=torch.inf).max()) for name in wanted
    )


def _random_loop() -> Loop:
    rng = fresh()
    return Loop(num_epochs=int(rng.integers(2, 4)), lr=float(rng.uniform(0.05, 0.15)))


def _run(student: Student, function: str, loop: Loop, arguments: dict[str, Any], conditional: bool):
    """(the case, the probe's answer, the right parameters, the epochs' batches of the right loop)"""
    inputs = case(fresh(), conditional)
    wanted, epochs = trained(inputs, loop)
    return (
        inputs,
        student.probe("train", function=function, case=inputs, arguments=arguments),
        wanted,
        epochs,
    )


def _parameters(
    student: Student, function: str, loop: Loop, arguments: dict[str, Any], conditional: bool
) -> str | None:
    inputs, answer, wanted, _ = _run(student, function, loop, arguments, conditional)
    seen = answer["state"]
    if seen.keys() != wanted.keys() or any(
        seen[name].shape != wanted[name].shape for name in wanted
    ):
        return f"{function} should leave the model's layers as they are; yours changed them."
    off = distance(seen, wanted)
    if off <= TOLERANCE * loop.lr:
        return None
    unmoved = distance(seen, inputs["state"]) == 0
    if unmoved and answer["decoy_calls"] and not answer["calls"]:
        hint = "The model that was trained is a global one: use the argument `model`."
    elif unmoved and not answer["calls"]:
        hint = "The model was never called."
    else:
        hint = only(
            lambda end: distance(seen, end) <= TOLERANCE * loop.lr, _ends(inputs, loop, conditional)
        )
        hint = hint or _label_hint(answer, inputs, conditional)
    call = ", ".join(f"{name}={value:.3g}" for name, value in arguments.items())
    said = "they are unchanged" if unmoved else f"the largest difference is {show(off)}"
    return (
        f"After {function}(model, {call}) on 7 images in batches of 3, the parameters of a small "
        f"test model should be those of {3 * loop.num_epochs} Adam steps; {said}. "
        f"{hint or 'Compare with forward, loss, zero_grad, backward, step.'}"
    )


def _ends(inputs: dict, loop: Loop, conditional: bool) -> Iterator[tuple[str, dict[str, Tensor]]]:
    """Where the wrong loops end; one that fails on the way (its loss is not finite any more)
    explains nothing.
    """
    for hint, wrong in wrong_loops(loop, conditional):
        with suppress(RuntimeError):
            yield hint, trained(inputs, wrong)[0]


def _label_hint(answer: dict, inputs: dict, conditional: bool) -> str:
    received = answer.get("labels") or []
    if not conditional or not received:
        return ""
    batches = {
        tuple(batch.tolist()) for batch in inputs["train_iter"][1].split(inputs["batch_size"])
    }
    wrong = [label.tolist() for label in received if tuple(label.flatten().tolist()) not in batches]
    return f"The model got the labels {wrong[0]}, which are not those of a batch." if wrong else ""


def _triple(value: Any, function: str) -> Tensor:
    if isinstance(value, Tensor) and value.numel() == 3:
        value = value.flatten().tolist()
    if not isinstance(value, list) or len(value) != 3:
        raise Complaint(
            f"{function} should return three numbers ({', '.join(PARTS)}); it returns "
            f"{kind(value)}."
        )
    numbers = [
        number(item, f"The {part} that {function} returns")
        for item, part in zip(value, PARTS, strict=True)
    ]
    return torch.tensor(numbers, dtype=torch.float64)


def _train_averages(student: Student, function: str, conditional: bool) -> str | None:
    loop = _random_loop()
    arguments = {"num_epochs": loop.num_epochs, "lr": loop.lr}
    _, answer, parameters, epochs = _run(student, function, loop, arguments, conditional)
    seen, wanted = _triple(answer["averages"], function), averages(epochs[-1])
    if distance(answer["state"], parameters) > TOLERANCE * loop.lr:
        return (
            "What is returned can be judged once the parameters are right; see the check of the "
            "parameters."
        )
    if close(seen, wanted):
        return None
    hint = only(
        lambda value: close(seen, value),
        (
            *other_averages(epochs[-1]),
            (
                "These are the averages of the first epoch; return those of the last.",
                averages(epochs[0]),
            ),
            (
                "These add up all epochs; return the averages of the last.",
                sum(averages(epoch) for epoch in epochs),
            ),
            (
                "These average all epochs; return the averages of the last.",
                sum(averages(epoch) for epoch in epochs) / len(epochs),
            ),
        ),
    )
    hint = hint or "Sum over the batches, divide by the number of images, start anew in each epoch."
    return (
        f"{function} should return {', '.join(PARTS)} of the last epoch, here {show(wanted)}; it "
        f"returns {show(seen)}. {hint}"
    )


def _test_averages(student: Student, function: str, conditional: bool) -> str | None:
    inputs = case(fresh(), conditional)
    right = Loop(data="test_iter", training=False)
    answer = student.probe("evaluate", function=function, case=inputs)
    seen = _triple(answer["averages"], function)
    accepted = [tested(inputs, vary(right, sampled=sampled)) for sampled in (True, False)]
    if any(close(seen, averages(batches)) for batches in accepted):
        return None
    changes = [
        ("The model was in training mode: call model.eval() first.", {"training": True}),
        ("These are the averages over train_iter; test on test_iter.", {"data": "train_iter"}),
        ("x and recon_x are exchanged: loss_function takes recon_x first.", {"swap": "images"}),
        ("mean_z and logvar_z are exchanged in the call of loss_function.", {"swap": "codes"}),
        *(_wrong_labels() if conditional else ()),
    ]
    fingerprints = [
        *(item for batches in accepted for item in other_averages(batches)),
        *(
            (hint, averages(tested(inputs, vary(right, sampled=sampled, **change))))
            for hint, change in changes
            for sampled in (True, False)
        ),
    ]
    hint = only(lambda value: close(seen, value), fingerprints)
    if answer["decoy_calls"] and not answer["calls"]:
        hint = "The model that was tested is a global one: use the argument `model`."
    return (
        f"{function} should return {', '.join(PARTS)} over test_iter, here "
        f"{show(averages(accepted[0]))}; it returns {show(seen)}. "
        f"{hint or 'Sum over all batches and divide by the number of images.'}"
    )


def _test_leaves_model(student: Student, function: str, conditional: bool) -> str | None:
    inputs = case(fresh(), conditional)
    answer = student.probe("evaluate", function=function, case=inputs)
    before = inputs["state"] | inputs["constants"]
    changed = [name for name in before if not torch.equal(answer["state"][name], before[name])]
    if changed:
        return (
            f"{function} should not touch the model; it changed {', '.join(changed)}. No backward "
            "and no step here."
        )
    if answer["gradients"]:
        return (
            f"{function} should not touch the model; it left gradients on {answer['gradients']} "
            "parameters. No backward here."
        )
    return None


@check(
    "parameters",
    "train takes the right Adam steps: the parameters of a test model end where they should.",
)
def train_parameters(student: Student) -> str | None:
    """Random num_epochs and lr; the parameters agree within 0.1% of the learning rate."""
    loop = _random_loop()
    return _parameters(
        student, "train", loop, {"num_epochs": loop.num_epochs, "lr": loop.lr}, False
    )


@check("default learning rate", "train uses the learning rate 0.001 when none is given.")
def train_defaults(student: Student) -> str | None:
    """One epoch without lr."""
    return _parameters(student, "train", Loop(), {"num_epochs": 1}, False)


@check("averages", "train returns loss, reconstruction and KL of the last epoch.")
def train_averages(student: Student) -> str | None:
    """In the assignment's unit, relative tolerance 1e-4."""
    return _train_averages(student, "train", False)


@check("averages", "test returns loss, reconstruction and KL over the test images.")
def test_averages(student: Student) -> str | None:
    """In the assignment's unit, relative tolerance 1e-4, by sampled z or by the mean, in evaluation
    mode.
    """
    return _test_averages(student, "test", False)


@check("model untouched", "test leaves parameters, gradients and buffers as they are.")
def test_leaves_model(student: Student) -> str | None:
    """Compared bit by bit."""
    return _test_leaves_model(student, "test", False)


@check(
    "train_cvae: parameters", "train_cvae takes the right Adam steps with each image's own label."
)
def train_cvae_parameters(student: Student) -> str | None:
    """Random num_epochs and lr, then the default lr; the parameters agree within 0.1% of the
    learning rate.
    """
    loop = _random_loop()
    wrong = _parameters(
        student, "train_cvae", loop, {"num_epochs": loop.num_epochs, "lr": loop.lr}, True
    )
    return wrong or _parameters(student, "train_cvae", Loop(), {"num_epochs": 1}, True)


@check("train_cvae: averages", "train_cvae returns loss, reconstruction and KL of the last epoch.")
def train_cvae_averages(student: Student) -> str | None:
    """In the assignment's unit, relative tolerance 1e-4."""
    return _train_averages(student, "train_cvae", True)


@check(
    "test_cvae: averages",
    "test_cvae returns loss, reconstruction and KL over the test images with their labels.",
)
def test_cvae_averages(student: Student) -> str | None:
    """In the assignment's unit, relative tolerance 1e-4, by sampled z or by the mean, in evaluation
    mode.
    """
    return _test_averages(student, "test_cvae", True)


@check(
    "test_cvae: model untouched", "test_cvae leaves parameters, gradients and buffers as they are."
)
def test_cvae_leaves_model(student: Student) -> str | None:
    """Compared bit by bit."""
    return _test_leaves_model(student, "test_cvae", True)
