"""python -m benchmarks.grading [N ...] [--plain-up-to N]: plain nbgrader and this grader on the
same classes.

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

from autograder.paths import ROOT
from benchmarks.samples import write_class

SIZES = (1, 5, 20, 60)
PLAIN_UP_TO = 5
LOOK = 2  # seconds between two looks at the memory, each of which takes some milliseconds a process
PLAIN = {"LAB_PROFILE": "grading", "LAB_ANSWERS": str(ROOT / "solutions" / "vae")}


@dataclass(frozen=True)
class Cost:
    """Wall-clock seconds, and the most memory (MB, shared pages counted once) of a command with all
    its processes.
    """

    seconds: float
    megabytes: float

    def __add__(self, other: "Cost") -> "Cost":
        return Cost(self.seconds + other.seconds, max(self.megabytes, other.megabytes))


class Course:
    """A course folder in which a class has handed in. plain: whether nbgrader grades with its own
    engine.
    """

    def __init__(self, folder: Path, size: int, plain: bool):
        self.folder = folder
        self.plain = plain
        for name in ("solutions", "notebooks"):
            shutil.copytree(
                ROOT / name, folder / name, ignore=shutil.ignore_patterns("data", "__pycache__")
            )
        config = (ROOT / "nbgrader_config.py").read_text(encoding="utf-8")
        (folder / "nbgrader_config.py").write_text(
            config.replace("\nuse_engine(c)\n", "\n") if plain else config
        )
        write_class(folder / "submitted", size)
        self.run("nbgrader", "generate_assignment", "vae", "--force")

    def run(self, *command: str) -> Cost:
        """Run a module of Python in the folder. Raises SystemExit where it fails."""
        env = (
            os.environ
            | (PLAIN if self.plain else {})
            | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
        )
        started = time.perf_counter()
        with tempfile.TemporaryFile("w+") as log:
            words = [sys.executable, "-m", *command]
            process = subprocess.Popen(words, cwd=self.folder, env=env, stdout=log, stderr=log)
            watch = Watch(process.pid)
            code = process.wait()
            seconds = time.perf_counter() - started
            log.seek(0)
            if code:
                raise SystemExit(f"{' '.join(command)} failed:\n{log.read()[-3000:]}")
        return Cost(seconds, watch.stop())

    def grade(self) -> Cost:
        """All submissions, into the gradebook."""
        return self.run(
            *(
                ["nbgrader", "autograde", "vae"]
                if self.plain
                else ["autograder", "class", "submitted"]
            )
        )

    def feedback(self) -> Cost:
        """nbgrader's pages for all students."""
        return self.run(
            *(
                ["nbgrader", "generate_feedback", "vae", "--force"]
                if self.plain
                else ["autograder", "feedback"]
            )
        )


class Watch:
    """A thread that remembers the most memory of a process and all below it."""

    def __init__(self, process: int):
        self._process = psutil.Process(process)
        self._most = 0
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def stop(self) -> float:
        """The most, in megabytes."""
        self._done.set()
        self._thread.join()
        return self._most / 2**20

    def _look(self):
        while not self._done.wait(LOOK):
            self._most = max(self._most, sum(map(_memory, self._tree())))

    def _tree(self):
        try:
            return [self._process, *self._process.children(recursive=True)]
        except psutil.Error:
            return []


def _memory(process):
    try:
        return process.memory_full_info().pss
    except (psutil.Error, OSError):
        return 0


def measure(size: int, plain: bool) -> dict[str, Cost]:
    """A class of this size, graded, its feedback made, and (not plain) graded once more with
    nothing changed.
    """
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        course = Course(Path(folder), size, plain)
        graded, feedback = course.grade(), course.feedback()
        return {"graded": graded, "feedback": feedback} | (
            {} if plain else {"again": course.grade()}
        )


def main() -> None:
    """Print a row for each size of the class."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", nargs="*", type=int, default=SIZES)
    parser.add_argument("--plain-up-to", type=int, default=PLAIN_UP_TO)
    given = parser.parse_args()
    table = Table(
        "submissions",
        "plain nbgrader, s each",
        "MB",
        "this, s each",
        "MB",
        "of that feedback",
        "ratio",
        "grading alone",
        "again, s",
        title=f"{len(os.sched_getaffinity(0))} cores",
    )
    for size in given.sizes:
        ours = measure(size, plain=False)
        plain = measure(size, plain=True) if size <= given.plain_up_to else None
        row = _row(size, plain, ours)
        table.add_row(*row)
        print(*row, file=sys.stderr)
    Console(width=130).print(table)


def _row(size, plain, ours):
    mine = ours["graded"] + ours["feedback"]
    row = [
        f"{mine.seconds / size:.1f}",
        f"{mine.megabytes:.0f}",
        f"{ours['feedback'].seconds / size:.1f}",
    ]
    again = f"{ours['again'].seconds:.1f}"
    if plain is None:
        return [str(size), "-", "-", *row, "-", "-", again]
    other = plain["graded"] + plain["feedback"]
    alone = plain["graded"].seconds / ours["graded"].seconds
    return [
        str(size),
        f"{other.seconds / size:.1f}",
        f"{other.megabytes:.0f}",
        *row,
        f"{other.seconds / mine.seconds:.1f}",
        f"{alone:.1f}",
        again,
    ]


if __name__ == "__main__":
    main()
