"""Whatever happens to the notebooks: grading ends, 0 ≤ score ≤ 14, intact answers keep points.

`FUZZ_EXAMPLES=5000 pytest tests/submission/test_fuzz.py` tries as many, other ones in each run.
"""

import ast
import copy
import json
import os
import re
from collections import Counter
from dataclasses import dataclass

import nbformat
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autograder.assignment import ANSWERS, AUTO, NOTEBOOKS
from autograder.checks import Outcome
from autograder.grading import Course, grade, grade_submission, submission_grader
from autograder.notebook.cells import is_run
from autograder.submission import read_submission, restore_all
from autograder.submission.folder import SubmissionError
from benchmarks.samples import write_submission
from tests.mistakes.judge import DECIDES
from tests.mistakes.key import definitions
from tests.paths import RELEASE
from tests.submission.mutated_cells import CELLS
from tests.submission.mutated_fields import FIELDS
from tests.submission.mutated_files import FILES, Style
from tests.submission.mutated_notebook import MutatedNotebook, is_python

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", 0))
COUNTS = Counter()
NUMBER = st.integers(0, 10**6)
STEPS = st.lists(st.tuples(st.sampled_from(CELLS + FIELDS), NUMBER, NUMBER), max_size=6)


class Unstarted:
    """Stands for a notebook's run: remembers the cells that would run."""

    def __init__(self, name, sources, folder, env, deadline, python):
        self.sources, self.outputs, self.notes = sources, [()] * len(sources), []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass


def trees(sources):
    """{name: syntax of its last definition} in these sources."""
    found = {}
    for source in sources:
        if is_python(source):
            found |= {
                node.name: ast.dump(node)
                for node in ast.parse(source).body
                if hasattr(node, "name")
            }
    return found


KEY = {
    name: tree
    for notebook in NOTEBOOKS
    for name, tree in trees(definitions(notebook).values()).items()
    if ANSWERS.get(name) == notebook
}


def intact(names):
    """A check that these names are defined as in the key."""

    def check(student):
        found = trees(student.sources)
        wrong = [name for name in names if found.get(name) != KEY[name]]
        return Outcome("intact", not wrong, f"not as in the key: {wrong}")

    return check


TASK_CHECKS = {task.id: (intact(DECIDES[task.id]),) for task in AUTO}


@dataclass(frozen=True, repr=False)
class Submitted:
    """The JSON of the notebooks of a right submission."""

    notebooks: dict


@pytest.fixture(scope="module")
def submitted(tmp_path_factory):
    folder = write_submission(tmp_path_factory.mktemp("right"))
    return Submitted(
        {
            name: with_texts(json.loads((folder / name).read_text(encoding="utf-8")))
            for name in NOTEBOOKS
        }
    )


def with_texts(notebook):
    """The notebook with sources that are texts, not lists of lines, as the mutations need them."""
    return notebook | {
        "cells": [{**cell, "source": "".join(cell["source"])} for cell in notebook["cells"]]
    }


@pytest.fixture(scope="module")
def no_kernels():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(submission_grader, "NotebookRun", Unstarted)
        patch.setattr(submission_grader, "CHECKS", TASK_CHECKS)
        # CPython 3.11 cannot parse in two threads, and the checks here parse.
        patch.setattr(grade_submission, "NOTEBOOKS_AT_ONCE", 1)
        yield


@dataclass(frozen=True)
class Damage:
    """What happens to one notebook.

    Attributes:
        notebook: its name.
        steps: (mutation, number, number) for each change of its cells.
        style: how it is written to a file.
        file: (mutation, number, number) for the file.
    """

    notebook: str
    steps: list
    style: Style
    file: tuple

    def apply(self, notebook):
        """The file's bytes, and the names that are lost."""
        names = frozenset(name for name in KEY if ANSWERS[name] == self.notebook)
        mutated = MutatedNotebook(copy.deepcopy(notebook), names)
        for step, a, b in self.steps:
            mutated.apply(step, a, b)
            COUNTS[step.__name__] += 1
        step, a, b = self.file
        COUNTS[step.__name__] += 1
        return step(mutated, self.style.pieces(mutated), a, b), mutated.lost


