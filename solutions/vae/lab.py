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

import numpy as np
import torch
from answers import LabError, load_answer  # noqa: F401 - notebooks import load_answer from here
from torch.utils import data

PROFILE = os.environ.get("LAB_PROFILE", "full")
# Number of training images and of test images.
SLICES = {
    "full": (60_000, 10_000),
    "quick": (1_024, 500),
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
# Images and labels, for training and for testing, and where torchvision puts them.
MNIST_FOLDER = "MNIST/raw"
MNIST_FILES = (
    ("train-images-idx3-ubyte", "train-labels-idx1-ubyte"),
    ("t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"),
)


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
    test images stay on the CPU. MNIST is downloaded once; where it cannot be, you get small digits
    of scikit-learn instead, with a notice.
    """
    problem = _find_mnist()
    (x, y), test_tensors = _digits(problem) if problem else _mnist()
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


def _data_folder():
    return Path(os.environ.get("LAB_DATA") or Path(__file__).resolve().parent / "data")


def _find_mnist():
    """Download MNIST where it is not here yet; return why there is none, else an empty text."""
    raw = _data_folder() / MNIST_FOLDER
    if all((raw / name).is_file() for pair in MNIST_FILES for name in pair):
        return ""
    if PROFILE in KEEPS_WEIGHTS:
        return "nothing is downloaded here"
    try:
        from torchvision.datasets import MNIST  # takes seconds, so it is imported only here
    except (ImportError, OSError, RuntimeError) as error:  # missing, or made for another torch
        return f"torchvision, which downloads it, cannot be imported ({error})"
    try:
        MNIST(_data_folder(), download=True)
    except (OSError, RuntimeError):  # no network, or a read-only or full disk
        return "it cannot be downloaded"
    return ""


def _mnist():
    """Return MNIST as [(x, y), (x, y)], for training and testing."""
    found = []
    for (images, labels), n in zip(MNIST_FILES, SLICES[PROFILE], strict=True):
        x = _read_bytes(images, 16, 784 * n).view(n, 1, 28, 28).float().div_(255)
        found.append((x, _read_bytes(labels, 8, n).long()))
    return found


def _read_bytes(name, start, count):
    """Return so many bytes of a file of MNIST; before `start` it holds its sizes."""
    path = _data_folder() / MNIST_FOLDER / name
    try:
        found = np.fromfile(path, np.uint8, count=count, offset=start)
    except OSError:
        found = ()
    if len(found) < count:
        raise LabError(f"{path} is damaged: delete it and run this cell again.")
    return torch.from_numpy(found)


def _digits(problem):
    """Return scikit-learn's 1,797 digits, enlarged to 28×28; one of six is for testing.

    problem: why there is no MNIST.
    """
    try:
        from sklearn.datasets import load_digits
    except ImportError:
        raise LabError(
            f"MNIST is not on this computer, and {problem}; scikit-learn, whose small digits could "
            "stand in for it, is not installed: run `python -m pip install -r requirements.txt` in "
            "this folder, then restart the kernel."
        ) from None
    print(
        f"MNIST is not on this computer, and {problem}: scikit-learn's small digits "
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
