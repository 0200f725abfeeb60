"""Tests of what students read: questions, headings, diagrams and the width of code."""

import re
from pathlib import PurePath

import nbformat
import pytest

from autograder.assignment import NOTEBOOKS, TASKS
from tests.paths import SOLUTIONS

MANUAL = [task for task in TASKS if task.kind == "manual"]
CRITERIA = re.compile(r"^\*\*Two things, half a point each:\*\* .+; .+", re.M)
CODE_COLUMNS = 88


def cells_for_students(name):
    """The cells of a master that students get."""
    cells = nbformat.read(SOLUTIONS / name, as_version=4).cells
    return [cell for cell in cells if "instructor-only" not in cell.metadata.get("tags", [])]


def markdown(name):
    """The text cells' sources, with diagrams and code blocks."""
    return [cell.source for cell in cells_for_students(name) if cell.cell_type == "markdown"]


def headings(name):
    """All headings of a notebook, as (level, text)."""
    sources = [re.sub(r"```.*?```", "", source, flags=re.S) for source in markdown(name)]
    found = re.findall(r"^(#{1,6}) (.+)$", "\n".join(sources), re.M)
    return [(len(marks), text) for marks, text in found]


def diagrams(name):
    """The mermaid diagrams of a notebook."""
    return re.findall(r"```mermaid\n(.*?)```", "\n".join(markdown(name)), re.S)


def question_answer_rubric(task):
    """The last cell with a question's heading, the model answer, and the rubric below it."""
    cells = cells_for_students(task.notebook)
    ids = [cell.metadata.get("nbgrader", {}).get("grade_id") for cell in cells]
    answer = ids.index(task.id)
    question = [cell.source for cell in cells[:answer] if cell.source.startswith("## ")][-1]
    return question, cells[answer].source, cells[answer + 1].source


@pytest.mark.parametrize("task", MANUAL, ids=lambda task: task.id)
def test_each_question_in_words_says_which_two_things_earn_half_a_point_each(task):
    question, _, rubric = question_answer_rubric(task)
    assert question.startswith(f"## {task.question} ") and "(1 point)" in question
    assert len(CRITERIA.findall(question)) == 1
    assert len(re.findall(r"^\*\*Half a point:\*\* .+", rubric, re.M)) == 2


@pytest.mark.parametrize("task", MANUAL, ids=lambda task: task.id)
def test_each_model_answer_is_as_brief_as_the_question_asks(task):
    question, answer, _ = question_answer_rubric(task)
    assert "Answer in one to three sentences" in question
    assert 1 <= len(re.findall(r"[.!?](?=\s|$)", answer)) <= 3


@pytest.mark.parametrize("task", MANUAL, ids=lambda task: task.id)
def test_no_model_answer_or_rubric_rests_on_the_numbers_of_one_training(task):
    _, answer, rubric = question_answer_rubric(task)
    assert not re.search(r"\d+(\.\d+)? ?%|\d nats", answer)
    assert not re.search(r"\d+(\.\d+)? ?%", rubric)


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_no_question_number_is_the_heading_of_two_sections(name):
    numbers = [match[0] for _, text in headings(name) if (match := re.match(r"10\.\d\w?", text))]
    assert numbers and len(numbers) == len(set(numbers)), numbers


def test_every_question_has_a_heading_with_its_points():
    points = {}
    for task in TASKS:
        points[task.question] = points.get(task.question, 0) + task.points
    for name in NOTEBOOKS:
        for _, text in headings(name):
            if match := re.match(r"(10\.\d[a-z]) .*\((\d) points?\)$", text):
                assert points.pop(match[1]) == int(match[2]), text
    assert not any(points.values()), points


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_headings_begin_with_the_only_title_and_skip_no_level(name):
    levels = [level for level, _ in headings(name)]
    assert levels[0] == 1 and levels.count(1) == 1
    pairs = zip(levels, levels[1:], strict=False)
    assert all(after <= before + 1 for before, after in pairs), headings(name)


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_code_is_read_without_scrolling_sideways(name):
    code = [cell for cell in cells_for_students(name) if cell.cell_type == "code"]
    long = [
        f"{cell.id}: {line}"
        for cell in code
        for line in cell.source.splitlines()
        if len(line) > CODE_COLUMNS
    ]
    assert long == []


def test_each_diagram_has_a_title_and_a_description_for_who_cannot_see_it():
    found = [diagram for name in NOTEBOOKS for diagram in diagrams(name)]
    assert found
    for diagram in found:
        assert re.search(r"^ +accTitle: .+", diagram, re.M), diagram
        assert re.search(r"^ +accDescr: .+", diagram, re.M), diagram


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_each_picture_in_the_text_has_a_text_in_its_place(name):
    text = "\n".join(markdown(name))
    assert not re.search(r"!\[\s*\]\(", text)
    assert not re.search(r"<img(?![^>]*alt=\"[^\"]+\")", text)


def files_read(name):
    """The notebooks whose answers or weights a notebook reads, by their two digits."""
    code = "\n".join(cell.source for cell in cells_for_students(name) if cell.cell_type == "code")
    return {PurePath(file).stem[:2] for file in re.findall(r'load_answer\("([^"]+)"', code)} | {
        writer
        for weights in re.findall(r'load_weights\([^"\n]*"(\w+\.pt)"', code)
        for writer in [{"vae.pt": "04", "cvae.pt": "06"}[weights]]
        if writer != name[:2]
    }


def test_the_solid_arrows_of_the_first_diagram_are_what_the_notebooks_read():
    (diagram,) = diagrams(NOTEBOOKS[0])
    titled = dict(re.findall(r'(\w+)\["(\d\d) ', diagram))
    drawn = re.findall(r'(\w+)(?:\[".*?"\])? -->\S* *(\w+)', diagram)
    arrows = {name[:2]: set() for name in NOTEBOOKS}
    assert set(titled.values()) == arrows.keys()
    for start, end in drawn:
        arrows[titled[end]].add(titled[start])
    assert arrows == {name[:2]: files_read(name) for name in NOTEBOOKS}
