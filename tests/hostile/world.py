"""A world for the class: a course with its own copy of the grader, a gradebook, a home, secrets, and submissions."""

import hashlib
import json
import os
import secrets
import shutil
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbgrader.api import Gradebook

from tests.samples import RELEASE, typical_mistakes, write_submission

from . import CANARY, TOOLS, Attack

ROOT = Path(__file__).resolve().parents[2]
COPIED = ("autograder", "solutions", "nbgrader_config.py")
NOT_COPIED = shutil.ignore_patterns("__pycache__", "data", ".ipynb_checkpoints")
SECRETS = ("solutions", "checks", "gradebook", "submission", "environment", "home")


@dataclass(frozen=True)
class World:
    """Folders below one; secrets: where each lies → its text, drawn for this world."""

    folder: Path
    secrets: dict[str, str]

    @property
    def course(self) -> Path:
        return self.folder / "course"

    @property
    def submitted(self) -> Path:
        return self.course / "submitted"

    @property
    def home(self) -> Path:
        return self.folder / "home"

    @property
    def places(self) -> dict[str, str]:
        """What every attack knows."""
        return {"course": str(self.course), "home": str(self.home), "solutions": str(self.course / "solutions" / "vae"),
                "checks": str(self.course / "autograder" / "checks"), "gradebook": str(self.course / "gradebook.db"),
                "submission": str(self.submitted / "honest key" / "vae"), "python": sys.prefix}  # fmt: skip

    def run(self, *module: str) -> subprocess.CompletedProcess:
        """Run python -m with these words in the course, as the instructor would."""
        env = {**os.environ, "PYTHONPATH": str(self.course), "HOME": str(self.home)}
        env |= {"GRADERS_SECRET": self.secrets["environment"], "OMP_NUM_THREADS": "1"}
        command = [sys.executable, "-m", *module]
        return subprocess.run(command, cwd=self.course, env=env, capture_output=True, text=True, errors="replace")

    def contents(self) -> dict[str, str]:
        """path → hash of each file that no grading may change."""
        written = {self.course / name for name in ("graded", "autograded", "feedback", "gradebook.db")}
        found = {}
        for folder, below, files in os.walk(self.folder):
            below[:] = [name for name in below if name != "__pycache__" and Path(folder, name) not in written]
            for path in (Path(folder, name) for name in files):
                if path not in written and path.is_file():
                    found[str(path)] = hashlib.sha256(path.read_bytes()).hexdigest()
        return found


def make_world(folder: Path) -> World:
    """A course as an instructor has it, with a secret in each place that no student may read."""
    world = World(folder, {name: f"{CANARY}{name}-{secrets.token_hex(8)}" for name in SECRETS})
    for name in COPIED:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, world.course / name, **({"ignore": NOT_COPIED} if (ROOT / name).is_dir() else {}))
    made = world.run("nbgrader", "generate_assignment", "vae")
    assert made.returncode == 0, made.stderr[-2000:]
    for path in (world.course / "solutions" / "vae").glob("*.ipynb"):
        _hide_in_notebook(path, world.secrets["solutions"])
    (world.course / "autograder" / "checks" / "secret.py").write_text(f"# {world.secrets['checks']}\n")
    with Gradebook(f"sqlite:///{world.course / 'gradebook.db'}", "vae-course") as gradebook:
        gradebook.add_student("somebody", first_name=world.secrets["gradebook"])
    for name in (".bashrc", ".ssh/id_rsa"):
        (world.home / name).parent.mkdir(parents=True, exist_ok=True)
        (world.home / name).write_text(world.secrets["home"])
    return world


def _hide_in_notebook(path, secret):
    """Put a secret into the answers, into the tests and between them."""
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        marks = cell.metadata.get("nbgrader", {})
        if cell.cell_type == "markdown" or marks.get("grade"):
            cell.source += f"\n# {secret}"
    nbformat.write(notebook, path)


def hand_in_honest(world: World) -> dict[str, Path]:
    """Submissions without an attack: student → folder."""
    folders = {name: world.submitted / name / "vae" for name in ("honest key", "honest mistakes")}
    write_submission(folders["honest key"])
    write_submission(folders["honest mistakes"], typical_mistakes())
    return folders


def hand_in_attacks(world: World, attacks: Iterable[Attack]) -> None:
    """The submissions of attacks: the released notebook with the tools and the attack above its stubs."""
    for attack in attacks:
        folder = world.submitted / attack.folder / "vae"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / attack.notebook).write_text(json.dumps(hostile_notebook(world, attack)))
    for attack in attacks:
        attack.build(world.submitted / attack.folder / "vae", world)


def hostile_notebook(world: World, attack: Attack) -> dict:
    """The notebook of an attack, as JSON: no answer of it is right."""
    notebook = nbformat.read(RELEASE / attack.notebook, as_version=4)
    cells = [nbformat.v4.new_code_cell(f"places = {world.places!r}\n{TOOLS}"), nbformat.v4.new_code_cell(attack.cell)]
    stubs = [cell for cell in notebook.cells if "raise NotImplementedError" not in cell.source]
    notebook.cells = [*cells, *stubs]
    return notebook
