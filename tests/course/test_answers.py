"""Tests of answers.py: load_answer takes what the grader takes, and says of the rest what to do."""

import importlib.util

import nbformat
import pytest
import torch
from nbformat.v4 import new_code_cell, new_notebook

from autograder.grading.notebook_run import NotebookRun
from autograder.grading.submission_time import SubmissionTime
from tests.paths import SOLUTIONS


def write(path, *sources):
    """Write a notebook with these code cells."""
    nbformat.write(new_notebook(cells=[new_code_cell(source) for source in sources]), path)


@pytest.fixture
def answers(monkeypatch, tmp_path):
    """The module, imported afresh, in an empty current folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LAB_PROFILE", "full")
    spec = importlib.util.spec_from_file_location("answers_afresh", SOLUTIONS / "answers.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def load(answers, tmp_path):
    """A function that writes cells as a notebook and loads a name from it."""

    def load_from(*sources, name="answer"):
        write(tmp_path / "a.ipynb", *sources)
        return answers.load_answer("a.ipynb", name)

    return load_from


ADD = "def kl_loss(m, l):\n    return {} * m.sum()"
# Forms of one answer, which is a kl_loss that gives half the sum of the means.
FORMS = {
    "a constant": ["import torch", "HALF = 0.5", ADD.format("HALF")],
    "a constant that is computed": ["HALF = 1 / 2", ADD.format("HALF")],
    "two constants at once": ["HALF, TWO = 1 / 2, 2", ADD.format("HALF")],
    "constants in a list": ["[HALF, *others] = [0.5, 1, 2]", ADD.format("HALF")],
    "an annotated constant": ["HALF: float = 1 / 2", ADD.format("HALF")],
    "a constant that is built up": ["HALF = 1\nHALF /= 2", ADD.format("HALF")],
    "a constant in a condition": ["if True:\n    HALF = 0.5", ADD.format("HALF")],
    "a constant under the guard of a script": [
        "if __name__ == '__main__':\n    HALF = 0.5",
        ADD.format("HALF"),
    ],
    "a constant in a loop": ["for HALF in (1, 0.5):\n    pass", ADD.format("HALF")],
    "a constant that is named in passing": ["print(HALF := 0.5)", ADD.format("HALF")],
    "a constant that a function sets": [
        "def set_up():\n    global HALF\n    HALF = 0.5",
        "def kl_loss(m, l):\n    set_up()\n    return HALF * m.sum()",
    ],
    "a list that is filled": ["sizes = []\nsizes.append(0.5)", ADD.format("sizes[0]")],
    "a dict that is filled": ["sizes = {}", "sizes['half'] = 0.5", ADD.format("sizes['half']")],
    "an alias of a class": [
        "import torch",
        "Normal = torch.distributions.Normal",
        "half = Normal(0.5, 1).mean",
        ADD.format("half"),
    ],
    "a lambda": ["half = lambda x: x / 2", "def kl_loss(m, l):\n    return half(m).sum()"],
    "a partial function": [
        "from functools import partial",
        "half = partial(pow, 2)",
        "def kl_loss(m, l):\n    return m.sum() * half(-1)",
    ],
    "an answer that is a lambda": ["kl_loss = lambda m, l: m.sum() / 2"],
    "an answer that is an alias": ["def mine(m, l):\n    return m.sum() / 2", "kl_loss = mine"],
    "an answer that is a partial function": [
        "import functools",
        "def mine(factor, m, l):\n    return factor * m.sum()\n",
        "kl_loss = functools.partial(mine, 0.5)",
    ],
    "an answer in a condition": [
        "import torch",
        f"if torch.cuda.is_available():\n    kl_loss = None\nelse:\n    {ADD.format(0.5)}".replace(
            "\n    return", "\n        return"
        ),
    ],
    "an object that can be called": [
        "class KL:\n    def __call__(self, m, l):\n        return m.sum() / 2",
        "kl_loss = KL()",
    ],
    "an import that is tried": [
        "try:\n    from no_such_module import HALF\nexcept ImportError:\n    HALF = 0.5",
        ADD.format("HALF"),
    ],
    "an import that fails, and that nobody needs": ["import no_such_module", ADD.format(0.5)],
    "an import that fails above the answer": [f"import no_such_module\n{ADD.format(0.5)}"],
    "an import of everything": ["from math import *", ADD.format("cos(pi / 3)")],
    "a decorator of one's own": [
        "def halved(f):\n    return lambda m, l: f(m, l) / 2",
        f"@halved\n{ADD.format(1)}",
    ],
    "a decorator of the library": ["import torch", f"@torch.no_grad()\n{ADD.format(0.5)}"],
    "a default value": ["HALF = 0.5", "def kl_loss(m, l, by=HALF):\n    return by * m.sum()"],
    "a function in a function": [
        "def kl_loss(m, l):\n    def half(x):\n        return x / 2\n    return half(m.sum())"
    ],
    "a method that is added": [
        "class KL:\n    pass",
        "def forward(self, m):\n    return m.sum() / 2",
        "KL.forward = forward",
        "def kl_loss(m, l):\n    return KL().forward(m)",
    ],
    "a data class with annotations": [
        "from dataclasses import dataclass",
        "@dataclass\nclass Options:\n    half: 'float' = 0.5",
        ADD.format("Options().half"),
    ],
    "a cell that is timed": [f"%%time\n{ADD.format(0.5)}"],
    "a cell that is timed often": [f"%%timeit\n{ADD.format(0.5)}"],
    "magics around it": [f"%matplotlib inline\n!true\n{ADD.format(0.5)}\n%pwd"],
    "the last of two": [ADD.format(3), ADD.format(0.5)],
    "a stub above it": ["def kl_loss(m, l):\n    raise NotImplementedError()", ADD.format(0.5)],
    "an exception for what is not there": [
        "def kl_loss(m, l):\n    if m is None:\n        raise NotImplementedError()\n"
        "    return m.sum() / 2"
    ],
    "a base class that leaves a method open": [
        "class Base:\n    def half(self, m):\n        raise NotImplementedError()",
        "class Mine(Base):\n    def half(self, m):\n        return m / 2",
        "def kl_loss(m, l):\n    return Mine().half(m.sum())",
    ],
}
# Cells that no grading can take either, and words of the sentence on them.
REFUSED = {
    "nothing": (["x = 1"], "kl_loss in a.ipynb is not defined: define it there"),
    "a stub": (
        ["def kl_loss(m, l):\n    raise NotImplementedError()"],
        "kl_loss in a.ipynb still holds `raise NotImplementedError()`: write your answer there",
    ),
    "a stub that it needs": (
        [
            "def helper():\n    raise NotImplementedError()",
            "def kl_loss(m, l):\n    return helper()",
        ],
        "kl_loss in a.ipynb needs helper, which still holds `raise NotImplementedError()`",
    ),
    "no Python": (
        ["x = 1\ndef kl_loss(:\n    pass"],
        "is not defined (line 2 of its cell: invalid syntax): define it there",
    ),
    "two versions in one cell": (
        [f"<<<<<<< HEAD\n{ADD.format(0.5)}\n=======\n{ADD.format(1)}\n>>>>>>> theirs"],
        "is not defined (its cell has conflict marks of git: keep one of the two versions)",
    ),
    "an error as it is defined": (
        ["@nothing\ndef kl_loss(m, l):\n    return 1"],
        "fails with NameError: name 'nothing' is not defined in `def kl_loss(m, l):`: correct that",
    ),
    "a constant that cannot be computed": (
        ["HALF = 1 / 0", ADD.format("HALF")],
        "needs HALF, which fails with ZeroDivisionError: division by zero in `HALF = 1 / 0`: "
        "correct that",
    ),
    "a module that is not there": (
        ["%pwd\nimport no_such_module as nsm", ADD.format("nsm.half")],
        "needs nsm, which fails with ModuleNotFoundError: No module named 'no_such_module' in "
        "`import no_such_module as nsm`: correct that",
    ),
    "a magic that is not there": (
        ["half = %no_such_magic", ADD.format("half")],
        "in `half = %no_such_magic`: correct that",
    ),
    "a name that is nowhere": (
        [ADD.format("HALF")],
        "needs HALF, which no cell of it defines: define it there",
    ),
    "a name in a cell that is no Python": (
        ["HALF = = 0.5", ADD.format("HALF")],
        "needs HALF, which no cell of it defines (line 1 of its cell: invalid syntax): define",
    ),
    "a name that only a program's cell has": (
        ["%%bash\nHALF=0.5", ADD.format("HALF")],
        "needs HALF, which no cell of it defines: define it there",
    ),
}


# Lines that keep what the answer above them gives, and take away all names of its cells.
KEEP = """import builtins, torch
mean = torch.tensor([[2.0]])
try:
    value = float(kl_loss(mean, mean))
