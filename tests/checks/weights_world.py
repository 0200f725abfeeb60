"""The key's weights, whole or changed, before the judge, with the key's class or another one."""

import contextlib
import dataclasses
import io
import os
import tempfile
import zipfile
from pathlib import Path

import pytest
import torch

from autograder.assignment import TARGETS
from autograder.checks.weights import judge_weights
from autograder.grading.targets import mnist_test_images
from autograder.probes.student import InProcess
from tests.mistakes.key import namespace
from tests.paths import SOLUTIONS

VAE, CVAE = TARGETS.values()
ALL = mnist_test_images(os.environ["LAB_DATA"])
needs_mnist = pytest.mark.skipif(ALL is None, reason="MNIST is not in LAB_DATA")


def first(count):
    """The first test images."""
    return dataclasses.replace(ALL, x=ALL.x[:count], y=ALL.y[:count])


def key(target=VAE):
    """The key's weights."""
    return torch.load(SOLUTIONS / target.file, weights_only=True)


def packed(value, **options):
    """The bytes of what torch.save writes."""
    file = io.BytesIO()
    torch.save(value, file, **options)
    return file.getvalue()


def rewritten(compression=zipfile.ZIP_STORED, **changes):
    """A small file of weights with other parts: data_pkl is the pickle, data__0 the numbers."""
    with zipfile.ZipFile(io.BytesIO(packed({"a": torch.zeros(2)}))) as archive:
        parts = {name.partition("/")[2]: archive.read(name) for name in archive.namelist()}
    parts |= {
        name.replace("__", "/").replace("_pkl", ".pkl"): value for name, value in changes.items()
    }
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", compression, compresslevel=1) as archive:
        for name, value in parts.items():
            archive.writestr(f"x/{name}", value)
    return file.getvalue()


def judged(weights, target=VAE, own=None, images=200):
    """The outcome for weights, or the bytes of a file, with the key's class or another one."""
    space = namespace(target.notebook) | ({} if own is None else {target.model: own})
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        data = weights if isinstance(weights, bytes) else packed(weights)
        Path(target.file).write_bytes(data)
        outcome = judge_weights(InProcess(space), target, first(images))
        assert os.listdir() == [target.file], "nothing in a file is run"
    return outcome


def klass(target=VAE):
    """The key's class."""
    return namespace(target.notebook)[target.model]
