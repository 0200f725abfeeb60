"""The promise of the assignment, in full length, on all of MNIST: both models end in the bands of the measured runs.

`-m slow` trains on the CPU, `-m gpu` on CUDA.
"""

import os

import pytest

from autograder import bands
from autograder.key_training import KINDS, pick_device, train_runs
from autograder.target import line


@pytest.fixture(scope="module", params=[pytest.param("cpu", marks=pytest.mark.slow),
                                        pytest.param("cuda", marks=pytest.mark.gpu)])  # fmt: skip
def runs(request):
    """The runs of both models from seed 0."""
    try:
        device = pick_device(request.param)
    except ValueError as error:
        pytest.skip(f"{error}")
    if os.environ.get("LAB_PROFILE", "full") != "full":
        pytest.skip("LAB_PROFILE is not full")
    return {run.model: run for run in train_runs([0], device)}


@pytest.mark.parametrize("model", KINDS)
def test_ten_epochs_reach_the_published_losses(runs, last_lines, model):
    run = runs[model]
    if not run.complete:
        pytest.skip("MNIST is neither in LAB_DATA nor can it be downloaded")
    last_lines.append(line(run))
    assert bands.outside(run) == {}
    assert run.train_loss == pytest.approx(run.train_reconstruction + run.train_kl, rel=1e-4)
    assert run.test_loss == pytest.approx(run.test_reconstruction + run.test_kl, rel=1e-4)
