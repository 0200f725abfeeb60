"""python -m benchmarks.round_trip FOLDER [--students N] [--groups N] [--platform NAME ...].

Runs a made-up course on each platform as an instructor does, with the commands that the README
names: the platform's download is graded, its answers are marked on the pages of `review`, feedback
is packed, and the exported grades are read back and compared with the points that each group has.
Prints how long each step took. The courses stay in FOLDER, to be looked at.
"""

import argparse
import csv
import hashlib
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import httpx
from rich.console import Console
from rich.table import Table

from autograder.assignment import TASKS
from autograder.paths import ROOT, python_path
from benchmarks.course import write_course
from tests.classroom.platform_world import COLUMNS, DUE, ITEM, PLATFORMS, make_people

QUESTIONS = [task.id for task in TASKS if task.kind == "manual"]
POINTS = ("0", "0.5", "1")
# Whose downloads name one member of each group: `feedback --zip` lists the others, and ends with 1.
NAMES_ONE_MEMBER = {"brightspace", "canvas"}


class Course:
    """A course folder, in which commands are run and timed.

    Attributes:
        seconds: name of a step → how long it took.
    """

    def __init__(self, folder: Path, platform: str):
        self.folder = folder
        self.platform = platform
        self.seconds: dict[str, float] = {}
        ignore = shutil.ignore_patterns("data", "__pycache__")
        for name in ("solutions", "notebooks"):
            shutil.copytree(ROOT / name, folder / name, ignore=ignore)
        shutil.copy(ROOT / "nbgrader_config.py", folder)
        self._env = {**os.environ, "PYTHONPATH": python_path(), "OMP_NUM_THREADS": "1"}

    def start(self, *command: str) -> subprocess.Popen[str]:
        """Start a module of Python in the folder, its output in a pipe."""
        return subprocess.Popen(
            [sys.executable, "-u", "-m", *command],
            cwd=self.folder,
            env=self._env,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )

    def run(self, step: str, *command: str, code: int = 0) -> str:
        """Run a module of Python as a step of the course; return what it printed.

        Raises:
            SystemExit: where it ends with another code.
        """
        started = time.perf_counter()
        process = self.start(*command)
        printed, _ = process.communicate()
        self.seconds[step] = time.perf_counter() - started
        if process.returncode != code:
            raise SystemExit(f"{' '.join(command)} ended with {process.returncode}:\n{printed}")
        return printed


class Pages:
    """The pages of `review`, as a browser gets them.

    Attributes:
        seconds: how long each page took.
    """

    def __init__(self, url: str):
        self.seconds: list[float] = []
        home = url.partition("/?")[0]
        self._http = httpx.Client(base_url=home, headers={"Origin": home}, follow_redirects=True)
        self._get(url)

    def _get(self, url):
        started = time.perf_counter()
        answer = self._http.get(url).raise_for_status()
        self.seconds.append(time.perf_counter() - started)
        return answer.text

    def mark_all(self, task: str) -> int:
        """Mark each answer to a question that waits; return how many."""
        marked = 0
        path = f"/question/{task}"
        while seen := self._see(path):
            points = POINTS[number_of(seen["text"], task) % len(POINTS)]
            answer = self._mark(task, seen, points).raise_for_status()
            path, marked = answer.json()["next"], marked + 1
        return marked

    def meet(self, task: str, path: str) -> list[int]:
        """Mark one answer twice, as two browsers that opened it at once do → both statuses."""
        seen = self._see(path)
        return [self._mark(task, seen, points).status_code for points in ("1", "0")]

    def _see(self, path):
        """Open an answer's page → what is sent when it is marked; None where none waits."""
        member = re.search(r"data-member='([^']*)'", self._get(path))
        return json.loads(member[1]) if member else None

    def _mark(self, task, seen, points):
        body = {"marks": [seen], "points": points, "comment": "", "mode": "mark"}
        return self._http.post(f"/mark/{task}", json=body)


def number_of(*words: str) -> int:
    """Return a number that hangs on the words alone."""
    return int(hashlib.sha256("\n".join(words).encode()).hexdigest()[:8], 16)


@contextmanager
def reviewing(course: Course):
    """Open the pages of `review` while its server runs."""
    server = course.start("autograder", "review", "--no-browser", "--ta", "ann")
    try:
        url = next(line.strip() for line in server.stdout or () if "http://" in line)
        yield Pages(url)
    finally:
        server.terminate()
        server.wait()


