"""python -m benchmarks.grading [N ...] [--plain-up-to N]: this grader against plain nbgrader.

Both grade the same N generated submissions on this machine, write nbgrader's gradebook, and make
nbgrader's feedback pages. Plain nbgrader grades one after the other and takes minutes for a few, so
it is run for the smaller classes only; a dash stands for what was not run.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import psutil
from rich.console import Console
from rich.table import Table

from autograder.paths import ROOT, SOLUTIONS, python_path
from benchmarks.samples import write_class

SIZES = (1, 5, 20, 60)
PLAIN_UP_TO = 5
INTERVAL = 2  # seconds between measurements of memory; one takes milliseconds for each process
PLAIN_ENVIRONMENT = {"LAB_PROFILE": "grading", "LAB_ANSWERS": str(SOLUTIONS)}
COLUMNS = (
    "submissions",
    "plain nbgrader, s each",
    "MB",
    "this, s each",
    "MB",
    "of that feedback",
    "ratio",
    "grading alone",
    "again, s",
)


@dataclass(frozen=True)
class Cost:
    """The cost of a command with all its processes.

    seconds: wall clock.
    megabytes: peak memory, shared pages counted once.
    """

    seconds: float
    megabytes: float

    def __add__(self, other: "Cost") -> "Cost":
        return Cost(self.seconds + other.seconds, max(self.megabytes, other.megabytes))


class Course:
    """A course folder in which a class has handed in.

    plain: whether nbgrader grades with its own engine.
    """

    def __init__(self, folder: Path, size: int, plain: bool):
        self.folder = folder
        self.plain = plain
        ignore = shutil.ignore_patterns("data", "__pycache__")
        for name in ("solutions", "notebooks"):
            shutil.copytree(ROOT / name, folder / name, ignore=ignore)
        config = (ROOT / "nbgrader_config.py").read_text(encoding="utf-8")
        if plain:
            config = config.replace("\nuse_engine(c)\n", "\n")
        (folder / "nbgrader_config.py").write_text(config)
        write_class(folder / "submitted", size)
        self.run("nbgrader", "generate_assignment", "vae", "--force")

    def run(self, *command: str) -> Cost:
        """Run a module of Python in the folder.

        Raises:
            SystemExit: where it fails.
        """
        env = {**os.environ, "PYTHONPATH": python_path(), "OMP_NUM_THREADS": "1"}
        if self.plain:
            env |= PLAIN_ENVIRONMENT
        started = time.perf_counter()
        with tempfile.TemporaryFile("w+") as log:
            words = [sys.executable, "-m", *command]
            process = subprocess.Popen(words, cwd=self.folder, env=env, stdout=log, stderr=log)
            meter = MemoryMeter(process.pid)
            code = process.wait()
            seconds = time.perf_counter() - started
            log.seek(0)
            if code:
                raise SystemExit(f"{' '.join(command)} failed:\n{log.read()[-3000:]}")
        return Cost(seconds, meter.stop())

    def grade(self) -> Cost:
        """Grade all submissions, into the gradebook."""
        if self.plain:
            return self.run("nbgrader", "autograde", "vae")
        return self.run("autograder", "class", "submitted")

    def feedback(self) -> Cost:
        """Make nbgrader's pages for all students."""
        if self.plain:
            return self.run("nbgrader", "generate_feedback", "vae", "--force")
        return self.run("autograder", "feedback")


class MemoryMeter:
    """A thread that measures the peak memory of a process and its descendants."""

    def __init__(self, process: int):
        self._process = psutil.Process(process)
        self._peak = 0  # bytes
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._measure, daemon=True)
        self._thread.start()

    def stop(self) -> float:
        """Stop measuring; return the peak in megabytes."""
        self._done.set()
        self._thread.join()
        return self._peak / 2**20

    def _measure(self):
        while not self._done.wait(INTERVAL):
            self._peak = max(self._peak, sum(map(_memory, self._processes())))

    def _processes(self):
        try:
            return [self._process, *self._process.children(recursive=True)]
        except psutil.Error:
            return []


def _memory(process):
    """The bytes of a process, with its share of pages that it shares with others."""
    try:
        return process.memory_full_info().pss
    except (psutil.Error, OSError):
        return 0


def measure(size: int, plain: bool) -> dict[str, Cost]:
    """Measure grading a class of this size, making its feedback and, unless plain, grading again.

    Nothing has changed when it is graded again.
    """
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        course = Course(Path(folder), size, plain)
        costs = {"graded": course.grade(), "feedback": course.feedback()}
        if not plain:
            costs["again"] = course.grade()
        return costs


def main() -> None:
    """Print a row for each size of the class."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", nargs="*", type=int, default=SIZES)
    parser.add_argument("--plain-up-to", type=int, default=PLAIN_UP_TO)
    given = parser.parse_args()
    table = Table(*COLUMNS, title=f"{len(os.sched_getaffinity(0))} cores")
    for size in given.sizes:
        ours = measure(size, plain=False)
        plain = measure(size, plain=True) if size <= given.plain_up_to else None
        row = _row(size, plain, ours)
        table.add_row(*row)
        print(*row, file=sys.stderr)
    Console(width=130).print(table)


def _row(size, plain, ours):
    """A row of the table; `plain` is None where plain nbgrader was not run."""
    whole = ours["graded"] + ours["feedback"]
    plain_seconds = plain_megabytes = ratio = ratio_of_grading = "-"
    if plain is not None:
        plain_whole = plain["graded"] + plain["feedback"]
        plain_seconds = f"{plain_whole.seconds / size:.1f}"
        plain_megabytes = f"{plain_whole.megabytes:.0f}"
        ratio = f"{plain_whole.seconds / whole.seconds:.1f}"
        ratio_of_grading = f"{plain['graded'].seconds / ours['graded'].seconds:.1f}"
    return [
        str(size),
        plain_seconds,
        plain_megabytes,
        f"{whole.seconds / size:.1f}",
        f"{whole.megabytes:.0f}",
        f"{ours['feedback'].seconds / size:.1f}",
        ratio,
        ratio_of_grading,
        f"{ours['again'].seconds:.1f}",
    ]


if __name__ == "__main__":
    main()
