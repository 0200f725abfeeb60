"""Where student code runs: a kernel in a process of its own, and calls into it from outside."""

from .kernel import CELL_SECONDS, PROBE_SECONDS, CellResult, KernelStartError, StudentKernel

__all__ = ["CELL_SECONDS", "PROBE_SECONDS", "CellResult", "KernelStartError", "StudentKernel"]
