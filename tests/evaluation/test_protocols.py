"""What is given of a post: the halves of its hashtags, and which posts a protocol has at all."""

import re
from collections import Counter
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from instahash.data import Corpus, Label, Post, Vocabulary
from instahash.errors import DataError
from instahash.evaluation import make_tasks

WORDS = "abcdefghijkl"
# Ten words that may be recommended, and two that are description alone.
VOCABULARY = Vocabulary(list(WORDS), [9] * 12, [5] * 10 + [0] * 2)


def corpus(hashtags, labels=None, ids=None):
    labels = ["k"] * len(hashtags) if labels is None else labels
    ids = ids or [f"post {i}" for i in range(len(hashtags))]
    posts = [
        Post(id, tuple(tags), tuple(Label(word, 0.6) for word in seen)) for id, tags, seen in zip(ids, hashtags, labels)
    ]
    return Corpus.from_posts(posts)


def evaluated(posts, protocol, seed=0, vocabulary=VOCABULARY):
    """Rows, description, chosen and truth of the posts that are evaluated."""
    return make_tasks(posts, vocabulary, protocol, seed).evaluated[:4]


def sets(matrix):
    """The words of each row."""
    return [
        {WORDS[i] for i in matrix.indices[a:b]} for a, b in zip(matrix.indptr[:-1].tolist(), matrix.indptr[1:].tolist())
    ]


hashtag_sets = st.lists(st.sets(st.sampled_from(WORDS[:10])), min_size=1, max_size=8).filter(
    lambda posts: any(len(post) > 1 for post in posts)
)


def test_description_by_hand():
    """A post without a hashtag, one without a label, one with the label "l", two that have both."""
    posts = corpus(["", "ab", "cz", "d"], ["kl", "", "kx", "l"])
    rows, description, chosen, truth = evaluated(posts, "description")
    assert rows.tolist() == [2, 3] and chosen is None
    assert sets(description) == [{"k"}, {"l"}] and sets(truth) == [{"c"}, {"d"}]


def test_completion_by_hand():
    """Words outside the hashtag vocabulary are no hashtags, and labels are neither needed nor given."""
    posts = corpus(["a", "ak", "ab", "cdez", ""], ["k", "k", "", "kl", "k"])
    rows, description, chosen, truth = evaluated(posts, "completion")
    assert rows.tolist() == [2, 3]
    assert description.shape == chosen.shape == truth.shape == (2, 12) and not description.nnz
    assert np.diff(chosen.indptr).tolist() == [1, 1] and np.diff(truth.indptr).tolist() == [1, 2]
    assert [a | b for a, b in zip(sets(chosen), sets(truth))] == [{"a", "b"}, {"c", "d", "e"}]


