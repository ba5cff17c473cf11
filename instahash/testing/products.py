"""A Jacobian as a matrix for each leaf, from what was written by hand: the matrix itself, or products with vectors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from instahash.testing.errors import GradientError
from instahash.testing.functions import Functions
from instahash.testing.trees import leaves, rebuilt

__tracebackhide__ = True

FORMS = ("jacobian", "jvp", "vjp")


def jacobian_of(
    form: str, functions: Functions, output: Any, rows: np.ndarray, columns: Sequence[np.ndarray], seed: int
) -> list[np.ndarray]:
    """(n_outputs, n_entries) for each leaf; of products only `rows`, or `columns`, are known, and others 0."""
    shapes = [part.array.shape for part in leaves(output, "")]
    if form == "jacobian":
        return _matrices(functions, shapes)
    return _by_columns(functions, shapes, columns, seed) if form == "jvp" else _by_rows(functions, output, rows, seed)


def _matrices(functions: Functions, shapes: Sequence[tuple[int, ...]]) -> list[np.ndarray]:
    n_outputs, out = _size(shapes), shapes[0] if len(shapes) == 1 else ()
    found = []
    for leaf, returned in zip(functions.leaves, functions.jacobian()):
        array, shape, n = np.asarray(returned), leaf.array.shape, leaf.array.size
        if array.shape not in ((*out, *shape), (n_outputs, n)) or array.size != n_outputs * n:
            turned = array.shape in ((*shape, *out), (n, n_outputs))
            wanted = " or ".join(dict.fromkeys(map(str, ((*out, *shape), (n_outputs, n)))))
            text = f"the Jacobian by {leaf.name} has shape {array.shape}, and must be {wanted}"
            kinds: dict[str, str | None] = {leaf.name: "transposed" if turned else "shape"}
            raise GradientError(text + ": it is transposed" * turned, kinds)
        found.append(_finite(array.reshape(n_outputs, n), leaf.name))
    return found


def _by_columns(
    functions: Functions, shapes: Sequence[tuple[int, ...]], columns: Sequence[np.ndarray], seed: int
) -> list[np.ndarray]:
    arrays = [leaf.array for leaf in functions.leaves]

    def product(tangents: list[np.ndarray]) -> np.ndarray:
        returned = functions.product(arrays, functions.structured(tangents))
        return _flat(returned, shapes, "jvp")

    found = [_zeros(_size(shapes), array) for array in arrays]
    for position, by in enumerate(columns):
        for index in by:
            tangents = [np.zeros_like(array) for array in arrays]
            tangents[position].reshape(-1)[index] = 1
            found[position][:, index] = product(tangents)
    vectors = _vectors(arrays, columns, seed)
    _must_be_linear(product(vectors), sum(J @ v.reshape(-1) for J, v in zip(found, vectors)), "jvp")
    return found


def _by_rows(functions: Functions, output: Any, rows: np.ndarray, seed: int) -> list[np.ndarray]:
    arrays, outputs = [leaf.array for leaf in functions.leaves], [part.array for part in leaves(output, "")]

    def product(flat: np.ndarray) -> list[np.ndarray]:
        parts = np.split(flat, np.cumsum([part.size for part in outputs])[:-1])
        cotangents = [np.asarray(a.reshape(b.shape), b.dtype) for a, b in zip(parts, outputs)]
        returned = functions.product(arrays, [rebuilt(output, iter(cotangents))], as_gradient=True)
        named = [(part, leaf.array.shape, leaf.name) for part, leaf in zip(returned, functions.leaves)]
        return [_flat(part, [shape], f"vjp by {name}") for part, shape, name in named]

    n_outputs = sum(part.size for part in outputs)
    found = [_zeros(n_outputs, array) for array in arrays]
    for row in rows:
        for J, numbers in zip(found, product(np.eye(n_outputs)[row])):
            J[row] = numbers
    (vector,) = _vectors([np.zeros(n_outputs)], [rows], seed)
    for J, numbers in zip(found, product(vector)):
        _must_be_linear(numbers, vector @ J, "vjp")
    return found


def _vectors(arrays: Sequence[np.ndarray], chosen: Sequence[np.ndarray], seed: int) -> list[np.ndarray]:
    """Random numbers where they are chosen, and zeros elsewhere."""
    rng, vectors = np.random.default_rng(seed), [np.zeros_like(array) for array in arrays]
    for vector, indices in zip(vectors, chosen):
        vector.reshape(-1)[indices] = rng.normal(size=len(indices))
    return vectors


def _must_be_linear(found: np.ndarray, wanted: Any, form: str) -> None:
    if np.abs(found - wanted).max(initial=0) > 1e-3 * np.abs(wanted).max(initial=0):
        text = f"the {form} is not linear: that with a sum of vectors is not the sum of those with each"
        raise GradientError(f"{text}; is the vector used once in each term?", {form: "factor"})


def _flat(returned: Any, shapes: Sequence[tuple[int, ...]], what: str) -> np.ndarray:
    if returned is None:
        raise GradientError(f"the {what} returned None: is a return missing?", {what: "count"})
    parts = [part.array for part in leaves(returned.toarray() if hasattr(returned, "toarray") else returned, "")]
    if [part.shape for part in parts] != list(shapes):
        got, wanted = (", ".join(map(str, some)) for some in ([part.shape for part in parts], shapes))
        raise GradientError(f"the {what} has shape {got or None}, and must be {wanted}", {what: "shape"})
    return _finite(np.concatenate([part.reshape(-1) for part in parts]), what)


def _finite(array: np.ndarray, name: str) -> np.ndarray:
    if not np.isfinite(array).all():
        n = (~np.isfinite(array)).sum()
        raise GradientError(f"{n} of {array.size} derivatives of {name} are not finite", {name: "not finite"})
    return array


def _zeros(n_outputs: int, array: np.ndarray) -> np.ndarray:
    """(n_outputs, n_entries), as wide as the numbers may be."""
    return np.zeros((n_outputs, array.size), np.result_type(array, np.float64))


def _size(shapes: Sequence[tuple[int, ...]]) -> int:
    return sum(int(np.prod(shape)) for shape in shapes)
