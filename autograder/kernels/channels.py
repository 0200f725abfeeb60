"""The grader's ends of a kernel's sockets, with limits on the memory that messages can take up."""

import time
from mmap import PAGESIZE
from pathlib import Path
from subprocess import DEVNULL
from typing import Any, cast

import zmq
from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.channels import ZMQSocketChannel
from jupyter_client.manager import KernelManager as UnlimitedManager

from ..probes import wire

# All limits of one message and of what waits to be read.
MAX_FRAME = 128 * 2**20  # bytes; ZeroMQ ends the connection to whoever sends more at once
MAX_WAITING = 8  # messages that ZeroMQ keeps for us; more are dropped or wait in the kernel
MAX_JSON = 8 * 2**20  # bytes of header, parent, metadata and content; a picture has 1 MB at most
MAX_FRAMES = wire.MAX_NODES + 16
MAX_SIGNATURE = 64  # bytes of an HMAC-SHA256 in hexadecimal digits
SEND_SECONDS = 5  # until a request must have found a connection to go to


class LimitedChannel(ZMQSocketChannel):
    """A channel that reads no message beyond the limits."""

    def __init__(self, socket, session, loop=None):
        super().__init__(socket, session, loop)
        self._disconnections = socket.get_monitor_socket(zmq.EVENT_DISCONNECTED)

    @property
    def broken(self) -> bool:
        """Whether the connection has ended, for good.

        The kernel is gone, closed its socket, or sent more than MAX_FRAME.
        """
        return self.socket is None or bool(self._disconnections.poll(0))

    def _recv(self, **kwargs):
        """Read the next message.

        Raises ValueError for one beyond the limits; jupyter_client raises other errors too.
        """
        if self.socket is None:
            raise ValueError("The channel is closed.")
        frames = self.socket.recv_multipart(**kwargs)
        if len(frames) > MAX_FRAMES:
            raise ValueError("A message has too many frames.")
        _, frames = self.session.feed_identities(frames)
        if len(frames[0]) > MAX_SIGNATURE:  # the session keeps signatures
            raise ValueError("A message's signature is too long.")
        if sum(map(len, frames[1:5])) > MAX_JSON or sum(map(len, frames[5:])) > wire.MAX_BYTES:
            raise ValueError("A message is too large.")
        return self.session.deserialize(frames)


class LimitedClient(BlockingKernelClient):
    """A client that keeps few messages and reads none beyond the limits.

    It does not wait for a kernel that does not read.
    """

    shell_channel_class = LimitedChannel
    iopub_channel_class = LimitedChannel

    def __init__(self, **details):
        super().__init__(**details)
        self.memory_before = memory_in_use()

    def _context_default(self):
        context = super()._context_default()
        # Options of a context are those of each socket that it makes.
        context.setsockopt(zmq.MAXMSGSIZE, MAX_FRAME)
        context.setsockopt(zmq.RCVHWM, MAX_WAITING)
        context.setsockopt(zmq.SNDTIMEO, 1000 * SEND_SECONDS)
        return context

    @property
    def broken(self) -> bool:
        """Whether a channel has lost its kernel."""
        return any(
            cast(LimitedChannel, channel).broken
            for channel in (self.shell_channel, self.iopub_channel)
        )


class KernelManager(UnlimitedManager):
    """jupyter_client's manager with limited clients.

    Its kernels cannot write to the grader's terminal.
    """

    @property
    def ending(self) -> str | None:
        """How the kernel ended, a sentence without its subject; None where that is not known."""
        return getattr(self.provisioner, "ending", None)

    def own_seconds(self) -> float:
        """Return a clock (seconds) of the kernel's own time, of the time where that isn't known."""
        read = getattr(self.provisioner, "own_seconds", time.monotonic)
        return read()

    def client(self, **details: Any) -> LimitedClient:
        """Make a client of the kernel."""
        return cast(LimitedClient, super().client(**details))

    def _client_factory_default(self):
        return LimitedClient

    async def _async_pre_start_kernel(self, **details):
        options = {"stdout": DEVNULL, "stderr": DEVNULL, **details}
        return await super()._async_pre_start_kernel(**options)


def memory_in_use() -> int:
    """Return the memory (bytes) of this process; 0 where it is not told (macOS, Windows)."""
    try:
        return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * PAGESIZE
    except OSError:
        return 0
