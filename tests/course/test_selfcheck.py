"""Tests of the check of all notebooks: each task's standing, from outputs that a run has left."""

import re
import shutil
import subprocess
import sys
import time

import pytest

from autograder.assignment import TARGETS, TASKS
from tests.checks.weights_world import needs_mnist
from tests.course.small_cells import code, words
from tests.paths import RELEASE, SOLUTIONS

LOADS = 'VAE = load_answer("02_vae.ipynb", "VAE")'
LAB_ERROR = ("LabError", "VAE in 02_vae.ipynb still holds it: write your answer.")
DEFINES = "class ConditionalVAE(VAE):\n    pass"
TEST = "cvae-encoder-test"
NO_CLASS = ("NameError", "name 'ConditionalVAE' is not defined")


def test_tasks_and_limits_are_those_of_the_grader(load_module):
    tasks = [(task.notebook, task.id, task.question, task.title) for task in TASKS]
    assert list(load_module("saved").TASKS) == tasks
    limits = {
        target.file: (target.notebook, target.model, task_id, target.reconstruction, target.kl)
        for task_id, target in TARGETS.items()
    }
    assert limits == load_module("selfcheck").TARGETS


CHECKED = "✓ The shape holds.\n✗ The mean should be 5,\n  but is 3.\n✗ Two.\nNot yet 1 point: 10.2a"
RUNS = {
    "right": ([code("check", TEST)], "✓", ""),
    "found by its call": ([code(f'check("{TEST}")')], "✓", ""),
    "not begun": ([code("", TEST, error=("NotImplementedError", ""))], "…", "not yet"),
    "check says so": ([code("", TEST, error=("LabError", "x is not written yet"))], "…", "not yet"),
    "wrong": ([code("", TEST, error=("AssertionError", "too\n dark"))], "✗", "too dark"),
    "some properties hold": (
        [code("", TEST, error=("NotYet", CHECKED))],
        "✗",
        "The mean should be 5, but is 3. Two.",
    ),
    "raises": ([code("", TEST, error=("TypeError", "no"))], "✗", "TypeError: no"),
    "endless": ([code("", TEST, error=("KeyboardInterrupt", ""))], "✗", "longer than 120 seconds"),
    "check deleted": ([code("x = 1")], "✗", "the cell of its check is gone"),
    "waits": (
        [
            words("Your answers come from notebook 02."),
            code(LOADS, error=LAB_ERROR),
            code(DEFINES, error=("NameError", "name 'VAE' is not defined")),
            code("", TEST, error=NO_CLASS),
        ],
        "…",
        "waits for 02_vae.ipynb: VAE in 02_vae.ipynb still holds it",
    ),
    "independent of what waits": ([code(LOADS, error=LAB_ERROR), code("", TEST)], "✓", ""),
    "definition fails": (
        [
            code(DEFINES, error=("SyntaxError", "invalid syntax (12345.py, line 4)")),
            code("", TEST, error=NO_CLASS),
        ],
        "✗",
        "SyntaxError: invalid syntax",
    ),
}


@pytest.mark.parametrize(("cells", "mark", "sentence"), RUNS.values(), ids=RUNS)
def test_each_task_in_code_is_done_not_yet_waiting_or_wrong(load_module, cells, mark, sentence):
    found = load_module("selfcheck").judge_code(TEST, cells)
    assert found[0] == mark and sentence in found[1] and bool(sentence) == bool(found[1])


def test_an_exception_in_an_answer_is_told_with_its_line(load_module):
    cells = [
        code("def kl_loss(a):\n    return a.nothing"),
        code("", TEST, error=("AttributeError", "nothing")),
    ]
    cells[0].execution_count, cells[1].execution_count = 3, 4
    places = ["\x1b[0;32mCell In[4], line 1\x1b[0m", "\x1b[0;32mCell In[3], line 2\x1b[0m, in kl"]
    cells[1].outputs[0]["traceback"] = places
    mark, sentence = load_module("selfcheck").judge_code(TEST, cells)
    assert sentence == "AttributeError: nothing (line 2 of the cell of `def kl_loss`)"


WORDS = [("Because.", "✓"), ("", "…"), ("YOUR ANSWER HERE", "…"), (" \n", "…")]


