"""One kernel as a tree of processes, keeper → first → kernel, and the first of them.

The keeper speaks with the grader, watches what the kernel uses, and ends it. It stays outside the
kernel's namespace of processes, so nothing in there can see or reach it.
"""

import json
import os
import select
import signal
import socket

from . import namespaces
from .init_process import run_first
from .limits import Limits, describe_size, fair_memory_of, memory_of
from .paths import IN_SOCKETS, SOCKETS
from .request import Order

MESSAGE = 2**18  # bytes, at most
TICK_SECONDS = 0.1  # between two looks at what the kernel uses
SOCKETS_BYTES = 2**16  # more in the folder of the sockets is not Jupyter's
VANISHED = b'{"ended": "ended the kernel\'s process"}'


def keep(connection: socket.socket, isolated: bool) -> None:
    """Run one kernel: read an order, say {"listening": true}, obey {"signal": n}, end it, say
    {"ended": how}.

    isolated: whether to make namespaces for this kernel; without them it is in those of this
    process.
    """
    order = Order.read(connection.recv(MESSAGE), isolated)
    held = memory_of("self")["RssAnon"]
    if isolated:
        namespaces.enter()
    else:
        namespaces.close_memory(True)  # the kernel's user is the same
    news, tell = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    first = os.fork()
    if first == 0:
        connection.close()
        news.close()
        run_first(order, tell)
    tell.close()
    try:
        ended = Watch(connection, news, first, order.limits, held).run()
    finally:
        os.kill(first, signal.SIGKILL)
        os.waitpid(first, 0)
    if ended:
        connection.send(json.dumps({"ended": ended}).encode())


class Watch:
    """What the keeper does while the kernel runs."""

    def __init__(
        self, connection: socket.socket, news: socket.socket, first: int, limits: Limits, held: int
    ):
        self.connection = connection
        self.news = news  # from `first`
        self.first = first
        self.limits = limits
        self.held = held  # bytes, by every fork of the warm process

    def run(self) -> str | None:
        """How the kernel ended, a sentence without its subject; None when the grader hung up."""
        listening = False  # before, /proc may still be that of others
        while True:
            ready, _, _ = select.select([self.connection, self.news], [], [], TICK_SECONDS)
            if self.connection in ready:
                message = self.connection.recv(MESSAGE)
                if not message:
                    return None
                if json.loads(message)["signal"] == signal.SIGINT:
                    os.kill(self.first, signal.SIGINT)
            if self.news in ready:
                message = self.news.recv(MESSAGE) or VANISHED
                if ended := json.loads(message).get("ended"):
                    return ended
                self.connection.send(message)
                listening = True
            if listening and (excess := self.excess()):
                return excess

    def excess(self) -> str | None:
        """What the kernel has too much of, a sentence without its subject; None where all is well."""
        processes = [int(name) for name in os.listdir("/proc") if name.isdigit()]
        if len(processes) > self.limits.processes:
            return f"started more than {self.limits.processes} processes"
        most = {process: self.most_memory_of(process) for process in processes}
        if sum(most.values()) > self.limits.memory:
            used = sum(fair_memory_of(process, otherwise=most[process]) for process in processes)
            if used > self.limits.memory:
                return f"ran out of memory ({describe_size(self.limits.memory)})"
        names = os.listdir(SOCKETS)  # on a disk, unlike all else that can be written to
        sizes = (os.lstat(os.path.join(SOCKETS, name)).st_size for name in names)
        return (
            "wrote into the folder of its sockets"
            if len(names) > IN_SOCKETS or sum(sizes) > SOCKETS_BYTES
            else None
        )

    def most_memory_of(self, process: int) -> int:
        """The memory (bytes) that a process uses beyond the warm one; what it shares with others
        counts in full.
        """
        sizes = memory_of(process)
        return max(0, sizes.get("RssAnon", 0) - self.held) + sizes.get("RssShmem", 0)
