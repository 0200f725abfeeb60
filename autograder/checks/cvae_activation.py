"""Check of the activation that ends ConditionalVAE's decoder: judged as that of the VAE is."""

from ..probes.student import Student, StudentError
from .activation import activation_complaint, decode_random, random_latents, range_complaint
from .cvae_forward import random_inputs, record_forward
from .outcome import Complaint, check

# A right network fails only where all of these are dead.
_NETWORKS = 3


@check(
    "activation",
    "Each pixel of recon_x lies between 0 and 1, and grows smoothly with what the last layer "
    "computed for it.",
)
def forward_activation(student: Student) -> str | None:
    """Judge what decode paints, or forward where it does without decode.

    A mistake that is the VAE's, inherited unchanged, was paid for in notebook 02.
    """
    recorded = record_forward(student)
    uses_both = bool(recorded["encoded"] and recorded["decoded"])
    complaint = None
    for _ in range(_NETWORKS):
        try:
            answer = _decoded(student, "decode" if uses_both else "forward")
            complaint = range_complaint(answer) or activation_complaint(answer)
        except (StudentError, Complaint):
            if not uses_both:
                raise
            return None  # the decoder's own mistake, which its own check names
        if complaint is None or (answer["inherited"] and _is_vae_wrong(student)):
            return None
    return complaint


def _decoded(student: Student, part: str) -> dict:
    x, y = random_inputs()
    first = x if part == "forward" else random_latents(len(y))
    return decode_random(student, first, y, name="ConditionalVAE", part=part)


def _is_vae_wrong(student: Student) -> bool:
    answer = decode_random(student, random_latents())
    return bool(range_complaint(answer) or activation_complaint(answer))
