"""What is known of posts, and what the answer should be like."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from instahash.data import Vocabulary
from instahash.errors import DataError
from instahash.recommend import Queries, ids_of


def csr(rows, n=6):
    """A CSR matrix whose rows have these columns, with values that tell them apart."""
    indptr = np.cumsum([0] + [len(row) for row in rows])
    indices = np.array([j for row in rows for j in row], np.int32)
    return sparse.csr_array((0.5 + 0.1 * indices.astype(np.float32), indices, indptr), shape=(len(rows), n))


def test_queries_by_hand():
    queries = Queries(csr([[0, 2], [], [4]]), csr([[2, 3], [1], []]), [("a",), (), ("b", "c")])
    np.testing.assert_array_equal(
        queries.words().toarray(), [[1, 0, 1, 1, 0, 0], [0, 1, 0, 0, 0, 0], [0, 0, 0, 0, 1, 0]]
    )
    assert [ids.tolist() for ids in queries.excluded(np.array([5]))] == [[2, 3, 5], [1, 5], [5]]
    part = queries.rows(np.array([0, 2]))
    assert part.keys == [("a",), ("b", "c")] and part.chosen.toarray()[0].any() and not part.chosen.toarray()[1].any()
    np.testing.assert_allclose(part.description.toarray()[1], [0, 0, 0, 0, 0.9, 0], rtol=1e-6)
    assert queries.rows(np.arange(3)) is queries
    assert Queries.of(csr([[1]])).chosen.nnz == 0


@given(st.lists(st.sets(st.integers(0, 5)), min_size=1, max_size=5), st.data())
def test_words_are_the_union(described, data):
    chosen = [data.draw(st.sets(st.integers(0, 5))) for _ in described]
    words = Queries(csr([sorted(row) for row in described]), csr([sorted(row) for row in chosen])).words()
    found = [set(words.indices[a:b].tolist()) for a, b in zip(words.indptr, words.indptr[1:])]
    assert found == [d | c for d, c in zip(described, chosen)] and (words.data == 1).all()


VOCABULARY = Vocabulary(["a", "b", "c"], [3, 2, 1], [1, 2, 0])


def test_one_photo_by_hand():
    labels = ["A b", ("b", 0.9), ("c", 0.2), "unknown", ("c", 0.1)]
    queries = Queries.of_photo(VOCABULARY, labels, 0.7, ["#B", "b", "no"], "anna", ["country:pt"])
    np.testing.assert_allclose(queries.description.toarray(), [[0.7, 0.9, 0.2]], rtol=1e-6)
    assert queries.chosen.toarray().tolist() == [[0, 1, 0]] and queries.keys == [("country:pt", "user:anna")]
    assert Queries.of_photo(VOCABULARY, []).keys == [()] and not Queries.of_photo(VOCABULARY, []).description.nnz


def test_what_is_no_list_or_no_score():
    with pytest.raises(DataError, match="banned is the text 'a'; it must be a list"):
        ids_of(VOCABULARY, "a", "banned")
    with pytest.raises(DataError, match="labels is the text 'a'"):
        Queries.of_photo(VOCABULARY, "a")
    with pytest.raises(DataError, match=r"the score of label 'a' is 2; it must lie in \[0, 1\]"):
        Queries.of_photo(VOCABULARY, [("a", 2)])
