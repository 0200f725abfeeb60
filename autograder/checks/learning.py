"""Complaint about parts of a network that cannot learn.

Everything that a network computes with must be registered as a parameter, and the gradient must
reach it.
"""

from ..probes.student import Student
from .diagnosis import named
from .judging import fresh_generator, random_seed


def learning_complaint(
    student: Student, part: str, inputs: list, name: str = "ConditionalVAE"
) -> str | None:
    """Complain about tensors that a part of the network computes with and that never learn.

    Args:
        student: whose class is judged.
        part: encode, decode or forward.
        inputs: its arguments.
        name: of the class.
    """
    rng = fresh_generator()
    seeds = [random_seed(rng) for _ in range(4)]
    answer = student.probe("learning", name=name, part=part, seeds=seeds, inputs=inputs)
    if answer["hidden"]:
        return named(
            "parameters-not-registered",
            f"Everything that {part} learns should be among model.parameters(); {answer['hidden']} "
            "of the tensors that it computes with are not, so the optimiser never changes them. "
            "Layers in a plain list, or outside of the class, are not registered.",
        )
    if answer["cut"]:
        return named(
            "gradient-cut-off",
            f"The gradient should reach every layer that {part} uses; none reaches "
            f"{', '.join(answer['cut'][:4])}. Something in between is cut off from the gradient.",
        )
    return None
