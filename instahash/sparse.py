"""CSR matrices whose rows are posts and whose stored entries are words: every helper for them, once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

import numpy as np
from scipy import sparse

from instahash.errors import DataError
from instahash.forms import COUNT, Form, fit

CSR: TypeAlias = sparse.csr_array
# Rows and columns are numbered by int32 in kernels and in what is returned.
MOST_LINES = 2**31 - 2
# Of the bytes of an index, the type without a sign.
UNSIGNED: dict[int, Any] = {4: np.uint32, 8: np.uint64}
# What SciPy keeps beside the arrays and the shape of a matrix.
_BESIDES = vars(sparse.csr_array((0, 0)))


def unchecked_csr(data: np.ndarray, indices: np.ndarray, indptr: np.ndarray, shape: tuple[int, int]) -> CSR:
    """The matrix of three arrays that are known to fit each other and the shape.

    SciPy's own constructor looks at all of them, which takes longer than all else for a single post.
    """
    matrix = CSR.__new__(CSR)
    indices = indices.astype(indptr.dtype, copy=False)
    matrix.__dict__ = _BESIDES | {"data": data, "indices": indices, "indptr": indptr, "_shape": shape}
    return matrix


def empty(shape: tuple[int, int], dtype: Any) -> CSR:
    """A matrix that stores nothing."""
    return unchecked_csr(np.empty(0, dtype), np.empty(0, np.int32), np.zeros(shape[0] + 1, np.int32), shape)


def as_csr(matrix: Any, name: str, dtype: Any = None, n_columns: int | None = None) -> CSR:
    """A CSR matrix that was given to a model, in `dtype` or its own, and with each entry stored once.

    Its values are a copy. Its places are those of `matrix` where they are as SciPy makes them. They are looked at in
    any case, since what SciPy knows of them is no longer true once they were written to: this is the one check before
    kernels, which have none. It takes 10 microseconds for a post, and 0.2 ms for 10,000 posts of ten words each.

    Raises DataError, which begins with `name`, for what is not CSR, for places outside of it, for entries that are not
    finite numbers of `dtype`, and where there are not `n_columns` columns.
    """
    matrix = check_csr(matrix, name, n_columns)
    if not matrix.has_canonical_format:
        matrix = unchecked_csr(matrix.data.copy(), matrix.indices.copy(), matrix.indptr.copy(), matrix.shape)
        matrix.sum_duplicates()
    return with_data(matrix, matrix.data.copy() if dtype is None else _cast(matrix.data, np.dtype(dtype), name))


def check_csr(matrix: Any, name: str, n_columns: int | None = None) -> CSR:
    """A CSR matrix whose three arrays fit each other and its shape, with finite numbers.

    It may share the arrays with `matrix`, and an entry may be stored twice.

    Raises DataError as :func:`as_csr` does.
    """
    if not sparse.issparse(matrix) or matrix.format != "csr" or matrix.ndim != 2:
        raise _no_csr(matrix, name)
    data = _values(matrix.data, name)
    if data.dtype.kind not in "biuf":
        raise _no_csr(matrix, name)
    n, m = matrix.shape
    if n_columns is not None and m != n_columns:
        raise DataError(f"{name} have {m} columns; the model has {n_columns}")
    if max(n, m) > MOST_LINES:
        raise DataError(f"{name} have the shape ({n}, {m}); {MOST_LINES:,} rows and as many columns are the most")
    indices, indptr = _places(matrix.indices, name), _places(matrix.indptr, name)
    nnz = int(indptr[-1]) if len(indptr) == n + 1 and indptr[0] == 0 else -1
    if not 0 <= nnz <= min(len(indices), len(data)) or (n > 1 and not (indptr[1:] >= indptr[:-1]).all()):
        raise DataError(f"{name} are no CSR matrix: the rows in indptr do not follow each other; make it anew")
    data, indices = data[:nnz], indices[:nnz]
    if nnz and indices.view(UNSIGNED[indices.itemsize]).max() >= m:  # where a negative one is a large one
        raise DataError(f"{name} have an entry in column {indices[_outside(indices, m)]} of {m}; number them from 0")
    if data.dtype.kind == "f" and not np.isfinite(data).all():
        raise DataError(f"{name} have an entry that is not a finite number; leave such entries out")
    return unchecked_csr(data, indices, indptr, (n, m))


def _no_csr(matrix: Any, name: str) -> DataError:
    what = f"{type(matrix).__name__} of {matrix.dtype}" if hasattr(matrix, "dtype") else type(matrix).__name__
    return DataError(f"{name} must be a CSR matrix of numbers, not {what}; give scipy.sparse.csr_array(...)")


def _outside(indices: np.ndarray, m: int) -> int:
    """The first place of an index that is no column."""
    return int(np.argmax((indices < 0) | (indices >= m)))


def _cast(data: np.ndarray, dtype: np.dtype, name: str) -> np.ndarray:
    """A copy in `dtype`."""
    if data.dtype.kind != "f" or (dtype.kind == "f" and dtype.itemsize >= data.itemsize):
        return data.astype(dtype)
    with np.errstate(over="ignore", invalid="ignore"):
        made = data.astype(dtype)
    if dtype.kind == "f" and not np.isfinite(made).all():
        raise DataError(f"{name} have an entry that is too large for {dtype}; give smaller numbers")
    return made


def _values(data: Any, name: str) -> np.ndarray:
    """The stored values as numbers of a kind that SciPy and the kernels know."""
    array = _flat(data, name)
    if array.dtype.char in "eg" and array.dtype.kind == "f":  # float16, longdouble
        with np.errstate(over="ignore"):
            return array.astype(np.float64)
    return array if array.dtype.isnative else array.astype(array.dtype.newbyteorder("="))


def _places(indices: Any, name: str) -> np.ndarray:
    """Columns, or where rows begin, as int32 or int64."""
    array = _flat(indices, name)
    if array.dtype.kind not in "iu":
        raise DataError(f"{name} are no CSR matrix: an index is {array.dtype}; give whole numbers")
    return array if array.dtype.char in "ilq" and array.dtype.isnative else array.astype(np.int64)


def _flat(array: Any, name: str) -> np.ndarray:
    if type(array) is np.ndarray and array.ndim == 1 and array.flags.c_contiguous:
        return array
    if not isinstance(array, np.ndarray) or array.ndim != 1 or np.ma.isMaskedArray(array):
        raise DataError(f"{name} are no CSR matrix: data, indices and indptr must be plain arrays of one axis")
    return np.ascontiguousarray(array)


def with_data(matrix: CSR, data: Any) -> CSR:
    """The matrix with other stored values in the same places."""
    return unchecked_csr(data, matrix.indices, matrix.indptr, matrix.shape)


def ones(matrix: CSR, dtype: Any = np.float32) -> CSR:
    """The matrix with ones of `dtype` in the places of its stored entries."""
    return with_data(matrix, np.ones(matrix.nnz, dtype))


def one_row(values: Mapping[int, float], n_columns: int) -> CSR:
    """CSR (1, n_columns) float32 of the value of each column."""
    if not values:
        return empty((1, n_columns), np.float32)
    columns = np.array(sorted(values), np.int32)
    data = np.array([values[i] for i in columns.tolist()], np.float32)
    return unchecked_csr(data, columns, np.array([0, len(data)], np.int32), (1, n_columns))


def row_sizes(matrix: CSR) -> np.ndarray:
    """(n_rows,) int, how many entries each row stores."""
    sizes: np.ndarray = matrix.indptr[1:] - matrix.indptr[:-1]
    return sizes


def row_of_entries(matrix: CSR) -> np.ndarray:
    """(nnz,) int64, the row of each stored entry."""
    return np.arange(matrix.shape[0]).repeat(row_sizes(matrix))


def is_member(ids: np.ndarray, sets: CSR) -> np.ndarray:
    """Whether each id is in the set of its row, (n, m) bool.

    ids : (n, m) int, -1 for none.  sets : CSR (n, n_words), stored entries are the members.
    """
    n, n_words = sets.shape
    members = np.sort(row_of_entries(sets) * n_words + sets.indices)  # each (row, word) is one number
    wanted = np.arange(n)[:, None] * n_words + ids
    found: np.ndarray = np.append(members, -1)[np.searchsorted(members, wanted)] == wanted
    return found & (ids >= 0)


def column_sums(matrix: CSR, values: np.ndarray | None = None) -> np.ndarray:
    """(n_columns,) the sum of each column's stored entries in float64, of `values` in their places where given."""
    return np.bincount(matrix.indices, matrix.data if values is None else values, matrix.shape[1])


