"""The replay buffer: a fair draw of all posts, matrices kept together."""

import numpy as np
from scipy import sparse

from instahash.replay import ReplayBuffer


def test_it_is_a_fair_draw_of_all_posts(monkeypatch):
    """Each of 20 posts and of 30 later ones, told apart by their words, is among the 10 kept with probability 1/5."""
    monkeypatch.setattr("instahash.replay.SIZE", 10)
    posts, drawn = sparse.csr_array(np.eye(50, dtype=np.float32)), np.zeros(50)
    first = sparse.csr_array(posts[:20, :20])
    for seed in range(600):
        buffer = ReplayBuffer()
        buffer.add((first, 2 * first), seed)
        buffer.add((posts[20:], 2 * posts[20:]), seed)
        X, S = buffer.matrices
        assert X.shape == (10, 50) and buffer.seen == 50 and (S != 2 * X).nnz == 0
        drawn += X.sum(axis=0)
    assert np.abs(drawn - 120).max() < 4.5 * np.sqrt(600 * 0.2 * 0.8)


def test_remembered_posts_stand_below_new_ones_and_the_old_buffer_stays():
    X = sparse.csr_array(np.eye(4, dtype=np.float32))
    buffer = ReplayBuffer().including((X, 2 * X), 0)
    more = buffer.including((X, 3 * X), 0)
    assert (buffer.seen, more.seen) == (4, 8) and buffer.matrices[0].shape[0] == 4
    both = buffer.after((X, 3 * X))
    np.testing.assert_array_equal(both[0].toarray(), np.vstack([X.toarray()] * 2))
    np.testing.assert_array_equal(both[1].toarray(), np.vstack([3 * X.toarray(), 2 * X.toarray()]))


def test_decay_and_arrays():
    X = sparse.csr_array(np.eye(4, dtype=np.float32))
    buffer = ReplayBuffer().including((X, 2 * X), 0)
    buffer.decay(0.25)
    again = ReplayBuffer.from_arrays(buffer.to_arrays())
    assert again.seen == 4 and ReplayBuffer.from_arrays({}).matrices == ()
    np.testing.assert_array_equal(again.matrices[0].toarray(), X.toarray())
    np.testing.assert_array_equal(again.matrices[1].toarray(), 0.5 * X.toarray())
