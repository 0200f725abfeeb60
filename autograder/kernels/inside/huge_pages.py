"""Huge pages: a fork copies one entry of Linux's page tables for each, not one for each 4 KB.

After torch is imported, half a gigabyte of small pages makes a fork and its end take 30 ms; three
make a kernel.
"""

import ctypes
import re
from collections.abc import Iterator

HUGE = 2 * 2**20  # bytes, on x86-64 and with ARM's usual pages
AT_ONCE = 16 * HUGE  # joined in some 80 ms
MADV_COLLAPSE = 25  # since Linux 6.1; before, it is refused
_MAPPING = re.compile(r"([0-9a-f]+)-([0-9a-f]+) rw\S* \S+ \S+ 0 *(\[heap\])?\n")
_libc = ctypes.CDLL(None)


def join_pages() -> Iterator[bool]:
    """Join this process's small pages into huge ones, some at each step; yield True after each.

    Linux refuses what it cannot join, and that stays as it is.
    """
    with open("/proc/self/maps", encoding="utf-8", errors="surrogateescape") as file:
        mappings = [found for found in map(_MAPPING.fullmatch, file) if found]
    for mapping in mappings:
        start, end = int(mapping[1], 16), int(mapping[2], 16)
        first, last = -(-start // HUGE) * HUGE, end // HUGE * HUGE
        for address in range(first, last, AT_ONCE):
            size = min(AT_ONCE, last - address)
            _libc.madvise(ctypes.c_void_p(address), ctypes.c_size_t(size), MADV_COLLAPSE)
            yield True
