"""What a kernel has in place of Linux's /proc, which counts what all kernels do.

Files of Linux's /proc tell, among much else, which pages of a file other processes use
(/proc/self/pagemap, /proc/self/smaps), and cannot be hidden one by one.
"""

import os
from pathlib import Path

from . import namespaces

PROC = Path("/proc")
SPARE_BYTES = 2**18  # beyond the description of the processors
FILES = 16
CHANGING = ("cpu MHz", "bogomips")  # of a processor, with what other kernels do
MEMORY = """\
MemTotal: {0} kB
MemFree: {0} kB
MemAvailable: {0} kB
Buffers: 0 kB
Cached: 0 kB
Active: 0 kB
Inactive: 0 kB
Shmem: 0 kB
Slab: 0 kB
SReclaimable: 0 kB
SwapTotal: 0 kB
SwapFree: 0 kB
"""


def cover(memory: int) -> None:
    """Cover /proc by a folder that is the same for every kernel, in this namespace of mounts.

    It describes the processors and the memory that a kernel may use (bytes), and has a link to the
    program by which the dynamic linker finds libraries beside Python.
    """
    processors = describe_processors()
    program = os.readlink(PROC / "self" / "exe")
    namespaces.mount_memory(str(PROC), len(processors) + SPARE_BYTES, FILES)
    (PROC / "cpuinfo").write_text(processors, encoding="utf-8")
    (PROC / "meminfo").write_text(MEMORY.format(memory // 1024), encoding="ascii")
    (PROC / "self").mkdir()
    (PROC / "self" / "exe").symlink_to(program)
    namespaces.make_read_only(str(PROC))


def describe_processors() -> str:
    """Return what does not change of /proc/cpuinfo."""
    lines = (PROC / "cpuinfo").read_text(encoding="utf-8").splitlines(keepends=True)
    return "".join(line for line in lines if not line.startswith(CHANGING))
