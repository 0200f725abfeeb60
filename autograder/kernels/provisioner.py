"""Provisioners, by which jupyter_client starts, interrupts and ends our kernels.

One asks for kernels in the sandbox, the other starts plain processes where there is none.
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

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.provisioning.local_provisioner import LocalProvisioner

from ..paths import ROOT
from . import bubblewrap, cgroups, isolation
from .channels import KernelManager
from .inside import paths
from .inside.isolation_level import IsolationLevel
from .inside.limits import MACHINE_FULL, Limits, describe_code, describe_size
from .warm_process import ENVIRONMENT, INSIDE_ENVIRONMENT

MAX_MESSAGE = 2**16  # bytes
MAX_SOCKET_PATH = 99  # characters; Linux allows 107, macOS 103
START_SECONDS = 300  # until a kernel has its sockets, on a very busy machine
ANSWER_SECONDS = 5  # until the supervisor has told the kernel's own time
FRESH_SECONDS = 0.005  # for which what it told still holds: it takes a millisecond to find out
END_SECONDS = 10  # until a kernel that is killed is gone
DATA_VARIABLE = "LAB_DATA"  # also of the grader; names a folder that all kernels may read
# name folders of which each kernel gets a copy that it may only read
FOLDER_VARIABLES = ("LAB_ANSWERS",)
ENDED_FROM_OUTSIDE = "was ended from outside, not by its code"
BLAMELESS_ENDINGS = (ENDED_FROM_OUTSIDE, MACHINE_FULL)  # no fault of the kernel's code


class ThisPython(KernelSpecManager):
    """The one kernel of this interpreter, whatever kernels are installed for the user."""

    def __init__(self, limits: Limits):
        super().__init__()
        self.limits = limits

    def get_kernel_spec(self, kernel_name):
        """Return the one kernel, under any name."""
        limits = json.dumps(dataclasses.asdict(self.limits))
        program = [sys.executable, str(bubblewrap.INSIDE / "unsandboxed.py"), limits]
        argv = [*program, "-f", "{connection_file}", "--HistoryManager.enabled=False"]
        return KernelSpec(
            argv=argv, display_name=kernel_name, language="python", interrupt_mode="signal"
        )


class SandboxedProvisioner(LocalProvisioner):
    """A kernel in a slot of the sandbox.

    Attributes:
        slot: the kernel's slot.
        limits: what it may use.
        ending: how it ended, a sentence without its subject, or None.
    """

    slot: isolation.KernelSlot
    limits: Limits
    ending: str | None = None
    _connection: socket.socket | None = None
    _waited_for = False
    _own_seconds = 0.0
    _told_at = -FRESH_SECONDS  # the moment of the last answer, by time.monotonic
    _times_full = 0  # of its control group, before it started
    _asked = _told = 0  # numbers of the last question for the own time, and of its last answer

    @property
    def has_process(self) -> bool:
        """Whether there is a process, or was one that nobody has waited for."""
        return not self._waited_for

    async def launch_kernel(
        self, cmd: list[str], *, cwd: str, env: dict[str, str], **kwargs: Any
    ) -> KernelConnectionInfo:
        """Copy the kernel's folders into its slot and ask for the kernel."""
        self.slot.copy_in(cwd, "work")
        env = {**INSIDE_ENVIRONMENT, **env, DATA_VARIABLE: paths.DATA}
        for name in FOLDER_VARIABLES:
            if os.path.isdir(env.get(name, "")):
                self.slot.copy_in(env[name], f"copies/{name}")
                env[name] = f"{paths.COPIES}/{name}"
        request = {
            "slot": self.slot.folder.name,
            "connection": self._connection_inside(),
            "env": env,
            "limits": dataclasses.asdict(self.limits),
        }
        self._times_full = self.slot.warm_process.group.times_full()
        self._connection = self.slot.warm_process.request_kernel(request)
        if not await asyncio.to_thread(self._receive, START_SECONDS):
            raise RuntimeError(self.ending or f"it had no sockets after {START_SECONDS} s")
        return self.connection_info

    def own_seconds(self) -> float:
        """Return the own time (seconds) of the kernel, or what is known of it where it ended."""
        if time.monotonic() < self._told_at + FRESH_SECONDS:
            return self._own_seconds
        self._asked += 1
        deadline = time.monotonic() + ANSWER_SECONDS
        if self._connection is not None:
            with contextlib.suppress(OSError):
                self._connection.send(json.dumps({"time": self._asked}).encode())
        while self._connection and self._told < self._asked and time.monotonic() < deadline:
            self._receive(1)
        return self._own_seconds

    async def poll(self) -> int | None:
        """Return None while the kernel runs, else 1."""
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
        """Release the slot."""
        await super().cleanup(restart)
        await asyncio.to_thread(self.slot.release)

    def _connection_inside(self):
        """Return the content of the connection file, as the kernel sees its sockets."""
        connection: dict[str, Any] = {**self.connection_info, "ip": paths.SOCKET_PREFIX}
        return connection | {"key": connection["key"].decode()}

    def _receive(self, seconds):
        """Read one message of the supervisor.

        Returns:
            True: the sockets exist. False: the kernel ended. None: no message came, or one on the
            kernel's own time.
        """
        connection = self._connection
        if connection is None:
            return False
        connection.settimeout(seconds)
        text = b""
        try:
            # Where the supervisor left a message unread, Linux tells that before its last word.
            with contextlib.suppress(ConnectionResetError):
                text = connection.recv(MAX_MESSAGE)
            text = text or connection.recv(MAX_MESSAGE)
        except (BlockingIOError, TimeoutError):
            return None
        except OSError:
            pass
        message = _parse_object(text)
        if message == {"listening": True}:
            return True
        if "time" in message:
            self._told, self._own_seconds = message["time"], message["own_seconds"]
            self._told_at = time.monotonic()
            return None
        if isinstance(message.get("ended"), str):
            self.ending = self._explain(message["ended"])
        else:
            self.ending = self.ending or ENDED_FROM_OUTSIDE
            connection.close()
            self._connection = None
        return False

    def _explain(self, ending):
        """Return how the kernel ended; where its group's memory was full, that was its own."""
        if ending == MACHINE_FULL and self.slot.warm_process.group.times_full() > self._times_full:
            size = describe_size(cgroups.submission_bytes(self.limits))
            return f"ran out of memory ({size} for all kernels of a submission)"
        return ending


