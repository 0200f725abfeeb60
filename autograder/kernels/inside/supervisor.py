"""The supervisor of one kernel: speaks with the grader, watches what the kernel uses, and ends it.

The processes of a kernel: supervisor → init process → student process. The supervisor stays
outside the kernel's namespace of processes, so nothing in there can see or reach it.
"""

import contextlib
import functools
import json
import os
import select
import signal
import socket
from collections.abc import Iterator
from typing import Any

from . import namespaces
from .init_process import GO_ON, STOP, run_init_process
from .limits import (
    MACHINE_FULL,
    buffers_of,
    describe_processor_limit,
    describe_size,
    memory_of,
    open_files_of,
)
from .memory_use import MemoryUse, sockets_in_use
from .paths import MAX_SOCKET_FILES, SOCKETS
from .processor_time import OwnTime, read_processes
from .request import KernelRequest

MAX_MESSAGE = 2**18  # bytes
MAX_SOCKETS_BYTES = 2**16  # in the folder of the sockets; Jupyter writes less
INIT_THREADS = 8  # more than the init process has; before Linux 5.14 nothing else limits threads
INIT_VANISHED = b'{"ended": "ended the kernel\'s process"}'


def supervise(connection: socket.socket, counts: int, isolated: bool) -> None:
    """Run one kernel from its request to its end.

    Reads a KernelRequest from the grader, sends {"listening": true}, obeys {"signal": number},
    answers {"time": any} by {"time": the same, "own_seconds": so far}, and sends {"ended": how}.
    The kernel ends when the grader hangs up.

    Args:
        connection: the socket to the grader.
        counts: number of the file of `limits.open_machine_counts`.
        isolated: whether to make namespaces for this kernel; without them it is in those of this
            process.
    """
    request = KernelRequest.from_json(connection.recv(MAX_MESSAGE), isolated)
    warm = memory_of("self")
    if isolated:
        namespaces.enter_new_namespaces()
    else:
        namespaces.set_dumpable(False)  # the kernel runs as the same user
    from_init, to_supervisor = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    init_process = os.fork()
    if init_process == 0:
        connection.close()
        from_init.close()
        run_init_process(request, to_supervisor, counts)
    to_supervisor.close()
    try:
        still = functools.partial(stand_still, init_process) if isolated else contextlib.nullcontext
        memory = MemoryUse(request.limits, warm, buffer_size(from_init), still)
        ended = Supervisor(connection, from_init, init_process, memory, counts).watch()
    finally:
        os.kill(init_process, signal.SIGKILL)
        os.waitpid(init_process, 0)
    if ended:
        connection.send(json.dumps({"ended": ended}).encode())


class Supervisor:
    """The state of watching one kernel.

    Args:
        connection: the socket to the grader.
        from_init: the socket from which the init process's messages come.
        init_process: its number.
        memory: what the kernel may use and uses.
        counts: number of the file of `limits.open_machine_counts`.
    """

    def __init__(
        self,
        connection: socket.socket,
        from_init: socket.socket,
        init_process: int,
        memory: MemoryUse,
        counts: int,
    ):
        self.connection = connection
        self.from_init = from_init
        self.init_process = init_process
        self.limits = memory.limits
        self.memory = memory
        self.counts = counts
        self.own_time = OwnTime()

    def watch(self) -> str | None:
        """Wait for the kernel's end.

        Returns:
            How it ended, a sentence without its subject; None when the grader hung up.
        """
        listening = False  # before, /proc may still show the processes of others
        while True:
            seconds = self.memory.seconds_to_next_look
            ready, _, _ = select.select([self.connection, self.from_init], [], [], seconds)
            if self.connection in ready:
                message = self.connection.recv(MAX_MESSAGE)
                if not message:
                    return None
                self.obey(json.loads(message), listening)
            if self.from_init in ready:
                message = self.from_init.recv(MAX_MESSAGE) or INIT_VANISHED
                ended = json.loads(message).get("ended")
                if ended:
                    return ended
                self.connection.send(message)
                listening = True
            excess = self.describe_excess() if listening else None
            if excess:
                return excess

    def obey(self, message: dict[str, Any], listening: bool) -> None:
        """Do what a message of the grader asks for."""
        if message.get("signal") == signal.SIGINT:
            os.kill(self.init_process, signal.SIGINT)
        if "time" in message:
            if listening:
                self.own_time.look(read_processes(list_processes()))
            answer = {"time": message["time"], "own_seconds": self.own_time.seconds}
            self.connection.send(json.dumps(answer).encode())

    def describe_excess(self) -> str | None:
        """Say which limit the kernel exceeds, without a subject; None where it keeps them all."""
        processes = list_processes()
        if len(processes) > self.limits.processes:
            return f"started more than {self.limits.processes} processes"
        now = read_processes(processes)
        self.own_time.look(now)
        if len(now.threads) > self.limits.threads + INIT_THREADS:
            return f"started more than {self.limits.threads} threads"
        if self.own_time.processor_seconds > self.limits.cpu_seconds:
            return describe_processor_limit(self.limits)
        if sockets_in_use() > self.limits.sockets:
            return f"opened more than {self.limits.sockets} sockets"
        if self.exceeds_buffers(processes):
            return f"opened more than {self.limits.buffers} pipes"
        self.memory.look(processes)
        if self.memory.bytes > self.limits.memory:
            return f"ran out of memory ({describe_size(self.limits.memory)})"
        if self.memory.fills_machine(self.counts):
            return MACHINE_FULL
        if exceeds_sockets_folder():
            return "wrote into the folder of its sockets"
        return None

    def exceeds_buffers(self, processes: list[int]) -> bool:
        """Return whether the processes have more pipes, polls and terminals than the limit.

        What they share is counted once, which is slow, only where they have many open files.
        """
        if sum(map(open_files_of, processes)) <= self.limits.buffers:
            return False
        return len(set().union(*map(buffers_of, processes))) > self.limits.buffers


@contextlib.contextmanager
def stand_still(init_process: int) -> Iterator[None]:
    """Let all processes of a kernel but its init process stand still in this context."""
    os.kill(init_process, STOP)
    try:
        yield
    finally:
        os.kill(init_process, GO_ON)


def buffer_size(one: socket.socket) -> int:
    """Return how many bytes wait in a socket at most, in either direction."""
    return max(
        one.getsockopt(socket.SOL_SOCKET, kind) for kind in (socket.SO_SNDBUF, socket.SO_RCVBUF)
    )


def list_processes() -> list[int]:
    """List the numbers of the kernel's processes."""
    return [int(name) for name in os.listdir("/proc") if name.isdigit()]


def exceeds_sockets_folder() -> bool:
    """Return whether there is more than Jupyter's files in the one folder that lies on a disk."""
    names = os.listdir(SOCKETS)
    sizes = (os.lstat(os.path.join(SOCKETS, name)).st_size for name in names)
    return len(names) > MAX_SOCKET_FILES or sum(sizes) > MAX_SOCKETS_BYTES
