"""Set-up of all tests: no windows, kernels that find the package, slow tests last, results in the
last lines.

The full-length training on the CPU begins with the session and has what the other tests leave of
the processor.
"""

import os

import pytest

from tests.paths import ROOT

os.environ["MPLBACKEND"] = "Agg"
os.environ["PYTHONPATH"] = str(ROOT)
os.environ["LAB_DATA"] = os.path.abspath(os.environ.get("LAB_DATA", ROOT / "data"))
lines_key = pytest.StashKey[list]()
jobs_key = pytest.StashKey[dict]()


def pytest_collection_modifyitems(items):
    items.sort(key=lambda item: (_trains(item), item.get_closest_marker("slow") is not None))


def pytest_configure(config):
    config.stash[lines_key] = []
    config.stash[jobs_key] = {}


def pytest_collection_finish(session):
    wanted = any(_trains(item) and item.get_closest_marker("slow") for item in session.items)
    if (
        wanted
        and not session.config.option.collectonly
        and os.environ.get("LAB_PROFILE", "full") == "full"
    ):
        _training(session.config, "cpu")


def pytest_unconfigure(config):
    for job in config.stash[jobs_key].values():
        job.close()


@pytest.fixture(scope="session")
def training_job(request):
    """device → its TrainingJob, begun now if it was not before."""
    return lambda device: _training(request.config, device)


def _trains(item):
    return "training_job" in getattr(item, "fixturenames", ())


def _training(config, device):
    from tests.target.training_job import TrainingJob

    jobs = config.stash[jobs_key]
    return jobs.get(device) or jobs.setdefault(device, TrainingJob(device))


@pytest.fixture(scope="session")
def last_lines(request):
    """A list; its lines are printed at the very end of the run."""
    return request.config.stash[lines_key]


def pytest_terminal_summary(terminalreporter, config):
    for line in config.stash[lines_key]:
        terminalreporter.write_line(line)
