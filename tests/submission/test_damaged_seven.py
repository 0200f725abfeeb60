"""Notebooks that are damaged as a whole keep all points, judged by the real checks."""

import ast
import copy
import json

import matplotlib
import pytest

matplotlib.use("Agg")

from autograder.assignment import AUTO, NOTEBOOKS  # noqa: E402 - after the backend is chosen
from autograder.checks.by_task import CHECKS  # noqa: E402
from autograder.grading import Course  # noqa: E402
from autograder.notebook.cells import is_run  # noqa: E402
from autograder.probes.student import InProcess  # noqa: E402
from autograder.submission import read_submission, restore_all  # noqa: E402
from benchmarks.samples import write_submission  # noqa: E402
from tests.mistakes.key import namespace  # noqa: E402
from tests.paths import RELEASE  # noqa: E402
from tests.submission.mutated_notebook import is_python  # noqa: E402


def colab(cells):
    """As Colab saves: no ids, no marks, metadata of its own, sources as lists."""
    return [
        {
            "cell_type": cell["cell_type"],
            "metadata": {"id": f"aB{index}"},
            "source": cell["source"],
            **({"execution_count": None, "outputs": []} if cell["cell_type"] == "code" else {}),
        }
        for index, cell in enumerate(cells)
    ]


def upside_down(cells):
    return cells[::-1]


def twice(cells):
    """Every cell with a copy below it."""
    return [copy.deepcopy(cell) for cell in cells for _ in range(2)]


def all_text(cells):
    return [
        {**{key: cell[key] for key in ("id", "metadata", "source")}, "cell_type": "markdown"}
        for cell in cells
    ]


def only_answers(cells):
    """Everything deleted but what students write."""
    return [cell for cell in cells if cell["metadata"].get("nbgrader", {}).get("solution")]


def answers_into_tests(cells):
    """Each answer merged into the test below it, under the test's marks."""
    cells = copy.deepcopy([cell for cell in cells if cell["cell_type"] == "code"])
    for above, below in zip(cells, cells[1:], strict=False):
        if above["metadata"].get("nbgrader", {}).get("solution"):
            below["source"] = [*above["source"], "\n", *below["source"]]
            above["source"] = []
    return cells


def copies_of_the_release(cells):
    """The released cells again below the student's."""
    return cells + [cell for cell in RELEASED if cell["id"] in {each["id"] for each in cells}]


RELEASED = [
    cell
    for name in NOTEBOOKS
    for cell in json.loads((RELEASE / name).read_text(encoding="utf-8"))["cells"]
]
DAMAGES = (
    colab,
    upside_down,
    twice,
    all_text,
    only_answers,
    answers_into_tests,
    copies_of_the_release,
)


@pytest.fixture(scope="module")
def submitted(tmp_path_factory):
    return write_submission(tmp_path_factory.mktemp("right"))


@pytest.mark.parametrize("damage", DAMAGES)
def test_all_fourteen_points_are_kept(submitted, tmp_path, damage):
    for name in NOTEBOOKS:
        notebook = json.loads((submitted / name).read_text(encoding="utf-8"))
        notebook["cells"] = damage(notebook["cells"])
        (tmp_path / name).write_text(json.dumps(notebook), encoding="utf-8")
    submission = restore_all(read_submission(tmp_path), Course().released)
    lost = {
        task.id: outcome.message
        for task in AUTO
        for run in CHECKS[task.id]
        if not (outcome := run(student(submission.notebooks[task.notebook], task.notebook))).passed
    }
    assert lost == {}
    assert sum(task.points for task in AUTO) == 14


def student(notebook, name):
    """A Student made of the definitions in the cells that run, in their order."""
    sources = [cell.source for cell in notebook.cells if is_run(cell) and is_python(cell.source)]
    nodes = [node for source in sources for node in ast.parse(source).body if hasattr(node, "name")]
    definitions = {str(index): ast.unparse(node) for index, node in enumerate(nodes)}
    return InProcess(namespace(name, definitions))
