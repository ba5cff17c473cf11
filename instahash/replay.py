"""A replay buffer: some of all posts that a model has seen, to train on again when new ones come."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse

from instahash.forms import Form, fit
from instahash.sparse import CSR, csr_from_arrays, csr_to_arrays, widen, with_data

# Posts that are kept, and posts out of which NumPy can draw.
SIZE, MOST_SEEN = 20_000, 10**9 - 1


@dataclass(frozen=True)
class ReplayBuffer:
    """At most SIZE posts, drawn from all that were seen, each equally likely (reservoir sampling, Vitter 1985).

    matrices : tuple of CSR, what is kept of each post, a row a post in each of them; () before the first post.
    seen : int, posts seen so far.
    """

    matrices: tuple[CSR, ...] = ()
    seen: int = 0

    def including(self, matrices: tuple[CSR, ...], seed: int) -> ReplayBuffer:
        """A buffer that has seen these posts too. Columns are the old ones in their places, and new ones after them."""
        rng, n_new, old = np.random.default_rng([seed, 2**31 + self.seen]), matrices[0].shape[0], self.matrices
        size = min(SIZE, self.seen + n_new)
        from_new = int(rng.hypergeometric(n_new, self.seen, size)) if self.seen else size
        rows = np.sort(rng.permutation(n_new)[:from_new])
        new = tuple(matrix[rows] for matrix in matrices)
        if self.seen:
            rows = np.sort(rng.permutation(old[0].shape[0])[: size - from_new])
            old = tuple(matrix[rows] for matrix in old)
        return ReplayBuffer(ReplayBuffer(old).after(new), self.seen + n_new)

    def after(self, matrices: tuple[CSR, ...]) -> tuple[CSR, ...]:
        """These posts with the replayed ones below them."""
        if not self.matrices:
            return matrices
        pairs = zip(matrices, self.matrices)
        return tuple(sparse.vstack([new, widen(old, new.shape[1])], format="csr") for new, old in pairs)

    def decayed(self, factor: float) -> ReplayBuffer:
        """A buffer with the values of the last matrix, which are the posts' weights, multiplied by `factor`."""
        *others, last = self.matrices
        return replace(self, matrices=(*others, with_data(last, last.data * last.dtype.type(factor))))

    def to_arrays(self) -> dict[str, np.ndarray]:
        """All of it, a dict of arrays."""
        arrays = {"replay_seen": np.array(self.seen)}
        for i, matrix in enumerate(self.matrices):
            arrays |= csr_to_arrays(matrix, f"replay_{i}")
        return arrays

    @classmethod
    def from_arrays(cls, arrays: dict[str, np.ndarray], columns: Sequence[int | None], dtype: str) -> ReplayBuffer:
        """What :meth:`to_arrays` gave, among other arrays; an empty buffer where there is nothing of it.

        columns : the most that each matrix may have, which may be fewer where no post came for the last ones, None for
            any number; there may be fewer matrices.  dtype : of their values.
        Raises ValueError where they do not fit, or are no posts out of so many as were seen.
        """
        n = sum(f"replay_{i}_indptr" in arrays for i in range(len(columns)))
        if not n:
            return cls()
        fit(arrays, {"replay_seen": Form("int64", (), 0, MOST_SEEN)})
        seen = int(arrays["replay_seen"])
        shape = min(SIZE, seen), None
        matrices = tuple(csr_from_arrays(arrays, f"replay_{i}", shape, dtype) for i in range(n))
        for matrix, most in zip(matrices, columns):
            if most is not None and matrix.shape[1] > most:
                raise ValueError(f"posts to train on again have {matrix.shape[1]} columns, the model {most}")
        return cls(matrices, seen)
