"""Do handed-in weights reach the losses of the text? Judged on MNIST's test images by losses of our own.

A reached loss proves little: leaving the sampling out, or averaging the pixels, gives a *better* number in a student's
own loop. So reconstruction and KL are measured apart, from samples and from means, and each has a two-sided band.
"""

import functools
import math
from collections.abc import Callable

from torch import Tensor

from ..assignment import BATCH_SIZE, TARGETS
from ..probes.student import NoVerdictError, StudentError
from .losses_of_weights import Images, Measured, average_digit, measure, measure_outputs
from .outcome import Complaint, Outcome
from .weights_file import NotPlainError, read_weights
from .weights_model import NAMES, Reference, difference, fill, fits

NOT_TRAINED = 784 * math.log(2)  # nats: every pixel grey
PILOT = 200  # images on which the ways to read a file are compared
SLOPES = (0.01, 0.0)  # of the activation after the 16 units: the text's, and a plain ReLU
OWN_IMAGES = 500  # that are sent through a student's own model
NAME = "loss target"


TARGET = {target.conditional: target for target in TARGETS.values()}
Own = Callable[[Tensor, Tensor, Tensor | None], tuple[Tensor, ...]]


def judge_weights(
    data: bytes, conditional: bool, file: str, images: Images | None, own: Own | None = None
) -> Outcome:
    """Judge the bytes of a file of weights of a VAE, or of a CVAE. Raises NoVerdictError alone.

    file: its name, for messages. images: MNIST's test set; None where it is not at hand. own: the student's own model
    for weights of another architecture, (x, y, None) → mean and log-variance, (x, y, z) → images; may raise
    StudentError and Complaint.
    """
    try:
        message = _reached(data, conditional, file, images, own)
        return Outcome(NAME, True, message)
    except NotPlainError as problem:
        return Outcome(NAME, False, f"{file} is not a plain file of weights: {problem}.")
    except NoVerdictError:
        raise
    except (Complaint, StudentError) as problem:
        return Outcome(NAME, False, str(problem))
    except Exception as error:  # noqa: BLE001 - whatever a file does to torch, there is a verdict
        return Outcome(NAME, False, f"{file} could not be measured ({type(error).__name__}).")


def diagnosis(measured: Measured, conditional: bool, average: float) -> str | None:
    """What is wrong with a model that was measured, None where it reached the target. average: see `average_digit`."""
    target, nats = TARGET[conditional], measured.reconstruction + measured.kl
    number = f"{nats / BATCH_SIZE:.2f}, or {nats:.0f} nats per image"
    if not math.isfinite(nats):
        return "The losses of these weights are not finite: the training went off, and its weights should not be saved."
    if untrained(measured):
        return (
            f"{number}: these weights are not trained (every pixel grey gives 784 · ln 2 = {NOT_TRAINED:.1f} "
            f"nats): train the model, then save it."
        )
    if abs(measured.reconstruction - average) < 4:
        digit = "the average digit" + (" of each label" if conditional else "")
        codes = "its codes carry nothing" if measured.kl < 1 else "its decoder ignores its codes"
        return (
            f"{number}: the model paints {digit}, {codes} (KL {measured.kl:.1f}). Does the gradient pass through "
            f"the sample, and is the reconstruction summed over the pixels?"
        )
    if measured.from_means < average and measured.pilot - measured.from_means > 30:
        return (
            f"{number}: reconstruction from samples ({measured.pilot:.0f} nats) is far worse than from means "
            f"({measured.from_means:.0f} nats): trained without sampling?"
        )
    recon = _part(
        "reconstruction",
        measured.reconstruction,
        target.reconstruction,
        target,
        number,
        _RECONSTRUCTION,
    )
    return recon or _part("KL", measured.kl, target.kl, target, number, _KL)


def untrained(measured: Measured) -> bool:
    """Whether a model gives what random weights give: torch's own initial ones, 475 to 651 nats with KL up to 0.1.

    (Twelve seeds of both models. One trained without sampling has 425 from samples, but 156 from means.)
    """
    return (
        400 < measured.from_means < 800 and 400 < measured.reconstruction < 800 and measured.kl < 1
    )


