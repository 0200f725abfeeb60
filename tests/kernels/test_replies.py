"""What a kernel replies counts, though it comes over another connection than what it publishes."""

import json
import socket
from queue import Empty

import pytest

from autograder.kernels import StudentKernel, exchange
from autograder.kernels.provisioner import SandboxedProvisioner

# IPython publishes no error of a magic that is not there: the reply alone tells.
UNKNOWN_MAGIC = "# below a comment\n%%time"


@pytest.fixture(scope="module")
def started(tmp_path_factory):
    with StudentKernel(tmp_path_factory.mktemp("notebook")) as kernel:
        yield kernel


@pytest.fixture
def kernel(started, monkeypatch):
    """A kernel whose replies are never there at once."""
    read = started._client.shell_channel.get_msg

    def read_later(timeout):
        if timeout == 0:
            raise Empty
        return read(timeout=timeout)

    monkeypatch.setattr(started._client.shell_channel, "get_msg", read_later)
    return started


def test_a_reply_that_comes_after_idle_is_waited_for(kernel):
    result = kernel.run_cell(UNKNOWN_MAGIC)
    assert result.status == "error"
    assert "`%%time` not found" in result.error
    assert kernel.run_cell("x = 1").status == "ok"


def test_a_reply_that_a_kernel_withholds_is_not_waited_for_long(kernel, monkeypatch):
    monkeypatch.setattr(exchange, "REPLY_SECONDS", 0.1)

    def read_nothing(timeout):
        raise Empty

    monkeypatch.setattr(kernel._client.shell_channel, "get_msg", read_nothing)
    assert kernel.run_cell("x = 1").status == "ok"


def test_how_a_kernel_ended_is_read_though_its_supervisor_left_a_question_unread():
    """Of such a connection, Linux says first that it was reset."""
    provisioner = SandboxedProvisioner()
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    provisioner._connection = ours
    ours.send(b'{"time": 1}')
    theirs.send(json.dumps({"ended": "ran out of memory (256 MB)"}).encode())
    theirs.close()
    while provisioner._connection is not None:
        assert provisioner._receive(1) is False
    assert provisioner.ending == "ran out of memory (256 MB)"
