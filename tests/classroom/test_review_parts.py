"""What the pages are made of: points, Markdown, likeness, agreement, the master copy."""

import json
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.assignment import TASKS
from autograder.classroom.formulas import render_formula
from autograder.classroom.plots import PLACES
from autograder.classroom.review.agreement import agreement_of, find_twice
from autograder.classroom.review.marks import ScoreError, parse_comment, parse_score, sample_of
from autograder.classroom.review.questions import read_questions
from autograder.classroom.review.rendering import render_markdown
from autograder.classroom.review.submissions import NO_ANSWER, Submissions
from autograder.classroom.similarity import Alike
from tests.faces.test_markdown2html import HOSTILE
from tests.paths import SOLUTIONS

MANUAL = [task for task in TASKS if task.kind == "manual"]
CELLS = [(task.id, task.notebook.removesuffix(".ipynb"), task.points) for task in MANUAL]


@given(st.integers(0, 400), st.sampled_from(".,"), st.integers(0, 2))
def test_points_mean_what_they_say_with_comma_and_point(hundredths, separator, spaces):
    text = " " * spaces + f"{hundredths / 100:.2f}".replace(".", separator)
    if hundredths <= 100:
        assert parse_score(text, 1) == hundredths / 100
    else:
        with pytest.raises(ScoreError, match="more than this question is worth: at most 1"):
            parse_score(text, 1)


@pytest.mark.parametrize(
    "text, points", [("½", 0.5), ("1½", 1.5), (",5", 0.5), ("1,", 1), ("0", 0), ("01", 1)]
)
def test_short_ways_to_write_points(text, points):
    assert parse_score(text, 2) == points


@given(st.text(max_size=8), st.floats(0, 10))
def test_whatever_is_typed_is_points_of_the_question_or_refused(text, maximum):
    try:
        assert 0 <= parse_score(text, maximum) <= maximum
    except ScoreError as error:
        assert str(error).endswith(".")


@given(st.text())
def test_a_comment_is_lines_that_every_database_takes(text):
    comment = parse_comment(text)
    if comment is not None:
        assert "\0" not in comment and comment.encode() and all(comment.split("\n"))


@given(st.sets(st.text(min_size=1), max_size=20), st.integers(0, 25))
def test_the_sample_is_the_same_for_everybody_and_as_large_as_it_can_be(grades, size):
    sample = sample_of("task", sorted(grades), size)
    assert sample == sample_of("task", sorted(grades, reverse=True), size) <= grades
    assert len(sample) == min(size, len(grades))


ACTS = re.compile(
    r"<[^>]*\b(on\w+|style|class|id|href=.?javascript)\b|<(script|iframe|form|input|button|svg)\b",
    re.IGNORECASE,
)
MORE = (
    r"$\text{<script>give(1)</script>}$",
    r"$\href{javascript:give(1)}{x}$",
    r"$\style{position:fixed}{x}$",
    r"$\class{save}{x}$",
    r"$\text{&lt;img src=x onerror=give(1)&gt;}$",
    "<div class=bar id=x style='position:fixed'>Saved.</div>",
    '```mermaid\nflowchart LR\nA["<img src=x onerror=give(1)>"] --x B\n```',
)


@pytest.mark.parametrize("source", HOSTILE + MORE)
def test_an_answer_runs_nothing_and_looks_like_nothing_of_the_page(source):
    page = render_markdown(source)
    assert not ACTS.search(re.sub(r"&lt;.*?&gt;", "", page)), page


@pytest.mark.parametrize("source", ["![](http://evil.example/x)", "<img src=/plot/a/b/0>"])
def test_a_picture_from_elsewhere_is_not_loaded(source):
    assert "src=" not in render_markdown(source)


@given(st.text(alphabet=r"$\{}^_&<>#ab12 \n`*[]()!|-~", max_size=60))
@settings(max_examples=60)
def test_every_text_becomes_a_page_that_runs_nothing(text):
    assert not ACTS.search(render_markdown(text))


def test_formulas_and_flowcharts_need_no_network():
    formula = render_markdown(r"Since $\sigma^2 < e^x$, and $$\frac{1}{2}$$")
    assert formula.count("<math") == 2 and "&lt;" in formula and "<mfrac>" in formula
    assert "<svg" in render_markdown("```mermaid\nflowchart LR\nA --> B\n```")
    assert render_formula(r"\frac{") == r"<code>\frac{</code>"


def test_a_very_long_answer_is_shown_whole():
    page = render_markdown("word " * 10_000)
    assert page.count("word") == 10_000


