"""Probes: what runs beside the student's code.

Each is `name(namespace, **inputs) -> dict` of plain values.

Probes build deterministic models and data, call the student's functions with them and report what
came back; they judge nothing, and import nothing of ours but each other: in a kernel they exist as
source text only.
"""

from .common import describe
from .figures import plot, scatter
from .loops import evaluate, train
from .networks import cvae_forward, cvae_parts, learning, vae_decode
from .trained import trained
from .values import kl, sample

PROBES = {
    probe.__name__: probe
    for probe in (
        vae_decode,
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
