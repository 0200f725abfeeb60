"""The key's VAE and CVAE, trained as the notebooks do it, each in a process of its own: a Run."""

import contextlib
import os
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from multiprocessing import get_context

from ..assignment import BATCH_SIZE, TARGETS, Target
from ..paths import SOLUTIONS
from ..processes import end_with_parent, usable_cores

TRAINING_IMAGES = 60_000  # of all of MNIST
EPOCHS = 10  # for which the assignment gives the losses to reach


@dataclass(frozen=True)
class Kind:
    """A model of the key: what it should reach, and the notebook and the names of its two loops."""

    target: Target
    loops: str
    train: str
    test: str


KINDS = {
    "VAE": Kind(TARGETS["loss-target"], "04_training.ipynb", "train", "test"),
    "CVAE": Kind(TARGETS["cvae-loss-target"], "06_cvae.ipynb", "train_cvae", "test_cvae"),
}


@dataclass(frozen=True)
class Run:
    """One training and what it ended at. Losses: the assignment's unit, nats per image / 32.

    train_*: averages over the last epoch; test_*: of the trained model on the test set;
    reconstruction decoded from samples, as the loops do. device: "cpu" or "cuda"; hardware: which.
    images: how many it was trained with. seconds: per epoch, None where nobody measured.
    """

    model: str
    seed: int
    device: str
    epochs: int
    images: int
    train_loss: float
    train_reconstruction: float
    train_kl: float
    test_loss: float
    test_reconstruction: float
    test_kl: float
    seconds: float | None = None
    threads: int | None = None
    hardware: str = ""
    torch: str = ""
    python: str = ""

    @property
    def complete(self) -> bool:
        """Whether the assignment's losses hold for it: 10 epochs on all of MNIST."""
        return self.epochs == EPOCHS and self.images == TRAINING_IMAGES


def pick_device(wanted: str) -> str:
    """The device, "cpu" or "cuda", for "auto", "cpu" or "cuda".

    Raises ValueError where CUDA is asked for and there is none.
    """
    import torch

    if wanted == "cuda" and not torch.cuda.is_available():
        raise ValueError("torch finds no CUDA device here")
    return wanted if wanted != "auto" else "cuda" if torch.cuda.is_available() else "cpu"


def train_runs(
    seeds: Sequence[int],
    device: str = "cpu",
    epochs: int = EPOCHS,
    models: Sequence[str] = tuple(KINDS),
) -> Iterator[Run]:
    """Train each model from each seed; yields each Run when it is there.

    On a CPU two at once, with one thread each: faster than two threads for one after the other. On
    CUDA one after the other, so that the seconds are those of a training that has the device to
    itself.
    """
    workers = min(2, usable_cores()) if device == "cpu" else 1
    with ProcessPoolExecutor(
        workers, mp_context=get_context("spawn"), initializer=end_with_parent
    ) as pool:
        jobs = [
            pool.submit(train_once, model, seed, device, epochs)
            for seed in seeds
            for model in models
        ]
        try:
            for job in as_completed(jobs):
                yield job.result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def train_once(model_name: str, seed: int, device: str, epochs: int) -> Run:
    """Train one model in this process; changes its environment, module path and threads."""
    enter_key()
    import lab
    import torch

    torch.set_num_threads(1)
    kind, place = KINDS[model_name], torch.device(device)
    train_iter, test_iter = lab.load_mnist(batch_size=BATCH_SIZE, device=place)
    train, test = (lab.load_answer(kind.loops, name) for name in (kind.train, kind.test))
    for loop in (train, test):
        loop.__globals__.update(train_iter=train_iter, test_iter=test_iter, device=place)
    torch.manual_seed(seed)
    model = lab.load_answer(kind.target.notebook, kind.target.model)().to(
        place, memory_format=torch.channels_last
    )
    with quiet():
        started = time.perf_counter()
        training = train(model, num_epochs=epochs)
        seconds = (time.perf_counter() - started) / epochs
        losses = [float(value) for value in (*training, *test(model))]
    found = [round(value, 5) for value in losses]
    where = (
        torch.get_num_threads(),
        _hardware(torch, device),
        torch.__version__,
        sys.version.split()[0],
    )
    return Run(
        model_name, seed, device, epochs, len(train_iter.dataset), *found, round(seconds, 2), *where
    )


def enter_key() -> None:
    """Let this process import the key's modules, and load its answers."""
    os.environ["MPLBACKEND"] = "Agg"
    os.environ["LAB_ANSWERS"] = str(SOLUTIONS)
    sys.path.insert(0, str(SOLUTIONS))


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Show neither curve nor bar."""
    with open(os.devnull, "w") as nowhere, contextlib.redirect_stdout(nowhere):
        yield


def _hardware(torch, device):
    if device == "cuda":
        return torch.cuda.get_device_name()
    return f"{os.uname().machine if hasattr(os, 'uname') else 'CPU'}, {usable_cores()} cores"
