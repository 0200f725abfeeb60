"""What the checks say about one answer of the catalogue."""

import functools
from contextlib import nullcontext
from dataclasses import dataclass

import numpy as np
import torch

from autograder.assignment import AUTO
from autograder.checks.by_task import CHECKS
from autograder.checks.judging import repeatable
from autograder.probes.student import InProcess

from . import Answer
from .catalogue import CATALOGUE
from .key import definitions, namespace

# The definitions that decide each task. A task whose definitions an answer leaves alone is the
# key's: it passes.
DECIDES = {
    "vae-activation-test": ["VAE"],
    "vae-sampling-test": ["VAE"],
    "kl-loss-formula-test": ["kl_loss"],
    "kl-loss-reduction-test": ["kl_loss"],
    "train-test": ["train"],
    "evaluate-test": ["test"],
    "plot-latent-test": ["plot_latent"],
    "scatterplot-latent-test": ["scatterplot_latent"],
    "cvae-encoder-test": ["ConditionalVAE"],
    "cvae-decoder-test": ["ConditionalVAE"],
    "cvae-forward-test": ["ConditionalVAE"],
    "train-cvae-test": ["train_cvae", "test_cvae"],
    "plot-latent-cvae-test": ["plot_latent_cvae"],
    "scatterplot-latent-cvae-test": ["scatterplot_latent_cvae"],
}

# Fragments of messages that say which property fails and leave the mistake to be found.
PROPERTIES = {
    "which of your terms",
    "Which dimension is summed",
    "the root of the variance",
    "should lie in [0, 1]",
    "some grey",
    "without reaching it",
    "grow steadily",
    "stay between",
    "turns back",
    "something else",
    "in the place of recon_x",
    "uncorrelated",
    "should grow",
    "grey values unchanged",
    "in the place of mean_z",
}


@dataclass(frozen=True)
class Verdict:
    """The tasks that an answer lost, in the assignment's order, and the messages of all failed
    checks.
    """

    lost: tuple[str, ...]
    messages: tuple[str, ...]

    def just(self, answer: Answer) -> bool:
        """Whether exactly the tasks were lost that should be."""
        return self.lost == answer.costs

    def says(self, answer: Answer) -> bool:
        """Whether a message holds what the catalogue says about the answer."""
        return any(answer.says in message for message in self.messages)

    def diagnoses(self, answer: Answer) -> bool:
        """Whether the mistake itself is named, or shown with its line, and not only the property
        that fails.
        """
        return self.says(answer) and answer.says not in PROPERTIES


@functools.cache
def verdict(answer: Answer, seed: int | None = None) -> Verdict:
    """Run the checks of the tasks that the answer's definitions decide; with a seed, on inputs that
    repeat.
    """
    before = definitions(answer.notebook)
    sources = dict(before)
    answer.change(sources)
    changed = {name for name in before if sources[name] != before[name]}
    if seed is not None:
        torch.manual_seed(seed)
        np.random.seed(seed)
    with repeatable(seed) if seed is not None else nullcontext():
        student = InProcess(namespace(answer.notebook, sources))
        failed = {
            task.id: [outcome for run in CHECKS[task.id] if not (outcome := run(student)).passed]
            for task in AUTO
            if changed & set(DECIDES[task.id])
        }
    return Verdict(
        tuple(name for name, outcomes in failed.items() if outcomes),
        tuple(f"{o.name}: {o.message}" for outcomes in failed.values() for o in outcomes),
    )


def verdict_by_place(place: int, seed: int | None = None) -> Verdict:
    """The verdict on an answer of the catalogue, for processes to which an answer cannot be sent."""
    return verdict(CATALOGUE[place], seed)
