"""One class run of honest submissions and attacks, and what came of each."""

import gzip
import json
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from autograder.assignment import task
from autograder.classroom.students import file_stem, student_id

from . import Attack
from .world import World, hand_in_attacks, hand_in_honest, make_world


@dataclass(frozen=True)
class Found:
    """What came of one student: their result's JSON, and every text that could reach them or the instructor."""

    student: str
    result: dict
    text: str


@dataclass(frozen=True)
class Run:
    """A class run. before, after: path → hash of what no grading may change; left: processes that were left."""

    world: World
    attacks: Sequence[Attack]
    honest: dict[str, Path]
    code: int
    printed: str
    seconds: float
    before: dict[str, str]
    after: dict[str, str]
    found: dict[str, Found] = field(default_factory=dict)

    def of(self, attack: Attack) -> Found:
        """What came of the attack's student."""
        return self.found[student_id(attack.folder)]

    def gained(self, attack: Attack) -> float:
        """The points of the tasks in the attack's notebook, less those of right answers that it rides on."""
        tasks = self.of(attack).result["report"].get("tasks", [])
        return sum(each["score"] for each in tasks if task(each["id"]).notebook == attack.notebook) - attack.keeps


def run_hostile_class(folder: Path, attacks: Sequence[Attack]) -> Run:
    """Make a world, hand in, grade the class once, and collect what came back."""
    world = make_world(folder)
    honest = hand_in_honest(world)
    hand_in_attacks(world, attacks)
    before, started = world.contents(), time.monotonic()
    done = world.run("autograder", "class", str(world.submitted), "--workers", "2", "--require-sandbox", "--yes")
    seconds = time.monotonic() - started
    run = Run(world, attacks, honest, done.returncode, done.stdout + done.stderr, seconds, before, world.contents())
    for student in {student_id(name) for name in [*honest, *(attack.folder for attack in attacks)]}:
        run.found[student] = _find(world, student)
    return run


def _find(world, student):
    graded = world.course / "graded"
    stem = file_stem(student)
    path = next((path for path in (graded / f"{stem}.json", graded / "refused" / f"{stem}.json") if path.exists()))
    text = path.read_text()
    for packed in (graded / "notebooks" / stem).glob("*.gz"):
        text += gzip.decompress(packed.read_bytes()).decode()
    for notebook in (world.course / "autograded" / student).rglob("*.ipynb"):
        text += notebook.read_text()
    return Found(student, json.loads(path.read_text()), text)


if __name__ == "__main__":
    import sys

    from .catalogue import CATALOGUE

    chosen = [a for a in CATALOGUE if not sys.argv[1:] or any(w in a.name for w in sys.argv[1:])]
    run = run_hostile_class(Path(tempfile.mkdtemp(prefix="hostile-")), chosen)
    print(run.printed[-6000:], run.code, run.seconds)
    for a in chosen:
        print(a.name, run.gained(a), a.says in run.of(a).text)
        print("   ", run.of(a).result["report"].get("notes"), run.of(a).result["problem"])
        if a.says not in run.of(a).text:
            print(run.of(a).text[:3000])
    print(run.before == run.after, run.world.folder)
