"""Some of all posts that a model has seen, to practise with when new ones come."""

from __future__ import annotations

import numpy as np
from scipy import sparse

SIZE = 20_000


class Memory:
    """At most SIZE posts, drawn from all that were seen, each equally likely.

    X, S : CSR, inputs and targets, one object where they are one; None before the first post.  seen : int, posts seen.
    """

    def __init__(self, X=None, S=None, seen=0):
        self.X, self.S, self.seen = X, S, seen

    def add(self, X, S, seed):
        """See these posts too."""
        rng = np.random.default_rng([seed, 2**31 + self.seen])
        n_new, size = X.shape[0], min(SIZE, self.seen + X.shape[0])
        from_new = int(rng.hypergeometric(n_new, self.seen, size)) if self.seen else size
        new = np.sort(rng.permutation(n_new)[:from_new])
        new_X = X[new]
        new_S = new_X if S is X else S[new]
        if self.seen:
            old, same = np.sort(rng.permutation(self.X.shape[0])[: size - from_new]), self.S is self.X
            self.X = self.X[old]
            self.S = self.X if same else self.S[old]
            new_X, new_S = self.after(new_X, new_S)
        self.X, self.S, self.seen = new_X, new_S, self.seen + n_new

    def after(self, X, S):
        """(inputs, targets) of these posts and then of those remembered, whose words are the first of these posts'."""
        old_X, old_S = (
            sparse.csr_array((A.data, A.indices, A.indptr), (A.shape[0], new.shape[1]))
            for A, new in ((self.X, X), (self.S, S))
        )
        all_X = sparse.vstack([X, old_X], format="csr")
        return all_X, all_X if S is X and self.S is self.X else sparse.vstack([S, old_S], format="csr")

    def to_arrays(self):
        """All of it, a dict of arrays."""
        arrays = {"seen": np.array(self.seen)}
        for name, A in (("inputs", self.X), ("targets", None if self.S is self.X else self.S)):
            if A is not None:
                arrays |= {f"{name}_{part}": getattr(A, part) for part in ("data", "indices", "indptr")}
        return arrays

    @classmethod
    def from_arrays(cls, arrays, n_inputs, n_outputs):
        """What :meth:`to_arrays` gave; an empty memory where there is nothing of it."""

        def matrix(name, n_words):
            data, indices, indptr = (arrays[f"{name}_{part}"] for part in ("data", "indices", "indptr"))
            return sparse.csr_array((data, indices, indptr), shape=(len(indptr) - 1, n_words))

        if "inputs_data" not in arrays:
            return cls()
        X = matrix("inputs", n_inputs)
        return cls(X, matrix("targets", n_outputs) if "targets_data" in arrays else X, int(arrays["seen"]))
