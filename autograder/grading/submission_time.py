"""The time that all kernels of one submission may take together."""

import threading
import time
from dataclasses import dataclass, field

from ..kernels import KernelLostError
from ..probes.student import StudentError

# The kernels' own time: of processors, and asleep. Two kernels run at once, so half of it passes.
SUBMISSION_SECONDS = 3600
WALL_SECONDS = 4 * 3600  # of the time, on a very busy machine


@dataclass
class SubmissionTime:
    """What is left of a submission's time; several threads charge it."""

    _used: float = 0.0
    _end: float = field(default_factory=lambda: time.monotonic() + WALL_SECONDS)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def charge(self, seconds: float) -> None:
        """Count a kernel's own time."""
        with self._lock:
            self._used += seconds

    def seconds(self) -> float:
        """Return what is left (seconds of own time).

        Raises:
            StudentError: where nothing is left.
            KernelLostError: where the machine was too busy for the submission.
        """
        left = SUBMISSION_SECONDS - self._used
        if left <= 0:
            raise StudentError(
                f"The submission took longer than its {SUBMISSION_SECONDS // 60} min of processor "
                "time and waiting, so this did not run."
            )
        if time.monotonic() > self._end:
            hours = WALL_SECONDS / 3600
            raise KernelLostError(f"The submission took {hours:g} h: this machine is too busy.")
        return left
