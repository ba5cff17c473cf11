"""What a user, or lately everybody, uses more than others do: counts of hashtags under keys shift log-probabilities.

A key stands for everybody, for a feature of users, or for a user. A post's keys go from the general to the particular,
and the counts under each correct the prediction P of those before it. With n_t uses of hashtag t under a key, n in all,

    Q(t) = (n_t + a P(t)) / (n + a)

is the mean of a Dirichlet posterior whose prior counts as `a` uses (MacKay and Peto 1995). The first P is t's fraction
of all uses, and the shift is log Q of the last key minus log of the first P: exactly zero where nothing is known. Where
everybody's counts decay, their shift is the trend.

Keys are kept as salted hashes. So neither the names of users nor their features can be read in a model file, and the
same user has other hashes in another model. But who has the file can test a guess: names are few, and hashes are fast.
"""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Sequence
from itertools import chain
from numbers import Real
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy import sparse

from instahash.arrays import as_array
from instahash.data.times import DAY
from instahash.errors import DataError, SettingsError, shown
from instahash.forms import COUNT, Form, fit
from instahash.recommend.strengths import STRENGTH, STRENGTHS, likeliest_strengths
from instahash.sparse import CSR, csr_from_arrays, csr_to_arrays, empty, keep, ones
from instahash.training import unchanged_on_error

EVERYBODY = ""  # the key under which all posts are counted

# Bytes of a salt, and of a hash: of ten million keys two have the same one in three trainings out of a million.
SALT, HASH = 16, 8

Keys = Sequence[tuple[str, ...]]
# A row of the counts, and the strength of the prior there.
Row = tuple[int, float]
# What is kept beside the counts.
FORMS = {
    "now": Form("float64", (), -np.inf, COUNT),
    "half_life": Form("float64", (), 0),
    "salt": Form("uint8", ("salt",), 0, 255),
    "keys": Form("uint64", ("keys",), 0, 2**64),
    "kinds": Form("uint64", ("kinds",), 0, 2**64),
    "strengths": Form("float64", ("kinds",), STRENGTHS[0], STRENGTHS[-1]),
}


def age_weights(times: ArrayLike, now: float, half_life: float | None) -> np.ndarray:
    """The weight at `now` of a post, or a use, at each time: half after each `half_life` days. float64 in [0, 1].

    times, now : seconds since the epoch; the weight is 1 at an unknown time (NaN), in the future, and where `half_life`
    is None or 0.
    """
    times = np.asarray(times, np.float64)
    if not half_life:
        return np.ones(times.shape)
    with np.errstate(over="ignore"):  # after infinitely many half-lives nothing is left
        return np.asarray(0.5 ** (np.where(np.isnan(times), 0, now - times).clip(min=0) / DAY / half_life))


