"""Tests of the demo's samples, through files and kernels: each gets the points it deserves."""

import pytest

from autograder.assignment import AUTO
from autograder.grading import grade
from benchmarks.samples import TYPICAL, typical_mistakes, write_submission
from tests.paths import RELEASE


def lost(folder):
    """The ids of the tasks in which points were lost."""
    return {result.task.id for result in grade(folder).results if result.score < result.task.points}


@pytest.mark.slow
def test_the_untouched_release_gets_0_and_every_check_says_that_the_answer_is_not_written():
    report = grade(RELEASE)
    assert report.score == 0
    for result in report.results:
        for outcome in result.outcomes:
            if result.task.points and not outcome.passed:
                assert "not written yet" in outcome.message


@pytest.mark.slow
def test_typical_mistakes_cost_one_point_each(tmp_path):
    mistakes = typical_mistakes()
    assert len(mistakes) == len(TYPICAL)
    costs = {cost for answer in mistakes for cost in answer.costs}
    assert lost(write_submission(tmp_path / "mistakes", mistakes)) == costs


@pytest.mark.slow
@pytest.mark.parametrize(
    "empty", [("02_vae.ipynb", "04_training.ipynb"), ("03_loss.ipynb", "05_latent_space.ipynb")]
)
def test_an_empty_notebook_costs_its_own_points_alone(tmp_path, empty):
    folder = write_submission(tmp_path / "gaps")
    for name in empty:
        (folder / name).write_text("")
    assert lost(folder) == {task.id for task in AUTO if task.notebook in empty}
