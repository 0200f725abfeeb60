"""checks.zip is small, always the same, and all that `check` needs beside lab.py."""

import subprocess
import sys
import zipfile

import pytest

from autograder import packed_checks
from tests.grading.key_search import key_lines
from tests.paths import SOLUTIONS

# Runs `check` where only torch, numpy, matplotlib and what they need can be imported.
NOTEBOOK = """
import sys

class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("autograder", "d2l", "scipy", "pandas", "IPython", "sklearn"):
            raise ModuleNotFoundError(name)

sys.meta_path.insert(0, Missing())
from lab import NotYet, check

def term(mean_z, logvar_z):
    return 0.5 * (mean_z**2 + logvar_z.exp() - 1 - logvar_z)

def right(mean_z, logvar_z):
    return term(mean_z, logvar_z).sum(dim=1).mean()

def wrong(mean_z, logvar_z):
    return term(mean_z, logvar_z).mean()

for kl_loss in (right, wrong):
    print(kl_loss.__name__)
    check("kl-loss-formula-test")
    try:
        check("kl-loss-reduction-test")
    except NotYet as error:
        print(error)
print("vae_checks.checks.by_task" in sys.modules, [path for path in sys.path if "checks" in path])
"""


@pytest.fixture
def folder(tmp_path):
    """A folder with lab.py, the module that it imports, and checks.zip."""
    for name in ("lab.py", "answers.py"):
        (tmp_path / name).write_bytes((SOLUTIONS / name).read_bytes())
    packed_checks.write(tmp_path)
    return tmp_path


def run(folder, code):
    """Run code as a student's own Python would, in the folder; return what it prints."""
    command = [sys.executable, "-c", f"import sys; sys.path.insert(0, '.')\n{code}"]
    result = subprocess.run(command, cwd=folder, text=True, capture_output=True, env={})
    assert result.returncode == 0, result.stderr
    return result.stdout


def test_it_is_small_and_always_the_same(folder, tmp_path_factory):
    again = packed_checks.write(tmp_path_factory.mktemp("again"))
    assert again.read_bytes() == (folder / packed_checks.NAME).read_bytes()
    assert again.stat().st_size < 200_000


def test_check_works_with_it_alone(folder):
    right, wrong = run(folder, NOTEBOOK).removeprefix("right\n").split("\nwrong\n")
    assert "1 point: 10.3a closed form" in right and "\n1 point: 10.3a sum over" in right
    assert "1 point: 10.3a closed form" in wrong and "Not yet 1 point: 10.3a sum over" in wrong
    assert wrong.endswith("True []\n")


def test_each_module_in_it_can_be_imported_but_the_bridge_of_kernels(folder):
    with zipfile.ZipFile(folder / packed_checks.NAME) as archive:
        names = [name.removesuffix(".py").replace("/", ".") for name in archive.namelist()]
    modules = [name.removesuffix(".__init__") for name in names if not name.endswith(".bridge")]
    code = f"sys.path[0] = 'checks.zip'\nimport importlib\nfor name in {modules}:\n"
    run(folder, code + "    importlib.import_module(name)")
    assert {name.split(".")[1] for name in modules if "." in name} == {
        "assignment",
        "checks",
        "probes",
    }


def test_without_it_check_says_so_and_in_the_grading_nothing(folder):
    (folder / packed_checks.NAME).unlink()
    code = """
import sys
sys.modules["autograder"] = None
import lab
lab.check("kl-loss-formula-test")
print("grading")
lab.PROFILE = "grading"
lab.check("kl-loss-formula-test")
"""
    while_working, in_the_grading = run(folder, code).split("grading\n")
    assert "nothing was checked" in while_working and in_the_grading == ""


def test_it_holds_no_line_of_the_keys_answers(folder):
    with zipfile.ZipFile(folder / packed_checks.NAME) as archive:
        texts = [archive.read(name).decode() for name in archive.namelist()]
    assert [line for line in key_lines() if any(line in text for text in texts)] == []
