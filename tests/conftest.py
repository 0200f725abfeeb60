"""Set-up of all tests: no windows, kernels that find the package, slow tests last, results in the last lines."""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
os.environ["MPLBACKEND"] = "Agg"
os.environ["PYTHONPATH"] = str(ROOT)
os.environ["LAB_DATA"] = os.path.abspath(os.environ.get("LAB_DATA", ROOT / "data"))
lines_key = pytest.StashKey[list]()


def pytest_collection_modifyitems(items):
    items.sort(key=lambda item: item.get_closest_marker("slow") is not None)


def pytest_configure(config):
    config.stash[lines_key] = []


@pytest.fixture(scope="session")
def last_lines(request):
    """A list; its lines are printed at the very end of the run."""
    return request.config.stash[lines_key]


def pytest_terminal_summary(terminalreporter, config):
    for line in config.stash[lines_key]:
        terminalreporter.write_line(line)
