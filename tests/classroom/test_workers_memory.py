"""As many submissions are graded at once as this machine has memory for, whatever they do."""

import pytest

from autograder.classroom.workers import memory
from autograder.classroom.workers.memory import NEEDED, choose_workers
from autograder.grading.grade_submission import NOTEBOOKS_AT_ONCE
from autograder.kernels import cgroups

GB = 2**30


@pytest.fixture
def machine(monkeypatch):
    """A function that makes this machine one with so many cores and bytes of memory."""

    def make(cores, size):
        monkeypatch.setattr(memory, "usable_cores", lambda: cores)
        monkeypatch.setattr(memory, "machine_memory", lambda: size)

    return make


@pytest.mark.parametrize(
    "cores, size, workers", [(2, 24, 2), (8, 24, 4), (64, 512, 64), (8, 4, 1), (8, 0, 8)]
)
def test_the_sum_of_what_all_may_use_stays_below_the_machines_memory(machine, cores, size, workers):
    machine(cores, size * GB)
    chosen, note = choose_workers(None)
    assert chosen == workers
    assert chosen * NEEDED <= size * GB or chosen == 1 or size == 0
    assert bool(note) == (workers < cores)


def test_a_sentence_says_why_there_are_fewer_and_how_to_have_more(machine):
    machine(8, 16 * GB)
    _, note = choose_workers(None)
    assert note == (
        "Grades 2 at once, not 8: this machine has 16 GB of memory, and a submission may use up "
        "to 6 GB. --workers 8 grades as many all the same."
    )


def test_a_person_gets_the_number_that_they_ask_for(machine):
    machine(8, 4 * GB)
    assert choose_workers(6) == (6, "")


def test_a_submission_has_as_many_kernels_at_once_as_is_reserved_for():
    assert cgroups.KERNELS_AT_ONCE == NOTEBOOKS_AT_ONCE


@pytest.mark.parametrize("name", memory.CONTAINER_LIMITS)
def test_in_a_container_its_own_limit_counts(monkeypatch, tmp_path, name):
    (tmp_path / name).parent.mkdir(exist_ok=True)
    monkeypatch.setattr(memory, "CONTAINERS", tmp_path)
    whole = memory.machine_memory()
    for text, found in (("1000000\n", 10**6), ("max\n", whole), ("9223372036854771712\n", whole)):
        (tmp_path / name).write_text(text)
        assert memory.machine_memory() == found
