"""Forgeries: code in a cell that is to get points for a wrong answer, or to stop the grading.

Each stands on top of wrong answers to the tasks it aims at, and must gain none of their points,
while the tasks beside it, answered rightly in the same notebook, keep theirs.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

VAE, LOSS, LATENT = "02_vae.ipynb", "03_loss.ipynb", "05_latent_space.ipynb"
TRAINING, CVAE = "04_training.ipynb", "06_cvae.ipynb"
SAMPLING, ACTIVATION = "vae-sampling-test", "vae-activation-test"
KL = ("kl-loss-formula-test", "kl-loss-reduction-test")
PLOT, SCATTER = "plot-latent-test", "scatterplot-latent-test"


@dataclass(frozen=True)
class Forgery:
    """One attack.

    Attributes:
        name: unique in the catalogue.
        notebook: file name of the attacked notebook.
        source: a cell below the wrong answers.
        aims: ids of the tasks answered wrongly.
        beside: ids of tasks in the same notebook that must keep their points.
        shared: whether others may follow in the same kernel, since the attack leaves the process as
            it was, but for the definitions it aims at.
        edit: changes the notebook's JSON in place.
    """

    name: str
    notebook: str
    source: str = ""
    aims: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()
    shared: bool = False
    edit: Callable[[dict[str, Any]], None] = field(default=lambda notebook: None, repr=False)

    def __str__(self) -> str:
        return self.name


def on_loss(name: str, source: str, **details: Any) -> Forgery:
    """Make an attack on kl_loss."""
    return Forgery(name, LOSS, source.strip(), KL, **details)


def on_sampling(name: str, source: str, **details: Any) -> Forgery:
    """Make an attack on sample_latent; the final activation beside it is right."""
    return Forgery(name, VAE, source.strip(), (SAMPLING,), **{"beside": (ACTIVATION,)} | details)
