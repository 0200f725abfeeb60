"""Trainings of the key's VAE and CVAE as the notebooks do them, each in a process of its own."""

import contextlib
import os
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from multiprocessing import get_context

from ..assignment import BATCH_SIZE, TARGETS, Target
from ..paths import SOLUTIONS, data_folder
from ..processes import end_with_parent, usable_cores

TRAINING_IMAGES = 60_000  # of all of MNIST
EPOCHS = 10  # for which the assignment gives the losses to reach

# The losses of a Run, in the order in which the key's two loops return them.
QUANTITIES = (
    "train_loss",
    "train_reconstruction",
    "train_kl",
    "test_loss",
    "test_reconstruction",
    "test_kl",
)


@dataclass(frozen=True)
class TrainedModel:
    """A model of the key that is trained.

    Attributes:
        target: the losses that it should reach.
        loops_notebook: the notebook that defines its two loops.
        train: name of the training loop.
        test: name of the evaluation loop.
    """

    target: Target
    loops_notebook: str
    train: str
    test: str


MODELS = {
    "VAE": TrainedModel(TARGETS["loss-target"], "04_training.ipynb", "train", "test"),
    "CVAE": TrainedModel(TARGETS["cvae-loss-target"], "06_cvae.ipynb", "train_cvae", "test_cvae"),
}


@dataclass(frozen=True)
class Run:
    """One training and its losses, in nats per image / 32, the assignment's unit.

    Reconstructions are decoded from samples, as in the loops.

    Attributes:
        model: a name in MODELS.
        seed: torch's random seed.
        device: "cpu" or "cuda".
        epochs: how many.
        images: number of training images.
        train_loss, train_reconstruction, train_kl: averages over the last epoch.
        test_loss, test_reconstruction, test_kl: of the trained model on the test set.
        seconds: per epoch; None where they were not measured.
        threads: of torch.
        hardware: the name of the device.
        torch, python: versions.
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
    """Choose "cpu" or "cuda"; "auto" takes CUDA where torch finds it.

    Raises:
        ValueError: where CUDA is asked for and there is none.
    """
    import torch

    if wanted == "cuda" and not torch.cuda.is_available():
        raise ValueError("torch finds no CUDA device here")
    if wanted != "auto":
        return wanted
    return "cuda" if torch.cuda.is_available() else "cpu"


def train_runs(
    seeds: Sequence[int],
    device: str = "cpu",
    epochs: int = EPOCHS,
    models: Sequence[str] = tuple(MODELS),
) -> Iterator[Run]:
    """Train each model from each seed, and yield each Run as soon as it has ended.

    On a CPU two trainings run at once, with one thread each: faster than two threads for one after
    the other. On CUDA they run one after the other, so that the seconds are those of a training
    that has the device to itself.
    """
    workers = min(2, usable_cores()) if device == "cpu" else 1
    spawn = get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=spawn, initializer=end_with_parent) as pool:
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
    set_up_key()
    import torch

    torch.set_num_threads(1)
    train, test, images = _load_loops(MODELS[model_name], torch.device(device))
    torch.manual_seed(seed)
    model = _new_model(MODELS[model_name].target, torch.device(device))
    with quiet():
        started = time.perf_counter()
        train_losses = train(model, num_epochs=epochs)
        seconds = (time.perf_counter() - started) / epochs
        losses = [round(float(loss), 5) for loss in (*train_losses, *test(model))]
    return Run(
        model=model_name,
        seed=seed,
        device=device,
        epochs=epochs,
        images=images,
        **dict(zip(QUANTITIES, losses, strict=True)),
        seconds=round(seconds, 2),
        threads=torch.get_num_threads(),
        hardware=_hardware(device),
        torch=torch.__version__,
        python=sys.version.split()[0],
    )


def set_up_key() -> None:
    """Let this process import the key's `lab` and `curves`, and load its answers."""
    os.environ["MPLBACKEND"] = "Agg"
    os.environ["LAB_ANSWERS"] = str(SOLUTIONS)
    os.environ["LAB_DATA"] = str(data_folder())
    sys.path.insert(0, str(SOLUTIONS))


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Show neither curve nor bar."""
    with open(os.devnull, "w") as nowhere, contextlib.redirect_stdout(nowhere):
        yield


def _load_loops(trained, torch_device):
    """Return the training loop, the evaluation loop, and the number of training images."""
    # set_up_key puts the folder of lab.py on the module path when the command runs.
    import lab  # pyright: ignore[reportMissingImports]

    train_iter, test_iter = lab.load_mnist(batch_size=BATCH_SIZE, device=torch_device)
    train = lab.load_answer(trained.loops_notebook, trained.train)
    test = lab.load_answer(trained.loops_notebook, trained.test)
    for loop in (train, test):
        loop.__globals__.update(train_iter=train_iter, test_iter=test_iter, device=torch_device)
    return train, test, len(train_iter.dataset)


def _new_model(target, torch_device):
    """Return the key's model with new random weights, laid out as in the notebooks."""
    # Found at run time, as in _load_loops.
    import lab  # pyright: ignore[reportMissingImports]
    import torch

    model = lab.load_answer(target.notebook, target.model)()
    return model.to(torch_device, memory_format=torch.channels_last)


def _hardware(device):
    """Return the name of the GPU, or the CPU's architecture and its number of cores."""
    if device == "cuda":
        import torch

        return torch.cuda.get_device_name()
    machine = os.uname().machine if hasattr(os, "uname") else "CPU"
    return f"{machine}, {usable_cores()} cores"
