"""The key, whole and with one mistake, as a submission."""

import json
import shutil

import pytest

from autograder.assignment import TASKS
from autograder.grading import grade
from tests.grading.loss_world import LOSS, cell, messages
from tests.paths import SOLUTIONS


def edit(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert old in text, f"{path.name} no longer holds {old!r}"
    path.write_text(text.replace(old, new), encoding="utf-8")


@pytest.fixture
def key(tmp_path):
    """A copy of the key, to be handed in."""
    folder = tmp_path / "key"
    folder.mkdir()
    for path in (*SOLUTIONS.glob("*.ipynb"), *SOLUTIONS.glob("*.pt")):
        shutil.copy(path, folder)
    return folder


@pytest.mark.slow
def test_the_key_gets_every_point(key):
    report = grade(key)
    assert messages(report) == []
    assert (report.score, report.max_score) == (14, 14)
    assert report.notes == ()
    judged = [task for task in TASKS if task.kind != "manual"]
    assert [result.task for result in report.results] == judged
    targets = [result.outcomes[0].message for result in report.results if not result.task.points]
    assert [message[:10] for message in targets] == ["reached 4."] * 2


@pytest.mark.slow
def test_one_mistake_costs_one_point_whatever_else_happens(key):
    edit(key / "02_vae.ipynb", "torch.exp(0.5 * logvar_z)", "torch.exp(logvar_z)")
    loss = json.loads((key / LOSS).read_text(encoding="utf-8"))
    loss["cells"].insert(2, cell("import os\nos._exit(1)"))
    (key / LOSS).write_text(json.dumps(loss), encoding="utf-8")
    edit(key / "04_training.ipynb", 'load_answer(\\"02_vae.ipynb\\", \\"VAE\\")', "None")
    report = grade(key)
    failed = [result.task.id for result in report.results if not result.passed]
    assert failed == ["vae-sampling-test"], messages(report)
    assert (report.score, report.max_score) == (13, 14)
