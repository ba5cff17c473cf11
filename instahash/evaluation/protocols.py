"""What a model is asked about a post, and what it should have answered.

description  the labels of a photo are given; all hashtags of its author are sought
completion   half of an author's hashtags are given and no label; the other half is sought
"""

from __future__ import annotations

import hashlib

import numpy as np
from scipy import sparse

from instahash.data import Dataset
from instahash.errors import DataError
from instahash.sparse import keep

PROTOCOLS = ("description", "completion")


def questions(data: Dataset, protocol: str, seed: int = 0):
    """The questions that `protocol` puts about the posts of `data`.

    seed : 0 or more, which half of the hashtags "completion" gives. "description" draws nothing.

    Returns (rows, description, chosen, truth), the last three with a row for each of the m posts asked about
    ---------------------------------------------------------------------------------------------------------
    rows : (m,) int64, their numbers in `data`, ascending.
    description : CSR (m, n_words), the labels given; in "completion" without an entry.
    chosen : CSR (m, n_words) int8 of ones, the hashtags given; None in "description".
    truth : CSR (m, n_words) int8 of ones, the hashtags of the hashtag vocabulary that are sought, at least 1 a post.

    "description" asks about the posts with a hashtag and a label. "completion" asks about those with n >= 2 hashtags:
    floor(n / 2) of them are given, every choice equally likely. The choice depends on the seed, the post's id and the
    spelling of its hashtags alone, so that it stays the same in another order of the posts, in a part of them, and for
    another model whose vocabulary has the same of these hashtags.

    Raises DataError for another protocol and where no post can be asked about.
    """
    if protocol not in PROTOCOLS:
        raise DataError(f"the protocol is {protocol!r}; it must be {' or '.join(map(repr, PROTOCOLS))}")
    sizes = np.diff(data.hashtags.indptr)
    if protocol == "description":
        rows = np.flatnonzero((sizes > 0) & (np.diff(data.description.indptr) > 0))
        if not len(rows):
            raise DataError(
                f"no post of {len(sizes):,} has both a hashtag and a label that the model knows; give posts "
                "with both, of the kind it was trained on"
            )
        return rows, data.description[rows], None, data.hashtags[rows]
    rows = np.flatnonzero(sizes >= 2)
    if not len(rows):
        raise DataError(
            f"no post of {len(sizes):,} has two hashtags that the model knows, one to give and one to find; "
            "give posts with more hashtags, of the kind it was trained on, or use the protocol 'description'"
        )
    hashtags = data.hashtags[rows]
    chosen, truth = _halves(hashtags, [data.ids[row] for row in rows], data.vocabulary.words, seed)
    return rows, sparse.csr_array(hashtags.shape, dtype=data.description.dtype), chosen, truth


def _halves(hashtags, ids, words, seed):
    """The first floor(n / 2) of each post's hashtags in a random order, and the others."""
    n_posts, sizes = hashtags.shape[0], np.diff(hashtags.indptr)
    rows = np.repeat(np.arange(n_posts), sizes)
    salt = np.random.default_rng(seed).integers(2**64, dtype=np.uint64)
    order = np.lexsort((_mixed(_mixed(_numbers(ids) ^ salt)[rows] ^ _numbers(words)[hashtags.indices]), rows))
    first = np.empty(hashtags.nnz, bool)
    first[order] = np.arange(hashtags.nnz) - hashtags.indptr[rows] < sizes[rows] // 2
    return keep(hashtags, first), keep(hashtags, ~first)


def _numbers(texts):
    """(len(texts),) uint64, a number for each text that is the same in every process."""
    # An id read from JSON may hold half of a surrogate pair.
    digests = (hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest() for text in texts)
    return np.frombuffer(b"".join(digests), "<u8")


def _mixed(numbers):
    """The finaliser of SplitMix64: uint64 that differ anywhere come out as if drawn anew.

    Steele, Lea and Flood 2014, Fast splittable pseudorandom number generators, figure 17 (its variant 13).
    """
    numbers = (numbers ^ (numbers >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    numbers = (numbers ^ (numbers >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return numbers ^ (numbers >> np.uint64(31))
