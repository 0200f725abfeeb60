"""Helpers of all checks: fresh random inputs, reading returned values, numbers in sentences."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch
from torch import Tensor

from .diagnosis import named
from .outcome import Complaint

_seeds: np.random.SeedSequence | None = None


def fresh_generator() -> np.random.Generator:
    """Make a new random generator, seeded by the operating system, or by `repeatable` in tests."""
    return np.random.default_rng(None if _seeds is None else _seeds.spawn(1)[0])


@contextmanager
def repeatable(seed: int) -> Iterator[None]:
    """Let the checks draw the same inputs each time, for tests; not for several threads at once."""
    global _seeds
    _seeds = np.random.SeedSequence(seed)
    try:
        yield
    finally:
        _seeds = None


def random_seed(rng: np.random.Generator) -> int:
    """Draw a seed to send to a probe."""
    return int(rng.integers(2**31))


def random_signed(
    rng: np.random.Generator, low: float, high: float, shape: tuple[int, ...], dtype=torch.float32
) -> Tensor:
    """Draw values of random sign and size between low and high, with both signs in each column."""
    sizes = rng.uniform(low, high, shape)
    signs = rng.choice([-1.0, 1.0], shape)
    if len(shape) > 0 and shape[0] > 1:
        signs[0], signs[1] = 1.0, -1.0
    return torch.tensor(sizes * rng.permuted(signs, axis=0), dtype=dtype)


def as_number(value: Any, what: str) -> float:
    """Read the value of a one-element result.

    Args:
        value: what came back from the student's code.
        what: the value's name, which begins the sentence of the complaint.

    Raises:
        Complaint: where it is not one number.
    """
    if isinstance(value, Tensor) and value.numel() == 1:
        return float(value)
    if isinstance(value, list) and len(value) == 1:
        return as_number(value[0], what)
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return float(value)
    raise Complaint(
        named("not-one-number", f"{what} should be one number; it is {described(value)}.")
    )


def shaped(value: Any, shape: tuple[int, ...], what: str, nan: bool = False) -> Tensor:
    """Read the value as a float tensor of this shape.

    Args:
        value: what came back from the student's code.
        shape: which it must have.
        what: the value's name, which begins the sentence of the complaint.
        nan: whether NaN is allowed.

    Raises:
        Complaint: where it is something else.
    """
    if not isinstance(value, Tensor):
        raise Complaint(
            named(
                "not-a-tensor",
                f"{what} should be a tensor of shape {shape}; it is {described(value)}.",
            )
        )
    if tuple(value.shape) != shape:
        raise Complaint(
            named(
                "wrong-shape",
                f"{what} should have shape {shape}; its shape is {tuple(value.shape)}.",
            )
        )
    if not nan and value.isnan().any():
        raise Complaint(
            named(
                "not-numbers",
                f"{what} should hold numbers; {int(value.isnan().sum())} of {value.numel()} values "
                "are NaN.",
            )
        )
    return value.float() if value.dtype != torch.float64 else value


def described(value: Any) -> str:
    """Describe a returned value in words: "a tensor of shape (2, 3)"."""
    if value is None:
        return "None (is there a return?)"
    if isinstance(value, Tensor):
        return f"a tensor of shape {tuple(value.shape)}"
    if isinstance(value, list):
        return f"a sequence of {len(value)}"
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return f"one number, {show(value)}"
    # Probes send values of other types as such a description.
    if isinstance(value, str) and value.startswith("<"):
        return value
    return f"a {type(value).__name__}"


def close(seen: Any, wanted: Any, rel: float = 1e-4, scale: float = 0.0) -> bool:
    """Tell whether all values agree within `rel` of the wanted size, or of `scale` if larger.

    With an infinite size nothing agrees, since sums of a student's own numbers may overflow; nor do
    no values at all.
    """
    seen, wanted = (torch.as_tensor(value, dtype=torch.float64) for value in (seen, wanted))
    limit = rel * wanted.abs().clamp(min=max(scale, 1e-12))
    agree = limit.isfinite() & ((seen - wanted).abs() <= limit)
    return bool(agree.numel() and agree.all())


def in_unit_interval(values: Tensor) -> bool:
    """Tell whether all values lie in [0, 1], up to rounding.

    0.5 + x / (2 √(1 + x²)) in float32 may give -6e-8.
    """
    return float(values.min()) >= -1e-6 and float(values.max()) <= 1 + 1e-6


def with_place(place: str, error: Exception) -> str:
    """Say for which input code raised an exception; what is not written fails for all alike."""
    return f"{place}: {error}" if " raised " in str(error) else str(error)


def explanations(
    matches: Callable[[Any], bool], fingerprints: Iterable[tuple[str, Any]]
) -> set[str]:
    """Find the hints of the mistakes that explain what was seen.

    Args:
        matches: whether a mistake explains what was seen.
        fingerprints: (hint, the mistake as `matches` takes it).
    """
    return {hint for hint, mistake in fingerprints if matches(mistake)}


def sole_match(matches: Callable[[Any], bool], fingerprints: Iterable[tuple[str, Any]]) -> str:
    """Find the hint of `explanations` if there is exactly one; else ""."""
    hints = explanations(matches, fingerprints)
    return hints.pop() if len(hints) == 1 else ""


def show(*values: Any) -> str:
    """Format numbers for a sentence, four significant digits each: 1.5, -2, 0.25."""
    numbers = [float(item) for value in values for item in torch.as_tensor(value).flatten()]
    return ", ".join(f"{item:.4g}" for item in numbers)
