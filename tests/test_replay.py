"""The replay buffer keeps of all posts some, each equally likely."""

import numpy as np
import pytest
from scipy import sparse

from instahash.replay import ReplayBuffer


def numbered(first, last, n_columns=3):
    """Posts that have their number as the only value, in the first column."""
    data, zeros = np.arange(first, last, dtype=np.float32), np.zeros(last - first, int)
    return sparse.csr_array((data, zeros, np.arange(last - first + 1)), (last - first, n_columns))


def test_all_are_kept_while_there_is_space(monkeypatch):
    monkeypatch.setattr("instahash.replay.SIZE", 10)
    buffer = ReplayBuffer()
    buffer = buffer.including((numbered(1, 5),), 0)
    (all_posts,) = buffer.after((numbered(5, 8, 4),))
    assert all_posts.shape == (7, 4) and all_posts.data.tolist() == [5, 6, 7, 1, 2, 3, 4]
    buffer = buffer.including((numbered(5, 8, 4),), 0)
    assert sorted(buffer.matrices[0].data) == list(range(1, 8)) and buffer.seen == 7


def test_each_post_is_kept_equally_often(monkeypatch):
    monkeypatch.setattr("instahash.replay.SIZE", 10)
    counts = np.zeros(40)
    for seed in range(600):
        buffer = ReplayBuffer()
        for first in range(0, 40, 8):
            pair = numbered(first, first + 8)
            buffer = buffer.including((pair, pair), seed)
        assert buffer.seen == 40 and [m.shape[0] for m in buffer.matrices] == [10, 10]
        assert (buffer.matrices[0].data == buffer.matrices[1].data).all()  # rows stay together
        counts[buffer.matrices[0].data.astype(int)] += 1
    # 600 draws of 10 of 40: 150 each, with a standard deviation of 10.6.
    assert np.abs(counts - 150).max() < 45


def test_decay_is_of_the_last_matrix():
    buffer = ReplayBuffer()
    pair = numbered(1, 4)
    buffer = buffer.including((pair, pair), 0)
    buffer = buffer.decayed(0.5)
    assert buffer.matrices[0].data.tolist() == [1, 2, 3] and buffer.matrices[1].data.tolist() == [0.5, 1, 1.5]


@pytest.mark.parametrize("n", [0, 1, 2])
def test_through_arrays(n):
    buffer = ReplayBuffer()
    if n:
        buffer = buffer.including((numbered(1, 5),) * n, 3)
    back = ReplayBuffer.from_arrays(buffer.to_arrays() | {"W": np.ones(2)}, (None, None), "float32")
    assert back.seen == buffer.seen and len(back.matrices) == n
    for matrix, other in zip(back.matrices, buffer.matrices):
        assert (matrix.toarray() == other.toarray()).all()
    back = back.including((numbered(5, 9),) * max(n, 1), 3)


def test_another_buffer_can_include_more_and_this_one_stays():
    X = sparse.csr_array(np.eye(4, dtype=np.float32))
    buffer = ReplayBuffer().including((X, 2 * X), 0)
    more = buffer.including((X, 3 * X), 0)
    assert (buffer.seen, more.seen) == (4, 8) and buffer.matrices[0].shape[0] == 4
