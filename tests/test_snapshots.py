"""Copies of a model's arrays while it trains: which epochs they are of, how many, and that they are copies."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from instahash import AutoRec, Snapshots, Word2Vec
from instahash.autorec import rating_matrix
from instahash.errors import DataError, SettingsError
from instahash.training import EarlyStopping, History


class Counter:
    """A model whose one array is the number of epochs so far, changed in place as models do it."""

    def __init__(self):
        self.array, self.history = np.zeros(2), History()

    def state(self):
        return {"W": self.array, "C": self.array}

    def fit(self, epochs, on_epoch, first=0):
        self.history = History([0.0] * first, first=first, last=first + epochs)
        for _ in range(epochs):
            self.history.loss.append(0.0)
            self.array += 1
            if on_epoch(self):
                break
        return self


def bags(n_posts=60, n_words=12):
    return sparse.csr_array((np.random.default_rng(0).random((n_posts, n_words)) < 0.3).astype(np.int8))


@given(epochs=st.integers(1, 300), every=st.integers(1, 20), most=st.integers(2, 30), first=st.integers(0, 50))
def test_copies_span_a_training_and_are_few(epochs, every, most, first):
    kept = Snapshots("W", every=every, most=most)
    Counter().fit(epochs, kept, first)
    own = [epoch - first for epoch in kept.epochs]
    assert own[0] == 1 and own[-1] == epochs and len(own) <= most
    assert (kept.of("W")[:, 0] == own).all()
    gaps = set(np.diff(own[:-1]).tolist())
    assert len(gaps) <= 1  # evenly, but for the last
    wanted = len({*range(1, epochs + 1, every), epochs})
    if wanted <= most:
        assert len(own) == wanted and gaps <= {every}
    else:
        assert len(own) > most / 2 and all(gap % every == 0 for gap in gaps)


def test_the_last_epoch_takes_the_place_of_the_newest_copy():
    kept = Snapshots("W", most=4)
    Counter().fit(5, kept)
    assert kept.epochs == [1, 2, 3, 5]
    Counter().fit(6, kept)
    assert kept.epochs == [1, 3, 5, 6]


def test_every_epoch_is_kept_and_another_training_begins_anew():
    kept, model = Snapshots("W", "C"), Counter()
    model.fit(3, kept)
    assert kept.epochs == [1, 2, 3] and kept.of("W").tolist() == [[1, 1], [2, 2], [3, 3]]
    model.array += 100
    assert kept.of("C")[-1].tolist() == [3, 3]
    model.fit(2, kept, first=3)
    assert kept.epochs == [4, 5] and kept.of("W").tolist() == [[104, 104], [105, 105]]


def test_word_vectors_and_what_units_push_are_kept():
    kept = Snapshots("W", "C", every=2)
    model = Word2Vec(dim=4, trainer="sampling", epochs=5).fit(bags(), on_epoch=kept)
    assert kept.epochs == [1, 3, 5] and kept.of("W").shape == (3, 12, 4)
    assert (kept.of("W")[-1] == model.W).all() and not (kept.of("W")[0] == model.W).all()
    alone = Word2Vec(dim=4, trainer="sampling", epochs=5).fit(bags())
    assert (alone.W == model.W).all()  # nothing is changed by being looked at
    network = AutoRec(n_hidden=3, epochs=4).fit(rating_matrix(bags()), on_epoch=(units := Snapshots("Vt", "U")))
    assert units.epochs == [1, 2, 3, 4] and (units.of("U")[-1] == network.U).all()
    assert (units.of("Vt")[-1] == network.V.T).all()


def test_beside_early_stopping():
    kept, stopping = Snapshots("W"), EarlyStopping(lambda model: 0.0, patience=2)
    model = Word2Vec(dim=4, trainer="sampling", epochs=9)
    model.fit(bags(), on_epoch=lambda model: kept(model) or stopping(model))
    assert len(model.history) == 3 and kept.epochs == [1, 2, 3]


def test_what_is_not_there_is_named():
    with pytest.raises(DataError, match="the model has no array 'V'; it has W, C"):
        Counter().fit(1, Snapshots("V"))
    with pytest.raises(DataError, match="there is no copy of 'W'; name it, and give this as on_epoch to fit"):
        Snapshots("W").of("W")
    with pytest.raises(DataError, match="there is no copy of 'C'"):
        kept = Snapshots("W")
        Counter().fit(1, kept)
        kept.of("C")
    with pytest.raises(SettingsError, match="Snapshots: most is 1; it must be a whole number of at least 2"):
        Snapshots("W", most=1)
    with pytest.raises(SettingsError, match="Snapshots: every is 0"):
        Snapshots("W", every=0)
