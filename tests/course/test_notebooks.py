"""Tests of the master notebooks: each runs to its end; committed outputs are of a full run."""

import ast
import os
import re
import shutil
import subprocess
import sys

import nbformat
import pytest

from autograder.assignment import ANSWERS, AUTO, NOTEBOOKS, TARGETS, task
from tests.paths import SOLUTIONS


@pytest.fixture(scope="module")
def masters(tmp_path_factory):
    """A copy of the masters without weights; each notebook leaves there what the next one needs."""
    folder = tmp_path_factory.mktemp("vae")
    left_out = shutil.ignore_patterns("*.pt", "data", "__pycache__")
    shutil.copytree(SOLUTIONS, folder, dirs_exist_ok=True, ignore=left_out)
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("name", NOTEBOOKS)
def test_master_notebook_runs_without_an_error_in_the_quick_profile(masters, name):
    # lax: nbval looks at errors only, since numbers differ between profiles
    nbval = ["--nbval-lax", "--nbval-current-env", "--nbval-cell-timeout=300"]
    options = ["-q", *nbval, "-p", "no:cacheprovider", "--rootdir", str(masters)]
    environment = {**os.environ, "LAB_PROFILE": "quick"}
    environment.pop("MPLBACKEND", None)  # of the tests; Jupyter's kernels set their own
    result = subprocess.run(
        [sys.executable, "-m", "pytest", *options, name],
        cwd=masters,
        text=True,
        capture_output=True,
        env=environment,
    )
    assert result.returncode == 0, result.stdout[-3000:]


def read_cells(name):
    return nbformat.read(SOLUTIONS / name, as_version=4).cells


def code_cells(name):
    return [cell for cell in read_cells(name) if cell.cell_type == "code"]


def outputs_of(name):
    return [output for cell in code_cells(name) for output in cell.outputs]


def is_error_or_warning(output):
    return output.output_type == "error" or output.get("name") == "stderr"


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_committed_key_was_run_in_one_go_without_errors_or_warnings(name):
    counts = [cell.execution_count for cell in code_cells(name)]
    assert counts == list(range(1, len(counts) + 1))
    assert not [output for output in outputs_of(name) if is_error_or_warning(output)]


@pytest.mark.parametrize(
    ("name", "target"),
    [
        ("04_training.ipynb", "the test loss is about 5"),
        ("06_cvae.ipynb", "the test loss is about 4.1"),
    ],
)
def test_committed_key_reached_the_losses_on_all_of_mnist(name, target):
    printed = "".join(output.get("text", "") for output in outputs_of(name))
    assert f"Reached: {target}" in printed


@pytest.mark.parametrize("task_id, target", TARGETS.items())
def test_cells_of_the_targets_and_the_text_above_have_the_numbers_of_the_table(task_id, target):
    cells = read_cells(task(task_id).notebook)
    ids = [cell.metadata.get("nbgrader", {}).get("grade_id") for cell in cells]
    code_index = ids.index(task_id)
    text, code = cells[code_index - 1].source, cells[code_index].source
    limits = {
        node.comparators[0].id: (node.left.value, node.comparators[1].value)
        for node in ast.walk(ast.parse(code))
        if isinstance(node, ast.Compare)
    }
    assert limits == {"recon": target.reconstruction, "kl": target.kl}
    for prose in (text, code):
        said = re.findall(r"between ([\d.]*\d) and ([\d.]*\d)", prose)
        assert [tuple(map(float, pair)) for pair in said] == list(limits.values())
    assert f"the test loss is about {target.loss:g}." in code
    assert f"{target.published_train[0]:.3f} on the training" in text
    assert f"{target.published_test:.3f} on the test" in text


@pytest.mark.parametrize("each", AUTO, ids=lambda each: each.id)
def test_a_test_cell_ends_with_the_checks_of_its_own_task(each):
    (cell,) = [
        cell
        for cell in code_cells(each.notebook)
        if cell.metadata.get("nbgrader", {}).get("grade_id") == each.id
    ]
    assert cell.source.splitlines()[-1] == f'check("{each.id}")'
    assert max(map(len, cell.source.splitlines())) <= 88


def test_committed_key_stays_under_4_megabytes():
    assert sum(path.stat().st_size for path in SOLUTIONS.iterdir() if path.is_file()) < 4e6


def test_fixed_names_are_each_defined_once_in_the_notebook_of_the_table():
    found = {}
    for name in NOTEBOOKS:
        for cell in code_cells(name):
            for defined in re.findall(r"^(?:def|class) (\w+)", cell.source, re.M):
                found.setdefault(defined, []).append(name)
    expected = {name: [notebook] for name, notebook in ANSWERS.items()}
    assert {name: found.get(name) for name in ANSWERS} == expected


def prose_cells(name):
    """The text cells of a notebook without questions and answers."""
    for cell in read_cells(name):
        if cell.cell_type == "markdown" and not cell.metadata.get("nbgrader", {}).get("grade"):
            yield cell


def test_prose_names_only_functions_files_and_arguments_that_exist():
    sources = [cell.source for name in NOTEBOOKS for cell in code_cells(name)]
    helpers = [path.read_text() for path in SOLUTIONS.glob("*.py")]
    existing = "\n".join([*sources, *NOTEBOOKS, *helpers, "YOUR CODE HERE"])
    for name in NOTEBOOKS:
        for cell in prose_cells(name):
            phrases = re.findall(r"(?<!`)`([^`\n]+)`(?!`)", cell.source)
            words = [
                word
                for phrase in phrases
                for word in re.findall(r"\w+\.(?:pt|ipynb)|\w{3,}", phrase)
            ]
            assert [word for word in words if word not in existing] == [], name


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_prose_cells_are_short(name):
    for cell in prose_cells(name):
        is_table_or_hint = "|" in cell.source or "<details>" in cell.source
        if not cell.metadata.get("nbgrader") and not is_table_or_hint:
            words = len(re.sub(r"```.*?```|\$\$.*?\$\$", "", cell.source, flags=re.S).split())
            assert words <= 90, f"{words} words: {cell.source[:60]}"
