"""python -m benchmarks.queue [N ...]: seconds and memory of a class run with a stub of the grader.

It measures all but the grading of N submissions: reading, sending, unpacking, saving results,
nbgrader's gradebook, and a second run with nothing to do.
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

from autograder.paths import RELEASE, ROOT

SIZES = (100, 1_000, 10_000)
COLUMNS = ("submissions", "gradebook", "seconds", "a second", "peak MB", "again, s", "again, MB")
WORKERS = 2
RELEASE_NOTEBOOKS = sorted(RELEASE.glob("*.ipynb"))
PASSED = {"output_type": "stream", "name": "stdout", "text": "It holds.\n"}
FAILED = {"output_type": "error", "ename": "Failed", "evalue": "No.", "traceback": ["No."]}


@dataclass(frozen=True)
class Report:
    """The part of a Report that a class run uses."""

    tree: dict
    notebooks: dict

    def to_json(self):
        """Return the report as plain values."""
        return self.tree


def grade(folder: Path) -> Report:
    """Grade as a stub: each submission passes every second task; its notebooks are the release."""
    notebooks, names = _graded_release()
    if not (folder / RELEASE_NOTEBOOKS[0].name).is_file():
        raise ValueError(f"{folder} was not unpacked.")
    tasks = [
        {"id": name, "title": name, "points": 1, "score": index % 2, "checks": []}
        for index, name in enumerate(names)
    ]
    tree = {
        "submission": folder.name,
        "score": len(tasks) // 2,
        "max_score": len(tasks),
        "tasks": tasks,
        "notes": [],
        "isolation": "a stub",
    }
    return Report(tree, notebooks)


@functools.cache
def _graded_release():
    """The release's notebooks with a verdict in each test cell, and these cells' grade_ids."""
    notebooks, names = {}, []
    for path in RELEASE_NOTEBOOKS:
        notebook = json.loads(path.read_bytes())
        for cell in notebook["cells"]:
            settings = cell["metadata"].get("nbgrader", {})
            if cell["cell_type"] == "code" and settings.get("grade"):
                cell["outputs"] = [PASSED if len(names) % 2 else FAILED]
                names.append(settings["grade_id"])
        notebooks[path.name] = notebook
    return notebooks, names


def measure(folder: Path) -> dict[str, float]:
    """Run the class in a process of its own.

    Returns:
        "seconds" (wall clock), and "megabytes": the peak memory of its main process.
    """
    command = [sys.executable, "-m", "benchmarks.queue", "--run", str(folder)]
    started = time.perf_counter()
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    seconds = time.perf_counter() - started
    if done.returncode:
        raise SystemExit(f"The run failed:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    return {"seconds": seconds, "megabytes": json.loads(done.stdout.splitlines()[-1])}


def run(folder: Path) -> None:
    """Run the class of a folder that `prepare` made, and print its peak memory in megabytes."""
    from autograder.classroom.command import grade_class
    from autograder.classroom.settings import Settings

    gradebook = (folder / "gradebook.db").exists()
    settings = Settings(
        folder / "submitted",
        results=folder / "graded",
        course=folder,
        gradebook=gradebook,
        workers=WORKERS,
        grader="benchmarks.queue:grade",
    )
    code = grade_class(settings, Console(markup=False), lambda students: False)
    print(_peak_megabytes())
    sys.exit(code)


def _peak_megabytes():
    """The peak memory of this process; getrusage would count the process that started it, too."""
    lines = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    return int(lines["VmHWM"].split()[0]) // 1024


def prepare(folder: Path, size: int, gradebook: bool) -> None:
    """Write a class of so many zips, and optionally a gradebook that knows the release.

    Each zip holds the release and a file that no other has, so that no two digests are equal.
    """
    (folder / "submitted").mkdir()
    with zipfile.ZipFile(folder / "release.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for path in RELEASE_NOTEBOOKS:
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
    for path in RELEASE_NOTEBOOKS:
        resources = {"nbgrader": {"notebook": path.stem, "assignment": "vae", "db_url": url}}
        SaveCells().preprocess(nbformat.read(path, 4), resources)


def main(arguments: list[str]) -> None:
    """Print a table: a row for each size, with and without the gradebook."""
    sizes = [int(argument) for argument in arguments] or SIZES
    table = Table(*COLUMNS, title=f"{WORKERS} workers, grading stubbed")
    for size in sizes:
        for gradebook in (False, True):
            with tempfile.TemporaryDirectory(prefix="queue-") as name:
                prepare(Path(name), size, gradebook)
                first, second = measure(Path(name)), measure(Path(name))
            row = _row(size, gradebook, first, second)
            table.add_row(*row)
            print(*row, file=sys.stderr)
    Console().print(table)


def _row(size, gradebook, first, second):
    return [
        f"{size:,}",
        "yes" if gradebook else "no",
        f"{first['seconds']:.1f}",
        f"{size / first['seconds']:.1f}",
        f"{first['megabytes']}",
        f"{second['seconds']:.2f}",
        f"{second['megabytes']}",
    ]


if __name__ == "__main__":
    if sys.argv[1:2] == ["--run"]:
        run(Path(sys.argv[2]))
    else:
        main(sys.argv[1:])
