"""An Executor on a Dask cluster: `--scheduler tcp://HOST:8786`."""

import contextlib
import logging
import warnings
from collections.abc import Callable
from concurrent.futures import Executor, Future
from typing import Any

from ..errors import KEPT, ClassError

TIMEOUT_SECONDS = 30  # for the scheduler to answer, and for a worker to be there


class DaskCluster(Executor):
    """An Executor on the workers of a scheduler (see GradingExecutor).

    Each worker needs this repository and its environment. Where a worker dies, the scheduler tries
    all calls again that it held, also those that only waited for it
    (distributed.scheduler.allowed-failures).

    Raises:
        ClassError: where there is no Dask, no scheduler, or no worker.
    """

    def __init__(self, address: str, seconds: float = TIMEOUT_SECONDS):
        try:
            from distributed import Client, KilledWorker
        except ImportError as error:
            raise ClassError(
                "--scheduler needs Dask: python -m pip install -r requirements-cluster.txt."
            ) from error
        # Dask logs tracebacks of errors that it also raises.
        logging.getLogger("distributed").setLevel(logging.CRITICAL)
        try:
            self._client = Client(address, timeout=seconds, set_as_default=False)
        except (OSError, ValueError) as error:
            raise ClassError(f"No Dask scheduler answers at {address}.") from error
        try:
            self._client.wait_for_workers(1, timeout=seconds)
        except OSError as error:  # TimeoutError, or the scheduler is gone
            self._client.close()
            raise ClassError(f"The Dask scheduler at {address} has no workers.") from error
        # Dask would rather load large data on the workers; submissions have to be sent.
        warnings.filterwarnings("ignore", "Sending large graph", UserWarning)
        self._executor = self._client.get_executor(pure=False)
        self._address = address
        self.ambiguous_failures = (KilledWorker,)

    @property
    def max_in_flight(self) -> int:
        """How many calls are worth submitting: one for each thread, and one that waits."""
        with self._connection():
            threads: Any = self._client.nthreads()  # a dict: this client is not asynchronous
            return sum(threads.values()) + 1

    def submit(self, function: Callable[..., str], /, *args: Any) -> Future[str]:
        """Call function(*args) on a worker."""
        with self._connection():
            return self._executor.submit(function, *args)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Leave the cluster; unless wait, calls that are not done are given up."""
        with contextlib.suppress(Exception):  # a scheduler that is gone
            self._executor.shutdown(wait=wait and not cancel_futures)
        self._client.close()

    @contextlib.contextmanager
    def _connection(self):
        """Raise ClassError where the scheduler is gone."""
        try:
            yield
        except OSError as error:
            raise ClassError(
                f"The connection to the scheduler at {self._address} is lost. {KEPT}"
            ) from error

    def __exit__(self, kind, *_):
        self.shutdown(wait=kind is None)
