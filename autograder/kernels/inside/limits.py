"""Limits on what one kernel may use, and those of them that the operating system keeps."""

import contextlib
import os
import platform
import signal
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from resource import struct_rusage

MB = 2**20
UNUSED_MEMORY = 512 * MB  # that a process reserves and does not use: for its threads' stacks
LOCKED_MEMORY = 64 * 2**10  # bytes; all kernels share what their user may lock
PENDING_SIGNALS = 1000  # and timers; all kernels share how many their user may have
NICENESS = 10  # the grader itself, and whoever works at this machine, goes first
MOST_HIDDEN = 512  # open files of a process that hides how many it has
NAMELESS = ("anon_inode:[eventpoll]", "/dev/ptmx", "/dev/pts/")  # several files have one name
MACHINE_FULL = "was ended because this machine's memory was full"


@dataclass(frozen=True)
class Limits:
    """Limits of one kernel; sizes are bytes. Its folders lie in memory, each a file system."""

    # of all processes of a kernel together, beyond what the warm process holds
    memory: int = 2048 * MB
    folder: int = 256 * MB  # each of: the kernel's folder, /tmp, shared memory
    files: int = 20_000  # in each of these
    # at one time; two loaders with four workers each need 10
    processes: int = 24
    # at one time, those of all processes; IPython has 11, and two loaders need 43
    threads: int = 64
    open_files: int = 512  # of one process
    # of all processes together; what these hold is memory of no process
    sockets: int = 512  # also such as no process has open: closed, or on their way to another one
    buffers: int = 1024  # pipes, polls and terminals
    terminals: int = 64  # the whole machine has 4,096
    watches: int = 20_000  # of epoll, in the kernel's life
    cpu_seconds: int = 1800  # of all processes together


def apply_to_this_process(limits: Limits, own_namespace: bool = False) -> None:
    """Set the limits that the system can keep for this process and its children.

    A system without such limits is left as it is.

    Args:
        limits: the limits to set.
        own_namespace: whether the user has no other processes, as in a new user namespace.
    """
    try:
        import resource
    except ImportError:  # Windows
        return
    os.setpriority(os.PRIO_PROCESS, 0, max(NICENESS, os.getpriority(os.PRIO_PROCESS, 0)))
    for name, value in _resource_limits(limits, own_namespace).items():
        with contextlib.suppress(ValueError, OSError):  # what is already lower stays
            number = getattr(resource, name)
            soft = hard = value
            allowed = resource.getrlimit(number)[1]
            if allowed != resource.RLIM_INFINITY:
                soft = hard = min(value, allowed)
            elif name == "RLIMIT_CPU":
                hard = value + 1  # SIGXCPU first, SIGKILL a second later
            resource.setrlimit(number, (soft, hard))


def kernel_release() -> tuple[int, int]:
    """Return Linux's version: (6, 1)."""
    major, minor, *_ = platform.release().split(".")
    return int(major), int("".join(filter(str.isdigit, minor)) or 0)


def memory_of(process: int | str) -> dict[str, int]:
    """Read a process's sizes (bytes) from /proc: VmData, VmSize, RssAnon, RssShmem, ...

    Empty when the process is gone.
    """
    try:
        with open(f"/proc/{process}/status", encoding="ascii", errors="replace") as file:
            rows = [line.split() for line in file]
    except OSError:
        return {}
    return {
        row[0].rstrip(":"): int(row[1]) * 1024
        for row in rows
        if row[0][:2] in ("Vm", "Rs") and row[-1] == "kB"
    }


def proportional_memory_of(process: int, otherwise: int) -> int:
    """Return a process's memory (bytes), where pages shared by n processes count 1/n.

    Args:
        process: its number.
        otherwise: returned where the process hides that.
    """
    try:
        with open(f"/proc/{process}/smaps_rollup", encoding="ascii") as file:
            rows = [line.split() for line in file]
    except OSError:
        return otherwise
    return sum(int(row[1]) * 1024 for row in rows if row[0] in ("Pss_Anon:", "Pss_Shmem:"))


