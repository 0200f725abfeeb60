"""The floors of docs/architecture.md: which package imports which, and what loads no torch."""

import ast
import re
import subprocess
import sys
from importlib.metadata import packages_distributions

import pytest

from tests.paths import ROOT

PACKAGE = ROOT / "autograder"
# From the ground up. A module may import from its own package and from the lines above its own.
FLOORS = (
    "assignment atomic_files command_group errors large_imports packed_checks paths processes"
    " python_version submission_limits terminal text",
    "overwriting",
    "probes target",
    "notebook checks",
    "submission kernels",
    "grading preflight",
    "classroom nbgrader_plugin release",
    "__main__ test_submission",
    "conftest",
)
FLOOR = {name: number for number, names in enumerate(FLOORS, 1) for name in names.split()}


def imported(path):
    """Yield the dotted names that a file imports, as lists, at its top or inside a function."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name.split(".") for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = list(parts[: len(parts) - node.level]) if node.level else []
            module = above + (node.module.split(".") if node.module else [])
            yield from ([*module, name.name] for name in node.names)


MODULES = {str(path.relative_to(PACKAGE)): path for path in sorted(PACKAGE.rglob("*.py"))}


@pytest.mark.parametrize("path", MODULES.values(), ids=MODULES)
def test_arrows_point_down(path):
    here = path.relative_to(PACKAGE).with_suffix("").parts[0]
    for package, *names in imported(path):
        assert package not in ("tests", "benchmarks", "solutions")
        if package == "autograder" and here != "__init__" and names:
            assert names[0] == here or FLOOR[names[0]] < FLOOR[here]


@pytest.mark.parametrize("module", ["assignment", "notebook", "submission"])
def test_reading_what_was_handed_in_loads_no_torch(module):
    code = f"import sys, autograder.{module}; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT).returncode == 0


def test_every_package_that_is_imported_is_in_the_requirements():
    requirements = "".join(path.read_text() for path in ROOT.glob("requirements*.txt"))
    names = re.findall(r"^([\w.-]+)", requirements, re.MULTILINE)
    required = {name.lower().replace("_", "-") for name in names}
    packages = packages_distributions()
    packages.pop("autograder", None)  # this one, where it is installed
    folders = ("autograder", "tests", "benchmarks", "solutions")
    for path in (path for folder in folders for path in (ROOT / folder).rglob("*.py")):
        for module, *_ in imported(path):
            found = {name.lower().replace("_", "-") for name in packages.get(module, ())}
            assert not found or found & required, f"{path} imports {module}"
