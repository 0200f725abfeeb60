"""Write sample submissions, made of the release and the key.

- `python -m benchmarks.samples FOLDER` writes the submissions key, untouched and mistakes; one that
  is there already is kept.
- `python -m benchmarks.samples FOLDER STUDENTS` writes a class of so many students in nbgrader's
  layout, FOLDER/STUDENT/vae/; the folder must be new or empty.
"""

import functools
import random
import re
import shutil
import sys
from pathlib import Path

import nbformat

from autograder.assignment import AUTO, NOTEBOOKS
from autograder.notebook.cells import defined_names
from tests.mistakes.catalogue import CATALOGUE
from tests.mistakes.key import definitions
from tests.paths import RELEASE, SOLUTIONS

POINTS = sum(task.points for task in AUTO)
MARKS = ("### BEGIN SOLUTION", "### END SOLUTION")
IMPORTS = {
    "np": "import numpy as np",
    "F": "import torch.nn.functional as F",
    "plt": "import matplotlib.pyplot as plt",
    "nn": "from torch import nn",
    "math": "import math",
}
TYPICAL = (
    "02: sample, variance as σ",
    "03: mean over all",
    "04: train, no zero_grad",
    "05: scatterplot_latent, samples",
    "06: decode, label ignored",
)


def typical_mistakes():
    """List the catalogue's answers that the sample "mistakes" is made of."""
    return [answer for answer in CATALOGUE if str(answer) in TYPICAL]


def write_submission(folder, mistakes=()):
    """Write a submission: the release with the key's answers and weights.

    Args:
        folder: where, created if missing.
        mistakes: answers of the catalogue, in place of the key's.

    Returns:
        The folder, as a Path.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for name in NOTEBOOKS:
        answers = [answer for answer in mistakes if answer.notebook == name]
        nbformat.write(answered_notebook(name, answers), folder / name)
    for weights in SOLUTIONS.glob("*.pt"):
        shutil.copy(weights, folder)
    return folder


def answered_notebook(name, answers=()):
    """Return a released notebook with the key's answers, changed by these of the catalogue."""
    changed = changed_cells(name, answers)
    key = {
        cell.metadata.nbgrader.grade_id: cell.source
        for cell in read(SOLUTIONS / name)
        if is_solution(cell)
    }
    notebook = nbformat.read(RELEASE / name, as_version=4)
    for cell in notebook.cells:
        if is_solution(cell):
            source = key[cell.metadata.nbgrader.grade_id]
            lines = changed.get(source, source).splitlines()
            cell.source = "\n".join(line for line in lines if line.strip() not in MARKS)
    return notebook


def changed_cells(name, answers):
    """Return {source of the key's cell: source with the answers' changes} for one notebook."""
    before = definitions(name)
    after = dict(before)
    for answer in answers:
        answer.change(after)
    assert after.keys() == before.keys(), "a sample neither adds nor removes definitions"
    return {source: with_imports(name, after[definition]) for definition, source in before.items()}


def with_imports(name, source):
    """Return a cell for one notebook, below the imports that it needs and the notebook lacks."""
    present = set()
    for cell in read(RELEASE / name):
        if cell.cell_type == "code":
            present |= defined_names(cell.source)
    missing = [
        line
        for module, line in IMPORTS.items()
        if module not in present and re.search(rf"\b{module}\.", source)
    ]
    return "\n".join([*missing, source])


def read(path):
    """Return the cells of a notebook."""
    return nbformat.read(path, as_version=4).cells


def is_solution(cell):
    """Return whether students write this cell."""
    return cell.metadata.get("nbgrader", {}).get("solution", False)


SAMPLES = {
    "key": write_submission,
    "mistakes": lambda folder: write_submission(folder, typical_mistakes()),
    "untouched": lambda folder: shutil.copytree(RELEASE, folder),
}


def write_samples(folder):
    """Write the three samples below a folder, but for those that somebody may have worked in."""
    for name, write in SAMPLES.items():
        sample = Path(folder, name)
        if sample.exists():
            print(f"{sample} is there already and is kept; delete it to have it written anew.")
        else:
            write(sample)


def write_class(folder, size, seed=0):
    """Write the submissions of a class, about half of whose notebooks hold a mistake.

    Args:
        folder: where, one folder a student.
        size: number of students.
        seed: of the choice of mistakes.

    Returns:
        Student → ids of the tasks that must lose their points.
    """
    draw = random.Random(seed)
    costs = {}
    for number in range(size):
        student = f"student-{number + 1:0{len(str(size))}}"
        chosen = [draw.choice(_usable(name)) for name in NOTEBOOKS[1:-1] if draw.random() < 0.5]
        write_submission(Path(folder) / student / "vae", chosen)
        costs[student] = {cost for answer in chosen for cost in answer.costs}
    return costs


@functools.cache
def _usable(name):
    """List the catalogue's answers to a notebook that neither add nor remove definitions."""
    before = definitions(name).keys()
    usable = []
    for answer in CATALOGUE:
        if answer.notebook == name:
            after = definitions(name)
            answer.change(after)
            if after.keys() == before:
                usable.append(answer)
    return usable


def main(folder, students=None):
    """Write the three samples, or a class, and print which points to expect."""
    if students:
        if Path(folder).exists() and any(Path(folder).iterdir()):
            sys.exit(f"{folder} holds something already: name a new folder.")
        costs = write_class(folder, int(students))
        points = {student: POINTS - len(tasks) for student, tasks in costs.items()}
        print("\n".join(f"{student} should get {points[student]}" for student in costs))
    else:
        write_samples(folder)
        lines = [f"{folder}/mistakes should lose 1 point for each of:", *typical_mistakes()]
        print(*lines, sep="\n  ")


if __name__ == "__main__":
    main(*sys.argv[1:])