def column_counts(matrix: CSR) -> np.ndarray:
    """(n_columns,) int64, how many entries each column stores."""
    return np.bincount(matrix.indices, minlength=matrix.shape[1])


def ranks_in_rows(matrix: CSR, *keys: np.ndarray) -> np.ndarray:
    """(nnz,) int64, each entry's place in its row, from 0, where rows are sorted by keys (nnz,), the last first."""
    rows = row_of_entries(matrix)
    ranks = np.empty(len(rows), np.int64)
    ranks[np.lexsort((*keys, rows))] = np.arange(len(rows)) - matrix.indptr[rows]
    return ranks


def row_sums(matrix: CSR, values: np.ndarray | None = None) -> np.ndarray:
    """(n_rows,) the sum of each row's stored entries in float64, of `values` in their places where given."""
    return np.bincount(row_of_entries(matrix), matrix.data if values is None else values, matrix.shape[0])


def row_max(matrix: CSR) -> np.ndarray:
    """(n_rows,) float32, each row's highest stored value, 0 where that is less or nothing is stored."""
    highest = np.zeros(matrix.shape[0], np.float32)
    np.maximum.at(highest, row_of_entries(matrix), matrix.data)
    return highest


def keep(matrix: CSR, entries: np.ndarray) -> CSR:
    """The matrix with only the stored entries that the mask `entries` (nnz,) chooses."""
    if entries.all():
        return matrix
    kept = np.zeros(len(entries) + 1, matrix.indptr.dtype)
    np.cumsum(entries, out=kept[1:])
    return unchecked_csr(matrix.data[entries], matrix.indices[entries], kept[matrix.indptr], matrix.shape)


