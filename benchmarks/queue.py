"""python -m benchmarks.queue [N ...]: a class of N submissions with a stub for the grader: queue,
writer, and resume.

What it measures is everything but grading: reading, sending, unpacking, keeping results, nbgrader's
gradebook.
"""

import functools
import json
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from autograder.paths import ROOT

SIZES = (100, 1_000, 10_000)
WORKERS = 2
RELEASE = sorted((ROOT / "notebooks" / "vae").glob("*.ipynb"))


@dataclass(frozen=True)
class Report:
    """What the class needs of a report."""

    tree: dict
    notebooks: dict

    def to_json(self):
        """The report as plain values."""
        return self.tree


def grade(folder: Path) -> Report:
    """Stands for the grader: every submission passes half of the tasks, and comes back as the
    release.
    """
    notebooks, names = _graded()
    if not (folder / RELEASE[0].name).is_file():
        raise ValueError(f"{folder} was not unpacked.")
    tasks = [
        {"id": name, "title": name, "points": 1, "score": place % 2, "checks": []}
        for place, name in enumerate(names)
    ]
    return Report(
        {
            "submission": folder.name,
            "score": len(tasks) // 2,
            "max_score": len(tasks),
            "tasks": tasks,
            "notes": [],
            "isolation": "a stub",
        },
        notebooks,
    )


@functools.cache
def _graded():
    """The release's notebooks with a verdict in each test cell, and the grade_ids of those cells."""
    notebooks, names = {}, []
    for path in RELEASE:
        notebook = json.loads(path.read_bytes())
        for cell in notebook["cells"]:
            marks = cell["metadata"].get("nbgrader", {})
            if cell["cell_type"] == "code" and marks.get("grade"):
                passed = {"output_type": "stream", "name": "stdout", "text": "It holds.\n"}
                failed = {
                    "output_type": "error",
                    "ename": "Failed",
                    "evalue": "No.",
                    "traceback": ["No."],
                }
                cell["outputs"] = [passed if len(names) % 2 else failed]
                names.append(marks["grade_id"])
        notebooks[path.name] = notebook
    return notebooks, names


def measure(folder: Path) -> dict[str, float]:
    """Run the class in a process of its own: seconds, and megabytes that its main process took at
    most.
    """
    command = [sys.executable, "-m", "benchmarks.queue", "--run", str(folder)]
    started = time.perf_counter()
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    seconds = time.perf_counter() - started
    if done.returncode:
        raise SystemExit(f"The run failed:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    return {"seconds": seconds, "megabytes": json.loads(done.stdout.splitlines()[-1])}


def run(folder: Path) -> None:
    """One run over a folder that `prepare` made. Prints the peak of its memory, in megabytes."""
    from autograder.classroom.command import grade_class
    from autograder.classroom.run import Settings

    gradebook = (folder / "gradebook.db").exists()
    settings = Settings(
        folder / "submitted",
        folder / "graded",
        folder,
        gradebook,
        workers=WORKERS,
        grader="benchmarks.queue:grade",
    )
    code = grade_class(settings, Console(markup=False), lambda students: False)
    print(_peak())
    sys.exit(code)


def _peak():
    """The most memory that this process took, in megabytes; getrusage counts the one that started
    it, too.
    """
    lines = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    return int(lines["VmHWM"].split()[0]) // 1024


def prepare(folder: Path, size: int, gradebook: bool) -> None:
    """Write a folder of zips, each the release and a file that no other has, and a gradebook that
    knows the release.
    """
    (folder / "submitted").mkdir()
    with zipfile.ZipFile(folder / "release.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for path in RELEASE:
            archive.write(path, path.name)
    for number in range(size):
        target = folder / "submitted" / f"student-{number:05}.zip"
        shutil.copyfile(folder / "release.zip", target)
        with zipfile.ZipFile(target, "a") as archive:
            archive.writestr("name.txt", target.stem)
    if gradebook:
        _make_gradebook(folder)


def _make_gradebook(folder):
    import nbformat
    from nbgrader.api import Base, Gradebook
    from nbgrader.preprocessors import SaveCells
    from sqlalchemy import create_engine

    url = f"sqlite:///{folder / 'gradebook.db'}"
    (folder / "nbgrader_config.py").write_text(
        f"c = get_config()\nc.CourseDirectory.db_url = {url!r}\n"
    )
    Base.metadata.create_all(create_engine(url))
    with Gradebook(url) as gradebook:
        gradebook.add_assignment("vae")
    for path in RELEASE:
        resources = {"nbgrader": {"notebook": path.stem, "assignment": "vae", "db_url": url}}
        SaveCells().preprocess(nbformat.read(path, 4), resources)


def main(arguments: list[str]) -> None:
    """Print a table: a row for each size, with and without the gradebook."""
    sizes = [int(argument) for argument in arguments] or SIZES
    table = Table(
        "submissions",
        "gradebook",
        "seconds",
        "a second",
        "peak MB",
        "again, s",
        "again, MB",
        title=f"{WORKERS} workers, grading stubbed",
    )
    for size in sizes:
        for gradebook in (False, True):
            with tempfile.TemporaryDirectory(prefix="queue-") as name:
                prepare(Path(name), size, gradebook)
                first, second = measure(Path(name)), measure(Path(name))
            row = [
                f"{size:,}",
                "yes" if gradebook else "no",
                f"{first['seconds']:.1f}",
                f"{size / first['seconds']:.1f}",
                f"{first['megabytes']}",
                f"{second['seconds']:.2f}",
                f"{second['megabytes']}",
            ]
            table.add_row(*row)
            print(*row, file=sys.stderr)
    Console().print(table)


if __name__ == "__main__":
    run(Path(sys.argv[2])) if sys.argv[1:2] == ["--run"] else main(sys.argv[1:])
