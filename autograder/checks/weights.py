"""Verdict on handed-in weights: the losses that the student's own class reaches with them.

A reached loss proves little: leaving the sampling out, or averaging the pixels, gives a *better*
number in a student's own loop. So reconstruction and KL are measured apart, from samples and from
means, and each has two limits.
"""

import dataclasses
import math

from ..assignment import BATCH_SIZE, Target
from ..probes.student import NoVerdictError, Student, StudentError
from .diagnosis import about, failure_id, named
from .outcome import Complaint, Outcome
from .trained_model import (
    LabelledImages,
    Measured,
    average_digit,
    measure,
    read_codes,
    reconstruction,
)
from .weights_misfit import explain_misfit, explain_unreadable

CHECK_NAME = "loss target"
NOT_TRAINED = 784 * math.log(2)  # nats: every pixel grey
# A model whose reconstruction is this near, in nats, to the average digit's has collapsed.
COLLAPSED_WITHIN = 4
# Nats by which the reconstruction from samples may be worse than that from means.
MAX_SAMPLING_GAP = 30
ABSURD = 1e6  # nats; every pixel as wrong as it can be gives 784 · 100


def judge_weights(student: Student, target: Target, images: LabelledImages) -> Outcome:
    """Judge a target's file, which lies in the folder of the student's code.

    Raises:
        NoVerdictError: where the student's code could not be asked; nothing else is raised.
    """
    not_measured = f"{target.file} was not measured with {target.model} of {target.notebook}"
    try:
        measured = _measured(student, target, images)
        numbers = measured.numbers()
        problem = diagnose(measured, target, average_digit(images, target.conditional))
        if problem:
            return Outcome.failed(CHECK_NAME, problem, numbers)
        reached = _reached(measured, target, len(images.y))
        return Outcome(CHECK_NAME, True, reached, numbers=numbers)
    except NoVerdictError:
        raise
    except Complaint as problem:
        sentence = problem.args[0]
    except StudentError as error:
        sentence = named(
            failure_id(str(error)),
            f"{not_measured}: {error} Fix the class, then hand in both again.",
        )
    except Exception as error:  # noqa: BLE001 - whatever the kernel answered, there is a verdict
        kind = type(error).__name__
        sentence = named(
            "weights-not-judged",
            f"{not_measured}: what it returned has another form than expected ({kind}).",
        )
    return Outcome.failed(CHECK_NAME, sentence)


def _measured(student, target, images):
    """Return the losses of the trained model; from all means only where something is remarkable.

    Raises Complaint where there are none.
    """
    codes = _ask(student, target, "encode", images.x, images.y)
    mean, logvar = read_codes(codes, len(images.y))

    def decode(latents, labels):
        return _ask(student, target, "decode", latents, labels)[0]

    measured = measure(images, mean, logvar, decode)
    gap = measured.reconstruction - measured.from_means
    average = average_digit(images, target.conditional)
    if gap < MAX_SAMPLING_GAP / 2 and diagnose(measured, target, average) is None:
        return measured  # all means would not say anything else
    return dataclasses.replace(measured, from_means=reconstruction(images, mean, decode))


def _reached(measured, target, images):
    """Return the sentence for a target that is reached on so many images."""
    total, recon, kl = measured.total, measured.reconstruction, measured.kl
    return (
        f"reached {total / BATCH_SIZE:.2f}, target about {target.loss:g}: reconstruction "
        f"{recon / BATCH_SIZE:.2f} + KL {kl / BATCH_SIZE:.2f} "
        f"({total:.1f} = {recon:.1f} + {kl:.1f} nats per image; on {images:,} test images, "
        f"whatever the batch size)."
    )


