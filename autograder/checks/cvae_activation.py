"""Checks of the activation that ends ConditionalVAE's decoder: judged as that of the VAE is.

A mistake that is the VAE's, inherited unchanged, was paid for in notebook 02.
"""

import itertools
from collections.abc import Callable

from torch import Tensor

from ..probes.student import Student, StudentError
from .activation import activation_complaint, decode_random, random_latents, range_complaint
from .cvae_forward import random_inputs, record_forward
from .outcome import Complaint, check

# A right network fails only where all of these are dead.
_NETWORKS = 3


@check("pixel range", "Every pixel of recon_x lies between 0 and 1, and both ends are reached.")
def forward_pixel_range(student: Student) -> str | None:
    """Judge images for 30 sizes of the parameters, as in notebook 02."""
    return _complaint(student, range_complaint)


@check(
    "activation",
    "Each pixel of recon_x grows smoothly with what the last layer computed for it, and depends on "
    "nothing else.",
)
def forward_activation(student: Student) -> str | None:
    """Judge by known numbers in place of the last layer's output, else by laws for any network."""
    return _complaint(student, activation_complaint)


def _complaint(student: Student, judge: Callable[[dict], str | None]) -> str | None:
    """Judge what decode paints, or forward where it does without decode."""
    recorded = record_forward(student)
    uses_both = bool(recorded["encoded"] and recorded["decoded"])
    complaint = None
    for _ in range(_NETWORKS):
        try:
            answer = _decoded(student, "decode" if uses_both else "forward")
            complaint = judge(answer)
        except (StudentError, Complaint):
            if not uses_both:
                raise
            return None  # the decoder's own mistake, which its own check names
        if complaint is None or (answer["inherited"] and _is_vae_wrong(student)):
            return None
    return complaint


def _decoded(student: Student, part: str) -> dict:
    """Let ConditionalVAE paint with random parameters, by decode or by forward."""
    x, y = random_inputs()
    first = x if part == "forward" else random_latents(len(y))
    answer = decode_random(student, first, y, name="ConditionalVAE", part=part)
    if part == "forward":  # where log-variances grow with the parameters, samples may overflow
        answer["images"] = [*itertools.takewhile(_is_finite, answer["images"])] or answer["images"]
    return answer


def _is_finite(image) -> bool:
    return isinstance(image, Tensor) and bool(image.isfinite().all())


def _is_vae_wrong(student: Student) -> bool:
    answer = decode_random(student, random_latents())
    return bool(range_complaint(answer) or activation_complaint(answer))
