"""A Dask cluster gives the points that this machine gives, also where one of its workers dies."""

import dask
import distributed
import pytest

from autograder.classroom.errors import ClassError
from autograder.classroom.results.store import COUNTS, Store
from autograder.classroom.workers.dask_cluster import DaskCluster
from autograder.classroom.workers.local_pool import LocalPool
from tests.classroom.class_world import run_here
from tests.classroom.stub_grading import submit


@pytest.fixture(scope="module")
def cluster():
    """Two workers; a task is tried twice."""
    with (
        dask.config.set({"distributed.scheduler.allowed-failures": 1}),
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, dashboard_address=":0"
        ) as cluster,
    ):
        yield cluster


def results(folder, **settings):
    """(exit code, what was printed, student → points) of a run into a results folder of its own."""
    place = folder / f"graded-{len(settings)}"
    code, printed = run_here(folder, results=place, **settings)
    with Store(place) as store:
        return (
            code,
            printed,
            {student: result.points for student, result in store.results[COUNTS].items()},
        )


def test_a_cluster_that_loses_a_worker_gives_the_same_points_as_this_machine(cluster, tmp_path):
    for number in range(6):
        submit(tmp_path / "submitted" / f"s{number}", (number % 2, number % 3 % 2))
    submit(tmp_path / "submitted" / "unlucky", (1, 0), once=str(tmp_path / "flag"))
    remote = results(tmp_path, scheduler=cluster.scheduler_address)
    assert remote[0] == 0, remote[1]
    assert (tmp_path / "flag").exists(), "no worker died"
    assert remote[2] == results(tmp_path)[2] and len(remote[2]) == 7


def test_a_submission_that_kills_workers_is_reported_and_the_others_are_graded(cluster, tmp_path):
    submit(tmp_path / "submitted" / "ada", (1, 0))
    submit(tmp_path / "submitted" / "bob", kill=True)
    submit(tmp_path / "submitted" / "cyd", **{"raise": "no"})
    code, printed, found = results(tmp_path, scheduler=cluster.scheduler_address)
    assert code == 1 and found.keys() == {"ada"}
    assert "bob: could not be graded: KilledWorker" in printed
    assert "cyd: could not be graded: ValueError: no." in printed


def test_both_executors_keep_the_same_promise(cluster):
    with LocalPool(2) as local, DaskCluster(cluster.scheduler_address) as remote:
        for executor in (local, remote):
            assert executor.in_flight >= 2
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
