"""Tests of what stands before the first answer: the look at what is installed, and Colab's cell."""

import importlib.metadata
import json
import re
import sys
import types

import pytest
from IPython.core.inputtransformer2 import TransformerManager

from autograder.assignment import NOTEBOOKS
from tests.paths import RELEASE, ROOT, SOLUTIONS


def requirements(path):
    """Return {package: its line without the comment} of a file of requirements."""
    lines = [line.split("#")[0].strip() for line in path.read_text().splitlines()]
    return {re.match(r"[\w-]+", line)[0]: line for line in lines if line}


NEEDS = requirements(SOLUTIONS / "requirements.txt")


@pytest.fixture
def look(load_module, monkeypatch, capsys):
    """A function that checks the software as if these versions were installed."""

    def check(**versions):
        software = load_module("software")
        installed = importlib.metadata.version

        def version(package):
            found = versions.get(package.replace("-", "_"), "real")
            if found is None:
                raise importlib.metadata.PackageNotFoundError(package)
            return installed(package) if found == "real" else found

        monkeypatch.setattr(importlib.metadata, "version", version)
        monkeypatch.setattr(importlib, "import_module", lambda name: None)
        software.check_software()
        return capsys.readouterr().out

    return check


def test_everything_that_is_there_is_listed_with_its_version(look):
    printed = look()
    assert "Everything is here." in printed and "✗" not in printed
    assert f"✓ torch         {importlib.metadata.version('torch')}" in printed


PROBLEMS = [
    ({"tqdm": None}, "tqdm is not installed: run `python -m pip install -r requirements.txt`"),
    ({"torch": "2.1.0+cpu"}, "torch is 2.1.0+cpu, but the course needs 2.4 or newer"),
    ({"ipython": "9.1.0"}, "`python -m pip install 'ipython<9'`"),
]


@pytest.mark.parametrize(("versions", "sentence"), PROBLEMS)
def test_each_problem_is_one_sentence_with_a_way_out(look, versions, sentence):
    printed = look(**versions)
    assert printed.count("restart the kernel") == 1 and sentence in printed
    assert "Everything is here" not in printed


FITS = [
    {"d2l": "1.0.3", "matplotlib": "3.7.2", "numpy": "1.23.5"},
    {"d2l": "1.0.3", "ipython": "9.1.0"},
    {"ipython": "7.34.0"},
]


@pytest.mark.parametrize("versions", FITS)
def test_versions_of_colab_and_of_the_newest_d2l_are_taken(look, versions):
    assert "Everything is here." in look(**versions)


def test_a_package_that_cannot_be_imported_is_told(load_module, monkeypatch, capsys):
    software = load_module("software")
    monkeypatch.setitem(sys.modules, "tqdm", None)
    software.check_software()
    assert "cannot be imported (ModuleNotFoundError" in capsys.readouterr().out


def test_the_look_imports_none_of_the_packages_that_take_seconds(load_module, monkeypatch, capsys):
    software, imported = load_module("software"), []
    monkeypatch.setattr(importlib, "import_module", imported.append)
    software.check_software()
    assert {"torch", "numpy", "matplotlib.pyplot"} <= set(imported)
    assert {"torchvision", "d2l", "d2l.torch", "sklearn", "nbconvert"} & set(imported) == set()


def test_students_requirements_are_those_that_the_tests_ran_with():
    assert NEEDS.items() <= requirements(ROOT / "requirements.txt").items()


def test_every_package_of_the_look_is_in_the_requirements(load_module):
    looked_at = {package for package, *_ in load_module("software").PACKAGES}
    assert looked_at - NEEDS.keys() == set()


def test_the_release_has_every_module_its_requirements_and_how_to_begin():
    needed = {"README.md", "requirements.txt", *(path.name for path in SOLUTIONS.glob("*.py"))}
    assert needed - {path.name for path in RELEASE.iterdir()} == set()
    assert len((SOLUTIONS / "README.md").read_text().splitlines()) <= 60


def colab_cell(name):
    cells = json.loads((SOLUTIONS / name).read_text())["cells"]
    (found,) = [cell for cell in cells if "google.colab" in "".join(cell["source"])]
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    assert found is code[0]
    return "".join(found["source"])


def test_every_notebook_begins_with_the_same_cell_for_colab_which_does_nothing_here():
    sources = {colab_cell(name) for name in NOTEBOOKS}
    assert len(sources) == 1
    path = list(sys.path)
    exec(TransformerManager().transform_cell(sources.pop()), {})
    assert sys.path == path


@pytest.fixture
def on_colab(monkeypatch, tmp_path):
    """A function that runs the cell as on Colab, with a Drive below the current folder."""
    mounted, commands = [], []
    package = types.ModuleType("google.colab")
    package.drive = types.SimpleNamespace(mount=mounted.append)
    monkeypatch.setitem(sys.modules, "google", types.ModuleType("google"))
    monkeypatch.setitem(sys.modules, "google.colab", package)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))

    def run():
        source = colab_cell("01_data.ipynb").replace("/content", str(tmp_path))
        shell = types.SimpleNamespace(system=commands.append)
        exec(TransformerManager().transform_cell(source), {"get_ipython": lambda: shell})
        return mounted, commands

    return run


def test_on_colab_the_cell_goes_to_the_folder_on_the_drive(on_colab, tmp_path):
    folder = tmp_path / "drive" / "MyDrive" / "vae"
    folder.mkdir(parents=True)
    (folder / "lab.py").write_text("")
    mounted, commands = on_colab()
    assert mounted == [str(tmp_path / "drive")] and sys.path[0] == str(folder)
    assert folder.samefile(".")
    assert re.search(rf"--no-deps .*{NEEDS['d2l']}", commands[0])


def test_on_colab_without_the_folder_the_cell_says_what_to_upload(on_colab):
    with pytest.raises(AssertionError, match="upload the course's folder to My Drive as vae"):
        on_colab()


@pytest.mark.parametrize("version", [(3, 10), (3, 14)])
def test_another_python_is_told_which_ones_fit(load_module, monkeypatch, version):
    software = load_module("software")
    monkeypatch.setattr(software.sys, "version_info", (*version, 0))
    [sentence] = software._wrong_python()
    assert f"Python 3.{version[1]}, but" in sentence and "3.11, 3.12 or 3.13" in sentence


def test_pip_ends_at_once_on_another_python_for_students_too():
    first = NEEDS["another-python"]
    assert 'python_version < "3.11" or python_version >= "3.14"' in first
