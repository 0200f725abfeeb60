"""One request to a kernel and its answer, in bounded time and memory, whatever the kernel sends."""

import contextlib
import time
from collections.abc import Callable, Sequence
from queue import Empty
from typing import Any

import zmq

from .channels import MAX_FRAME, KernelManager, LimitedClient, memory_in_use

# between the interrupt of a request that takes too long and the end of the process
INTERRUPT_SECONDS = 5
POLL_SECONDS = 0.25  # between two looks at whether the process is still there
# from the reply until "idle", which a kernel that publishes without end may never reach
GRACE_SECONDS = 2
# from "idle" until the reply, which was sent before and comes over another connection
REPLY_SECONDS = 10
WITHOUT_REPLY = "comm_open"  # the one kind of request that gets none
# from the end of a connection until the process is known to have ended, on a busy machine
END_SECONDS = 5
# Limits of time count a kernel's own time; so many times as much may pass on a busy machine.
WALL_FACTOR = 10
MAX_GROWTH = 2 * 2**30  # bytes by which this process may grow during the life of a kernel

NOT_OURS = {}  # stands for a message that is malformed or answers another request


class KernelDied(Exception):
    """The kernel's process is gone.

    str() is a sentence that lacks only its subject ("took longer than 60 s ...").
    """


class TimeLimit(Exception):
    """A request took longer than its time and was interrupted; the kernel lives.

    str() is a sentence that lacks only its subject.
    """


class KernelStarved(KernelDied):
    """The machine was too busy for the kernel; str() is a sentence that lacks only its subject."""


