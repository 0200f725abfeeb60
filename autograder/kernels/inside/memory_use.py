"""What one kernel makes Linux hold: the memory of its processes, and memory that no process has.

Of the latter are files in the kernel's folders, tables of pages, and what lies in sockets.
"""

import contextlib
import os
from collections.abc import Callable
from contextlib import AbstractContextManager

from .limits import MB, Limits, kernel_release, memory_of, proportional_memory_of
from .paths import PRIVATE_FOLDERS

INODE_BYTES = 2048  # of a file, beside its content; its name may have 255 bytes
SOCKET_FACTOR = 1.5  # of the size of its buffer: what Linux holds for a full socket
TCP_BYTES = 10 * MB  # to which Linux lets the buffers of a TCP socket grow, in both directions
SLOW_LOOK, FAST_LOOK = 0.1, 0.02  # seconds between two looks, and where memory grows fast
FAST_GROWTH = 64 * MB  # since the last look
SUDDEN_GROWTH = 256 * MB  # since the last look: where the machine has no reserve left, it ends
RESERVE = 1 / 20  # of the machine's memory
INIT_PROCESS = 1
# The kernel is in its namespaces: the supervisor has no /proc/self there.
SOCKETS, SOCKETS_6 = (f"/proc/{INIT_PROCESS}/net/{name}" for name in ("sockstat", "sockstat6"))
MAX_COUNTS = 2**20  # bytes of /proc/vmstat
AVAILABLE = ("nr_free_pages", "nr_inactive_file", "nr_active_file", "nr_slab_reclaimable")


class MemoryUse:
    """The memory of one kernel, kept up by looks at its processes.

    Args:
        limits: what the kernel may use.
        warm: sizes (bytes) that every fork of the warm process has from its start, as `memory_of`.
        socket_bytes: size of a socket's buffer.
        stand_still: makes a context in which the kernel's processes stand still.

    Attributes:
        bytes: what it held at the last look, at most.
        growth: bytes by which that grew since the look before.
    """

    def __init__(
        self,
        limits: Limits,
        warm: dict[str, int],
        socket_bytes: int,
        stand_still: Callable[[], AbstractContextManager[None]] = contextlib.nullcontext,
    ):
        self.limits = limits
        self.stand_still = stand_still
        self.warm = warm
        self.socket_bytes = socket_bytes
        self.bytes = self.growth = self._bound = 0

    def look(self, processes: list[int]) -> None:
        """Sum up what the kernel holds.

        What processes share is counted exactly, which is slow, only where the quick bound is too
        high. Meanwhile they stand still, where they could go far beyond the limit.
        """
        unheld = self.bytes_of_no_process()
        sizes = {process: memory_of(process) for process in processes}
        bounds = {process: self.beyond_warm(each, "RssAnon") for process, each in sizes.items()}
        unheld += sum(self.beyond_warm(each, "VmPTE") for each in sizes.values())
        now = unheld + sum(bounds.values())
        before, self._bound = self._bound, now
        if now > self.limits.memory:
            near = self.bytes > self.limits.memory / 2 or now - before > SUDDEN_GROWTH
            with self.stand_still() if near else contextlib.nullcontext():
                now = unheld + self.shares(bounds)
        self.bytes, self.growth = now, now - self.bytes

    def shares(self, bounds: dict[int, int]) -> int:
        """Sum up the processes' shares of their pages, without the warm process's.

        Each process shares those with as many as the init process does, which has few of its own.

        Args:
            bounds: for each process, what counts where it hides its share.
        """
        inherited = proportional_memory_of(INIT_PROCESS, 0)
        shares = [proportional_memory_of(each, bounds[each] + inherited) for each in bounds]
        return sum(max(0, each - inherited) for each in shares)

    def beyond_warm(self, sizes: dict[str, int], name: str) -> int:
        """Return a size of a process beyond that of the warm process."""
        return max(0, sizes.get(name, 0) - self.warm.get(name, 0))

    def bytes_of_no_process(self) -> int:
        """Bound what the kernel's folders and sockets hold."""
        sockets = sockets_in_use() * SOCKET_FACTOR * self.socket_bytes
        return folder_bytes() + int(sockets) + tcp_sockets_in_use() * TCP_BYTES

    @property
    def seconds_to_next_look(self) -> float:
        """How long not to look: the faster memory grows, the less."""
        return FAST_LOOK if self.growth > FAST_GROWTH else SLOW_LOOK

    def fills_machine(self, counts: int) -> bool:
        """Return whether the machine has no reserve left, and this kernel took much of it just now.

        Args:
            counts: number of the file of `limits.open_machine_counts`.
        """
        return self.growth > SUDDEN_GROWTH and not has_reserve(counts)


def folder_bytes() -> int:
    """Return what the files in a kernel's folders hold, also such as have no name any more."""
    total = 0
    for path in PRIVATE_FOLDERS:
        with contextlib.suppress(OSError):
            found = os.statvfs(path)
            total += (found.f_blocks - found.f_bfree) * found.f_frsize
            total += (found.f_files - found.f_ffree) * INODE_BYTES
    return total


def sockets_in_use() -> int:
    """Count the sockets of the kernel's namespace of networks.

    Among them are those that wait to be accepted or that lie in a message, and those that were
    closed while what they sent is not read yet.
    """
    return _count(SOCKETS, "sockets: used")


def tcp_sockets_in_use() -> int:
    """Count the TCP sockets of the kernel's namespace of networks."""
    return _count(SOCKETS, "TCP: inuse") + _count(SOCKETS_6, "TCP6: inuse")


def _count(path, words):
    """Return the number behind two words in a file of Linux's counts."""
    if kernel_release() < (4, 15):  # it counted the sockets of the whole machine
        return 0
    try:
        with open(path, encoding="ascii") as file:
            rows = [line.split() for line in file]
    except OSError:
        return 0
    return next((int(row[2]) for row in rows if row[:2] == words.split()), 0)


def has_reserve(counts: int) -> bool:
    """Return whether the machine has memory to spare.

    Args:
        counts: number of the file of `limits.open_machine_counts`.
    """
    rows = [line.split() for line in os.pread(counts, MAX_COUNTS, 0).decode().splitlines()]
    pages = {row[0]: int(row[1]) for row in rows if row[0] in AVAILABLE}
    return not pages or sum(pages.values()) > RESERVE * os.sysconf("SC_PHYS_PAGES")
