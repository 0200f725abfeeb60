"""The templates for platforms: what they run exists, and their points are those of the table."""

import json
import shlex

import pytest

from autograder.assignment import AUTO
from autograder.conftest import pytest_addoption
from tests.paths import ROOT

TEMPLATES = ROOT / "templates"
WORKFLOWS = ("github/.github/workflows/grade.yml", "gitlab/.gitlab-ci.yml")


def test_github_classroom_gives_the_points_of_the_table_from_the_properties_of_the_xml():
    text = (TEMPLATES / "github/.github/classroom/autograding.json").read_text(encoding="utf-8")
    found = {}
    for test in json.loads(text)["tests"]:
        program, quiet, pattern, file = shlex.split(test["run"])
        assert (program, quiet, file) == ("grep", "-q", "/tmp/points.xml")
        found[pattern] = test["points"]
    expected = {
        f'<property name="points of {task.id}" value="{task.points} of {task.points}"': task.points
        for task in AUTO
    }
    assert found == expected


@pytest.mark.parametrize("name", WORKFLOWS)
def test_a_workflow_calls_the_pytest_face_in_a_sandbox(name):
    class Options(list):
        def addoption(self, name, **more):
            self.append(name)

    ours = Options()
    pytest_addoption(ours)
    text = (TEMPLATES / name).read_text(encoding="utf-8")
    package, *words = text.split("-m pytest ")[1].split()[:6]
    options = {word.split("=")[0] for word in words if word.startswith("--")}
    assert package == "autograder"
    assert options == {*ours, "--junitxml"}
