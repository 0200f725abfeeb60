"""The published answers to the 2023 assignment are right answers, definition by definition."""

import itertools
import runpy

import matplotlib
import pytest

matplotlib.use("Agg")

from autograder.assignment import ANSWERS as NOTEBOOK_OF  # noqa: E402 - after the backend
from autograder.assignment import AUTO  # noqa: E402
from autograder.checks.by_task import CHECKS  # noqa: E402
from autograder.probes.student import InProcess  # noqa: E402
from tests.mistakes.judge import DECIDES  # noqa: E402
from tests.mistakes.key import definitions, namespace  # noqa: E402
from tests.paths import ROOT  # noqa: E402

PUBLISHED = ROOT.parent / "shared" / "assignment" / "answers.py"
pytestmark = pytest.mark.skipif(not PUBLISHED.is_file(), reason="the answers of 2023 are not here")


def published():
    """Return {name of the definition: its source}."""
    return runpy.run_path(str(PUBLISHED))["ANSWERS"] if PUBLISHED.is_file() else {}


def globals_with(names):
    """Make the globals of the names' notebook with the published definitions in the key's place."""
    notebook = NOTEBOOK_OF[names[0].partition(".")[0]]
    space = namespace(notebook)
    space["itertools"] = itertools
    for name in names:
        class_name, _, method = name.rpartition(".")
        exec(compile(published()[name], f"<{name}>", "exec"), space)
        if class_name:
            setattr(space[class_name], method, space.pop(method))
    return space


def refusals(task_ids, names):
    """List what the checks of these tasks say about the published definitions."""
    student = InProcess(globals_with(names))
    outcomes = [each(student) for task_id in task_ids for each in CHECKS[task_id]]
    return [f"{each.name}: {each.message}" for each in outcomes if not each.passed]


def decided_by(name):
    """List the tasks that a definition decides."""
    if name == "VAE.sample_latent":
        return ["vae-sampling-test"]
    return [task.id for task in AUTO if name in DECIDES[task.id]]


@pytest.mark.parametrize("name", published())
def test_a_published_answer_costs_nothing(name):
    assert refusals(decided_by(name), [name]) == []


@pytest.mark.parametrize(
    "notebook", ["04_training.ipynb", "05_latent_space.ipynb", "06_cvae.ipynb"]
)
def test_the_published_answers_to_a_notebook_cost_nothing_together(notebook):
    names = [name for name in published() if NOTEBOOK_OF[name.partition(".")[0]] == notebook]
    task_ids = [task.id for task in AUTO if task.notebook == notebook]
    assert set(names) == set(definitions(notebook))
    assert refusals(task_ids, names) == []
