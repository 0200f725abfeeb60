"""Answers of the catalogue: a mistake costs its own tasks and is named, a right answer nothing."""

import re

import matplotlib
import pytest

matplotlib.use("Agg")

from autograder.assignment import AUTO  # noqa: E402 - after the backend is chosen
from autograder.checks import training  # noqa: E402
from autograder.checks.by_task import CHECKS, judge  # noqa: E402
from autograder.checks.reference_loops import trained  # noqa: E402
from autograder.probes.student import InProcess  # noqa: E402
from tests.mistakes import fill  # noqa: E402
from tests.mistakes.catalogue import CATALOGUE  # noqa: E402
from tests.mistakes.judge import verdict  # noqa: E402
from tests.mistakes.key import definitions, namespace  # noqa: E402
from tests.mistakes.table import confusion, share  # noqa: E402

# Parts of the key's solutions: a message that held one of these would give the answer away.
GIVEN_AWAY = re.compile(
    r"randn_like|randn\(|exp\(0\.5|exp\(½ ?\*? ?logvar|logvar_z ?/ ?2|torch\.sigmoid\(|one_hot\(|"
    r"zero_grad\(|\.backward\(|\.step\(|model\.decode\(|model\.encode\(|1 \+ log"
)
ID = re.compile(r"[a-z]+(-[a-z]+)*")


@pytest.mark.parametrize("answer", CATALOGUE, ids=str)
def test_an_answer_costs_exactly_its_own_tasks(answer):
    found = verdict(answer)
    assert found.is_deserved(answer), found
    assert found.says(answer) or not answer.costs, found.messages
    assert not any("could not be judged" in message for message in found.messages)
    assert not found.is_false_green(answer) and not found.is_false_red(answer), found.red
    assert not found.died


def test_no_message_gives_the_answer_away():
    # A message about an exception quotes the student's own line, which may hold anything.
    said = [
        (str(answer), message)
        for answer in CATALOGUE
        for message in verdict(answer).messages
        if " raised " not in message
    ]
    assert len(said) > 300
    assert [pair for pair in said if GIVEN_AWAY.search(pair[1])] == []


def test_messages_are_one_to_four_sentences_without_a_traceback():
    for answer in CATALOGUE:
        for message in verdict(answer).messages:
            assert "Traceback" not in message and "\n" not in message
            assert len(message) < 450 or " raised " in message, (str(answer), message)


def test_every_failed_check_has_an_id_without_numbers():
    for answer in CATALOGUE:
        found = verdict(answer)
        assert len(found.ids) == len(found.messages) >= bool(answer.costs)
        assert all(ID.fullmatch(each) for _, _, each in found.ids), (str(answer), found.ids)


def test_wrong_answers_are_caught_and_named_and_right_ones_accepted(last_line):
    count = confusion((answer, verdict(answer)) for answer in CATALOGUE)["all"]
    last_line(
        f"catalogue: caught {share(count.caught, count.wrong)}, accepted "
        f"{share(count.accepted, count.right)}, diagnosed {share(count.diagnosed, count.caught)}, "
        f"false green {count.false_green}, false red {count.false_red}"
    )
    assert count.caught == count.wrong >= 110
    assert count.accepted == count.right >= 50
    assert count.diagnosed >= 0.9 * count.caught
    assert (count.false_green, count.false_red) == (0, 0)


@pytest.mark.parametrize(
    "answer", [each for each in CATALOGUE if each.name.endswith(", no zero_grad")], ids=str
)
def test_a_mistake_is_named_though_another_mistake_cannot_be_imitated(monkeypatch, answer):
    def fails_when_maximised(inputs, loop):
        if loop.sign < 0:
            raise RuntimeError("all elements of input should be between 0 and 1")
        return trained(inputs, loop)

    monkeypatch.setattr(training, "trained", fails_when_maximised)
    assert verdict.__wrapped__(answer).says(answer)


def test_names_are_unique():
    assert len({str(answer) for answer in CATALOGUE}) == len(CATALOGUE)


def test_the_same_seed_gives_the_same_messages():
    for answer in CATALOGUE[:3]:
        assert verdict.__wrapped__(answer, 7) == verdict.__wrapped__(answer, 7)


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
