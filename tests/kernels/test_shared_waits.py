"""Waits of processes for each other end in time; the processes are this one's own."""

import ctypes
import os
import threading
import time

import pytest

from autograder.kernels.inside import shared_waits
from autograder.kernels.inside.shared_waits import CLOCK_REALTIME, LONGEST, WAIT

WAIT_BITSET = 9


@pytest.mark.parametrize(
    "kind, now",
    [(WAIT, float), (WAIT_BITSET, time.monotonic), (WAIT_BITSET | CLOCK_REALTIME, time.time)],
    ids=["from now on", "by the clock of the machine", "by the clock on the wall"],
)
def test_the_limit_of_a_wait_is_read_where_it_lies(kind, now):
    limit = ctypes.create_string_buffer(shared_waits.TIME.pack(int(now()) + 1000, 500))
    left = shared_waits.seconds_left(threading.get_native_id(), kind, ctypes.addressof(limit))
    assert 800 < left < 1001


def test_a_limit_that_cannot_be_read_is_no_limit():
    assert shared_waits.seconds_left(os.getpid(), WAIT, 8) == LONGEST
    assert shared_waits.seconds_left(2**22 + 1, WAIT, 8) == LONGEST
