"""Checks of a decoder's final activation: each pixel is a probability.

A pixel must be a smooth increasing function of its own input. The network is judged with random
parameters of growing size, so any structure will do. Where the last layer gives the pixels, its
output is replaced by known numbers, and the activation shows itself.
"""

import torch
from torch import Tensor

from ..probes.student import Student
from .diagnosis import about, named
from .judging import close, fresh_generator, in_unit_interval, random_seed, shaped, show, sole_match
from .learning import learning_complaint
from .outcome import Complaint, check
from .wrong_activations import ONE_CHANNEL, SOFTMAX, WRONG_ACTIVATIONS

# Sizes of the parameters, up to 29: every pixel of a right decoder is then near 0 or 1.
_GAINS = [0.5 * 1.15**step for step in range(30)]


def decode_random(
    student: Student, first: Tensor, *labels: Tensor, name: str = "VAE", part: str = "decode"
) -> dict:
    """Let a class with random parameters decode.

    Args:
        student: whose class decodes.
        first: five latents or images.
        labels: of the five, for a ConditionalVAE.
        name: of the class.
        part: decode, or forward where that paints by itself.

    Returns:
        The probe's answer, and what went in.
    """
    rng = fresh_generator()
    values = rng.permutation(torch.linspace(-6, 6, 784))
    ramp = torch.tensor(values, dtype=torch.float32).view(1, 1, 28, 28)
    order, kept = torch.tensor(rng.permutation(784)), torch.tensor(rng.random(784) < 0.5)
    kept &= ramp.flatten().abs() < 5  # the ends change, so that scaling by them shows
    ramps = [
        ramp,
        ramp.flatten()[order].view_as(ramp),
        torch.where(kept.view_as(ramp), ramp, 0.3 * ramp),
        1e6 * ramp.sign(),
    ]
    answer = student.probe(
        "decoded_images",
        name=name,
        part=part,
        inputs=[first, *labels],
        seed=random_seed(rng),
        gains=_GAINS,
        ramps=ramps,
    )
    what = "decode(z) for 5 latents" if part == "decode" else "recon_x of 5 images"
    return {**answer, "ramps": ramps, "order": order, "kept": kept, "what": what}


def random_latents(rows: int = 5) -> Tensor:
    """Draw latents, (rows, 2)."""
    return torch.tensor(fresh_generator().normal(size=(rows, 2)), dtype=torch.float32)


def _images(answer: dict) -> Tensor:
    """All decoded images, (gain, 5, 1, 28, 28), for parameters from small to large."""
    return torch.stack(
        [shaped(image, (5, 1, 28, 28), answer["what"]) for image in answer["images"]]
    )


def _activation_hint(answer: dict) -> str:
    """Name a known wrong activation, with a space before the sentence; "" for another one."""
    if not answer["activated"] or not isinstance(answer["activated"][0], Tensor):
        return ""
    ramp, seen = answer["ramps"][0], answer["activated"][0]
    if seen.shape != ramp.shape:
        return ""

    def matches(function) -> bool:
        return close(seen, function(ramp), rel=1e-3, scale=1e-2)

    hint = sole_match(matches, WRONG_ACTIVATIONS)
    return hint and about(hint, " " + hint)


def _with_hint(sentence: str, hint: str) -> str:
    """Let a sentence end with a hint, which then says what the matter is."""
    return about(hint, about(sentence, sentence + hint))


@check("shape", "decode gives one image of 1×28×28 pixels for each z.")
def image_shape(student: Student) -> str | None:
    """Judge twelve latents, three of them different, and one alone; three sets of parameters."""
    rng, rows = fresh_generator(), 12
    for _ in range(3):  # a narrow network may be dead twice
        which = torch.tensor(rng.permutation([0, 1, 2, *rng.integers(3, size=rows - 3)]))
        answer = student.probe(
            "decoded_images",
            name="VAE",
            part="decode",
            inputs=[random_latents(3)[which]],
            seed=random_seed(rng),
            gains=[1.0],
            ramps=[],
        )
        batch = answer["images"][0]
        images = shaped(batch, (rows, 1, 28, 28), f"decode(z) for {rows} latents").flatten(1)
        single = shaped(answer["single"], (1, 1, 28, 28), "decode(z) for 1 latent").flatten(1)
        apart = (images.unsqueeze(1) - images).abs().amax(2)  # (row, row)
        same = which.unsqueeze(1) == which
        if not close(single, images[:1], scale=1.0) or not float(apart[same].max()) < 1e-4:
            return named(
                "batch-changes-image",
                "decode should give a latent the same image alone and in a batch; yours are "
                "different images.",
            )
        if float(apart[~same].min()) > 1e-6:
            return None
    return named(
        "images-ignore-latent",
        "decode should give different latents different images; yours are equal.",
    )


@check("pixel range", "Every pixel lies between 0 and 1, and both ends are reached.")
def pixel_range(student: Student) -> str | None:
    """Judge images for 30 sizes of the parameters.

    They lie inside [0, 1] always, and within 0.001 of both ends at some size.
    """
    return range_complaint(decode_random(student, random_latents()))


