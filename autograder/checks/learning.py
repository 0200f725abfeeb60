"""Whether everything that a network computes with can learn: what is registered, and what a
gradient reaches.
"""

from ..probes.student import Student
from .judging import fresh, seed


def learning_complaint(
    student: Student, part: str, inputs: list, name: str = "ConditionalVAE"
) -> str | None:
    """Which numbers that a part computes with would never learn."""
    rng = fresh()
    answer = student.probe(
        "learning", name=name, part=part, seeds=[seed(rng) for _ in range(4)], inputs=inputs
    )
    if answer["hidden"]:
        return (
            f"Everything that {part} learns should be among model.parameters(); {answer['hidden']} "
            "of the tensors that it computes with are not, so the optimiser never moves them. "
            "Layers in a plain list, or outside of the class, are not registered."
        )
    if answer["cut"]:
        return (
            f"The gradient should reach every layer that {part} uses; none reaches "
            f"{', '.join(answer['cut'][:4])}. Something in between is cut off from the gradient."
        )
    return None
