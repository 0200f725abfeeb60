"""What one kernel may use, and the limits that the system itself keeps."""

import contextlib
import os
import platform
import signal
import sys
from dataclasses import dataclass

MB = 2**20
MACHINE_FULL = "was ended because this machine's memory was full"


@dataclass(frozen=True)
class Limits:
    """Sizes are bytes. The folders lie in memory, in file systems of their own."""

    memory: int = (
        2048 * MB
    )  # of all processes of a kernel together, beyond what the warm process holds
    folder: int = 256 * MB  # each of: the kernel's folder, /tmp, shared memory
    files: int = 20_000  # in each of these
    processes: int = 64  # at one time
    threads: int = 256  # at one time, those of all processes
    open_files: int = 512  # of one process
    cpu_seconds: int = 1800  # of one process


def apply_to_this_process(limits: Limits, own_namespace: bool = False) -> None:
    """Set what the system can keep for a process and its children; a system without such limits is
    left as it is.

    own_namespace: whether the user has no other processes, as in a user namespace that was just
    made.
    """
    try:
        import resource
    except ImportError:  # Windows
        return
    values = {
        "RLIMIT_CORE": 0,
        "RLIMIT_CPU": limits.cpu_seconds,
        "RLIMIT_FSIZE": limits.folder,
        "RLIMIT_NOFILE": limits.open_files,
    }
    if sys.platform == "linux":
        held = memory_of("self")
        # Threads reserve more than they use; these stop one huge request at once, the keeper's look
        # stops the rest.
        values["RLIMIT_DATA"] = held["VmData"] + 2 * limits.memory
        values["RLIMIT_AS"] = held["VmSize"] + 4 * limits.memory
        if own_namespace and kernel_release() >= (
            5,
            14,
        ):  # before, the processes of all namespaces counted
            values["RLIMIT_NPROC"] = limits.threads
    for name, value in values.items():
        with contextlib.suppress(ValueError, OSError):  # what is already lower stays
            hard = resource.getrlimit(getattr(resource, name))[1]
            value = value if hard == resource.RLIM_INFINITY else min(value, hard)
            last = value + 1 if name == "RLIMIT_CPU" and hard == resource.RLIM_INFINITY else value
            resource.setrlimit(
                getattr(resource, name), (value, last)
            )  # SIGXCPU first, a second later SIGKILL


def kernel_release() -> tuple[int, int]:
    """Linux's version: (6, 1)."""
    major, minor, *_ = platform.release().split(".")
    return int(major), int("".join(filter(str.isdigit, minor)) or 0)


def memory_of(process: int | str) -> dict[str, int]:
    """The sizes (bytes) that Linux tells of a process: VmData, VmSize, RssAnon, RssShmem, ... Empty
    when it is gone.
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


def fair_memory_of(process: int, otherwise: int) -> int:
    """The memory (bytes) of a process; what n processes share counts 1/n.

    `otherwise` where it hides that.
    """
    try:
        with open(f"/proc/{process}/smaps_rollup", encoding="ascii") as file:
            rows = [line.split() for line in file]
    except OSError:
        return otherwise
    return sum(int(row[1]) * 1024 for row in rows if row[0] in ("Pss_Anon:", "Pss_Shmem:"))


def killed_for_memory() -> int:
    """How many processes Linux has killed since its start because the machine's memory was full."""
    try:
        with open("/proc/vmstat", encoding="ascii") as file:
            return sum(int(line.split()[1]) for line in file if line.startswith("oom_kill "))
    except OSError:
        return 0


def describe_size(size: int) -> str:
    """2 GB, 300 MB."""
    return f"{size / 2**30:g} GB" if size >= 2**30 else f"{size / MB:g} MB"


def describe_end(status: int, usage, limits: Limits, killed_before: int) -> str:
    """How a process ended, by what os.wait4 tells of it: a sentence without its subject.

    killed_before: what `killed_for_memory` gave when the process started.
    """
    code = os.waitstatus_to_exitcode(status)
    if code == -signal.SIGKILL and killed_for_memory() > killed_before:
        return MACHINE_FULL
    if code == -signal.SIGXCPU or usage.ru_utime + usage.ru_stime >= limits.cpu_seconds:
        return f"used more than {limits.cpu_seconds} s of processor time"
    return describe_code(code)


def describe_code(code: int) -> str:
    """How a process ended, by its exit code or, negative, its signal: a sentence without its
    subject.
    """
    how = f"exit code {code}" if code >= 0 else f"killed by {signal.Signals(-code).name}"
    return f"ended the kernel's process ({how})"