def range_complaint(answer: dict) -> str | None:
    """Complain about pixels outside [0, 1], or that keep away from its ends."""
    images = _images(answer)
    low, high = float(images.min()), float(images.max())
    if not in_unit_interval(images):
        return _with_hint(
            named(
                "pixels-outside-unit-interval",
                f"Every pixel should lie in [0, 1]; yours lie between {show(low)} and "
                f"{show(high)}.",
            ),
            _activation_hint(answer),
        )
    if low > 1e-3 or high < 1 - 1e-3:
        return _with_hint(
            named(
                "pixels-keep-from-ends",
                "Pixels should come near 0 and near 1 for large parameters; yours stay between "
                f"{show(low)} and {show(high)}.",
            ),
            _activation_hint(answer),
        )
    share = float(((images[-1] < 0.01) | (images[-1] > 0.99)).float().mean())
    if share < 0.2:
        return _with_hint(
            named(
                "pixels-rarely-near-ends",
                "For large parameters most pixels should lie near 0 or near 1; of yours "
                f"{share:.0%} do.",
            ),
            _activation_hint(answer),
        )
    return None


@check(
    "activation",
    "Each pixel grows smoothly with what the last layer computed for it, and depends on nothing "
    "else.",
)
def pixel_activation(student: Student) -> str | None:
    """Judge by known numbers in place of the last layer's output, else by laws for any network."""
    return activation_complaint(decode_random(student, random_latents()))


def activation_complaint(answer: dict) -> str | None:
    """Complain about pixels that do not grow smoothly, each with its own input."""
    images = _images(answer)
    grey = shaped(answer["grey"], (5, 1, 28, 28), answer["what"], nan=True)
    if close(images, 1.0, rel=1e-3):
        return about(
            ONE_CHANNEL, f"Pixels should depend on the latent; yours are always 1. {ONE_CHANNEL}"
        )
    for axes in ((1, 2, 3), (0,), (1,), (2,), (3,)):
        if close(images.sum([axis + 1 for axis in axes]), 1.0, rel=1e-3):
            return about(
                SOFTMAX,
                f"Pixels should not depend on each other; yours always add up to 1. {SOFTMAX}",
            )
    if answer["activated"] and _is_pixelwise(answer):
        return _monotone_complaint(answer)
    if not 0.01 < float(grey.min()) <= float(grey.max()) < 0.99:
        return _with_hint(
            named(
                "pixels-not-grey-at-zero",
                "With all parameters 0 nothing is known about a pixel, so it should be some grey; "
                f"yours is {show(grey.min())}.",
            ),
            _activation_hint(answer),
        )
    reached = [step for step in images if float(step.min()) < 1e-3 and float(step.max()) > 1 - 1e-3]
    clipped = int((reached[0] == 0).sum()) if reached else 0
    if clipped:
        return _with_hint(
            named(
                "pixels-reach-zero",
                "A pixel should come near 0 without reaching it, so that its gradient never "
                f"vanishes; {clipped} of {reached[0].numel()} pixels are exactly 0.",
            ),
            _activation_hint(answer),
        )
    return None


def _is_pixelwise(answer: dict) -> bool:
    """Tell whether each pixel depends on the last layer's same pixel, and on no other."""
    first, permuted, partly, _ = (
        shaped(image, (1, 1, 28, 28), "The image of one latent").flatten()
        for image in answer["activated"]
    )
    kept = answer["kept"]
    return (
        float(first.std()) > 0
        and close(permuted, first[answer["order"]], rel=1e-5, scale=1e-3)
        and close(partly[kept], first[kept], rel=1e-5, scale=1e-3)
    )


def _monotone_complaint(answer: dict) -> str | None:
    """Complain where pixels do not grow steadily with the ramp, from 0 to 1 at its far ends."""
    image = answer["activated"][0].flatten()[answer["ramps"][0].flatten().argsort()].double()
    steps = image.diff()
    if bool((steps > 0).all()) or bool((steps < 0).all()):
        ends = (answer["ramps"][3] * steps.sign()[0] > 0).float()
        far = answer["activated"][3]
        if close(far, ends, rel=1e-3, scale=1.0):
            return None
        return _with_hint(
            named(
                "far-inputs-not-saturated",
                "For inputs of −10⁶ and 10⁶ a pixel should be as good as 0 and 1; yours is "
                f"{show(far.min(), far.max())}.",
            ),
            _activation_hint(answer),
        )
    hint = _activation_hint(answer)
    if not hint and (float(image.min()) < 0 or float(image.max()) > 1):
        raise Complaint(
            named(
                "pixels-outside-unit-interval",
                "Every pixel should lie in [0, 1]; yours lie between "
                f"{show(image.min(), image.max())}.",
            )
        )
    flat = int((steps == 0).sum())
    turned = int((steps.sign() != steps.sign()[391]).sum())
    return _with_hint(
        named(
            "pixels-not-monotone",
            "A pixel should grow steadily while the last layer's output goes from −6 to 6; yours "
            f"stands still or turns back in {max(flat, turned)} of 783 steps.",
        ),
        hint,
    )


@check("learning", "The gradient of the images reaches the decoder's parameters.")
def decoder_learning(student: Student) -> str | None:
    """Judge the parameters that matter: each has a gradient, for one of 4 sets of parameters."""
    return learning_complaint(student, "decode", [random_latents()], name="VAE")
