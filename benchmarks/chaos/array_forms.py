"""Arrays, matrices and numbers as callers may give them: the same in another form, or such as cannot be used.

Each variant makes, from a sound value, another one and says what may come of it: SAME, the result of the sound value;
REFUSED, one line; EITHER, one line or any sound result. A role is what an argument is: "csr", "set" (a CSR matrix of
which only the places count), "dense", "ids" and "count".
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from random import Random
from typing import Any

import numpy as np
from scipy import sparse

from chaos.mutations import FLOATS, INTEGERS

SAME, REFUSED, EITHER = "same", "refused", "either"
Make = Callable[[Random, Any], Any]
Variant = tuple[str, Make]  # what may come of it, and what makes it of a sound value


def _csr(data: Any, indices: Any, indptr: Any, shape: tuple[int, int]) -> sparse.csr_array:
    """Whatever these arrays are: SciPy looks at none of them."""
    matrix = sparse.csr_array(shape, dtype=np.float32)
    matrix.data, matrix.indices, matrix.indptr = data, indices, indptr
    return matrix


def _with(M: Any, **parts: Any) -> sparse.csr_array:
    arrays = {"data": M.data.copy(), "indices": M.indices.copy(), "indptr": M.indptr.copy()} | parts
    return _csr(*arrays.values(), M.shape)


def _put(array: np.ndarray, rng: Random, value: Any, dtype: Any = None) -> np.ndarray:
    """A copy with `value` in a place that is drawn."""
    array = array.astype(dtype or array.dtype)
    with np.errstate(over="ignore", invalid="ignore"):
        array.reshape(-1)[rng.randrange(max(array.size, 1)) : None][:1] = value
    return array


def _whole(rng: Random) -> int:
    """A whole number that int64 holds."""
    return rng.choice([number for number in INTEGERS if -(2**63) <= number < 2**63])


def _near(array: np.ndarray, rng: Random) -> np.ndarray:
    """Some of them a little more or less."""
    drawn = np.random.default_rng(rng.getrandbits(32))
    return (array + drawn.integers(-2, 3, array.shape) * (drawn.random(array.shape) < 0.2)).astype(array.dtype)


def _quietly(make: Callable[[], Any]) -> Any:
    with np.errstate(all="ignore"):
        return make()


def _spread(array: np.ndarray) -> np.ndarray:
    """The same numbers, not side by side."""
    wide = np.zeros((*array.shape, 2), array.dtype)
    wide[..., 0] = array
    return wide[..., 0]


def _frozen(array: np.ndarray) -> np.ndarray:
    array = array.copy()
    array.flags.writeable = False
    return array


def _mapped(array: np.ndarray) -> np.ndarray:
    """The same in a file."""
    with tempfile.NamedTemporaryFile() as file:
        np.save(file.name + ".npy", array)
        return np.load(file.name + ".npy", mmap_mode="r")


def _swapped(array: np.ndarray) -> np.ndarray:
    return array.astype(array.dtype.newbyteorder(">"))


def _each(M: Any, change: Callable[[np.ndarray], np.ndarray]) -> sparse.csr_array:
    return _with(M, data=change(M.data), indices=change(M.indices), indptr=change(M.indptr))


def _unsorted(rng: Random, M: Any) -> sparse.csr_array:
    """Each row backwards."""
    order = np.lexsort((-np.arange(M.nnz), np.repeat(np.arange(M.shape[0]), np.diff(M.indptr))))
    return _with(M, data=M.data[order], indices=M.indices[order])


def _twice(rng: Random, M: Any) -> sparse.csr_array:
    """Each entry as two halves."""
    return _with(M, data=(M.data / 2).repeat(2), indices=M.indices.repeat(2), indptr=M.indptr * 2)


def _known_otherwise(rng: Random, M: Any) -> sparse.csr_array:
    """SciPy was asked whether it is canonical before it was no longer so."""
    M = M.copy()
    assert M.has_canonical_format
    M.indices, M.data = _unsorted(rng, M).indices, _unsorted(rng, M).data
    return M


def _index(value: Callable[[int], int]) -> Make:
    def change(rng: Random, M: Any) -> Any:
        wide = abs(value(M.shape[1])) > 2**31 - 1
        return _with(M, indices=_put(M.indices, rng, value(M.shape[1]), np.int64 if wide else None))

    return change


def _indptr(change: Callable[[np.ndarray], Any]) -> Make:
    return lambda rng, M: _with(M, indptr=change(M.indptr.copy()))


def _falling(indptr: np.ndarray) -> np.ndarray:
    indptr[len(indptr) // 2] = indptr[-1] + 7
    return indptr


CSR_SAME: dict[str, Make] = {
    "csr_matrix": lambda rng, M: sparse.csr_matrix(M),
    "int64 indices": lambda rng, M: _with(M, indices=M.indices.astype(np.int64), indptr=M.indptr.astype(np.int64)),
    "mixed indices": lambda rng, M: _with(M, indptr=M.indptr.astype(np.int64)),
    "small indices": lambda rng, M: _with(M, indices=M.indices.astype(np.uint8), indptr=M.indptr.astype(np.int16)),
    "uint64 indices": lambda rng, M: _with(M, indices=M.indices.astype(np.uint64), indptr=M.indptr.astype(np.uint64)),
    "read-only": lambda rng, M: _each(M, _frozen),
    "in a file": lambda rng, M: _each(M, _mapped),
    "not contiguous": lambda rng, M: _each(M, _spread),
    "byte-swapped": lambda rng, M: _each(M, _swapped),
    "unsorted": _unsorted,
    "unsorted unknown to SciPy": _known_otherwise,
    "float64": lambda rng, M: _with(M, data=M.data.astype(np.float64)),
    "longdouble": lambda rng, M: _with(M, data=M.data.astype(np.longdouble)),
    "more data than entries": lambda rng, M: _with(
        M, data=np.append(M.data, [3, 3]), indices=np.append(M.indices, [0, 0])
    ),
}
CSR_REFUSED: dict[str, Make] = {
    "list": lambda rng, M: M.toarray().tolist(),
    "dense": lambda rng, M: M.toarray(),
    "np.matrix": lambda rng, M: M.todense() if hasattr(M, "todense") else M,
    "coo": lambda rng, M: M.tocoo(),
    "csc": lambda rng, M: M.tocsc(),
    "lil": lambda rng, M: M.tolil(),
    "one axis": lambda rng, M: sparse.csr_array(M.toarray()[0] if M.shape[0] else np.zeros(3)),
    "text": lambda rng, M: "sky, sea",
    "number": lambda rng, M: 3,
    "object": lambda rng, M: object(),
    "complex": lambda rng, M: _with(M, data=M.data.astype(complex)),
    "objects": lambda rng, M: _with(M, data=M.data.astype(object)),
    "texts": lambda rng, M: _with(M, data=M.data.astype(str)),
    "masked": lambda rng, M: _with(M, data=np.ma.masked_array(M.data, np.ones(M.nnz, bool))),
    "list as data": lambda rng, M: _with(M, data=M.data.tolist()),
    "index of columns": _index(lambda n: n),
    "index far out": _index(lambda n: 2**30),
    "index -1": _index(lambda n: -1),
    "index beyond int32": _index(lambda n: 2**33),
    "index beyond int64": lambda rng, M: _with(M, indices=_put(M.indices, rng, 2**63 + 1, np.uint64)),
    "float indices": lambda rng, M: _with(M, indices=M.indices + 0.5),
    "two axes": lambda rng, M: _with(M, indices=M.indices[None]),
    "indptr falls": _indptr(_falling),
    "indptr from 1": _indptr(lambda p: p + (p == 0)),
    "indptr below 0": _indptr(lambda p: p - 5),
    "indptr beyond": _indptr(lambda p: p + (np.arange(len(p)) == len(p) - 1) * 10_000),
    "indptr short": _indptr(lambda p: p[:-1]),
    "indptr long": _indptr(lambda p: np.append(p, p[-1])),
    "indptr empty": _indptr(lambda p: p[:0]),
    "float indptr": _indptr(lambda p: p.astype(float)),
    "data short": lambda rng, M: _with(M, data=M.data[:-1]),
    "data empty": lambda rng, M: _with(M, data=M.data[:0]),
    "a column less": lambda rng, M: sparse.csr_array(M.toarray()[:, :-1]),
}
# Of matrices whose values count.
CSR_VALUES: dict[str, Make] = {
    "NaN": lambda rng, M: _with(M, data=_put(M.data, rng, np.nan)),
    "inf": lambda rng, M: _with(M, data=_put(M.data, rng, -np.inf)),
    "1e300": lambda rng, M: _with(M, data=_put(M.data.astype(float), rng, 1e300)),
    "1e4000": lambda rng, M: _with(M, data=_put(M.data, rng, np.longdouble("1e4000"), np.longdouble)),
}
CSR_EITHER: dict[str, Make] = {
    "an index drawn": lambda rng, M: _with(M, indices=_put(M.indices, rng, _whole(rng), np.int64)),
    "a row's start drawn": lambda rng, M: _with(M, indptr=_put(M.indptr, rng, _whole(rng), np.int64)),
    "indices drawn": lambda rng, M: _with(M, indices=_near(M.indices, rng)),
    "rows' starts drawn": lambda rng, M: _with(M, indptr=_near(M.indptr, rng)),
    "a number drawn": lambda rng, M: _with(M, data=_put(M.data, rng, rng.choice(FLOATS), rng.choice("efd"))),
    "another shape": lambda rng, M: _csr(M.data, M.indices, M.indptr, (rng.randrange(9), rng.randrange(15))),
    "no rows": lambda rng, M: sparse.csr_array((0, M.shape[1]), dtype=np.float32),
    "no columns": lambda rng, M: sparse.csr_array((M.shape[0], 0), dtype=np.float32),
    "nothing": lambda rng, M: sparse.csr_array((0, 0)),
    "no entries": lambda rng, M: sparse.csr_array(M.shape, dtype=np.float32),
    "a row less": lambda rng, M: sparse.csr_array(M[:-1]),
    "a row more": lambda rng, M: sparse.vstack([M, M[:1]], format="csr"),
    "a column more": lambda rng, M: sparse.csr_array(np.pad(M.toarray(), ((0, 0), (0, 1)))),
    "2**40 columns": lambda rng, M: sparse.csr_array((1, 2**40), dtype=np.float32),
    "2**31 columns": lambda rng, M: sparse.csr_array((1, 2**31), dtype=np.float32),
    "2**30 columns": lambda rng, M: sparse.csr_array((1, 2**30), dtype=np.float32),
    "negative": lambda rng, M: _with(M, data=-M.data),
    "huge": lambda rng, M: _with(M, data=M.data.astype(np.float64) * 1e30),
    "tiny": lambda rng, M: _with(M, data=M.data * np.float32(1e-44)),
    "zeros": lambda rng, M: _with(M, data=0 * M.data),
    "bool": lambda rng, M: _with(M, data=M.data != 0),
    "float16": lambda rng, M: _with(M, data=M.data.astype(np.float16)),
    "uint64": lambda rng, M: _with(M, data=np.full(M.nnz, 2**64 - 1, np.uint64)),
    "None": lambda rng, M: None,
    "in two halves": _twice,
}

DENSE_SAME: dict[str, Make] = {
    "list": lambda rng, A: A.tolist(),
    "Fortran": lambda rng, A: np.asfortranarray(A),
    "not contiguous": lambda rng, A: _spread(A),
    "read-only": lambda rng, A: _frozen(A),
    "in a file": lambda rng, A: _mapped(A),
    "byte-swapped": lambda rng, A: _swapped(A),
    "wider": lambda rng, A: A.astype({"f": np.longdouble, "i": np.int64, "b": bool}[A.dtype.kind]),
    "masked nowhere": lambda rng, A: np.ma.masked_array(A),
}
DENSE_REFUSED: dict[str, Make] = {
    "text": lambda rng, A: "sky",
    "object": lambda rng, A: object(),
    "objects": lambda rng, A: A.astype(object),
    "texts": lambda rng, A: A.astype(str),
    "complex": lambda rng, A: A.astype(complex),
    "times": lambda rng, A: A.astype("M8[s]"),
    "masked": lambda rng, A: np.ma.masked_array(A, np.ones(A.shape, bool)),
    "ragged": lambda rng, A: [[1.0], [1.0, 2.0], 3.0],
    "no axis": lambda rng, A: np.array(1.5),
    "one axis more": lambda rng, A: A[None],
    "sparse": lambda rng, A: sparse.csr_array(np.atleast_2d(A.reshape(len(A), -1))),
}
DENSE_VALUES: dict[str, Make] = {
    "longer": lambda rng, A: np.concatenate([A, A]),
    "NaN": lambda rng, A: _put(A, rng, np.nan, float),
    "inf": lambda rng, A: _put(A, rng, np.inf, float),
}
DENSE_EITHER: dict[str, Make] = {
    "a number drawn": lambda rng, A: _put(A, rng, rng.choice(FLOATS), rng.choice("efd")),
    "a whole number drawn": lambda rng, A: _put(A, rng, _whole(rng), np.int64),
    "another type": lambda rng, A: _quietly(lambda: A.astype(rng.choice("?bBhHiIlLefdg"))),
    "another order": lambda rng, A: A.T if rng.random() < 0.5 else A[::-1],
    "None": lambda rng, A: None,
    "empty": lambda rng, A: A[:0],
    "empty list": lambda rng, A: [],
    "no columns": lambda rng, A: A[..., :0],
    "shorter": lambda rng, A: A[:-1],
    "negative": lambda rng, A: -1 - A.astype(float),
    "1e300": lambda rng, A: _put(A, rng, 1e300, float),
    "huge whole number": lambda rng, A: _put(A, rng, 2**62, np.int64),
    "-2": lambda rng, A: _put(A, rng, -2, A.dtype if A.dtype.kind == "i" else float),
    "float16": lambda rng, A: A.astype(np.float16),
    "bool": lambda rng, A: A.astype(bool),
    "zeros": lambda rng, A: np.zeros_like(A),
    "huge and empty": lambda rng, A: np.empty((0, 2**40)),
}

IDS_SAME: dict[str, Make] = {
    "tuple": lambda rng, ids: tuple(ids),
    "array": lambda rng, ids: np.array(ids),
    "uint8": lambda rng, ids: np.array(ids, np.uint8),
    "uint64": lambda rng, ids: np.array(ids, np.uint64),
    "byte-swapped": lambda rng, ids: np.array(ids, ">i2"),
    "not contiguous": lambda rng, ids: _spread(np.array(ids)),
    "read-only": lambda rng, ids: _frozen(np.array(ids)),
}
IDS_REFUSED: dict[str, Make] = {
    "-1": lambda rng, ids: [*ids, -1],
    "far out": lambda rng, ids: [*ids, 2**30],
    "beyond int64": lambda rng, ids: [*ids, 2**63],
    "beyond uint64": lambda rng, ids: [*ids, 2**70],
    "fractions": lambda rng, ids: [1.5, *ids],
    "floats": lambda rng, ids: np.array(ids, float),
    "NaN": lambda rng, ids: [float("nan")],
    "mask": lambda rng, ids: np.ones(12, bool),
    "text": lambda rng, ids: "sky",
    "texts": lambda rng, ids: ["sky"],
    "bytes": lambda rng, ids: b"\x01\x02",
    "number": lambda rng, ids: 3,
    "objects": lambda rng, ids: np.array(ids, object),
    "ragged": lambda rng, ids: [[1], [1, 2]],
    "two axes": lambda rng, ids: [ids],
    "Nones": lambda rng, ids: [None],
    "masked": lambda rng, ids: np.ma.masked_array(ids, np.ones(len(ids), bool)),
    "no axis": lambda rng, ids: np.array(1),
}
IDS_EITHER: dict[str, Make] = {
    "one drawn": lambda rng, ids: [*ids, rng.choice(INTEGERS)],
    "one number drawn": lambda rng, ids: [*ids, rng.choice(FLOATS)],
    "None": lambda rng, ids: None,
    "empty": lambda rng, ids: [],
    "twice": lambda rng, ids: [*ids, *ids],
}

SIZES = ("2**31", "10**12", "10**30", "drawn")  # what takes long in any case
COUNT_SAME: dict[str, Make] = {
    "int64": lambda rng, n: np.int64(n),
    "uint8": lambda rng, n: np.uint8(n),
}
COUNT_REFUSED: dict[str, Make] = {
    "-1": lambda rng, n: -1,
    "a text": lambda rng, n: str(n),
    "half": lambda rng, n: n + 0.5,
    "float": lambda rng, n: float(n),
    "True": lambda rng, n: True,
    "NaN": lambda rng, n: float("nan"),
    "inf": lambda rng, n: float("inf"),
    "an array": lambda rng, n: np.array([n, n]),
    "complex": lambda rng, n: complex(n),
}
COUNT_EITHER: dict[str, Make] = {
    "drawn": lambda rng, n: rng.choice([-3, 1, 2, 5, 11, 200, 2**62, -(2**70)]),
    "None": lambda rng, n: None,
    "0": lambda rng, n: 0,
    "2**31": lambda rng, n: 2**31,
    "10**12": lambda rng, n: 10**12,
    "10**30": lambda rng, n: 10**30,
}
REAL_SAME: dict[str, Make] = {"float64": lambda rng, x: np.float64(x)}
REAL_REFUSED: dict[str, Make] = {
    "NaN": lambda rng, x: float("nan"),
    "inf": lambda rng, x: float("inf"),
    "a text": lambda rng, x: str(x),
    "an array": lambda rng, x: np.array([x, x]),
    "complex": lambda rng, x: complex(x),
    "10**400": lambda rng, x: 10**400,
}
REAL_EITHER: dict[str, Make] = {
    "drawn": lambda rng, x: rng.choice(FLOATS),
    "None": lambda rng, x: None,
    "1e300": lambda rng, x: 1e300,
    "-1": lambda rng, x: -1,
    "0": lambda rng, x: 0,
    "tiny": lambda rng, x: 1e-300,
}

_OF = {
    "csr": ((SAME, CSR_SAME), (REFUSED, CSR_REFUSED | CSR_VALUES), (EITHER, CSR_EITHER)),
    "set": ((SAME, CSR_SAME), (REFUSED, CSR_REFUSED), (EITHER, CSR_EITHER | CSR_VALUES)),
    "dense": ((SAME, DENSE_SAME), (REFUSED, DENSE_REFUSED | DENSE_VALUES), (EITHER, DENSE_EITHER)),
    # Sums over posts, of which any sparse format will do.
    "sums": (
        (SAME, CSR_SAME | {name: CSR_REFUSED[name] for name in ("coo", "csc", "lil")}),
        (REFUSED, {name: make for name, make in CSR_REFUSED.items() if name not in ("coo", "csc", "lil")} | CSR_VALUES),
        (EITHER, CSR_EITHER),
    ),
    # A dense array whose length, or whose NaN, may be others.
    "free": ((SAME, DENSE_SAME), (REFUSED, DENSE_REFUSED), (EITHER, DENSE_EITHER | DENSE_VALUES)),
    "epochs": (
        *((SAME, COUNT_SAME), (REFUSED, COUNT_REFUSED)),
        (EITHER, {name: make for name, make in COUNT_EITHER.items() if name not in SIZES}),
    ),
    "ids": ((SAME, IDS_SAME), (REFUSED, IDS_REFUSED), (EITHER, IDS_EITHER)),
    "count": ((SAME, COUNT_SAME), (REFUSED, COUNT_REFUSED), (EITHER, COUNT_EITHER)),
    "real": ((SAME, REAL_SAME), (REFUSED, REAL_REFUSED), (EITHER, REAL_EITHER)),
}
VARIANTS: dict[str, dict[str, Variant]] = {
    role: {name: (outcome, make) for outcome, table in tables for name, make in table.items()}
    for role, tables in _OF.items()
}
