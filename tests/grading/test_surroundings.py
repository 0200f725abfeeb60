"""What surrounds a right answer in its cell costs nothing; an error in the answer still does."""

import itertools
import json
import re

import pytest
import torch

from autograder.assignment import TARGETS
from autograder.grading import grade, notebook_run
from autograder.grading.notebook_run import NotebookRun
from autograder.grading.submission_time import SubmissionTime
from autograder.probes.student import StudentError
from benchmarks.samples import write_submission

KL = "def kl_loss(m, l):\n    return HALF * m.sum()"
SETUP = "import torch\nHALF = 0.5"
INPUTS = [[torch.full((1, 1), 2.0), torch.zeros(1, 1)]]
# Lines above an answer in its cell, and words of the note on them; None where the cell just runs.
ABOVE = {
    "import seaborn as sns": "No module named 'seaborn'",
    "from google.colab import drive\ndrive.mount('/content/drive')": "No module named 'google'",
    "from torch.utils.tensorboard import SummaryWriter\nwriter = SummaryWriter()": "tensorboard",
    "import matplotlib\nmatplotlib.use('Qt5Agg')": "`matplotlib.use('Qt5Agg')`",
    "%matplotlib widget": "`%matplotlib widget`",
    "%load_ext tensorboard\n%tensorboard --logdir runs": "`%load_ext tensorboard`",
    "import os\nos.chdir('/content/drive/MyDrive')": "FileNotFoundError",
    "assert torch.cuda.is_available()": "AssertionError",
    "torch.zeros(1).cuda()": "there is no GPU here: use device",
    "%%time": None,
    "%%time\nimport seaborn": "No module named 'seaborn'",
    "# below a comment\n%%time": "`%%time`",
    "%%timeit": "ran without %%timeit, which keeps no definitions",
    "!no-such-command install seaborn": None,
    "import sys; sys.exit()": "SystemExit",
    "import no_such_module; import math": "No module named 'no_such_module'",
    "\n\n1 / 0": "ZeroDivisionError",
    "return": "'return' outside function",
}


def answer(number, source=KL):
    """The answer under a name of its own, so that one notebook holds many of them."""
    return source.replace("kl_loss", f"kl_loss_{number}")


@pytest.fixture(scope="module")
def start(tmp_path_factory):
    """A function that makes a NotebookRun of these cells."""

    def start_run(*cells):
        folder = tmp_path_factory.mktemp("work")
        return NotebookRun("03_loss.ipynb", list(cells), folder, {}, SubmissionTime())

    return start_run


def asked(run):
    """Call the notebook's kl_loss and return its value."""
    return run.probe("kl", inputs=INPUTS)["values"][0].item()


@pytest.fixture(scope="module")
def many(start):
    """A run of one notebook with all cells of ABOVE, and the values of their answers."""
    cells = [f"{above}\n{answer(number)}" for number, above in enumerate(ABOVE)]
    names = [f"kl_loss_{number}" for number in range(len(ABOVE))]
    call_all = (
        f"def kl_loss(m, l):\n    answers = map(globals().get, {names})\n"
        "    return torch.stack([each(m, l) if each else -m.sum() for each in answers])"
    )
    with start(SETUP, *cells, call_all) as run:
        yield run.probe("kl", inputs=INPUTS)["values"][0].tolist(), run.notes


@pytest.mark.parametrize("above, said", ABOVE.items(), ids=map(repr, ABOVE))
def test_an_answer_counts_whatever_fails_above_it_in_its_cell(many, above, said):
    values, notes = many
    number = list(ABOVE).index(above)
    assert values[number] == 1
    own = [note for note in notes if f"code cell {number + 2} " in note]
    assert len(own) == (said is not None)
    if said:
        assert said in own[0]


