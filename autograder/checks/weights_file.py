"""The bytes of a file of weights → names, types and shapes, and then tensors; nothing in it is run
or believed.

`torch.save` writes a zip with a pickle, which names the tensors, and one entry of raw numbers for
each of them. What `torch.load(weights_only=True)` would still believe is checked first: the zip's
directory (sizes, compression), and the pickle, which is read by a reader that knows only what a
state_dict is made of. That also compares the size that a tensor claims with the bytes that are
there. torch then loads a zip of our own with the entries that were checked.
"""

import io
import math
import pickle
import zipfile
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field

import torch
from torch import Tensor

from .outcome import Complaint

# All limits. The key's files have 0.4 and 0.8 MB, 22 and 26 entries, and a pickle of 2.5 kB.
MAX_BYTES = 20 * 2**20  # of the file, and of all entries together
MAX_ENTRIES = 500
MAX_PICKLE = 2**18  # bytes
MAX_NUMBERS = MAX_BYTES // 4  # of all tensors together
MAX_DIMENSIONS = 8
NUMBERS = {
    "FloatStorage": torch.float32,
    "DoubleStorage": torch.float64,
    "HalfStorage": torch.float16,
    "BFloat16Storage": torch.bfloat16,
    "LongStorage": torch.int64,
}


class NotPlainError(Complaint):
    """The bytes are no plain file of weights; str() is the reason, as half a sentence."""


@dataclass(frozen=True)
class Entry:
    """A tensor as the file describes it."""

    dtype: torch.dtype
    shape: tuple[int, ...]


@dataclass(frozen=True)
class WeightsFile:
    """A checked file: what it describes (in its order), and a zip of the checked entries alone."""

    entries: dict[str, Entry] = field(hash=False)
    archive: bytes

    @property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Name → shape, in the file's order."""
        return {name: entry.shape for name, entry in self.entries.items()}

    def tensors(self) -> dict[str, Tensor]:
        """The values, of float type as float32."""
        loaded = torch.load(io.BytesIO(self.archive), map_location="cpu", weights_only=True)
        return {
            name: value.detach().float() if value.is_floating_point() else value
            for name, value in loaded.items()
        }


def read_weights(data: bytes) -> WeightsFile:
    """Check the bytes of a file that `torch.save(model.state_dict(), file)` wrote.

    Raises NotPlainError.
    """
    if len(data) > MAX_BYTES:
        raise NotPlainError(
            f"it has {len(data) / 2**20:.0f} MB, and more than {MAX_BYTES // 2**20} MB are not read"
        )
    records = _records(data)
    if "data.pkl" not in records:
        raise NotPlainError("it lacks the list of tensors that torch writes")
    entries = _entries(records)
    kept = {
        name: content
        for name, content in records.items()
        if name == "data.pkl" or name.startswith("data/")
    }
    kept |= {"version": b"3\n", "byteorder": b"little"}
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as packed:
        for name, content in kept.items():
            packed.writestr(
                zipfile.ZipInfo(f"weights/{name}"), content
            )  # of 1980, so that the same is the same
    return WeightsFile(entries, archive.getvalue())


