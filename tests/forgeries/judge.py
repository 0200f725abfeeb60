"""Grading of forgeries by the real engine: notebooks in files, kernels, checks."""

import json
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

import nbformat

from autograder.assignment import task
from autograder.checks.by_task import CHECKS
from autograder.grading import TaskResult, grade, notebook_run
from autograder.kernels import StudentKernel, exchange
from autograder.text import printable
from tests.mistakes import both, fill, swap
from tests.mistakes.key import definitions
from tests.paths import SOLUTIONS

from . import CVAE, LATENT, LOSS, TRAINING, VAE, Forgery

# Limits in seconds: honest notebooks of the catalogue keep them, and endless attacks end soon.
CELL_SECONDS = 8
PROBE_SECONDS = 20
SHARED_PROBE_SECONDS = 2  # of a probe in a shared kernel
INTERRUPT_SECONDS = 2
RESTARTS = 1  # of a kernel
COLOUR_BAR = 'plt.colorbar(points, ticks=range(10), label="digit")'
# notebook → the change of the key's definitions that makes its answer wrong
WRONG = {
    VAE: fill("VAE", "return mean_z"),
    LOSS: fill("kl_loss", "return (mean_z**2).sum()"),
    LATENT: swap("scatterplot_latent", (COLOUR_BAR, "")),
    TRAINING: swap("train", ("optimizer.zero_grad()", "pass")),
    CVAE: both(
        swap("ConditionalVAE", ("self.conv1(x) + label", "self.conv1(x)")),
        swap("ConditionalVAE", ("self.expand(z) + self.label_to_decoder(y)", "self.expand(z)")),
        swap("ConditionalVAE", ("self.sample_latent(mean_z, logvar_z)", "mean_z")),
    ),
}


@dataclass(frozen=True)
class ForgeryResult:
    """What became of a forgery.

    Attributes:
        forgery: which was judged.
        results: of its tasks and of those beside it.
        seconds: that it took.
        shown: all that the student gets to see of the graded notebooks.
    """

    forgery: Forgery
    results: dict[str, TaskResult]
    seconds: float
    shown: str = ""

    @property
    def gained(self) -> int:
        """The points for tasks that were answered wrongly."""
        return sum(self.results[name].score for name in self.forgery.aims)

    @property
    def kept(self) -> int:
        """The points for the right answers beside them."""
        return sum(self.results[name].score for name in self.forgery.beside)

    @property
    def sentences(self) -> list[str]:
        """The sentences that the student reads about the tasks aimed at."""
        return [
            printable(sentence)
            for name in self.forgery.aims
            for sentence in self.results[name].complaints
        ]


def judge_all(catalogue: Sequence[Forgery], at_once: int = 2) -> Iterator[ForgeryResult]:
    """Grade each forgery and yield its result; those that may share a kernel do."""
    shared = [forgery for forgery in catalogue if forgery.shared]
    with short_limits(), ThreadPoolExecutor(at_once) as pool:
        together = pool.submit(lambda: list(judge_together(shared)))
        yield from pool.map(judge, [forgery for forgery in catalogue if not forgery.shared])
        yield from together.result()


@contextmanager
def short_limits() -> Iterator[None]:
    """Shorten the grader's limits of time and restarts."""
    with (
        patch.object(notebook_run, "CELL_SECONDS", CELL_SECONDS),
        patch.object(notebook_run, "PROBE_SECONDS", PROBE_SECONDS),
        patch.object(notebook_run, "RESTARTS", RESTARTS),
        patch.object(exchange, "INTERRUPT_SECONDS", INTERRUPT_SECONDS),
    ):
        yield


def judge(forgery: Forgery) -> ForgeryResult:
    """Grade a submission that holds the attacked notebook only."""
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        write(forgery, Path(folder))
        report = grade(folder, [forgery.notebook])
    results = {result.task.id: result for result in report.results}
    outputs = [cell.get("outputs") for each in report.notebooks.values() for cell in each.cells]
    return ForgeryResult(forgery, results, time.monotonic() - started, json.dumps(outputs))


def write(forgery: Forgery, folder: Path) -> None:
    """Write the attacked notebook: the key, wrong where the forgery aims, and its cell below."""
    wrong = wrong_definitions(forgery.notebook)
    replaced = {source: wrong[name] for name, source in definitions(forgery.notebook).items()}
    notebook = nbformat.read(SOLUTIONS / forgery.notebook, as_version=4)
    last = max(i for i, cell in enumerate(notebook.cells) if cell.source in replaced)
    for cell in notebook.cells:
        cell.source = replaced.get(cell.source, cell.source)
    notebook.cells.insert(last + 1, nbformat.v4.new_code_cell(forgery.source))
    forgery.edit(notebook)
    (folder / forgery.notebook).write_text(json.dumps(notebook), encoding="utf-8")
    for weights in SOLUTIONS.glob("*.pt"):
        (folder / weights.name).write_bytes(weights.read_bytes())


def wrong_definitions(notebook: str) -> dict[str, str]:
    """Return the key's definitions of a notebook, with the wrong answers."""
    sources = definitions(notebook)
    WRONG[notebook](sources)
    return sources


def judge_together(forgeries: Sequence[Forgery]) -> Iterator[ForgeryResult]:
    """Judge forgeries one after the other in one kernel, which is restarted after each death."""
    with tempfile.TemporaryDirectory() as folder, StudentKernel(folder) as kernel:
        for forgery in forgeries:
            started = time.monotonic()
            student = _ImpatientStudent(kernel)
            student.prepare(
                ["import torch", *wrong_definitions(forgery.notebook).values(), forgery.source]
            )
            results = {
                name: TaskResult(task(name), tuple(check(student) for check in CHECKS[name]))
                for name in forgery.aims
            }
            yield ForgeryResult(forgery, results, time.monotonic() - started)


@dataclass
class _ImpatientStudent:
    """A kernel with little time for each call, restarted when it is needed."""

    kernel: StudentKernel
    cells: Sequence[str] = ()

    def prepare(self, cells):
        """Run these cells, and again after a restart."""
        self.cells = cells
        if not self.kernel.alive:
            self.kernel.start()
        for cell in cells:
            self.kernel.run_cell(cell, timeout=CELL_SECONDS)

    def probe(self, probe, **inputs):
        """Return the probe's answer."""
        if not self.kernel.alive:
            self.prepare(self.cells)
        return self.kernel.probe(probe, timeout=SHARED_PROBE_SECONDS, **inputs)