def rows_at(matrix: CSR, rows: np.ndarray) -> CSR:
    """The rows with these numbers, (n,) int, in this order."""
    indptr = np.zeros(len(rows) + 1, matrix.indptr.dtype)
    np.cumsum(row_sizes(matrix)[rows], out=indptr[1:])
    entries = np.arange(indptr[-1]) + (matrix.indptr[rows] - indptr[:-1]).repeat(indptr[1:] - indptr[:-1])
    return unchecked_csr(matrix.data[entries], matrix.indices[entries], indptr, (len(rows), matrix.shape[1]))


def widen(matrix: CSR, n_columns: int) -> CSR:
    """The matrix with empty columns after its own, `n_columns` in all."""
    return unchecked_csr(matrix.data, matrix.indices, matrix.indptr, (matrix.shape[0], n_columns))


def used_columns(matrix: CSR) -> tuple[np.ndarray, CSR]:
    """The columns that store an entry, ascending, and the matrix of them alone."""
    columns, places = np.unique(matrix.indices, return_inverse=True)
    return columns, unchecked_csr(matrix.data, places, matrix.indptr, (matrix.shape[0], len(columns)))


def renumber(matrix: CSR, order: Any) -> CSR:
    """Column order[j] becomes column j; columns not in `order` go, and -1 in it is an empty column."""
    order = np.asarray(order)
    number = np.full(matrix.shape[1], -1, np.int32)
    number[order[order >= 0]] = np.flatnonzero(order >= 0)
    return moved(matrix, number, len(order)).sorted_indices()


def moved(matrix: CSR, numbers: np.ndarray, n_columns: int) -> CSR:
    """Column j becomes column numbers[j], and goes where that is -1. Entries keep their order in a row."""
    columns = numbers[matrix.indices]
    return keep(unchecked_csr(matrix.data, columns, matrix.indptr, (matrix.shape[0], n_columns)), columns >= 0)


def union(a: CSR, b: CSR) -> CSR:
    """The union of the sets in each row, int8 ones with sorted indices."""
    both = (ones(a, np.int8) + ones(b, np.int8)).tocsr()  # of ones: a sum would lose a stored zero
    both.sort_indices()
    return ones(both, np.int8)


def without_diagonal(matrix: Any, first: int = 0) -> CSR:
    """Rows of a square sparse matrix, of which row 0 is its row `first`, as CSR with nothing stored on its diagonal."""
    matrix = sparse.csr_array(matrix)
    return keep(matrix, row_of_entries(matrix) + first != matrix.indices)


def csr_to_arrays(matrix: CSR, name: str) -> dict[str, np.ndarray]:
    """The matrix as plain arrays whose names begin with `name`."""
    parts = {"data": matrix.data, "indices": matrix.indices, "indptr": matrix.indptr}
    return {f"{name}_{part}": array for part, array in parts.items()} | {f"{name}_shape": np.array(matrix.shape)}


def csr_from_arrays(
    arrays: Mapping[str, np.ndarray],
    name: str,
    shape: tuple[int | None, int | None] = (None, None),
    dtypes: str = "bool int8 int32 int64 float32 float64",
    least: float = -COUNT,
) -> CSR:
    """The matrix that :func:`csr_to_arrays` took apart.

    shape : what it must be, None for any number.  dtypes : as in :class:`Form`.  least : what its values are at least;
        they are at most COUNT.

    Raises KeyError where an array is missing, ValueError where it is of another shape, where an index lies outside of
    the matrix or an entry is stored twice, and for values that are not finite.
    """
    fit(arrays, {f"{name}_shape": Form("int64", (2,), 0, 2**62)})
    n_rows, n_columns = (int(n) for n in arrays[f"{name}_shape"])
    if any(wanted not in (None, n) for wanted, n in zip(shape, (n_rows, n_columns))):
        raise ValueError(f"the matrix '{name}' is ({n_rows}, {n_columns}), where {shape} is wanted")
    forms = {
        f"{name}_indptr": Form("int32 int64", ("ends",), 0, below="ends of entries"),
        f"{name}_indices": Form("int32 int64", ("entries",), 0, below="columns"),
        f"{name}_data": Form(dtypes, ("entries",), least, COUNT),
    }
    n_entries = len(arrays[f"{name}_indices"])
    fit(arrays, forms, ends=n_rows + 1, columns=n_columns, **{"ends of entries": n_entries + 1})
    data, indices, indptr = (arrays[f"{name}_{part}"] for part in ("data", "indices", "indptr"))
    if indptr[0] != 0 or indptr[-1] != n_entries or (indptr[1:] < indptr[:-1]).any():
        raise ValueError(f"the rows of '{name}' do not follow each other")
    indptr = indptr.astype(np.result_type(indices, indptr), copy=False)
    matrix = unchecked_csr(data, indices, indptr, (n_rows, n_columns))
    if not (matrix if matrix.has_sorted_indices else matrix.sorted_indices()).has_canonical_format:
        raise ValueError(f"'{name}' stores an entry twice")
    return matrix
