"""Tests of lab.py: its data are as described, and each problem is one sentence with a way out."""

import importlib.util
import sys

import nbformat
import pytest
import torch
from nbformat.v4 import new_code_cell, new_notebook
from torchvision.datasets import MNIST

from tests.checks.weights_world import needs_mnist
from tests.paths import DATA, SOLUTIONS


@pytest.fixture
def load_lab(monkeypatch, tmp_path):
    """A function that imports lab.py afresh in a profile, in an empty current folder."""

    def load(profile="quick", **environment):
        monkeypatch.chdir(tmp_path)
        monkeypatch.syspath_prepend(SOLUTIONS)  # lab.py imports answers.py
        for name, value in {"LAB_PROFILE": profile, **environment}.items():
            monkeypatch.setenv(name, str(value))
        spec = importlib.util.spec_from_file_location("lab", SOLUTIONS / "lab.py")
        module = importlib.util.module_from_spec(spec)
        monkeypatch.setitem(sys.modules, "lab", module)
        spec.loader.exec_module(module)
        return module

    return load


def write(path, *sources):
    """Write a notebook with these code cells."""
    nbformat.write(new_notebook(cells=[new_code_cell(source) for source in sources]), path)


def test_batches_have_the_shape_range_and_size_of_the_original(load_lab):
    train_iter, test_iter = load_lab().load_mnist(batch_size=32)
    for loader in (train_iter, test_iter):
        batches = list(loader)
        x, y = batches[0]
        assert x.shape == (32, 1, 28, 28) and x.dtype == torch.float32
        assert y.shape == (32,) and y.dtype == torch.int64
        assert x.min() >= 0 and x.max() <= 1 and set(y.tolist()) <= set(range(10))
        assert len(batches) == len(loader)
        assert sum(len(x) for x, _ in batches) == len(loader.dataset)


def test_only_training_shuffles_and_every_image_keeps_its_label(load_lab):
    train_iter, test_iter = load_lab().load_mnist(batch_size=100)
    first, second = (torch.cat([y for _, y in train_iter]) for _ in range(2))
    assert not torch.equal(first, second) and torch.equal(first.sort()[0], second.sort()[0])
    assert torch.equal(torch.cat([x for x, _ in test_iter]), test_iter.dataset.tensors[0])
    label_of = {x.numpy().tobytes(): y for x, y in zip(*train_iter.dataset.tensors, strict=True)}
    pairs = (pair for x, y in train_iter for pair in zip(x, y, strict=True))
    assert all(label_of[image.numpy().tobytes()] == label for image, label in pairs)


def test_training_images_lie_on_the_device_and_test_images_on_the_cpu(load_lab):
    train_iter, test_iter = load_lab().load_mnist(batch_size=32, device=torch.device("meta"))
    assert {part.device.type for part in next(iter(train_iter))} == {"meta"}
    assert {part.device.type for part in next(iter(test_iter))} == {"cpu"}


def test_without_mnist_scikit_learns_digits_stand_in_with_a_notice(
    load_lab, monkeypatch, tmp_path, capsys
):
    lab = load_lab("full", LAB_DATA=tmp_path / "nothing")
    import torchvision

    def offline(*_, **__):
        raise RuntimeError("Error downloading")

    monkeypatch.setattr(torchvision.datasets, "MNIST", offline)
    train_iter, test_iter = lab.load_mnist(batch_size=32)
    x, y = next(iter(train_iter))
    assert x.shape == (32, 1, 28, 28) and x.min() >= 0 and 0.9 < x.max() <= 1
    assert len(train_iter.dataset) + len(test_iter.dataset) == 1797
    assert not lab.is_full_mnist(train_iter)
    assert "hold for MNIST only" in capsys.readouterr().out


