"""Points stand in one place: the table of tasks; masters and release say the same."""

import json

import pytest

from autograder.assignment import TASKS
from autograder.paths import RELEASE, SOLUTIONS


@pytest.mark.parametrize("folder", [SOLUTIONS, RELEASE], ids=["masters", "release"])
def test_the_notebooks_agree_with_the_table(folder):
    found = {}
    for path in sorted(folder.glob("*.ipynb")):
        for cell in json.loads(path.read_bytes())["cells"]:
            marks = cell["metadata"].get("nbgrader", {})
            if marks.get("grade"):
                by_hand = cell["cell_type"] == "markdown" or marks["solution"]
                found[marks["grade_id"]] = (path.name, marks["points"], by_hand)
    wanted = {task.id: (task.notebook, task.points, task.kind == "manual") for task in TASKS}
    assert found == wanted
