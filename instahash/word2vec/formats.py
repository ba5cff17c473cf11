"""Word vectors in the text and binary files of word2vec.c, which most other tools read and write.

Both begin with a line "n_words dim". Text: one line a word, the word and its numbers. Binary: the word, a space, and dim
little-endian float32; word2vec.c ends each word with a line break, gensim does not, and both are read.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

import numpy as np

from instahash.errors import DataError, ModelError


def write_vectors(path, words, vectors, binary=False):
    """Write a file, whole or not at all. Numbers in text read back to the same float32.

    words : list of str without white space.  vectors : (n_words, dim).

    Raises DataError for a word that the format cannot hold, ModelError where the file cannot be written.
    """
    for word in words:
        if not word or word.split() != [word]:
            raise DataError(f"the word {word!r} is empty or has white space, which a word2vec file cannot hold")
    path, vectors = Path(path), np.asarray(vectors, "<f4")
    new = path.with_name(f"{path.name}.new")
    try:
        with open(new, "wb") as file:
            file.write(f"{len(words)} {vectors.shape[1]}\n".encode())
            for word, vector in zip(words, vectors):
                if binary:
                    file.write(word.encode() + b" " + vector.tobytes() + b"\n")
                else:
                    numbers = " ".join([f"{number:.9g}" for number in vector.tolist()])
                    file.write(f"{word} {numbers}\n".encode())
            file.flush()
            os.fsync(file.fileno())
        os.replace(new, path)
    except BaseException as error:
        with suppress(OSError):
            new.unlink()
        if not isinstance(error, OSError):
            raise
        raise ModelError(f"cannot write '{path}': {error.strerror or error}; choose another file") from None


def read_vectors(path, binary=False, limit=None):
    """(words, vectors (n_words, dim) float32) of a file; of the first `limit` words, where given.

    Raises DataError, with the line or the word's number, where the file is not what its first line promises.
    """
    path = Path(path)
    try:
        with open(path, "rb") as file:
            n_words, dim = _header(file.readline(200), path)
            n_words = n_words if limit is None else min(limit, n_words)
            # A false first line must not take the memory it asks for: no word is shorter than this.
            shortest = 4 * dim + 2 if binary else 2 * dim + 1
            if n_words * shortest > path.stat().st_size:
                raise DataError(f"'{path}' ends before its {n_words:,} words of {dim} numbers; was it cut off?")
            words, vectors = [], np.empty((n_words, dim), np.float32)
            read = _read_binary if binary else _read_text
            for i in range(n_words):
                words.append(read(file, vectors[i], path, i))
    except OSError as error:
        raise DataError(f"cannot read '{path}': {error.strerror or error}") from None
    if len(set(words)) < len(words):
        seen = set()
        double = next(word for word in words if word in seen or seen.add(word))
        raise DataError(f"'{path}' has the word '{double}' twice; keep one")
    return words, vectors


def _header(line, path):
    parts = line.split()
    if len(parts) != 2 or not all(part.isdigit() for part in parts) or int(parts[1]) < 1:
        raise DataError(f"'{path}' does not begin with a line \"words dimensions\"; is it a word2vec file?")
    return int(parts[0]), int(parts[1])


def _read_text(file, vector, path, i):
    line = file.readline()
    parts = line.split()
    if not line:
        raise DataError(f"'{path}' ends after {i:,} words; was it cut off?")
    if len(parts) != len(vector) + 1:
        raise DataError(
            f"line {i + 2} of '{path}' has {len(parts) - 1} numbers after its word, not {len(vector)}; is the file in "
            "binary format?"
        )
    try:
        vector[:] = [float(part) for part in parts[1:]]
        return parts[0].decode()
    except ValueError:
        raise DataError(f"line {i + 2} of '{path}' is not a word and numbers; is the file in binary format?") from None


def _read_binary(file, vector, path, i):
    word = bytearray()
    while (byte := file.read(1)) != b" ":
        if not byte or len(word) > 10_000:
            raise DataError(f"'{path}' ends or goes astray in word {i + 1:,}; is it cut off, or in text format?")
        word += byte
    numbers = file.read(4 * len(vector))
    if len(numbers) < 4 * len(vector):
        raise DataError(f"'{path}' ends in word {i + 1:,}; was it cut off?")
    vector[:] = np.frombuffer(numbers, "<f4")
    try:
        return bytes(word.lstrip(b"\n")).decode()
    except UnicodeDecodeError:
        raise DataError(f"word {i + 1:,} of '{path}' is not text; is the file in text format?") from None
