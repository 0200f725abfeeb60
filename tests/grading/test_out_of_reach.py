"""No kernel of a student holds the key's text, its byte code or its constants, nor shows them.

What is searched: the files, the environment, the memory and the functions that a kernel can see,
while the checks call it, and all that grading writes about a submission.
"""

import json
import shutil

import nbformat
import pytest

from autograder.assignment import ANSWERS, TARGETS, TASKS
from autograder.grading import grade, notebook_run, submission_time
from autograder.kernels import StudentKernel
from tests.grading.key_search import (
    MASK,
    key_code,
    key_lines,
    read_report,
    search_source,
    that_says,
)
from tests.mistakes.key import definitions
from tests.paths import RELEASE, SOLUTIONS

NOTEBOOKS = sorted({name for name in ANSWERS.values() if name >= "02"})
SECONDS = 600  # of a cell and a probe that search
# what Linux shows, and what the system's packages brought
OF_THE_SYSTEM = ("/proc", "/sys", "/usr/lib", "/usr/share", "/usr/include")
JUDGED = [task for task in TASKS if task.notebook in NOTEBOOKS and task.kind != "manual"]


def nothing_found(said, has_lab=True):
    """Tell whether a search looked everywhere, knew the control where it was, and found no key.

    Args:
        said: what it said.
        has_lab: whether lab.py, which is the control, was imported and is not only a file.
    """
    places = {place: said[place] for place in ("files", "objects", "memory")}
    known = places if has_lab else {"files": places["files"]}
    return (
        all(count > 5 for count, _ in places.values())
        and all(control for _, control in known.values())
        and said["found"] == []
    )


def test_what_is_searched_for_is_the_key():
    names = {
        "VAE.sample_latent",
        "VAE.decode_features",
        "kl_loss",
        "train",
        "ConditionalVAE.encode",
    }
    assert names <= set(key_code().values())
    assert "return mean_z + torch.exp(0.5 * logvar_z) * noise" in key_lines()
    assert len(key_lines()) > 15


def test_the_search_leaves_no_key_behind_that_it_would_find():
    search, found = {}, set()
    exec(search_source(), search)
    needle = bytes.fromhex(search["NEEDLES"][0])
    # What lies about masked becomes the key itself where it is masked again.
    search["find_in"](needle + bytes(byte ^ MASK for byte in needle), "memory", found)
    assert len(found) == 1
    assert not any(search["HIDDEN"])


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    """The report on a submission whose answers search for the key and raise what they find."""
    folder = tmp_path_factory.mktemp("searching")
    for name in NOTEBOOKS:
        notebook = nbformat.read(RELEASE / name, as_version=4)
        answers = [that_says(source) for source in definitions(name).values()]
        cells = map(nbformat.v4.new_code_cell, [search_source(), *answers])
        notebook.cells += [*cells]
        nbformat.write(notebook, folder / name)
    for target in TARGETS.values():
        shutil.copy(SOLUTIONS / target.file, folder)
    with pytest.MonkeyPatch.context() as patch:
        for limit in ("CELL_SECONDS", "PROBE_SECONDS", "PROBES_SECONDS"):
            patch.setattr(notebook_run, limit, SECONDS)
        patch.setattr(submission_time, "SUBMISSION_SECONDS", SECONDS)
        yield grade(folder)


@pytest.mark.slow
@pytest.mark.parametrize("task", JUDGED, ids=lambda task: task.id)
def test_a_kernel_finds_nothing_of_the_key_while_it_is_judged(report, task):
    result = next(each for each in report.results if each.task == task)
    said = [each.message for each in result.outcomes if "SEARCHED" in each.message]
    assert said, result.outcomes
    # The kernel of a target runs the class and what it needs; that of 02 needs nothing of lab.py.
    assert nothing_found(read_report(said[0]), has_lab=task.id != "loss-target"), said[0]


@pytest.mark.slow
def test_nothing_of_the_key_is_shown(report):
    shown = json.dumps(report.to_json()) + json.dumps(report.notebooks)
    assert [line for line in key_lines() if line in shown] == []


@pytest.mark.slow
def test_no_file_that_a_kernel_can_see_holds_the_key(tmp_path):
    shutil.copy(SOLUTIONS / "answers.py", tmp_path)
    with StudentKernel(tmp_path) as kernel:
        kernel.run_cell(search_source())
        # Shorter ones stand in torch and d2l, as everybody's code.
        kernel.run_cell("NEEDLES[:] = [each for each in NEEDLES if len(each) >= 80]")
        look = (
            f'found = set()\nlooked = search_files(("/",), found, {OF_THE_SYSTEM})\n'
            "raise ValueError(looked, found)"
        )
        said = kernel.run_cell(look, timeout=SECONDS).error
    assert "True), set())" in said, said


@pytest.mark.slow
def test_the_search_finds_a_key_that_is_there(tmp_path):
    shutil.copy(SOLUTIONS / "03_loss.ipynb", tmp_path)
    with StudentKernel(tmp_path) as kernel:
        kernel.run_cell("import torch\n" + definitions("03_loss.ipynb")["kl_loss"])
        kernel.run_cell(search_source())
        said = read_report(kernel.run_cell("say()", timeout=SECONDS).error)
    assert {kind for kind, _ in said["found"]} >= {"code", "memory"}
