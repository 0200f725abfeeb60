"""Where student code runs: a kernel in a process of its own, and calls into it.

The kernel is in a sandbox where there can be one.
"""

from .inside.limits import Limits
from .isolation import SandboxMissing, level, require_sandbox
from .kernel import (
    CELL_SECONDS,
    PROBE_SECONDS,
    KernelLostError,
    KernelStartError,
    StudentKernel,
)

__all__ = [
    "CELL_SECONDS",
    "PROBE_SECONDS",
    "KernelLostError",
    "KernelStartError",
    "Limits",
    "SandboxMissing",
    "StudentKernel",
    "level",
    "require_sandbox",
]
