"""One request to a kernel and what comes of it, in bounded time and memory, whatever the kernel
sends meanwhile.
"""

import contextlib
import time
from collections.abc import Callable, Sequence
from queue import Empty
from typing import Any

import zmq

from .channels import MAX_FRAME, KernelManager, LimitedClient, memory_in_use

# between the interrupt of something that takes too long and the end of the process
INTERRUPT_SECONDS = 5
POLL_SECONDS = 0.25  # between two looks at whether the process is still there
# from the reply until "idle", which a kernel that publishes without end may never get through
GRACE_SECONDS = 2
MAX_GROWTH = 2 * 2**30  # bytes that this process may come to hold during the life of a kernel

OF_ANOTHER = {}  # what is read of a message that answers another request, or none


class KernelDied(Exception):
    """The kernel's process is gone; str() is a sentence that lacks only its subject ("took longer
    than 60 s ...").
    """


class TimeLimit(Exception):
    """A request took longer than its time and was interrupted; the kernel lives. str() lacks only
    its subject.
    """


class Exchange:
    """A request under way.

    timeout: seconds until it is interrupted. Other threads that fill this process's memory
    meanwhile are taken for the kernel, so that at worst an innocent one is ended.
    """

    def __init__(self, manager: KernelManager, client: LimitedClient, timeout: float):
        self.manager, self.client, self.timeout = manager, client, timeout
        self.deadline = time.monotonic() + timeout
        self.interrupted = False
        self.reply: dict[str, Any] | None = None
        self._next_look = 0.0
        self._settled = None  # when the answer or the reply came

    def run(
        self,
        kind: str,
        content: dict[str, Any],
        collect: Callable[[dict[str, Any]], bool | None],
        buffers: Sequence[bytes] = (),
    ) -> None:
        """Send the request, hand what the kernel publishes for it to `collect`, return when it is
        idle again.

        `collect` may say that all has come. Raises TimeLimit, and KernelDied, after which the
        process may still run.
        """
        request = self._send(kind, content, buffers)
        while True:
            message = self._next_message(request)
            if message and self._take(message, collect):
                break
            if self._settled and (
                message is None or time.monotonic() > self._settled + GRACE_SECONDS
            ):
                break
            if message is None or time.monotonic() > self._next_look:
                self._look(request, quiet=message is None)
        self._read_replies(request)
        if self.client.broken:
            self._require_life()
        if self.interrupted:
            raise TimeLimit(f"took longer than {self.timeout:g} s and was stopped")

    def _send(self, kind, content, buffers):
        message = self.client.session.msg(kind, content)
        message["buffers"] = list(buffers)
        try:
            self.client.shell_channel.send(message)
        except zmq.ZMQError as error:
            raise KernelDied("found a kernel that takes no requests") from error
        return message["header"]["msg_id"]

    def _next_message(self, request):
        """The next message for `request`, OF_ANOTHER for one that is not, None where there is none
        for a moment.
        """
        try:
            message = self.client.iopub_channel.get_msg(timeout=POLL_SECONDS)
            ours = message["parent_header"].get("msg_id") == request and isinstance(
                message["content"], dict
            )
            return message if ours else OF_ANOTHER
        except Empty:
            return None
        except Exception:  # noqa: BLE001 - jupyter_client's errors on malformed messages are of many kinds
            return OF_ANOTHER

    def _take(self, message, collect):
        """Hand a message on; whether it says that the kernel is done."""
        with contextlib.suppress(Exception):  # whoever runs in the kernel may send anything
            if collect(message):
                self._settle()
        return (
            message["msg_type"] == "status" and message["content"].get("execution_state") == "idle"
        )

    def _settle(self):
        self._settled = self._settled or time.monotonic()

    def _look(self, request, quiet):
        """Read the reply if it has come, and end what takes too long or too much."""
        self._next_look = time.monotonic() + POLL_SECONDS
        self._read_replies(request)
        if memory_in_use() > self.client.memory_before + MAX_GROWTH:
            raise KernelDied(f"sent more than the {MAX_GROWTH // 2**30} GB that the grader keeps")
        if quiet and not self._settled:
            self._require_life()
        if time.monotonic() > self.deadline:
            if self.interrupted:
                raise KernelDied(
                    f"took longer than {self.timeout:g} s and did not react to an interrupt"
                )
            with contextlib.suppress(RuntimeError, OSError):  # it may have ended just now
                self.manager.interrupt_kernel()
            self.interrupted, self.deadline = True, self.deadline + INTERRUPT_SECONDS

    def _read_replies(self, request):
        until = time.monotonic() + POLL_SECONDS  # there may always be one more
        try:
            while time.monotonic() < until:
                reply = self.client.shell_channel.get_msg(timeout=0)
                if reply["parent_header"].get("msg_id") == request and isinstance(
                    reply["content"], dict
                ):
                    self.reply = reply["content"]
                    self._settle()
        except Exception:  # noqa: BLE001, S110 - Empty, or a malformed message: the others are read at the next look
            pass

    def _require_life(self):
        broken = self.client.broken
        if broken:
            time.sleep(POLL_SECONDS)  # a process that ends closes its sockets first
        if not self.manager.is_alive():
            raise KernelDied(self.manager.provisioner.ending or "ended the kernel's process")
        if broken:
            sent = f"sent more than {MAX_FRAME // 2**20} MB at once"
            raise KernelDied(f"lost the connection to the kernel, which closed it or {sent}")
