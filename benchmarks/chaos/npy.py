"""Mutations of an array in NumPy's format: of what its header declares, and of its numbers."""

from __future__ import annotations

import io
from collections.abc import Sequence
from random import Random

import numpy as np

from chaos.mutations import FLOATS, INTEGERS, Mutation

DTYPES = ["|b1", "|i1", "|u1", "<i2", ">i4", "<i4", "<i8", "<u8", "<f2", "<f4", ">f4", "<f8", "<c8", "|O", "<U4", "|S4"]
DTYPES += ["<M8[s]", "|V4", "<f16", "<i3", "f4,f4", "[('a', '<f4')]", "<f4" * 99, "", "%", "'"]


def load(content: bytes) -> np.ndarray | None:
    """The array, None where it is none any more."""
    try:
        return np.load(io.BytesIO(content), allow_pickle=False)
    except Exception:
        return None


def dump(array: np.ndarray) -> bytes:
    file = io.BytesIO()
    np.lib.format.write_array(file, array, allow_pickle=False)
    return file.getvalue()


def number(rng: Random, content: bytes, others: Sequence[bytes]) -> bytes:
    """Some of its numbers are others: below the first and above the last that there may be, NaN, infinite, huge."""
    array = load(content)
    if array is None or not array.size or array.dtype.kind not in "biuf":
        return content
    array = array.copy(order="C")
    flat, size = array.reshape(-1), array.size
    for _ in range(rng.choice([1, 1, 2, size])):
        if array.dtype.kind == "f":
            new = rng.choice(FLOATS)
        else:
            new = rng.choice([*INTEGERS, size, int(flat[rng.randrange(size)]) + rng.choice([-1, 1])])
        with np.errstate(all="ignore"):
            wide = np.array(new, np.float64 if array.dtype.kind == "f" else object)
            flat[rng.randrange(size)] = wide if array.dtype.kind == "f" else _wrapped(new, array.dtype)
    return dump(array)


def _wrapped(number: int, dtype: np.dtype) -> np.ndarray:
    """A whole number in the bits of a type."""
    width = dtype.itemsize
    return np.frombuffer((number % 2 ** (8 * width)).to_bytes(width, "little"), f"<u{width}")[0].astype(dtype)


def whole(rng: Random, content: bytes, others: Sequence[bytes]) -> bytes:
    """All of its numbers are others: the same one, in another order, of another sign, or those of another array."""
    array, other = load(content), load(rng.choice(others)) if others else None
    if array is None:
        return content
    order = np.random.default_rng(rng.getrandbits(32)).permutation(array.size)
    with np.errstate(all="ignore"):
        changes = [
            lambda: np.full_like(array, rng.choice(FLOATS if array.dtype.kind == "f" else [0, 1])),
            lambda: array.reshape(-1)[order].reshape(array.shape),
            lambda: -array if array.dtype.kind in "if" else ~array if array.dtype.kind in "bu" else array.ravel()[:0],
            lambda: array if other is None else other,
            lambda: array if other is None else np.resize(other, array.shape).astype(array.dtype),
            lambda: array[::-1].copy() if array.ndim else array,
        ]
        return dump(np.asarray(rng.choice(changes)()))


def shape(rng: Random, content: bytes, others: Sequence[bytes]) -> bytes:
    """It has more or fewer rows, columns or axes, and as many numbers as it then says."""
    array = load(content)
    if array is None:
        return content
    changes = [
        lambda: array[:-1] if array.ndim else array.reshape(1),
        lambda: array[:0] if array.ndim else np.zeros(0, array.dtype),
        lambda: np.concatenate([array, array[-1:]]) if array.ndim else np.zeros((2, 2), array.dtype),
        lambda: array[..., :-1] if array.ndim else array,
        lambda: array[..., None],
        lambda: array.reshape(-1),
        lambda: array.T,
        lambda: array.reshape((1,) * rng.choice([1, 3, 30]) + array.shape),
        lambda: array[:, None] if array.ndim == 1 else array.ravel()[:1],
        lambda: array.ravel()[0].reshape(()) if array.size else array,
        lambda: np.tile(array, (rng.choice([2, 50]),) + (1,) * max(array.ndim - 1, 0)),
    ]
    return dump(np.asarray(rng.choice(changes)()))


def dtype(rng: Random, content: bytes, others: Sequence[bytes]) -> bytes:
    """Its numbers are of another type."""
    array = load(content)
    if array is None:
        return content
    kinds = ["?", "i1", "u1", "i4", ">i4", "u4", "i8", "u8", "f2", "f4", ">f8", "f8", "c8", "S3", "U2", "m8[s]", "V4"]
    with np.errstate(all="ignore"):
        try:
            return dump(array.astype(rng.choice(kinds)))
        except (TypeError, ValueError):
            return content


def header(rng: Random, content: bytes, others: Sequence[bytes]) -> bytes:
    """It declares another type, order or shape than it has."""
    array = load(content)
    if array is None:
        return content
    sizes = [rng.choice([*INTEGERS, *array.shape]) for _ in range(rng.choice([0, 1, 2, 3, 40]))]
    declared = {
        "descr": rng.choice(DTYPES) if rng.random() < 0.5 else array.dtype.str,
        "fortran_order": rng.choice([True, False, 1, "x"]) if rng.random() < 0.3 else False,
        "shape": tuple(sizes) if rng.random() < 0.6 else array.shape,
    }
    if rng.random() < 0.1:
        declared.pop(rng.choice(list(declared)))
    text = repr(declared).encode() + b" " * rng.choice([0, 1, 60, 60_000]) + b"\n"
    version = rng.choice([b"\1\0", b"\1\0", b"\2\0", b"\3\0", b"\xff\0"])
    length = len(text).to_bytes(2 if version == b"\1\0" else 4, "little") if len(text) < 2**16 else b"\xff\xff"
    return b"\x93NUMPY" + version + length + text + array.tobytes()


NPY: dict[str, Mutation] = {
    "array number": number,
    "array numbers": whole,
    "array shape": shape,
    "array dtype": dtype,
    "array header": header,
}
