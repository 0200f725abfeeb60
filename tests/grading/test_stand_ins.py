"""What later notebooks load is the student's own or a stand-in, and nothing of the key."""

import json

import nbformat
import pytest
import torch
from nbformat import v4

from autograder.assignment import AUTO, Task
from autograder.checks import Outcome
from autograder.checks.by_task import CHECKS
from autograder.grading import Course, grade, grade_submission
from autograder.grading.stand_ins import STAND_INS, find_loaded_notebooks, with_stand_ins
from autograder.probes.student import InProcess
from tests.forgeries.students import complaints
from tests.mistakes.key import namespace, stand_ins
from tests.paths import RELEASE

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


RELEASED = notebook(
    v4.new_markdown_cell("A text."),
    "import math\nHALF = 0.5\n# a comment",
    code(
        "def f():\n    x = HALF\n    # YOUR CODE HERE\n    raise NotImplementedError()",
        solution=True,
    ),
    "print('shown')",
    code("assert f() == 'tested'", grade=True, points=1),
    v4.new_raw_cell("def raw(): pass"),
)


def test_stand_ins_fill_the_answers_of_a_released_notebook_and_only_its_code_is_kept(monkeypatch):
    monkeypatch.setitem(STAND_INS, "f", "return -x")
    assert [cell.source for cell in with_stand_ins(RELEASED).cells] == [
        "import math",
        "HALF = 0.5",
        "def f():\n    x = HALF\n    # YOUR CODE HERE\n    return -x",
    ]


def loaded_notebooks():
    """Return the released notebooks that others load answers from."""
    released = [nbformat.read(path, as_version=4) for path in sorted(RELEASE.glob("*.ipynb"))]
    names = set().union(*map(find_loaded_notebooks, released))
    return {name: nbformat.read(RELEASE / name, as_version=4) for name in names}


def test_every_answer_that_later_notebooks_load_has_a_stand_in():
    assert loaded_notebooks().keys() == {"02_vae.ipynb", "03_loss.ipynb"}
    for released in loaded_notebooks().values():
        sources = "\n".join(cell.source for cell in with_stand_ins(released).cells)
        assert "NotImplementedError" not in sources


@pytest.mark.parametrize("name", ["02_vae.ipynb", "03_loss.ipynb"])
def test_a_stand_in_earns_no_point(name):
    student = InProcess(namespace(name, stand_ins(name)))
    for task in AUTO:
        if task.notebook == name:
            assert complaints(task.id, student), task.id


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


def test_a_kernel_sees_stand_ins_and_the_students_own_notebooks(tmp_path, monkeypatch):
    task = Task("x-test", "1", "x", "06_cvae.ipynb", 1, "auto")
    monkeypatch.setattr(grade_submission, "AUTO", (task,))
    monkeypatch.setitem(CHECKS, "x-test", (run_it,))
    monkeypatch.setitem(STAND_INS, "f", "return -x")
    own, key = notebook("mine = 1"), notebook("def f():\n    return 'a secret'")
    folders = {
        "solutions": {"02_vae": key, "03_loss": key, "04_training": key},
        "release": {"02_vae": RELEASED, "06_cvae": notebook(code(USES_02, locked=True))},
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
    assert "return -x" in seen["02_vae.ipynb"]
    assert "mine" in seen["04_training.ipynb"]
