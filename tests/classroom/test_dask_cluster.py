"""Grading on a Dask cluster gives the points of this machine, also where a worker dies."""

import dask
import distributed
import pytest

from autograder.classroom.errors import ClassError
from autograder.classroom.results.store import Store
from autograder.classroom.workers.dask_cluster import DaskCluster
from autograder.classroom.workers.local_pool import LocalPool
from tests.classroom.class_world import run_here
from tests.classroom.stub_grading import submit

# A call is tried twice. A LocalCluster gives up a worker that is not there this long after it, or
# one before it, died: also one that has only just died once more and is starting again.
SETTINGS = {
    "distributed.scheduler.allowed-failures": 1,
    "distributed.deploy.lost-worker-timeout": "1h",
}


@pytest.fixture(scope="module")
def cluster():
    """Two workers."""
    workers = {"n_workers": 2, "threads_per_worker": 1, "dashboard_address": ":0"}
    with (
        dask.config.set(SETTINGS),
        distributed.LocalCluster(**workers) as cluster,
    ):
        yield cluster


def results(folder, **settings):
    """Run with a results folder of its own → (exit code, what was printed, student → points)."""
    graded = folder / f"graded-{len(settings)}"
    code, printed = run_here(folder, results=graded, **settings)
    with Store(graded) as store:
        points = {student: result.points for student, result in store.counting.items()}
    return code, printed, points


def test_a_cluster_that_loses_a_worker_gives_the_same_points_as_this_machine(cluster, tmp_path):
    for number in range(6):
        submit(tmp_path / "submitted" / f"s{number}", (number % 2, number % 3 % 2))
    submit(tmp_path / "submitted" / "unlucky", (1, 0), once=str(tmp_path / "flag"))
    code, printed, points = results(tmp_path, scheduler=cluster.scheduler_address)
    assert code == 0, printed
    assert (tmp_path / "flag").exists(), "no worker died"
    assert points == results(tmp_path)[2] and len(points) == 7


def test_a_submission_that_kills_workers_is_reported_and_the_others_are_graded(cluster, tmp_path):
    submit(tmp_path / "submitted" / "ada", (1, 0))
    submit(tmp_path / "submitted" / "bob", kill=True)
    submit(tmp_path / "submitted" / "cyd", **{"raise": "no"})
    code, printed, found = results(tmp_path, scheduler=cluster.scheduler_address)
    assert code == 1 and found.keys() == {"ada"}
    assert "bob: could not be graded: KilledWorker" in printed
    assert "cyd: could not be graded: ValueError: no." in printed


def test_a_call_gives_its_text_or_raises_on_both_executors(cluster):
    with LocalPool(2) as local, DaskCluster(cluster.scheduler_address) as remote:
        for executor in (local, remote):
            assert executor.max_in_flight >= 2
            assert executor.submit(str.upper, "text").result(30) == "TEXT"
            with pytest.raises(Exception, match="can only join an iterable"):
                executor.submit(str.join, "", 3).result(30)


def test_no_scheduler_and_no_workers_are_one_sentence():
    with pytest.raises(ClassError, match="No Dask scheduler answers at tcp://127.0.0.1:9"):
        DaskCluster("tcp://127.0.0.1:9", seconds=0.5)
    with pytest.raises(ClassError, match="No Dask scheduler answers at nonsense"):
        DaskCluster("nonsense://", seconds=0.5)
    with (
        distributed.LocalCluster(n_workers=0, dashboard_address=":0") as empty,
        pytest.raises(ClassError, match="has no workers"),
    ):
        DaskCluster(empty.scheduler_address, seconds=0.5)
