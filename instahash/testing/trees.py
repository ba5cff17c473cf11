"""Parameters of any structure as real arrays, the leaves, and back.

A leaf is an array, a NumPy or Python number, or lists and tuples of Python numbers alone, as [[1.0, 2.0], [3.0, 4.0]].
Other lists and tuples, dicts, NamedTuples and dataclasses are branches. What else stands in a branch is a constant: it
is passed on as it is. So are whole numbers in the fields of NamedTuples and dataclasses, which are settings there
unless the field is declared a float.

A complex leaf of shape (...) becomes a real one of shape (..., 2), with real and imaginary parts.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Any, NamedTuple

import numpy as np

from instahash.testing.options import shown

__tracebackhide__ = True


class Leaf(NamedTuple):
    """name : as in "layers[0].weight"; array : real and of its own; is_complex : its last axis is of two parts."""

    name: str
    array: np.ndarray
    is_complex: bool

    @property
    def shape(self) -> tuple[int, ...]:
        """Without the axis of two parts."""
        return self.array.shape[:-1] if self.is_complex else self.array.shape


class MismatchError(Exception):
    """What was returned does not have the structure of the parameters; args: text, and the name that it is about."""


def leaves(x: Any, name: str) -> Iterator[Leaf]:
    """The leaves of one parameter, in order."""
    if is_leaf(x):
        dtype = x.dtype.newbyteorder("=") if hasattr(x, "dtype") else complex if _has_complex(x) else float
        try:
            array = np.array(x, dtype, order="C")  # so that its flat view is no copy
        except OverflowError:
            text = f"{name or 'a number'} is a whole number that no float can hold; give a smaller one"
            raise ValueError(text) from None
        is_complex = array.dtype.kind == "c"
        yield Leaf(name, np.stack([array.real, array.imag], -1) if is_complex else array, is_complex)
    else:
        for key, child in _children(x):
            yield from leaves(child, name + key)


def rebuilt(x: Any, arrays: Iterator[np.ndarray]) -> Any:
    """`x` with its leaves' numbers taken from `arrays`, which it may keep."""
    if is_leaf(x):
        array = next(arrays)
        if _has_complex(x):
            array = np.ascontiguousarray(array).view(np.result_type(array, np.complex64))[..., 0]
        return array if isinstance(x, np.ndarray) else array[()] if hasattr(x, "dtype") else _as_numbers(x, array)
    children = _children(x)
    new = [rebuilt(child, arrays) for _, child in children]
    if isinstance(x, dict):
        filled = copy.copy(x)
        filled.update(zip(x, new))
        return filled
    if isinstance(x, (list, tuple)) and not hasattr(x, "_replace"):
        return type(x)(new)
    named = {key[1:]: value for (key, _), value in zip(children, new)}
    if isinstance(x, tuple):
        return x._replace(**named)  # type: ignore[attr-defined]
    filled = copy.copy(x) if named else x
    for field, value in named.items():
        object.__setattr__(filled, field, value)  # frozen ones too
    return filled


def matched(x: Any, returned: Any, name: str) -> Iterator[Any]:
    """What was returned for each leaf of `x`, in order. Raises MismatchError where the structure differs."""
    if is_leaf(x):
        yield returned
        return
    children = _children(x)
    if not isinstance(returned, (list, tuple, Mapping)) and not all(hasattr(returned, key[1:]) for key, _ in children):
        raise MismatchError(f"{name} is {described(x)}, but its gradient {_a(returned)}", name)
    if isinstance(x, Mapping):
        if not isinstance(returned, Mapping):
            raise MismatchError(f"{name} is {described(x)}, but its gradient {_a(returned)}", name)
        if extra := [key for key in returned if key not in x]:
            raise MismatchError(f"the gradient has {name}[{shown(extra[0])}], which is no parameter", name)
        values = [returned.get(key, _MISSING) for key in x]
    elif isinstance(returned, (list, tuple)) and len(returned) == len(children):
        values = list(returned)
    elif isinstance(returned, Mapping):
        values = [returned.get(key.lstrip("."), _MISSING) for key, _ in children]
    elif all(key.startswith(".") for key, _ in children):
        values = [getattr(returned, key[1:], _MISSING) for key, _ in children]
    else:
        raise MismatchError(f"{name} is {described(x)}, but its gradient {_a(returned)}", name)
    for (key, child), value in zip(children, values):
        if value is _MISSING or value is None:
            if any(leaves(child, "")):
                raise MismatchError(f"the gradient has no {name}{key}", name + key)
        else:
            yield from matched(child, value, name + key)