@given(hashtag_sets, st.integers(0, 2**40))
def test_halves_partition_the_hashtags(posts, seed):
    rows, _, chosen, truth = evaluated(corpus(posts), "completion", seed)
    assert rows.tolist() == [i for i, post in enumerate(posts) if len(post) > 1]
    for row, given_ones, sought in zip(rows, sets(chosen), sets(truth)):
        n = len(posts[row])
        assert given_ones | sought == posts[row] and not given_ones & sought
        assert (len(given_ones), len(sought)) == (n // 2, n - n // 2)
    for matrix in (chosen, truth):
        assert matrix.dtype == np.int8 and (matrix.data == 1).all() and matrix.has_sorted_indices


@given(hashtag_sets, st.integers(0, 2**40), st.randoms())
def test_halves_depend_on_seed_id_and_spelling_alone(posts, seed, random):
    """The same in another order, in a part of the posts, and with another numbering of the words."""

    def halves(numbers, vocabulary=VOCABULARY):
        ids = [f"post {i}" for i in numbers]
        part = corpus([posts[i] for i in numbers], ids=ids)
        rows, _, chosen, _ = evaluated(part, "completion", seed, vocabulary)
        return {ids[row]: {vocabulary.words[i] for i in chosen[[k]].indices} for k, row in enumerate(rows)}

    whole = halves(range(len(posts)))
    part = [i for i in range(len(posts)) if i % 2 == 0 or len(posts[i]) > 1]
    random.shuffle(part)
    assert halves(part) == {f"post {i}": whole[f"post {i}"] for i in part if len(posts[i]) > 1}
    turned = Vocabulary(list(reversed(WORDS)), [9] * 12, [0] * 2 + [5] * 10)
    assert halves(range(len(posts)), turned) == whole


def test_another_seed_or_post_draws_other_halves():
    posts = corpus([WORDS[:10]] * 40)
    first, again, other = (evaluated(posts, "completion", seed)[2] for seed in (0, 0, 1))
    assert sets(first) == sets(again)
    assert sum(a == b for a, b in zip(sets(first), sets(other))) < 5  # 40 / 252 are expected
    assert len(set(map(frozenset, sets(first)))) > 30  # the posts have the same hashtags, and draw on their own


def test_every_half_is_equally_likely():
    """4,000 posts of five hashtags: each of the ten pairs is given 400 times, give or take five deviations of 19."""
    drawn = Counter(map(frozenset, sets(evaluated(corpus(["abcde"] * 4000), "completion", 3)[2])))
    assert set(drawn) == set(map(frozenset, combinations("abcde", 2)))
    assert all(abs(count - 400) < 95 for count in drawn.values())


def test_an_id_that_has_half_of_a_surrogate_pair():
    assert len(evaluated(corpus(["ab"], ids=["\ud800"]), "completion")[0]) == 1


# One of each: no hashtag, unknown hashtags, no label, an unknown label, both known.
KINDS = [((), "k"), ("yz", "k"), ("ab", ""), ("az", "m"), ("bz", "kz")]


def test_what_is_counted_by_hand():
    """Words that are description alone are no known hashtags."""
    posts = corpus([tags for tags, _ in KINDS], [seen for _, seen in KINDS])
    evaluated, others, counts = make_tasks(posts, VOCABULARY, "description")
    assert counts == {
        "read": 5, "without_hashtags": 1, "unknown_hashtags": 1,
        "without_labels": 1, "unknown_labels": 1, "evaluated": 1,
    }  # fmt: skip
    assert (evaluated.rows.tolist(), sets(evaluated.truth), evaluated.sizes.tolist()) == ([4], [{"b"}], [2])
    assert (others.rows.tolist(), sets(others.truth), others.sizes.tolist()) == ([2, 3], [{"a", "b"}, {"a"}], [2, 2])
    assert not others.description.nnz
    evaluated, others, counts = make_tasks(posts, VOCABULARY, "completion")
    assert counts == {"read": 5, "without_hashtags": 1, "unknown_hashtags": 3, "evaluated": 1}
    assert (evaluated.rows.tolist(), evaluated.sizes.tolist()) == ([2], [1])  # one of two is given
    assert (others.rows.tolist(), sets(others.truth), others.sizes.tolist()) == ([3, 4], [{"a"}, {"b"}], [2, 2])
    assert not others.chosen.nnz


def test_a_label_of_a_low_score_is_none():
    posts = corpus(["a", "b"], ["k", "k"])
    posts.labels.data[0] = 0.4
    counts = make_tasks(posts, VOCABULARY, "description").counts
    assert (counts["without_labels"], counts["unknown_labels"], counts["evaluated"]) == (1, 0, 1)
    assert make_tasks(posts, VOCABULARY, "description", min_score=0.3).counts["evaluated"] == 2


@pytest.mark.parametrize(
    "protocol, message",
    [
        (
            "description",
            "no post has both a hashtag and a label that the model knows: 2 read, 1 with hashtags of which the model "
            "knows none, 1 without a label whose score is min_score or more; give posts",
        ),
        (
            "completion",
            "no post has two hashtags that the model knows, one to give and one to find: 2 read, 2 with fewer than two "
            "hashtags; give",
        ),
        ("guess", "the protocol is 'guess'; it must be 'description' or 'completion'"),
    ],
)
def test_where_no_post_is_left(protocol, message):
    with pytest.raises(DataError, match="^" + re.escape(message)) as error:
        make_tasks(corpus(["a", "k"], ["", "k"]), VOCABULARY, protocol)
    assert "\n" not in str(error.value)


def test_where_no_post_was_read():
    with pytest.raises(DataError, match="a label that the model knows: none was read; give posts"):
        make_tasks(corpus([], []), VOCABULARY, "description")