except Exception:
    value = -1.0
builtins.values = [*getattr(builtins, "values", []), value]"""
CLEAN = (
    "for name in [name for name in globals() if name[0] != '_' and name != 'get_ipython']:\n"
    "    del globals()[name]"
)
ALL_VALUES = "import torch\ndef kl_loss(m, l):\n    return torch.tensor(values)"


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """What the answers of FORMS and REFUSED give in a kernel of the grader, one after the other."""
    cells = []
    for form in [*FORMS.values(), *(cells for cells, _ in REFUSED.values())]:
        cells += [*form, KEEP, CLEAN]
    folder = tmp_path_factory.mktemp("work")
    cells = [*cells, ALL_VALUES]
    with NotebookRun("03_loss.ipynb", cells, folder, {}, SubmissionTime()) as run:
        inputs = [[torch.zeros(1, 1), torch.zeros(1, 1)]]
        return run.probe("kl", inputs=inputs)["values"][0].tolist()


@pytest.mark.parametrize("form", FORMS)
def test_load_answer_and_the_grader_take_the_same_forms(load, graded, form):
    mean = torch.tensor([[2.0]])
    assert load(*FORMS[form], name="kl_loss")(mean, mean).item() == 1
    assert graded[list(FORMS).index(form)] == 1


@pytest.mark.parametrize("form", REFUSED)
def test_what_neither_takes_is_one_sentence_with_the_name_and_the_way_out(
    answers, load, graded, form
):
    cells, sentence = REFUSED[form]
    with pytest.raises(answers.LabError) as error:
        load(*cells, name="kl_loss")
    message = str(error.value)
    assert sentence in message and "\n" not in message
    assert message.endswith(", then save it (Ctrl+S) and run this cell again.")
    assert error.value._render_traceback_() == [f"LabError: {message}"]
    assert graded[len(FORMS) + list(REFUSED).index(form)] == -1


def test_only_what_the_answer_needs_runs(load):
    answer = load(
        "import math\nscale = 2",
        "raise SystemExit  # a cell that must not run",
        "def helper(x):\n    return scale * math.sqrt(x)",
        "1 / 0\nunused = 1 / 0",
        "def answer(x):\n    return helper(x)",
    )
    assert answer(9) == 6


def test_no_training_runs(answers, load):
    training = "def train(model):\n    raise SystemExit"
    using = "def answer(z):\n    return vae.decode(z)"
    with pytest.raises(answers.LabError, match="needs vae, which comes from a training, `vae = tr"):
        load(training, "vae = train(VAE())", using)
    assert load(training, "train = staticmethod(train)", name="train")


def test_while_grading_a_name_that_is_missing_costs_only_what_uses_it(load, monkeypatch):
    monkeypatch.setenv("LAB_PROFILE", "grading")
    cells = ["import no_such_module as nsm", "def answer(x):\n    return x if x else nsm.draw(y)"]
    assert load(*cells)(3) == 3


def test_the_sentence_of_an_even_earlier_notebook_comes_through(answers, load, tmp_path):
    write(tmp_path / "b.ipynb", "x = 1")
    loading = "def load_answer(*_):\n    raise LabError('b is open')"
    answers.builtins.LabError = answers.LabError
    try:
        with pytest.raises(answers.LabError, match="^b is open$"):
            load(loading, "B = load_answer('b.ipynb', 'B')", "class answer(B):\n    pass")
    finally:
        del answers.builtins.LabError


def test_a_traceback_shows_the_lines_of_the_cell(load):
    answer = load("def answer(x):\n    y = 1\n    return x / 0")
    with pytest.raises(ZeroDivisionError) as error:
        answer(1)
    assert "return x / 0" in str(error.traceback[-1].frame.code.fullsource)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"cells": 3}', b"\xff\xfe"])
def test_an_unreadable_notebook_is_one_sentence(answers, tmp_path, content):
    (tmp_path / "a.ipynb").write_bytes(content)
    with pytest.raises(answers.LabError, match="cannot be read as a notebook"):
        answers.load_answer("a.ipynb", "answer")
    with pytest.raises(answers.LabError, match="not beside this notebook"):
        answers.load_answer("b.ipynb", "answer")
