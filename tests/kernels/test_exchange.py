"""Messages of any kind end in values or a sentence; no kernel runs here."""

import json
import time
from types import SimpleNamespace

import pytest
import zmq
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jupyter_client.session import Session

from autograder.kernels import StudentKernel, channels, exchange
from autograder.kernels.channels import LimitedChannel
from autograder.kernels.kernel import UNREADABLE
from autograder.probes import wire
from autograder.probes.student import StudentError

OURS = "the id of this request"
IDLE = {
    "header": {"msg_id": "i", "msg_type": "status"},
    "parent": {"msg_id": OURS},
    "metadata": {},
    "content": {"execution_state": "idle"},
}
OUTPUTS = ["stream", "display_data", "execute_result", "update_display_data", "clear_output"]
KINDS = ["status", "comm_close", "error", *OUTPUTS]
ERROR_KEYS = ["ename", "evalue", "traceback", "status"]
OUTPUT_KEYS = ["data", "name", "text", "metadata", "transient", "text/plain"]
HEADER_KEYS = ["msg_id", "msg_type", "version", "date"]
KEYS = [*HEADER_KEYS, "execution_state", "comm_id", *OUTPUT_KEYS, *ERROR_KEYS]
WORDS = [OURS, "4.0", *KINDS, *KEYS]
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.sampled_from(WORDS),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=4)
    ),
    max_leaves=8,
)
headers = values | st.fixed_dictionaries({"msg_id": values, "msg_type": st.sampled_from(KINDS)})
parents = values | st.just({"msg_id": OURS})
contents = values | st.just({"comm_id": OURS})
signed = st.fixed_dictionaries(
    {"header": headers, "parent": parents, "metadata": values, "content": contents}
)
buffers = st.lists(
    st.binary(max_size=30) | st.just(b'{"dict": {"value": {"dict": {}}}}'), max_size=3
)
messages = st.lists(
    st.tuples(signed, buffers) | st.lists(st.binary(max_size=20), max_size=8), max_size=6
)


class FakeKernel(StudentKernel):
    """A kernel that answers each request with the same messages.

    In these, OURS stands for the request's ids.
    """

    def __init__(self, folder):
        super().__init__(folder)
        self.context = zmq.Context()
        self.answers, self.replies, self.sent = [], [], 0
        self.session = Session(key=b"key")
        ends = [self.context.socket(zmq.PAIR) for _ in range(4)]
        for i in (0, 2):
            ends[i].bind(f"inproc://{i}")
            ends[i + 1].connect(f"inproc://{i}")
        self._out, self._shell = ends[1], ends[3]
        iopub, shell = LimitedChannel(ends[0], self.session), LimitedChannel(ends[2], self.session)
        shell.send = self._answer
        self._client = SimpleNamespace(
            session=Session(key=b"key"),
            shell_channel=shell,
            iopub_channel=iopub,
            broken=False,
            memory_before=channels.memory_in_use(),
        )
        self._manager = SimpleNamespace(
            is_alive=lambda: True,
            interrupt_kernel=lambda: None,
            own_seconds=time.monotonic,
            has_kernel=False,
            ending=None,
        )

    def close(self):
        self.context.destroy(linger=0)

    def _answer(self, request):
        request_id = request["header"]["msg_id"]
        comm_id = request["content"].get("comm_id", request_id)
        for answer in self.answers:
            if isinstance(answer, tuple):
                answer = self._sign(*answer, request_id, comm_id)
            self._out.send_multipart(answer or [b""])
        for answer in self.replies:
            self._shell.send_multipart(self._sign(answer, [], request_id, comm_id))
        self._out.send_multipart(self._sign(IDLE, [], request_id, comm_id))

    def _sign(self, message, more, request_id, comm_id):
        self.sent += 1  # a session takes no message twice
        ids = {"content": comm_id}
        frames = [
            json.dumps(message[part]).replace(OURS, ids.get(part, request_id)).encode()
            for part in ("header", "parent", "metadata", "content")
        ]
        frames[2] = frames[2] + b" " * self.sent
        return [b"<IDS|MSG>", self.session.sign(frames), *frames, *more]