def _ask(student, target, part, inputs, labels):
    """Let the trained model encode or decode. Raises Complaint where it cannot be loaded."""
    answer = student.probe(
        "trained",
        name=target.model,
        file=target.file,
        part=part,
        inputs=[inputs],
        labels=labels if target.conditional else None,
    )
    if "refused" in answer:
        raise Complaint(explain_unreadable(answer["refused"], target))
    if "in_class" in answer:
        raise Complaint(explain_misfit(answer["in_file"], answer["in_class"], target))
    if "not_finite" in answer:
        raise Complaint(
            named(
                "weights-not-finite",
                f"{target.file} holds NaN or infinite values in {len(answer['not_finite'])} of its "
                "tensors: the training diverged; train again, and save when the losses are "
                "numbers.",
            )
        )
    return answer["outputs"][0]


def diagnose(measured: Measured, target: Target, average: float) -> str | None:
    """Return what is wrong with a model that was measured, None where it reached the target.

    Args:
        measured: what the model reaches.
        target: what it should reach.
        average: reconstruction of the average digit in nats, see `average_digit`.
    """
    nats = measured.total
    number = f"{nats / BATCH_SIZE:.2f}, or {nats:.0f} nats per image"
    if not nats < ABSURD:
        return named(
            "losses-not-finite",
            "The losses of these weights are not finite, or beyond all measure: the training "
            "diverged; train again, and save when the losses are numbers.",
        )
    if is_untrained(measured):
        return named(
            "weights-untrained",
            f"{number}: these weights are not trained (every pixel grey gives 784 · ln 2 = "
            f"{NOT_TRAINED:.1f} nats): train the model, then save it.",
        )
    if abs(measured.reconstruction - average) < COLLAPSED_WITHIN:
        digit = "the average digit" + (" of each label" if target.conditional else "")
        latents = "its z carries no information" if measured.kl < 1 else "its decoder ignores z"
        return named(
            "model-collapsed",
            f"{number}: the model paints {digit}, and {latents} (KL {measured.kl:.1f}). Does the "
            "gradient pass through the sample, and is the reconstruction summed over the pixels?",
        )
    sampling_gap = measured.reconstruction - measured.from_means
    if measured.from_means < average and sampling_gap > MAX_SAMPLING_GAP:
        return named(
            "trained-without-sampling",
            f"{number}: reconstruction from samples ({measured.reconstruction:.0f} nats) is far "
            f"worse than from means ({measured.from_means:.0f} nats): was it trained without "
            "sampling?",
        )
    problem = _outside("reconstruction", measured.reconstruction, target.reconstruction)
    problem = problem or _outside("KL", measured.kl, target.kl)
    return about(problem, f"{number}, target about {target.loss:g}: {problem}") if problem else None


def is_untrained(measured: Measured) -> bool:
    """Tell whether a model gives what torch's own initial weights give.

    That is 475 to 651 nats and KL up to 0.1, for twelve seeds of both models. A model trained
    without sampling has 425 nats from samples, but 156 from means.
    """
    losses = (measured.from_means, measured.reconstruction)
    return all(400 < loss < 800 for loss in losses) and measured.kl < 1


# (below the limits, above them)
HINTS = {
    "reconstruction": (
        named(
            "reconstruction-too-low",
            "better than two latent dimensions allow: is z larger, or does the decoder see the "
            "image?",
        ),
        named(
            "reconstruction-too-high",
            "was it trained for 10 epochs, and with the loss of notebook 03? (With a plain ReLU, "
            "some of the 16 hidden units may die: then train once more.)",
        ),
    ),
    "KL": (
        named(
            "kl-too-low",
            "is the KL in the loss once, not twice (is there a factor ½?), and is σ = exp(logvar / "
            "2) in the sample?",
        ),
        named(
            "kl-too-high",
            "is the whole KL in the loss, summed over the latent dimensions, and do mean and "
            "log-variance come in this order?",
        ),
    ),
}


def _outside(name, nats, limits):
    """Return what is wrong with one part of the loss, None where it lies within its limits."""
    value, (lowest, highest) = nats / BATCH_SIZE, limits
    if lowest <= value <= highest:
        return None
    below, above = HINTS[name]
    hint = below if value < lowest else above
    return about(
        hint,
        f"{name} is {value:.3g} ({nats:.1f} nats per image), and should lie between {lowest:g} and "
        f"{highest:g}: {hint}",
    )
