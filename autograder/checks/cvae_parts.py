"""Helpers of ConditionalVAE's checks: random inputs of its parts, and reading their outputs."""

import numpy as np
import torch
from torch import Tensor

from .diagnosis import named
from .judging import close, described, shaped
from .outcome import Complaint


def random_first(rng: np.random.Generator, part: str, rows: int) -> Tensor:
    """Draw a part's first input: images (rows, 1, 28, 28) to encode, or latents (rows, 2)."""
    if part == "encode":
        return torch.tensor(rng.uniform(0, 1, (rows, 1, 28, 28)), dtype=torch.float32)
    return torch.tensor(rng.normal(size=(rows, 2)), dtype=torch.float32)


def replaced(values: Tensor, others: Tensor, row: int) -> Tensor:
    """Copy the values with one row taken from the others."""
    values = values.clone()
    values[row] = others[row]
    return values


def read_output(value, part: str, rows: int) -> Tensor:
    """Read what a part gave for `rows` rows, as one tensor (rows, columns).

    Returns:
        Mean and log-variance (2 + 2 columns) of encode, pixels (784 columns) of decode.

    Raises:
        Complaint: where it has another form, or is not finite.
    """
    if part == "decode":
        images = shaped(value, (rows, 1, 28, 28), f"decode(z, y) for {rows} latents")
        return _finite(images.flatten(1), part)
    if not isinstance(value, list) or len(value) != 2:
        raise Complaint(
            named(
                "encode-returns-other-than-two",
                "encode(x, y) should return two tensors, mean and log-variance; it returns "
                f"{described(value)}.",
            )
        )
    both = [
        shaped(item, (rows, 2), f"The {name} that encode(x, y) gives for {rows} images")
        for item, name in zip(value, ("mean", "log-variance"), strict=True)
    ]
    return _finite(torch.cat(both, dim=1), part)


def require_three(output) -> list:
    """Return forward's three results; a Complaint where there is another number of them."""
    if not isinstance(output, list) or len(output) != 3:
        raise Complaint(
            named(
                "forward-returns-other-than-three",
                f"forward should return recon_x, mean_z, logvar_z; it returns {described(output)}.",
            )
        )
    return output


def recognised(seen: Tensor, known: dict[str, Tensor], codes: list) -> str:
    """Say what was returned in another's place."""
    picture = known["recon_x"]
    others = {
        **known,
        "z, which was decoded": codes[-1] if codes else None,
        "the image that decode gives, after another sigmoid: one at decode's end is enough": (
            picture.sigmoid()
        ),
    }
    same = (
        name
        for name, values in others.items()
        if isinstance(values, Tensor) and values.shape == seen.shape and close(seen, values)
    )
    return next(same, "something else")


def _finite(values: Tensor, part: str) -> Tensor:
    """Return the values; a Complaint where one is infinite: its differences would say nothing."""
    if not bool(values.isfinite().all()):
        raise Complaint(
            named(
                "values-not-finite",
                f"{part} should give finite numbers; {int((~values.isfinite()).sum())} of "
                f"{values.numel()} are infinite.",
            )
        )
    return values
