"""Of a word's variants one takes a place: which are such, the kernel against what it says, and a model's lists."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from instahash import BestSettings, InstaHash, PaperSettings
from instahash.data import Corpus, encode
from instahash.data.general import GENERAL_HASHTAGS as GENERAL
from instahash.data.kin import spellings, variant_groups, variants
from instahash.formats import posts_of
from instahash.parameters import assign
from instahash.recommend.variants import keep_best, plain_keep_best


@pytest.mark.parametrize(
    "pair",
    ["flower flowers", "city cities", "beach beaches", "rose roses", "colour color", "centre center", "movie movies",
     "newyork new_york", "landscapelover landscape_lovers"],
)  # fmt: skip
def test_variants_by_hand(pair):
    one, other = pair.split()
    assert variant_groups(["sea", one, other]).tolist() == [0, 1, 1] == variant_groups(["sea", other, one]).tolist()


@pytest.mark.parametrize("pair", ["new news", "len lens", "mar mars", "sun sunny", "cat category", "a as"])
def test_words_that_are_no_variants(pair):
    assert variant_groups(pair.split()).tolist() == [0, 1]


def test_variants_of_variants_are_one_group():
    assert variant_groups("colours colour color sea colors seas".split()).tolist() == [0, 0, 0, 3, 0, 3]


WORDS = st.text("aeiouybcs_", min_size=1, max_size=8)


@given(st.lists(WORDS, unique=True, max_size=30))
def test_a_group_is_what_variants_connect(words):
    """Few words are looked at closely, and none is missed."""
    groups = variant_groups(words)
    assert (groups[groups] == groups).all() and (groups <= np.arange(len(words))).all()
    for i, word in enumerate(words):
        for other in filter(words.__contains__, variants(word)):
            assert groups[i] == groups[words.index(other)], (word, other)


@given(WORDS.filter(lambda word: "_" not in word))
def test_a_variant_has_the_word_as_its_own(word):
    assert all(word in variants(form) and word in spellings(form) for form in variants(word) if "_" not in form)


@given(st.integers(0, 4), st.integers(1, 12), st.integers(1, 5), st.integers(0, 10**6))
def test_the_kernel_does_what_it_says(m, n, n_groups, seed):
    rng = np.random.default_rng(seed)
    scores = rng.choice(np.array([-np.inf, -2, -1, 0, 1, np.inf], np.float32), (m, n))  # with ties
    groups = rng.integers(-1, n_groups, (m, n))
    taken, ends = rng.integers(n_groups, size=m), np.sort(rng.integers(m + 1, size=m + 1))
    ours, plain = scores.copy(), scores.copy()
    keep_best(ours, groups, n_groups, taken, ends)
    plain_keep_best(plain, groups, n_groups, taken, ends)
    assert np.array_equal(ours, plain)
    assert np.array_equal(ours[groups < 0], scores[groups < 0])
    again = ours.copy()
    keep_best(again, groups, n_groups, taken, ends)
    assert np.array_equal(again, ours)


POSTS = [
    {"id": f"{i}", "hashtags": own, "labels": [{"description": label, "score": 0.9}]}
    for i, (own, label) in enumerate(
        [(["dog", "dogs", "pet"], "dog"), (["dogs", "puppy"], "dog"), (["dogs", "pets", "puppy"], "dog"),
         (["flower", "garden"], "flower"), (["flowers", "garden", "rose"], "flower")] * 20
    )
]  # fmt: skip


@pytest.fixture(scope="module")
def model():
    small = ["word2vec.dim=8", "softmax.n_hidden=8", "softmax.epochs=8", "softmax.batch_size=16"]
    small += ["completion.n_hidden=8", "completion.epochs=4", "completion.batch_size=16"]
    return InstaHash(assign(BestSettings(), small)).fit(POSTS)


def one_of_each(hashtags):
    return len(set(variant_groups(hashtags).tolist())) == len(hashtags)


@pytest.mark.parametrize("options", [{}, {"diversity": 0.0}, {"diversity": 0.8}, {"novelty": 0.5}])
@pytest.mark.parametrize("labels", [["dog"], ["flower"], ["dog", "flower"], ["garden", "gardens"]])
def test_a_list_has_one_of_each(model, labels, options):
    """Also where a label is an unknown variant of a known hashtag, which would be repeated as it is."""
    hashtags = model.recommend(labels, 50, **options).hashtags
    assert one_of_each(hashtags) and {"pet", "pets"} & set(hashtags) and {"dog", "dogs"} & set(hashtags)


def test_the_best_variant_stands_for_all(model):
    """Authors write dogs three times as often as dog; where it is banned the other is there."""
    assert "dogs" in model.recommend(["dog"], 3).hashtags
    assert "dog" in model.recommend(["dog"], 3, banned=["dogs"]).hashtags


@pytest.mark.parametrize("chosen, out", [("dog", "dogs"), ("dogs", "dog"), ("roses", "rose"), ("gar_den", "garden")])
def test_a_chosen_hashtag_keeps_its_variants_out(model, chosen, out):
    """Known to the model or not."""
    assert not {chosen, out} & set(model.recommend(["dog", "flower"], 50, chosen=[chosen]).hashtags)
    assert {chosen, out} & set(model.recommend(["dog", "flower"], 50).hashtags)


def test_a_chosen_hashtag_keeps_an_unknown_label_out_that_is_its_variant(model):
    assert "zebras" in model.recommend(["zebras", "dog"], 50).hashtags
    assert "zebras" not in model.recommend(["zebras", "dog"], 50, chosen=["zebra"]).hashtags


@pytest.mark.parametrize("labels", [["dog"], ["dogs"], ["flower", "zebra"], []])
def test_chosen_hashtags_of_a_matrix_keep_their_variants_out_too(model, labels):
    given = [{"hashtags": ["dog", "garden"], "labels": labels}, {"hashtags": ["flowers", "pet"], "labels": labels}]
    posts = encode(Corpus.from_posts(posts_of(given)), model.vocabulary)
    answers = model.recommend_matrix(posts.description, 50, posts.hashtags, echoes=posts.echoes)
    for answer, own in zip(answers, given):
        assert answer.hashtags == model.recommend(labels, 50, chosen=own["hashtags"]).hashtags
        assert len(answer.hashtags) > 2 and one_of_each([*answer.hashtags, *own["hashtags"]])


def test_chosen_hashtags_of_a_matrix_keep_their_variants_out_in_mode_paper():
    model = InstaHash(assign(PaperSettings(), ["word2vec.dim=8", "autorec.n_hidden=8"])).fit(POSTS)
    dog, dogs = model.vocabulary.lookup(["dog", "dogs"])[0]
    chosen = sparse.csr_array(([1, 1], ([0, 1], [dog, dogs])), shape=(2, len(model.vocabulary)))
    for empty in (chosen * 0, chosen):
        for answer in model.recommend_matrix(empty.astype(np.float32), 50, chosen):
            assert answer.hashtags and not {"dog", "dogs"} & set(answer.hashtags)
    assert {"dog", "dogs"} & set(model.recommend(["dog"], 50).hashtags)


@pytest.mark.parametrize("one, other", [("zebras", "zebra"), ("ze_bra", "zebra"), ("zebra", "ze_bras")])
def test_where_nothing_is_known_a_label_and_its_variant_take_one_place(model, one, other):
    answer = model.recommend([(one, 0.9), (other, 0.8)])
    assert answer.hashtags[0] == one and other not in answer.hashtags and len(answer.hashtags) == 10
    assert one_of_each(GENERAL)


def test_the_first_five_are_those_of_a_list_of_five(model):
    for options in ({}, {"diversity": 0.8}):
        ten, five = (model.recommend(["dog", "garden"], n, **options).hashtags for n in (10, 5))
        assert ten[:5] == five and len(five) == 5
