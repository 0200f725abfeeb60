"""A user of its own for each warm process, where the grader is root.

Linux counts some things for each user, whatever namespaces there are: watches of epoll, pages in
pipes, files on their way between processes. Where all kernels ran as one user, one submission
could take up what another one needs.
"""

import itertools
import os
from collections.abc import Iterable

NOBODY = 65534  # where a container has no other id
# (first, how many). The first range lies above what systemd, container managers and directory
# services hand out. A container may have 65,536 ids only; nobody keeps files with the last of them.
RANGES = ((0x7A000000, 2**26), (61184, 4336))
USERS_OF_A_PROCESS = 16  # Linux's numbers of processes stay below 2 ** 22
MAPS = ("/proc/self/uid_map", "/proc/self/gid_map")

_numbers = itertools.count()


def new_user() -> int:
    """Return the number of a user, and of its group, that no other grader's sandbox has now."""
    return choose_user(os.getpid(), next(_numbers), [_read_map(path) for path in MAPS])


def choose_user(process: int, number: int, maps: Iterable[list[range]]) -> int:
    """Return a user's number; NOBODY where this machine has none to spare.

    Args:
        process: number of the grader's process.
        number: how many users it has chosen before.
        maps: the ids that exist, of users and of groups.
    """
    index = process * USERS_OF_A_PROCESS + number % USERS_OF_A_PROCESS
    users = (first + index % count for first, count in RANGES)
    return next((user for user in users if all(_holds(ids, user) for ids in maps)), NOBODY)


def _holds(ids, user):
    return any(user in part for part in ids)


def _read_map(path):
    """Return the ids that exist in this namespace of users, as ranges."""
    try:
        with open(path, encoding="ascii") as file:
            rows = [[int(word) for word in line.split()] for line in file]
    except OSError:
        return []
    return [range(first, first + count) for first, _, count in rows]
