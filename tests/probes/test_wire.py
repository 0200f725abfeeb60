"""Values cross between grader and kernel unchanged, and nothing but values crosses."""

import contextlib
import json
import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.probes import wire


def random_tensor(dtype, shape):
    return (torch.rand(shape) * 200 - 100).to(wire.DTYPES[dtype])


shapes = st.lists(st.integers(0, 4), max_size=4)
tensors = st.builds(random_tensor, st.sampled_from(sorted(wire.DTYPES)), shapes)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | tensors,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


def same(a, b):
    if type(a) is not type(b):
        return False
    if isinstance(a, torch.Tensor):
        return a.dtype == b.dtype and a.shape == b.shape and torch.equal(a, b)
    if isinstance(a, float):
        return a == b or (math.isnan(a) and math.isnan(b))
    if isinstance(a, list):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(same(a[key], b[key]) for key in a)
    return a == b


@settings(deadline=None)
@given(values)
def test_decode_undoes_encode(value):
    assert same(wire.decode(wire.encode(value)), value)


@settings(deadline=None)
@given(st.lists(st.binary(max_size=40), max_size=4))
def test_arbitrary_frames_are_a_value_or_a_wire_error(frames):
    with contextlib.suppress(wire.WireError):
        wire.decode(frames)


keys = st.sampled_from(["tensor", "float", "dict", "dtype", "shape"])
trees = st.recursive(
    st.none() | st.integers() | st.sampled_from(["float32", "nan", "dtype", "shape"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=2),
    max_leaves=10,
)


@settings(max_examples=200, deadline=None)
@given(trees, st.lists(st.binary(max_size=16), max_size=2))
def test_arbitrary_trees_are_a_value_or_a_wire_error(tree, buffers):
    with contextlib.suppress(wire.WireError):
        wire.decode([json.dumps(tree).encode(), *buffers])


def tensor_text(dtype="float32", shape=(2,)):
    return json.dumps({"tensor": {"dtype": dtype, "shape": shape}}).encode()


# What is wrong with the frames: the frames.
HOSTILE = {
    "no frames": [],
    "not JSON": [b"{"],
    "not UTF-8": [b'"\xff"'],
    "a constant that is not JSON": [b"NaN"],
    "a nesting that breaks the parser": [b"[" * 100_000],
    "too deep": [b"[" * 40 + b"]" * 40],
    "too many parts": [json.dumps([0] * wire.MAX_NODES).encode()],
    "an integer of 10,000 digits": [b"1" * 10_000],
    "an unknown tag": [b'{"pickle": "x"}'],
    "two tags": [b'{"dict": {}, "float": "nan"}'],
    "no tag": [b"{}"],
    "a float that is a word": [b'{"float": "eval"}'],
    "an unknown dtype": [tensor_text("object"), bytes(8)],
    "a dtype that is a list": [tensor_text([], []), bytes(8)],
    "too few bytes": [tensor_text(), bytes(7)],
    "too many bytes": [tensor_text(), bytes(9)],
    "a negative size": [tensor_text(shape=(-1, -2)), bytes(8)],
    "a size that is a bool": [tensor_text(shape=(True, 2)), bytes(8)],
    "a size that overflows": [tensor_text(shape=(0, 2**62, 2**62)), b""],
    "more dimensions than torch takes": [tensor_text(shape=[1] * 70), bytes(4)],
    "more text than allowed": [b'"' + b"x" * wire.MAX_TEXT + b'"'],
    "more frames than allowed": [b"1", *[b""] * wire.MAX_NODES],
    "a frame too few": [b"[" + tensor_text() + b", " + tensor_text() + b"]", bytes(8)],
    "a frame too many": [b"1", b""],
    "more bytes than allowed": [tensor_text("uint8", (wire.MAX_BYTES,)), bytes(wire.MAX_BYTES)],
}


@pytest.mark.parametrize("frames", HOSTILE.values(), ids=HOSTILE)
def test_hostile_frames_are_refused_with_one_sentence(frames):
    with pytest.raises(wire.WireError, match=r"\.$"):
        wire.decode(frames)


UNSENDABLE = {
    "an object": object(),
    "a complex tensor": torch.zeros(2, dtype=torch.complex64),
    "a sparse tensor": torch.zeros(2).to_sparse(),
    "a tensor without data": torch.zeros(2, device="meta"),
    "a long text": "x" * (wire.MAX_TEXT + 1),
    "a dict with a number as its key": {1: 2},
    "an integer of 10,000 digits": 10**10_000,
}


@pytest.mark.parametrize("value", UNSENDABLE.values(), ids=UNSENDABLE)
def test_what_cannot_be_sent_is_refused_with_one_sentence(value):
    with pytest.raises(wire.WireError, match=r"\.$"):
        wire.encode(value)


def test_views_and_gradients_arrive_as_plain_tensors():
    value = torch.arange(6.0).reshape(2, 3).t().requires_grad_()
    arrived = wire.decode(wire.encode(value))
    assert torch.equal(arrived, value) and not arrived.requires_grad
    arrived.add_(1)  # it is writable
