"""Lists of texts as arrays, for files without pickled objects; texts that are drawn at random."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping

import numpy as np


def draw(text: str) -> float:
    """A number in [0, 1) made of a text, as if drawn: those below a fraction are a sample of all texts."""
    digest = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=7)
    return (int.from_bytes(digest.digest(), "big") >> 3) / 2**53


def texts_to_arrays(texts: Iterable[str], name: str) -> dict[str, np.ndarray]:
    """{name}_bytes, uint8, the texts in UTF-8 one after the other; {name}_ends, int64, where each of them ends."""
    encoded = [text.encode("utf-8", "surrogatepass") for text in texts]
    ends = np.cumsum([len(part) for part in encoded], dtype=np.int64)
    return {f"{name}_bytes": np.frombuffer(b"".join(encoded), np.uint8), f"{name}_ends": ends}


def texts_from_arrays(arrays: Mapping[str, np.ndarray], name: str) -> list[str]:
    """The texts that :func:`texts_to_arrays` turned into arrays.

    Raises KeyError where an array is missing, ValueError where one is malformed.
    """
    content, ends = arrays[f"{name}_bytes"], arrays[f"{name}_ends"]
    if content.ndim != 1 or content.dtype != np.uint8 or ends.ndim != 1 or ends.dtype != np.int64:
        raise ValueError(f"'{name}' must be uint8 bytes and int64 ends, not {content.dtype} and {ends.dtype}")
    if len(ends) and not (0 <= ends[0] and (ends[1:] >= ends[:-1]).all()) or (ends[-1:].sum() != len(content)):
        raise ValueError(f"the ends of '{name}' must rise to {len(content)}, the number of its bytes")
    whole, bounds = content.tobytes(), [0, *ends.tolist()]
    return [whole[a:b].decode("utf-8", "surrogatepass") for a, b in zip(bounds, bounds[1:])]
