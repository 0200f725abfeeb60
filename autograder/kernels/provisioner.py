"""How jupyter_client starts, interrupts and ends our kernels: in the sandbox, or as plain processes
without one.
"""

import asyncio
import contextlib
import dataclasses
import json
import os
import shutil
import signal
import socket
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.provisioning import LocalProvisioner

from ..paths import ROOT
from . import bubblewrap, isolation
from .channels import KernelManager
from .inside import paths
from .inside.limits import MACHINE_FULL, Limits, describe_code
from .warm_process import ENVIRONMENT, INSIDE_ENVIRONMENT

MESSAGE = 2**16  # bytes, at most
START_SECONDS = 60  # until a kernel has its sockets
END_SECONDS = 10  # until a kernel that is killed is gone
DATA = "LAB_DATA"  # a variable, also of the grader, that names a folder which all kernels read
FOLDERS = (
    "LAB_ANSWERS",
)  # variables that name a folder of which each kernel gets a copy that it may only read
OUTSIDE = "was ended from outside, not by its code"
BLAMELESS = (OUTSIDE, MACHINE_FULL)  # ends that are no fault of the kernel's code


class OwnPython(KernelSpecManager):
    """Knows one kernel: this very interpreter, whatever kernels are installed for the user."""

    def __init__(self, limits: Limits):
        super().__init__()
        self.limits = limits

    def get_kernel_spec(self, kernel_name):
        """The one kernel."""
        limits = json.dumps(dataclasses.asdict(self.limits))
        program = [sys.executable, str(bubblewrap.INSIDE / "unsandboxed.py"), limits]
        argv = [*program, "-f", "{connection_file}", "--HistoryManager.enabled=False"]
        return KernelSpec(
            argv=argv, display_name=kernel_name, language="python", interrupt_mode="signal"
        )


class Sandboxed(LocalProvisioner):
    """A kernel in a seat of the sandbox. ending: how it ended, a sentence without its subject, or
    None.
    """

    seat: isolation.Seat
    limits: Limits
    ending: str | None = None
    _connection: socket.socket | None = None
    _waited_for = False

    @property
    def has_process(self) -> bool:
        """Whether there is a process, or was one that nobody has waited for."""
        return not self._waited_for

    async def launch_kernel(
        self, cmd: list[str], *, cwd: str, env: dict[str, str], **kwargs: Any
    ) -> dict[str, Any]:
        """Copy what the kernel gets into its place, and fork it there."""
        self.seat.copy_in(cwd, "work")
        env = {**INSIDE_ENVIRONMENT, **env, DATA: paths.DATA}
        for name in FOLDERS:
            if os.path.isdir(env.get(name, "")):
                self.seat.copy_in(env[name], f"shown/{name}")
                env[name] = f"{paths.SHOWN}/{name}"
        inside = self.connection_info | {
            "ip": paths.SOCKET,
            "key": self.connection_info["key"].decode(),
        }
        request = {"connection": inside, "env": env, "limits": dataclasses.asdict(self.limits)}
        self._connection = self.seat.warm.ask({"place": self.seat.place.name, **request})
        if not await asyncio.to_thread(self._receive, START_SECONDS):
            raise RuntimeError(self.ending or f"it had no sockets after {START_SECONDS} s")
        return self.connection_info

    async def poll(self) -> int | None:
        """None while the kernel runs, else 1."""
        while self._connection is not None and self._receive(0) is not None:
            continue
        return None if self._connection is not None else 1

    async def wait(self) -> int:
        """Wait for the end of the kernel and of all that it started."""
        while self._connection is not None:
            await asyncio.to_thread(self._receive, 1)
        self._waited_for = True
        return 1

    async def send_signal(self, signum: int) -> None:
        """Interrupt the kernel; every other signal ends it."""
        if signum != signal.SIGINT:
            await self.kill()
        elif self._connection is not None:
            with contextlib.suppress(OSError):
                self._connection.send(json.dumps({"signal": signum}).encode())

    async def kill(self, restart: bool = False) -> None:
        """End the kernel and all that it started."""
        if self._connection is not None:
            with contextlib.suppress(OSError):
                self._connection.shutdown(socket.SHUT_WR)
            deadline = time.monotonic() + END_SECONDS
            while self._connection is not None and time.monotonic() < deadline:
                await asyncio.to_thread(self._receive, 1)

    async def terminate(self, restart: bool = False) -> None:
        """End the kernel and all that it started."""
        await self.kill()

    async def cleanup(self, restart: bool = False) -> None:
        """Give the seat back."""
        await super().cleanup(restart)
        await asyncio.to_thread(self.seat.leave)

    def _receive(self, seconds):
        """Read one message: True says that the sockets exist, False that the kernel ended, None
        that none came.
        """
        self._connection.settimeout(seconds)
        try:
            text = self._connection.recv(MESSAGE)
        except (BlockingIOError, TimeoutError):
            return None
        except OSError:
            text = b""
        try:
            message = json.loads(text or b"{}")
        except ValueError:
            message = {}
        if message == {"listening": True}:
            return True
        if isinstance(message, dict) and isinstance(message.get("ended"), str):
            self.ending = message["ended"]
        else:
            self.ending = self.ending or OUTSIDE
            self._connection.close()
            self._connection = None
        return False


