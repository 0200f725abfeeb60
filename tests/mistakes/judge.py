"""Verdicts of the checks, and of the notebooks' visible test cells, on answers of the catalogue."""

import contextlib
import io
import traceback
from collections.abc import Iterable
from contextlib import nullcontext
from dataclasses import dataclass
from unittest import mock

import numpy as np
import torch

from autograder.assignment import AUTO
from autograder.checks import in_notebook
from autograder.checks.by_task import judge
from autograder.checks.judging import repeatable
from autograder.checks.outcome import Outcome
from autograder.probes.student import InProcess

from . import Answer
from .catalogue import CATALOGUE
from .key import definitions, namespace, test_cell

# The definitions that decide each task. Where an answer leaves them as they are, the task passes.
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
    "instead of recon_x",
    "uncorrelated",
    "should grow",
    "grey values unchanged",
    "instead of mean_z",
}


@dataclass(frozen=True)
class Verdict:
    """Outcome of the checks on one answer.

    Attributes:
        lost: ids of the tasks that failed, in the assignment's order.
        messages: "name: message" of each failed check.
        red: ids of the tasks whose visible test cell fails in the student's notebook.
        died: errors of such a cell itself, which are no sentences for the student.
        ids: (task, check, id of its diagnosis) for each failed check.
    """

    lost: tuple[str, ...]
    messages: tuple[str, ...]
    red: tuple[str, ...] = ()
    died: tuple[str, ...] = ()
    ids: tuple[tuple[str, str, str], ...] = ()

    def is_deserved(self, answer: Answer) -> bool:
        """Tell whether exactly the tasks were lost that the catalogue names."""
        return self.lost == answer.costs

    def is_false_green(self, answer: Answer) -> bool:
        """Tell whether the visible test cell of a task that must fail lets the answer pass."""
        return not set(answer.costs) <= set(self.red)

    def is_false_red(self, answer: Answer) -> bool:
        """Tell whether a visible test cell refuses a right answer."""
        return bool(self.red) and not answer.costs

    def says(self, answer: Answer) -> bool:
        """Tell whether a message holds the catalogue's fragment."""
        return any(answer.says in message for message in self.messages)

    def diagnoses(self, answer: Answer) -> bool:
        """Tell whether a message names the mistake itself, not only the property that fails."""
        return self.says(answer) and answer.says not in PROPERTIES


def verdict(answer: Answer, seed: int | None = None, earlier=definitions) -> Verdict:
    """Judge the tasks that the answer's definitions decide, in their visible test cells too.

    Args:
        answer: the answer to judge.
        seed: of all random inputs; other inputs each time for None.
        earlier: what the notebook loads, as in `namespace`; the key's answers unless given.
    """
    before = definitions(answer.notebook)
    sources = dict(before)
    answer.change(sources)
    changed = {name for name in before if sources[name] != before[name]}
    if seed is not None:
        torch.manual_seed(seed)
        np.random.seed(seed)
    with repeatable(seed) if seed is not None else nullcontext():
        space = namespace(answer.notebook, sources, earlier)
        judged = {
            task.id: _judge(task.id, space) for task in AUTO if changed & set(DECIDES[task.id])
        }
    failed = {
        task_id: [outcome for outcome in outcomes if not outcome.passed]
        for task_id, (outcomes, _) in judged.items()
    }
    return Verdict(
        tuple(task_id for task_id, wrong in failed.items() if wrong),
        tuple(f"{each.name}: {each.message}" for wrong in failed.values() for each in wrong),
        tuple(task_id for task_id, (_, error) in judged.items() if error),
        tuple(
            f"{task_id}: {error!r}"
            for task_id, (_, error) in judged.items()
            if error and _died(error, task_id)
        ),
        tuple(
            (task_id, each.name, each.diagnosis)
            for task_id, wrong in failed.items()
            for each in wrong
        ),
    )


def _judge(task_id: str, space: dict) -> tuple[list[Outcome], BaseException | None]:
    """Run a task's visible test cell; return the outcomes of its checks, and how the cell fails.

    Those of the `check(...)` in the cell are the grader's too, since both judge alike. Where the
    cell ends before, the checks run alone.
    """
    outcomes: list[Outcome] = []

    def kept(*arguments) -> list[Outcome]:
        outcomes.extend(judge(*arguments))
        return list(outcomes)

    failure = None
    with mock.patch.object(in_notebook, "judge", kept), contextlib.redirect_stdout(io.StringIO()):
        try:
            exec(compile(test_cell(task_id), f"<{task_id}>", "exec"), space)
        except (Exception, SystemExit) as error:  # noqa: BLE001 - the answer may raise anything
            failure = error
    return outcomes or judge(task_id, InProcess(space)), failure


def _died(error: BaseException, task_id: str) -> bool:
    """Tell whether a line of the test cell itself raised an error that is no assert's.

    That a name is not defined is said well enough.
    """
    *_, last = traceback.extract_tb(error.__traceback__)
    return last.filename == f"<{task_id}>" and not isinstance(error, (AssertionError, NameError))


def verdict_by_index(index: int, seed: int | None = None) -> Verdict:
    """Judge an answer by its index in the catalogue, since answers cannot be pickled."""
    return verdict(CATALOGUE[index], seed)


def differing_ids(verdicts: Iterable[Verdict]) -> dict[tuple[str, str], set[str]]:
    """Find the ids of checks that failed in several ways: (task, check) → its ids.

    By chance a check may fail on some seeds alone; where it fails, it must name the same mistake.
    """
    found: dict[tuple[str, str], set[str]] = {}
    for each in verdicts:
        for task, name, diagnosis in each.ids:
            found.setdefault((task, name), set()).add(diagnosis)
    return {check: ids for check, ids in found.items() if len(ids) > 1}
