"""The level of isolation on this machine, and a slot in a sandbox for each kernel."""

import atexit
import contextlib
import functools
import os
import shutil
import threading
from dataclasses import dataclass
from pathlib import Path

from . import bubblewrap, cgroups
from .inside.isolation_level import IsolationLevel
from .warm_process import WarmProcess, WarmProcessError

DESCRIPTIONS = {
    IsolationLevel.FORKS: (
        "a sandbox (bubblewrap around all kernels, namespaces of its own for each)"
    ),
    IsolationLevel.ALONE: (
        "a sandbox (a bubblewrap of its own for each kernel, since forks cannot be isolated here: "
        "{reason})"
    ),
    IsolationLevel.NONE: "a plain process with the rights of the grader: no isolation ({reason})",
}
WAY_OUT = (
    "install bubblewrap (`apt install bubblewrap`) on a Linux system that lets users create "
    "namespaces"
)


class SandboxMissing(Exception):
    """There is no sandbox on this machine; str() is one sentence with the way out."""


@dataclass(frozen=True)
class KernelSlot:
    """A folder for one kernel's files and sockets, and the warm process to ask for the kernel."""

    warm_process: WarmProcess
    folder: Path

    def copy_in(self, source: str, name: str) -> None:
        """Copy a folder into the slot under a name, readable inside; links stay links."""
        target = self.folder / name
        shutil.copytree(source, target, symlinks=True)
        for folder, _, files in os.walk(target):
            for path in (folder, *(os.path.join(folder, file) for file in files)):
                self.warm_process.give_to_user(path)

    def release(self) -> None:
        """Remove what is left of the kernel."""
        if self.warm_process.level is IsolationLevel.ALONE:
            self.warm_process.close()
        shutil.rmtree(self.folder, ignore_errors=True)


@functools.cache
def isolation_level() -> tuple[IsolationLevel, str]:
    """Find the best level of isolation; tried once, in a third of a second.

    Returns:
        FORKS, ALONE or NONE, and why it is no better ("" for FORKS).
    """
    if bubblewrap.find_bubblewrap() is None:
        return IsolationLevel.NONE, "bubblewrap is not installed"
    trial = WarmProcess(None, IsolationLevel.TRIAL)
    try:
        answer = trial.wait_until_ready()
    except WarmProcessError as error:
        return IsolationLevel.NONE, str(error)
    trial.close()
    if answer["isolated"]:
        return IsolationLevel.FORKS, ""
    return IsolationLevel.ALONE, answer["why_not"]


def describe_isolation() -> str:
    """Say which level of isolation is active, and which control group, without a full stop."""
    level, reason = isolation_level()
    description = DESCRIPTIONS[level].format(reason=reason)
    if level is IsolationLevel.NONE:
        return description
    return f"{description}, {cgroups.describe_groups()}"


def describe_danger() -> str:
    """Say what student code can do here, and the way out; "" where there is a sandbox."""
    level, reason = isolation_level()
    if level is not IsolationLevel.NONE:
        return ""
    return (
        f"There is no sandbox here: {reason}. What was handed in runs with your rights: it can "
        f"read, change and send everything that you can. To end that, {WAY_OUT}, or grade in a "
        "container; --require-sandbox runs nothing without one."
    )


def require_sandbox() -> None:
    """Raise SandboxMissing where kernels would be plain processes."""
    level, reason = isolation_level()
    if level is IsolationLevel.NONE:
        raise SandboxMissing(f"There is no sandbox here: {reason}; {WAY_OUT}.")


class Pool:
    """Slots in sandboxes that may read the folder `data`."""

    def __init__(self, data: str | None):
        self.data = data
        self._lock = threading.Lock()
        self._warm_process = None  # the one to be forked, or to become the next kernel

    def prepare(self) -> None:
        """Start the process that the next kernel needs, where there is a sandbox."""
        with self._lock, contextlib.suppress(OSError):  # acquire will say what is wrong
            if self._warm_process is not None or bubblewrap.find_bubblewrap() is None:
                return
            forks = WarmProcess(self.data, IsolationLevel.FORKS)  # while it is tried whether it can
            level, _ = isolation_level()
            if level is IsolationLevel.FORKS:
                self._warm_process = forks
                return
            forks.close()
            if level is IsolationLevel.ALONE:
                self._warm_process = WarmProcess(self.data, level)

    def acquire(self) -> KernelSlot:
        """Return a slot for one kernel. Raises WarmProcessError."""
        with self._lock:
            level, _ = isolation_level()
            if self._warm_process is not None and self._warm_process.ended:
                self._warm_process.close()
                self._warm_process = None
            warm_process = self._warm_process or WarmProcess(self.data, level)
            self._warm_process = warm_process
            if level is IsolationLevel.ALONE:  # this one is used up; the next one gets ready
                self._warm_process = WarmProcess(self.data, level)
            warm_process.wait_until_ready()
        return KernelSlot(warm_process, warm_process.new_slot_folder())

    def close(self) -> None:
        """End the processes, and with them all kernels that are forks."""
        with self._lock:
            if self._warm_process is not None:
                self._warm_process.close()
            self._warm_process = None


# (number of this process, data) → pool: a fork of the grader must not use its parent's
_pools: dict[tuple[int, str | None], Pool] = {}
_pools_lock = threading.Lock()


def acquire(data: str | None) -> KernelSlot:
    """Return a slot in this process's sandbox for kernels that may read the folder `data`.

    Raises WarmProcessError.
    """
    return _pool(data).acquire()


def prepare(data: str | Path) -> None:
    """Start the sandbox of this process in the background, for kernels that may read `data`."""
    pool = _pool(readable_folder(data))
    threading.Thread(target=pool.prepare, daemon=True, name="sandbox").start()


def readable_folder(data: str | Path | None) -> str | None:
    """Return the folder as `acquire` takes it, None where there is none."""
    return os.path.realpath(data) if data and os.path.isdir(data) else None


def _pool(data):
    with _pools_lock:
        return _pools.setdefault((os.getpid(), data), Pool(data))


@atexit.register
def close() -> None:
    """End the sandboxes of this process; the next kernel starts a new one."""
    with _pools_lock:
        ours = [_pools.pop(key) for key in list(_pools) if key[0] == os.getpid()]
    for pool in ours:
        pool.close()
