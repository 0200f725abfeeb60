"""Students in this process, honest and lying ones, and what the checks say of them."""

import torch

from autograder.checks.by_task import CHECKS
from autograder.probes.student import InProcess
from tests.mistakes.key import definitions, namespace


def key(notebook, *changes):
    """The key's definitions of a notebook, changed."""
    sources = definitions(notebook)
    for change in changes:
        change(sources)
    return InProcess(namespace(notebook, sources))


class Liar:
    """A student whose probes' answers pass through `lie(answer, probe, inputs)` on their way."""

    def __init__(self, student, lie):
        self.student, self.lie = student, lie

    def probe(self, probe, **inputs):
        return self.lie(self.student.probe(probe, **inputs), probe, inputs)


def complaints(task_id, student):
    return [outcome.message for run in CHECKS[task_id] if not (outcome := run(student)).passed]


def each(change, value):
    """The value with its tensors and numbers changed."""
    if isinstance(value, list):
        return [each(change, item) for item in value]
    if isinstance(value, dict):
        return {name: each(change, item) for name, item in value.items()}
    if isinstance(value, torch.Tensor):
        return change(value)
    return change(torch.tensor(float(value))).item() if type(value) in (int, float) else value


def tensors(value):
    if isinstance(value, torch.Tensor):
        yield value
    elif isinstance(value, (list, dict)):
        for item in value.values() if isinstance(value, dict) else value:
            yield from tensors(item)
