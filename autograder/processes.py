"""Processes of this machine: how many are worth starting, and how they end with their parent."""

import multiprocessing
import os
import threading
from collections.abc import Callable
from multiprocessing.connection import wait


def usable_cores() -> int:
    """Count the processor cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def end_with_parent(clean_up: Callable[[], None] = lambda: None) -> None:
    """Let this process end with the one that started it through multiprocessing.

    Args:
        clean_up: called just before the end, in a thread of its own.
    """
    parent = multiprocessing.parent_process()
    if parent is None:
        return  # nobody started this process through multiprocessing

    def wait_and_exit():
        wait([parent.sentinel])
        clean_up()
        os._exit(1)

    threading.Thread(target=wait_and_exit, daemon=True).start()
