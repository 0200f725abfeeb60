"""Helper functions for the notebooks: data, earlier answers, and weights.

In a terminal, `python lab.py check` says how each task stands, and `python lab.py pack` makes the
zip that you hand in.

Nothing in here is graded, and you may read all of it. These environment variables change it:

- LAB_PROFILE: `full` (for you), or fewer images: `quick` (for automatic runs), `check` (for the
  check of all notebooks) and `grading`;
- LAB_DATA: the folder of the data; without it, `data/` beside this file;
- LAB_ANSWERS: the folder where `load_answer` finds notebooks; without it, the current folder.
"""

import importlib
import os
import sys
from pathlib import Path

import torch
from answers import LabError, load_answer  # noqa: F401 - notebooks import load_answer from here
from torch.utils import data

PROFILE = os.environ.get("LAB_PROFILE", "full")
# Number of training images and of test images.
SLICES = {
    "full": (60_000, 10_000),
    "quick": (2_048, 1_000),
    "check": (512, 320),
    "grading": (96, 320),
}
KEEPS_WEIGHTS = ("check", "grading")  # profiles that leave the weights of a full training alone
NOTEBOOKS = (
    "01_data.ipynb",
    "02_vae.ipynb",
    "03_loss.ipynb",
    "04_training.ipynb",
    "05_latent_space.ipynb",
    "06_cvae.ipynb",
    "07_discussion.ipynb",
)
WEIGHTS = ("vae.pt", "cvae.pt")


class NotYet(LabError):
    """What `check` finds wrong, in sentences."""

    def _render_traceback_(self):
        return [str(self)]


if PROFILE not in SLICES:
    raise LabError(
        f"LAB_PROFILE is {PROFILE!r}, but only {', '.join(SLICES)} exist: unset it and restart "
        "the kernel."
    )


def load_mnist(batch_size=32, device="cpu"):
    """Return MNIST as two iterators over batches `(x, y)`: for training and for testing.

    x: the images, float32, shape (batch, 1, 28, 28), grey values in [0, 1].
    y: the digits, int64, shape (batch,).

    The training images are shuffled anew in each pass. The last batch of a pass may be smaller.
    All training images are copied to `device` once, so that training does not wait for copies;
    test images stay on the CPU. Without MNIST and without a network, you get scikit-learn's small
    digits instead, with a notice.
    """
    (x, y), test_tensors = _mnist() or _digits()
    train = data.TensorDataset(x.to(device), y.to(device))
    test = data.TensorDataset(*test_tensors)
    train_iter = _batches(train, batch_size, data.RandomSampler(train))
    test_iter = _batches(test, batch_size, data.SequentialSampler(test))
    return train_iter, test_iter


def is_full_mnist(loader):
    """Tell whether a loader holds all of MNIST; the losses to reach hold only then."""
    return len(loader.dataset) in SLICES["full"]


def _batches(dataset, batch_size, sampler):
    """Return a loader that reads a whole batch at once, which is faster than image by image."""
    batches = data.BatchSampler(sampler, batch_size, drop_last=False)
    return data.DataLoader(dataset, sampler=batches, batch_size=None)


def _mnist():
    """Return MNIST as [(x, y), (x, y)], for training and testing; None without a copy of it."""
    from torchvision.datasets import MNIST

    root = os.environ.get("LAB_DATA") or Path(__file__).resolve().parent / "data"
    try:
        sets = [
            MNIST(root, train=train, download=PROFILE not in KEEPS_WEIGHTS)
            for train in (True, False)
        ]
    except (OSError, RuntimeError):  # no copy and no network, or a read-only or full disk
        return None
    return [
        (images.data[:n].unsqueeze(1).float() / 255, images.targets[:n].long())
        for images, n in zip(sets, SLICES[PROFILE], strict=True)
    ]


def _digits():
    """Return scikit-learn's 1,797 digits, enlarged to 28×28; one of six is for testing."""
    from sklearn.datasets import load_digits

    print(
        "MNIST is not on this computer and cannot be downloaded: scikit-learn's small digits "
        "stand in for it.\n"
        "Every task works with them, but the losses to reach (about 5, about 4.1) hold for MNIST "
        "only."
    )
    digits = load_digits()
    x = torch.tensor(digits.images, dtype=torch.float32).unsqueeze(1) / 16  # (1797, 1, 8, 8)
    x = torch.nn.functional.interpolate(x, size=(28, 28), mode="bilinear").clamp(0, 1)
    y = torch.tensor(digits.target).long()
    test = torch.arange(len(x)) % 6 == 0
    return [
        (x[part][:n], y[part][:n]) for part, n in zip((~test, test), SLICES[PROFILE], strict=True)
    ]


def check(task_id):
    """Run the checks that grade a task on what your notebook defines, and print what they find.

    For example `check("vae-sampling-test")`. An error's sentences say which property is missing.
    Your names, random numbers and figures stay as they are.
    """
    checks = _checks()
    if checks is None:
        if PROFILE != "grading":
            print("checks.zip is not beside lab.py, so nothing was checked.")
        return
    passed, text = checks.report(task_id, sys._getframe(1).f_globals)
    if not passed:
        raise NotYet(text)
    print(text)


def _checks():
    """Return the module of the checks; None where they are not here.

    In the course's own environment, where `autograder` is installed, they are that package's: a
    changed checks.zip earns no points there.
    """
    archive = str(Path(__file__).resolve().with_name("checks.zip"))
    sys.path.append(archive)
    try:
        for package in ("autograder", "vae_checks"):
            try:
                return importlib.import_module(package + ".checks.in_notebook")
            except ModuleNotFoundError:
                continue
    finally:
        sys.path.remove(archive)
    return None


def save_weights(model, path):
    """Write a model's weights to a file; check and grader keep the file of your full training."""
    if PROFILE in KEEPS_WEIGHTS and Path(path).exists():
        return
    torch.save(model.state_dict(), path)
    print(f"{path} written: {os.path.getsize(path) / 1e6:.1f} MB. It is part of what you hand in.")


def load_weights(model, path):
    """Read weights from a file into the model, and return the model."""
    if not Path(path).exists():
        writer = "06_cvae.ipynb" if "cvae" in str(path) else "04_training.ipynb"
        raise LabError(
            f"{path} is not here: run {writer} to its end, which trains the model and writes it."
        )
    try:
        model.load_state_dict(torch.load(path, map_location="cpu", weights_only=True))
    except Exception:  # torch raises many kinds, from KeyError to UnpicklingError
        kind = type(model).__name__
        raise LabError(
            f"{path} does not hold the weights of this {kind}: train it again and save."
        ) from None
    return model.to(memory_format=torch.channels_last)  # the layout in which convolutions are fast


if __name__ == "__main__":
    from handin import main

    main()
