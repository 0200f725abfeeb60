"""Students in this process, honest and lying ones, and the checks' complaints about them."""

import torch

from autograder.checks.by_task import CHECKS
from autograder.probes.student import InProcess
from tests.mistakes.key import definitions, namespace


def key(notebook, *changes):
    """Return a student with the key's definitions of a notebook, changed."""
    sources = definitions(notebook)
    for change in changes:
        change(sources)
    return InProcess(namespace(notebook, sources))


class Liar:
    """A student whose probes' answers are changed by `lie(answer, probe, inputs)`."""

    def __init__(self, student, lie):
        self.student, self.lie = student, lie

    def probe(self, probe, **inputs):
        """Run the probe and return its changed answer."""
        return self.lie(self.student.probe(probe, **inputs), probe, inputs)


def complaints(task_id, student):
    """List the messages of the task's checks that fail."""
    outcomes = [run(student) for run in CHECKS[task_id]]
    return [outcome.message for outcome in outcomes if not outcome.passed]


def each(change, value):
    """Return the value with its tensors and numbers changed."""
    if isinstance(value, list):
        return [each(change, item) for item in value]
    if isinstance(value, dict):
        return {name: each(change, item) for name, item in value.items()}
    if isinstance(value, torch.Tensor):
        return change(value)
    if type(value) in (int, float):
        return change(torch.tensor(float(value))).item()
    return value


def tensors(value):
    """Yield the tensors in lists and dicts."""
    if isinstance(value, torch.Tensor):
        yield value
    elif isinstance(value, (list, dict)):
        for item in value.values() if isinstance(value, dict) else value:
            yield from tensors(item)