class UnsandboxedProvisioner(LocalProvisioner):
    """A kernel that has the rights of the grader's user.

    Attributes:
        folder: of its sockets and IPython's profile.
    """

    folder: str

    @property
    def ending(self) -> str | None:
        """How the process ended, a sentence without its subject, or None."""
        code = self.process.poll() if self.process is not None else None
        return None if code is None else describe_code(code)

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        """Start the process in the grader's environment."""
        env = {**os.environ, **ENVIRONMENT, "IPYTHONDIR": self.folder, **kwargs.pop("env")}
        return await super().launch_kernel(cmd, env=without_the_grader(env), **kwargs)

    async def cleanup(self, restart: bool = False) -> None:
        """Remove the folder."""
        await super().cleanup(restart)
        shutil.rmtree(self.folder, ignore_errors=True)


def new_manager(env: dict[str, str], limits: Limits) -> KernelManager:
    """Make a manager of one kernel, not started, in the best isolation that there is.

    Args:
        env: what will be added to the kernel's environment.
        limits: what the kernel may use.

    Raises:
        WarmProcessError: where the sandbox cannot be started.
    """
    level, _ = isolation.isolation_level()
    if level is IsolationLevel.NONE:
        return _new_unsandboxed_manager(limits)
    return _new_sandboxed_manager(env, limits)


def _new_unsandboxed_manager(limits):
    folder = tempfile.mkdtemp(prefix="kernel-")
    connection_file = os.path.join(folder, "k.json")
    manager = KernelManager(
        kernel_spec_manager=ThisPython(limits),
        connection_file=connection_file,
        transport=_choose_transport(connection_file),
    )
    provisioner = UnsandboxedProvisioner(kernel_spec=manager.kernel_spec, parent=manager)
    provisioner.folder = folder
    manager.provisioner = provisioner
    return manager


def _new_sandboxed_manager(env, limits):
    data = env.get(DATA_VARIABLE) or os.environ.get(DATA_VARIABLE)
    slot = isolation.acquire(isolation.readable_folder(data))
    manager = KernelManager(
        kernel_spec_manager=ThisPython(limits),
        connection_file=str(slot.folder / "k.json"),
        transport="ipc",
        ip=str(slot.folder / "sockets" / "s"),
    )
    provisioner = SandboxedProvisioner(kernel_spec=manager.kernel_spec, parent=manager)
    provisioner.slot, provisioner.limits = slot, limits
    manager.provisioner = provisioner
    return manager


def without_the_grader(env: dict[str, str]) -> dict[str, str]:
    """Return the environment, in which Python does not find this package: it holds answers."""
    folders = [folder for folder in env.get("PYTHONPATH", "").split(os.pathsep) if folder]
    kept = (folder for folder in folders if Path(folder).resolve() != ROOT)
    return env | {"PYTHONPATH": os.pathsep.join(kept)}


def _parse_object(text):
    """Return a JSON object as a dictionary, an empty one for anything else."""
    try:
        message = json.loads(text or b"{}")
    except ValueError:
        return {}
    return message if isinstance(message, dict) else {}


def _choose_transport(connection_file):
    """Return "ipc" where sockets beside this file have paths that the system accepts."""
    longest = len(os.path.realpath(connection_file)) + len("-ipc-5")
    return "ipc" if sys.platform != "win32" and longest <= MAX_SOCKET_PATH else "tcp"
