"""Where submissions are graded: one interface, `submit` → Future of text, for local processes and for a cluster."""

import os
from concurrent.futures import Executor

from .pool import LocalPool


def open_executor(scheduler: str | None, workers: int | None) -> Executor:
    """A LocalPool of so many processes (one for each core), or the DaskCluster of a scheduler. Raises ClassError.

    Both are concurrent.futures Executors for functions that return text, with one more attribute: in_flight, how many
    calls are worth submitting at once.
    """
    if scheduler is None:
        return LocalPool(workers or _cores())
    from .cluster import DaskCluster

    return DaskCluster(scheduler)


def _cores():
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
