"""Feedback pages: they say the points, hold what they need, and leak nothing."""

import base64
import io
import json
import re

import numpy as np
import pytest
from bs4 import BeautifulSoup
from PIL import Image

from autograder.assignment import NOTEBOOKS, TASKS
from autograder.classroom.feedback_page.class_medians import Medians
from autograder.classroom.feedback_page.model_answers import read_extras
from autograder.classroom.feedback_page.page import lateness
from autograder.classroom.results.handins import Handin
from autograder.classroom.roster.students import Student
from tests.hostile.feedback import what_acts
from tests.hostile.pages import SCRIPT, SVG, TEXTS
from tests.paths import RELEASE, SOLUTIONS

from .page_world import ADA, MESSAGE, content, marks, notebooks, page, pages, png, report

QUESTION = "logvar-question"
OPEN = {"points": None, "waits": True}
MANUAL = [task.id for task in TASKS if task.kind == "manual"]
AUTO = [task.id for task in TASKS if task.kind == "auto"]
ALL_LOST = marks({task.id: 0 for task in TASKS}, {task.id: f"On {task.id}." for task in TASKS})
ALL_FAILED = report({task.id: MESSAGE for task in TASKS if task.kind != "manual"})


def text_of(html):
    return " ".join(BeautifulSoup(html, "html.parser").body.get_text(" ").split())


def row_of(html, question):
    rows = BeautifulSoup(html, "html.parser").select("table.points tbody tr")
    return next(" ".join(row.get_text(" ").split()) for row in rows if row.th.text == question)


def test_the_total_and_each_question_are_said():
    html = page(marks({QUESTION: 0.5}))
    assert "27.5 of 28 points" in text_of(html)
    assert row_of(html, "10.2b") == "10.2b why log-variance, not σ 0.5 of 1"
    assert len(BeautifulSoup(html, "html.parser").select("table.points tbody tr")) == len(TASKS)


def test_open_answers_are_called_open_and_are_no_zero():
    html = page(marks(dict.fromkeys(MANUAL, OPEN)))
    assert "14 of 28 points so far" in text_of(html)
    assert "14 answers are not marked yet, 14 points. They are not counted as 0" in text_of(html)
    assert row_of(html, "10.7b").endswith("open of 1")


def test_an_answer_that_is_looked_at_again_is_called_open_with_its_points():
    html = page(marks({QUESTION: {"points": 0.5, "waits": True}}))
    assert "1 answer is to be looked at again" in text_of(html)
    assert row_of(html, "10.2b").endswith("0.5 of 1 open")


def test_a_late_penalty_is_taken_off_and_said():
    html = page(marks(late_penalty=2), handin=Handin("ada", (ADA,), seconds_late=7500))
    assert "26 of 28 points" in text_of(html)
    assert "Handed in 2 h 5 min late: 2 points are taken off" in text_of(html)


@pytest.mark.parametrize(
    ("seconds", "phrase"),
    [(None, ""), (0, ""), (-5, ""), (20, "1 min late"), (90000, "1 d 1 h late")],
)
def test_lateness_is_said_in_words(seconds, phrase):
    assert lateness(seconds) == phrase


def test_medians_stand_beside_the_points():
    html = page(marks({QUESTION: 0.5}), None, None, Medians({QUESTION: 0.75}, 21.5, 40))
    assert row_of(html, "10.2b").endswith("0.5 of 1 0.75")
    assert "Class median of the total: 21.5 of 28 (40 submissions marked in full)" in text_of(html)
    assert "edian" not in text_of(page())


def test_every_member_of_a_group_has_a_page_that_names_the_group():
    bob = Student("bob", "Bob Brown", group="Group 7")
    made = pages(handin=Handin("group-7", (ADA, bob)))
    assert made.keys() == {"ada", "bob"}
    assert "Feedback for Ada Lovelace" in made["ada"] and "Feedback for Bob Brown" in made["bob"]
    for html in made.values():
        assert "Handed in by Group 7: Ada Lovelace, Bob Brown" in text_of(html)
    assert "Handed in by" not in page()