@pytest.mark.parametrize(("source", "mark"), WORDS)
def test_answers_in_words_are_written_or_empty(load_module, source, mark):
    cells = [words(source, "logvar-question")]
    assert load_module("selfcheck").judge_words("logvar-question", cells)[0] == mark
    assert load_module("selfcheck").judge_words("other-question", cells)[0] == "✗"


NAMES = [
    ('names = ["Ada", " "]\ngroup = 7', (["Ada"], "7")),
    ('names = "Ada"\ngroup = " b "', (["Ada"], "b")),
    ('names = ["", ""]\ngroup = ""', ([], "")),
    ('names = [\n  "Ada",\n  "Bob",\n]\ngroup = what', (["Ada", "Bob"], "")),
    ("names = [\ngroup = 3", ([], "3")),
]


@pytest.mark.parametrize(("source", "who"), NAMES)
def test_names_and_group_are_read_without_running_anything(load_module, write, source, who):
    write("01_data.ipynb", code("raise SystemExit"), code(source))
    assert load_module("saved").names_and_group(".") == who


@pytest.fixture
def judge_key(load_module, tmp_path):
    """A function that judges a file of weights of the key's folder, once it was changed."""
    left_out = shutil.ignore_patterns("data", "__pycache__")
    shutil.copytree(SOLUTIONS, tmp_path / "key", ignore=left_out)
    selfcheck = load_module("selfcheck", "full")
    return lambda file: selfcheck.judge_weights(
        tmp_path / "key", file, *selfcheck.TARGETS[file][:2], *selfcheck.TARGETS[file][3:]
    )


@needs_mnist
@pytest.mark.parametrize("file", ["vae.pt", "cvae.pt"])
def test_weights_of_the_key_reach_their_target(judge_key, file):
    mark, sentence = judge_key(file)
    assert mark == "✓" and sentence.startswith("reached: reconstruction")


@needs_mnist
def test_weights_that_are_missing_foreign_or_untrained_are_told(judge_key, tmp_path, load_module):
    lab, key = load_module("lab"), tmp_path / "key"
    (key / "vae.pt").write_bytes((key / "cvae.pt").read_bytes())
    assert "does not hold the weights of this VAE" in judge_key("vae.pt")[1]
    (key / "vae.pt").unlink()
    assert judge_key("vae.pt")[0] == "…"
    torch = pytest.importorskip("torch")
    torch.save(lab.load_answer(key / "02_vae.ipynb", "VAE")().state_dict(), key / "vae.pt")
    mark, sentence = judge_key("vae.pt")
    assert mark == "✗" and "wanted are between" in sentence


def checked(folder):
    """Run `python lab.py check` in a folder; return its lines about tasks, and the seconds."""
    start = time.perf_counter()
    result = subprocess.run(
        [sys.executable, "lab.py", "check"], cwd=folder, text=True, capture_output=True
    )
    assert result.returncode == 0, result.stderr
    lines = re.findall(r"^  ([✓…✗·] 10\..*)$", result.stdout, re.M)
    return lines, result.stdout, time.perf_counter() - start


@pytest.mark.slow
def test_the_key_is_done_except_for_its_names(tmp_path, last_line):
    left_out = shutil.ignore_patterns("data", "__pycache__")
    shutil.copytree(SOLUTIONS, tmp_path / "key", ignore=left_out)
    before = (tmp_path / "key" / "vae.pt").read_bytes()
    lines, printed, seconds = checked(tmp_path / "key")
    assert len(lines) == len(TASKS) and [line for line in lines if line[0] != "✓"] == []
    assert "names and group not filled in" in printed
    assert (tmp_path / "key" / "vae.pt").read_bytes() == before
    last_line(f"python lab.py check on the key: {seconds:.0f} s")


@pytest.mark.slow
def test_the_untouched_release_is_open_everywhere_and_wrong_nowhere(tmp_path):
    shutil.copytree(RELEASE, tmp_path / "vae", ignore=shutil.ignore_patterns("data"))
    lines, printed, _ = checked(tmp_path / "vae")
    assert len(lines) == len(TASKS) and [line for line in lines if line[0] != "…"] == []
    assert "waits for 02_vae.ipynb" in printed
