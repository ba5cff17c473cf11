"""What is known of posts, and what the answer should be like."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from instahash.data import Echoes, Vocabulary
from instahash.errors import DataError
from instahash.recommend import Queries, ids_of
from instahash.sparse import ones


def csr(rows, n=6):
    """A CSR matrix whose rows have these columns, with values that tell them apart."""
    indptr = np.cumsum([0] + [len(row) for row in rows])
    indices = np.array([j for row in rows for j in row], np.int32)
    return sparse.csr_array((0.5 + 0.1 * indices.astype(np.float32), indices, indptr), shape=(len(rows), n))


def test_queries_by_hand():
    queries = Queries.of(csr([[0, 2], [], [4]]), csr([[2, 3], [1], []]), [("a",), (), ("b", "c")])
    np.testing.assert_array_equal(
        queries.words().toarray(), [[1, 0, 1, 1, 0, 0], [0, 1, 0, 0, 0, 0], [0, 0, 0, 0, 1, 0]]
    )
    part = queries.rows(np.array([0, 2]))
    assert part.keys == [("a",), ("b", "c")] and part.chosen.toarray()[0].any() and not part.chosen.toarray()[1].any()
    np.testing.assert_allclose(part.description.toarray()[1], [0, 0, 0, 0, 0.9, 0], rtol=1e-6)
    assert queries.rows(np.arange(3)) is queries
    assert Queries.of(csr([[1]])).chosen.nnz == 0


def test_what_goes_with_the_rows_by_hand():
    echoes = Echoes(csr([[0], [5], []]), csr([[], [0], [1]], 2), ["no", "word"])
    queries = Queries.of(csr([[0, 2], [], [4]]), echoes=echoes, guessed=np.array([False, False, True]))
    assert queries.keys is None and queries.familiar.tolist() == [1, 1, 1]
    part = queries._replace(familiar=np.array([0.25, 0.5, 0.75], np.float32)).rows(np.array([1, 2]))
    assert part.familiar.tolist() == [0.5, 0.75] and part.guessed.tolist() == [False, True]
    assert part.echoes.known.indices.tolist() == [5] and part.echoes.unknown.indices.tolist() == [0, 1]
    alone = Queries.of(csr([[1, 3]]))
    assert alone.echoes.known is alone.description and alone.echoes.unknown_words == [] and not alone.guessed.any()


def test_weighted_words_by_hand():
    """A label's own score or, where it is a hashtag too, the higher; 1 of a chosen one."""
    echoes = Echoes(csr([[3], [4]]), csr([[], []], 0), [])
    queries = Queries.of(csr([[0, 2], []]), ones(csr([[2], []]), np.int8), echoes=echoes)
    expected = [[0.5, 0, 1, 0.8, 0, 0], [0, 0, 0, 0, 0.9, 0]]
    np.testing.assert_allclose(queries.weighted_words().toarray(), expected, rtol=1e-6)
    np.testing.assert_allclose(Queries.of(csr([[0]])).weighted_words().toarray(), csr([[0]]).toarray())


@given(st.lists(st.sets(st.integers(0, 5)), min_size=1, max_size=5), st.data())
def test_words_are_the_union(described, data):
    chosen = [data.draw(st.sets(st.integers(0, 5))) for _ in described]
    words = Queries.of(csr([sorted(row) for row in described]), csr([sorted(row) for row in chosen])).words()
    found = [set(words.indices[a:b].tolist()) for a, b in zip(words.indptr, words.indptr[1:])]
    assert found == [d | c for d, c in zip(described, chosen)] and (words.data == 1).all()


VOCABULARY = Vocabulary(["a", "b", "c"], [3, 2, 1], [1, 2, 0])


def test_one_photo_by_hand():
    labels = ["A b", ("b", 0.9), ("c", 0.2), "unknown", ("c", 0.1)]
    queries = Queries.of_photo(VOCABULARY, labels, 0.7, ["#B", "b", "no"], "anna", ["country:pt"])
    np.testing.assert_allclose(queries.description.toarray(), [[0.7, 0.9, 0]], rtol=1e-6)
    np.testing.assert_allclose(queries.echoes.known.toarray(), [[0, 0.9, 0.2]], rtol=1e-6)
    np.testing.assert_allclose(queries.echoes.unknown.toarray(), [[0.7, 0.7]], rtol=1e-6)
    assert queries.echoes.unknown_words == ["ab", "unknown"] and queries.guessed.tolist() == [False]
    assert queries.chosen.toarray().tolist() == [[0, 1, 0]] and queries.keys == [("country:pt", "user:anna")]
    assert Queries.of_photo(VOCABULARY, []).keys == [()] and not Queries.of_photo(VOCABULARY, []).description.nnz


@pytest.mark.parametrize(("labels", "least", "description", "guessed"), [
    ([("a", 0.3), ("c", 0.1)], 0.5, [[0.3, 0, 0]], True),
    ([("a", 0.3), ("golden retriever", 0.9)], 0.5, [[0, 0, 0]], False),  # what is sure is unknown
    ([("a", 0.3), ("b", 0.4)], 0.35, [[0, 0.4, 0]], False),
    ([("a", 0.1)], 0.5, [[0, 0, 0]], False),
    (["a"], 0.9, [[0.9, 0, 0]], False),  # a label without a score is sure
])  # fmt: skip
def test_guesses_about_one_photo(labels, least, description, guessed):
    queries = Queries.of_photo(VOCABULARY, labels, 0.7, min_score=least)
    np.testing.assert_allclose(queries.description.toarray(), description, rtol=1e-6)
    assert queries.guessed.tolist() == [guessed]


def test_what_is_no_list_or_no_score():
    with pytest.raises(DataError, match="banned is 3; it must be a list of texts"):
        ids_of(VOCABULARY, 3, "banned")
    with pytest.raises(DataError, match="labels is 2.5; it must be a list of labels"):
        Queries.of_photo(VOCABULARY, 2.5)
    with pytest.raises(DataError, match=r"the score of label 'a' is 2; it must lie in \[0, 1\]"):
        Queries.of_photo(VOCABULARY, [("a", 2)])