def test_the_page_needs_nothing_else_and_forbids_all_that_acts():
    plots = {"plot_latent(vae)": {"image/png": png()}}
    soup = BeautifulSoup(page(ALL_LOST, ALL_FAILED, notebooks(pictures=plots)), "html.parser")
    policy = soup.find("meta", {"http-equiv": "Content-Security-Policy"})["content"]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "script" not in policy and "unsafe" not in policy
    assert soup.img["src"].startswith("data:image/webp;base64,")
    assert not soup.find_all(["script", "link", "iframe", "object", "form"])
    assert {link["href"][0] for link in soup.find_all("a")} == {"#"}
    anchors = {section["id"] for section in soup.find_all("section")}
    assert {link["href"][1:] for link in soup.find_all("a")} <= anchors
    assert not soup.find_all(style=True)


def test_pictures_have_words_in_their_place_and_are_shown_once():
    plots = {"plot_latent(vae)": {"image/png": png()}}
    lost = marks(dict.fromkeys(["classify-question", "retrain-question"], 0))
    html = page(lost, None, notebooks(pictures=plots))
    assert [image["alt"] for image in BeautifulSoup(html, "html.parser").find_all("img")] == [
        "Your plot: plot_latent(vae)"
    ]
    assert "Your plot plot_latent(vae) is shown at 10.5b." in text_of(html)


# Hostile work

CODE = {"kl_loss": f"def kl_loss(a, b):\n    return '{SCRIPT}'  # {SVG} \u202e"}
DATA = {"image/png": f"'>{SCRIPT}", "text/html": SCRIPT, "image/svg+xml": SVG}


def test_nothing_that_a_student_wrote_acts():
    usual = what_acts([page()])
    answers = dict.fromkeys(MANUAL, "\n\n".join(TEXTS))
    work = notebooks(CODE, answers, {f'plot_latent("{SCRIPT}")': DATA})
    failed = report(dict.fromkeys(AUTO, f"It raised {SCRIPT}{SVG}"), [f"{SCRIPT}.ipynb is no file"])
    handin = Handin(SCRIPT, (Student("ada", f"</title>{SCRIPT}"), Student(SCRIPT, SVG)))
    made = pages(content(ALL_LOST, failed, work), handin)
    for html in made.values():
        assert what_acts([html]) == usual and "give(1)" in html
        soup = BeautifulSoup(html, "html.parser")
        assert not soup.find_all(["svg", "img", "script", "iframe"])
        assert "\u202e" not in html


def test_what_a_person_typed_does_not_act():
    html = page(marks({QUESTION: 0}, {QUESTION: SCRIPT, "elsewhere": SCRIPT}))
    assert what_acts([html]) == what_acts([page()]) and "give(1)" in html


# Leaks: a page made of the master notebooks themselves, in which only the answers are a student's


def released_lines():
    """Lines that every student has."""
    cells = [cell for name in NOTEBOOKS for cell in read(RELEASE / name)]
    return {line.strip() for cell in cells for line in source(cell).split("\n")}


def read(path):
    return json.loads(path.read_bytes())["cells"]


def source(cell):
    return "".join(cell["source"])


def masters_with_a_students_answers():
    """The master notebooks, rubrics, instructor's cells and hidden outputs included."""
    made = {}
    for name in NOTEBOOKS:
        cells = read(SOLUTIONS / name)
        for cell in cells:
            cell["source"] = source(cell)
            marks = cell["metadata"].get("nbgrader", {})
            if marks.get("solution"):
                cell["source"] = f"my own words {marks['grade_id']}"
        made[name] = {"cells": cells, "metadata": {}}
    return made


def hidden_lines():
    """Lines of rubrics, model answers, solutions and instructor's cells; short ones say nothing."""
    lines = {
        line.strip()
        for name in NOTEBOOKS
        for cell in read(SOLUTIONS / name)
        for line in source(cell).split("\n")
    }
    return {line for line in lines - released_lines() if len(line) > 12}


