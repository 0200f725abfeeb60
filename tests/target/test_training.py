"""Tests of full trainings on all of MNIST: both models end in the bands of the measured runs.

`-m slow` trains on the CPU, `-m gpu` on CUDA.
"""

import os
import subprocess
import sys

import pytest

from autograder.target import bands
from autograder.target.tables import summarize_run
from autograder.target.training import MODELS, pick_device
from tests.paths import ROOT

DEVICES = [pytest.param("cpu", marks=pytest.mark.slow), pytest.param("cuda", marks=pytest.mark.gpu)]


@pytest.fixture(scope="module", params=DEVICES)
def finished(request, tmp_path_factory):
    """The exit code of `target` from seed 0, its runs by model, and its output."""
    try:
        device = pick_device(request.param)
    except ValueError as error:
        pytest.skip(f"{error}")
    if os.environ.get("LAB_PROFILE", "full") != "full":
        pytest.skip("LAB_PROFILE is not full")
    path = tmp_path_factory.mktemp("target") / "runs.json"
    command = [sys.executable, "-m", "autograder", "target", "--device", device, "--json", path]
    done = subprocess.run(command, cwd=ROOT, text=True, capture_output=True, check=False)
    if "MNIST is neither" in done.stderr:
        pytest.skip("MNIST is neither in LAB_DATA nor can it be downloaded")
    runs = bands.parse_runs(path.read_text(encoding="utf-8")) if path.exists() else []
    return done.returncode, {run.model: run for run in runs}, done.stdout + done.stderr


@pytest.mark.parametrize("model", MODELS)
def test_ten_epochs_reach_the_published_losses(finished, last_line, model):
    _, runs, output = finished
    assert model in runs, output
    run = runs[model]
    last_line(summarize_run(run))
    assert run.complete and bands.find_missed_bands(run) == {}
    assert run.train_loss == pytest.approx(run.train_reconstruction + run.train_kl, rel=1e-4)
    assert run.test_loss == pytest.approx(run.test_reconstruction + run.test_kl, rel=1e-4)


def test_the_command_says_that_all_losses_are_in_their_bands(finished):
    code, _, output = finished
    assert code == 0 and "All losses are in their bands." in output