def open_files_of(process: int) -> int:
    """Count the open files of a process; 0 when it is gone."""
    folder = f"/proc/{process}/fd"
    try:
        return os.stat(folder).st_size or len(os.listdir(folder))  # before Linux 6.2, the size is 0
    except PermissionError:
        return _hidden_files_of(process)
    except OSError:
        return 0


def buffers_of(process: int) -> set[str]:
    """Name the pipes, polls and terminals that a process has open; empty when it is gone.

    A pipe that two processes share has one name. Where the process hides them, as many as
    it may have.
    """
    folder = f"/proc/{process}/fd"
    names = set()
    try:
        for number in os.listdir(folder):
            with contextlib.suppress(OSError):
                name = os.readlink(f"{folder}/{number}")
                if name.startswith("pipe:"):
                    names.add(name)
                elif name.startswith(NAMELESS):
                    names.add(f"{folder}/{number}")
    except PermissionError:
        return {f"{folder}/{number}" for number in range(_hidden_files_of(process))}
    except OSError:
        return names
    return names


def _hidden_files_of(process):
    """Bound the open files of a process that hides them, or has ended and waits for its parent."""
    return MOST_HIDDEN if memory_of(process) else 0


def open_machine_counts() -> int:
    """Open what `killed_for_memory` reads; kernels cannot."""
    try:
        return os.open("/proc/vmstat", os.O_RDONLY)
    except OSError:
        return os.open(os.devnull, os.O_RDONLY)


def killed_for_memory(counts: int) -> int:
    """Count the processes that Linux has killed since its start because memory was full.

    Args:
        counts: number of the file of `open_machine_counts`.
    """
    lines = os.pread(counts, MB, 0).decode().splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("oom_kill "))


def describe_size(size: int) -> str:
    """Write a size (bytes) for people: 2 GB, 300 MB."""
    return f"{size / 2**30:g} GB" if size >= 2**30 else f"{size / MB:g} MB"


def describe_end(status: int, usage: "struct_rusage", limits: Limits, machine_full: bool) -> str:
    """Say how a process ended, in a sentence without its subject.

    Args:
        status: as os.wait4 returns it.
        usage: as os.wait4 returns it.
        limits: the process's limits.
        machine_full: whether Linux killed a process because memory was full, since it started.
    """
    code = os.waitstatus_to_exitcode(status)
    if code == -signal.SIGKILL and machine_full:
        return MACHINE_FULL
    if code == -signal.SIGXCPU or usage.ru_utime + usage.ru_stime >= limits.cpu_seconds:
        return describe_processor_limit(limits)
    return describe_code(code)


def describe_processor_limit(limits: Limits) -> str:
    """Say, without a subject, that a kernel used up its processor time."""
    return f"used more than {limits.cpu_seconds} s of processor time"


def describe_code(code: int) -> str:
    """Say how a process ended, by its exit code or its signal (negative), without a subject."""
    how = f"exit code {code}" if code >= 0 else f"killed by {_signal_name(-code)}"
    return f"ended the kernel's process ({how})"


def _signal_name(number):
    """Name a signal; those for real-time use have no names, and any process may send them."""
    names = {each.value: each.name for each in signal.Signals}
    return names.get(number, f"signal {number}")


def _resource_limits(limits, own_namespace):
    """Return {name in the module resource: limit}."""
    values = {
        "RLIMIT_CORE": 0,
        "RLIMIT_CPU": limits.cpu_seconds,
        "RLIMIT_FSIZE": limits.folder,
        "RLIMIT_NOFILE": limits.open_files,
    }
    if sys.platform == "linux":
        held = memory_of("self")
        # These stop one huge request at once; the supervisor stops the rest.
        values["RLIMIT_DATA"] = held["VmData"] + limits.memory + UNUSED_MEMORY
        values["RLIMIT_AS"] = held["VmSize"] + 2 * (limits.memory + UNUSED_MEMORY)
    if own_namespace:
        values["RLIMIT_MEMLOCK"], values["RLIMIT_MSGQUEUE"] = LOCKED_MEMORY, 0
        # Before Linux 5.14, what the user has in all namespaces counted.
        if kernel_release() >= (5, 14):
            values["RLIMIT_NPROC"] = limits.threads
            values["RLIMIT_SIGPENDING"] = PENDING_SIGNALS
    return values
