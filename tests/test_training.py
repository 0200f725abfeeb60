"""The promise of the assignment, in full length, on all of MNIST: the VAE ends at about 5, the CVAE at about 4.1."""

import contextlib
import io
import os
import sys
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import pytest
from conftest import ROOT

SOLUTIONS = ROOT / "solutions" / "vae"
# model → where it is defined, where its loops are, their names, and the band in which all its losses must end
CASES = {"VAE": ("02_vae.ipynb", "04_training.ipynb", "train", "test", 4.6, 5.1),
         "ConditionalVAE": ("06_cvae.ipynb", "06_cvae.ipynb", "train_cvae", "test_cvae", 3.9, 4.35)}


def train_for_ten_epochs(model_name):
    """Loss, reconstruction and KL of the key's model {"training": …, "test": …}; None where MNIST is out of reach."""
    os.environ["LAB_ANSWERS"] = str(SOLUTIONS)
    sys.path.insert(0, str(SOLUTIONS))
    import lab
    import torch
    torch.set_num_threads(1)    # two models at once on two cores: faster than two threads for one after the other
    train_iter, test_iter = lab.load_mnist(batch_size=32)
    if not lab.is_full_mnist(train_iter):
        return None
    notebook, loops, *names, _, _ = CASES[model_name]
    train, test = (lab.load_answer(loops, name) for name in names)
    for loop in (train, test):
        loop.__globals__.update(train_iter=train_iter, test_iter=test_iter, device=torch.device("cpu"))
    torch.manual_seed(0)
    model = lab.load_answer(notebook, model_name)()
    with contextlib.redirect_stdout(io.StringIO()):    # Animator prints its figures where no notebook shows them
        return {"training": train(model, num_epochs=10), "test": test(model)}


@pytest.fixture(scope="module")
def losses():
    """The losses of both models, trained at the same time."""
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        return dict(zip(CASES, pool.map(train_for_ten_epochs, CASES), strict=True))


@pytest.mark.slow
@pytest.mark.parametrize("model_name", CASES)
def test_ten_epochs_reach_the_published_losses(losses, last_lines, model_name):
    if losses[model_name] is None:
        pytest.skip("MNIST is neither in LAB_DATA nor can it be downloaded")
    *_, lowest, highest = CASES[model_name]
    for data, (loss, recon, kl) in losses[model_name].items():
        last_lines.append(f"{model_name} {data} loss {loss:.3f} = reconstruction {recon:.3f} + KL {kl:.3f}")
        assert lowest < loss < highest
        assert loss == pytest.approx(recon + kl, rel=1e-4)
        assert kl > 0.03
