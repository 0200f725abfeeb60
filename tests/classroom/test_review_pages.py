"""The pages on which TAs mark: what they show, what they write, and what they never lose."""

import re

import pytest

from autograder.classroom.gradebook.marks import read_marks
from tests.classroom.class_world import (
    copy_course,
    make_course,
    mark_by_hand,
    open_gradebook,
    scores,
)
from tests.classroom.review_world import Browser, add_master, hand_in
from tests.classroom.stub_grading import QUESTION, UNANSWERED

NAMES = ("Zoe-4711", "Yan-4712", "Xia-4713")
WORDS = "It must be positive, and every real number has an exponential that is."


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    return make_course(tmp_path_factory.mktemp("template"))


@pytest.fixture
def course(template, tmp_path):
    folder = copy_course(template, tmp_path / "course")
    add_master(folder)
    texts = {name: f"Because of reason {number}." for number, name in enumerate(NAMES)}
    hand_in(folder, **texts)
    return folder


def mark_of(course, submission):
    with open_gradebook(course) as gradebook:
        task = read_marks(gradebook, "vae")[submission].tasks[QUESTION]
        return task.points, task.waits, task.comment


def test_a_mark_is_in_nbgraders_gradebook_and_the_next_answer_comes(course):
    ann = Browser(course)
    status, answer = ann.mark(ann.see("Zoe-4711"), points="0,5", comment="Which reason?\n\n ")
    assert status == 200 and answer["next"].startswith(f"/question/{QUESTION}?after=")
    assert mark_of(course, "Zoe-4711") == (0.5, False, "Which reason?")
    assert scores(course)["Zoe-4711"][QUESTION] == (None, 0.5, False)
    found = set()
    while submission := ann.next():
        found.add(submission)
        ann.mark(ann.see(submission))
    assert found == {"Yan-4712", "Xia-4713"}
    assert "No answer to this question waits." in ann.page(f"/question/{QUESTION}")


@pytest.mark.parametrize("points", ["", "2", "-1", "1e0", "nan", "0.5.1", "one", "½½"])
def test_points_that_cannot_be_are_refused_in_a_sentence(course, points):
    ann = Browser(course)
    status, answer = ann.mark(ann.see("Zoe-4711"), points=points)
    assert status == 422 and answer["message"].endswith(".")
    assert mark_of(course, "Zoe-4711") == (None, True, "")


def test_nothing_says_whose_an_answer_is(course):
    ann = Browser(course, sample=3)
    bea = Browser(course, "bea", sample=3)
    for name in NAMES:
        ann.mark(ann.see(name), comment="Good.")
    paths = ["/", "/agreement", f"/question/{QUESTION}", f"/answers/{QUESTION}"]
    paths += [f"/similar/{QUESTION}", f"/second/{QUESTION}"]
    for html in map(bea.page, paths):
        assert not [name for name in NAMES if name.lower() in html.lower()]


def test_model_answer_and_rubric_stand_beside_the_answer(course):
    ann = Browser(course)
    html = ann.page(f"/question/{QUESTION}")
    assert "Earns the point: a reason." in html and "MARK SCHEME" not in html
    assert "<math" in html and "Because of reason" in html


def test_each_ta_has_one_random_order(course):
    hand_in(course, **{f"s{number}": f"Reason {number}" for number in range(30)})

    def order(ta):
        return list(Browser(course, ta).desk.read_sheets(QUESTION))

    assert order("ann") == order("ann") != order("bea") and set(order("ann")) == set(order("bea"))


def test_an_answer_left_as_handed_out_does_not_wait(course):
    hand_in(course, Ada=UNANSWERED)
    ann = Browser(course)
    for name in NAMES:
        ann.mark(ann.see(name))
    assert ann.next() is None and mark_of(course, "Ada")[0] == 0


def test_two_tas_on_one_answer_see_both_marks_before_one_is_replaced(course):
    ann, bea = Browser(course), Browser(course, "bea")
    first, second = ann.see("Zoe-4711"), bea.see("Zoe-4711")
    ann.mark(first, points="1", comment="Good.")
    status, answer = bea.mark(second, points="0")
    (conflict,) = answer["conflicts"]
    assert status == 409 and mark_of(course, "Zoe-4711") == (1, False, "Good.")
    assert (conflict["by"], conflict["points"], conflict["comment"]) == ("ann", 1, "Good.")
    assert not conflict["is_new_text"]
    chosen = {key: conflict[key] for key in ("grade", "token", "text")}
    assert bea.mark(chosen, points="0")[0] == 200
    assert mark_of(course, "Zoe-4711") == (0, False, "")
    assert [row["ta"] for row in bea.desk.book.read_log("mark")] == ["ann", "bea"]


def test_two_tas_who_agree_are_not_disturbed(course):
    ann, bea = Browser(course), Browser(course, "bea")
    first, second = ann.see("Zoe-4711"), bea.see("Zoe-4711")
    assert ann.mark(first)[0] == bea.mark(second)[0] == 200


def test_a_mark_of_the_formgrader_is_not_replaced_unseen(course):
    ann = Browser(course)
    seen = ann.see("Zoe-4711")
    mark_by_hand(course, "Zoe-4711", 1, comment="By the Formgrader.")
    status, answer = ann.mark(seen, points="0")
    assert status == 409 and "Formgrader" in answer["conflicts"][0]["by"]
    assert mark_of(course, "Zoe-4711") == (1, False, "By the Formgrader.")