def _records(data):
    """Entry → its bytes, without the folder that all entries share."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            found = archive.infolist()
            if len(found) > MAX_ENTRIES:
                raise NotPlainError(
                    f"it has {len(found)} parts, and more than {MAX_ENTRIES} are not read"
                )
            if sum(info.file_size for info in found) > min(MAX_BYTES, len(data)):
                raise NotPlainError("it unpacks to more bytes than it has")
            if any(
                info.compress_type != zipfile.ZIP_STORED or info.flag_bits & 1 for info in found
            ):
                raise NotPlainError("it is compressed or encrypted, and torch's files are not")
            if len({info.filename for info in found}) < len(found):
                raise NotPlainError("two of its parts have the same name")
            records = {info.filename.partition("/")[2]: archive.read(info) for info in found}
    except NotPlainError:
        raise
    except Exception as error:  # noqa: BLE001 - zipfile raises many kinds on what is no zip
        raise NotPlainError("it is no file that torch.save writes") from error
    if records.get("byteorder", b"little") != b"little":
        raise NotPlainError("its numbers have another byte order")
    return records


def _entries(records):
    """What the pickle describes."""
    if len(records["data.pkl"]) > MAX_PICKLE:
        raise NotPlainError("its list of tensors is too long")
    try:
        state = _Reader(records).load()
    except NotPlainError:
        raise
    except Exception as error:  # noqa: BLE001 - any error means that it is not what torch.save writes
        raise NotPlainError("its list of tensors cannot be read") from error
    if not isinstance(state, dict) or not all(
        isinstance(value, Entry) for value in dict.values(state)
    ):
        raise NotPlainError(
            "it holds more than names and numbers: save model.state_dict(), as save_weights does"
        )
    if (
        len(state) > MAX_ENTRIES
        or sum(math.prod(entry.shape) for entry in dict.values(state)) > MAX_NUMBERS
    ):
        raise NotPlainError(
            "its tensors, which may share their numbers, are too many or too large together"
        )
    return dict(state)


@dataclass(frozen=True)
class _Storage:
    dtype: torch.dtype
    size: int


def _empty(*arguments):
    if arguments:
        raise NotPlainError("it builds a dictionary in another way than torch.save")
    return OrderedDict()


def _parameter(entry, *_):
    return _checked(entry, Entry)


def _tensor(storage, offset, shape, strides, *_):
    """The description of a tensor whose numbers are all in its storage."""
    _checked(storage, _Storage)
    plain = (
        isinstance(shape, tuple)
        and isinstance(strides, tuple)
        and len(shape) == len(strides) <= MAX_DIMENSIONS
    )
    if not plain or not all(
        type(value) is int and 0 <= value <= MAX_BYTES for value in (offset, *shape, *strides)
    ):
        raise NotPlainError("it describes a tensor with an impossible shape")
    last = offset + sum((size - 1) * stride for size, stride in zip(shape, strides, strict=True))
    if math.prod(shape) > storage.size or (math.prod(shape) and last >= storage.size):
        raise NotPlainError("it describes tensors that are larger than the numbers in it")
    return Entry(storage.dtype, shape)


def _checked(value, kind):
    if not isinstance(value, kind):
        raise NotPlainError("its list of tensors cannot be read")
    return value


_KNOWN = {
    ("collections", "OrderedDict"): _empty,
    ("torch._utils", "_rebuild_tensor_v2"): _tensor,
    ("torch._utils", "_rebuild_parameter"): _parameter,
}
_KNOWN |= {("torch", name): dtype for name, dtype in NUMBERS.items()}
_OPCODES = (
    "PROTO",
    "STOP",
    "MARK",
    "EMPTY_DICT",
    "EMPTY_TUPLE",
    "TUPLE",
    "TUPLE1",
    "TUPLE2",
    "TUPLE3",
    "NONE",
    "NEWTRUE",
    "NEWFALSE",
    "BININT",
    "BININT1",
    "BININT2",
    "LONG1",
    "BINUNICODE",
    "BINGET",
    "LONG_BINGET",
    "BINPUT",
    "LONG_BINPUT",
    "GLOBAL",
    "BINPERSID",
)


class _Reader(pickle._Unpickler):
    """Python's own reader of pickles, limited to what torch writes for a state_dict.

    It makes descriptions in place of tensors, and never calls, imports or changes anything else.
    Its memory grows with the pickle's length only: the reader in C would reserve as much as a
    pickle asks for.
    """

    def __init__(self, records: Mapping[str, bytes]):
        super().__init__(io.BytesIO(records["data.pkl"]))
        self._stored = records

    def find_class(self, module, name):
        """A stand-in for what torch writes; nothing is imported."""
        if (module, name) not in _KNOWN:
            raise NotPlainError(f"it asks Python to load {module}.{name}"[:80])
        return _KNOWN[module, name]

    def persistent_load(self, pid):
        """A storage, whose bytes must be there in full."""
        kind, dtype, key, _, size = _checked(pid, tuple)
        _checked(dtype, torch.dtype)
        content = self._stored.get(f"data/{_checked(key, str)}", b"")
        if kind != "storage" or type(size) is not int or size * dtype.itemsize != len(content):
            raise NotPlainError("the numbers in it are fewer or more than it says")
        return _Storage(dtype, size)

    def _reduce(self):
        arguments = self.stack.pop()
        function = self.stack[-1]
        if function not in (_empty, _tensor, _parameter):
            raise NotPlainError("it calls a function")
        self.stack[-1] = function(*_checked(arguments, tuple))

    def _build(self):
        self.stack.pop()  # a state_dict's notes on versions, which nobody needs

    def _set_items(self):
        items = self.pop_mark()
        self._set(items[::2], items[1::2])

    def _set_item(self):
        value, key = self.stack.pop(), self.stack.pop()
        self._set([key], [value])

    def _set(self, keys, values):
        target = _checked(self.stack[-1], dict)
        for key, value in zip(keys, values, strict=True):
            target[_checked(key, str)] = value

    dispatch = {
        getattr(pickle, name)[0]: pickle._Unpickler.dispatch[getattr(pickle, name)[0]]
        for name in _OPCODES
    }
    dispatch |= {
        pickle.REDUCE[0]: _reduce,
        pickle.BUILD[0]: _build,
        pickle.SETITEM[0]: _set_item,
        pickle.SETITEMS[0]: _set_items,
    }
