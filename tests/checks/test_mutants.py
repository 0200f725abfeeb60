"""Mutants of the key are caught, but for those that are as right as the key."""

import matplotlib
import pytest

matplotlib.use("Agg")

from autograder.assignment import ANSWERS  # noqa: E402 - after the backend is chosen
from tests.mutants import Mutant  # noqa: E402
from tests.mutants.equivalent import reason, stale_entries  # noqa: E402
from tests.mutants.generate import definition_mutants, mutants  # noqa: E402
from tests.mutants.judge import Judged, judge, judge_all  # noqa: E402

ENDLESS = """
def kl_loss(mean_z, logvar_z):
    while True:
        try:
            while True:
                pass
        except Exception:
            pass
"""


@pytest.fixture(scope="module")
def judged() -> list[Judged]:
    """All mutants with their verdicts."""
    return list(judge_all(mutants(), processes=2))


def test_each_survivor_is_as_right_as_the_key(judged):
    survivors = [each.mutant for each in judged if each.survives]
    assert [str(mutant) for mutant in survivors if reason(mutant) is None] == []
    assert stale_entries(survivors) == []


def test_no_mutant_is_beyond_judgement(judged):
    said = [each for each in judged if "could not be judged" in (each.complaint or "")]
    assert said == []


def test_all_that_students_write_is_changed(judged, last_line):
    caught = sum(not each.survives for each in judged)
    last_line(f"mutants: {caught} of {len(judged)} caught, the others are equivalent")
    changed = {each.mutant.definition.partition(".")[0] for each in judged}
    assert changed == set(ANSWERS) - {"reconstruction_loss", "loss_function"}
    assert len(judged) > 1000


def test_each_mutant_is_another_one(judged):
    assert len({str(each.mutant) for each in judged}) == len(judged)
    sources = {(each.mutant.definition, each.mutant.source) for each in judged}
    assert len(sources) == len(judged)


def test_what_is_given_in_a_class_is_left_as_it_is():
    changed = {mutant.definition for mutant in definition_mutants("VAE")}
    assert changed == {"VAE.sample_latent", "VAE.decode_features"}


def test_an_endless_loop_is_caught(monkeypatch):
    monkeypatch.setattr("tests.mutants.judge.TIME_LIMIT", 0.5)
    mutant = Mutant("03_loss.ipynb", "kl_loss", "", "", ENDLESS)
    assert judge(mutant).complaint == "It runs out of time."
