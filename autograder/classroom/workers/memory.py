"""How many submissions are graded at once, so that together they cannot fill this machine.

What each may use is reserved before it begins: the sum stays below the machine's memory.
"""

import os
from pathlib import Path

from ...kernels.cgroups import submission_bytes
from ...kernels.inside.limits import Limits, describe_size
from ...processes import usable_cores

NEEDED = submission_bytes(Limits())  # by one submission, at most
CONTAINER_LIMITS = ("memory.max", "memory/memory.limit_in_bytes")  # cgroup versions 2 and 1
CONTAINERS = Path("/sys/fs/cgroup")


def choose_workers(wanted: int | None) -> tuple[int, str]:
    """Return how many workers to start, and a sentence where memory lowers their number.

    Args:
        wanted: as many as a person asked for, who gets them; None for one for each core.
    """
    if wanted is not None:
        return wanted, ""
    cores, memory = usable_cores(), machine_memory()
    workers = max(1, min(cores, memory // NEEDED)) if memory else cores
    return workers, describe_choice(workers, cores, memory)


def describe_choice(workers: int, cores: int, memory: int) -> str:
    """Say why there are fewer workers than cores; "" where there are not."""
    if workers == cores:
        return ""
    found = f"{memory / 2**30:.0f} GB"
    return (
        f"Grades {workers} at once, not {cores}: this machine has {found} of memory, and a "
        f"submission may use up to {describe_size(NEEDED)}. --workers {cores} grades as many all "
        "the same."
    )


def machine_memory() -> int:
    """Return the bytes of memory that this machine has, or this container; 0 where unknown."""
    try:
        machine = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (ValueError, OSError, AttributeError):  # macOS, Windows
        return 0
    return min(machine, *map(_container_memory, CONTAINER_LIMITS))


def _container_memory(name):
    """Return the bytes that a container allows; a number beyond all machines where it has none."""
    try:
        return int((CONTAINERS / name).read_text())
    except (ValueError, OSError):  # "max", or another version
        return 2**63
