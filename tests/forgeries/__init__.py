"""Forgeries: what a student may put into a cell to get points for a wrong answer, or to stop the
grading.

Each stands on top of wrong answers to the tasks it aims at, and must gain none of their points,
while the tasks beside it, answered rightly in the same notebook, keep theirs.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

VAE, LOSS, LATENT = "02_vae.ipynb", "03_loss.ipynb", "05_latent_space.ipynb"
SAMPLING, ACTIVATION = "vae-sampling-test", "vae-activation-test"
KL = ("kl-loss-formula-test", "kl-loss-reduction-test")
PLOT, SCATTER = "plot-latent-test", "scatterplot-latent-test"


@dataclass(frozen=True)
class Forgery:
    """One attack.

    `source` is a cell below the wrong answers; `edit` changes the notebook's JSON in place.

    aims: the ids of the tasks answered wrongly. beside: those of the same notebook that must keep
    their points. shared: it leaves the process as it was, but for the definitions it aims at, so
    others may follow in one kernel.
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
    """An attack on kl_loss."""
    return Forgery(name, LOSS, source.strip(), KL, **details)


def on_sampling(name: str, source: str, **details: Any) -> Forgery:
    """An attack on sample_latent; the final activation beside it is right, and is judged where it
    can be.
    """
    return Forgery(name, VAE, source.strip(), (SAMPLING,), **{"beside": (ACTIVATION,)} | details)
