"""The hostile class: attacks on the grader, each a student's submission, among submissions of honest students.

An attack knows where everything lies: its cell finds `places` {name: path}, and the helpers of `TOOLS`. It shows what
it got, as outputs of its cell and as what its kl_loss raises, so that whatever it could read is in what comes back.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

VAE, LOSS, TRAINING, CVAE = "02_vae.ipynb", "03_loss.ipynb", "04_training.ipynb", "06_cvae.ipynb"
CANARY = "canary-of-the-"  # begins each secret; what follows is drawn anew for each class
MARK = "hostile-mark"  # in the name or the text of each file that an attack writes, and in each process it starts

TOOLS = f'''
import ctypes, json, os, signal, socket, subprocess, sys, time
shown = []
def show(*words):
    shown.append(" ".join(map(str, words))[:5000])
    print(shown[-1])
def attempt(act, *arguments):
    try:
        show("got", repr(act(*arguments)))
    except BaseException as error:
        show(f"{{type(error).__name__}}: {{error}}")
def read(path):
    return open(path, "rb").read(200_000)
def write(path):
    open(path, "a").write("{MARK}")
def search(*tops, limit=100_000):
    """Show every file below some folders that holds a secret."""
    count = 0
    for top in tops:
        show(top, "holds", os.listdir(top) if os.path.isdir(top) else "nothing that is seen")
        for folder, _, files in os.walk(top):
            for name in files:
                count += 1
                try:
                    path = os.path.join(folder, name)
                    text = read(path) if os.path.isfile(path) and count < limit else b""
                except OSError:
                    continue
                if b"{CANARY[:-1]}" + b"-" in text.replace(b"# ", b""):
                    show(path, text[text.index(b"{CANARY[:-1]}"):][:200])
    show("looked at", count, "files")
libc = ctypes.CDLL(None, use_errno=True)
def call(name, *arguments):
    """A function of the C library."""
    ctypes.set_errno(0)
    result = getattr(libc, name)(*arguments)
    return result if result != -1 else os.strerror(ctypes.get_errno())
def kl_loss(mean_z, logvar_z):
    raise ValueError(" ".join(shown)[-1500:])
'''

Build = Callable[[Path, Any], None]  # changes a submission: (its folder, the World)


@dataclass(frozen=True)
class Attack:
    """What one student tries. says: what is found in the outputs, notes and messages if the attack ran and was stopped.

    cell: code below the tools and above the stubs of `notebook`. build: changes the folder of the submission.
    keeps: the points of the right answers that the attack rides on. student: whose folder it is; the name, else.
    """

    name: str
    cell: str = ""
    says: str = ""
    notebook: str = LOSS
    build: Build = field(default=lambda folder, world: None, repr=False)
    keeps: int = 0
    student: str = ""

    @property
    def folder(self) -> str:
        """The name of the submission's folder."""
        return self.student or self.name.replace(" ", "-")

    def __str__(self) -> str:
        return self.name
