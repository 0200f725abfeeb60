"""Kernels in which student code runs, each in a process of its own, and calls into them.

A kernel is in a sandbox where there can be one.
"""

from .inside.limits import Limits
from .isolation import SandboxMissing, describe_isolation, require_sandbox
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
    "describe_isolation",
    "require_sandbox",
]
