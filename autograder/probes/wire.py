"""Plain values as JSON and raw bytes, as they cross between the grader and a student's kernel.

A value is None, a bool, an int, a float, a str, a tensor, or a list or a dict (with str keys) of
values. The first frame is the JSON text of the value with each tensor replaced by its dtype and
shape; one frame of raw bytes per tensor follows, in the order of the text. Reading builds nothing
but these types, whoever wrote the frames.

This file also runs inside the kernel, from its source text, so it imports nothing of the grader.
"""

import json
import math
from collections import deque
from collections.abc import Sequence
from typing import Any

import torch

MAX_BYTES = 32 * 2**20  # of all frames together
MAX_TEXT = 2 * 2**20  # bytes of the JSON text; once read, it takes up to thirty times as much
MAX_NODES = 100_000  # scalars, tensors, lists and dicts in one value
MAX_DEPTH = 32  # lists and dicts inside one another
MAX_DIMENSIONS = 16

DTYPES = {
    str(dtype).removeprefix("torch."): dtype
    for dtype in (
        torch.bool,
        torch.uint8,
        torch.int8,
        torch.int16,
        torch.int32,
        torch.int64,
        torch.float16,
        torch.bfloat16,
        torch.float32,
        torch.float64,
    )
}
NON_FINITE = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}  # JSON has no word for these


class WireError(ValueError):
    """A value that cannot be sent, or frames that are not a value; str() is one sentence."""


def encode(value: Any) -> list[bytes]:
    """Write a value as frames.

    It is the grader's own value, or was bounded by `as_plain_values` before it was copied.

    Raises:
        WireError: for other types, and where the frames would be too large to be read.
    """
    frames: list[bytes] = []
    tree = _Writer(frames).write(value)
    try:
        text = json.dumps(tree, allow_nan=False).encode()
    except ValueError as error:  # an int of more than 4300 digits
        raise WireError(f"This value cannot be written as JSON: {error}.") from error
    frames.insert(0, text)
    _check_frame_sizes(frames)
    return frames


def decode(frames: Sequence[bytes | memoryview]) -> Any:
    """Read a value from frames made by `encode`.

    Raises:
        WireError: for anything else, before anything large is built.
    """
    if not 0 < len(frames) <= MAX_NODES:
        raise WireError(f"A value has from one to {MAX_NODES} frames.")
    frames = [memoryview(frame).cast("B") for frame in frames]
    _check_frame_sizes(frames)
    try:
        tree = json.loads(bytes(frames[0]), parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise WireError("The first frame is not JSON.") from error
    reader = _Reader(deque(frames[1:]))
    value = reader.read(tree, depth=0)
    if reader.tensor_frames:
        raise WireError("There are more frames than tensors.")
    return value


class _Writer:
    """Turns a value into a tree that JSON can hold, and appends its tensors' bytes to `frames`."""

    def __init__(self, frames):
        self.frames = frames

    def write(self, value):
        if value is None or isinstance(value, (bool, str)):
            return value
        if isinstance(value, int):
            return int(value)
        if isinstance(value, float):
            return float(value) if math.isfinite(value) else {"float": str(float(value))}
        if isinstance(value, torch.Tensor):
            return {"tensor": self.write_tensor(value)}
        if isinstance(value, (list, tuple)):
            return [self.write(item) for item in value]
        if isinstance(value, dict) and all(isinstance(key, str) for key in value):
            return {"dict": {key: self.write(item) for key, item in value.items()}}
        raise WireError(f"A value of type {type(value).__name__} cannot be sent.")

    def write_tensor(self, value):
        name = str(value.dtype).removeprefix("torch.")
        known = DTYPES.get(name) is value.dtype
        if not known or value.layout is not torch.strided or value.is_meta:
            raise WireError(
                f"A {value.layout} tensor of {value.dtype} on {value.device} cannot be sent."
            )
        if value.dim() > MAX_DIMENSIONS:
            raise WireError(f"A tensor has at most {MAX_DIMENSIONS} dimensions.")
        flat = value.detach().cpu().contiguous().reshape(-1)
        self.frames.append(flat.view(torch.uint8).numpy().tobytes())
        return {"dtype": name, "shape": list(value.shape)}


class _Reader:
    """Builds a value from its tree and its tensors' bytes, and counts its nodes."""

    def __init__(self, tensor_frames):
        self.tensor_frames = tensor_frames
        self.nodes = 0

    def count_node(self, depth):
        self.nodes += 1
        if self.nodes > MAX_NODES:
            raise WireError(f"A value has at most {MAX_NODES} parts.")
        if depth > MAX_DEPTH:
            raise WireError(f"A value has at most {MAX_DEPTH} levels of lists and dicts.")

    def read(self, tree, depth):
        self.count_node(depth)
        if tree is None or isinstance(tree, (bool, int, float, str)):
            return tree
        if isinstance(tree, list):
            return [self.read(item, depth + 1) for item in tree]
        (tag, content), *more = tree.items() or [(None, None)]
        if more:
            raise WireError("A tagged part of a value has exactly one tag.")
        if tag == "dict" and isinstance(content, dict):
            return {key: self.read(item, depth + 1) for key, item in content.items()}
        if tag == "float" and isinstance(content, str) and content in NON_FINITE:
            return NON_FINITE[content]
        if tag == "tensor" and isinstance(content, dict) and content.keys() == {"dtype", "shape"}:
            return self.read_tensor(**content)
        raise WireError("A part of a value has an unknown tag.")

    def read_tensor(self, dtype, shape):
        _check_tensor_description(dtype, shape)
        if not self.tensor_frames:
            raise WireError("There are fewer frames than tensors.")
        data = self.tensor_frames.popleft()
        torch_dtype = DTYPES[dtype]
        if math.prod(shape) * torch_dtype.itemsize != len(data):
            raise WireError(
                f"A {dtype} tensor of shape {tuple(shape)} does not have {len(data)} bytes."
            )
        if not len(data):
            return torch.empty(shape, dtype=torch_dtype)
        if torch_dtype is torch.bool:  # a byte that is neither 0 nor 1 is no bool
            return torch.frombuffer(bytearray(data), dtype=torch.uint8).ne(0).reshape(shape)
        return torch.frombuffer(bytearray(data), dtype=torch_dtype).reshape(shape)


def _check_tensor_description(dtype, shape):
    if not isinstance(dtype, str) or dtype not in DTYPES:
        raise WireError("A tensor has an unknown dtype.")
    if not isinstance(shape, list) or len(shape) > MAX_DIMENSIONS:
        raise WireError(f"The shape of a tensor is a list of at most {MAX_DIMENSIONS} sizes.")
    if not all(type(size) is int and size >= 0 for size in shape):
        raise WireError("The shape of a tensor consists of non-negative integers.")
    # A size of 0 counts as 1: (0, 2**62, 2**62) overflows inside torch.
    if math.prod(max(size, 1) for size in shape) > MAX_BYTES:
        raise WireError("The shape of a tensor is too large.")


def _check_frame_sizes(frames):
    if sum(map(len, frames)) > MAX_BYTES:
        raise WireError(f"A value has at most {MAX_BYTES} bytes.")
    if len(frames[0]) > MAX_TEXT:
        raise WireError(f"A value has at most {MAX_TEXT} bytes beside those of its tensors.")


def _refuse_constant(name):
    raise ValueError(f"{name} is not JSON")