STYLES = st.builds(
    Style,
    st.booleans(),
    st.sampled_from([None, 1]),
    st.booleans(),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.sampled_from(["utf-8"] * 4 + ["utf-16-le", "utf-16-be"]),
)
DAMAGE = st.builds(
    Damage,
    st.sampled_from(NOTEBOOKS + NOTEBOOKS[1:6]),
    STEPS,
    STYLES,
    st.tuples(st.sampled_from(FILES), NUMBER, NUMBER),
)
RENAMED = (
    "{} (1).ipynb",
    "{}-Copy1.ipynb",
    "Copy of {}.ipynb",
    "{}.IPYNB",
    "Ada_{}_final.ipynb",
    "{}.ipynb.txt",
)
LOCATIONS = st.tuples(
    st.sampled_from(["", "vae", "a/b c"]),
    st.sampled_from(["{}.ipynb"] * 4 + list(RENAMED)),
    st.booleans(),
)


def fuzzed(examples):
    """Settings of a test with so many examples, or as many as were asked for."""
    return settings(
        max_examples=EXAMPLES or examples,
        deadline=None,
        derandomize=not EXAMPLES,
        database=None,
        suppress_health_check=list(HealthCheck),
        report_multiple_bugs=False,
    )


@fuzzed(300)
@given(
    st.lists(DAMAGE, min_size=1, max_size=3, unique_by=lambda damage: damage.notebook), LOCATIONS
)
def test_intact_answers_are_read_and_run(submitted, tmp_path_factory, damages, location):
    folder, name, beside_release = location
    top = tmp_path_factory.mktemp("damaged")
    lost = write(
        top / folder,
        {each.notebook: submitted.notebooks[each.notebook] for each in damages},
        damages,
        name,
        beside_release,
    )
    COUNTS["read"] += 1
    try:
        submission = restore_all(read_submission(top), Course().released)
    except SubmissionError:
        assert lost >= {
            name
            for name, each in ANSWERS.items()
            if each in {damage.notebook for damage in damages}
        }
        return
    found = {}
    for each, notebook in submission.notebooks.items():
        nbformat.validate(notebook)
        defined = trees(cell.source for cell in notebook.cells if is_run(cell))
        found |= {name: tree for name, tree in defined.items() if ANSWERS.get(name) == each}
    handed_in = {
        name for name, each in ANSWERS.items() if each in {damage.notebook for damage in damages}
    }
    COUNTS["intact answers"] += len(handed_in - lost)
    assert not {name for name in handed_in - lost if found.get(name) != KEY[name]}, submission.notes
    for note in submission.notes:
        assert re.fullmatch(r"\S.*[.]", note, re.DOTALL), note


@fuzzed(20)
@given(st.lists(DAMAGE, max_size=3, unique_by=lambda damage: damage.notebook), LOCATIONS)
def test_intact_answers_keep_their_points(
    submitted, no_kernels, tmp_path_factory, damages, location
):
    folder, name, beside_release = location
    top = tmp_path_factory.mktemp("damaged")
    lost = write(top / folder, submitted.notebooks, damages, name, beside_release)
    COUNTS["graded"] += 1
    report = grade(top)
    assert 0 <= report.score <= report.max_score == 14
    for result in report.results:
        points = result.task.points
        assert result.passed or not points or lost & set(DECIDES[result.task.id]), (
            result.outcomes,
            report.notes,
        )
    for damage in damages:
        nbformat.validate(report.notebooks[damage.notebook])


def write(folder, submitted, damages, name, beside_release):
    """Write the seven notebooks, some damaged, under such names; what is lost."""
    folder.mkdir(parents=True, exist_ok=True)
    lost, by_notebook = set(), {damage.notebook: damage for damage in damages}
    for each, notebook in submitted.items():
        data = json.dumps(notebook).encode()
        if each in by_notebook:
            data, names = by_notebook[each].apply(notebook)
            lost |= names
        stem = each.removesuffix(".ipynb")
        (folder / name.format(stem)).write_bytes(data)
        if beside_release and name != "{}.ipynb":
            (folder / each).write_bytes((RELEASE / each).read_bytes())
    return lost


def test_each_kind_of_damage_was_tried(last_line):
    """Counts what the tests above have drawn."""
    read, graded = COUNTS.pop("read"), COUNTS.pop("graded")
    kinds = ", ".join(f"{count} {name}" for name, count in sorted(COUNTS.items()))
    last_line(f"Damaged submissions: {read} read and restored, {graded} graded ({kinds})")
    assert min(COUNTS.values()) >= 30
