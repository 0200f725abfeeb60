"""Levels of isolation, by which the grader and the warm process agree on what to start."""

from enum import StrEnum


class IsolationLevel(StrEnum):
    """What isolates a kernel. The value crosses to the sandbox as a program's argument."""

    FORKS = "forks"  # one bubblewrap around all kernels, and namespaces of its own for each fork
    ALONE = "alone"  # a bubblewrap of its own for each kernel
    NONE = "none"  # nothing: a plain process
    TRIAL = "trial"  # no kernel: a warm process that only finds out whether FORKS is possible
