"""One class run of honest submissions and attacks, and the result of each."""

import gzip
import json
import os
import re
import sys
import sysconfig
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook

from autograder.assignment import task
from autograder.classroom.intake.bundle import read_bundle
from autograder.classroom.intake.entries import Entry, read_uploads
from autograder.classroom.intake.student_names import student_id, unique_file_stem
from autograder.classroom.workers.worker import grade_bundle

from . import MARK, Attack
from .honest import HONEST
from .world import World, hand_in, hide_in_submission, make_world

# Folders in which an attack could leave something.
ELSEWHERE = ("/", "/tmp", "/var/tmp", "/dev/shm", ".", "~", sys.prefix)
NUMBERS = re.compile(r"[\d.e−+-]+")


@dataclass(frozen=True)
class StudentResult:
    """The result of one student, with their notebooks.

    Attributes:
        student: the student's id.
        result: as the class keeps it.
        notebooks: as graded, and as nbgrader has them.
    """

    student: str
    result: dict[str, Any]
    notebooks: tuple[dict[str, Any], ...] = ()

    @property
    def report(self) -> dict[str, Any]:
        """The report; empty where there was nothing to grade."""
        return self.result["report"]

    @property
    def lines(self) -> list[str]:
        """The lines that cells showed and that the grader wrote."""
        cells = [cell for notebook in self.notebooks for cell in notebook["cells"]]
        outputs = [cell.get("outputs", []) for cell in cells]
        return [line for text in texts([outputs, self.result]) for line in text.splitlines()]


@dataclass(frozen=True)
class Run:
    """A class run.

    Attributes:
        world: the course in which it ran.
        attacks: those of the class.
        code: exit code of the command.
        printed: its output and errors.
        seconds: its duration.
        before: path → hash of each file that no grading may change, before the run.
        after: the same after the run.
        left: processes and files that attacks left behind.
        found: student → result.
    """

    world: World
    attacks: Sequence[Attack]
    code: int
    printed: str
    seconds: float
    before: dict[str, str]
    after: dict[str, str]
    left: list[str]
    found: dict[str, StudentResult] = field(default_factory=dict)

    def of(self, attack: Attack) -> StudentResult:
        """Return the result of the attack's student."""
        return self.found[student_id(attack.folder)]

    def gained(self, attack: Attack) -> float:
        """Return the points that the student has because of the attack.

        Points in notebooks of the same student's other attacks, and those of the right answers that
        are handed in with it, don't count.
        """
        of_student = {other.notebook for other in self.attacks if other.folder == attack.folder}
        of_others = of_student - {attack.notebook}
        tasks = self.of(attack).report.get("tasks", [])
        scores = [each["score"] for each in tasks if task(each["id"]).notebook not in of_others]
        return sum(scores) - attack.keeps

    def seen(self, attack: Attack) -> str:
        """Return the first line that shows how the attack was stopped, "" where none does."""
        return next((line for line in self.of(attack).lines if attack.says in line), "")

    def points_in_gradebook(self) -> dict[str, float]:
        """Return {student: automatic points in nbgrader's gradebook}."""
        address = f"sqlite:///{self.world.course / 'gradebook.db'}"
        points = {}
        with Gradebook(address, "vae-course") as gradebook:
            for submission in gradebook.find_assignment("vae").submissions:
                grades = [grade for notebook in submission.notebooks for grade in notebook.grades]
                points[submission.student_id] = sum(grade.auto_score or 0 for grade in grades)
        return points

    def alone(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield each honest student, and the report of their submission graded alone."""
        for upload in read_uploads(self.world.submitted)[0]:
            if upload.person in HONEST:
                entry = Entry(upload.person, upload.sources)
                yield entry.student, json.loads(grade_bundle(read_bundle(entry)))["report"]


def run_hostile_class(folder: Path, attacks: Sequence[Attack]) -> Run:
    """Make a course, hand in, grade the class once, and collect the results."""
    world = make_world(folder)
    for hand_in_honest, _ in HONEST.values():
        hand_in_honest(world.submitted)
    hide_in_submission(world.submitted / "honest key" / "vae" / "02_vae.ipynb", world)
    with world.listening() as port:
        hand_in(world, attacks, port)
        before, started = world.contents(), time.monotonic()
        done = world.run(
            "autograder", "class", str(world.submitted), "--workers", "2", "--require-sandbox"
        )
        seconds = time.monotonic() - started
    run = Run(
        world,
        attacks,
        done.returncode,
        done.stdout + done.stderr,
        seconds,
        before,
        world.contents(),
        [*marked_processes(), *marked_files()],
    )
    for student in {*HONEST, *(student_id(attack.folder) for attack in attacks)}:
        run.found[student] = _read_result(world, student)
    return run


def _read_result(world, student):
    graded, stem = world.course / "graded", unique_file_stem(student)
    path = graded / f"{stem}.json"
    if not path.exists():
        path = graded / "refused" / f"{stem}.json"
    notebooks = []
    for packed in (graded / "notebooks" / stem).glob("*.gz"):
        kept = json.loads(gzip.decompress(packed.read_bytes()))
        notebooks += [json.loads(text) for text in kept.values()]
    for autograded in (world.course / "autograded" / student).rglob("*.ipynb"):
        notebooks.append(json.loads(autograded.read_bytes()))
    return StudentResult(student, json.loads(path.read_bytes()), tuple(notebooks))


def texts(tree: Any) -> Iterator[str]:
    """Yield every text in lists and dicts, keys too."""
    if isinstance(tree, str):
        yield tree
    elif isinstance(tree, (list, dict)):
        for item in tree:
            yield from texts(item)
            if isinstance(tree, dict):
                yield from texts(tree[item])


def marked_processes() -> Iterator[str]:
    """Yield the processes that attacks started."""
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = path.read_bytes()
        except OSError:
            continue
        if MARK.encode() in words:
            yield f"process {path.parent.name}"


def marked_files() -> Iterator[str]:
    """Yield the files that attacks wrote, by their names."""
    for folder in ELSEWHERE:
        yield from (str(path) for path in Path(folder).expanduser().glob(f"{MARK}*"))
    for folder in {sysconfig.get_path("purelib"), sysconfig.get_path("stdlib")}:
        for above, _, files in os.walk(folder):
            yield from (os.path.join(above, name) for name in files if MARK in name)


def comparable(report: dict[str, Any]) -> dict[str, Any]:
    """Return a report without its random numbers, and without what only a class run adds."""
    tasks = []
    for result in report["tasks"]:
        checks = [
            {**check, "message": NUMBERS.sub("", check["message"]), "numbers": {}}
            for check in result["checks"]
        ]
        tasks.append({**result, "checks": checks})
    rest = {key: value for key, value in report.items() if key not in ("names", "group")}
    return {**rest, "tasks": tasks}
