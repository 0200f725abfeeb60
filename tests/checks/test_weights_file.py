"""Files of weights from strangers: what torch.save writes is read, all else is one sentence, and
nothing runs.
"""

import io
import os
import pickle
import tracemalloc
import zipfile
from collections import OrderedDict

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from autograder.checks import weights_file
from autograder.checks.weights import judge_weights
from autograder.checks.weights_file import NotPlainError, read_weights
from tests.paths import SOLUTIONS

KEY = (SOLUTIONS / "vae.pt").read_bytes()


def packed(value, **options):
    file = io.BytesIO()
    torch.save(value, file, **options)
    return file.getvalue()


def rezipped(data=None, compression=zipfile.ZIP_STORED, **changes):
    """The file with other entries: name without folder → bytes."""
    with zipfile.ZipFile(io.BytesIO(data or packed({"a": torch.zeros(2)}))) as archive:
        entries = {name.partition("/")[2]: archive.read(name) for name in archive.namelist()}
    entries |= {
        name.replace("__", "/").replace("_pkl", ".pkl"): value for name, value in changes.items()
    }
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", compression) as archive:
        for name, value in entries.items():
            archive.writestr(f"x/{name}", value)
    return file.getvalue()


STATES = {
    "the key's": torch.load(io.BytesIO(KEY), weights_only=True),
    "half precision": nn.Linear(2, 3).half().state_dict(),
    "double precision": nn.Linear(2, 3).double().state_dict(),
    "parameters": dict(nn.Linear(2, 3).named_parameters()),
    "counters": nn.BatchNorm2d(2).state_dict(),
    "a transposed tensor": {"a": torch.arange(6.0).reshape(2, 3).T},
    "parts of one storage": dict(zip("ab", torch.arange(6.0).split(2)[:2], strict=True)),
    "nothing": OrderedDict(),
}


@pytest.mark.parametrize("state", STATES.values(), ids=STATES)
def test_what_torch_writes_is_described_and_read(state):
    found = read_weights(packed(state))
    assert {name: entry.shape for name, entry in found.entries.items()} == {
        n: tuple(v.shape) for n, v in state.items()
    }
    values = found.tensors()
    assert all(torch.equal(values[name], value.detach().float()) for name, value in state.items())


class Bomb:
    """Runs a command where it is unpickled."""

    def __reduce__(self):
        return os.system, ("touch pwned",)


def program(*opcodes):
    """A file whose list of tensors is this pickle."""
    return rezipped(data_pkl=b"\x80\x02" + b"".join(opcodes) + b".")


def storage(numbers, name=b"FloatStorage"):
    """Opcodes that push a storage that claims so many numbers; the file holds two."""
    text = (
        b"(X\x07\x00\x00\x00storagectorch\n" + name + b"\nX\x01\x00\x00\x000X\x03\x00\x00\x00cpuJ"
    )
    return text + numbers.to_bytes(4, "little", signed=True) + b"tQ"


