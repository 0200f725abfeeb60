"""Attacks by files that the next kernel, or the grader, would import or run.

They lie beside the notebooks, or are written from inside a kernel.
"""

import os
import pickle
from pathlib import Path

from tests.paths import SOLUTIONS

from . import LOSS, MARK, Attack
from .world import add_answers

_CODE = f"import os\nos.system('touch /tmp/{MARK}')\nPATCHED = True\n"
_LISTED = "show('beside it:', sorted(os.listdir('.')))"
_COURSE_MODULES = [path.name for path in SOLUTIONS.glob("*.py")]
_ALONE = f"beside it: {sorted(['03_loss.ipynb', *_COURSE_MODULES])}"


def files(*names, text=_CODE):
    """Put these files beside the notebooks, and into the folder above."""

    def build(folder, world):
        for path in [above / name for name in names for above in (folder, folder.parent)]:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)

    return build


class _Command:
    """An object that runs a command when it is unpickled."""

    def __init__(self, command):
        self.command = command

    def __reduce__(self):
        return os.system, (self.command,)


def pickled(folder, world):
    """Add weights that leave a mark where they are unpickled."""
    command = _Command(f"touch {world.folder}/{MARK} /tmp/{MARK}")
    for name in ("vae.pt", "cvae.pt"):
        (folder / name).write_bytes(pickle.dumps(command))


def answered(folder: Path, world) -> None:
    """Add right answers; the attack stays above them."""
    add_answers(folder / LOSS)


_LAB = """
import lab
attempt(lambda: lab.PATCHED)
open("lab.py", "w").write("raise SystemExit")
"""

_PRELOAD = """
open(".env", "w").write("LD_PRELOAD=/tmp/hostile-mark.so")
attempt(write, "/etc/ld.so.preload")
open("/tmp/hostile-mark.so", "wb").write(read(sys.executable)[:100])
os.execve(sys.executable, ["python", "-m", "ipykernel_launcher", "-f", "/sandbox/sockets/k.json"],
          dict(os.environ, LD_PRELOAD="/tmp/hostile-mark.so", PYTHONSTARTUP="/tmp/hostile-mark.py"))
"""

_STARTUP = """
code = "print('poisoned'); kl_loss = lambda m, v: -0.5 * (1 + v - m * m - v.exp()).sum(1).mean()"
home = os.path.expanduser("~")
for folder in (os.environ["IPYTHONDIR"] + "/profile_default/startup", home + "/.local/lib", "."):
    os.makedirs(folder, exist_ok=True)
    for name in ("00-start.py", "sitecustomize.py", "usercustomize.py", "torch.py"):
        open(f"{folder}/{name}", "w").write(code)
os._exit(3)
"""

_DELETE = """
for name in os.listdir("."):
    os.remove(name)
attempt(os.rmdir, os.getcwd())
show("now it holds", os.listdir("."))
"""

ATTACKS = (
    Attack("patched lab.py", _LAB, "has no attribute 'PATCHED'", build=files("lab.py")),
    Attack(
        "poisoned sitecustomize and torch.py beside the notebooks",
        _LISTED,
        _ALONE,
        build=files(
            "sitecustomize.py",
            "usercustomize.py",
            "torch.py",
            "numpy.py",
            "conftest.py",
            "pytest.ini",
            "autograder/__init__.py",
        ),
    ),
    Attack(
        "IPython start-up files in the submission",
        _LISTED,
        _ALONE,
        build=files(
            ".ipython/profile_default/startup/00-start.py",
            "ipython_config.py",
            "jupyter_config.py",
            "nbgrader_config.py",
        ),
    ),
    Attack(
        "IPython start-up files written from inside",
        _STARTUP,
        "ended the kernel's process (exit code 3)",
    ),
    Attack("LD_PRELOAD set from inside", _PRELOAD, "the rest runs without it"),
    Attack(
        "LD_PRELOAD in a file .env",
        _LISTED,
        _ALONE,
        build=files(".env", text=f"LD_PRELOAD=/tmp/{MARK}.so"),
    ),
    Attack("deleting the notebooks in the working folder", _DELETE, "now it holds []"),
    Attack(
        "a malicious vae.pt",
        "import torch\nattempt(torch.load, 'vae.pt')",
        "Weights only load failed",
        build=pickled,
    ),
    Attack(
        "an attack in a cell between right answers",
        "os._exit(4)",
        "ended the kernel's process (exit code 4)",
        build=answered,
        keeps=2,
    ),
)
