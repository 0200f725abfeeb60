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
def made() -> list[Mutant]:
    """All mutants."""
    return mutants()


@pytest.fixture(scope="module")
def judged(made) -> list[Judged]:
    """All mutants with their verdicts."""
    return list(judge_all(made, processes=2))


@pytest.mark.slow
def test_each_survivor_is_as_right_as_the_key(judged, last_line):
    survivors = [each.mutant for each in judged if each.survives]
    caught = len(judged) - len(survivors)
    last_line(f"mutants: {caught} of {len(judged)} caught, the others are equivalent")
    assert [str(mutant) for mutant in survivors if reason(mutant) is None] == []
    assert stale_entries(survivors) == []


@pytest.mark.slow
def test_no_mutant_is_beyond_judgement(judged):
    said = [each for each in judged if "could not be judged" in (each.complaint or "")]
    assert said == []


def test_a_survivor_among_a_few_is_as_right_as_the_key(made):
    few = [mutant for mutant in made[::40] if judge(mutant).survives]
    assert few and [str(mutant) for mutant in few if reason(mutant) is None] == []


def test_each_entry_of_the_table_means_a_mutant(made):
    assert stale_entries(made) == []


def test_all_that_students_write_is_changed(made):
    changed = {mutant.definition.partition(".")[0] for mutant in made}
    assert changed == set(ANSWERS) - {"reconstruction_loss", "loss_function"}
    assert len(made) > 1000


def test_each_mutant_is_another_one(made):
    assert len({str(each) for each in made}) == len(made)
    assert len({(each.definition, each.source) for each in made}) == len(made)


def test_what_is_given_in_a_class_is_left_as_it_is():
    changed = {mutant.definition for mutant in definition_mutants("VAE")}
    assert changed == {"VAE.sample_latent", "VAE.decode_features"}


def test_an_endless_loop_is_caught(monkeypatch):
    monkeypatch.setattr("tests.mutants.judge.TIME_LIMIT", 0.5)
    mutant = Mutant("03_loss.ipynb", "kl_loss", "", "", ENDLESS)
    assert judge(mutant).complaint == "It runs out of time."
