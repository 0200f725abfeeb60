"""Do handed-in weights reach the losses of the text? Judged by what the student's own class gives.

A reached loss proves little: leaving the sampling out, or averaging the pixels, gives a *better*
number in a student's own loop. So reconstruction and KL are measured apart, from samples and from
means, and each has two limits.
"""

import math

from ..assignment import BATCH_SIZE, Target
from ..probes.student import NoVerdictError, Student, StudentError
from .outcome import Complaint, Outcome
from .trained_model import LabelledImages, Measured, average_digit, measure
from .weights_misfit import misfit, refusal

NAME = "loss target"
NOT_TRAINED = 784 * math.log(2)  # nats: every pixel grey


def judge_weights(student: Student, target: Target, images: LabelledImages) -> Outcome:
    """Judge a target's file, which lies beside the student's class. Raises NoVerdictError alone."""
    where = f"{target.file} was not measured with {target.model} of {target.notebook}"
    try:
        answer = student.probe(
            "trained",
            name=target.model,
            file=target.file,
            images=images.x,
            noise=images.noise(),
            labels=images.y if target.conditional else None,
        )
        return Outcome(NAME, True, _reached(answer, target, images))
    except NoVerdictError:
        raise
    except Complaint as problem:
        return Outcome(NAME, False, str(problem))
    except StudentError as error:
        return Outcome(NAME, False, f"{where}: {error} Mend the class, then hand in both again.")
    except Exception as error:  # noqa: BLE001 - whatever the kernel answered, there is a verdict
        return Outcome(
            NAME, False, f"{where}: it answered in another form ({type(error).__name__})."
        )


def _reached(answer, target, images):
    """The sentence for a reached target. Raises Complaint."""
    if "refused" in answer:
        raise Complaint(refusal(answer["refused"], target))
    if "in_class" in answer:
        raise Complaint(misfit(answer["in_file"], answer["in_class"], target))
    if "not_finite" in answer:
        raise Complaint(
            f"{target.file} holds NaN or infinite values in {len(answer['not_finite'])} of its "
            f"tensors: the training went off; train again, and save when the losses are numbers."
        )
    measured = measure(images, answer)
    problem = diagnosis(measured, target, average_digit(images, target.conditional))
    if problem:
        raise Complaint(problem)
    total, recon, kl = measured.total, measured.reconstruction, measured.kl
    return (
        f"reached {total / BATCH_SIZE:.2f}, target about {target.loss:g}: reconstruction "
        f"{recon / BATCH_SIZE:.2f} + KL {kl / BATCH_SIZE:.2f} "
        f"({total:.1f} = {recon:.1f} + {kl:.1f} nats per image; on {len(images.y):,} test images, "
        f"whatever the batch size)."
    )


def diagnosis(measured: Measured, target: Target, average: float) -> str | None:
    """What is wrong with a model that was measured, None where it reached the target.

    average: what painting the average digit costs, see `average_digit`.
    """
    nats = measured.total
    number = f"{nats / BATCH_SIZE:.2f}, or {nats:.0f} nats per image"
    if not math.isfinite(nats):
        return (
            "The losses of these weights are not finite: the training went off; train again, and "
            "save when the losses are numbers."
        )
    if untrained(measured):
        return (
            f"{number}: these weights are not trained (every pixel grey gives 784 · ln 2 = "
            f"{NOT_TRAINED:.1f} nats): train the model, then save it."
        )
    if abs(measured.reconstruction - average) < 4:
        digit = "the average digit" + (" of each label" if target.conditional else "")
        codes = "its codes carry nothing" if measured.kl < 1 else "its decoder ignores its codes"
        return (
            f"{number}: the model paints {digit}, {codes} (KL {measured.kl:.1f}). Does the "
            f"gradient pass through the sample, and is the reconstruction summed over the pixels?"
        )
    if measured.from_means < average and measured.reconstruction - measured.from_means > 30:
        return (
            f"{number}: reconstruction from samples ({measured.reconstruction:.0f} nats) is far "
            f"worse than from means ({measured.from_means:.0f} nats): trained without sampling?"
        )
    recon = _outside("reconstruction", measured.reconstruction, target.reconstruction)
    problem = recon or _outside("KL", measured.kl, target.kl)
    return f"{number}, target about {target.loss:g}: {problem}" if problem else None


def untrained(measured: Measured) -> bool:
    """Whether a model gives what torch's own initial weights give: 475 to 651 nats, KL up to 0.1.

    (Twelve seeds of both models. One trained without sampling has 425 from samples, but 156 from
    means.)
    """
    losses = (measured.from_means, measured.reconstruction)
    return all(400 < loss < 800 for loss in losses) and measured.kl < 1


HINTS = {  # below the limits, and above
    "reconstruction": (
        "better than two latent dimensions allow: is z larger, or does the decoder see the image?",
        "was it trained for 10 epochs, and with the loss of notebook 03?",
    ),
    "KL": (
        "is the whole KL in the loss, once, and is σ = exp(logvar / 2) in the sample?",
        "is the whole KL in the loss, summed over the latent dimensions?",
    ),
}


def _outside(name, nats, limits):
    """What is wrong with one part of the loss, None where it lies within its limits."""
    value, (lowest, highest) = nats / BATCH_SIZE, limits
    if lowest <= value <= highest:
        return None
    below, above = HINTS[name]
    return (
        f"{name} is {value:.2f} ({nats:.1f} nats per image), and should lie between {lowest:.2f} "
        f"and {highest:.2f}: {below if value < lowest else above}"
    )
