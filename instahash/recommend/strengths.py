"""How much a use counts under each kind of key: the strength of the prior under which what posts use is likeliest."""

from __future__ import annotations

import numpy as np

from instahash.sparse import CSR

# Strengths of the prior that are tried, in uses, and the strength where no key has two posts.
STRENGTHS, STRENGTH = np.array([1.0, 3.0, 10.0, 30.0, 100.0, 300.0, 1000.0, 3000.0, 10_000.0, 1e5, 1e6]), 30.0


def likeliest_strengths(
    keys: np.ndarray,
    posts: np.ndarray,
    last: np.ndarray,
    kinds: np.ndarray,
    hashtags: CSR,
    weights: np.ndarray,
    log_frequency: np.ndarray,
) -> dict[int, float]:
    """For each kind of key the one of STRENGTHS under which posts are likeliest, predicted without themselves.

    A post is predicted from the counts of its key without it; under a key that is not its last, without all posts with
    the same last key: what a country uses must not be what the same person used. Keys without other posts are left out.

    keys, posts : (n,) int, a row for each key of each post, and the post's.
    last, kinds : (n_posts,) and (n_keys,) int, each post's last key, -1 without one, and each key's kind.
    hashtags : CSR (n_posts, n_hashtags).  weights : (n_posts,) float, of each post's uses.
    log_frequency : (n_hashtags,) float, log of each hashtag's fraction of all uses, finite.
    """
    own, n_keys = last[posts], len(kinds)
    # A group is left out together: a post under its last key, all posts of one last key under another key. There may be
    # more such pairs than 32 bits can number.
    group = keys.astype(np.int64) * (n_keys + len(last)) + np.where(keys == own, n_keys + posts, own)
    groups, group = np.unique(group, return_inverse=True)
    key_of = np.zeros(len(groups), np.int64)
    key_of[group] = keys
    others = np.bincount(key_of, minlength=n_keys)[keys] > 1
    keys, posts, group, sizes = keys[others], posts[others], group[others], np.diff(hashtags.indptr)
    # From here on an entry is a hashtag t of a post under a key; n_t and n are the counts without the group.
    use = np.repeat(np.arange(len(keys)), sizes[posts])
    w, ids, uses = weights[posts][use], hashtags[posts].indices, (weights * sizes)[posts]
    n = (_totals(keys, uses) - _totals(group, uses))[use].clip(0)
    n_t = (_totals(_pairs(keys[use], ids), w) - _totals(_pairs(group[use], ids), w)).clip(0)
    P = np.exp(np.asarray(log_frequency, np.float64))[ids]
    kind = kinds[keys][use]
    likelihood = [np.bincount(kind, w * np.log((n_t + a * P) / (n + a)), kinds.max(initial=0) + 1) for a in STRENGTHS]
    best = STRENGTHS[np.argmax(likelihood, axis=0)].tolist()
    return {k: best[k] for k in np.unique(kind).tolist()}


def _totals(places: np.ndarray, values: np.ndarray) -> np.ndarray:
    """For each entry the sum of the values of all entries in the same place."""
    return np.bincount(places, values)[places] if len(places) else np.zeros(0)


def _pairs(rows: np.ndarray, ids: np.ndarray) -> np.ndarray:
    """One place for each distinct pair of numbers."""
    return np.unique(rows.astype(np.int64) * (ids.max(initial=0) + 1) + ids, return_inverse=True)[1]