FAILING = {
    "an error in the definition": (
        [f"import seaborn\n@torch.no_such_decorator\n{KL}"],
        "the cell that defines kl_loss raised AttributeError: module 'torch' has no attribute "
        "'no_such_decorator' (line 2 of the cell, `@torch.no_such_decorator`)",
    ),
    "an error in a call": (
        ["import seaborn\ndef kl_loss(m, l):\n    return m.no_such_method()"],
        "kl_loss raised AttributeError: 'Tensor' object has no attribute 'no_such_method' (line 3",
    ),
    "a constant that cannot be computed": (
        [f"import seaborn\nHALF = 1 / 0\n{KL}"],
        "the cell that defines HALF raised ZeroDivisionError: division by zero (line 2 of the cell",
    ),
    "a module that the answer uses": (
        ["import seaborn as sns\ndef kl_loss(m, l):\n    return sns.kl(m, l)"],
        "the cell that defines sns raised ModuleNotFoundError: No module named 'seaborn'",
    ),
    "a GPU that the answer asks for": (
        ["def kl_loss(m, l):\n    return m.cuda()"],
        "kl_loss asks for a GPU (line 2 of the cell, `return m.cuda()`), and there is no GPU here: "
        "use device",
    ),
    "two versions in one cell": (
        [f"<<<<<<< HEAD\n{KL}\n=======\n{KL}\n>>>>>>> theirs"],
        "the cell that defines kl_loss has conflict marks of git, first in line 1: keep one of the "
        "two versions",
    ),
    "a magic that is not there": (
        ["kl_loss = %no_such_magic 1"],
        "(line 1 of the cell, `kl_loss = %no_such_magic 1`)",
    ),
    "a cell that is not Python": (
        [f"x = = 1\n{KL}"],
        "the cell that defines kl_loss raised SyntaxError: invalid syntax (line 1 of the cell)",
    ),
}


@pytest.mark.parametrize("cells, sentence", FAILING.values(), ids=FAILING)
def test_an_error_of_the_answer_itself_fails_with_its_sentence(start, cells, sentence):
    with start("import torch", *cells) as run, pytest.raises(StudentError) as caught:
        asked(run)
    assert sentence in str(caught.value)
    assert "fork" not in str(caught.value)


def test_constants_and_helpers_that_an_answer_needs_run_too_and_nothing_else_runs_twice(start):
    cell = (
        "from functools import partial\nruns = []\nruns.append(1)\n1 / 0\nruns.insert(0, 2)\n"
        "SCALE = 2 / 4\nscaled = partial(torch.mul, SCALE)\nshown = print('never')\n"
        "def kl_loss(m, l):\n    return scaled(m.sum()) + 10 * len(runs)"
    )
    with start("import torch", cell) as run:
        assert asked(run) == 11
        names = "SCALE, kl_loss, scaled"
        assert run.notes[0].endswith(f"its imports and definitions were run alone: {names}.")


def test_an_answer_below_a_training_that_takes_too_long_counts(start, monkeypatch):
    monkeypatch.setattr(notebook_run, "CELL_SECONDS", 2)
    with start(SETUP, f"while True:\n    pass\n{KL}") as run:
        assert asked(run) == 1
    assert "took longer than 2 s" in run.notes[0]


def test_an_answer_below_a_line_that_ends_the_kernel_counts(start):
    with start(SETUP, f"import os\nos._exit(3)\n{KL}") as run:
        assert asked(run) == 1
    assert "(exit code 3)" in run.notes[0]
    assert "were run alone: kl_loss, os" in run.notes[1]


def test_a_cell_of_which_every_part_ends_the_kernel_is_left_out(start):
    cells = [SETUP, f"import os\n{KL}\nclass A:\n    os._exit(3)"]
    with start(*cells) as run, pytest.raises(StudentError, match="kl_loss is not defined"):
        asked(run)
    assert len(run.notes) == 1


def test_torch_compile_gives_what_it_is_given(start):
    compiled = f"@torch.compile\n{KL}\ntorch.compile(torch.nn.Linear(1, 1))(torch.ones(1))"
    with start(SETUP, compiled) as run:
        assert asked(run) == 1
    assert run.notes == []


@pytest.mark.slow
def test_every_answer_of_the_key_counts_below_lines_that_fail(tmp_path):
    write_submission(tmp_path)
    (tmp_path / "utils.py").write_text("HALF = 0.5")
    above = itertools.cycle([*ABOVE, "import os\nos.chdir('/content')\nfrom utils import *"])
    for path in tmp_path.glob("*.ipynb"):
        notebook = json.loads(path.read_text(encoding="utf-8"))
        for cell in notebook["cells"]:
            source = "".join(cell["source"])
            is_open = not cell["metadata"].get("nbgrader", {}).get("locked")
            if cell["cell_type"] == "code" and is_open and re.search("^(def|class) ", source, re.M):
                cell["source"] = f"{next(above)}\n{source}"
        path.write_text(json.dumps(notebook), encoding="utf-8")
    report = grade(tmp_path)
    lost = [result.task.id for result in report.results if not result.score]
    assert sorted(lost) == sorted(TARGETS)  # they are worth nothing
    assert sum("were run alone" in note for note in report.notes) >= 8
