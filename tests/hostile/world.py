"""The hostile class's world: a course with a copy of the grader, a gradebook, a home, secrets."""

import compileall
import hashlib
import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterable
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
from nbgrader.api import Gradebook

from benchmarks.samples import is_solution, write_submission
from tests.paths import RELEASE, ROOT

from . import CANARY, LOSS, TELLING, TOOLS, Attack

COPIED = ("autograder", "solutions", "nbgrader_config.py")
NOT_COPIED = shutil.ignore_patterns("__pycache__", "data", ".ipynb_checkpoints")
WRITTEN = ("graded", "autograded", "feedback", "gradebook.db")  # by the class
SECRETS = ("solutions", "checks", "gradebook", "submission", "environment", "home")
MAX_SECONDS = 1800  # of a command, on a busy machine
# In the copy, a cell has a quarter of its time: some attacks last until that is over.
KERNEL = "autograder/kernels/kernel.py"
LONG_CELL, SHORT_CELL = "\nCELL_SECONDS = 120 ", "\nCELL_SECONDS = 30 "


@dataclass(frozen=True)
class World:
    """A course as an instructor has it, with secrets and servers that no student may reach.

    Attributes:
        folder: of everything.
        secrets: {where it lies: its text}, where is one of SECRETS.
        visitors: names of the instructor's servers that somebody connected to.
        servers: {name: listening socket}.
    """

    folder: Path
    secrets: dict[str, str]
    visitors: list[str] = field(default_factory=list)
    servers: dict[str, socket.socket] = field(default_factory=dict)

    @property
    def course(self) -> Path:
        """The folder of nbgrader_config.py."""
        return self.folder / "course"

    @property
    def submitted(self) -> Path:
        """The folder of all submissions."""
        return self.course / "submitted"

    @property
    def home(self) -> Path:
        """The instructor's home folder."""
        return self.folder / "home"

    @property
    def paths(self) -> dict[str, str]:
        """The folders and files that every attack knows, by name."""
        return {
            "course": str(self.course),
            "home": str(self.home),
            "solutions": str(self.course / "solutions" / "vae"),
            "checks": str(self.course / "autograder" / "checks"),
            "gradebook": str(self.course / "gradebook.db"),
            "submission": str(self.submitted / "honest key" / "vae"),
            "python": sys.prefix,
        }

    def run(self, *words: str) -> subprocess.CompletedProcess:
        """Run python -m with these words in the course, as the instructor would."""
        env = {
            **os.environ,
            "PYTHONPATH": str(self.course),
            "HOME": str(self.home),
            "OMP_NUM_THREADS": "1",
            "PYTHONDONTWRITEBYTECODE": "1",
            "GRADERS_SECRET": self.secrets["environment"],
        }
        return subprocess.run(
            [sys.executable, "-m", *words],
            cwd=self.course,
            env=env,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=MAX_SECONDS,
        )

    def contents(self) -> dict[str, str]:
        """Return {path: hash} of each file that no grading may change."""
        skipped = {self.course / name for name in WRITTEN}
        hashes = {}
        for folder, below, files in os.walk(self.folder):
            below[:] = [
                name for name in below if name != ".cache" and Path(folder, name) not in skipped
            ]
            for path in (Path(folder, name) for name in files):
                if path not in skipped and path.is_file():
                    hashes[str(path)] = hashlib.sha256(path.read_bytes()[: 10**6]).hexdigest()
        return hashes

    @contextmanager
    def listening(self):
        """Run servers of the instructor: on a port, in a file, and under a name without a file.

        Yields:
            The port.
        """
        with ExitStack() as stack:
            self.servers["port"] = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
            for name in (str(self.home / "agent.sock"), "\0hostile-server"):
                server = self.servers[name] = stack.enter_context(socket.socket(socket.AF_UNIX))
                server.bind(name)
                server.listen()
            yield self.servers["port"].getsockname()[1]
            for name, server in self.servers.items():
                server.setblocking(False)
                try:
                    server.accept()
                    self.visitors.append(name)
                except BlockingIOError:
                    continue


def make_world(folder: Path) -> World:
    """Make a course, with a secret wherever no student may read."""
    world = World(folder, {name: f"{CANARY}{name}-{secrets.token_hex(8)}" for name in SECRETS})
    for name in COPIED:
        source, target = ROOT / name, world.course / name
        if source.is_dir():
            shutil.copytree(source, target, ignore=NOT_COPIED)
        else:
            shutil.copy(source, target)
    kernel = (world.course / KERNEL).read_text(encoding="utf-8")
    assert LONG_CELL in kernel
    (world.course / KERNEL).write_text(kernel.replace(LONG_CELL, SHORT_CELL), encoding="utf-8")
    for name in (".bashrc", ".ssh/id_rsa"):
        (world.home / name).parent.mkdir(parents=True, exist_ok=True)
        (world.home / name).write_text(world.secrets["home"])
    made = world.run("nbgrader", "generate_assignment", "vae")
    assert made.returncode == 0, made.stderr[-2000:]
    for path in (world.course / "solutions" / "vae").glob("*.ipynb"):
        _hide(path, world.secrets["solutions"], lambda cell: True)
    (world.course / "autograder" / "checks" / "secret.py").write_text(
        f"# {world.secrets['checks']}\n"
    )
    compileall.compile_dir(world.course / "autograder", quiet=1)
    with Gradebook(f"sqlite:///{world.course / 'gradebook.db'}", "vae-course") as gradebook:
        gradebook.add_student("somebody", first_name=world.secrets["gradebook"])
    return world


def hide_in_submission(path: Path, world: World) -> None:
    """Put a secret into the answers of an honest student."""
    _hide(path, world.secrets["submission"], is_solution)


def _hide(path, secret, where):
    """Put a secret, in the form of a comment, at the end of some cells of a notebook."""
    notebook = nbformat.read(path, as_version=4)
    for cell in filter(where, notebook.cells):
        cell.source += f"\n# {secret}"
    nbformat.write(notebook, path)


def hand_in(world: World, attacks: Iterable[Attack], port: int) -> None:
    """Write the submissions of attacks.

    Args:
        world: where.
        attacks: which.
        port: of the instructor's server.
    """
    for attack in attacks:
        folder = world.submitted / attack.folder / "vae"
        folder.mkdir(parents=True, exist_ok=True)
        notebook = hostile_notebook({**world.paths, "port": port}, attack)
        (folder / attack.notebook).write_text(json.dumps(notebook))
        attack.build(folder, world)


def hostile_notebook(paths: dict, attack: Attack) -> nbformat.NotebookNode:
    """Return a released notebook with the tools and the attack; no answer in it is right."""
    notebook = nbformat.read(RELEASE / attack.notebook, as_version=4)
    sources = [f"paths = {paths!r}\n{TOOLS}", attack.cell]
    if attack.notebook == LOSS:
        sources.append(TELLING)
        notebook.cells = [
            cell for cell in notebook.cells if "raise NotImplementedError" not in cell.source
        ]
    notebook.cells = [*map(nbformat.v4.new_code_cell, sources), *notebook.cells]
    return notebook


def add_answers(path: Path) -> None:
    """Put the key's answers to a notebook at its end."""
    notebook = nbformat.read(path, as_version=4)
    key = nbformat.read(write_submission(path.parent / "key") / path.name, as_version=4)
    shutil.rmtree(path.parent / "key")
    notebook.cells += [cell for cell in key.cells if is_solution(cell)]
    nbformat.write(notebook, path)
