"""Tests of the course where little is installed: what takes seconds to import is not imported."""

import os
import subprocess
import sys

import pytest

from autograder.paths import python_path
from tests.checks.weights_world import needs_mnist
from tests.paths import DATA

# Run before anything else: Python finds these packages no longer, and notes that they were wanted.
HIDE = """
import importlib.machinery, sys

MISSING = set("d2l torchvision tqdm IPython ipykernel sklearn pandas requests nbformat".split())
wanted = set()


class Finder(importlib.machinery.PathFinder):
    @classmethod
    def find_spec(cls, name, path=None, target=None):
        if name.partition(".")[0] not in MISSING:
            return importlib.machinery.PathFinder.find_spec(name, path, target)
        wanted.add(name.partition(".")[0])


finders = [importlib.machinery.PathFinder]
sys.meta_path[:] = [Finder if each in finders else each for each in sys.meta_path]
"""
TRAIN = """
from autograder.target.training import train_once

assert train_once("VAE", 0, "cpu", 1).images == 96
"""
SET_UP = """
import json
from autograder.assignment import NOTEBOOKS
from autograder.target.training import SOLUTIONS, set_up_key

set_up_key()
ran = []
for name in NOTEBOOKS:
    for cell in json.loads((SOLUTIONS / name).read_text())["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("grade_id", "").startswith("setup-"):
            exec("".join(cell["source"]), {})
            ran.append(name)
assert len(ran) == 6, ran
assert wanted <= {"IPython", "tqdm"}, wanted  # torch, too, asks for tqdm, which is small
"""


@needs_mnist  # what stands in for it, scikit-learn's digits, is hidden
@pytest.mark.parametrize("what", [SET_UP, TRAIN], ids=["all notebooks begin", "the key trains"])
def test_with_torch_and_matplotlib_alone(what):
    own = {"LAB_PROFILE": "grading", "LAB_DATA": str(DATA), "PYTHONPATH": python_path()}
    run = subprocess.run(
        [sys.executable, "-c", HIDE + what],
        env={**os.environ, **own},
        text=True,
        capture_output=True,
    )
    assert run.returncode == 0, run.stderr[-2000:]
