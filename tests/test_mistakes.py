"""Each mistake of the catalogue costs exactly its own tasks and is named; right answers in other words cost nothing."""

import matplotlib
import pytest

matplotlib.use("Agg")

from autograder.assignment import AUTO, InProcess  # noqa: E402 - after the backend is chosen
from tests.mistakes.catalogue import CATALOGUE  # noqa: E402
from tests.mistakes.key import definitions, namespace  # noqa: E402

# The definition that decides each task. A task whose definition an answer leaves alone is the key's: it passes (below).
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
PARAMETERS = [pytest.param(answer, id=str(answer), marks=[pytest.mark.slow] if answer.slow else [])
              for answer in CATALOGUE]


@pytest.mark.parametrize("answer", PARAMETERS)
def test_an_answer_costs_exactly_its_own_tasks(answer):
    sources = definitions(answer.notebook)
    answer.change(sources)
    student = InProcess(namespace(answer.notebook, sources))
    changed = {name for name, source in definitions(answer.notebook).items() if sources[name] != source}
    touched = [task for task in AUTO if changed & set(DECIDES[task.id])]
    outcomes = {task.id: [run(student) for run in task.checks] for task in touched}
    failed = {name: [o for o in each if not o.passed] for name, each in outcomes.items()}
    messages = "\n".join(f"{o.name}: {o.message}" for each in failed.values() for o in each)
    assert tuple(name for name, each in failed.items() if each) == answer.costs, messages
    assert answer.says in messages
    assert "could not be judged" not in messages


def test_names_are_unique():
    assert len({str(answer) for answer in CATALOGUE}) == len(CATALOGUE)


def test_the_catalogue_is_large():
    wrong = [answer for answer in CATALOGUE if answer.costs]
    assert len(wrong) >= 60
    assert len(CATALOGUE) - len(wrong) >= 30


@pytest.mark.parametrize("task", AUTO, ids=lambda task: task.id)
def test_the_key_passes(task):
    outcomes = [run(InProcess(namespace(task.notebook))) for run in task.checks]
    assert [outcome.message for outcome in outcomes if not outcome.passed] == []
