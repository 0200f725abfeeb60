"""pytest autograder --submission DIR: one test a check, the points at the end."""

import xml.etree.ElementTree as ElementTree
import zipfile
from pathlib import Path

import pytest

import autograder.test_submission as face
from autograder.assignment import AUTO
from autograder.checks import Outcome
from autograder.checks.by_task import CHECKS
from autograder.errors import SubmissionError
from autograder.grading import Report, TaskResult

pytest_plugins = ["pytester"]
PACKAGE = Path(face.__file__).parent
ALL_CHECKS = sum(len(CHECKS[task.id]) for task in AUTO)
WRONG = ("kl-loss-formula-test", "closed form")


def report(folder, only, sandbox):
    """Return a report in which one check failed."""
    results = tuple(
        TaskResult(
            task,
            tuple(outcome(task, check.name) for check in CHECKS[task.id]),
            tuple(range(len(CHECKS[task.id]))),
        )
        for task in AUTO
        if task.notebook in only
    )
    return Report("ada", results, ("vae.pt is missing.",))


def outcome(task, name):
    """Return a passed outcome, but for the check WRONG."""
    return Outcome(name, (task.id, name) != WRONG, "Where is the factor ½?")


@pytest.fixture
def run(pytester, monkeypatch):
    """Run pytest on the package, with a grader that returns the report above, or another one."""

    def run(*arguments, grade=report):
        monkeypatch.setattr(face, "grade", grade)
        options = ("-p", "no:cacheprovider", f"--rootdir={PACKAGE.parent}")
        return pytester.runpytest_inprocess(PACKAGE, *options, *arguments)

    return run


def test_each_check_is_a_test_and_the_points_are_summed(run):
    result = run("--submission", "ada")
    result.assert_outcomes(passed=ALL_CHECKS - 1, failed=1)
    result.stdout.fnmatch_lines(
        [
            "*10.3a kl-loss-formula-test[[]closed form[]]*",
            "Where is the factor ½?",
            "ada: 13 of 14 points",
            "Note: vae.pt is missing.",
        ]
    )
    assert "Traceback" not in result.stdout.str()
    assert 'test_submission.py", line' not in result.stdout.str()


def test_a_selection_grades_its_notebooks_alone(run):
    asked = []

    def grade(folder, only, sandbox):
        asked.append(only)
        return report(folder, only, sandbox)

    run("--submission", "ada", "-k", "kl-loss", grade=grade)
    assert asked == [{"03_loss.ipynb"}]


def test_the_xml_names_each_check(run, tmp_path):
    run("--submission", "ada", f"--junitxml={tmp_path / 'points.xml'}")
    cases = list(ElementTree.parse(tmp_path / "points.xml").iter("testcase"))
    assert len(cases) == ALL_CHECKS
    (failed,) = [case for case in cases if case.find("failure") is not None]
    assert failed.get("name") == "10.3a kl-loss-formula-test[closed form]"


def test_the_xml_has_the_points_of_all_tasks_and_the_time_of_each_check(run, tmp_path):
    run("--submission", "ada", f"--junitxml={tmp_path / 'points.xml'}")
    (suite,) = ElementTree.parse(tmp_path / "points.xml").iter("testsuite")
    whole = properties(suite)
    assert (whole["points"], whole["max_points"]) == ("13", "14")
    assert whole["points of kl-loss-formula-test"] == "0 of 1"
    assert sum(int(whole[f"points of {task.id}"][0]) for task in AUTO) == 13
    of_task = [
        case for case in suite.iter("testcase") if "kl-loss-formula-test" in case.get("name", "")
    ]
    assert [properties(case)["points"] for case in of_task] == ["0", "0"]
    for number, case in enumerate(of_task):  # a check and its neighbours took 0, 1, ... seconds
        assert number <= float(case.get("time", "nan")) < number + 0.9


def properties(element):
    """The properties of an element of a JUnit file."""
    return {each.get("name"): each.get("value") for each in element.findall("properties/property")}


def test_a_zip_is_graded_as_the_folder_in_it(run, tmp_path):
    with zipfile.ZipFile(tmp_path / "team-vae.zip", "w") as archive:
        archive.writestr("02_vae.ipynb", "{}")
    seen = []

    def grade(folder, only, sandbox):
        seen.extend(path.name for path in folder.iterdir())
        return report(folder, only, sandbox)

    run("--submission", str(tmp_path / "team-vae.zip"), "-k", "kl-loss", grade=grade)
    assert seen == ["02_vae.ipynb"]


def test_a_missing_notebook_fails_its_checks_with_the_reason(run):
    def grade(folder, only, sandbox):
        empty = Outcome("notebook", False, "It is empty.")
        return Report("ada", tuple(TaskResult(task, (empty,)) for task in AUTO))

    result = run("--submission", "ada", grade=grade)
    result.assert_outcomes(failed=ALL_CHECKS)
    result.stdout.fnmatch_lines(["It is empty."])


def test_nothing_to_grade_is_one_sentence(run):
    def grade(folder, only, sandbox):
        raise SubmissionError("nowhere is not a folder.")

    result = run("--submission", "nowhere", grade=grade)
    result.stdout.fnmatch_lines(["*nowhere is not a folder.*"])
    assert result.ret == pytest.ExitCode.USAGE_ERROR


def test_without_a_folder_the_option_is_named(run):
    result = run()
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*pytest autograder --submission DIR*"])
