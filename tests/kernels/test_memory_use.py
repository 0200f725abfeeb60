"""What a kernel holds is all that Linux holds for it; the one that grew is the one that ends."""

import contextlib
import os

import pytest

from autograder.kernels.inside import memory_use
from autograder.kernels.inside.limits import MB, Limits
from autograder.kernels.inside.memory_use import FAST_LOOK, SLOW_LOOK, MemoryUse

LIMITS = Limits(memory=1000 * MB)
WARM = {"RssAnon": 100 * MB, "VmPTE": 2 * MB}


@pytest.fixture
def look(monkeypatch):
    """A function that looks at the init process and at others of given sizes (MB)."""
    for name in ("folder_bytes", "sockets_in_use", "tcp_sockets_in_use"):
        monkeypatch.setattr(memory_use, name, lambda: 0)

    def look_at(use, *sizes, exact=0, inherited=0, **unheld):
        for name, number in unheld.items():
            monkeypatch.setattr(memory_use, name, lambda number=number: number)
        found = [{"RssAnon": held * MB, "VmPTE": tables * MB} for held, tables in sizes]
        sizes_of = dict(enumerate([WARM, *found], start=1))
        shares = {process: (inherited + exact) * MB for process in sizes_of} | {1: inherited * MB}
        monkeypatch.setattr(memory_use, "memory_of", sizes_of.get)
        monkeypatch.setattr(memory_use, "proportional_memory_of", lambda each, _: shares[each])
        use.look([*sizes_of])
        return use.bytes / MB

    return look_at


@pytest.fixture
def use():
    return MemoryUse(LIMITS, WARM, socket_bytes=MB)


def test_a_fork_of_the_warm_process_holds_nothing_yet(use, look):
    assert look(use, (100, 2), (99, 1)) == 0


def test_tables_of_pages_files_and_sockets_count(use, look):
    assert look(use, (300, 52), (150, 2)) == 300
    assert look(use, (100, 2), folder_bytes=70 * MB) == 70
    assert look(use, (100, 2), folder_bytes=0, sockets_in_use=100) == 150
    assert look(use, (100, 2), sockets_in_use=0, tcp_sockets_in_use=3) == 30


def test_what_processes_share_counts_once_where_that_matters(use, look):
    assert look(use, (900, 2), (900, 2), exact=450) == 900
    assert look(use, (1200, 2), exact=1150) > LIMITS.memory / MB


def test_what_processes_share_with_the_warm_process_does_not_count(use, look):
    assert look(use, (900, 2), (900, 2), exact=450, inherited=60) == 900


def test_processes_stand_still_while_they_are_counted_near_the_limit(look):
    """Only there: a kernel whose processes share much would stand still at each look."""
    stops = []

    @contextlib.contextmanager
    def stand_still():
        stops.append("stop")
        yield
        stops.append("go on")

    use = MemoryUse(LIMITS, WARM, MB, stand_still)
    look(use, (900, 2))
    assert stops == []
    look(use, (900, 2), (900, 2), exact=200)
    assert stops == ["stop", "go on"]
    look(use, (900, 2), (950, 2), exact=200)
    assert len(stops) == 2
    look(use, (900, 2), (900, 2), (500, 2), exact=200)
    assert len(stops) == 4


def test_what_grows_fast_is_looked_at_more_often(use, look):
    assert use.seconds_to_next_look == SLOW_LOOK
    look(use, (200, 2))
    assert use.seconds_to_next_look == FAST_LOOK
    look(use, (200, 2))
    assert use.seconds_to_next_look == SLOW_LOOK


@pytest.fixture
def counts(tmp_path):
    """A function that makes a file of counts, of a machine with free pages."""
    opened = []

    def make(free):
        (tmp_path / "counts").write_text(f"nr_free_pages {free}\nnr_other 9\nnr_active_file 1\n")
        opened.append(os.open(tmp_path / "counts", os.O_RDONLY))
        return opened[-1]

    yield make
    for file in opened:
        os.close(file)


def test_on_a_full_machine_the_kernel_that_just_grew_ends_and_no_other(use, look, counts):
    full, pages = counts(1000), os.sysconf("SC_PHYS_PAGES")
    look(use, (600, 2))
    assert use.fills_machine(full)
    assert not use.fills_machine(counts(pages // 2))
    look(use, (700, 2))
    assert not use.fills_machine(full)


def test_a_machine_that_hides_its_counts_is_not_full():
    with open(os.devnull) as nothing:
        assert memory_use.has_reserve(nothing.fileno())