@pytest.fixture
def few_images():
    """The first images of MNIST as torchvision reads them, [(x, y), (x, y)]."""
    sets = [MNIST(DATA, train=train) for train in (True, False)]
    return [
        (found.data[:40].unsqueeze(1).float() / 255, found.targets[:40].long()) for found in sets
    ]


@needs_mnist
def test_images_and_labels_are_those_that_torchvision_reads(load_lab, few_images):
    for loader, (x, y) in zip(load_lab("check").load_mnist(), few_images, strict=True):
        images, labels = loader.dataset[:40]
        assert torch.equal(images, x) and torch.equal(labels, y)


def test_a_file_that_is_cut_short_is_one_sentence(load_lab, tmp_path):
    raw = tmp_path / "MNIST" / "raw"
    raw.mkdir(parents=True)
    lab = load_lab("quick", LAB_DATA=tmp_path)
    for name in (name for pair in lab.MNIST_FILES for name in pair):
        (raw / name).write_bytes(bytes(100))
    with pytest.raises(lab.LabError, match="train-images-idx3-ubyte is damaged: delete it"):
        lab.load_mnist()


@pytest.mark.parametrize("profile", ["check", "grading"])
def test_check_and_grader_download_nothing(load_lab, monkeypatch, tmp_path, capsys, profile):
    monkeypatch.setitem(sys.modules, "torchvision.datasets", None)
    load_lab(profile, LAB_DATA=tmp_path).load_mnist()
    assert "nothing is downloaded here" in capsys.readouterr().out


def test_without_torchvision_and_scikit_learn_a_missing_mnist_is_one_sentence(
    load_lab, monkeypatch, tmp_path
):
    lab = load_lab("full", LAB_DATA=tmp_path)
    for name in ("torchvision.datasets", "sklearn.datasets"):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(lab.LabError, match="torchvision, which .* scikit-learn, .* pip install"):
        lab.load_mnist()


def test_weights_come_back_as_they_were_saved(load_lab):
    lab, model, other = load_lab(), torch.nn.Linear(2, 3), torch.nn.Linear(2, 3)
    lab.save_weights(model, "vae.pt")
    assert torch.equal(lab.load_weights(other, "vae.pt").weight, model.weight)


def test_loaded_weights_lie_channels_last_and_are_the_same(load_lab):
    lab = load_lab()
    saved, other = torch.nn.Conv2d(3, 5, 3), torch.nn.Conv2d(3, 5, 3)
    lab.save_weights(saved, "vae.pt")
    loaded = lab.load_weights(other, "vae.pt").weight
    assert torch.equal(loaded, saved.weight)
    assert loaded.is_contiguous(memory_format=torch.channels_last)


def test_missing_foreign_and_damaged_weights_are_one_sentence(load_lab, tmp_path):
    lab = load_lab()
    with pytest.raises(lab.LabError, match="run 06_cvae.ipynb to its end"):
        lab.load_weights(torch.nn.Linear(2, 3), "cvae.pt")
    lab.save_weights(torch.nn.Linear(2, 4), "vae.pt")
    with pytest.raises(lab.LabError, match="does not hold the weights of this Linear"):
        lab.load_weights(torch.nn.Linear(2, 3), "vae.pt")
    # a pickle that would run a command
    (tmp_path / "vae.pt").write_bytes(b"cos\nsystem\n(S'touch ran'\ntR.")
    with pytest.raises(lab.LabError):
        lab.load_weights(torch.nn.Linear(2, 3), "vae.pt")
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("profile", ["check", "grading"])
def test_check_and_grader_leave_the_weights_of_the_full_training(load_lab, tmp_path, profile):
    (tmp_path / "vae.pt").write_bytes(b"the student's")
    load_lab(profile).save_weights(torch.nn.Linear(2, 3), "vae.pt")
    assert (tmp_path / "vae.pt").read_bytes() == b"the student's"


def test_an_unknown_profile_says_which_exist(load_lab):
    with pytest.raises(Exception, match="only full, quick, check, grading exist"):
        load_lab("fast")
