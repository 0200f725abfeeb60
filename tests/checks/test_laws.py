"""Laws of all checks: their table, odd results, and the distance of the reference values."""

import matplotlib
import numpy as np
import pytest
import torch

matplotlib.use("Agg")

from autograder import assignment  # noqa: E402 - after the backend is chosen
from autograder.checks import Complaint, check, training  # noqa: E402
from autograder.checks.by_task import CHECKS  # noqa: E402
from autograder.checks.judging import fresh_generator  # noqa: E402
from autograder.checks.loop_cases import random_case  # noqa: E402
from autograder.checks.loop_results import distance  # noqa: E402
from autograder.checks.reference_loops import Loop, trained  # noqa: E402
from autograder.checks.training_hints import TOLERANCE  # noqa: E402
from autograder.checks.wrong_loops import wrong_loops  # noqa: E402
from autograder.probes.student import InProcess, StudentError  # noqa: E402
from tests.mistakes.key import definitions, namespace  # noqa: E402


def test_points_add_up_to_28_and_14_are_automatic():
    assert sum(task.points for task in assignment.TASKS) == 28
    assert [task.points for task in assignment.AUTO] == [1] * 14
    assert {task.id for task in assignment.AUTO} == {
        task.id for task in assignment.TASKS if task.kind == "auto"
    }


def test_ids_and_names_of_checks_are_unique():
    assert len({task.id for task in assignment.TASKS}) == len(assignment.TASKS)
    for task in assignment.AUTO:
        assert len({each.name for each in CHECKS[task.id]}) == len(CHECKS[task.id]) <= 6


@pytest.mark.parametrize(
    "error, said",
    [
        (Complaint("wrong shape"), "wrong shape"),
        (StudentError("it raised"), "it raised"),
        (ValueError("odd"), "could not be judged"),
    ],
)
def test_a_check_turns_every_error_into_a_failed_outcome(error, said):
    @check("law", "It holds.")
    def law(student):
        raise error

    outcome = law(None)
    assert not outcome.passed and said in outcome.message


@pytest.mark.parametrize(
    "value", [None, 1.0, "text", [], {}, torch.zeros(0), torch.full((3, 5), torch.nan), object()]
)
@pytest.mark.parametrize("task", assignment.AUTO, ids=lambda task: task.id)
def test_a_function_that_returns_nonsense_fails_every_task_with_a_sentence(task, value):
    space = {name: lambda *args, **kwargs: value for name in assignment.ANSWERS}
    outcomes = [each(InProcess(space)) for each in CHECKS[task.id]]
    assert not all(outcome.passed for outcome in outcomes)
    assert all(
        outcome.message and "could not be judged" not in outcome.message for outcome in outcomes
    )


def test_an_empty_notebook_fails_every_check():
    for task in assignment.AUTO:
        assert all("is not defined" in each(InProcess({})).message for each in CHECKS[task.id])


def test_an_error_in_the_students_code_is_one_sentence():
    space = {}
    exec("def kl_loss(mean_z, logvar_z):\n    return mean_z @ undefined", space)
    with pytest.raises(
        StudentError, match=r"^kl_loss raised NameError: name 'undefined' is not defined \(line 2"
    ):
        InProcess(space).probe("kl", inputs=[[torch.ones(1, 1), torch.ones(1, 1)]])


@pytest.mark.parametrize("conditional", [False, True])
def test_every_wrong_loop_ends_far_from_the_right_one(conditional):
    right = Loop(num_epochs=2, lr=0.07)
    inputs = random_case(fresh_generator(), conditional)
    end, _ = trained(inputs, right)
    for hint, loop in wrong_loops(right, conditional):
        assert distance(trained(inputs, loop)[0], end) > 5 * TOLERANCE * right.lr, hint


@pytest.mark.parametrize(
    ("seed", "notebook", "name", "judge"),
    [
        (98, "04_training.ipynb", "train", training.train_parameters),
        (228, "06_cvae.ipynb", "train_cvae", training.train_cvae_parameters),
    ],
)
def test_a_right_training_that_rounds_otherwise_is_right(seed, notebook, name, judge, monkeypatch):
    space = namespace(notebook, definitions(notebook))
    exec(
        f"""
_train = {name}
def {name}(model, num_epochs, lr=1e-3):
    images, labels = train_iter.dataset.tensors
    train_iter.dataset.tensors = torch.nextafter(images, torch.ones(())), labels
    return _train(model, num_epochs, lr)
""",
        space,
    )
    conditional = name == "train_cvae"
    # This case sends apart two right loops that round differently.
    unsteady = [random_case(np.random.default_rng(seed), conditional)]
    monkeypatch.setattr(
        training,
        "random_case",
        lambda *arguments: unsteady.pop() if unsteady else random_case(*arguments),
    )
    loop = {"num_epochs": 3, "lr": 0.15}
    monkeypatch.setattr(training, "_random_loop", lambda: (Loop(**loop), loop))
    assert judge(InProcess(space)).passed
    assert not unsteady


def test_a_plain_function_may_sample_and_globals_stay_as_they_are():
    def sample_latent(mean_z, logvar_z):
        return mean_z + torch.exp(logvar_z / 2) * torch.randn_like(mean_z)

    space = {"sample_latent": sample_latent}
    before = dict(space)
    for each in CHECKS["vae-sampling-test"]:
        assert each(InProcess(space)).passed
    assert {key: space[key] for key in before} == before
