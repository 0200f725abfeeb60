"""What a page says: the points as they are, and only what lost points or got a comment."""

import json

import pytest

from autograder.assignment import TASKS, task
from autograder.classroom.feedback_page.class_medians import MIN_CLASS, class_medians
from autograder.classroom.feedback_page.content import marks_of_report
from autograder.classroom.feedback_page.own_work import CODE, OwnWork, answer_cell
from autograder.classroom.plots import PLOTS
from tests.paths import RELEASE

from .page_world import MESSAGE, content, marks, notebooks, png, report

QUESTION = "logvar-question"
OPEN = {"points": None, "waits": True}


def sections(*given):
    return {section.anchor: section for section in content(*given).sections}


def rows(*given):
    return {row.task.id: row for row in content(*given).rows}


def test_who_lost_nothing_and_has_no_comment_gets_the_table_alone():
    assert content().sections == () and len(content().rows) == len(TASKS)


def test_a_failed_check_stands_beside_the_students_own_code():
    found = sections(marks({"kl-loss-formula-test": 0}), report({"kl-loss-formula-test": MESSAGE}))
    assert found.keys() == {"kl-loss-formula-test"}
    section = found["kl-loss-formula-test"]
    assert [finding.messages for finding in section.findings] == [{MESSAGE: ["variance"]}]
    assert section.code == ("def kl_loss(x):\n    return x  # of kl_loss",)
    assert section.answer is None


def test_tasks_on_the_same_code_share_a_section():
    failed = ["cvae-encoder-test", "cvae-forward-test"]
    (section,) = sections(
        marks(dict.fromkeys(failed, 0)), report(dict.fromkeys(failed, MESSAGE))
    ).values()
    assert [finding.row.task.id for finding in section.findings] == failed


def test_a_stub_that_was_handed_out_is_not_shown():
    message = "kl_loss is not written yet: it still raises NotImplementedError."
    found = sections(marks({"kl-loss-formula-test": 0}), report({"kl-loss-formula-test": message}))
    assert found["kl-loss-formula-test"].code == ()


def test_an_answer_in_words_stands_with_its_comment_and_no_other_answer():
    (section,) = sections(marks({QUESTION: 0.5}, {QUESTION: "Half."})).values()
    assert section.answer == f"My words on {QUESTION}." and section.comments == ("Half.",)


def test_full_points_with_a_comment_are_shown():
    assert sections(marks(comments={QUESTION: "Very good."})).keys() == {QUESTION}


def test_a_comment_on_code_is_shown_with_that_code():
    (section,) = sections(marks(comments={"train-cvae": "Well named."})).values()
    assert section.anchor == "train-cvae-test" and section.comments == ("Well named.",)
    assert len(section.code) == 2


def test_a_comment_on_another_cell_is_not_lost():
    assert content(marks(comments={"elsewhere": "See me."})).other_comments == ("See me.",)


def test_an_answer_that_was_not_written_is_not_shown():
    (section,) = sections(marks({QUESTION: {"points": 0, "unanswered": True}})).values()
    assert section.answer == ""


def test_open_answers_are_open_and_not_lost():
    made = content(marks({QUESTION: OPEN}))
    assert rows(marks({QUESTION: OPEN}))[QUESTION].state == "open"
    assert made.sections == () and made.open_points == 1 and made.marks.total == 27


def test_an_answer_that_somebody_will_look_at_again_says_so():
    assert rows(marks({QUESTION: {"points": 1, "waits": True}}))[QUESTION].state == "again"


def test_points_that_a_person_gave_outweigh_a_failed_check():
    overruled = marks({"train-test": {"points": 1, "by_hand": True}})
    assert sections(overruled, report({"train-test": MESSAGE})) == {}


def test_a_loss_that_was_not_reached_is_shown_and_costs_nothing():
    made = content(marks(), report({"loss-target": "6.2 is far from 5."}))
    assert made.marks.total == 28
    assert [section.anchor for section in made.sections] == ["loss-target"]
    assert list(made.sections[0].findings[0].messages) == ["6.2 is far from 5."]


def test_plots_are_those_of_the_question_as_the_notebook_draws_them():
    small = {"image/png": png(10, 10)}
    drawn = {
        "plot_latent(vae)": {"image/png": png()},
        "scatterplot_latent(vae)": {"image/png": png(colour="red")},
        "plot_latent(vae); scatterplot_latent(vae)": small,
    }
    (section,) = sections(marks({"classify-question": 0}), None, notebooks(pictures=drawn)).values()
    assert [plot.call for plot in section.plots] == ["plot_latent(vae)"]
    del drawn["plot_latent(vae)"]
    (section,) = sections(marks({"classify-question": 0}), None, notebooks(pictures=drawn)).values()
    assert [plot.png for plot in section.plots] == [small["image/png"]]


def test_an_answer_that_stands_in_another_cell_is_found():
    work = notebooks(code={"kl_loss": ""})
    work["03_loss.ipynb"]["cells"].append(
        {"cell_type": "code", "source": "def kl_loss(a, b): ...", "metadata": {}, "outputs": []}
    )
    (section,) = sections(marks({"kl-loss-formula-test": 0}), None, work).values()
    assert section.code == ("def kl_loss(a, b): ...",)


def test_nothing_handed_in_is_no_error():
    work = OwnWork({})
    for each in TASKS:
        assert (work.code_of(each), work.answer_of(each), work.plots_of(each)) == ([], "", [])


def test_without_a_gradebook_answers_in_words_are_open():
    made = marks_of_report("ada", report({"train-test": MESSAGE}))
    assert (made.total, made.maximum) == (13, 28) and len(made.unmarked) == 14


@pytest.mark.parametrize("name", sorted({name for names in CODE.values() for name in names}))
def test_the_release_has_a_cell_of_that_id_that_defines_the_name(name):
    notebook = next(task(id_).notebook for id_, names in CODE.items() if name in names)
    cells = json.loads((RELEASE / notebook).read_bytes())["cells"]
    found = {cell["metadata"].get("nbgrader", {}).get("grade_id"): cell for cell in cells}
    assert f" {name}(" in "".join(found[answer_cell(name)]["source"])


def test_every_automatic_task_has_code_and_every_plot_a_task():
    assert CODE.keys() == {each.id for each in TASKS if each.kind == "auto"}
    assert PLOTS.keys() <= {each.id for each in TASKS}


def class_of(*points):
    return [marks({"train-test": each}) for each in points]


def test_medians_are_of_each_task_and_of_the_total():
    medians = class_medians(class_of(0, 0, 0, 1, 1))
    assert (medians.tasks["train-test"], medians.tasks["evaluate-test"]) == (0, 1)
    assert (medians.total, medians.complete) == (27, 5)


def test_what_nobody_has_marked_counts_for_no_median():
    medians = class_medians([*class_of(0, 0, 0, 0, 0), *[marks({"train-test": OPEN})] * 9])
    assert medians.tasks["train-test"] == 0 and (medians.total, medians.complete) == (27, 5)


def test_a_class_so_small_that_medians_tell_what_others_have_gets_none():
    medians = class_medians(class_of(*[0] * (MIN_CLASS - 1)))
    assert medians.tasks == {} and medians.total is None
