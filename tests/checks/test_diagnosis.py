"""Ids of diagnoses: fixed words, the same for all random inputs."""

import ast
import re

import matplotlib
import pytest

matplotlib.use("Agg")

from autograder.checks import InProcess, Outcome, StudentError, check  # noqa: E402 - after the backend
from autograder.checks.diagnosis import about, failure_id, id_of, named, other_than  # noqa: E402
from tests.mistakes.catalogue import CATALOGUE  # noqa: E402
from tests.mistakes.judge import Verdict, differing_ids, verdict  # noqa: E402
from tests.paths import ROOT  # noqa: E402

LOSSES = "03_loss.ipynb"
WRONG = [answer for answer in CATALOGUE if answer.costs]
QUICK = [answer for answer in WRONG if answer.notebook == LOSSES][:8]
KEBAB = re.compile(r"[a-z]+(-[a-z]+)*")


@pytest.mark.parametrize("answer", QUICK, ids=str)
def test_the_same_answer_has_the_same_ids_for_other_inputs(answer):
    assert differing_ids(verdict(answer, seed) for seed in range(2)) == {}


def test_a_check_that_names_two_mistakes_is_found():
    task, name = "kl-loss-formula-test", "formula"
    one, other = (Verdict((), (), ids=((task, name, each),)) for each in ("no-half", "no-mean"))
    assert differing_ids([one, other, one]) == {(task, name): {"no-half", "no-mean"}}


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("exp(logvar) squared", "variance-squared"),
        ("mean dropped", "mean-missing"),
        ("median", "median-over-images"),
    ],
)
def test_a_known_misconception_has_an_id_of_its_own(name, wanted):
    [answer] = [each for each in WRONG if each.notebook == LOSSES and each.name == name]
    assert wanted in {diagnosis for _, _, diagnosis in verdict(answer).ids}


def test_an_id_is_a_fixed_text_and_never_made_of_a_value():
    for path in (ROOT / "autograder" / "checks").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "named":
                first = node.args[0]
                if isinstance(first, ast.Constant):
                    assert KEBAB.fullmatch(str(first.value)), (path.name, first.value)
                else:
                    # Made of another fixed text, or of the kind of an error.
                    assert ast.unparse(first) in _MADE, (path.name, ast.unparse(first))


_MADE = {"f'{what}-ignored'", "failure_id(str(error))", "failure_id(str(problem))"}


def test_a_sentence_takes_the_id_of_its_hint_before_its_own():
    hint = named("no-noise", "Where is the noise?")
    assert id_of(about(hint, f"It differs. {hint}")) == "no-noise"
    assert id_of(about("", named("other", "It differs."))) == "other"
    assert id_of(about("", "It differs.")) == ""


@pytest.mark.parametrize(
    ("sentence", "wanted"),
    [
        ("kl_loss is not written yet: it still raises NotImplementedError.", "not-written"),
        ("kl_loss is not defined.", "not-defined"),
        ("VAE is not defined: the cell that defines VAE raised NameError: x.", "not-defined"),
        ("kl_loss raised NameError: name 'x' is not defined (line 2 of the cell).", "name-error"),
        ("With mean_z of shape (3, 5): f raised ZeroDivisionError: no.", "zero-division-error"),
        ("f raised Exam42: 17 (line 1 of the cell, `raise Exam42`).", "other-error"),
        ("Calling your code as the task says failed with TypeError: f() takes 1.", "type-error"),
        ("The check's call of your code took longer than 60 s and was stopped.", "out-of-time"),
        ("f raised ValueError: The model should get a label for each.", "value-error"),
        ("The model should get a label for each of 3 rows, in the form.", "wrong-form-of-labels"),
        ("encode should be called with x alone; it got 2 arguments.", "wrong-arguments"),
        ("encode should return tensors; it returns None.", "cannot-be-called"),
        ("The check's call of your code ended its kernel.", "kernel-ended"),
        ("decode should get latents of shape (batch, 2); it got (3,).", "wrong-form-of-latents"),
    ],
)
def test_code_that_fails_has_the_id_of_its_error(sentence, wanted):
    assert failure_id(sentence) == wanted


@pytest.mark.parametrize(
    ("judge", "wanted"),
    [
        (lambda student: None, ""),
        (lambda student: "The value is 3.7.", "other-test-cvae-averages"),
        (lambda student: named("no-noise", "Where is it?"), "no-noise"),
        (lambda student: 1 / 0, "cannot-be-judged"),
        (lambda student: _raise(StudentError("f is not defined.")), "not-defined"),
    ],
)
def test_an_outcome_has_an_id_exactly_where_it_failed(judge, wanted):
    outcome = check("test_cvae: averages", "It holds.")(judge)(InProcess({}))
    assert outcome.diagnosis == wanted
    assert outcome.passed == (not wanted)
    assert type(outcome.message) is str


def test_a_check_without_a_named_mistake_is_counted_as_another_one():
    assert other_than("train_cvae: test images") == "other-train-cvae-test-images"
    assert Outcome.failed("own label", "No.").diagnosis == "other-own-label"


def _raise(error):
    raise error