def bytes_of(arrays: Iterable[np.ndarray]) -> bytes:
    """By which the leaves' numbers at one point are known again."""
    return b"".join(array.tobytes() for array in arrays)


def is_leaf(x: Any) -> bool:
    """Whether `x` is an array of real or complex floating-point numbers, a number, or lists and tuples of numbers."""
    if isinstance(x, (np.ndarray, np.generic)):
        return x.dtype.kind in "fc"
    return _shape(x) is not None


def is_branch(x: Any) -> bool:
    """Whether leaves may stand in `x`."""
    return isinstance(x, (list, tuple, dict)) or is_dataclass(x) and not isinstance(x, type)


def _children(x: Any) -> list[tuple[str, Any]]:
    """What stands in a branch, each with what to write behind the branch's name; nothing in a constant."""
    if isinstance(x, dict):
        return [(f"[{key!r}]", value) for key, value in x.items()]
    if isinstance(x, tuple) and hasattr(x, "_fields"):
        types = {name: getattr(x, "__annotations__", {}).get(name) for name in x._fields}
    elif isinstance(x, (list, tuple)):
        return [(f"[{i}]", value) for i, value in enumerate(x)]
    else:
        types = {field.name: field.type for field in fields(x)} if is_branch(x) else {}
    values = [(name, getattr(x, name), of in (float, "float")) for name, of in types.items()]
    return [(f".{name}", value) for name, value, is_float in values if is_float or not isinstance(value, int)]


def _shape(x: Any) -> tuple[int, ...] | None:
    """The shape of Python numbers in lists and tuples; None for anything else."""
    if isinstance(x, (int, float, complex)):
        return None if isinstance(x, bool) else ()
    if not isinstance(x, (list, tuple)) or hasattr(x, "_fields") or not x:
        return None
    inner = {_shape(element) for element in x}
    shape = inner.pop()
    return None if inner or shape is None else (len(x), *shape)


def _has_complex(x: Any) -> bool:
    return np.asarray(x).dtype.kind == "c"


def _as_numbers(x: Any, array: np.ndarray) -> Any:
    """The array's numbers in the lists and tuples of `x`."""
    return type(x)(map(_as_numbers, x, array)) if isinstance(x, (list, tuple)) else array.item()


def described(x: Any) -> str:
    """What `x` is, for messages, as in "a dict of 'W', 'b'"."""
    if hasattr(x, "shape"):
        return f"an array of shape {x.shape}"
    name = type(x).__name__
    if is_branch(x) and hasattr(x, "_fields"):
        name = f"NamedTuple {name}"
    elif is_dataclass(x):
        name = f"dataclass {name}"
    if isinstance(x, Mapping) or is_branch(x) and not isinstance(x, (list, tuple)) or hasattr(x, "_fields"):
        keys = [repr(key) if isinstance(x, Mapping) else key for key in (x if isinstance(x, Mapping) else _names(x))]
        return f"a {name} of {', '.join(keys[:5])}" + ", ..." * (len(keys) > 5) if keys else f"an empty {name}"
    return f"a {name} of {len(x)}" if isinstance(x, (list, tuple)) else f"a {name}"


def _names(x: Any) -> list[str]:
    """Of the fields of a NamedTuple or a dataclass."""
    return list(x._fields) if hasattr(x, "_fields") else [field.name for field in fields(x)]


def _a(x: Any) -> str:
    return f"has shape {x.shape}" if hasattr(x, "shape") else f"is {described(x)}"


_MISSING = object()
