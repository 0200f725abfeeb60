"""Waits of several processes for each other, kept inside one kernel.

Two processes that map the same page of a file can wait for, and wake, each other through it
(futex(2)), even where they may only read it, as all kernels read Python and torch. So no process of
a student waits in Linux for another one: its waits come here, and end after a moment with "woken",
or "interrupted" once they are long, so that an interrupt that came between two of them is not
missed. A waiter must expect both at any time, and looks again at what it waits for.
Waits of the threads of one process for each other stay as they are.

Watches of epoll come here, too, where Linux can let such a call go on (5.5 and later): a kernel has
a number of them for its life.

Numbers and structures are those of <linux/futex.h> and <linux/seccomp.h> (seccomp_unotify(2)).
"""

import contextlib
import ctypes
import errno
import fcntl
import heapq
import select
import signal
import struct
import threading
import time
from dataclasses import dataclass, field

from .system_calls import EPOLL_CTL

RECEIVE, ANSWER = 0xC0502100, 0xC0182101  # SECCOMP_IOCTL_NOTIF_RECV, SECCOMP_IOCTL_NOTIF_SEND
REQUEST = struct.Struct("=QIIiIQ6Q")  # struct seccomp_notif
REPLY = struct.Struct("=QqiI")  # struct seccomp_notif_resp
TIME = struct.Struct("=qq")  # struct timespec
GO_ON = 1  # SECCOMP_USER_NOTIF_FLAG_CONTINUE
WAIT, CLOCK_REALTIME, PRIVATE = 0, 256, 128  # FUTEX_WAIT; of FUTEX_WAIT_BITSET, the clock
SHORTEST, LONGEST = 0.0002, 0.005  # seconds until a waiter looks again
# A thread that waits again within this many seconds is still waiting for the same.
STILL = 0.1
REMEMBERED = 1000  # threads

_libc = ctypes.CDLL(None, use_errno=True)


class _Piece(ctypes.Structure):
    """struct iovec."""

    _fields_ = [("address", ctypes.c_void_p), ("size", ctypes.c_size_t)]


@dataclass
class Waits:
    """The waits of one kernel's processes.

    Attributes:
        listener: number of the file that seccomp gave.
        watches: how many more watches of epoll there may be.
        pending: (when it ends, its id, error number with which it ends), the next one first.
        patience: number of a thread → (seconds that its last wait took, when that ended).
    """

    listener: int
    watches: int
    pending: list[tuple[float, int, int]] = field(default_factory=list)
    patience: dict[int, tuple[float, float]] = field(default_factory=dict)

    def serve(self) -> None:
        """End each wait after a moment, until the last process has ended."""
        signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])  # it is for the main thread
        poll = select.poll()
        poll.register(self.listener, select.POLLIN)
        while True:
            seconds = self.pending[0][0] - time.monotonic() if self.pending else None
            for _, event in poll.poll(None if seconds is None else max(0, seconds) * 1000):
                if not event & select.POLLIN:  # the last process has ended
                    return
                self.receive()
            while self.pending and self.pending[0][0] <= time.monotonic():
                _, identifier, error = heapq.heappop(self.pending)
                self.answer(identifier, error)

    def answer(self, identifier: int, error: int, flags: int = 0) -> None:
        """End a call with an error number, or let it go on."""
        with contextlib.suppress(OSError):  # it was interrupted, or its process is gone
            fcntl.ioctl(self.listener, ANSWER, REPLY.pack(identifier, 0, -error, flags))

    def answer_watch(self, identifier: int) -> None:
        """Grant a watch of epoll, while there are any left."""
        self.watches -= 1
        if self.watches >= 0:
            self.answer(identifier, 0, GO_ON)
        else:
            self.answer(identifier, errno.ENOSPC)  # as where Linux's own limit is reached

    def receive(self) -> None:
        """Take up one wait, or answer to one watch."""
        request = bytearray(REQUEST.size)
        try:
            fcntl.ioctl(self.listener, RECEIVE, request)
        except OSError:  # its process is gone
            return
        identifier, thread, _, call, _, _, _, kind, _, limit, *_ = REQUEST.unpack(request)
        if call in EPOLL_CTL:
            self.answer_watch(identifier)
            return
        now = time.monotonic()
        seconds, ended = self.patience.get(thread, (0, 0))
        seconds = min(2 * seconds, LONGEST) if now - ended < STILL else SHORTEST
        left = seconds_left(thread, kind, limit) if limit else LONGEST
        error = errno.EINTR if seconds == LONGEST else 0
        error = errno.ETIMEDOUT if left < seconds else error
        seconds = max(0, min(seconds, left))
        if len(self.patience) > REMEMBERED:
            self.patience.clear()
        self.patience[thread] = (max(seconds, SHORTEST), now + seconds)
        heapq.heappush(self.pending, (now + seconds, identifier, error))


def seconds_left(thread: int, kind: int, limit: int) -> float:
    """Return the seconds until a wait's limit of time; LONGEST where it cannot be read.

    Args:
        thread: the number of the one that waits.
        kind: the operation of futex(2), with its flags.
        limit: the address of the limit in the memory of that thread.
    """
    text = ctypes.create_string_buffer(TIME.size)
    ours = _Piece(ctypes.addressof(text), TIME.size)
    theirs = _Piece(limit, TIME.size)
    read = _libc.process_vm_readv(thread, ctypes.byref(ours), 1, ctypes.byref(theirs), 1, 0)
    if read != TIME.size:
        return LONGEST
    whole, nanoseconds = TIME.unpack(text.raw)
    seconds = whole + nanoseconds / 1e9
    if kind & ~(PRIVATE | CLOCK_REALTIME) == WAIT:  # counts from now on
        return seconds
    return seconds - (time.time() if kind & CLOCK_REALTIME else time.monotonic())


def serve_in_background(listener: int, watches: int) -> None:
    """Answer what comes to a listener, in a thread that lives as long as this process.

    Args:
        listener: number of the file that seccomp gave.
        watches: how many watches of epoll the kernel may have in its life.
    """
    threading.Thread(target=Waits(listener, watches).serve, daemon=True, name="waits").start()