def test_every_question_has_its_text_model_answer_and_rubric():
    questions = read_questions(reversed(CELLS), SOLUTIONS)
    assert list(questions) == [task.id for task in MANUAL]
    for task, question in zip(MANUAL, questions.values(), strict=True):
        assert f"{task.question} " in question.text and question.model
        assert "Half a point" in question.rubric and "MARK SCHEME" not in question.rubric


@pytest.mark.parametrize("function", PLACES)
def test_the_plots_that_a_question_speaks_of_are_found(function):
    key = Submissions(lambda submission: SOLUTIONS, [])
    assert len(key.read_plots("key", PLACES[function])) == PLACES[function].count


@pytest.mark.parametrize("damage", [b"", b"[]", b'{"cells": 3}', b'{"cells": [3, {}]}', None])
def test_a_damaged_notebook_has_no_answers(tmp_path, damage):
    if damage is not None:
        (tmp_path / "02_vae.ipynb").write_bytes(damage)
    broken = Submissions(lambda submission: tmp_path, ["logvar-question"])
    assert broken.read_answer("ada", "02_vae", "logvar-question") == NO_ANSWER
    assert broken.read_whole_answer("ada", "02_vae", "logvar-question") == NO_ANSWER


def test_an_answer_is_read_again_when_its_file_changes(tmp_path):
    def write(text):
        cell = {"source": text, "metadata": {"nbgrader": {"grade_id": "q"}}}
        (tmp_path / "n.ipynb").write_text(json.dumps({"cells": [cell]}))

    submissions = Submissions(lambda submission: tmp_path, ["q"])
    for text in ("one", "two more", "\ud800"):
        write(text)
        answer = submissions.read_answer("ada", "n", "q")
        assert answer.text == text.replace("\ud800", "?")


REASON = "The KL pulls every posterior to the prior, so the cloud is as wide as a standard normal."
REWORDED = REASON.replace("pulls", "draws").replace("so the", "and so the")
OTHER = "Nothing in the loss says where a digit goes; mirrored planes have the same loss."


def test_rewordings_are_alike_and_other_answers_are_not():
    alike = Alike({"a": REASON, "b": f"{REASON.upper()}\n", "c": REWORDED, "d": OTHER, "e": ""})
    assert alike.same("a") == ["b"] and not alike.same("d")
    assert [keys for keys, _ in alike.near("a")] == [["c"]] and not alike.near("e")
    assert [keys for keys, _ in alike.near("c")] == [["a", "b"]]
    pairs = {frozenset((pair.first, pair.second)): pair.cosine for pair in alike.pairs}
    assert pairs.keys() == {frozenset("ab"), frozenset("ac")}
    assert pairs[frozenset("ab")] == 1 > pairs[frozenset("ac")] >= 0.7


@given(st.dictionaries(st.text(max_size=3), st.text(max_size=30), max_size=8))
@settings(max_examples=50)
def test_likeness_is_mutual(answers):
    alike = Alike(answers)
    for key in answers:
        assert all(key in alike.same(other) for other in alike.same(key))
        for others, _ in alike.near(key):
            assert any(key in keys for keys, _ in alike.near(others[0]))


def test_short_answers_are_no_sign_of_copying():
    assert not Alike({"a": "Yes, it does.", "b": "Yes, it does."}).pairs


def entry(grade, ta, points, answer="text"):
    return {"grade_id": grade, "ta": ta, "points": points, "answer": answer}


def test_kappa_is_that_of_marks_by_two_tas_on_one_text():
    firsts = [entry(str(n), "ann", points) for n, points in enumerate((1, 1, 0, 0, 0.5))]
    seconds = [entry(str(n), "bea", points) for n, points in enumerate((1, 0, 0, 0, 1))]
    seconds += [entry("0", "ann", 0), entry("1", "cem", 0, "older text")]
    found = agreement_of(find_twice(firsts, seconds))
    # Observed 3/5, by chance (2·2 + 2·3) / 25 = 0.4: (0.6 - 0.4) / 0.6.
    assert (found.count, found.same) == (5, 3) and found.kappa == pytest.approx(1 / 3)


@pytest.mark.parametrize("points", [[], [1], [1, 1, 1]])
def test_kappa_is_not_defined_where_all_marks_are_the_same(points):
    firsts, seconds = (
        [entry(str(n), ta, each) for n, each in enumerate(points)] for ta in ("ann", "bea")
    )
    assert agreement_of(find_twice(firsts, seconds)).kappa is None
