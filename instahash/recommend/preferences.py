"""What somebody uses more than others do: counts of hashtags under keys, as a shift of log-probabilities.

A key is everybody, a feature that users share, or a user. From the general to the particular each corrects what is
expected by its own counts: with n_t uses of hashtag t under a key, n in all, and P(t) what the keys before it expect,

    Q(t) = (n_t + a P(t)) / (n + a)

the mean of a Dirichlet posterior whose prior is worth `a` uses (MacKay and Peto 1995). The first P is the share of
everybody's uses, and the shift is log Q of the last key less its logarithm: exactly zero where nothing is known. Counts
of everybody that fade make it the trend.
"""

from __future__ import annotations

from array import array

import numpy as np
from scipy import sparse

from instahash.errors import DataError, SettingsError
from instahash.sparse import ones

DAY = 86_400.0
# Strengths of the prior that are tried, in uses, and what is taken where no key has two posts.
STRENGTHS, STRENGTH = np.array([1.0, 3.0, 10.0, 30.0, 100.0, 300.0, 1000.0, 3000.0, 10_000.0, 1e5, 1e6]), 30.0


class Preferences:
    """Counts of hashtags under keys.

    half_life : days > 0 after which a use counts half; None for never.

    A key is any text. Its kind is what it has up to the first colon ("user:" of "user:anna", nothing of ""), and each
    kind has its own strength `a`: a person's few uses say more than as many of everybody's.

    Attributes
    ----------
    rows : dict of key -> its row in the counts.
    fading, lasting : CSR (n_keys, n_hashtags) float32, uses at known times, as they count at `now`, and all others.
    now : float, seconds since the epoch, the latest time among the posts; -inf before any.
    strengths : dict of kind -> a; STRENGTH for kinds that are not in it.
    """

    def __init__(self, half_life=None):
        if half_life is not None and not half_life > 0:
            raise SettingsError(f"half_life is {half_life}; it must be above 0 days, or None where nothing fades")
        self.half_life, self.now = half_life, -np.inf
        self.rows, self.strengths = {}, {}
        self.fading, self.lasting = (sparse.csr_array((0, 0), dtype=np.float32) for _ in range(2))

    def add(self, keys, hashtags, times=None):
        """Count the hashtags of posts. In which order posts come does not matter.

        keys : list of tuples of distinct str, one a post.  hashtags : CSR (n_posts, n_hashtags), stored entries are
            the hashtags.
        times : (n_posts,) float64 seconds since the epoch, NaN for unknown, or None. Posts at an unknown time are
            taken to be as old as the newest, so they never fade.
        Raises DataError where there are not as many keys as posts.
        """
        times = np.full(len(keys), np.nan) if times is None else np.asarray(times, np.float64)
        latest = np.nanmax(times, initial=-np.inf)
        if latest > self.now:
            self.fading *= np.float32(self.weights(self.now, latest))
            self.now = latest
        rows, posts = self._uses(keys, hashtags)
        self.grow(max(self.lasting.shape[1], hashtags.shape[1]))
        known = ~np.isnan(times)[posts]
        weights = self.weights(times, self.now).astype(np.float32)[posts]
        for name, part in (("fading", known), ("lasting", ~known)):
            if part.any():
                counts = getattr(self, name)
                under = sparse.csr_array((weights[part], (rows[part], posts[part])), (len(self.rows), len(keys)))
                new = (under @ ones(hashtags)).tocsr()
                new.resize(counts.shape)
                setattr(self, name, counts + new)

    def fit(self, keys, hashtags, log_share, times=None):
        """:meth:`add`, and for each kind take the strength under which these posts are likeliest.

        Each post is left out of the counts in turn, of a feature's with all others of the user; only keys with another
        post tell anything, and a post tells as much as its uses count. Arguments besides:

        log_share : (n_hashtags,) float, log of everybody's share, finite.
        """
        self.add(keys, hashtags, times)
        rows, posts = self._uses(keys, hashtags)
        last = np.array([self.rows[own[-1]] if own else -1 for own in keys], np.int64)[posts]
        # Left out are the post, and of a key that is not its last all others of that one: what is said of a country
        # must not be what one of its people said before.
        group = rows * (len(self.rows) + len(keys)) + np.where(rows == last, len(self.rows) + posts, last)
        groups, group = np.unique(group, return_inverse=True)
        row_of = np.zeros(len(groups), np.int64)
        row_of[group] = rows
        again = np.bincount(row_of, minlength=len(self.rows))[rows] > 1
        rows, posts, group, sizes = rows[again], posts[again], group[again], np.diff(hashtags.indptr)
        weights = np.ones(len(keys)) if times is None else self.weights(np.asarray(times, np.float64), self.now)
        # From here on an entry is a hashtag t of a post under a key: n_t and n are what is left.
        use = np.repeat(np.arange(len(rows)), sizes[posts])
        w, ids, own = weights[posts][use], hashtags[posts].indices, (weights * sizes)[posts]
        n = (_total(rows, own) - _total(group, own))[use].clip(0)
        n_t = (_total(*_pairs(rows[use], ids, w)) - _total(*_pairs(group[use], ids, w))).clip(0)
        P = np.exp(np.asarray(log_share, np.float64))[ids]
        names, kind = np.unique([_kind(key) for key in self.rows], return_inverse=True)
        kind = kind[rows][use]
        likelihood = [np.bincount(kind, w * np.log((n_t + a * P) / (n + a)), len(names)) for a in STRENGTHS]
        best = STRENGTHS[np.argmax(likelihood, axis=0)].tolist()
        self.strengths |= {str(names[k]): best[k] for k in np.unique(kind)}
        return self

    def weights(self, times, now):
        """What a use, or a post, at each time counts at `now`; 1 at an unknown time, or where nothing fades."""
        if not self.half_life:
            return np.ones(np.shape(times))
        age = np.where(np.isnan(times), 0, now - times).clip(min=0)
        return 0.5 ** (age / DAY / self.half_life)

    def shift(self, keys, log_share):
        """(n_hashtags,) float32, from the general key to the particular; zero for keys never seen.

        keys : iterable of str.  log_share : (n_hashtags,) float, log of everybody's share, finite.
        """
        return self.shift_matrix([tuple(keys)], log_share)[0]

    def shift_matrix(self, keys, log_share):
        """(n_posts, n_hashtags) float32, the :meth:`shift` of each post.  keys : list of tuples of str."""
        shift = np.zeros((len(keys), len(log_share)), np.float32)
        known = {(): None}
        for post, own in enumerate(keys):
            own = tuple(key for key in own if key in self.rows)
            if own not in known:
                known[own] = self._shift(own, log_share)
            if own:
                shift[post] = known[own]
        return shift

    def grow(self, n_hashtags):
        """Make room for new keys, and for new hashtags, which follow the old ones."""
        for counts in (self.fading, self.lasting):
            counts.resize(len(self.rows), n_hashtags)

    def to_arrays(self):
        """All of it as a dict of arrays; texts are one array of bytes, UTF-8, and where each ends."""
        arrays = {"now": np.array([self.now]), "half_life": np.array([self.half_life or 0.0])}
        arrays |= {"strengths": np.array(list(self.strengths.values()), np.float64)}
        for name, texts in (("keys", self.rows), ("kinds", self.strengths)):
            texts = [text.encode("utf-8", "surrogatepass") for text in texts]
            arrays[name] = np.frombuffer(b"".join(texts), np.uint8)
            arrays[f"{name}_ends"] = np.cumsum([len(text) for text in texts], dtype=np.int64)
        for name, counts in (("fading", self.fading), ("lasting", self.lasting)):
            parts = {"data": counts.data, "indices": counts.indices, "indptr": counts.indptr, "shape": counts.shape}
            arrays |= {f"{name}_{part}": np.asarray(values) for part, values in parts.items()}
        return arrays

    @classmethod
    def from_arrays(cls, arrays):
        """The preferences whose :meth:`to_arrays` these are."""
        preferences = cls(float(arrays["half_life"][0]) or None)
        preferences.now = float(arrays["now"][0])
        keys, kinds = (_texts(arrays[name], arrays[f"{name}_ends"]) for name in ("keys", "kinds"))
        preferences.rows = {key: row for row, key in enumerate(keys)}
        preferences.strengths = dict(zip(kinds, arrays["strengths"].tolist()))
        for name in ("fading", "lasting"):
            matrix = tuple(arrays[f"{name}_{part}"] for part in ("data", "indices", "indptr"))
            setattr(preferences, name, sparse.csr_array(matrix, shape=tuple(arrays[f"{name}_shape"].tolist())))
        return preferences

    def _uses(self, keys, hashtags):
        """For each key of each post the key's row, which is made where it is new, and the post's number."""
        if len(keys) != hashtags.shape[0]:
            raise DataError(f"there are keys of {len(keys):,} posts and hashtags of {hashtags.shape[0]:,}; give both")
        rows = array("i")  # so that the counts are not indexed with eight bytes
        for own in keys:
            rows.extend(self.rows.setdefault(key, len(self.rows)) for key in own)
        return np.array(rows, np.int32), np.repeat(np.arange(len(keys), dtype=np.int32), [len(own) for own in keys])

    def _shift(self, keys, log_share):
        """(n_hashtags,) float32, of keys that are known."""
        everybody = np.asarray(log_share, np.float64)
        Q, told = np.exp(everybody), False
        for key in keys:
            n_t = np.zeros(len(log_share))
            for counts in (self.fading, self.lasting):
                part = slice(*counts.indptr[self.rows[key] : self.rows[key] + 2])
                n_t[counts.indices[part]] += counts.data[part]
            n, a = n_t.sum(), self.strengths.get(_kind(key), STRENGTH)
            if n:
                Q, told = (n_t + a * Q) / (n + a), True
        return (np.log(Q) - everybody if told else np.zeros(len(Q))).astype(np.float32)


def _total(places, values):
    """For each entry the sum of the values of all entries in the same place."""
    return np.bincount(places, values)[places] if len(places) else np.zeros(0)


def _pairs(rows, ids, values):
    """Places for pairs of numbers, and the values."""
    return np.unique(rows.astype(np.int64) * (ids.max(initial=0) + 1) + ids, return_inverse=True)[1], values


def _kind(key):
    return key[: key.find(":") + 1]


def _texts(text, ends):
    text, ends = text.tobytes(), ends.tolist()
    return [text[start:end].decode("utf-8", "surrogatepass") for start, end in zip([0, *ends], ends)]
