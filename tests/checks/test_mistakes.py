"""Answers of the catalogue: a mistake costs its own tasks and is named, a right answer nothing."""

import re

import matplotlib
import pytest

matplotlib.use("Agg")

from autograder.assignment import AUTO  # noqa: E402 - after the backend is chosen
from autograder.checks import training_hints  # noqa: E402
from autograder.checks.by_task import CHECKS, judge  # noqa: E402
from autograder.checks.reference_loops import trained  # noqa: E402
from autograder.probes.student import InProcess  # noqa: E402
from tests.mistakes import fill  # noqa: E402
from tests.mistakes.catalogue import CATALOGUE, first_of_each_kind  # noqa: E402
from tests.mistakes.judge import PROPERTIES, verdict  # noqa: E402
from tests.mistakes.key import definitions, namespace  # noqa: E402

# Parts of the key's solutions: a message that held one of these would give the answer away.
GIVEN_AWAY = re.compile(
    r"randn_like|randn\(|exp\(0\.5|exp\(½ ?\*? ?logvar|logvar_z ?/ ?2|torch\.sigmoid\(|one_hot\(|"
    r"zero_grad\(|\.backward\(|\.step\(|model\.decode\(|model\.encode\(|1 \+ log"
)
ID = re.compile(r"[a-z]+(-[a-z]+)*")


WRONG = [answer for answer in CATALOGUE if answer.costs]
FIRST = first_of_each_kind()
ANSWERS = [
    pytest.param(answer, id=str(answer), marks=() if answer in FIRST else pytest.mark.slow)
    for answer in CATALOGUE
]


@pytest.mark.parametrize("answer", ANSWERS)
def test_an_answer_costs_exactly_its_own_tasks_and_its_author_reads_why(answer, count):
    found = verdict(answer)
    assert found.is_deserved(answer), found
    count(f"catalogue: {'caught' if answer.costs else 'accepted'}", 1, 1)
    assert found.says(answer) or not answer.costs, found.messages
    assert not any("could not be judged" in message for message in found.messages)
    assert not found.is_false_green(answer) and not found.is_false_red(answer), found.red
    assert not found.died
    for message in found.messages:
        assert_one_to_four_sentences_that_give_nothing_away(message)
    assert len(found.ids) == len(found.messages) >= bool(answer.costs)
    assert all(ID.fullmatch(each) for _, _, each in found.ids), found.ids


def assert_one_to_four_sentences_that_give_nothing_away(message):
    assert "Traceback" not in message and "\n" not in message
    # A message about an exception quotes the student's own line, which may hold anything.
    if " raised " not in message:
        assert len(message) < 450 and not GIVEN_AWAY.search(message)


def test_the_catalogue_is_large_and_most_messages_name_the_mistake_itself(count):
    named = [answer for answer in WRONG if answer.says not in PROPERTIES]
    count("catalogue: diagnosed", len(named), len(WRONG))
    assert len(WRONG) > 300 and len(CATALOGUE) - len(WRONG) >= 50
    assert len(named) >= 0.9 * len(WRONG)


@pytest.mark.parametrize(
    "answer", [each for each in CATALOGUE if each.name.endswith(", no zero_grad")], ids=str
)
def test_a_mistake_is_named_though_another_mistake_cannot_be_imitated(monkeypatch, answer):
    def fails_when_maximised(inputs, loop):
        if loop.sign < 0:
            raise RuntimeError("all elements of input should be between 0 and 1")
        return trained(inputs, loop)

    monkeypatch.setattr(training_hints, "trained", fails_when_maximised)
    assert verdict(answer).says(answer)


def test_names_are_unique():
    assert len({str(answer) for answer in CATALOGUE}) == len(CATALOGUE)


def test_the_same_seed_gives_the_same_messages():
    for answer in CATALOGUE[:3]:
        assert verdict(answer, 7) == verdict(answer, 7)


@pytest.mark.parametrize("task", AUTO, ids=lambda task: task.id)
def test_the_key_passes(task):
    outcomes = [check(InProcess(namespace(task.notebook))) for check in CHECKS[task.id]]
    assert [outcome.message for outcome in outcomes if not outcome.passed] == []


def test_warnings_and_prints_cost_nothing():
    code = """
        import sys, warnings
        print('here')
        print('there', file=sys.stderr)
        warnings.warn('careful')
        return 0.5 * (mean_z**2 + logvar_z.exp() - 1 - logvar_z).sum(dim=1).mean()
        """
    sources = definitions("03_loss.ipynb")
    fill("kl_loss", code)(sources)
    for task in ("kl-loss-formula-test", "kl-loss-reduction-test"):
        assert all(
            each.passed for each in judge(task, InProcess(namespace("03_loss.ipynb", sources)))
        )