class Plain(LocalProvisioner):
    """A kernel that has the rights of the grader's user. ending: as of Sandboxed."""

    folder: str  # of its sockets and IPython's profile

    @property
    def ending(self) -> str | None:
        """How the process ended."""
        code = self.process.poll() if self.process is not None else None
        return None if code is None else describe_code(code)

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> dict[str, Any]:
        """Start the process in the grader's environment."""
        env = {**os.environ, **ENVIRONMENT, "IPYTHONDIR": self.folder, **kwargs.pop("env")}
        return await super().launch_kernel(cmd, env=without_the_grader(env), **kwargs)

    async def cleanup(self, restart: bool = False) -> None:
        """Remove the folder."""
        await super().cleanup(restart)
        shutil.rmtree(self.folder, ignore_errors=True)


def new_manager(env: dict[str, str], limits: Limits) -> KernelManager:
    """A manager of one kernel, not started, in the best isolation that there is. Raises WarmError.

    env: what will be added to the kernel's environment.
    """
    spec = OwnPython(limits)
    if isolation.mode()[0] == "none":
        folder = tempfile.mkdtemp(prefix="kernel-")
        file = os.path.join(folder, "k.json")
        manager = KernelManager(
            kernel_spec_manager=spec, connection_file=file, transport=_transport(file)
        )
        manager.provisioner = Plain(kernel_spec=manager.kernel_spec, parent=manager)
        manager.provisioner.folder = folder
        return manager
    data = env.get(DATA) or os.environ.get(DATA)
    seat = isolation.take(os.path.realpath(data) if data and os.path.isdir(data) else None)
    manager = KernelManager(
        kernel_spec_manager=spec,
        connection_file=str(seat.place / "k.json"),
        transport="ipc",
        ip=str(seat.place / "sockets" / "s"),
    )
    manager.provisioner = Sandboxed(kernel_spec=manager.kernel_spec, parent=manager)
    manager.provisioner.seat, manager.provisioner.limits = seat, limits
    return manager


def without_the_grader(env: dict[str, str]) -> dict[str, str]:
    """The environment, in which Python does not find this package: it holds right answers."""
    folders = [folder for folder in env.get("PYTHONPATH", "").split(os.pathsep) if folder]
    kept = (folder for folder in folders if Path(folder).resolve() != ROOT)
    return env | {"PYTHONPATH": os.pathsep.join(kept)}


def _transport(connection_file):
    """ipc where sockets beside this file have names that the system accepts."""
    fits = sys.platform != "win32" and len(os.path.realpath(connection_file)) + len("-ipc-5") < 100
    return "ipc" if fits else "tcp"
