"""A Jacobian as a real matrix for each leaf, from what was written by hand: a matrix, or its products with vectors.

A complex output is two rows, of its real and its imaginary part, and a complex entry two columns.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import numpy as np

from instahash.testing.errors import GradientError
from instahash.testing.functions import Functions
from instahash.testing.trees import Leaf, MismatchError, leaves, matched, rebuilt
from instahash.testing.wirtinger import slopes, written

__tracebackhide__ = True

# What each is called in messages.
FORMS = {"jacobian": "Jacobian", "jvp": "jvp", "vjp": "vjp"}


def jacobian_of(
    form: str,
    functions: Functions,
    output: Any,
    rows: np.ndarray,
    columns: Sequence[np.ndarray],
    seed: int,
    wirtinger: str,
) -> list[np.ndarray]:
    """(n_outputs, n_entries) for each leaf; of products only `rows`, or `columns`, are known, and others 0."""
    outputs = list(leaves(output, ""))
    if form == "jacobian":
        return _matrices(functions, outputs, wirtinger)
    if form == "jvp":
        return _by_columns(functions, output, outputs, columns, seed)
    return _by_rows(functions, output, outputs, rows, seed, wirtinger)


def _matrices(functions: Functions, outputs: Sequence[Leaf], wirtinger: str) -> list[np.ndarray]:
    sizes = [int(np.prod(part.shape)) for part in outputs]
    n_outputs = sum(sizes)
    found = []
    for leaf, returned in zip(functions.leaves, functions.jacobian()):
        array, n = np.asarray(returned), int(np.prod(leaf.shape))
        shapes = [(n_outputs, n)] if len(outputs) > 1 else [(*outputs[0].shape, *leaf.shape), (n_outputs, n)]
        if array.shape not in shapes:
            turned = array.shape in ((*leaf.shape, *outputs[0].shape), (n, n_outputs))
            wanted = " or ".join(dict.fromkeys(map(str, shapes)))
            text = f"the Jacobian by {leaf.name} has shape {array.shape}, and must be {wanted}"
            kinds: dict[str, str | None] = {leaf.name: "transposed" if turned else "shape"}
            raise GradientError(text + ": it is transposed" * turned, kinds)
        parts = np.split(_finite(array.reshape(n_outputs, n), leaf.name), np.cumsum(sizes)[:-1])
        found.append(np.concatenate([_as_real(part, of, leaf, wirtinger) for part, of in zip(parts, outputs)]))
    return found


def _as_real(A: np.ndarray, output: Leaf, leaf: Leaf, wirtinger: str) -> np.ndarray:
    """The matrix of all real parts; of a complex function of complex numbers it is that of df = A dz."""
    A = A if A.imag.any() else A.real
    if leaf.is_complex:
        A = np.stack([A, 1j * A], -1) if output.is_complex else slopes(A, wirtinger)
    if output.is_complex:
        A = np.stack([A.real, A.imag], 1)
    return A.reshape(output.array.size, leaf.array.size)


def _by_columns(
    functions: Functions, output: Any, outputs: Sequence[Leaf], columns: Sequence[np.ndarray], seed: int
) -> list[np.ndarray]:
    arrays = [leaf.array for leaf in functions.leaves]

    def product(tangents: list[np.ndarray]) -> np.ndarray:
        return _flat(functions.product(arrays, functions.structured(tangents)), output, outputs, "jvp")

    found = [_zeros(sum(part.array.size for part in outputs), array) for array in arrays]
    for position, by in enumerate(columns):
        for index in by:
            tangents = [np.zeros_like(array) for array in arrays]
            tangents[position].reshape(-1)[index] = 1
            found[position][:, index] = product(tangents)
    vectors = _vectors(arrays, columns, seed)
    _must_be_linear(product(vectors), sum(J @ v.reshape(-1) for J, v in zip(found, vectors)), "jvp")
    return found


def _by_rows(
    functions: Functions, output: Any, outputs: Sequence[Leaf], rows: np.ndarray, seed: int, wirtinger: str
) -> list[np.ndarray]:
    arrays = [leaf.array for leaf in functions.leaves]
    n_outputs = sum(part.array.size for part in outputs)

    def product(flat: np.ndarray) -> list[np.ndarray]:
        cotangents = []
        for numbers, part in zip(np.split(flat, np.cumsum([part.array.size for part in outputs])[:-1]), outputs):
            pairs = numbers.reshape(part.array.shape)
            if part.is_complex:
                number = written(pairs, wirtinger)
                pairs = np.stack([number.real, number.imag], -1)
            cotangents.append(np.asarray(pairs, part.array.dtype))
        returned = functions.product(arrays, [rebuilt(output, iter(cotangents))], as_gradient=True)
        found = []
        for part, leaf in zip(returned, functions.leaves):
            numbers = _flat(part, leaf.array, [leaf], f"vjp by {leaf.name}")
            if leaf.is_complex:
                numbers = slopes(written(numbers.reshape(-1, 2), "x+iy"), wirtinger).reshape(-1)
            found.append(numbers)
        return found

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


def _flat(returned: Any, like: Any, wanted: Sequence[Leaf], what: str) -> np.ndarray:
    """All real parts of what was returned, in the order of `like` and its leaves `wanted`; complex ones may be real."""
    if returned is None:
        raise GradientError(f"the {what} returned None: is a return missing?", {what: "count"})
    pieces = [returned]
    with suppress(MismatchError):
        pieces = list(matched(like, returned, ""))
    parts = [part for piece in pieces for part in leaves(_dense(piece), "")]
    shapes, wanted_shapes = ([part.shape for part in some] for some in (parts, wanted))
    if shapes != wanted_shapes:
        got, must = (", ".join(map(str, some)) for some in (shapes, wanted_shapes))
        raise GradientError(f"the {what} has shape {got or None}, and must be {must}", {what: "shape"})
    flat = []
    for part, like in zip(parts, wanted):
        if part.is_complex and not like.is_complex:
            raise GradientError(f"the {what} is complex, and must be real: return its real part?", {what: "shape"})
        both = like.is_complex and not part.is_complex
        flat.append((np.stack([part.array, 0 * part.array], -1) if both else part.array).reshape(-1))
    return _finite(np.concatenate(flat), what)


def _dense(x: Any) -> Any:
    """An array where it is sparse, in float64 where it is of whole numbers."""
    x = x.toarray() if hasattr(x, "toarray") else x
    return x.astype(np.float64) if isinstance(x, (np.ndarray, np.generic)) and x.dtype.kind in "iub" else x


def _finite(array: np.ndarray, name: str) -> np.ndarray:
    if not np.isfinite(array).all():
        n = (~np.isfinite(array)).sum()
        text = f"{n} of {array.size} derivatives of {name} are not finite: a division by 0, or an overflow?"
        raise GradientError(text, {name: "not finite"})
    return array


def _zeros(n_outputs: int, array: np.ndarray) -> np.ndarray:
    """(n_outputs, n_entries), as wide as the numbers may be."""
    return np.zeros((n_outputs, array.size), np.result_type(array, np.float64))
