"""What `check` tells a student, and that it leaves nothing behind in the notebook."""

import random
import time

import matplotlib
import numpy as np
import pytest
import torch

matplotlib.use("Agg")

from matplotlib import pyplot as plt  # noqa: E402 - after the backend is chosen

from autograder.assignment import AUTO  # noqa: E402
from autograder.checks import untouched  # noqa: E402
from autograder.checks.by_task import CHECKS  # noqa: E402
from autograder.checks.in_notebook import WIDTH, report  # noqa: E402
from tests.mistakes import fill  # noqa: E402
from tests.mistakes.key import definitions, namespace  # noqa: E402

# Changes all that a function can change around it, and still returns the right number.
UNTIDY = """
    global left_behind
    left_behind = 1
    history.append(1)
    print("here")
    torch.manual_seed(1)
    np.random.seed(1)
    random.seed(1)
    torch.set_default_dtype(torch.float64)
    torch.set_grad_enabled(False)
    plt.rcParams["figure.dpi"] = 17
    plt.figure()
    with torch.enable_grad():
        return 0.5 * (mean_z**2 + logvar_z.exp() - 1 - logvar_z).sum(dim=1).mean()
    """


def loss_notebook(code):
    """Make the globals of notebook 03, with this code in kl_loss."""
    sources = definitions("03_loss.ipynb")
    fill("kl_loss", code)(sources)
    return namespace("03_loss.ipynb", sources)


@pytest.mark.parametrize("task", AUTO, ids=lambda task: task.id)
def test_the_key_gets_a_line_for_each_property_and_the_point(task):
    started = time.process_time()
    passed, text = report(task.id, namespace(task.notebook))
    assert passed and time.process_time() - started < 2
    marks = [line[0] for line in text.splitlines() if not line.startswith(" ")]
    assert marks == ["✓"] * len(CHECKS[task.id]) + ["1"]
    assert text.splitlines()[-1] == f"1 point: {task.question} {task.title}"


def test_what_is_missing_is_marked_and_what_holds_is_too():
    passed, text = report("kl-loss-formula-test", loss_notebook("return mean_z.sum().detach() * 0"))
    assert not passed
    assert text.startswith("✗ ") and "Not yet 1 point: 10.3a" in text
    assert all(len(line) <= WIDTH for line in text.splitlines())
    half = "return ((mean_z**2 + logvar_z.exp() - 1 - logvar_z) / 2).sum(1).mean().detach()"
    passed, text = report("kl-loss-formula-test", loss_notebook(half))
    assert not passed
    assert [line[0] for line in text.splitlines() if line[0] in "✓✗"] == ["✓", "✗"]


@pytest.mark.parametrize("task", AUTO, ids=lambda task: task.id)
def test_what_ails_all_properties_is_said_once(task):
    passed, text = report(task.id, {})
    assert not passed
    assert text.count("is not defined") == len(CHECKS[task.id]) or text.count("✗") <= 2


def test_a_task_that_no_check_decides_is_a_key_error():
    with pytest.raises(KeyError):
        report("logvar-question", {})


def traces(space):
    """Read what a check may change."""
    return {
        "names": {name: id(value) for name, value in space.items()},
        "history": list(space["history"]),
        "random": (torch.get_rng_state().tolist(), random.getstate()),
        "numpy": [np.asarray(part).tolist() for part in np.random.get_state()],
        "dtype": torch.get_default_dtype(),
        "gradients": torch.is_grad_enabled(),
        "dpi": plt.rcParams["figure.dpi"],
        "figures": [id(plt.figure(number)) for number in plt.get_fignums()],
    }


def test_a_check_leaves_no_trace_whatever_the_answer_does(capfd):
    space = loss_notebook(UNTIDY)
    space.update(random=random, history=[7])
    plt.figure()
    before = traces(space)
    assert "raised" not in report("kl-loss-formula-test", space)[1]
    after = traces(space)
    plt.close("all")
    assert after == before
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("task", AUTO, ids=lambda task: task.id)
def test_a_check_of_the_key_leaves_no_trace(task, capfd):
    space = namespace(task.notebook) | {"history": []}
    trained = space["vae"] = torch.nn.Linear(2, 2)
    before = traces(space), [parameter.tolist() for parameter in trained.parameters()]
    report(task.id, space)
    after = traces(space), [parameter.tolist() for parameter in trained.parameters()]
    assert after == before
    assert capfd.readouterr() == ("", "")


def test_the_answer_finds_no_gpu(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 1)
    space = {"device": torch.device("cuda"), "name": "cuda:0", "other": "cudahy"}
    with untouched.untouched(space):
        assert not torch.cuda.is_available() and torch.cuda.device_count() == 0
        assert space["device"] == space["name"] == torch.device("cpu")
        with pytest.raises(RuntimeError, match="No CUDA GPUs"):
            torch.ones(1).cuda()
        with pytest.raises(RuntimeError, match="No CUDA GPUs"):
            torch.nn.Linear(1, 1).cuda()
    assert torch.cuda.is_available()
    assert space == {"device": torch.device("cuda"), "name": "cuda:0", "other": "cudahy"}


# An answer whose noise is drawn where the notebook computes.
ON_DEVICE = """
    noise = torch.randn(mean_z.shape, device=device)
    return mean_z + torch.exp(0.5 * logvar_z) * noise
    """


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs CUDA")
@pytest.mark.parametrize("task", AUTO, ids=lambda task: task.id)
def test_on_a_machine_with_a_gpu_the_key_is_right_too(task):
    space = namespace(task.notebook)
    space["device"] = torch.device("cuda")
    passed, text = report(task.id, space)
    assert passed, text
    assert space["device"].type == "cuda"


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs CUDA")
def test_noise_that_is_drawn_on_the_gpu_is_right_and_cuda_by_name_is_not():
    sources = definitions("02_vae.ipynb")
    fill("VAE", ON_DEVICE)(sources)
    space = namespace("02_vae.ipynb", sources)
    space["device"] = torch.device("cuda")
    assert report("vae-sampling-test", space)[0]
    fill("VAE", ON_DEVICE.replace("device=device)", "device=mean_z.device).cuda()"))(sources)
    passed, text = report("vae-sampling-test", namespace("02_vae.ipynb", sources))
    assert not passed and "asks for a GPU" in text
