"""Models that fail, or are interrupted, while they learn: whatever the moment, they stay what they were."""

import copy
import os

import numpy as np
import pytest
from scipy import sparse

from instahash import AutoRec, SoftmaxNetwork, Word2Vec
from instahash.baselines import BASELINES
from instahash.errors import DataError
from instahash.training import Snapshots

# Of more calls so many are looked at; as plain Python a training has many times as many.
MOST = 30 if os.environ.get("NUMBA_DISABLE_JIT", "0") == "0" else 10


def posts(n, width, seed):
    """Words of posts, of which each has the first two."""
    there = np.random.default_rng(seed).random((n, width)) < 0.3
    there[:, :2] = True
    return sparse.csr_array(there.astype(np.float32))


X, Y, NEW_X, NEW_Y = posts(12, 6, 0), posts(12, 5, 1), posts(8, 8, 2), posts(8, 7, 3)
D, H, NEW_D, NEW_H = posts(12, 6, 4), posts(12, 6, 5), posts(9, 7, 6), posts(9, 7, 7)
MODELS = {
    "exact": lambda: Word2Vec(dim=3, trainer="exact", sweeps=2).fit(X),
    "sampling": lambda: Word2Vec(dim=3, trainer="sampling", epochs=2).fit(X),
    "autorec": lambda: AutoRec(n_hidden=3, epochs=2).fit(X),
    "ridge decoder": lambda: AutoRec(n_hidden=3, epochs=1, decoder="ridge", init="spectral").fit(X),
    "softmax": lambda: SoftmaxNetwork(n_hidden=3, epochs=2).fit(X, Y),
} | {name: lambda kind=kind: small(kind).fit(D, H) for name, kind in BASELINES.items()}
NEW = dict.fromkeys(("exact", "sampling", "autorec", "ridge decoder"), (NEW_X,)) | {"softmax": (NEW_X, NEW_Y)}
CALLS = {(name, "fit"): NEW.get(name, (NEW_D, NEW_H)) for name in MODELS}
CALLS |= {(name, "partial_fit"): new for name, new in NEW.items()}
CALLS |= {("softmax", "grow"): (9, 9), ("softmax", "decay"): (0.5,), ("cooccurrence", "add"): (NEW_D, NEW_H)}


def small(kind):
    return kind(n_hidden=3, epochs=1) if kind is BASELINES["network"] else kind()


def content(value):
    """All that a model holds, to be compared."""
    if isinstance(value, np.ndarray):
        return value.dtype, value.shape, value.tobytes()
    if sparse.issparse(value):
        return value.shape, *map(content, (value.data, value.indices, value.indptr))
    if isinstance(value, (list, tuple)):
        return [*map(content, value)]
    if hasattr(value, "__dict__"):
        return {name: content(own) for name, own in vars(value).items()}
    return {name: content(own) for name, own in value.items()} if isinstance(value, dict) else value


@pytest.mark.parametrize("name, method", CALLS, ids=map("-".join, CALLS))
def test_whatever_the_moment_a_model_stays_what_it_was(name, method, interrupting):
    model, arguments = MODELS[name](), CALLS[name, method]
    before = content(model)
    n = interrupting.calls_of(lambda: getattr(copy.deepcopy(model), method)(*arguments))
    for k in sorted({*np.linspace(0, n - 1, min(n, MOST)).astype(int).tolist(), *range(max(0, n - 8), n)}):
        error = (KeyboardInterrupt, MemoryError, interrupting.Raised)[k % 3]
        if interrupting.interrupted(lambda: getattr(model, method)(*arguments), k, error):
            assert content(model) == before, k
        else:
            assert k == n - 1, "it is called less often than before"
    getattr(model, method)(*arguments)
    assert content(model) != before


@pytest.mark.parametrize("name", [*NEW])
@pytest.mark.parametrize("spoilt", ["missing", "misshapen", "not finite"])
def test_a_state_that_does_not_fit_is_not_put_back_by_halves(name, spoilt):
    model = MODELS[name]()
    before, state = content(model), {key: array + 1 for key, array in model.state().items()}
    last = [key for key in state if key != "history"][-1]
    if spoilt == "missing":
        del state[last]
    else:
        state[last] = np.full(9, 1.0) if spoilt == "misshapen" else np.full(state[last].shape, np.nan)
    with pytest.raises(DataError, match=f"the saved {last} is"):
        model.restore(state)
    assert content(model) == before


def test_snapshots_of_a_training_that_is_interrupted_have_an_epoch_each(monkeypatch):
    snapshots = Snapshots("W")
    model = Word2Vec(dim=3, trainer="exact", sweeps=3)

    class Full(dict):
        def __getitem__(self, name):
            raise MemoryError

    def on_epoch(model):
        if len(model.history) == 2:
            monkeypatch.setattr(Word2Vec, "state", lambda model: Full(W=model.W))
        snapshots(model)

    with pytest.raises(MemoryError):
        model.fit(X, on_epoch=on_epoch)
    assert snapshots.epochs == [1] and len(snapshots.of("W")) == 1
