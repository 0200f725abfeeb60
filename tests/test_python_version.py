"""Another Python, or one without the packages, is told so in one sentence."""

import re
import subprocess
import sys
import tomllib

import pytest

from autograder import python_version
from tests.paths import ROOT


@pytest.mark.parametrize("version", [(2, 7), (3, 8), (3, 10), (3, 14), (4, 0)])
def test_another_python_is_named_with_the_way_out(version):
    said = python_version.describe_problem((*version, 1))
    assert f"is {version[0]}.{version[1]}: install" in said and "PYTHON=" in said
    assert "\n" not in said


@pytest.mark.parametrize("minor", [11, 12, 13])
def test_pythons_of_the_course_are_fine(minor):
    assert python_version.describe_problem((3, minor, 0, "final")) == ""


def test_the_same_pythons_stand_where_pip_looks():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["requires-python"] == ">=3.11,<3.14"
    lines = (ROOT / "requirements.txt").read_text().splitlines()
    first = next(line for line in lines if line and not line.startswith("#"))
    assert re.match(r"[a-z-]+ @ file:///this-course-needs-CPython-3.11-3.12-or-3.13 ; ", first)
    assert first.endswith('python_version < "3.11" or python_version >= "3.14"')
    assert python_version.OLDEST == (3, 11) and python_version.NEWEST == (3, 13)


def test_the_program_ends_before_it_imports_anything():
    code = "import sys; sys.version_info = (3, 10, 4); import autograder.__main__"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, text=True, capture_output=True)
    assert done.returncode == 1 and done.stderr.startswith("This course needs CPython 3.11")
    assert done.stderr.count("\n") == 1


def test_a_python_without_the_packages_is_told_so():
    code = "import sys; sys.argv = ['x']; import runpy; runpy.run_module('autograder', alter_sys=0)"
    done = subprocess.run(
        [sys.executable, "-S", "-c", code], cwd=ROOT, text=True, capture_output=True
    )
    assert done.returncode == 1 and done.stderr.startswith("The grader's packages are not")
    assert done.stderr.count("\n") == 1


def test_the_installed_program_is_the_command_line():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    module, function = project["scripts"]["autograder"].split(":")
    code = f"import sys; sys.argv = ['x', '--help']; from {module} import {function} as m; m()"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, text=True, capture_output=True)
    assert done.returncode == 0 and "Usage: autograder" in done.stdout