_RECONSTRUCTION = (
    "better than two latent dimensions allow: is z larger, or does the decoder see the image?",
    "was it trained for 10 epochs, and with the loss of notebook 03?",
)
_KL = (
    "is the whole KL in the loss, once, and is σ = exp(logvar / 2) in the sample?",
    "is the whole KL in the loss, summed over the latent dimensions?",
)


def _part(name, nats, band, target, number, hints):
    value, (lowest, highest) = nats / BATCH_SIZE, band
    if lowest <= value <= highest:
        return None
    hint = hints[0] if value < lowest else hints[1]
    return (
        f"{number}, target about {target.loss:g}: {name} is {value:.2f} ({nats:.1f} nats per image), and should "
        f"lie between {lowest:.2f} and {highest:.2f}: {hint}"
    )


def _reached(data, conditional, file, images, own):
    """The sentence for a reached target. Raises Complaint."""
    weights = read_weights(data)
    found = fits(weights.shapes, conditional, file)
    tensors = weights.tensors()
    broken = [
        name
        for name, value in tensors.items()
        if value.is_floating_point() and not value.isfinite().all()
    ]
    if broken:
        raise Complaint(
            f"{file} holds NaN or infinite values in {len(broken)} of {len(tensors)} tensors: the training "
            f"went off, and its weights should not be saved."
        )
    if images is None:
        raise Complaint(
            "This was not measured: MNIST is not on the grader's machine. No points depend on it."
        )
    if not found:
        why = f"{file} holds another architecture: {difference(weights.shapes, conditional)}"
        return _own(why, conditional, images, own)
    average = average_digit(images, conditional)
    measured = _best(weights, conditional, file, images)
    problem = diagnosis(measured, conditional, average)
    if (
        problem
        and measured.from_means > 1.2 * average
        and not untrained(measured)
        and own is not None
    ):
        why = (
            f"{file} fits the shapes of the text's {NAMES[conditional]}, but not what its layers do"
        )
        try:
            return _own(why, conditional, images, own)
        except (Complaint, StudentError):
            raise Complaint(problem) from None
    if problem:
        raise Complaint(problem)
    return _sentence(
        measured, conditional, f"on {len(images.y):,} test images, whatever the batch size"
    )


@functools.lru_cache(maxsize=16)
def _best(weights, conditional, file, images):
    """The measurement in the way to read the file that suits it best on some images; the same file is measured once."""
    models, tensors = [], weights.tensors()
    for fit in fits(weights.shapes, conditional, file):
        for slope in SLOPES:
            model = Reference(conditional)
            model.slope = slope
            fill(model, tensors, fit)
            models.append(model)
    some = images.first(PILOT)
    losses = [measure(model, some).total for model in models]
    order = sorted(
        range(len(models)), key=lambda i: losses[i] if math.isfinite(losses[i]) else math.inf
    )
    return measure(models[order[0]], images)


def _own(why, conditional, images, own):
    """The target as reached by the student's own model, which tells us mean, log-variance and images."""
    if own is None:
        raise Complaint(f"{why}; your own model could not be run with it.")
    some = images.first(OWN_IMAGES)
    try:
        measured = measure_outputs(some, own)
    except (Complaint, StudentError) as problem:
        raise Complaint(f"{why}; your own model could not be measured with it: {problem}") from None
    problem = diagnosis(measured, conditional, average_digit(some, conditional))
    how = f"measured by what your own model gives for {len(some.y)} test images, since {why}"
    if problem:
        raise Complaint(f"{problem} ({how}.)")
    return _sentence(measured, conditional, how)


def _sentence(measured, conditional, how):
    loss, recon, kl = (
        value / BATCH_SIZE for value in (measured.total, measured.reconstruction, measured.kl)
    )
    nats = (
        f"{measured.total:.1f} = {measured.reconstruction:.1f} + {measured.kl:.1f} nats per image"
    )
    return (
        f"reached {loss:.2f}, target about {TARGET[conditional].loss:g}: reconstruction {recon:.2f} + KL {kl:.2f} "
        f"({nats}; {how})."
    )