def mark(course: Course) -> list[float]:
    """Mark all answers; return the seconds of each page.

    Raises:
        SystemExit: where a second browser's mark is not refused.
    """
    started = time.perf_counter()
    with reviewing(course) as pages:
        statuses = pages.meet(QUESTIONS[0], f"/question/{QUESTIONS[0]}")
        if statuses != [200, 409]:
            raise SystemExit(f"Two browsers marked one answer: {statuses}.")
        marked = 1 + sum(map(pages.mark_all, QUESTIONS))
    course.seconds["review"] = time.perf_counter() - started
    print(f"{course.platform}: {marked} answers marked; a second browser's mark was refused.")
    return pages.seconds


def expected_points(course: Course) -> dict[str, float]:
    """Add the points of the checks, of `graded/`, and the marks, of the gradebook, by group."""
    from nbgrader.api import Gradebook

    results = map(json.loads, map(Path.read_text, (course.folder / "graded").glob("Group *.json")))
    points = {each["student"]: float(each["report"]["score"]) for each in results}
    with Gradebook(f"sqlite:///{course.folder / 'gradebook.db'}", "vae-course") as gradebook:
        for submission in gradebook.find_assignment("vae").submissions:
            grades = [grade for each in submission.notebooks for grade in each.grades]
            points[submission.student_id] += sum(grade.manual_score or 0 for grade in grades)
    return points


def read_back(course: Course, students: int, groups: int) -> int:
    """Compare the exported grades with the gradebook; return how many students have one.

    Raises:
        SystemExit: where somebody has another one.
    """
    path = course.folder / "graded" / "exports" / f"grades-{course.platform}.csv"
    key, grade = COLUMNS[course.platform]
    with path.open(encoding="utf-8-sig", newline="") as file:
        exported = {row[key]: row[grade] for row in csv.DictReader(file) if row[key]}
    people = make_people(students, groups)
    points = expected_points(course)
    for person in people:
        written = float(exported[person.id_on(course.platform)].replace(",", "."))
        if written != points[person.group]:
            raise SystemExit(f"{person.name} has {points[person.group]}, exported is {written}.")
    return len(people)


def run_course(folder: Path, platform: str, students: int, groups: int) -> list[str]:
    """Run a course from download to grades; return a row of the table."""
    course = Course(folder, platform)
    write_course(folder, platform, students, groups, unusual=False, unpacked=False)
    course.run("release", "nbgrader", "generate_assignment", "vae", "--force")
    roster = ["--roster", "roster.csv", "--due", f"{DUE:%Y-%m-%d %H:%M}"]
    class_command = ["autograder", "class", "download.zip", *roster]
    course.run("class", *class_command)
    course.run("class again", *class_command)
    item = ["--item", ITEM]
    course.run("export too early", "autograder", "export", "--for", platform, *item, code=3)
    pages = mark(course)
    code = int(groups > 0 and platform in NAMES_ONE_MEMBER)
    course.run("feedback", "autograder", "feedback", "--zip", platform, code=code)
    course.run("report", "autograder", "report")
    course.run("export", "autograder", "export", "--for", platform, *item)
    right = read_back(course, students, groups)
    slowest = sorted(pages)[int(0.95 * len(pages))]
    steps = ("class", "class again", "review", "feedback", "report", "export")
    page = f"{1000 * statistics.median(pages):.0f} / {1000 * slowest:.0f}"
    return [platform, *(f"{course.seconds[step]:.1f}" for step in steps), page, str(right)]


def main() -> None:
    """Print a row for each platform."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.round_trip", description="A course from download to grades."
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--students", type=int, default=60)
    parser.add_argument("--groups", type=int, default=30)
    parser.add_argument("--platform", choices=PLATFORMS, nargs="*", default=PLATFORMS)
    given = parser.parse_args()
    columns = ["platform", "class, s", "again", "review", "feedback", "report", "export"]
    columns += ["a page, ms (median / 95 %)", "students with the right points"]
    table = Table(*columns, title=f"{given.students} students in {given.groups} groups")
    for platform in given.platform:
        folder = (given.folder / platform).resolve()
        if folder.exists():
            parser.error(f"{folder} is there already: it stays, choose another folder")
        row = run_course(folder, platform, given.students, given.groups)
        table.add_row(*row)
        print(*row, flush=True)  # kept, whatever happens on the next platform
    Console(width=130).print(table)


if __name__ == "__main__":
    main()
