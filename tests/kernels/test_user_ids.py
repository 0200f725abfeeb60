"""What Linux counts for each user: a submission takes it up from nobody but itself."""

import os

import pytest

from autograder.kernels import StudentKernel
from autograder.kernels.user_ids import NOBODY, RANGES, choose_user
from tests.attacks import error_of

EVERYTHING = [range(2**32 - 1)]
CONTAINER = [range(65536)]  # as in a container with ids of its own
MOST_PROCESSES = 2**22

as_root = pytest.mark.skipif(os.getuid() != 0, reason="only root has users to give away")


def test_two_sandboxes_that_run_at_once_have_different_users():
    both = [EVERYTHING, EVERYTHING]
    users = [choose_user(process, n, both) for process in (1, 2, 70000) for n in range(16)]
    assert len({*users, choose_user(MOST_PROCESSES - 1, 15, both)}) == len(users) + 1


@pytest.mark.parametrize("ids, first_and_count", zip((EVERYTHING, CONTAINER), RANGES, strict=True))
def test_a_user_is_one_of_a_range_that_exists(ids, first_and_count):
    first, count = first_and_count
    for process in (1, 4000, 32768, MOST_PROCESSES - 1):
        assert choose_user(process, 3, [ids, ids]) in range(first, first + count)


def test_where_no_user_or_no_group_of_its_own_exists_it_is_nobody():
    assert choose_user(1, 0, [[range(1)], [range(1)]]) == NOBODY
    assert choose_user(1, 0, [EVERYTHING, [range(0, 1000), range(65534, 65535)]]) == NOBODY
    assert choose_user(1, 0, [[], []]) == NOBODY


HELD = """
import socket
pair = socket.socketpair()
pair[0].setblocking(False)
for _ in range(9): socket.send_fds(pair[0], [b"."], [0] * 100)
"""
ONE = "import socket\nother = socket.socketpair()\nsocket.send_fds(other[0], [b'.'], [0])"


@as_root
def test_files_on_their_way_in_one_sandbox_leave_room_in_another(tmp_path):
    other_data = {"LAB_DATA": str(tmp_path)}  # so it gets a sandbox of its own, as in a worker
    with StudentKernel(tmp_path) as attacker, StudentKernel(tmp_path, other_data) as honest:
        assert "Too many references" in error_of(attacker, HELD)
        assert "Too many references" in error_of(attacker, ONE)
        assert error_of(honest, ONE) == ""
