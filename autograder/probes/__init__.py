"""Probes: functions that run beside the student's code and report what it computes.

Each is `name(namespace, **inputs) -> dict` of plain values; `namespace` holds the globals of the
student's notebook. Probes build deterministic models and data, call the student's functions with
them and report what came back. They judge nothing.

This package is shipped into a student's kernel as source text, so its modules import nothing of the
grader but each other.
"""

from collections.abc import Callable
from typing import Any

from .common import describe
from .decoded import decoded_images
from .figures import plot, scatter
from .loops import evaluate, train
from .networks import cvae_forward, cvae_parts, learning
from .trained import trained
from .values import kl, sample

Probe = Callable[..., dict[str, Any]]

PROBES: dict[str, Probe] = {
    probe.__name__: probe
    for probe in (
        decoded_images,
        sample,
        kl,
        train,
        evaluate,
        plot,
        scatter,
        cvae_parts,
        cvae_forward,
        learning,
        trained,
    )
}
__all__ = ["PROBES", "describe"]
