"""Checks of the VAE's final activation: each pixel is a probability, by a smooth increasing
function of its own input.

The network is judged with random parameters of growing size, so any structure will do. Where the
last layer is the given one, its output is replaced by known numbers, and the activation shows
itself.
"""

import torch
import torch.nn.functional as F
from torch import Tensor

from ..probes.student import Student
from .judging import close, fresh, in_unit_interval, only, seed, shaped, show
from .learning import learning_complaint
from .outcome import Complaint, check

_GAINS = [
    0.5 * 1.15**step for step in range(30)
]  # up to 29: every pixel of a right decoder is then near 0 or 1
_SOFTMAX = (
    "A softmax lets the pixels compete for a total of 1; here every pixel is a probability of its "
    "own."
)
_PER_PIXEL = "Which function maps every real number into (0, 1), pixel by pixel?"

_ACTIVATIONS = (
    ("The image is the bare output of the last layer. " + _PER_PIXEL, lambda x: x),
    ("tanh ends at −1 and 1. " + _PER_PIXEL, torch.tanh),
    ("ReLU has no upper end. " + _PER_PIXEL, F.relu),
    ("Leaky ReLU has no ends. " + _PER_PIXEL, F.leaky_relu),
    ("ELU has no upper end. " + _PER_PIXEL, F.elu),
    ("GELU has no upper end. " + _PER_PIXEL, F.gelu),
    ("Softplus has no upper end. " + _PER_PIXEL, F.softplus),
    ("exp has no upper end. " + _PER_PIXEL, torch.exp),
    ("log-sigmoid is a log probability; the image needs the probability.", F.logsigmoid),
    (
        "The sigmoid is applied twice: what it is given the second time lies in (0, 1) already.",
        lambda x: torch.sigmoid(torch.sigmoid(x)),
    ),
    (
        "Clipping passes no gradient where it clips; squash smoothly instead.",
        lambda x: x.clamp(0, 1),
    ),
    ("Clipping passes no gradient where it clips; squash smoothly instead.", F.hardsigmoid),
    ("Clipping passes no gradient where it clips; squash smoothly instead.", F.hardtanh),
    ("The absolute value of tanh makes −x and x the same pixel.", lambda x: x.tanh().abs()),
    (_SOFTMAX, lambda x: x.flatten(1).softmax(1).view_as(x)),
    (_SOFTMAX, lambda x: x.softmax(1)),
    (_SOFTMAX, lambda x: x.softmax(2)),
    (_SOFTMAX, lambda x: x.softmax(3)),
)


def _decoded(student: Student, gains=_GAINS) -> dict:
    """The probe's answer for fresh z (5, 2), and what went in."""
    rng = fresh()
    z = torch.tensor(rng.normal(size=(5, 2)), dtype=torch.float32)
    ramp = torch.tensor(rng.permutation(torch.linspace(-6, 6, 784)), dtype=torch.float32).view(
        1, 1, 28, 28
    )
    order, kept = torch.tensor(rng.permutation(784)), torch.tensor(rng.random(784) < 0.5)
    kept &= ramp.flatten().abs() < 5  # the ends change, so that scaling by them shows
    ramps = [
        ramp,
        ramp.flatten()[order].view_as(ramp),
        torch.where(kept.view_as(ramp), ramp, 0.3 * ramp),
        1e6 * ramp.sign(),
    ]
    answer = student.probe("vae_decode", z=z, seed=seed(rng), gains=list(gains), ramps=ramps)
    return {**answer, "ramps": ramps, "order": order, "kept": kept}


def _images(answer: dict) -> Tensor:
    """All decoded images, (gain, 5, 1, 28, 28), for parameters from small to large."""
    return torch.stack(
        [shaped(image, (5, 1, 28, 28), "decode(z) for 5 latents") for image in answer["images"]]
    )


def _named(answer: dict) -> str:
    """The hint about the activation in use where it is a known wrong one, with a space before it;
    else "".
    """
    if not answer["activated"] or not isinstance(answer["activated"][0], Tensor):
        return ""
    ramp, seen = answer["ramps"][0], answer["activated"][0]
    if seen.shape != ramp.shape:
        return ""
    hint = only(lambda function: close(seen, function(ramp), rel=1e-3, scale=1e-2), _ACTIVATIONS)
    return hint and " " + hint


@check("shape", "decode gives one image of 1×28×28 pixels for each z.")
def image_shape(student: Student) -> str | None:
    """Twelve latents, among them three different ones, and one alone, for three sets of random
    parameters.
    """
    rng, rows = fresh(), 12
    for _ in range(3):  # a narrow network may be dead twice
        which = torch.tensor(rng.permutation([0, 1, 2, *rng.integers(3, size=rows - 3)]))
        z = torch.tensor(rng.normal(size=(3, 2)), dtype=torch.float32)[which]
        answer = student.probe("vae_decode", z=z, seed=seed(rng), gains=[1.0], ramps=[])
        images = shaped(
            answer["images"][0], (rows, 1, 28, 28), f"decode(z) for {rows} latents"
        ).flatten(1)
        single = shaped(answer["single"], (1, 1, 28, 28), "decode(z) for 1 latent").flatten(1)
        apart = (images.unsqueeze(1) - images).abs().amax(2)  # (row, row)
        same = which.unsqueeze(1) == which
        if not close(single, images[:1], scale=1.0) or not float(apart[same].max()) < 1e-4:
            return (
                "decode should give a latent the same image alone as among others; yours are "
                "different images."
            )
        if float(apart[~same].min()) > 1e-6:
            return None
    return "decode should give different latents different images; yours are equal."


