"""Word vectors in the text and binary files of word2vec.c, which most other tools read and write.

Both begin with a line "n_words dim". Text: one line a word, the word and its numbers. Binary: the word, a space, and
dim little-endian float32; word2vec.c ends each word with a line break, gensim does not, and both are read. A file whose
name ends in .gz, .xz or .bz2 is compressed.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import IO

import numpy as np

from instahash.errors import DataError, ModelError
from instahash.files import reading, writing

# A first line that promises longer vectors or words is a false one: what it asks for is not read.
MOST_DIM, LONGEST_WORD = 1_000_000, 10_000


def write_vectors(path: str | Path, words: Sequence[str], vectors: np.ndarray, binary: bool = False) -> None:
    """Write a file, whole or not at all. Numbers in text read back to the same float32.

    words : texts without white space.  vectors : (n_words, dim).

    Raises DataError for a word that the format cannot hold, ModelError where the file cannot be written.
    """
    for word in words:
        if word.split() != [word]:
            raise DataError(f"the word {word!r} is empty or has white space, which a word2vec file cannot hold")
    vectors = np.asarray(vectors, "<f4")
    with writing(path, ModelError) as file:
        file.write(f"{len(words)} {vectors.shape[1]}\n".encode())
        for word, vector in zip(words, vectors):
            if binary:
                file.write(word.encode() + b" " + vector.tobytes() + b"\n")
            else:
                numbers = " ".join([f"{number:.9g}" for number in vector.tolist()])
                file.write(f"{word} {numbers}\n".encode())


def read_vectors(path: str | Path, binary: bool = False, limit: int | None = None) -> tuple[list[str], np.ndarray]:
    """(words, vectors (n_words, dim) float32) of a file; of the first `limit` words, where given.

    Raises DataError, with the line or the word's number, where the file is not what its first line promises.
    """
    words: dict[str, int] = {}
    numbers = bytearray()  # grows with the file: the first line may promise anything
    with reading(path) as file:
        n_words, dim = _header(file.readline(200), path)
        for i in range(n_words if limit is None else min(limit, n_words)):
            word, vector = (_read_binary if binary else _read_text)(file, dim, path, i)
            if word in words:
                raise DataError(f"'{path}' has the word '{word}' twice; keep one")
            words[word] = i
            numbers += vector
        if limit is None:
            file.read(2)  # on to the end, where a compressed file has its checksum
    return list(words), np.frombuffer(numbers, "<f4").reshape(len(words), dim)


def _header(line: bytes, path: str | Path) -> tuple[int, int]:
    parts = line.split()
    if len(parts) != 2 or not all(part.isdigit() for part in parts) or not 1 <= int(parts[1]) <= MOST_DIM:
        raise DataError(f"'{path}' does not begin with a line \"words dimensions\"; is it a word2vec file?")
    return int(parts[0]), int(parts[1])


def _read_text(file: IO[bytes], dim: int, path: str | Path, i: int) -> tuple[str, bytes]:
    line = file.readline()
    parts = line.split()
    if not line:
        raise DataError(f"'{path}' ends after {i:,} words; was it cut off?")
    if len(parts) != dim + 1:
        numbers = f"{len(parts) - 1} numbers after its word, not {dim}"
        raise DataError(f"line {i + 2} of '{path}' has {numbers}; is the file in binary format?")
    try:
        return parts[0].decode(), np.array([float(part) for part in parts[1:]], "<f4").tobytes()
    except ValueError:
        raise DataError(f"line {i + 2} of '{path}' is not a word and numbers; is the file in binary format?") from None


def _read_binary(file: IO[bytes], dim: int, path: str | Path, i: int) -> tuple[str, bytes]:
    word = bytearray()
    while (byte := file.read(1)) != b" ":
        if not byte or len(word) > LONGEST_WORD:
            raise DataError(f"'{path}' ends or goes astray in word {i + 1:,}; is it cut off, or in text format?")
        word += byte
    vector = file.read(4 * dim)
    if len(vector) < 4 * dim:
        raise DataError(f"'{path}' ends in word {i + 1:,}; was it cut off?")
    try:
        return bytes(word.lstrip(b"\n")).decode(), vector
    except UnicodeDecodeError:
        raise DataError(f"word {i + 1:,} of '{path}' is not text; is the file in text format?") from None
