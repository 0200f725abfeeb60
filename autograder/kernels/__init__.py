"""Kernels in which student code runs, each in a process of its own, and calls into them.

A kernel is in a sandbox where there can be one.
"""

from typing import TYPE_CHECKING

from .inside.limits import Limits
from .isolation import (
    SandboxMissing,
    describe_danger,
    describe_isolation,
    prepare,
    require_sandbox,
)

if TYPE_CHECKING:
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
    "describe_danger",
    "describe_isolation",
    "prepare",
    "require_sandbox",
]


def __getattr__(name):
    """Import from kernel.py, which loads torch, where something of it is asked for."""
    if name not in __all__:
        raise AttributeError(f"module {__name__} has no attribute {name}")
    from . import kernel

    return getattr(kernel, name)
