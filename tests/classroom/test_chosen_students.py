"""`class --student NAME`: only these are graded, and --yes replaces only their points."""

import json

import pytest

from tests.classroom.class_world import run_here
from tests.classroom.stub_grading import submit


@pytest.fixture
def changed(tmp_path, monkeypatch):
    """A graded class in which ada and bob handed in better answers since."""
    for student in ("ada", "bob"):
        submit(tmp_path / "submitted" / student, (1, 0))
    run_here(tmp_path, monkeypatch)
    for student in ("ada", "bob"):
        submit(tmp_path / "submitted" / student, (1, 1))
    return lambda **settings: run_here(tmp_path, monkeypatch, **settings)


def score(folder, student):
    return json.loads((folder / "graded" / f"{student}.json").read_text())["report"]["score"]


def test_only_the_named_are_graded(changed, tmp_path):
    code, printed = changed(students=("ada",))
    assert code == 3 and printed.splitlines()[-1].startswith("1 student, 1 graded now")
    assert (tmp_path / "graded" / "waiting" / "ada.json").exists()
    assert not (tmp_path / "graded" / "waiting" / "bob.json").exists()


def test_one_is_accepted_and_the_others_still_wait(changed, tmp_path):
    assert changed()[0] == 3
    assert changed(students=("ada",), accept=True)[0] == 0
    assert (score(tmp_path, "ada"), score(tmp_path, "bob")) == (2, 1)
    assert (tmp_path / "graded" / "waiting" / "bob.json").exists()


def test_somebody_who_handed_in_nothing_is_named(changed, capsys):
    code, _ = changed(students=("ada", "eve"))
    assert code == 2 and "no submission of eve" in capsys.readouterr().err