REBUILD = b"}X\x01\x00\x00\x00actorch._utils\n_rebuild_tensor_v2\n("
END = b"\x89ccollections\nOrderedDict\n)RtRs"
LAUGHS = b")" + b"q\x00h\x00\x86" * 60  # a tuple that holds itself twice, sixty times over
FILES = {
    "a bomb": (packed({"a": Bomb()}), "asks Python to load posix.system"),
    "a bare pickle": (pickle.dumps(Bomb()), "no file that torch.save writes"),
    "a model": (packed(nn.Linear(2, 2)), "asks Python to load torch.nn"),
    "the old format": (
        packed({"a": torch.zeros(1)}, _use_new_zipfile_serialization=False),
        "no file that torch.save",
    ),
    "TorchScript": (
        rezipped(constants_pkl=b"x", code__a=b"y", data_pkl=b"\x80\x02cos\nsystem\n."),
        "load os.system",
    ),
    "a checkpoint": (
        packed({"epoch": 3, "model": {"a": torch.zeros(1)}}),
        "save model.state_dict()",
    ),
    "a tensor": (packed(torch.zeros(3)), "save model.state_dict()"),
    "no file at all": (b"", "no file that torch.save writes"),
    "half a file": (KEY[: len(KEY) // 2], "no file that torch.save writes"),
    "another zip": (rezipped(data_pkl=b""), "cannot be read"),
    "a compressed zip": (
        rezipped(compression=zipfile.ZIP_DEFLATED, zeros=bytes(10**6)),
        "unpacks to more bytes",
    ),
    "a compressed entry": (rezipped(compression=zipfile.ZIP_BZIP2), "compressed or encrypted"),
    "too many entries": (rezipped(**{f"e{i}": b"" for i in range(501)}), "more than 500"),
    "too large": (bytes(21 * 2**20), "it has 21 MB, and more than 20 MB are not read"),
    "a long list": (rezipped(data_pkl=bytes(2**18 + 1)), "too long"),
    "an expanded tensor": (
        packed({"a": torch.zeros(1).expand(10**6)}),
        "larger than the numbers in it",
    ),
    "a storage that claims more": (
        program(REBUILD, storage(10**9), b"K\x00K\x02\x85K\x01\x85", END),
        "fewer or more",
    ),
    "a negative storage": (
        program(REBUILD, storage(-2), b"K\x00K\x02\x85K\x01\x85", END),
        "fewer or more",
    ),
    "a tensor past its storage": (
        program(REBUILD, storage(2), b"K\x01K\x02\x85K\x01\x85", END),
        "larger than",
    ),
    "an unknown storage": (
        program(REBUILD, storage(2, b"QInt8Storage"), b"K\x00K\x02\x85K\x01\x85", END),
        "QInt8",
    ),
    "a call": (program(b"ctorch\nFloatStorage\n)R"), "calls a function"),
    "a changed function": (
        program(b"ctorch._utils\n_rebuild_tensor_v2\n}X\x01\x00\x00\x00aK\x01sb"),
        "state_dict",
    ),
    "a billion laughs": (program(b"}", LAUGHS, b"K\x01s"), "cannot be read"),
    "one storage as many tensors": (
        packed(dict.fromkeys(map(str, range(300)), torch.zeros(20_000))),
        "too many or too large together",
    ),
    "too many tensors": (
        packed(dict.fromkeys(map(str, range(501)), torch.zeros(1))),
        "too many or too large together",
    ),
    "a huge memo": (program(b"}r\xff\xff\xff\x7f"), ""),  # an empty dictionary
    "an opcode of its own": (program(b"\x8c\x01a"), "cannot be read"),
    "big-endian numbers": (rezipped(byteorder=b"big"), "byte order"),
}


@pytest.mark.parametrize("data, reason", FILES.values(), ids=FILES)
def test_anything_else_is_refused_in_a_sentence_and_nothing_runs(
    data, reason, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    said = judge_weights(data, False, "vae.pt", None).message
    assert reason in said and (
        not reason or said.startswith("vae.pt is not a plain file of weights: ")
    )
    assert list(tmp_path.iterdir()) == []
    assert not vars(weights_file._tensor), "the reader's own functions stay as they are"


def test_a_right_program_of_this_form_is_read():
    found = read_weights(program(REBUILD, storage(2), b"K\x00K\x02\x85K\x01\x85", END))
    assert found.tensors()["a"].tolist() == [0, 0]


def test_torch_gets_nothing_but_the_entries_that_were_checked():
    with zipfile.ZipFile(
        io.BytesIO(read_weights(rezipped(constants_pkl=b"x", code__a=b"y")).archive)
    ) as archive:
        assert {name.partition("/")[2] for name in archive.namelist()} == {
            "data.pkl",
            "data/0",
            "version",
            "byteorder",
        }


def test_two_entries_of_one_name_are_refused():
    file = io.BytesIO(packed({"a": torch.zeros(2)}))
    with pytest.warns(UserWarning), zipfile.ZipFile(file, "a") as archive:
        archive.writestr(archive.namelist()[0], b"other")
    with pytest.raises(NotPlainError, match="the same name"):
        read_weights(file.getvalue())


@given(st.integers(0, 3_000), st.binary(min_size=1, max_size=4))
@settings(max_examples=150, deadline=None)
def test_changed_bytes_end_in_tensors_of_the_described_shapes_or_in_a_sentence(place, change):
    data = packed(nn.Linear(2, 3).state_dict())
    data = data[: place % len(data)] + change + data[place % len(data) + len(change) :]
    try:
        found = read_weights(data)
        assert {n: tuple(v.shape) for n, v in found.tensors().items()} == {
            n: e.shape for n, e in found.entries.items()
        }
    except NotPlainError as problem:
        assert 0 < len(str(problem)) < 200


@given(st.binary(max_size=200))
@settings(max_examples=100, deadline=None)
def test_any_pickle_is_read_in_little_memory(program_text):
    tracemalloc.start()
    try:
        read_weights(rezipped(data_pkl=b"\x80\x02" + program_text))
    except NotPlainError:
        pass
    finally:
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert peak < 10 * 2**20
