"""Where submissions are graded: one interface, `submit` → Future of text, for local processes and
for a cluster.
"""

from concurrent.futures import Executor

from ...processes import usable_cores
from .local_pool import LocalPool


def open_executor(scheduler: str | None, workers: int | None) -> Executor:
    """A LocalPool of so many processes (one for each core), or the DaskCluster of a scheduler.

    Raises ClassError.

    Both are concurrent.futures Executors for functions that return text, with two more attributes:
    in_flight, how many calls are worth submitting at once; lost_in_company, the exceptions that say
    that a worker died which had been given several calls, so that this one may be blameless.
    """
    if scheduler is None:
        return LocalPool(workers or usable_cores())
    from .dask_cluster import DaskCluster

    return DaskCluster(scheduler)
