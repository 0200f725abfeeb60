"""The grader's ends of a kernel's sockets, bounded: whatever a kernel sends, it takes up a known
amount of memory.
"""

from mmap import PAGESIZE
from pathlib import Path
from subprocess import DEVNULL

import zmq
from jupyter_client import KernelManager as UnboundedManager
from jupyter_client.blocking import BlockingKernelClient
from jupyter_client.channels import ZMQSocketChannel

from ..probes import wire

# All limits of one message and of what waits to be read.
MAX_FRAME = 128 * 2**20  # bytes; ZeroMQ ends the connection to whoever sends more at once
# messages that ZeroMQ keeps for us; what comes on top is dropped or waits in the kernel
MAX_WAITING = 8
MAX_JSON = (
    8 * 2**20
)  # bytes of header, parent, metadata and content together: a picture has 1 MB at most
MAX_FRAMES = wire.MAX_NODES + 16
SIGNATURE = 64  # bytes of an HMAC-SHA256 in hexadecimal digits
SEND_SECONDS = 5  # until a request must have found a connection to go to


class LimitedChannel(ZMQSocketChannel):
    """A channel that reads no message beyond the limits.

    `broken` tells that the other end is gone, for good.
    """

    def __init__(self, socket, session, loop=None):
        super().__init__(socket, session, loop)
        self._end = socket.get_monitor_socket(zmq.EVENT_DISCONNECTED)

    @property
    def broken(self) -> bool:
        """Whether the connection has ended: the kernel is gone, closed its socket, or sent more
        than MAX_FRAME.
        """
        return self.socket is None or bool(self._end.poll(0))

    def _recv(self, **kwargs):
        """The next message.

        Raises ValueError for one beyond the limits; jupyter_client raises other errors too.
        """
        frames = self.socket.recv_multipart(**kwargs)
        if len(frames) > MAX_FRAMES:
            raise ValueError("A message has too many frames.")
        _, frames = self.session.feed_identities(frames)
        if len(frames[0]) > SIGNATURE:  # the session keeps signatures
            raise ValueError("This is no signature.")
        if sum(map(len, frames[1:5])) > MAX_JSON or sum(map(len, frames[5:])) > wire.MAX_BYTES:
            raise ValueError("A message is too large.")
        return self.session.deserialize(frames)


class LimitedClient(BlockingKernelClient):
    """A client that keeps few messages, reads none beyond the limits, and does not wait for whoever
    does not read.
    """

    shell_channel_class = LimitedChannel
    iopub_channel_class = LimitedChannel

    def __init__(self, **details):
        super().__init__(**details)
        self.memory_before = memory_in_use()

    def _context_default(self):
        context = super()._context_default()
        for option, value in (
            (zmq.MAXMSGSIZE, MAX_FRAME),
            (zmq.RCVHWM, MAX_WAITING),
            (zmq.SNDTIMEO, 1000 * SEND_SECONDS),
        ):
            context.setsockopt(option, value)  # of each socket that it makes
        return context

    @property
    def broken(self) -> bool:
        """Whether a channel has lost its kernel."""
        return self.shell_channel.broken or self.iopub_channel.broken


class KernelManager(UnboundedManager):
    """jupyter_client's manager, whose clients are limited and whose kernels cannot write to the
    grader's terminal.
    """

    def _client_factory_default(self):
        return LimitedClient

    async def _async_pre_start_kernel(self, **details):
        return await super()._async_pre_start_kernel(
            **{"stdout": DEVNULL, "stderr": DEVNULL, **details}
        )


def memory_in_use() -> int:
    """Bytes of this process that lie in memory; 0 where the system does not tell (macOS, Windows)."""
    try:
        return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * PAGESIZE
    except OSError:
        return 0