class Exchange:
    """A request under way.

    Other threads that fill this process's memory meanwhile are taken for the kernel: at worst, an
    innocent kernel is ended.

    Args:
        manager: of the kernel.
        client: of the kernel.
        timeout: seconds of the kernel's own time until the request is interrupted.

    Attributes:
        reply: content of the kernel's reply, None where none was read.
    """

    def __init__(self, manager: KernelManager, client: LimitedClient, timeout: float):
        self.manager, self.client, self.timeout = manager, client, timeout
        self.own_end = manager.own_seconds() + timeout
        self.end = time.monotonic() + WALL_FACTOR * timeout
        self.interrupted = False
        self.reply: dict[str, Any] | None = None
        self._next_check = 0.0
        self._settled = None  # when the answer or the reply came, in the kernel's own time
        self._overdue = False

    def perform(
        self,
        kind: str,
        content: dict[str, Any],
        collect: Callable[[dict[str, Any]], bool | None],
        buffers: Sequence[bytes] = (),
    ) -> None:
        """Send the request and read what the kernel publishes for it, until it is idle again.

        Args:
            kind: Jupyter's type of the request.
            content: the request's content.
            collect: called with each message; returns True where all that was wanted has come.
            buffers: the request's buffers.

        Raises:
            TimeLimit: the request was interrupted.
            KernelDied: the kernel is of no use any more; its process may still run.
            KernelStarved: the same, and only because the machine was too busy.
        """
        request = self._send(kind, content, buffers)
        while True:
            message = self._next_message(request)
            if message and self._deliver(message, collect):
                break
            if message is None or time.monotonic() > self._next_check:
                if self._has_waited_enough(quiet=message is None):
                    break
                self._check_limits(request, quiet=message is None)
        self._read_replies(request)
        if self.reply is None and kind != WITHOUT_REPLY:
            self._await_reply(request)
        if self.client.broken:
            self._require_alive()
        if self.interrupted:
            raise TimeLimit(f"took longer than {self.timeout:g} s and was stopped")

    def _send(self, kind, content, buffers):
        """Send the request and return its id."""
        message = self.client.session.msg(kind, content)
        message["buffers"] = list(buffers)
        try:
            self.client.shell_channel.send(message)
        except zmq.ZMQError as error:
            raise KernelDied("found a kernel that takes no requests") from error
        return message["header"]["msg_id"]

    def _next_message(self, request):
        """Return the next message for `request`, NOT_OURS for any other, None where none comes."""
        try:
            message = self.client.iopub_channel.get_msg(timeout=POLL_SECONDS)
            return message if _answers(message, request) else NOT_OURS
        except Empty:
            return None
        except Exception:  # noqa: BLE001 - jupyter_client raises many kinds on malformed messages
            return NOT_OURS

    def _deliver(self, message, collect):
        """Hand a message on; return whether it says that the kernel is idle."""
        with contextlib.suppress(Exception):  # code in the kernel may send anything
            if collect(message):
                self._settle()
        state = message["content"].get("execution_state")
        return message["msg_type"] == "status" and state == "idle"

    def _settle(self):
        if self._settled is None:
            self._settled = self.manager.own_seconds()

    def _has_waited_enough(self, quiet):
        """Return whether "idle" need not be awaited any more, since all else has come."""
        if self._settled is None:
            return False
        if time.monotonic() > self.end or (quiet and not self.manager.is_alive()):
            return True
        enough = POLL_SECONDS / 2 if quiet else GRACE_SECONDS
        return self.manager.own_seconds() > self._settled + enough

    def _check_limits(self, request, quiet):
        """Read the reply if it has come, and end what takes too long or too much."""
        self._next_check = time.monotonic() + POLL_SECONDS
        self._read_replies(request)
        if memory_in_use() > self.client.memory_before + MAX_GROWTH:
            raise KernelDied(f"sent more than the {MAX_GROWTH // 2**30} GB that the grader keeps")
        if quiet and self._settled is None:
            self._require_alive()
        if self._settled is not None:
            return
        if self.manager.own_seconds() > self.own_end:
            # Where this process stood still, what it has not read yet comes first.
            if self._overdue:
                self._interrupt()
            self._overdue = True
        elif time.monotonic() > self.end:
            ran = self.timeout - (self.own_end - self.manager.own_seconds())
            sentence = f"took up only {ran:.1f} s in {WALL_FACTOR * self.timeout:g} s"
            raise KernelStarved(f"{sentence}, since this machine was too busy")

    def _interrupt(self):
        """Interrupt the kernel; raise KernelDied where that was tried before."""
        if self.interrupted:
            sentence = f"took longer than {self.timeout:g} s and did not react to an interrupt"
            raise KernelDied(sentence)
        with contextlib.suppress(RuntimeError, OSError):  # it may have ended just now
            self.manager.interrupt_kernel()
        self.interrupted, self._overdue = True, False
        self.own_end += INTERRUPT_SECONDS
        self.end += WALL_FACTOR * INTERRUPT_SECONDS

    def _await_reply(self, request):
        """Wait for the reply of a kernel that is idle, unless it withholds it."""
        own_end = self.manager.own_seconds() + REPLY_SECONDS
        end = time.monotonic() + WALL_FACTOR * REPLY_SECONDS
        while self.reply is None and not self.client.broken and self.manager.is_alive():
            if self.manager.own_seconds() > own_end or time.monotonic() > end:
                break
            self._read_replies(request, POLL_SECONDS)

    def _read_replies(self, request, wait=0.0):
        """Keep the reply to this request, if it has come; read for POLL_SECONDS at most.

        Args:
            request: its id.
            wait: seconds for which to wait for a reply.
        """
        until = time.monotonic() + POLL_SECONDS  # there may always be one more
        try:
            while time.monotonic() < until:
                reply = self.client.shell_channel.get_msg(timeout=wait)
                if _answers(reply, request):
                    self.reply, wait = reply["content"], 0.0
                    self._settle()
        except Exception:  # noqa: BLE001, S110 - Empty or malformed; the rest is read next time
            pass

    def _require_alive(self):
        """Raise KernelDied where the process or the connection to it has ended."""
        broken = self.client.broken
        end = time.monotonic() + END_SECONDS
        while broken and self.manager.is_alive() and time.monotonic() < end:
            time.sleep(POLL_SECONDS / 10)
        if not self.manager.is_alive():
            raise KernelDied(self.manager.ending or "ended the kernel's process")
        if broken:
            sent = f"sent more than {MAX_FRAME // 2**20} MB at once"
            raise KernelDied(f"lost the connection to the kernel, which closed it or {sent}")


def _answers(message, request):
    """Return whether a message is for this request and has a content."""
    ours = message["parent_header"].get("msg_id") == request
    return ours and isinstance(message["content"], dict)
