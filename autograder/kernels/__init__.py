"""Where student code runs: a kernel in a process of its own, and calls into it from outside."""

from .kernel import CELL_SECONDS, PROBE_SECONDS, KernelStartError, StudentKernel
from .outputs import CellResult, bounded, explanation, fitting, plain

__all__ = [
    "CELL_SECONDS",
    "PROBE_SECONDS",
    "CellResult",
    "KernelStartError",
    "StudentKernel",
    "bounded",
    "explanation",
    "fitting",
    "plain",
]
