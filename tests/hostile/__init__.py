"""The hostile class: submissions that attack the grader, among those of honest students.

An attack knows where everything lies: its cell finds `paths` (name → path) and the helpers of
`TOOLS`. It shows what it gets, in the outputs of its cell and, by `TELLING`, in the exception that
its kl_loss raises; so a secret that it could read comes back in the results.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .world import World

VAE, LOSS, CVAE = "02_vae.ipynb", "03_loss.ipynb", "06_cvae.ipynb"
CANARY = "canary-of-the-"  # begins each secret; a word and 16 hexadecimal digits follow
# In the name or the text of each file that an attack writes, and in each process that it starts.
MARK = "hostile-mark"

TOOLS = f'''
import ctypes, fcntl, json, os, re, shutil, signal, socket, sqlite3, stat, struct, subprocess
import sys, time
SECRET = re.compile(rb"{CANARY}[a-z]+-[0-9a-f]{{16}}")
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
    with open(path, "rb") as file:
        return file.read(10**6)
def write(path):
    with open(path, "a") as file:
        file.write("{MARK}")
def search(*tops):
    """Show every secret in the files below some folders."""
    count = 0
    for folder, below, files in (each for top in tops for each in os.walk(top)):
        below[:] = [name for name in below if os.path.join(folder, name) != sys.prefix]
        for path in (os.path.join(folder, name) for name in files):
            try:
                text = read(path) if os.path.isfile(path) else b""
            except OSError:
                continue
            count += 1
            for secret in SECRET.findall(text):
                show(path, "holds", secret)
    show("looked into", count, "files")
libc = ctypes.CDLL(None, use_errno=True)
def call(name, *arguments):
    """Call a function of the C library and say what came of it."""
    ctypes.set_errno(0)
    result = getattr(libc, name)(*arguments)
    if result == -1:
        return f"{{name}} refused: {{os.strerror(ctypes.get_errno())}}"
    return f"{{name}} done: {{result}}"
'''
TELLING = """
def kl_loss(mean_z, logvar_z):
    raise ValueError(" ".join(shown)[-1500:])
"""

Build = Callable[[Path, "World"], None]  # changes a submission, given its folder


@dataclass(frozen=True)
class Attack:
    """An attack by one student.

    Attributes:
        name: unique in the catalogue.
        cell: code below the tools, in `notebook`.
        says: a text in outputs, notes or messages that shows that the attack ran and was stopped.
        notebook: file name of the notebook that holds the cell.
        build: changes the folder of the submission, with the notebook already in it.
        keeps: points of the right answers that are handed in with the attack.
        student: who hands it in; the attack's name where empty.
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
        """The name of the student's folder, or of the zip file without its ending."""
        return self.student or self.name

    def __str__(self) -> str:
        return self.name
