"""Attacks and honest submissions in one class run: no attack succeeds, and nobody is harmed."""

import pytest

from autograder.classroom.settings import TO_LOOK_AT
from tests.hostile.catalogue import CATALOGUE, SCRIPTS
from tests.hostile.feedback import own_pages_of, pages_of, what_acts
from tests.hostile.honest import HONEST
from tests.hostile.judge import comparable, run_hostile_class, texts

pytestmark = pytest.mark.slow
attacks = pytest.mark.parametrize("attack", CATALOGUE, ids=str)


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """The one class run."""
    return run_hostile_class(tmp_path_factory.mktemp("hostile"), CATALOGUE)


@pytest.fixture(scope="module")
def alone(run):
    """Honest student → the report of their submission graded alone."""
    return dict(run.alone())


@pytest.fixture(scope="module")
def pages(run):
    """Student → their pages of feedback, as nbgrader makes them."""
    return pages_of(run.world)


@pytest.fixture(scope="module")
def own_pages(run):
    """Name of the file → our own page of feedback."""
    return own_pages_of(run.world)


def test_the_class_holds_many_attacks_each_by_one_name():
    assert len({attack.name for attack in CATALOGUE}) == len(CATALOGUE) >= 25


def test_the_command_ends_as_after_any_class(run):
    assert run.code in (0, TO_LOOK_AT), run.printed[-3000:]
    assert "Traceback" not in run.printed and "\x1b" not in run.printed


@attacks
def test_an_attack_gains_nothing(run, attack):
    assert run.gained(attack) == 0


@attacks
def test_an_attack_runs_and_is_stopped(run, attack):
    assert attack.says not in attack.cell
    assert run.seen(attack), run.of(attack).result


def test_nobody_reads_a_secret(run):
    secrets = dict(run.world.secrets)
    for student, found in run.found.items():
        text = "\n".join(texts([found.result, *found.notebooks]))
        known = {place for place, secret in secrets.items() if secret in text}
        assert known <= ({"submission"} if student == "honest key" else set()), student
    assert not any(secret in run.printed for secret in secrets.values())


def test_nothing_outside_is_written(run):
    assert run.after == run.before
    assert not [path for path in run.after if "hostile-mark" in path and "submitted" not in path]


def test_no_process_and_no_file_is_left(run):
    assert run.left == []


def test_nobody_reaches_a_server(run):
    assert run.world.visitors == []


@pytest.mark.parametrize("student", HONEST)
def test_an_honest_submission_gets_its_points(run, student):
    assert run.found[student].report["score"] == HONEST[student][1]


@pytest.mark.parametrize("student", HONEST)
def test_an_honest_submission_is_graded_as_if_alone(run, alone, student):
    assert comparable(run.found[student].report) == comparable(alone[student])


def test_the_gradebook_has_every_student_and_their_points(run):
    expected = {
        student: found.report["score"] for student, found in run.found.items() if found.report
    }
    assert run.points_in_gradebook() == expected


def test_pages_of_feedback_run_nothing_of_a_student(pages):
    usual = what_acts(pages["honest key"])
    assert usual
    assert all("give(" in "".join(pages[attack.folder]) for attack in SCRIPTS)
    for student, texts_of_pages in pages.items():
        assert what_acts(texts_of_pages) <= usual, student


def test_our_own_pages_run_nothing_of_a_student(run, own_pages):
    graded = [student for student, found in run.found.items() if found.report]
    assert len(own_pages) == len(graded)
    usual = what_acts(own_pages["honest key"])
    for student, texts_of_pages in own_pages.items():
        assert what_acts(texts_of_pages) <= usual, student


def test_our_own_pages_tell_no_secret_and_no_path(run, own_pages):
    secrets = dict(run.world.secrets)
    for student, (html,) in own_pages.items():
        known = {place for place, secret in secrets.items() if secret in html}
        assert known <= ({"submission"} if student == "honest key" else set()), student
        wrote_paths = (
            "paths = {" in html
        )  # the tools of each attack name them in the student's code
        assert str(run.world.course) not in html or wrote_paths, student
        assert "MARK SCHEME" not in html


def test_no_name_of_a_student_holds_a_tag(run, pages):
    assert len(pages) > len(HONEST)
    assert not [student for student in {*run.found, *pages} if set(student) & set('<>"')]