def test_a_text_that_changed_meanwhile_is_not_marked_unseen(course):
    ann = Browser(course)
    seen = ann.see("Zoe-4711")
    hand_in(course, **{"Zoe-4711": "Another reason."})
    status, answer = ann.mark(seen)
    assert status == 409 and answer["conflicts"][0]["is_new_text"]
    assert mark_of(course, "Zoe-4711")[1]


def test_a_mark_given_here_is_reopened_by_another_text_only(course):
    ann = Browser(course)
    ann.mark(ann.see("Zoe-4711"), points="0,5")
    hand_in(course, **{"Zoe-4711": "Because of reason 0."})
    assert mark_of(course, "Zoe-4711") == (0.5, False, "")
    hand_in(course, **{"Zoe-4711": "Another reason."})
    assert mark_of(course, "Zoe-4711")[1]
    grade = ann.see("Zoe-4711")["grade"]
    html = ann.page(f"/question/{QUESTION}/{grade}")
    assert "another one than that which was marked ½" in html


def test_the_same_words_are_marked_at_once_on_request(course):
    hand_in(course, A=WORDS, B=f" {WORDS.upper()} ", C=WORDS.replace("exponential", "exponent"))
    ann = Browser(course)
    ann.desk.alike(QUESTION, ann.desk.read_sheets(QUESTION), patience=60)
    seen = {name: ann.see(name) for name in "ABC"}
    html = ann.page(f"/question/{QUESTION}/{seen['A']['grade']}")
    assert len(re.findall(r"same mark to 1 other answer\s+with the same words", html)) == 1
    assert len(re.findall(r"same mark to 1 other answer, \d\d % alike", html)) == 1
    assert seen["B"]["token"] in html
    ann.mark(seen["A"], seen["B"], points="0", comment="Why?")
    assert [mark_of(course, name)[0] for name in "ABC"] == [0, 0, None]


def test_of_answers_marked_at_once_none_is_written_where_one_changed(course):
    ann = Browser(course)
    seen = [ann.see(name) for name in NAMES]
    mark_by_hand(course, NAMES[1], 0)
    status, answer = ann.mark(*seen)
    assert status == 409 and len(answer["conflicts"]) == 1
    assert [mark_of(course, name)[0] for name in NAMES] == [None, 0, None]


def test_answers_that_are_alike_are_listed_and_named_only_on_request(course):
    hand_in(course, A=WORDS, B=WORDS)
    ann = Browser(course)
    ann.desk.find_pairs(QUESTION, patience=60)
    blind, open_ = (ann.page(f"/similar/{QUESTION}{end}") for end in ("", "?names=1"))
    assert "100 %" in blind and "<strong>A</strong>" not in blind
    assert "<strong>A</strong>" in open_ and "<strong>B</strong>" in open_


def edit(browser, old, new, count):
    body = {"old": old, "new": new, "count": count}
    answer = browser.http.post(f"/remark/{QUESTION}", json=body)
    return answer.status_code, answer.json()


def test_a_remark_is_counted_and_edited_in_all_comments(course):
    ann = Browser(course)
    for name, comment in zip(NAMES, ("Say why.", "Say why.\nGood.", "Say why not."), strict=True):
        ann.mark(ann.see(name), comment=comment)
    assert ann.desk.remarks(ann.desk.read_sheets(QUESTION))[0] == ("Say why.", 2)
    status, answer = edit(ann, "Say why.", "Give a reason.", 1)
    assert status == 409 and "in 2 comments, not in 1" in answer["message"]
    assert edit(ann, "Say why.", "Give a reason.", 2)[0] == 200
    comments = [mark_of(course, name)[2] for name in NAMES]
    assert comments == ["Give a reason.", "Give a reason.\nGood.", "Say why not."]
    assert edit(ann, "Good.", "", 1)[0] == 200
    assert mark_of(course, NAMES[1])[2] == "Give a reason."


def test_a_second_mark_is_blind_and_counts_for_the_agreement_alone(course):
    ann, bea = Browser(course, sample=3), Browser(course, "bea", sample=3)
    for name, points in zip(NAMES, ("1", "0", "1"), strict=True):
        ann.mark(ann.see(name), points=points, comment="Seen by ann.")
    before = scores(course)
    for name, points in zip(NAMES, ("1", "0", "0"), strict=True):
        seen = bea.see(name, "second")
        assert "Seen by ann." not in bea.page(f"/second/{QUESTION}/{seen['grade']}")
        assert bea.mark(seen, points=points, mode="second")[0] == 200
    assert scores(course) == before
    html = bea.page("/agreement")
    assert "<td>3</td><td>2</td>\n<td>0.40</td>" in html and "ann 1, bea 0" in html
    assert bea.http.get(f"/second/{QUESTION}").url.path == "/agreement", "all are done"
    assert ann.http.get(f"/second/{QUESTION}").url.path == "/agreement", "they are her own"


def test_progress_is_counted_by_question_and_ta(course):
    ann, bea = Browser(course), Browser(course, "bea")
    ann.mark(ann.see(NAMES[0]))
    bea.mark(bea.see(NAMES[1]))
    html = ann.page("/")
    assert "ann 1, bea 1" in html and 'max="3" value="2"' in html


def test_a_second_mark_of_a_text_that_changed_meanwhile_is_refused(course):
    ann, bea = Browser(course, sample=3), Browser(course, "bea", sample=3)
    ann.mark(ann.see("Zoe-4711"))
    seen = bea.see("Zoe-4711", "second")
    hand_in(course, **{"Zoe-4711": "Another reason."})
    body = {"marks": [seen], "points": "0", "mode": "second"}
    answer = bea.http.post(f"/mark/{QUESTION}", json=body)
    assert answer.status_code == 409 and "load this page again" in answer.text
    assert not bea.desk.book.read_log("second")
