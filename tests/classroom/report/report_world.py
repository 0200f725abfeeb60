"""A made-up class: results in a folder as a run over it leaves them, and marks of a person."""

import json
import random

from autograder.assignment import TASKS
from autograder.checks import Outcome
from autograder.checks.diagnosis import named
from autograder.classroom.gradebook.marks import Marks, TaskMark
from autograder.classroom.results.store import COUNTING, Store
from autograder.grading.report import Report, TaskResult

MISTAKES = {
    "vae-activation-test": ("activation", "no-activation", "The image is the bare output."),
    "vae-sampling-test": (
        "distribution",
        "noise-scaled-by-variance",
        "The noise was scaled by exp(logvar), which is σ²; the standard deviation is its root.",
    ),
    "kl-loss-formula-test": ("closed form", "kl-without-half", "Where is the factor ½?"),
    "kl-loss-reduction-test": ("reduction", "summed-over-images", "Average over the images."),
    "train-test": ("parameters", "gradients-never-cleared", "Call zero_grad for every batch."),
    "evaluate-test": ("averages", "tested-in-training-mode", "Call model.eval() first."),
    "cvae-encoder-test": ("classes", "label-as-number", "8 is not twice 4."),
    "scatterplot-latent-test": ("colours", "no-legend", "Which colour is which digit?"),
}
CODE = """
def kl_loss(mean_z, logvar_z):
    terms = 1 + logvar_z - mean_z ** 2 - logvar_z.exp()
    return -0.5 * terms.sum(dim=1).mean()
"""
WORDS = (
    "the latent space groups digits by shape while a prior pulls means towards zero so that "
    "samples decode into plausible images although classes overlap near the origin because "
    "two dimensions hold little information about stroke slant width and label of a picture"
)


def result_of(task, right, mistake=None):
    """Make the result of a task; a wrong one has this (check, id, sentence)."""
    check, diagnosis, sentence = mistake or ("values", "", "It is another value.")
    if right:
        return TaskResult(task, (Outcome(check, True, "It holds."),))
    text = named(diagnosis, sentence) if diagnosis else sentence
    return TaskResult(task, (Outcome.failed(check, text),))


def losses_of(task, reconstruction, kl):
    """Make the result of a target with these losses, in nats per image."""
    numbers = {"reconstruction": reconstruction, "KL": kl}
    return TaskResult(task, (Outcome("loss target", True, "reached", numbers=numbers),))


def notebook(texts, code=CODE):
    """Make a graded notebook with these answers in words and this code."""
    cells = [_cell("code", code, "kl")]
    cells += [_cell("markdown", text, task) for task, text in texts.items()]
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


def _cell(kind, source, name):
    marks = {"grade_id": name, "solution": True}
    return {"cell_type": kind, "source": source, "metadata": {"nbgrader": marks}}


def save(store, name, results, texts=None, *, code=CODE, notes=(), weights=None, state=COUNTING):
    """Write the result of a submission."""
    report = Report(name, tuple(results), tuple(notes), "a sandbox", weights or {})
    hashes = {"submission": name, "checks": "1", "assignment": "1"}
    notebooks = {"07_discussion.ipynb": notebook(texts or {}, code)}
    return store.save(state, hashes, name, report.to_json(), notebooks)


def make_class(folder, submissions=60, seed=0):
    """Write the results of a class into a folder; return its marks.

    Stronger students make fewer mistakes. The last two hand in the same texts and weights, and the
    answers of every seventh wait for a person.
    """
    rng = random.Random(seed)
    marks, texts = {}, {}
    with Store(folder) as store:
        for index in range(submissions):
            name = f"group-{index:02}"
            skill = rng.betavariate(4, 1.6)
            copied = index == submissions - 1
            texts = texts if copied else _texts(rng)
            weights = {"vae.pt": f"{index - copied:064x}"}
            results = [_result(rng, skill, task) for task in TASKS if task.kind != "manual"]
            notes = ["03_loss.ipynb ended its kernel."] if rng.random() < 0.05 else []
            save(store, name, results, texts, notes=notes, weights=weights)
            marks[name] = _marks(rng, skill, name, results, index % 7 == 6)
    return marks


def _texts(rng):
    manual = [task.id for task in TASKS if task.kind == "manual"]
    return {task: " ".join(rng.choices(WORDS.split(), k=rng.randint(15, 60))) for task in manual}


def _result(rng, skill, task):
    if task.kind == "target":
        centre = (4.4, 0.19) if task.id == "loss-target" else (3.85, 0.146)
        spread = 0.12 if skill > 0.5 else 0.5
        return losses_of(task, 32 * (centre[0] + abs(rng.gauss(0, spread))), 32 * centre[1])
    right = rng.random() < 0.25 + 0.75 * skill
    return result_of(task, right, MISTAKES.get(task.id))


def _marks(rng, skill, name, results, waits):
    tasks = {each.task.id: TaskMark(each.task.id, each.score, each.task.points) for each in results}
    for task in TASKS:
        if task.kind == "manual":
            points = None if waits else rng.choices((0, 0.5, 1), (1 - skill, 0.5, 2 * skill))[0]
            tasks[task.id] = TaskMark(task.id, points, 1, waits=waits, by_hand=not waits)
    return Marks(name, tasks)
