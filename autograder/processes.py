"""Processes of this machine: how many are worth starting, and how one ends with the one that started it."""

import multiprocessing
import os
import threading
from collections.abc import Callable
from multiprocessing.connection import wait


def usable_cores() -> int:
    """How many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def end_with_parent(clean_up: Callable[[], None] = lambda: None) -> None:
    """Let this process end with the one that started it through multiprocessing, however that ends.

    clean_up: called just before, in a thread of its own.
    """

    def wait_and_exit():
        wait([multiprocessing.parent_process().sentinel])
        clean_up()
        os._exit(1)

    threading.Thread(target=wait_and_exit, daemon=True).start()
