"""Forgeries graded by the real engine gain no point, stop nothing and harm no right answer."""

import ast
import contextlib
import importlib
import inspect
import os
from pathlib import Path

import pytest

from autograder.probes import PROBES
from autograder.probes.bridge import PACKAGE
from tests.forgeries import on_loss
from tests.forgeries.catalogue import CATALOGUE
from tests.forgeries.judge import judge_all
from tests.grading.key_search import key_lines
from tests.mistakes.key import definitions

NAMES = [forgery.name for forgery in CATALOGUE]
HONEST = on_loss("no forgery at all", definitions("03_loss.ipynb")["kl_loss"], shared=True)


@pytest.fixture(scope="module")
def found():
    """Name → result of the forgery; one run for all, since kernels start slowly."""
    return {each.forgery.name: each for each in judge_all([*CATALOGUE, HONEST])}


def test_the_catalogue_is_large_and_its_names_are_unique():
    assert len(set(NAMES)) == len(NAMES) >= 50


def imported_names(tree):
    """{name: module} that a forgery imports from the grader or from its half of the kernel."""
    modules = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            package, _, rest = node.module.partition(".")
            if package in (PACKAGE, "autograder"):
                package = "autograder.probes" if package == PACKAGE else package
                modules |= {each.name: f"{package}.{rest}".rstrip(".") for each in node.names}
    return modules


def names_reached(tree, modules):
    """Chains of attributes, [module.name, attribute, ...], that a forgery reads or replaces."""
    for name, module in modules.items():
        yield module, [name]
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            first, *rest = ast.unparse(node).split(".")
            if first in modules and all(name.isidentifier() for name in rest):
                yield modules[first], [first, *rest]


def replaced_probes(tree):
    """{probe: its replacement's definition} for assignments to `PROBES["probe"]`."""
    functions = {node.name: node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Subscript):
            target = node.targets[0]
            if ast.unparse(target.value) == "PROBES":
                yield ast.literal_eval(target.slice), functions[node.value.id]


def locals_of_the_caller(tree):
    """The keys of `sys._getframe(1).f_locals` that a forgery reads, whose caller is a probe."""
    for node in ast.walk(tree):
        is_subscript = isinstance(node, ast.Subscript)
        if is_subscript and ast.unparse(node.value) == "sys._getframe(1).f_locals":
            yield ast.literal_eval(node.slice)


def parsed(forgery):
    """The syntax tree of a forgery's cell, empty where it is no Python."""
    try:
        return ast.parse(forgery.source)
    except SyntaxError:
        return ast.parse("")


@pytest.mark.parametrize("forgery", CATALOGUE, ids=NAMES)
def test_what_a_forgery_attacks_is_there(forgery):
    tree = parsed(forgery)
    for module, names in names_reached(tree, imported_names(tree)):
        for end in range(1, len(names) + 1):
            with contextlib.suppress(ImportError):
                importlib.import_module(".".join([module, *names[:end]]))
        value = importlib.import_module(module)
        for name in names:
            assert hasattr(value, name), f"{module}: {'.'.join(names)}"
            value = getattr(value, name)


@pytest.mark.parametrize("forgery", CATALOGUE, ids=NAMES)
def test_a_probe_that_a_forgery_replaces_is_there_and_takes_the_same_inputs(forgery):
    for probe, replacement in replaced_probes(parsed(forgery)):
        wanted = inspect.signature(PROBES[probe]).parameters.keys()
        accepted = {argument.arg for argument in replacement.args.args}
        assert replacement.args.kwarg or wanted <= accepted, probe


@pytest.mark.parametrize("forgery", CATALOGUE, ids=NAMES)
def test_the_local_variables_that_a_forgery_reads_are_there(forgery):
    for name in locals_of_the_caller(parsed(forgery)):
        assert name in PROBES["kl"].__code__.co_varnames  # the probe that calls kl_loss itself


def test_forgeries_are_found_to_reach_into_the_grader():
    trees = [parsed(forgery) for forgery in CATALOGUE]
    chains = {
        ".".join([module, *names])
        for tree in trees
        for module, names in names_reached(tree, imported_names(tree))
    }
    assert "autograder.probes.wire.encode" in chains
    assert "autograder.probes.loops.TERMS" in chains
    assert "autograder.checks.losses.kl_gradient" in chains
    assert {probe for tree in trees for probe, _ in replaced_probes(tree)} == {
        "kl",
        "sample",
        "scatter",
    }
    assert [name for tree in trees for name in locals_of_the_caller(tree)] == ["inputs"]


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
def test_nothing_of_the_key_is_shown(found, name):
    assert [line for line in key_lines() if line in found[name].shown] == []


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_its_author_reads_sentences(found, name):
    for sentence in found[name].sentences:
        assert sentence.endswith((".", "?", "…")) and 10 < len(sentence) <= 1000
        assert "Traceback" not in sentence and "\x1b" not in sentence


@pytest.mark.slow
def test_a_right_answer_in_the_place_of_a_forgery_gets_its_points(found):
    assert found[HONEST.name].gained == 2


@pytest.mark.slow
def test_nothing_was_unpickled(found):
    assert not Path("unpickled").exists() and not os.path.exists(Path.home() / "unpickled")
