"""Setup of all tests: environment variables, the order of the tests, lines at the end of a run.

Alone, pytest runs the fast tests first. Several workers (see the Makefile) begin with the
files that take longest, so that none is left with one at the end.
"""

import os

import pytest

from tests.paths import DATA, ROOT

os.environ["MPLBACKEND"] = "Agg"
os.environ["PYTHONPATH"] = str(ROOT)
os.environ["LAB_DATA"] = str(DATA)
# Workers and trainings share the cores; torch's threads would wait for each other.
os.environ.setdefault("OMP_NUM_THREADS", "1")
LAST_LINE = "last line"  # name of a property of a test


def pytest_collection_modifyitems(items):
    """Sort the tests: see above."""
    if "PYTEST_XDIST_WORKER" not in os.environ:
        items.sort(key=_is_slow)
        return
    slow_files = {item.path for item in items if _is_slow(item)}
    items.sort(key=lambda item: _file_order(item.path, slow_files))


@pytest.fixture
def last_line(record_property):
    """A function that prints a line at the very end of the run."""
    return lambda line: record_property(LAST_LINE, line)


def pytest_terminal_summary(terminalreporter):
    """Print the last lines of the tests."""
    for reports in terminalreporter.stats.values():
        for report in reports:
            for name, line in getattr(report, "user_properties", ()):
                if name == LAST_LINE and getattr(report, "when", "") == "call":
                    terminalreporter.write_line(line)


def _is_slow(item):
    return item.get_closest_marker("slow") is not None


def _file_order(path, slow_files):
    """Full trainings first, then the other files with slow tests, then the rest."""
    if path not in slow_files:
        return 2
    return 0 if path.name == "test_training.py" else 1
