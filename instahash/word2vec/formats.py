"""Word vectors in the text and binary files of word2vec.c, which most other tools read and write.

Both begin with a line "n_words dim". Text: one line a word, the word and its numbers. Binary: the word, a space, and
dim little-endian float32; word2vec.c ends each word with a line break, gensim does not, and both are read. GloVe's text
has no first line, and words with blanks: the last dim fields of a line are its numbers. A file whose name ends in .gz,
.xz or .bz2 is compressed.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import chain, islice
from pathlib import Path
from typing import IO

import numpy as np

from instahash.errors import DataError, DataWarning, ModelError, plural
from instahash.files import reading, writing
from instahash.parameters import whole

# Longer vectors, words or numbers (with the blanks before them, in bytes) are those of a file of another kind.
MOST_DIM, LONGEST_WORD, LONGEST_NUMBER = 100_000, 10_000, 64
BOM = b"\xef\xbb\xbf"

Entry = tuple[int, bytes, bytes]  # where it stands (its line in text, its number in binary), word, vector as float32


def write_vectors(path: str | Path, words: Sequence[str], vectors: np.ndarray, binary: bool = False) -> None:
    """Write a file, whole or not at all. Numbers in text read back to the same float32.

    words : texts without line breaks or blanks at an end; in binary, without blanks.  vectors : (n_words, dim), finite.

    Raises DataError for a word that the format cannot hold or a number that is not finite, ModelError where the file
    cannot be written.
    """
    with np.errstate(over="ignore"):
        vectors = np.asarray(vectors, "<f4")
    names = [_encoded(word, binary) for word in words]
    if (row := _not_finite(vectors)) is not None:
        raise DataError(f"the vector of the word {words[row]!r} has a number that is not finite; leave the word out")
    with writing(path, ModelError) as file:
        file.write(f"{len(names)} {vectors.shape[1]}\n".encode())
        for name, vector in zip(names, vectors):
            if binary:
                file.write(name + b" " + vector.tobytes() + b"\n")
            else:
                numbers = " ".join([f"{number:.9g}" for number in vector.tolist()])
                file.write(name + f" {numbers}\n".encode())


def read_vectors(path: str | Path, binary: bool = False, limit: int | None = None) -> tuple[list[str], np.ndarray]:
    """(words, vectors (n_words, dim) float32) of a file; of the first `limit` words, where given.

    Of a word that stands there twice the first is kept. Bytes of a word that are not UTF-8, as where word2vec.c cuts it
    short, become U+FFFD. What follows after the words that the first line promises is left out.
    A DataWarning says so.

    Raises DataError, with the line or the word's number, where the file is not what its first line promises, or a
    number is not finite.
    """
    limit = sys.maxsize if limit is None else whole(limit, "limit", 0, DataError)
    places: dict[str, int] = {}
    numbers = bytearray()  # grows with the file: the first line may promise anything
    n_read = n_damaged = 0
    with reading(path) as file, np.errstate(over="ignore"):  # what is too large for float32 is found below
        first = file.readline(LONGEST_WORD + LONGEST_NUMBER * MOST_DIM).removeprefix(BOM)
        promised, dim = _sizes(first, path, binary)
        entries = _binary(file, dim, path) if binary else _text(file, dim, path, first if promised is None else b"")
        wanted = min(limit, sys.maxsize if promised is None else promised)
        for place, encoded, vector in islice(entries, wanted):
            n_read += 1
            try:
                word = encoded.decode()
            except UnicodeDecodeError:
                word = encoded.decode(errors="replace")
                n_damaged += 1
            if word not in places:
                places[word] = place
                numbers += vector
        # On to the end, where a compressed file has its checksum.
        more = wanted == promised and bool(file.read(LONGEST_WORD).strip())
    if promised is not None and n_read < wanted:
        raise DataError(f"'{path}' ends after {n_read:,} of the {promised:,} words of its first line; was it cut off?")
    words, vectors = list(places), np.frombuffer(numbers, "<f4").reshape(len(places), dim)
    if (row := _not_finite(vectors)) is not None:
        where = f"{'word' if binary else 'line'} {places[words[row]]:,} of '{path}'"
        raise DataError(f"{where}, {words[row]!r:.60}, has a number that is not finite; leave the word out")
    _say(path, promised if more else None, n_read - len(words), n_damaged)
    return words, vectors


def _say(path: str | Path, promised: int | None, n_twice: int, n_damaged: int) -> None:
    """Warn of what was read otherwise than it stands in the file; promised : its words, where more follow."""
    lines = []
    if promised is not None:
        rest = "correct that line to read the rest"
        lines.append(f"goes on after the {plural(promised, 'word')} that its first line promises; {rest}")
    if n_twice:
        lines.append(f"has {plural(n_twice, 'word')} again that stood there before; the first of each is kept")
    if n_damaged:
        lines.append(f"has {plural(n_damaged, 'word')} with bytes that are not UTF-8; they are read as U+FFFD")
    for line in lines:
        warnings.warn(f"'{path}' {line}", DataWarning, stacklevel=3)


def _sizes(first: bytes, path: str | Path, binary: bool) -> tuple[int | None, int]:
    """(n_words, or None where the first line is a word's, dim) by the first line."""
    parts = first.split()
    if len(parts) == 2 and all(part.isdigit() and len(part) < 20 for part in parts) and int(parts[1]):
        n_words, dim = map(int, parts)
        if dim > MOST_DIM:
            raise DataError(f"'{path}' promises vectors of {dim:,} numbers, and at most {MOST_DIM:,} are read")
        return n_words, dim
    dim = 0
    while dim < len(parts) - 1 and _is_number(parts[-1 - dim]):
        dim += 1
    if binary or not 2 <= dim <= MOST_DIM:
        wanted = 'with a line "words dimensions"' + ("" if binary else " or a word and its numbers")
        raise DataError(
            f"'{path}' {f'does not begin {wanted}' if first else 'is empty'}; is it a file of word vectors?"
        )
    return None, dim


def _text(file: IO[bytes], dim: int, path: str | Path, first: bytes) -> Iterator[Entry]:
    """The entries of the lines, from `first` on where it has one."""
    lines = iter(partial(file.readline, LONGEST_WORD + LONGEST_NUMBER * dim), b"")
    for place, line in enumerate(chain([first], lines), 1):
        parts = line.rsplit(None, dim)
        if not parts:
            continue
        if len(parts) <= dim or _ends_in_number(parts[0]):
            found = f"{plural(len(line.split()) - 1, 'number')} after its word, not {dim}"
            raise DataError(f"line {place:,} of '{path}' has {found}; is the file in binary format?")
        try:
            yield place, parts[0].lstrip(), np.array(list(map(float, parts[1:])), "<f4").tobytes()
        except ValueError:
            wrong = f"line {place:,} of '{path}' is not a word and {dim} numbers"
            raise DataError(f"{wrong}; is the file in binary format?") from None


def _binary(file: IO[bytes], dim: int, path: str | Path) -> Iterator[Entry]:
    place = 0
    while True:
        place += 1
        word = bytearray()
        while (byte := file.read(1)) != b" ":
            if not byte and not word.strip():
                return
            if not byte or len(word) > LONGEST_WORD:
                raise DataError(f"'{path}' ends or goes astray in word {place:,}; is it cut off, or in text format?")
            word += byte
        vector = file.read(4 * dim)
        if len(vector) < 4 * dim:
            raise DataError(f"'{path}' ends in word {place:,}; was it cut off?")
        yield place, bytes(word.lstrip(b"\n")), vector


def _encoded(word: str, binary: bool) -> bytes:
    encoded = word.encode(errors="replace")
    parts = encoded.split()
    held = parts == [encoded] if binary else encoded == encoded.strip() and b"\n" not in encoded
    if not parts or not held or len(encoded) > LONGEST_WORD or encoded.decode() != word:
        kind = "binary" if binary else "text"
        raise DataError(f"the word {word!r:.60} is none that word2vec's {kind} format can hold; leave it out")
    if _ends_in_number(encoded):
        raise DataError(f"the word {word!r:.60} ends in what a text file has as a number; write _ for its blanks")
    return encoded


def _ends_in_number(word: bytes) -> bool:
    """Whether blanks and a number end a word: in text it would not be clear what belongs to the vector."""
    parts = word.split()
    return len(parts) > 1 and _is_number(parts[-1])


def _is_number(text: bytes) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _not_finite(vectors: np.ndarray) -> int | None:
    """The first row with NaN or an infinite number; some rows at a time, so that little memory is taken."""
    for start in range(0, len(vectors), 1024):
        finite = np.isfinite(vectors[start : start + 1024]).all(axis=1)
        if not finite.all():
            return start + int(np.argmin(finite))
    return None
