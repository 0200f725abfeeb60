"""Loops on inputs on which a wrong one gives what another gives: verdict and reason hold."""

import numpy as np
import pytest

from autograder.checks import evaluation, reference_loops, training
from autograder.checks.diagnosis import id_of
from autograder.checks.judging import close
from autograder.checks.loop_cases import random_case
from autograder.checks.loop_results import distance
from autograder.checks.reference_loops import Loop, averages, other_averages, trained, vary
from autograder.checks.training_hints import TOLERANCE
from autograder.checks.wrong_loops import wrong_loops
from tests.forgeries.students import key
from tests.mistakes.catalogue import CATALOGUE


def by_chance(seed, conditional, monkeypatch):
    """Let the next check of a test loop meet the inputs of this seed first."""
    case = random_case(np.random.default_rng(seed), conditional)
    ahead = [case]
    monkeypatch.setattr(
        evaluation,
        "random_case",
        lambda *arguments: ahead.pop() if ahead else random_case(*arguments),
    )
    return case


def message(name, check):
    """Judge an answer of the catalogue by one check."""
    (answer,) = [each for each in CATALOGUE if each.name == name]
    return check(key(answer.notebook, answer.change)).message


def test_labels_in_other_order_are_wrong_also_where_the_averages_are_right_by_chance(monkeypatch):
    case = by_chance(515, True, monkeypatch)
    right, flipped = (
        averages(reference_loops.tested(case, loop))
        for loop in (evaluation._RIGHT, vary(evaluation._RIGHT, labels="flipped"))
    )
    assert close(flipped, right)
    said = message("test_cvae, labels in other order", evaluation.test_cvae_averages)
    assert "in another order than the images" in said


def test_a_wrong_convention_is_named_also_where_it_gives_the_same_as_another(monkeypatch):
    case = by_chance(822, False, monkeypatch)
    batches = reference_loops.tested(case, evaluation._RIGHT)
    given = {id_of(hint): value for hint, value in other_averages(batches)}
    assert close(given["divided-by-number-of-batches"], given["weighted-by-batch-size"])
    said = message("test, divided by batches", evaluation.test_averages)
    assert "divided by the number of batches" in said


def test_the_learning_rate_is_judged_once_the_training_is_right():
    # After one step of Adam, the first batch alone and the last batch alone look the same.
    said = message("train, returned from the loop", training.train_defaults)
    assert said.startswith("Which learning rate train uses can be judged once")
    said = message("train, another default lr", training.train_defaults)
    assert "The learning rate was 0.01" in said


@pytest.mark.parametrize("conditional", [False, True])
def test_no_two_mistakes_in_a_training_look_the_same(conditional):
    case, right = random_case(np.random.default_rng(0), conditional), Loop(num_epochs=2, lr=0.07)
    ends = [(id_of(hint), trained(case, loop)[0]) for hint, loop in wrong_loops(right, conditional)]
    for name, end in ends:
        alike = {other for other, its in ends if distance(its, end) <= TOLERANCE * right.lr}
        assert alike == {name}


def test_no_two_wrong_conventions_of_the_averages_are_always_the_same():
    case = random_case(np.random.default_rng(0), False)
    _, epochs = trained(case, Loop())
    given = [(id_of(hint), value) for hint, value in other_averages(epochs[-1])]
    for name, value in given:
        assert {other for other, its in given if close(its, value)} == {name}