def test_no_rubric_no_model_answer_and_no_solution_leaks():
    hidden = hidden_lines()
    assert len(hidden) > 200 and any("Half a point" in line for line in hidden)
    text = text_of(page(ALL_LOST, ALL_FAILED, masters_with_a_students_answers()))
    assert f"my own words {QUESTION}" in text
    words = [" ".join(re.sub(r"[*`$]", "", line).split()) for line in hidden]
    assert not [line for line in words if len(line) > 12 and line in text]
    assert "MARK SCHEME" not in text and "SOLUTION" not in text


def test_rubrics_and_model_answers_are_shown_where_they_are_asked_for():
    rubrics, answers = read_extras(SOLUTIONS, True, False), read_extras(SOLUTIONS, False, True)
    assert read_extras(SOLUTIONS, False, False) == {}
    with_rubrics = text_of(page(ALL_LOST, ALL_FAILED, extras=rubrics))
    with_answers = text_of(page(ALL_LOST, ALL_FAILED, extras=answers))
    assert "Half a point:" in with_rubrics and "A model answer" not in with_rubrics
    assert "A model answer" in with_answers and "Half a point:" not in with_answers
    assert "torch.randn_like(mean_z)" in with_answers
    assert "MARK SCHEME" not in with_rubrics and "SOLUTION" not in with_answers


@pytest.mark.parametrize("name", ["vae", "kl-loss", "train", "conditional-vae", "train-cvae"])
def test_a_model_answer_in_code_is_whole(name):
    ((_, text),) = read_extras(SOLUTIONS, False, True)[name]
    code = text.removeprefix("```\n").removesuffix("\n```")
    assert "SOLUTION" not in code and "NotImplementedError" not in code
    compile(code, name, "exec")


def test_rubrics_of_answers_that_lost_nothing_are_not_shown():
    assert "How it is marked" not in page(extras=read_extras(SOLUTIONS, True, True))


@pytest.mark.parametrize("name", MANUAL)
def test_every_question_has_its_rubric_and_model_answer(name):
    headings = [heading for heading, _ in read_extras(SOLUTIONS, True, True)[name]]
    assert headings == ["A model answer", "How it is marked"]


def test_no_path_of_the_grading_machine_and_no_other_students_name_leaks(tmp_path):
    failed = report(
        dict.fromkeys(AUTO, f"It raised OSError: {tmp_path}/submitted/Bob Brown/vae.pt is missing"),
        [f"{RELEASE}/lab.py is not as released"],
    )
    html = page(ALL_LOST, failed)
    assert str(tmp_path) not in html and str(RELEASE) not in html and "lab.py" in html
    assert str(RELEASE.parent) not in html


# Sizes


def noise(seed, size):
    """Make a picture that no format makes small."""
    pixels = np.random.default_rng(seed).integers(0, 256, (size, size, 3), dtype=np.uint8)
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return base64.b64encode(file.getvalue()).decode()


@pytest.mark.parametrize("line", ["x = [1, 2, 3]  # and so on", "<>&'\"" * 15, "é" * 80])
def test_a_page_without_plots_is_under_300_kB_whatever_the_student_wrote(line):
    long = "\n".join([line] * 4000)
    code = {name: f"def {name}(x):\n{long}" for name in ("VAE", "kl_loss", "train", "test")}
    code |= {name: long for name in ("ConditionalVAE", "train_cvae", "test_cvae", "plot_latent")}
    html = page(ALL_LOST, ALL_FAILED, notebooks(code, dict.fromkeys(MANUAL, long)))
    assert len(html.encode()) < 300_000 and "the rest is not shown here" in html


def test_a_page_with_plots_is_under_1_MB_and_says_what_it_leaves_out():
    drawn = {
        f"{name}(vae)": {"image/png": noise(seed, 1100)}
        for seed, name in enumerate(("plot_latent", "scatterplot_latent", "plot_latent_cvae"))
    }
    html = page(ALL_LOST, ALL_FAILED, notebooks(pictures=drawn))
    assert 300_000 < len(html.encode()) < 1_000_000
    assert "is not shown here: see 0" in text_of(html)
