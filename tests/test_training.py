"""The promise of the assignment, in full length, on all of MNIST: the VAE ends at about 5, the CVAE at about 4.1."""

import sys

import pytest
import torch
from conftest import ROOT

SOLUTIONS = ROOT / "solutions" / "vae"


@pytest.fixture(scope="module")
def lab():
    """The helper beside the notebooks, as a student's kernel imports it."""
    sys.path.insert(0, str(SOLUTIONS))
    import lab
    yield lab
    sys.path.remove(str(SOLUTIONS))


@pytest.mark.slow
@pytest.mark.parametrize(("notebook", "model_name", "train_name", "test_name", "lowest", "highest"), [
    ("02_vae.ipynb", "VAE", "train", "test", 4.6, 5.1),
    ("06_cvae.ipynb", "ConditionalVAE", "train_cvae", "test_cvae", 3.9, 4.35)])
def test_ten_epochs_reach_the_published_losses(lab, monkeypatch, report_losses, notebook, model_name, train_name,
                                               test_name, lowest, highest):
    monkeypatch.setenv("LAB_ANSWERS", str(SOLUTIONS))
    train_iter, test_iter = lab.load_mnist(batch_size=32)
    if not lab.is_full_mnist(train_iter):
        pytest.skip("MNIST is neither in LAB_DATA nor can it be downloaded")
    loops = "06_cvae.ipynb" if train_name == "train_cvae" else "04_training.ipynb"
    train, test = (lab.load_answer(loops, name) for name in (train_name, test_name))
    for loop in (train, test):
        loop.__globals__.update(train_iter=train_iter, test_iter=test_iter, device=lab.pick_device())
    torch.manual_seed(0)
    model = lab.load_answer(notebook, model_name)().to(lab.pick_device())
    for data, losses in {"training": train(model, num_epochs=10), "test": test(model)}.items():
        report_losses.append("{} {} loss {:.3f} = reconstruction {:.3f} + KL {:.3f}".format(model_name, data, *losses))
        assert lowest < losses[0] < highest
        assert losses[0] == pytest.approx(losses[1] + losses[2], rel=1e-4)
        assert losses[2] > 0.03