@pytest.fixture
def kernel(tmp_path, monkeypatch):
    monkeypatch.setattr(exchange, "POLL_SECONDS", 0.01)
    monkeypatch.setattr(exchange, "GRACE_SECONDS", 0.05)
    monkeypatch.setattr(exchange, "REPLY_SECONDS", 0.05)
    fake = FakeKernel(tmp_path)
    yield fake
    fake.close()


# The one kernel of the test serves all examples.
@settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(messages)
def test_arbitrary_messages_end_in_a_value_or_a_sentence(kernel, sent):
    kernel.answers = sent
    result = kernel.run_cell("x = 1", timeout=5)
    assert result.status in ("ok", "error") and isinstance(result.outputs, list)
    try:
        assert isinstance(kernel.probe("kl", timeout=5, inputs=[]), dict)
    except StudentError as error:
        assert str(error)


def message(kind, content, parent=OURS):
    header = {"msg_id": "m", "msg_type": kind}
    return {"header": header, "parent": {"msg_id": parent}, "metadata": {}, "content": content}


def answer(value):
    return message("comm_close", {"comm_id": OURS}), wire.encode({"value": value})


def test_the_first_answer_to_this_request_counts(kernel):
    to_another = message("comm_close", {"comm_id": OURS}, parent="another")
    of_another = message("comm_close", {"comm_id": "another"})
    kernel.answers = [
        (to_another, wire.encode({"value": {"a": 1}})),
        (of_another, wire.encode({"value": {"a": 2}})),
        answer({"a": 3}),
        answer({"a": 4}),
    ]
    assert kernel.probe("kl", inputs=[]) == {"a": 3}


START = [b"<IDS|MSG>", b"0" * channels.MAX_SIGNATURE]
TOO_LARGE = {
    "a signature that fills the memory": [b"<IDS|MSG>", b"0" * 100, *[b"{}"] * 4],
    "a content that fills the memory": [*START, *[b"{}"] * 3, b" " * (channels.MAX_JSON + 1)],
    "more frames than a value has": [*START, *[b""] * (channels.MAX_FRAMES + 1)],
    "larger buffers than a value has": [*START, *[b"{}"] * 4, bytes(wire.MAX_BYTES + 1)],
}


@pytest.mark.parametrize("frames", TOO_LARGE.values(), ids=TOO_LARGE)
def test_a_message_beyond_the_limits_is_not_read(kernel, monkeypatch, frames):
    channel = kernel._client.iopub_channel
    monkeypatch.setattr(channel.session, "deserialize", lambda frames: pytest.fail("it was read"))
    kernel._out.send_multipart(frames)
    with pytest.raises(ValueError):
        channel.get_msg(timeout=1)


def test_an_error_is_told_by_the_reply_where_the_message_was_lost(kernel):
    reply = {"status": "error", "ename": "ValueError", "evalue": "boo"}
    kernel.replies = [message("execute_reply", reply)]
    result = kernel.run_cell("raise ValueError('boo')")
    assert (result.status, result.error) == ("error", "raised ValueError: boo")


def test_a_long_sentence_is_cut_and_an_empty_one_is_replaced(kernel):
    for said, length in (("x" * 10**6, 2000), ("", len(UNREADABLE))):
        kernel.answers = [(message("comm_close", {"comm_id": OURS}), wire.encode({"error": said}))]
        with pytest.raises(StudentError) as caught:
            kernel.probe("kl", inputs=[])
        assert len(str(caught.value)) == length


def test_growth_of_the_graders_memory_ends_the_kernel(kernel, monkeypatch):
    monkeypatch.setattr(channels, "memory_in_use", lambda: 10 * 2**30)
    monkeypatch.setattr(exchange, "memory_in_use", lambda: 10 * 2**30)
    kernel.answers = [(message("stream", {"name": "stdout", "text": "x"}), [])]
    result = kernel.run_cell("x = 1")
    assert result.status == "died" and "sent more than the 2 GB" in result.error