class Preferences:
    """Counts of hashtags under keys.

    half_life : days > 0 after which a use counts half; None for never.
    salt : at most SALT bytes, which keys are hashed with.

    A key is any text. Its kind is the text up to its first colon ("user:" of "user:anna", "" of "anna"), and EVERYBODY
    is a kind of its own. Each kind has its own strength `a`: one use by a person is more telling than one by everybody.

    Attributes
    ----------
    rows : dict of hash of a key -> its row in the counts.
    counts : dict of "decaying", uses at known times by their weight at `now`, and "constant", uses at unknown times;
        CSR (n_keys, n_hashtags) float32.
    now : float, seconds since the epoch, the latest time among the posts; -inf before any.
    strengths : dict of hash of a kind -> a; STRENGTH for kinds that are not in it.
    """

    def __init__(self, half_life: float | None = None, salt: bytes = b"") -> None:
        number: Any = Real
        if not (half_life is None or isinstance(half_life, number) and half_life > 0):
            raise SettingsError(
                f"half_life is {shown(half_life)}; it must be above 0 days, or None where nothing decays"
            )
        self.half_life, self.salt, self.now = half_life, salt, -np.inf
        self.rows: dict[int, int] = {}
        self.strengths: dict[int, float] = {}
        self.counts = {name: CSR((0, 0), dtype=np.float32) for name in ("decaying", "constant")}
        self._found: dict[tuple[int, int, int], tuple[np.ndarray, np.ndarray]] = {}

    def empty(self) -> Preferences:
        """Others without counts, to be added to these."""
        return Preferences(self.half_life, self.salt)

    def knows(self, key: str) -> bool:
        """Whether any post had this key."""
        return self._hash(key) in self.rows

    def strength(self, key: str) -> float:
        """The strength `a` of the kind of a key."""
        return self.strengths.get(self._hash(_kind(key)), STRENGTH)

    def told(self, keys: Keys) -> np.ndarray:
        """How far the keys of each post are known, (n_posts,) float64 in [0, 1): n / (n + 1) with n uses under them."""
        n = np.array([sum(self._n_uses(row) for row, _ in own) for own in self._known(keys)], np.float64)
        return n / (n + 1)

    def _n_uses(self, row: int) -> float:
        """All uses under a key."""
        parts = [counts.data[slice(*counts.indptr[row : row + 2])] for counts in self.counts.values()]
        return sum(float(part.sum(dtype=np.float64)) for part in parts)

    def add(self, keys: Keys, hashtags: CSR, times: np.ndarray | None = None) -> None:
        """Count the hashtags of posts, whose order does not matter.

        keys : for each post a tuple of distinct str.  hashtags : CSR (n_posts, n_hashtags).
        times : (n_posts,) float64 seconds since the epoch, or None; NaN for unknown times, whose uses never decay.
        Raises DataError where there are not as many keys as posts. Where it fails, nothing is counted.
        """
        with unchanged_on_error(self):
            self._add(keys, hashtags, times)

    def _add(self, keys: Keys, hashtags: CSR, times: np.ndarray | None) -> None:
        """:meth:`add`, which changes nothing in place."""
        if not isinstance(keys, Sequence) or not all(isinstance(own, tuple) for own in keys):
            raise DataError(f"keys are {shown(keys)}; give a list with a tuple of texts for each post")
        if times is None:
            times = np.full(len(keys), np.nan)
        times = as_array(times, "times, seconds since 1970 for each post", (len(keys),), finite=False)
        latest = np.nanmax(times, initial=-np.inf)
        rows, posts = self._uses(keys, hashtags)
        counts = self._grown(max(self.counts["constant"].shape[1], hashtags.shape[1]))
        if latest > self.now:
            counts["decaying"] = counts["decaying"] * np.float32(age_weights(self.now, latest, self.half_life))
            self.now = latest
        known = ~np.isnan(times)[posts]
        weights = age_weights(times, self.now, self.half_life).astype(np.float32)[posts]
        for name, part in (("decaying", known), ("constant", ~known)):
            if part.any():
                under = sparse.csr_array((weights[part], (rows[part], posts[part])), (len(self.rows), len(keys)))
                new = (under @ ones(hashtags)).tocsr()
                new.resize(counts[name].shape)
                counts[name] = counts[name] + new
                counts[name].sort_indices()
        self.counts, self._found = counts, {}

    def fit(self, keys: Keys, hashtags: CSR, log_frequency: np.ndarray, times: np.ndarray | None = None) -> Preferences:
        """:meth:`add` posts, and set each kind's strength to the one of STRENGTHS under which they are likeliest.

        They are predicted as :func:`.strengths.likeliest_strengths` says. A post has the weight of its uses.

        log_frequency : (n_hashtags,) float, log of each hashtag's fraction of all uses, finite. Others as in `add`.
        """
        with unchanged_on_error(self):
            self._add(keys, hashtags, times)
            self.strengths = self.strengths | self._likeliest(keys, hashtags, log_frequency, times)
        return self

    def _likeliest(
        self, keys: Keys, hashtags: CSR, log_frequency: np.ndarray, times: np.ndarray | None
    ) -> dict[int, float]:
        """The likeliest strength of each kind, by its hash, from posts that are counted already."""
        rows, posts = self._uses(keys, hashtags)
        row_of = {key: self.rows[self._hash(key)] for key in chain.from_iterable(keys)}
        last = np.array([row_of[own[-1]] if own else -1 for own in keys], np.int64)
        names, numbers = np.unique([_kind(key) for key in row_of], return_inverse=True)
        kinds = np.zeros(len(self.rows), np.int64)
        kinds[[*row_of.values()]] = numbers
        weights = np.ones(len(keys)) if times is None else age_weights(times, self.now, self.half_life)
        found = likeliest_strengths(rows, posts, last, kinds, hashtags, weights, log_frequency)
        return {self._hash(str(names[k])): strength for k, strength in found.items()}

    def __add__(self, more: Preferences) -> Preferences:
        """The counts of both, with the strengths of the first. Raises DataError for those of another salt."""
        if self.salt != more.salt:
            raise DataError("preferences of two salts cannot be added; make the second by empty() of the first")
        total = self.empty()
        total.strengths, total.now = dict(self.strengths), max(self.now, more.now)
        total.rows = {key: row for row, key in enumerate(dict.fromkeys([*self.rows, *more.rows]))}
        total.counts = total._grown(max(part.counts["constant"].shape[1] for part in (self, more)))
        for part in (self, more):
            age = float(age_weights(part.now, total.now, self.half_life)) if part.now > -np.inf else 1.0
            order = np.full(len(total.rows), len(part.rows))  # of part's rows, and an empty one
            order[[total.rows[key] for key in part.rows]] = np.arange(len(part.rows))
            for name, weight in {"decaying": age, "constant": 1.0}.items():
                counts = part.counts[name] * np.float32(weight)
                counts.resize(len(part.rows) + 1, total.counts[name].shape[1])
                total.counts[name] = (total.counts[name] + counts[order]).tocsr()
                total.counts[name].sort_indices()
        return total

    def shift_matrix(self, keys: Keys, log_frequency: np.ndarray) -> np.ndarray:
        """(n_posts, n) float32, each post's shift of the log-probabilities of the first n hashtags; keys never seen are
        left out.
        """
        shift, ids = np.zeros((len(keys), len(log_frequency)), np.float32), np.arange(len(log_frequency))
        found: dict[tuple[Row, ...], np.ndarray] = {}
        for post, own in enumerate(self._known(keys)):
            if own:
                if own not in found:
                    found[own] = self._shift(own, log_frequency, ids)
                shift[post] = found[own]
        return shift

    def shift_at(self, keys: Keys, log_frequency: np.ndarray, places: CSR) -> np.ndarray:
        """(places.nnz,) float32, the same shifts at the stored entries of `places`, CSR (n_posts, n_hashtags)."""
        shift = np.zeros(places.nnz, np.float32)
        for own, start, end in zip(self._known(keys), places.indptr, places.indptr[1:]):
            if own and start < end:
                ids = places.indices[start:end]
                shift[start:end] = self._shift(own, log_frequency[ids], ids)
        return shift

    def most_used(self, keys: Keys, n_hashtags: int, first: int, most: int) -> CSR:
        """The uses of the `most` most used hashtags, from the `first` on, under each key of each post, added up.

        Returns CSR (n_posts, n_hashtags) float32.
        """
        known = self._known(keys)
        if not any(known):
            return empty((len(known), n_hashtags), np.float32)
        found = {row: self._most_used(row, first, most) for row in {row for own in known for row, _ in own}}
        parts = [[found[row] for row, _ in own] for own in known]
        rows = np.repeat(np.arange(len(known)), [sum(len(ids) for ids, _ in own) for own in parts])
        ids, uses = (np.concatenate(arrays) for arrays in zip(*(pair for own in parts for pair in own)))
        total: CSR = sparse.coo_array((uses, (rows, ids)), shape=(len(known), n_hashtags)).tocsr()
        return total

    def _most_used(self, row: int, first: int, most: int) -> tuple[np.ndarray, np.ndarray]:
        """Ids and uses, kept until more posts are counted: of a key that many posts have there are many."""
        found, name = self._found, (row, first, most)
        if name not in found:
            uses = sum(counts[[row]] for counts in self.counts.values())
            uses = keep(uses, uses.indices >= first)
            chosen = np.sort(np.argsort(-uses.data, kind="stable")[:most])
            found[name] = uses.indices[chosen], uses.data[chosen]
        return found[name]

    def _grown(self, n_hashtags: int) -> dict[str, CSR]:
        """The counts with empty rows for new keys, and empty columns for new hashtags, which follow the old ones."""
        counts = {name: matrix.copy() for name, matrix in self.counts.items()}
        for matrix in counts.values():
            matrix.resize(len(self.rows), n_hashtags)
        return counts

    def to_arrays(self) -> dict[str, np.ndarray]:
        """Everything as plain arrays."""
        numbers = {"now": self.now, "half_life": self.half_life or 0.0, "strengths": list(self.strengths.values())}
        arrays = {name: np.array(value, np.float64) for name, value in numbers.items()}
        arrays |= {"keys": np.array([*self.rows], np.uint64), "kinds": np.array([*self.strengths], np.uint64)}
        for name, counts in self.counts.items():
            arrays |= csr_to_arrays(counts, name)
        return arrays | {"salt": np.frombuffer(self.salt, np.uint8)}

    @classmethod
    def from_arrays(cls, arrays: dict[str, np.ndarray], n_hashtags: int | None = None) -> Preferences:
        """The preferences whose :meth:`to_arrays` these are, of so many hashtags.

        Raises KeyError where an array is missing, ValueError where they do not fit together.
        """
        sizes = fit(arrays, FORMS)
        salt, keys, kinds = (arrays[name] for name in ("salt", "keys", "kinds"))
        if sizes["salt"] > SALT or len(np.unique(keys)) < len(keys):
            raise ValueError(f"a salt of more than {SALT} bytes, or a key that is there twice")
        preferences = cls(float(arrays["half_life"]) or None, salt.tobytes())
        preferences.now = float(arrays["now"])
        preferences.rows = {key: row for row, key in enumerate(keys.tolist())}
        preferences.strengths = dict(zip(kinds.tolist(), arrays["strengths"].tolist()))
        shape = len(keys), n_hashtags
        preferences.counts = {name: csr_from_arrays(arrays, name, shape, "float32", 0) for name in preferences.counts}
        for counts in preferences.counts.values():
            counts.sort_indices()
        if len({counts.shape for counts in preferences.counts.values()}) > 1:
            raise ValueError("the counts of preferences are not of the same hashtags")
        return preferences

    def _hash(self, text: str) -> int:
        """What is kept of a key, or of a kind."""
        content = text.encode("utf-8", "surrogatepass")
        return int.from_bytes(hashlib.blake2b(content, digest_size=HASH, salt=self.salt).digest(), "big")

    def _uses(self, keys: Keys, hashtags: CSR) -> tuple[np.ndarray, np.ndarray]:
        """For each key of each post the key's row, a new one for a new key, and the post's number."""
        if len(keys) != hashtags.shape[0]:
            raise DataError(f"there are keys of {len(keys):,} posts and hashtags of {hashtags.shape[0]:,}; give both")
        known = dict(self.rows)
        every = dict.fromkeys(chain.from_iterable(keys))
        row_of = {key: known.setdefault(self._hash(key), len(known)) for key in every}
        rows = array("i")  # four bytes each, and so have the indices of the counts
        for own in keys:
            rows.extend(row_of[key] for key in own)
        self.rows = known
        return np.array(rows, np.int32), np.repeat(np.arange(len(keys), dtype=np.int32), [len(own) for own in keys])

    def _known(self, keys: Keys) -> list[tuple[Row, ...]]:
        """The row of each key of each post, and its strength; those never seen are left out."""
        found = ([(self.rows.get(self._hash(key)), key) for key in own] for own in keys)
        return [tuple((row, self.strength(key)) for row, key in own if row is not None) for own in found]

    def _shift(self, keys: tuple[Row, ...], log_frequency: np.ndarray, ids: np.ndarray) -> np.ndarray:
        """(n,) float32, of keys that are known; ids : (n,) ascending, the hashtags of `log_frequency` (n,)."""
        log_p = np.asarray(log_frequency, np.float64)
        Q, known = np.exp(log_p), False
        for row, a in keys:
            n_t = np.zeros(len(log_p))
            for counts in self.counts.values():
                part = slice(*counts.indptr[row : row + 2])
                used, uses = counts.indices[part], counts.data[part]
                if len(used) < len(ids):
                    places = np.searchsorted(ids, used)
                    there = np.append(ids, -1)[places] == used
                    n_t[places[there]] += uses[there]
                else:
                    places = np.searchsorted(used, ids)
                    there = np.append(used, -1)[places] == ids
                    n_t[there] += uses[places[there]]
            if n := self._n_uses(row):
                Q, known = (n_t + a * Q) / (n + a), True
        return (np.log(Q) - log_p if known else np.zeros(len(Q))).astype(np.float32)


def _kind(key: str) -> str:
    return "everybody" if key == EVERYBODY else key[: key.find(":") + 1]
