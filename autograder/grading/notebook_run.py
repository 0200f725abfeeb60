"""One notebook, run cell by cell, and then called: a Student that outlives its kernel."""

import re
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

from ..kernels import CELL_SECONDS, PROBE_SECONDS, KernelLostError, StudentKernel
from ..notebook.cells import defined_names
from ..notebook.outputs import explanation, outputs_that_fit
from ..probes.student import StudentError

# All limits in one place; those of one cell and one call are with the kernel.
RESTARTS = 3  # of a notebook's kernel
CELLS_SECONDS = 600  # all cells of a notebook together, in each start
PROBES_SECONDS = 600  # all calls into a notebook together
SUBMISSION_SECONDS = 1800  # all notebooks of a submission, cells and calls
EXPLAINED = 3  # missing names in one sentence, each the reason why the one before is missing
SHOWN = 20 * 2**20  # characters that all cells of a notebook may show together


class NotebookRun:
    """A context manager. The first call starts a kernel and runs the cells, as after a death.

    sources: the code cells, top to bottom. deadline: of the whole submission, as of
    time.monotonic(). A cell that ended the kernel or ran out of time is left out of a second run.
    outputs: what each cell showed when it last ran. notes: one sentence for each death of the
    kernel.
    """

    def __init__(
        self, name: str, sources: list[str], folder: Path, env: dict[str, str], deadline: float
    ):
        self.name = name
        self.sources = sources
        self.notes: list[str] = []
        self.outputs: list[Sequence[NotebookNode]] = [()] * len(sources)
        self._deadline = deadline
        self._start_kernel = lambda: StudentKernel(folder, env)
        self._kernel = None
        self._starts = 0
        self._left_out = set()  # indices of cells
        self._failures = {}  # name that a failed cell would have defined → why it failed
        self._probe_seconds = PROBES_SECONDS

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._close()

    def probe(self, probe: str, **inputs: Any) -> dict[str, Any]:
        """What `probes.<probe>(namespace, **inputs)` returns beside the student's code.

        Where the kernel is lost, another one is asked, once. Raises StudentError, KernelStartError,
        KernelLostError.
        """
        try:
            return self._run(probe, inputs)
        except KernelLostError:
            self._close()
            return self._run(probe, inputs)

    def _run(self, probe, inputs):
        kernel = self._ready()
        if self._probe_seconds <= 0:
            raise StudentError(
                f"The checks' calls of {self.name} took longer than {PROBES_SECONDS} s together."
            )
        started = time.monotonic()
        seconds = min(PROBE_SECONDS, self._probe_seconds, self._seconds_left())
        try:
            return kernel.probe(probe, timeout=seconds, **inputs)
        except StudentError as error:
            if not kernel.alive:
                self.notes.append(f"{self.name}: {error}")
            raise StudentError(self._explain(str(error))) from error
        finally:
            self._probe_seconds -= time.monotonic() - started

    def _ready(self):
        """A kernel in which the cells have run."""
        while self._kernel is None or not self._kernel.alive:
            self._close()
            self._seconds_left()
            if self._starts > RESTARTS:
                raise StudentError(
                    f"{self.name} ended its kernel {self._starts} times, "
                    f"so this check could not run."
                )
            self._starts += 1
            self._kernel = self._start_kernel()
            self._kernel.start()
            self._run_cells()
        return self._kernel

    def _seconds_left(self):
        """Seconds until the submission's deadline. Raises StudentError when none are left."""
        seconds = self._deadline - time.monotonic()
        if seconds <= 0:
            raise StudentError(
                f"The submission took longer than {SUBMISSION_SECONDS // 60} min, "
                f"so this did not run."
            )
        return seconds

    def _close(self):
        if self._kernel is not None:
            self._kernel.close()
            self._kernel = None

    def _run_cells(self):
        """Run the cells that can be run; stop where the kernel dies."""
        deadline = min(time.monotonic() + CELLS_SECONDS, self._deadline)
        room = SHOWN
        for index, source in enumerate(self.sources):
            seconds = deadline - time.monotonic()
            if seconds <= 0:
                reason = "was not run, since the cells above it took too long"
                self._remember(source, reason)
                self.outputs[index] = [explanation(f"This cell {reason}.")]
            elif index not in self._left_out and source.strip():
                result = self._kernel.run_cell(source, min(CELL_SECONDS, seconds))
                self.outputs[index], room = outputs_that_fit(result.outputs, room)
                if result.error:
                    self._remember(source, result.error)
                if result.status in ("timeout", "died"):
                    self._left_out.add(index)
                    self.outputs[index] = [
                        *self.outputs[index],
                        explanation(f"This cell {result.error}."),
                    ]
                if result.status == "died":
                    self.notes.append(
                        f"{self.name}: code cell {index + 1} {result.error}; "
                        f"the rest runs without it."
                    )
                    return

    def _remember(self, source, reason):
        for name in defined_names(source):
            self._failures.setdefault(name, reason)

    def _explain(self, message):
        """The message, and why names that it misses are not there, where a failed cell tells."""
        for _ in range(EXPLAINED):
            missing = re.findall(r"\b(\w+)['’`]? is not defined", message)
            names = [name for name in missing if name in self._failures]
            if not names or f"the cell that defines {names[-1]} " in message:
                break
            reason = f"the cell that defines {names[-1]} {self._failures[names[-1]]}"
            message = f"{message.rstrip('.')}: {reason}."
        return message
