"""A notebook's kernel gets the key's code that it builds on, and nothing else of the key."""

import json

import torch
from nbformat import v4

from autograder.assignment import Task
from autograder.checks import Outcome
from autograder.checks.by_task import CHECKS
from autograder.grading import Course, grade, submission_grader
from autograder.grading.key_code import extract_code, find_loaded_notebooks

USES_02 = 'from lab import load_answer\nf = load_answer("02_vae.ipynb", "f")'
LAB = "def load_answer(notebook, name):\n    return None"
LOOK = """
import json, os
folder = os.environ["LAB_ANSWERS"]
print(json.dumps({name: open(os.path.join(folder, name)).read() for name in os.listdir(folder)}))
def kl_loss(mean_z, logvar_z):
    return mean_z.sum()
"""


def code(source, **marks):
    metadata = {"nbgrader": {"grade_id": "x", **marks}} if marks else {}
    return v4.new_code_cell(source, metadata=metadata)


def notebook(*cells):
    return v4.new_notebook(cells=[code(cell) if isinstance(cell, str) else cell for cell in cells])


KEY = notebook(
    v4.new_markdown_cell("The answer is 42: a secret."),
    "import math\nHALF = 0.5\n# a secret",
    code("def f():\n    return HALF", solution=True),
    "print('a secret')",
    code("assert f() == 'a secret'", grade=True, points=1),
    v4.new_raw_cell("def a_secret(): pass"),
)


def test_only_code_to_build_on_is_kept():
    assert [cell.source for cell in extract_code(KEY).cells] == [
        "import math",
        "HALF = 0.5",
        "def f():\n    return HALF",
    ]


def test_a_notebook_builds_on_those_that_its_code_names():
    cells = [
        "VAE = load_answer('02_vae.ipynb', \"VAE\")\nf = load_answer( \"01_data.ipynb\", 'f')",
        v4.new_markdown_cell('load_answer("04_training.ipynb", "train")'),
        code('load_answer("03_loss.ipynb", "loss")', grade=True),
    ]
    assert find_loaded_notebooks(notebook(*cells)) == {"02_vae.ipynb", "01_data.ipynb"}


def run_it(student):
    student.probe("kl", inputs=[[torch.ones(1, 1), torch.ones(1, 1)]])
    return Outcome("runs", True, "It runs.")


def test_a_kernel_sees_the_keys_code_that_it_needs_and_the_students_own_notebooks(
    tmp_path, monkeypatch
):
    task = Task("x-test", "1", "x", "06_cvae.ipynb", 1, "auto")
    monkeypatch.setattr(submission_grader, "AUTO", (task,))
    monkeypatch.setitem(CHECKS, "x-test", (run_it,))
    own = notebook("mine = 1")
    folders = {
        "solutions": {"02_vae": KEY, "03_loss": KEY, "04_training": KEY},
        "release": {"06_cvae": notebook(code(USES_02, locked=True))},
        "ada": {"02_vae": own, "04_training": own, "06_cvae": notebook(USES_02, LOOK)},
    }
    for folder, files in folders.items():
        (tmp_path / folder).mkdir()
        for stem, content in files.items():
            (tmp_path / folder / f"{stem}.ipynb").write_text(json.dumps(content))
    (tmp_path / "solutions" / "lab.py").write_text(LAB)
    report = grade(tmp_path / "ada", course=Course(tmp_path / "solutions", tmp_path / "release"))
    shown = [
        output.text
        for cell in report.notebooks["06_cvae.ipynb"].cells
        for output in cell.get("outputs", ())
    ]
    seen = json.loads(next(text for text in shown if text.startswith("{")))
    assert seen.keys() == {"02_vae.ipynb", "04_training.ipynb"}
    assert "a secret" not in str(seen)
    assert "def f()" in seen["02_vae.ipynb"]
    assert "mine" in seen["04_training.ipynb"]
