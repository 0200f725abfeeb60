"""Probes: what runs beside the student's code. Each is `name(namespace, **inputs) -> dict` of plain values.

Probes build deterministic models and data, call the student's functions with them and report what came back; they
judge nothing. `source()` is all of them as the text of one module, for a process that cannot import this package.
"""

from pathlib import Path

from .common import describe
from .figures import plot, scatter
from .loops import evaluate, train
from .networks import cvae_forward, cvae_parts, vae_decode
from .values import kl, sample

PROBES = {
    probe.__name__: probe
    for probe in (vae_decode, sample, kl, train, evaluate, plot, scatter, cvae_parts, cvae_forward)
}
_FILES = ("common.py", "values.py", "loops.py", "figures.py", "networks.py")

__all__ = ["PROBES", "describe", "source"]


def source() -> str:
    """The probes as one self-contained module (torch, numpy, matplotlib): its functions are those in PROBES, and
    `describe(error, namespace)`, which turns an exception from a probe into a sentence for the student."""
    folder = Path(__file__).parent
    lines = "\n".join((folder / name).read_text(encoding="utf-8") for name in _FILES).splitlines()
    return "\n".join(line for line in lines if not line.startswith("from .")) + "\n"
