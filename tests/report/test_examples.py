"""Which hashtags are abstract, and which kind a post is, on planted posts."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from instahash.report.examples import ABSTRACT, FUNCTION_WORDS, POST_KINDS, association, chosen_posts, content, kinds


def rows(*sets, n_words=6):
    return sparse.csr_array([[float(word in members) for word in range(n_words)] for members in sets])


def test_association_by_hand():
    """Of 40 posts, half have label 0 and half label 1. All use hashtag 2; those of label 0, and no other, use 3."""
    labels = rows(*[{0}] * 20, *[{1}] * 20)
    hashtags = rows(*[{2, 3}] * 20, *[{2}] * 19, {2, 4})
    found = association(labels, hashtags)
    # 2: N = E = 20 and N (N - 1) = E2 for both labels.  3: N = 20 of 20 uses, E = 10, E2 = (20 * 19)^2 / (40 * 39).
    assert found[2] == pytest.approx(1) and found[3] == pytest.approx(39 / 19)
    assert np.isnan(found[[0, 1, 4, 5]]).all()  # 4 is used by one post, too few to judge
    assert not (found < ABSTRACT)[[0, 1, 3, 4, 5]].any()


def test_a_hashtag_at_random_is_at_chance_however_rare():
    rng = np.random.default_rng(0)
    labels = sparse.csr_array(rng.random((20_000, 40)) < 0.2)
    hashtags = sparse.csr_array(rng.random((20_000, 40)) < np.array([0.002] * 20 + [0.3] * 20))
    found = association(labels, hashtags)
    assert found[:20].mean() == pytest.approx(1, abs=0.03) and found[20:].mean() == pytest.approx(1, abs=0.01)


def test_planted_kinds(planted):
    """Post i is of kind i // 2 modulo 4, see planted_posts."""
    details = planted.details
    found = association(details.given, details.truth)
    abstract = [details.vocabulary.words[i] for i in np.flatnonzero(found < ABSTRACT)]
    assert abstract == ["love", "happy"]
    order = ["descriptive", "mixed", "non_descriptive", "abstract"]
    expected = [POST_KINDS.index(order[i // 2 % 4]) for i in range(160)]
    assert kinds(details.given, details.truth, found < ABSTRACT).tolist() == expected


def test_kinds_by_hand():
    """Labels 0 and 1; of the hashtags 4 and 5 are abstract, but 5 is also a label of the last post."""
    labels = rows({0, 1}, {0, 1}, {0}, {0}, {0}, {5}, {0})
    hashtags = rows({0, 1}, {0, 2, 3}, {2, 3, 4}, {2, 4}, {0, 4}, {5}, set())
    names = [POST_KINDS[i] for i in kinds(labels, hashtags, np.isin(np.arange(6), [4, 5]))]
    assert names == [
        "descriptive",
        "mixed",
        "non_descriptive",
        "abstract",
        "abstract",
        "descriptive",
        "non_descriptive",
    ]


def test_function_words_say_nothing_of_a_photo():
    """A label "body of water" makes a post with the hashtags sea and of neither descriptive nor mixed."""
    vocabulary = ["of", "sea", "body", "to", "water", "office"]
    labels, hashtags = (content(matrix, vocabulary) for matrix in (rows({0, 2, 4}, {5}), rows({0, 1}, {3, 5})))
    assert labels.indices.tolist() == [2, 4, 5] and hashtags.indices.tolist() == [1, 5]
    assert [POST_KINDS[i] for i in kinds(labels, hashtags, np.zeros(6, bool))] == ["non_descriptive", "descriptive"]
    assert {"of", "to"} < FUNCTION_WORDS


@given(
    st.lists(st.tuples(st.sets(st.integers(0, 5)), st.sets(st.integers(0, 5))), min_size=1),
    st.sets(st.integers(0, 5)),
)
def test_each_post_is_what_its_definition_says(posts, abstract):
    labels, hashtags = rows(*(post[0] for post in posts)), rows(*(post[1] for post in posts))
    found = kinds(labels, hashtags, np.isin(np.arange(6), list(abstract)))
    for (description, author), kind in zip(posts, found):
        described = author & description
        if author and 2 * len(author & abstract - description) >= len(author):
            expected = "abstract"
        elif not described:
            expected = "non_descriptive"
        elif described == author:
            expected = "descriptive"
        else:
            expected = "mixed"
        assert POST_KINDS[kind] == expected


def test_shown_posts_by_hand():
    ndcg = np.linspace(1, 0, 101)  # of post i it is 1 - i / 100
    sizes = np.full(101, 4)
    assert chosen_posts(np.arange(101), ndcg, sizes) == {"went well": 5, "was typical": 50, "failed": 95}
    assert chosen_posts(np.arange(3), ndcg, sizes) == {"went well": 0, "was typical": 1, "failed": 2}
    assert list(chosen_posts(np.array([7, 8]), ndcg, sizes).values()) == [7, 8]
    assert chosen_posts(np.array([], int), ndcg, sizes) == {}
    # Of 101 posts only three have three to ten hashtags: these are shown.
    few = np.where(np.isin(np.arange(101), [10, 20, 30]), 3, 1)
    assert list(chosen_posts(np.arange(101), ndcg, few).values()) == [10, 20, 30]
    many = np.where(np.isin(np.arange(101), [10, 20, 30]), 10, 11)
    assert list(chosen_posts(np.arange(101), ndcg, many).values()) == [10, 20, 30]
    assert list(chosen_posts(np.arange(101), ndcg, np.ones(101)).values()) == [5, 50, 95]
