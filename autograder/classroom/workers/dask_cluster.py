"""The same Executor on a Dask cluster: `--scheduler tcp://HOST:8786`."""

import contextlib
import logging
import warnings
from collections.abc import Callable
from concurrent.futures import Executor, Future
from typing import Any

from ..errors import KEPT, ClassError

SECONDS = 30  # until the scheduler must have answered, and a worker must be there


class DaskCluster(Executor):
    """An Executor on the workers of a scheduler, each of which has this repository and its
    environment.

    The scheduler tries a call again whose worker dies (distributed.scheduler.allowed-failures),
    also where it only waited for that worker. Raises ClassError where there is no scheduler, no
    worker, or no Dask.
    """

    def __init__(self, address: str, seconds: float = SECONDS):
        try:
            from distributed import Client, KilledWorker
        except ImportError as error:
            raise ClassError(
                "--scheduler needs Dask: python -m pip install -r requirements-cluster.txt."
            ) from error
        logging.getLogger("distributed").setLevel(
            logging.CRITICAL
        )  # it prints tracebacks; errors are raised, too
        try:
            self._client = Client(address, timeout=seconds, set_as_default=False)
        except (OSError, ValueError) as error:
            raise ClassError(f"No Dask scheduler answers at {address}.") from error
        try:
            self._client.wait_for_workers(1, timeout=seconds)
        except OSError as error:  # TimeoutError, or the scheduler is gone
            self._client.close()
            raise ClassError(f"The Dask scheduler at {address} has no workers.") from error
        warnings.filterwarnings(
            "ignore", "Sending large graph", UserWarning
        )  # submissions are sent, not loaded there
        self._executor = self._client.get_executor(pure=False)
        self._address = address
        self.lost_in_company = KilledWorker

    @property
    def in_flight(self) -> int:
        """How many calls are worth submitting at once: one for each thread of a worker, and one
        that waits.
        """
        with self._connection():
            return sum(self._client.nthreads().values()) + 1

    def submit(self, function: Callable[..., str], /, *args: Any) -> Future[str]:
        """Call function(*args) on a worker."""
        with self._connection():
            return self._executor.submit(function, *args)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Leave the cluster; what it still works at is given up unless wait."""
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
