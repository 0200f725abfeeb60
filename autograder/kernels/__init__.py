"""Where student code runs: a kernel in a process of its own, sandboxed where that can be, and calls
into it.
"""

from ..notebook.outputs import CellResult, bounded, explanation, fitting, plain
from .inside.limits import Limits
from .isolation import SandboxMissing, level, require_sandbox
from .kernel import CELL_SECONDS, PROBE_SECONDS, KernelLostError, KernelStartError, StudentKernel

__all__ = [
    "CELL_SECONDS",
    "PROBE_SECONDS",
    "CellResult",
    "KernelLostError",
    "KernelStartError",
    "Limits",
    "SandboxMissing",
    "StudentKernel",
    "bounded",
    "explanation",
    "fitting",
    "level",
    "plain",
    "require_sandbox",
]
