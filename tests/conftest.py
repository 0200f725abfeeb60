"""Setup of all tests: environment variables, the order of the tests, lines at the end of a run.

Alone, pytest runs the fast tests first. Several workers (see the Makefile) begin with the files
that take longest. A file is one worker's, since its tests share fixtures; the tests of `DIVISIBLE`
share nothing, and come last, so that no worker is left with a file at the end.
"""

import os
from collections import Counter

import pytest

from autograder.paths import python_path
from tests.paths import DATA

os.environ["MPLBACKEND"] = "Agg"
os.environ["PYTHONPATH"] = python_path()
os.environ["LAB_DATA"] = str(DATA)
# Workers and trainings share the cores; torch's threads would wait for each other.
os.environ.setdefault("OMP_NUM_THREADS", "1")
LAST_LINE = "last line"  # name of a property of a test
COUNT = "count"  # another: (what is counted, how many, of how many)
DIVISIBLE = {"test_mistakes.py", "test_loaded_vae.py"}


def pytest_collection_modifyitems(items):
    """Sort the tests: see above."""
    if "PYTEST_XDIST_WORKER" not in os.environ:
        items.sort(key=_is_slow)
        return
    slow_files = {item.path for item in items if _is_slow(item)}
    items.sort(key=lambda item: _file_order(item.path, slow_files))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """Give each worker a file at a time, of a file that may be divided a test."""
    from xdist.scheduler import LoadFileScheduling

    class Scheduling(LoadFileScheduling):
        def _split_scope(self, nodeid):
            file = super()._split_scope(nodeid)
            return nodeid if file.rpartition("/")[2] in DIVISIBLE else file

    return Scheduling(config, log) if config.getvalue("dist") == "loadfile" else None


@pytest.fixture
def last_line(record_property):
    """A function that prints a line at the very end of the run."""
    return lambda line: record_property(LAST_LINE, line)


@pytest.fixture
def count(record_property):
    """A function that adds to a count, whose sum over all tests is printed at the very end."""
    return lambda what, part, whole: record_property(COUNT, (what, part, whole))


def pytest_terminal_summary(terminalreporter):
    """Print the last lines of the tests, and their counts."""
    parts, wholes = Counter(), Counter()
    for name, value in _properties(terminalreporter.stats.values()):
        if name == LAST_LINE:
            terminalreporter.write_line(value)
        elif name == COUNT:
            what, part, whole = value
            parts[what] += part
            wholes[what] += whole
    for what, whole in wholes.items():
        terminalreporter.write_line(f"{what}: {parts[what]} of {whole}")


def _properties(stats):
    """Yield (name, value) of all that tests recorded."""
    for reports in stats:
        for report in reports:
            if getattr(report, "when", "") == "call":
                yield from report.user_properties


def _is_slow(item):
    return item.get_closest_marker("slow") is not None


def _file_order(path, slow_files):
    """Full trainings first, then the other files with slow tests, the rest, what can be divided."""
    if path.name in DIVISIBLE:
        return 3
    if path not in slow_files:
        return 2
    return 0 if path.name == "test_training.py" else 1
