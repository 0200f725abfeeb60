"""Forgeries in real kernels: none gains a point or stops the grading.

Right answers in the same notebook keep their points.
"""

import ast
import contextlib
import importlib
import os
from pathlib import Path

import pytest

from autograder.probes.bridge import PACKAGE
from tests.forgeries import on_loss
from tests.forgeries.catalogue import CATALOGUE
from tests.forgeries.judge import judge_all
from tests.mistakes.key import definitions

NAMES = [forgery.name for forgery in CATALOGUE]
HONEST = on_loss("no forgery at all", definitions("03_loss.ipynb")["kl_loss"], shared=True)


@pytest.fixture(scope="module")
def found():
    """{name: result of the forgery}; one run for all, since kernels start slowly."""
    return {each.forgery.name: each for each in judge_all([*CATALOGUE, HONEST])}


def test_the_catalogue_is_large_and_its_names_are_unique():
    assert len(set(NAMES)) == len(NAMES) >= 50


def reached(source):
    """Find what a forgery imports of the probes, and the names that it replaces there."""
    modules = {}
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and node.module.partition(".")[0] == PACKAGE:
            for name in node.names:
                modules[name.name] = node.module.replace(PACKAGE, "autograder.probes", 1)
    found = [(module, [name]) for name, module in modules.items()]
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Attribute):
            first, *rest = ast.unparse(node.targets[0]).split(".")
            if first in modules:
                found.append((modules[first], [first, *rest]))
    return found


@pytest.mark.parametrize("forgery", CATALOGUE, ids=NAMES)
def test_what_a_forgery_attacks_is_there(forgery):
    with contextlib.suppress(SyntaxError):
        for module, names in reached(forgery.source):
            for length in range(1, len(names) + 1):
                with contextlib.suppress(ImportError):
                    importlib.import_module(".".join([module, *names[:length]]))
            value = importlib.import_module(module)
            for name in names:
                assert hasattr(value, name), f"{module}: {'.'.join(names)}"
                value = getattr(value, name)


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_a_forgery_gains_nothing_and_takes_nothing_from_the_answers_beside_it(found, name):
    each = found[name]
    assert each.gained == 0
    assert each.kept == len(each.forgery.beside), each.results
    assert set(each.forgery.aims) <= {
        task_id for task_id, result in each.results.items() if not result.passed
    }


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_its_author_reads_sentences(found, name):
    for sentence in found[name].sentences:
        assert sentence.endswith((".", "?", "…")) and 20 < len(sentence) <= 1000
        assert "Traceback" not in sentence and "\x1b" not in sentence


@pytest.mark.slow
def test_a_right_answer_in_the_place_of_a_forgery_gets_its_points(found):
    assert found[HONEST.name].gained == 2


@pytest.mark.slow
def test_nothing_was_unpickled(found):
    assert not Path("unpickled").exists() and not os.path.exists(Path.home() / "unpickled")