@check("pixel range", "Every pixel lies between 0 and 1, and both ends are reached.")
def pixel_range(student: Student) -> str | None:
    """Images for 30 sizes of the parameters: inside [0, 1] always, within 0.001 of both ends at
    some size.
    """
    answer = _decoded(student)
    images = _images(answer)
    low, high = float(images.min()), float(images.max())
    if not in_unit_interval(images):
        return (
            f"Every pixel should lie in [0, 1]; yours lie between {show(low)} and "
            f"{show(high)}.{_named(answer)}"
        )
    if low > 1e-3 or high < 1 - 1e-3:
        return (
            "Pixels should come near 0 and near 1 for large parameters; yours stay between "
            f"{show(low)} and {show(high)}.{_named(answer)}"
        )
    share = float(((images[-1] < 0.01) | (images[-1] > 0.99)).float().mean())
    if share < 0.2:
        return (
            f"For large parameters most pixels should lie near 0 or near 1; of yours {share:.0%} "
            f"do.{_named(answer)}"
        )
    return None


@check(
    "activation",
    (
        "Each pixel grows smoothly with what the last layer computed for it, and depends on "
        "nothing else."
    ),
)
def pixel_activation(student: Student) -> str | None:
    """Known numbers in place of the last layer's output; else laws that hold for every structure of
    the network.
    """
    answer = _decoded(student)
    images = _images(answer)
    grey = shaped(answer["grey"], (5, 1, 28, 28), "decode(z)", nan=True)
    for axes in ((1, 2, 3), (0,), (1,), (2,), (3,)):
        if close(images.sum([axis + 1 for axis in axes]), 1.0, rel=1e-3):
            return f"Pixels should not depend on each other; yours always add up to 1. {_SOFTMAX}"
    if answer["activated"] and _pixelwise(answer):
        return _monotone(answer)
    if not 0.01 < float(grey.min()) <= float(grey.max()) < 0.99:
        return (
            "With all parameters 0 nothing is known about a pixel, so it should be some grey; "
            f"decode gives {show(grey.min())}.{_named(answer)}"
        )
    reached = [step for step in images if float(step.min()) < 1e-3 and float(step.max()) > 1 - 1e-3]
    clipped = int((reached[0] == 0).sum()) if reached else 0
    if clipped:
        return (
            "A pixel should come near 0 without reaching it, so that its gradient never vanishes; "
            f"{clipped} of {reached[0].numel()} pixels are exactly 0.{_named(answer)}"
        )
    return None


def _pixelwise(answer: dict) -> bool:
    """Whether each pixel of the image depends on the last layer's same pixel alone, and does depend
    on it.
    """
    first, permuted, partly, _ = (
        shaped(image, (1, 1, 28, 28), "decode(z) for 1 latent").flatten()
        for image in answer["activated"]
    )
    kept = answer["kept"]
    return (
        float(first.std()) > 0
        and close(permuted, first[answer["order"]], rel=1e-5, scale=1e-3)
        and close(partly[kept], first[kept], rel=1e-5, scale=1e-3)
    )


def _monotone(answer: dict) -> str | None:
    image = answer["activated"][0].flatten()[answer["ramps"][0].flatten().argsort()].double()
    steps = image.diff()
    if bool((steps > 0).all()) or bool((steps < 0).all()):
        ends = (answer["ramps"][3] * steps.sign()[0] > 0).float()
        if close(answer["activated"][3], ends, rel=1e-3, scale=1.0):
            return None
        return (
            "Far out, at −10⁶ and 10⁶, a pixel should be as good as 0 and 1; yours is "
            f"{show(answer['activated'][3].min(), answer['activated'][3].max())}.{_named(answer)}"
        )
    if not _named(answer) and (float(image.min()) < 0 or float(image.max()) > 1):
        raise Complaint(
            f"Every pixel should lie in [0, 1]; yours lie between {show(image.min(), image.max())}."
        )
    flat = int((steps == 0).sum())
    return (
        "A pixel should grow steadily while the last layer's output goes from −6 to 6; yours "
        "stands still or turns back in "
        f"{max(flat, int((steps.sign() != steps.sign()[391]).sum()))} of 783 steps.{_named(answer)}"
    )


@check("learning", "The gradient of the images reaches the decoder's parameters.")
def decoder_learning(student: Student) -> str | None:
    """Parameters that matter have a gradient, for one of 4 sets of random parameters; nothing else
    learns.
    """
    z = torch.tensor(fresh().normal(size=(5, 2)), dtype=torch.float32)
    return learning_complaint(student, "decode", [z], name="VAE")
