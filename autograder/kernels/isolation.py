"""The sandbox of this process: which level of isolation there is, and a place in it for each
kernel.
"""

import atexit
import functools
import os
import shutil
import threading
from dataclasses import dataclass
from pathlib import Path

from . import bubblewrap
from .warm_process import NOBODY, Warm, WarmError

LEVELS = {
    "forks": "a sandbox (bubblewrap around all kernels, namespaces of its own for each)",
    "alone": "a sandbox (a bubblewrap of its own for each kernel)",
    "none": "a plain process with the rights of the grader: no isolation",
}
WAY_OUT = "install bubblewrap (`apt install bubblewrap`) on a Linux that lets users make namespaces"


class SandboxMissing(Exception):
    """There is no sandbox on this machine; str() is one sentence with the way out."""


@dataclass(frozen=True)
class Seat:
    """A place for one kernel: a folder for its files and sockets, and the process to ask for it."""

    warm: Warm
    place: Path

    def copy_in(self, source: str, name: str) -> None:
        """Put a copy of a folder into the place, readable inside. Links are copied as links."""
        target = self.place / name
        shutil.copytree(source, target, symlinks=True)
        if os.getuid() == 0:
            for folder, _, files in os.walk(target):
                for path in (folder, *(os.path.join(folder, file) for file in files)):
                    os.chown(path, NOBODY, NOBODY, follow_symlinks=False)

    def leave(self) -> None:
        """Remove what is left of the kernel."""
        if self.warm.mode == "alone":
            self.warm.close()
        shutil.rmtree(self.place, ignore_errors=True)


@functools.cache
def mode() -> tuple[str, str]:
    """The level of isolation, a key of LEVELS, and why it is no better.

    Tried once, in a third of a second.
    """
    if bubblewrap.bubblewrap() is None:
        return "none", "bubblewrap is not installed"
    trial = Warm(None, "trial")
    try:
        answer = trial.wait()
    except WarmError as error:
        return "none", str(error)
    trial.close()
    return ("forks", "") if answer["isolated"] else ("alone", answer["why_not"])


def level() -> str:
    """Which level of isolation is active, in one sentence without its end."""
    name, reason = mode()
    return f"{LEVELS[name]} ({reason})" if name == "none" else LEVELS[name]


def require_sandbox() -> None:
    """Raise SandboxMissing where kernels would be plain processes."""
    name, reason = mode()
    if name == "none":
        raise SandboxMissing(f"There is no sandbox here: {reason}; {WAY_OUT}.")


class Pool:
    """Seats in sandboxes that may read the folder `data`."""

    def __init__(self, data: str | None):
        self.data = data
        self._lock = threading.Lock()
        self._warm = None  # what is forked, or becomes the next kernel

    def take(self) -> Seat:
        """A seat for one kernel. Raises WarmError."""
        with self._lock:
            name, _ = mode()
            if self._warm is not None and self._warm.ended:
                self._warm.close()
                self._warm = None
            warm = self._warm or Warm(self.data, name)
            self._warm = Warm(self.data, name) if name == "alone" else warm
            warm.wait()
        return Seat(warm, warm.new_place())

    def close(self) -> None:
        """End the processes, and with them all kernels that are forks."""
        with self._lock:
            if self._warm is not None:
                self._warm.close()
            self._warm = None


_pools: dict[tuple[int, str | None], Pool] = {}
_pools_lock = threading.Lock()


def take(data: str | None) -> Seat:
    """A seat in this process's sandbox for kernels that may read the folder `data`.

    Raises WarmError.
    """
    with _pools_lock:
        pool = _pools.setdefault((os.getpid(), data), Pool(data))
    return pool.take()


@atexit.register
def close() -> None:
    """End the sandboxes of this process; the next kernel starts a new one."""
    with _pools_lock:
        ours = [_pools.pop(key) for key in list(_pools) if key[0] == os.getpid()]
    for pool in ours:
        pool.close()
