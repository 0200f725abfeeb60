"""Set-up of all tests: no windows, kernels that find the package, results in the last lines.

Alone, pytest runs the fast tests first. Several workers (`-n 2 --dist loadfile`) begin with the
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
LAST_LINE = "last line"  # a property of a test


def pytest_collection_modifyitems(items):
    if "PYTEST_XDIST_WORKER" not in os.environ:
        items.sort(key=lambda item: _slow(item))
        return
    slow_files = {item.path: _training(item) for item in items if _slow(item)}
    items.sort(key=lambda item: (not slow_files.get(item.path), item.path not in slow_files))


@pytest.fixture
def last_line(record_property):
    """A function that prints a line at the very end of the run."""
    return lambda line: record_property(LAST_LINE, line)


def pytest_terminal_summary(terminalreporter):
    for reports in terminalreporter.stats.values():
        for report in reports:
            for name, line in getattr(report, "user_properties", ()):
                if name == LAST_LINE and getattr(report, "when", "") == "call":
                    terminalreporter.write_line(line)


def _slow(item):
    return item.get_closest_marker("slow") is not None


def _training(item):
    return item.path.name == "test_training.py"
