"""The executor that grades submissions: local processes, or the workers of a Dask cluster."""

from collections.abc import Callable
from concurrent.futures import Future
from types import TracebackType
from typing import Any, Protocol, Self

from .local_pool import LocalPool
from .memory import choose_workers


class GradingExecutor(Protocol):
    """A concurrent.futures.Executor for functions that return text, with two more attributes.

    max_in_flight: how many calls are worth submitting at once.
    ambiguous_failures: exceptions of a call whose worker died, and not always by that call: another
        one may have ended it, or filled its machine's memory.
    """

    @property
    def max_in_flight(self) -> int: ...

    @property
    def ambiguous_failures(self) -> tuple[type[BaseException], ...]: ...

    def submit(self, function: Callable[..., str], /, *args: Any) -> Future[str]: ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
        /,
    ) -> bool | None: ...


def open_executor(scheduler: str | None, workers: int | None) -> GradingExecutor:
    """Open a LocalPool, or the DaskCluster of a scheduler.

    Args:
        scheduler: tcp://HOST:PORT of a Dask scheduler, None for local processes.
        workers: number of local processes, None for what `choose_workers` finds.

    Raises:
        ClassError: where the cluster cannot be used.
    """
    if scheduler is None:
        return LocalPool(choose_workers(workers)[0])
    from .dask_cluster import DaskCluster

    return DaskCluster(scheduler)
