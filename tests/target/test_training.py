"""The promise of the assignment, in full length, on all of MNIST: both models end in the bands of
the measured runs.

`-m slow` trains on the CPU, `-m gpu` on CUDA. The training begins with the session and ends beside
the other tests.
"""

import os

import pytest

from autograder.target import bands
from autograder.target.command import line
from autograder.target.training import KINDS, pick_device

DEVICES = [pytest.param("cpu", marks=pytest.mark.slow), pytest.param("cuda", marks=pytest.mark.gpu)]


@pytest.fixture(scope="module", params=DEVICES)
def finished(request, training_job):
    """The exit code of `target` from seed 0, its runs by model, and its output."""
    try:
        device = pick_device(request.param)
    except ValueError as error:
        pytest.skip(f"{error}")
    if os.environ.get("LAB_PROFILE", "full") != "full":
        pytest.skip("LAB_PROFILE is not full")
    code, runs, output = training_job(device).wait()
    if "MNIST is neither" in output:
        pytest.skip("MNIST is neither in LAB_DATA nor can it be downloaded")
    return code, {run.model: run for run in runs}, output


@pytest.mark.parametrize("model", KINDS)
def test_ten_epochs_reach_the_published_losses(finished, last_lines, model):
    _, runs, output = finished
    assert model in runs, output
    run = runs[model]
    last_lines.append(line(run))
    assert run.complete and bands.outside(run) == {}
    assert run.train_loss == pytest.approx(run.train_reconstruction + run.train_kl, rel=1e-4)
    assert run.test_loss == pytest.approx(run.test_reconstruction + run.test_kl, rel=1e-4)


def test_the_command_says_that_all_losses_are_in_their_bands(finished):
    code, _, output = finished
    assert code == 0 and "All losses are in their bands." in output
