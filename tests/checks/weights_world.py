"""Weights to judge in tests: the key's or changed ones, with the key's class or another one."""

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
IMAGES = mnist_test_images(os.environ["LAB_DATA"])
needs_mnist = pytest.mark.skipif(IMAGES is None, reason="MNIST is not in LAB_DATA")


def first_images(count):
    """Return the first test images."""
    return dataclasses.replace(IMAGES, x=IMAGES.x[:count], y=IMAGES.y[:count])


def key_weights(target=VAE):
    """Return the key's weights."""
    return torch.load(SOLUTIONS / target.file, weights_only=True)


def packed(value, **options):
    """Return the bytes that torch.save writes."""
    file = io.BytesIO()
    torch.save(value, file, **options)
    return file.getvalue()


def rewritten(compression=zipfile.ZIP_STORED, **changes):
    """Return a small file of weights with some parts replaced.

    Args:
        compression: zipfile's.
        **changes: data_pkl replaces the pickle, data__0 the numbers.
    """
    with zipfile.ZipFile(io.BytesIO(packed({"a": torch.zeros(2)}))) as archive:
        parts = {name.partition("/")[2]: archive.read(name) for name in archive.namelist()}
    for name, value in changes.items():
        parts[name.replace("__", "/").replace("_pkl", ".pkl")] = value
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", compression, compresslevel=1) as archive:
        for name, value in parts.items():
            archive.writestr(f"x/{name}", value)
    return file.getvalue()


def judged(weights, target=VAE, own=None, images=200):
    """Return the outcome of weights, or of a file's bytes, with the key's class or another one."""
    definitions = namespace(target.notebook)
    if own is not None:
        definitions |= {target.model: own}
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        data = weights if isinstance(weights, bytes) else packed(weights)
        Path(target.file).write_bytes(data)
        outcome = judge_weights(InProcess(definitions), target, first_images(images))
        assert os.listdir() == [target.file], "nothing in a file is run"
    return outcome


def key_class(target=VAE):
    """Return the key's class."""
    return namespace(target.notebook)[target.model]
