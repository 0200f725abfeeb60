"""One notebook, run cell by cell and then called: a Student that outlives its kernel."""

import functools
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

from ..kernels import CELL_SECONDS, PROBE_SECONDS, KernelLostError, StudentKernel
from ..notebook.cells import defined_names
from ..notebook.magics import without_repetition
from ..notebook.outputs import explanation, outputs_that_fit
from ..probes.student import StudentError
from .cell_rescue import needed_statements, rescue
from .submission_time import SubmissionTime
from .syntax_errors import explain_syntax_error

# All limits in one place; those of one cell and one call are with the kernel.
RESTARTS = 4  # of a notebook's kernel; a cell that ends it may take two
# The kernels' own time: what the machine makes them wait does not count.
CELLS_SECONDS = 600  # all cells of a notebook together, in each start
PROBES_SECONDS = 600  # all calls into a notebook together
MAX_EXPLAINED = 3  # missing names in one sentence, each the reason why the one before is missing
MAX_SHOWN = 20 * 2**20  # characters that all cells of a notebook may show together


class NotebookRun:
    """A notebook's kernel as a Student; a context manager.

    The first call starts a kernel and runs the cells, and so does the first call after the kernel
    died. Of a cell that fails, its imports and definitions count all the same; a cell that ended
    the kernel or ran out of time does not run as a whole again.

    Attributes:
        name: of the notebook, for sentences.
        sources: the code cells, top to bottom.
        notes: one sentence for each death of the kernel, and each cell that ran in parts.
        outputs: what each cell showed when it last ran.
    """

    def __init__(
        self,
        name: str,
        sources: list[str],
        folder: Path,
        env: dict[str, str],
        time_left: SubmissionTime,
        python: str | None = None,
    ):
        """Keep what the kernel will run.

        Args:
            name: of the notebook.
            sources: the code cells, top to bottom.
            folder: the kernel's folder.
            env: added to the kernel's environment.
            time_left: of the whole submission.
            python: the version of Python that the notebook was saved with.
        """
        self.name = name
        self.sources = sources
        self.notes: list[str] = []
        self.outputs: list[Sequence[NotebookNode]] = [()] * len(sources)
        self._time_left = time_left
        self._python = python
        self._new_kernel = lambda: StudentKernel(folder, env)
        self._kernel: StudentKernel | None = None
        self._starts = 0
        self._left_out: dict[int, str] = {}  # index of a cell that must not run → how it ended
        self._lost: set[int] = set()  # of those, the cells of which no part must run
        self._failures: dict[str, str] = {}  # name that a failed cell defines → why it failed
        self._probe_seconds = PROBES_SECONDS

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._close()

    def probe(self, probe: str, **inputs: Any) -> dict[str, Any]:
        """Run `probes.<probe>(namespace, **inputs)` beside the student's code.

        Where the kernel is lost, another one is asked, once.

        Raises:
            StudentError: where the student's code fails, lacks a definition or takes too long.
            KernelStartError: where no kernel can be started.
            KernelLostError: where the kernel ends, and not by its own code.
        """
        try:
            return self._probe_once(probe, inputs)
        except KernelLostError:
            self._close()
            return self._probe_once(probe, inputs)

    def _probe_once(self, probe, inputs):
        kernel = self._live_kernel()
        if self._probe_seconds <= 0:
            raise StudentError(
                f"The checks' calls of {self.name} took longer than {PROBES_SECONDS} s in total."
            )
        started = kernel.own_seconds()
        seconds = min(PROBE_SECONDS, self._probe_seconds, self._time_left.seconds())
        try:
            return kernel.probe(probe, timeout=seconds, **inputs)
        except StudentError as error:
            if not kernel.alive:
                self.notes.append(f"{self.name}: {error}")
            raise StudentError(self._explain(str(error))) from error
        finally:
            self._probe_seconds -= self._charge(kernel, started)

    def _live_kernel(self):
        """Return a kernel in which the cells have run."""
        while self._kernel is None or not self._kernel.alive:
            self._close()
            self._time_left.seconds()
            if self._starts > RESTARTS:
                raise StudentError(
                    f"{self.name} ended its kernel {self._starts} times, so this check could not "
                    "run."
                )
            self._starts += 1
            self._kernel = self._new_kernel()
            self._kernel.start()
            self._run_cells(self._kernel)
        return self._kernel

    def _charge(self, kernel, started):
        """Charge the submission for the kernel's own time since a moment of it, and return it."""
        seconds = kernel.own_seconds() - started
        self._time_left.charge(seconds)
        return seconds

    def _close(self):
        if self._kernel is not None:
            self._kernel.close()
            self._kernel = None

    def _run_cells(self, kernel):
        """Run the cells that can be run; stop where the kernel dies."""
        started = kernel.own_seconds()
        deadline = started + min(CELLS_SECONDS, self._time_left.seconds())
        try:
            self._run_each_cell(kernel, deadline)
        finally:
            self._charge(kernel, started)

    def _run_each_cell(self, kernel, deadline):
        room = MAX_SHOWN
        for index, source in enumerate(self.sources):
            seconds = deadline - kernel.own_seconds()
            if seconds <= 0:
                reason = "was not run, because the cells above it took too long"
                self._remember_failure(source, reason)
                self.outputs[index] = [explanation(f"This cell {reason}.")]
            elif index in self._left_out:
                self._run_parts(kernel, index, self._left_out[index], None, deadline)
            elif source.strip():
                result = kernel.run_cell(self._prepared(index), min(CELL_SECONDS, seconds))
                room = self._keep_result(index, result, room)
                if result.error and kernel.alive:
                    self._run_parts(kernel, index, result.error, result, deadline)
            if not kernel.alive:
                return

    def _prepared(self, index):
        """Return a cell's source as it runs, with a note where that is not as it was written."""
        source = self.sources[index]
        prepared = without_repetition(source) if defined_names(source) else source
        if prepared != source:
            magic = source.split(maxsplit=1)[0]
            self._note(f"{self._cell(index)} ran without {magic}, which keeps no definitions.")
        return prepared

    def _run_parts(self, kernel, index, error, result, deadline):
        """Run the imports and definitions of a cell that failed, and note which succeeded."""
        if index in self._lost:
            return
        found = rescue(kernel, self.sources[index], self._needed, result, deadline)
        for name in found.bound:
            self._failures.pop(name, None)
        self._failures.update(found.failures)
        if found.died:
            self._lost.add(index)
            self._left_out[index] = found.died
            self._note(f"{self._cell(index)} {found.died}; the rest runs without it.")
        elif found.bound:
            self._note(found.note(self._cell(index), error))

    @functools.cached_property
    def _needed(self):
        """The statements on which definitions depend, found once a cell has failed."""
        return needed_statements(self.sources)

    def _cell(self, index):
        return f"{self.name}: code cell {index + 1}"

    def _note(self, sentence):
        if sentence not in self.notes:
            self.notes.append(sentence)

    def _keep_result(self, index, result, room):
        """Keep how a cell ended and what it showed; return the room that is left for outputs."""
        self.outputs[index], room = outputs_that_fit(result.outputs, room)
        if result.error:
            source = self.sources[index]
            reason = explain_syntax_error(source, result.error, self._python)
            self._remember_failure(source, reason)
        if result.status in ("timeout", "died"):
            self._left_out[index] = result.error
            remark = explanation(f"This cell {result.error}.")
            self.outputs[index] = [*self.outputs[index], remark]
        if result.status == "died":
            self._note(f"{self._cell(index)} {result.error}; the rest runs without it.")
        return room

    def _remember_failure(self, source, reason):
        for name in defined_names(source):
            self._failures.setdefault(name, reason)

    def _explain(self, message):
        """Add to a message why names that it misses are missing, where a cell that failed tells."""
        for _ in range(MAX_EXPLAINED):
            missing = re.findall(r"\b(\w+)['’`]? is not defined", message)
            names = [name for name in missing if name in self._failures]
            if not names or f"the cell that defines {names[-1]} " in message:
                break
            reason = f"the cell that defines {names[-1]} {self._failures[names[-1]]}"
            message = f"{message.rstrip('.')}: {reason}."
        return message
