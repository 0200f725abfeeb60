"""One class run of honest submissions and attacks, and what came of each."""

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
from autograder.classroom.intake.roster import read_roster
from autograder.classroom.intake.student_names import student_id, unique_file_stem
from autograder.classroom.workers.worker import grade_bundle

from . import MARK, Attack
from .honest import HONEST
from .world import World, hand_in, hide_in_submission, make_world

ELSEWHERE = (
    "/",
    "/tmp",
    "/var/tmp",
    "/dev/shm",
    ".",
    "~",
    sys.prefix,
)  # where an attack could leave something
NUMBERS = re.compile(r"[\d.e−+-]+")


@dataclass(frozen=True)
class Found:
    """What came of one student. result: as the class keeps it; notebooks: as graded, and as
    nbgrader has them.
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
        """What cells showed, and what the grader wrote."""
        outputs = [
            cell.get("outputs", []) for notebook in self.notebooks for cell in notebook["cells"]
        ]
        return [line for text in texts([outputs, self.result]) for line in text.splitlines()]


@dataclass(frozen=True)
class Run:
    """A class run. before, after: path → hash of what no grading may change; left: processes and
    files of attacks.
    """

    world: World
    attacks: Sequence[Attack]
    code: int
    printed: str
    seconds: float
    before: dict[str, str]
    after: dict[str, str]
    left: list[str]
    found: dict[str, Found] = field(default_factory=dict)

    def of(self, attack: Attack) -> Found:
        """What came of the attack's student."""
        return self.found[student_id(attack.folder)]

    def gained(self, attack: Attack) -> float:
        """The points of the attack's notebook, and of those that nobody handed in, less what the
        attack rides on.
        """
        beside = {other.notebook for other in self.attacks if other.folder == attack.folder} - {
            attack.notebook
        }
        tasks = self.of(attack).report.get("tasks", [])
        return (
            sum(each["score"] for each in tasks if task(each["id"]).notebook not in beside)
            - attack.keeps
        )

    def seen(self, attack: Attack) -> str:
        """The first line that says how the attack was stopped, "" where none does."""
        return next((line for line in self.of(attack).lines if attack.says in line), "")

    def points_in_gradebook(self) -> dict[str, float]:
        """student → the automatic points that nbgrader's gradebook has."""
        with Gradebook(
            f"sqlite:///{self.world.course / 'gradebook.db'}", "vae-course"
        ) as gradebook:
            submissions = gradebook.find_assignment("vae").submissions
            return {
                submission.student_id: sum(
                    grade.auto_score or 0
                    for notebook in submission.notebooks
                    for grade in notebook.grades
                )
                for submission in submissions
            }

    def alone(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Each honest student, and the report of their submission graded alone."""
        for entry in read_roster(self.world.submitted)[0]:
            if entry.student in HONEST:
                yield entry.student, json.loads(grade_bundle(read_bundle(entry)))["report"]


def run_hostile_class(folder: Path, attacks: Sequence[Attack]) -> Run:
    """Make a world, hand in, grade the class once, and collect what came back."""
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
        run.found[student] = _find(world, student)
    return run


def _find(world, student):
    """The result of a student and their notebooks."""
    graded, stem = world.course / "graded", unique_file_stem(student)
    result = next(
        path
        for path in (graded / f"{stem}.json", graded / "refused" / f"{stem}.json")
        if path.exists()
    )
    kept = [
        json.loads(gzip.decompress(path.read_bytes()))
        for path in (graded / "notebooks" / stem).glob("*.gz")
    ]
    notebooks = [json.loads(text) for each in kept for text in each.values()]
    notebooks += [
        json.loads(path.read_bytes())
        for path in (world.course / "autograded" / student).rglob("*.ipynb")
    ]
    return Found(student, json.loads(result.read_bytes()), tuple(notebooks))


def texts(tree: Any) -> Iterator[str]:
    """Every text in lists and dicts, keys too."""
    if isinstance(tree, str):
        yield tree
    elif isinstance(tree, (list, dict)):
        for item in tree:
            yield from texts(item)
            if isinstance(tree, dict):
                yield from texts(tree[item])


def marked_processes() -> Iterator[str]:
    """The processes that attacks started."""
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = path.read_bytes()
        except OSError:
            continue
        if MARK.encode() in words:
            yield f"process {path.parent.name}"


def marked_files() -> Iterator[str]:
    """The files that attacks wrote, by their names."""
    for place in ELSEWHERE:
        yield from (str(path) for path in Path(place).expanduser().glob(f"{MARK}*"))
    for folder in {sysconfig.get_path("purelib"), sysconfig.get_path("stdlib")}:
        yield from (
            os.path.join(above, name)
            for above, _, files in os.walk(folder)
            for name in files
            if MARK in name
        )


def comparable(report: dict[str, Any]) -> dict[str, Any]:
    """A report whose sentences hold no numbers, since some of those are drawn at random."""
    tasks = [
        {
            **task,
            "checks": [
                {**each, "message": NUMBERS.sub("", each["message"])} for each in task["checks"]
            ],
        }
        for task in report["tasks"]
    ]
    return {**report, "tasks": tasks}
