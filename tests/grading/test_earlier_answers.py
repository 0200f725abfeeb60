"""A later notebook gets the student's own earlier answers, or stand-ins, whichever it needs."""

import pytest
import torch

from autograder.assignment import Task
from autograder.checks import check
from autograder.checks.by_task import CHECKS
from autograder.grading import grade, grade_submission
from autograder.grading.stand_ins import STAND_INS
from tests.grading.loss_world import KL, LOSS, cell, course, messages, write

__all__ = ["course"]  # a fixture


@check("scale", "kl_loss scales as it should.")
def scale(student):
    """kl_loss of ones is 6 with a stand-in of 1, and 12 with a factor of 2 of one's own."""
    value = student.probe("kl", inputs=[[torch.ones(3, 2), torch.zeros(3, 2)]])["values"][0].item()
    return None if value in (6, 12) else f"It gives {value}."


@check("one", "factor is something.")
def own_factor_is_right(student):
    """An earlier answer is right unless it gives 99; the probe finds it as kl_loss."""
    value = student.probe("kl", inputs=[[torch.ones(1, 1)] * 2])["values"][0]
    return "It is 99." if value == 99 else None


STUB_02 = "def factor():\n    raise NotImplementedError()"
USES_02 = 'from lab import load_answer\nfactor = load_answer("02_vae.ipynb", "factor")'
AS_KL = "\ndef kl_loss(m, l):\n    return float(factor())"
# earlier answer, what kl_loss multiplies by, score, and the words of the note on it.
OWN_ANSWERS = {
    "an earlier mistake is paid once": ("def factor():\n    return 99", "factor()", 1, ""),
    "an own interface may be built on": (
        "def factor(n=99):\n    return n",
        "factor(2)",
        1,
        "works only with the student's own earlier answers; scale-test ran with those",
    ),
    "neither helps": ("def factor():\n    return 99", "0.1 * factor()", 0, ""),
    "a right answer comes first": ("def factor():\n    return 2", "factor()", 2, ""),
    "a right answer that is not there any more": (
        "import os\ndef factor():\n    return 2 if os.environ['LAB_ANSWERS'] == '' else 7",
        "factor()",
        2,
        "works only with stand-ins for earlier answers; scale-test ran with those",
    ),
    "a right answer below a wrong one": ("def factor():\n    return 2", "0.1 * factor()", 1, ""),
}


@pytest.mark.parametrize("earlier, call, score, note", OWN_ANSWERS.values(), ids=OWN_ANSWERS)
def test_earlier_answers_are_the_students_or_else_stand_ins(
    course, tmp_path, monkeypatch, earlier, call, score, note
):
    tasks = (
        Task("factor-test", "1", "factor", "02_vae.ipynb", 1, "auto"),
        Task("scale-test", "1", "scale", "06_cvae.ipynb", 1, "auto"),
    )
    monkeypatch.setattr(grade_submission, "AUTO", tasks)
    monkeypatch.setitem(CHECKS, "factor-test", (own_factor_is_right,))
    monkeypatch.setitem(CHECKS, "scale-test", (scale,))
    monkeypatch.setitem(STAND_INS, "factor", "return 1")
    write(course.release, _02=[STUB_02], _06=[cell(USES_02, "setup", locked=True)])
    answer = f"def kl_loss(m, l):\n    return {call} * m.sum()"
    folder = write(tmp_path / "ada", _02=[earlier + AS_KL], _06=[answer])
    report = grade(folder, course=course)
    assert report.score == score, messages(report)
    notes = [each for each in report.notes if "earlier answers" in each]
    assert note in "".join(notes) and len(notes) == bool(note)


def test_no_other_kernel_starts_before_what_they_load_is_judged(course, tmp_path, monkeypatch):
    monkeypatch.setattr(
        grade_submission,
        "AUTO",
        tuple(
            Task(f"{name[:2]}-test", "1", "x", name, 1, "auto")
            for name in ("02_vae.ipynb", LOSS, "04_training.ipynb", "06_cvae.ipynb")
        ),
    )
    for digits in ("02", "03", "04", "06"):
        monkeypatch.setitem(CHECKS, f"{digits}-test", (scale,))
    uses_both = USES_02 + '\nload_answer("03_loss.ipynb", "kl_loss")'
    write(course.release, _02=[STUB_02], _03=[KL], _04=[uses_both], _06=[uses_both])
    steps = []
    folder = write(tmp_path / "ada", _02=["x = 1"], _03=[KL], _04=["x = 1"], _06=["x = 1"])
    grade(folder, course=course, on_progress=steps.append)
    later = next(i for i, step in enumerate(steps) if step.startswith(("04", "06")))
    assert {step[:2] for step in steps[:later]} == {"02", "03"}
    assert not any(step.startswith(("02", "03")) for step in steps[later:])
