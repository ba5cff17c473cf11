"""What words keep of their pairs where there are too many: a plain sort, in blocks of any size."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from instahash.baselines import Cooccurrence, ItemCosine, pairs
from instahash.baselines.pairs import largest, pair_counts

seeds, bounds = st.integers(0, 10**6), st.integers(0, 60)


def sets(rng, n_posts=12, n_words=8):
    return sparse.csr_array((rng.random((n_posts, n_words)) < 0.4).astype(np.float32))


def first_of_rows(dense, most):
    """The `most` largest entries of each row above zero, the rest zero."""
    kept = np.zeros_like(dense)
    for row, out in zip(dense, kept):
        best = np.argsort(-row, kind="stable")[:most]
        out[best] = row[best]
    return kept


def few_pairs(monkeypatch_context, held, of_words=1024, of_hashtags=128):
    monkeypatch_context.setattr(pairs, "PAIRS", held)
    for module in ("cooccurrence", "item_cosine"):
        monkeypatch_context.setattr(f"instahash.baselines.{module}.WORD_PAIRS", of_words)
        monkeypatch_context.setattr(f"instahash.baselines.{module}.HASHTAG_PAIRS", of_hashtags)


@given(seeds, st.integers(1, 9))
def test_the_largest_of_each_row_are_those_of_a_full_sort(seed, most):
    rng = np.random.default_rng(seed)
    matrix = sparse.csr_array(rng.integers(0, 4, (7, 9)).astype(np.float32))
    order = np.concatenate([rng.permutation(np.arange(a, b)) for a, b in zip(matrix.indptr, matrix.indptr[1:])])
    matrix = sparse.csr_array((matrix.data[order], matrix.indices[order], matrix.indptr), shape=matrix.shape)
    kept = largest(matrix, most)
    np.testing.assert_array_equal(kept.toarray(), first_of_rows(matrix.toarray(), most))
    assert kept.nnz == np.minimum(np.diff(matrix.indptr), most).sum()


@given(seeds, bounds)
def test_counts_in_blocks_are_the_counts_of_all(seed, held):
    rng = np.random.default_rng(seed)
    A, B = sets(rng), sets(rng)
    blocks = []

    def seen(counts, first):
        blocks.append((first, counts.shape[0]))
        return counts

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pairs, "PAIRS", held)
        counts = pair_counts(A, B, 8, seen)
    np.testing.assert_array_equal(counts.toarray(), A.toarray().T @ B.toarray())
    assert [first for first, _ in blocks] == np.cumsum([0, *(n for _, n in blocks)])[:-1].tolist()
    products = A.toarray().T @ B.sum(axis=1)  # of each row, which has no more entries
    assert len(blocks) == 1 if products.sum() <= held else len(blocks) > 1
    assert all(products[first : first + n].sum() <= held or n == 1 for first, n in blocks)


@given(seeds, bounds, st.integers(1, 4), st.integers(1, 4))
def test_words_keep_their_most_frequent_hashtags(seed, held, of_words, of_hashtags):
    rng = np.random.default_rng(seed)
    D, H = sets(rng), sets(rng)
    whole = Cooccurrence().fit(D, H)
    with pytest.MonkeyPatch.context() as patch:
        few_pairs(patch, held, of_words, of_hashtags)
        few = Cooccurrence().fit(D, H)
    for A, name, most in ((D, "from_words", of_words), (H, "from_hashtags", of_hashtags)):
        full = getattr(whole, name).toarray()
        too_many = (A.sum(axis=1) * H.sum(axis=1)).sum() > held
        expected = first_of_rows(full, most) if too_many else full
        np.testing.assert_array_equal(getattr(few, name).toarray(), expected)
    np.testing.assert_array_equal(few.word_posts, whole.word_posts)
    again = Cooccurrence.from_arrays(few.to_arrays(), 8)
    np.testing.assert_array_equal(again.score(D, H), few.score(D, H))


@given(seeds, st.integers(1, 4), st.integers(1, 4))
def test_words_keep_their_largest_cosines(seed, of_words, of_hashtags):
    rng = np.random.default_rng(seed)
    D, H = sets(rng), sets(rng)
    whole = ItemCosine().fit(D, H)
    with pytest.MonkeyPatch.context() as patch:
        few_pairs(patch, 5, of_words, of_hashtags)
        few = ItemCosine().fit(D, H)
    np.testing.assert_array_equal(few.from_words.toarray(), first_of_rows(whole.from_words.toarray(), of_words))
    expected = first_of_rows(whole.from_hashtags.toarray(), of_hashtags)
    np.testing.assert_array_equal(few.from_hashtags.toarray(), expected)


@given(seeds)
def test_more_posts_are_counted_and_what_becomes_too_much_is_left_out(seed):
    rng = np.random.default_rng(seed)
    D, H, D2, H2 = (sets(rng) for _ in range(4))
    whole = Cooccurrence().fit(D, H).add(D2, H2)
    together = Cooccurrence().fit(sparse.vstack([D, D2], "csr"), sparse.vstack([H, H2], "csr"))
    np.testing.assert_array_equal(whole.from_words.toarray(), together.from_words.toarray())
    few = Cooccurrence().fit(D, H)
    with pytest.MonkeyPatch.context() as patch:
        few_pairs(patch, 30, 2, 1)
        few.add(D2, H2)
        assert few.from_words.nnz <= max(30, 2 * 8) and few.from_hashtags.nnz <= max(30, 8)
    assert (few.from_words.toarray() <= together.from_words.toarray()).all()
    np.testing.assert_array_equal(few.word_posts, together.word_posts)
    assert (few.score(D, H) <= 1).all()


@given(seeds)
def test_companions_are_the_scores_of_chosen_hashtags(seed):
    rng = np.random.default_rng(seed)
    D, H = sets(rng), sets(rng)
    baseline, nothing = Cooccurrence().fit(D, H), sparse.csr_array(D.shape, dtype=np.float32)
    companions, scores = baseline.companions(H), baseline.score(nothing, H)
    np.testing.assert_array_equal(companions.toarray(), scores)
    assert companions.dtype == np.float32 and companions.nnz == np.count_nonzero(scores)
