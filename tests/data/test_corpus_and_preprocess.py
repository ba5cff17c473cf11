"""From posts to matrices: worked examples, and the laws of the preprocessing."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from instahash.data import Corpus, DataSettings, Label, Post, Vocabulary, encode, fit_dataset, grow, train_test_split
from instahash.errors import DataError, DataWarning, SettingsError
from instahash.formats import read_posts

POSTS = [
    Post("1", ("#Sea", "sun", "SUN"), (Label("body of water", 0.9), Label("water", 0.6), Label("sky", 0.4))),
    Post("2", ("sun",), (Label("sea", 0.5), Label("zero", 0.0))),
    Post("3", ("rare",), (Label("sky", 1.0),), "anna"),
    Post("4", (), (Label("sky", 1.0),)),
]

random_posts = st.lists(
    st.builds(
        Post,
        st.text("ab", max_size=2),
        st.lists(st.sampled_from("abcdefg"), max_size=4).map(tuple),
        st.lists(st.builds(Label, st.sampled_from(["a", "h i", "j", "k b"]), st.floats(0, 1)), max_size=3).map(tuple),
        photo_features=st.none(),
    ),
    max_size=8,
)


def post(id, hashtags, labels):
    return Post(id, tuple(hashtags), tuple(Label(*label) for label in labels))


def sets(matrix, words):
    return [{words[j] for j in matrix.indices[a:b]} for a, b in zip(matrix.indptr, matrix.indptr[1:])]


def test_corpus_by_hand():
    corpus = Corpus.from_posts(iter(POSTS))
    assert corpus.ids == ["1", "2", "3", "4"] and corpus.users == [None, None, "anna", None]
    assert sets(corpus.hashtags, corpus.words) == [{"sea", "sun"}, {"sun"}, {"rare"}, set()]
    scores = [
        dict(zip((corpus.words[j] for j in row.indices), row.data)) for row in (corpus.labels[[i]] for i in (0, 1))
    ]
    assert scores[0] == pytest.approx({"body": 0.9, "of": 0.9, "water": 0.9, "sky": 0.4})
    assert scores[1] == pytest.approx({"sea": 0.5, "zero": 0.0})
    assert corpus.take([2]).ids == ["3"] and sets(corpus.take([2]).hashtags, corpus.words) == [{"rare"}]


def test_features_that_are_not_finite_are_left_out_with_a_line():
    last = [np.nan, np.inf, -np.inf, 65_536]  # the last is too large for a float16
    rows = [[1, 2, 3]] + [np.array([1, 2, x], np.float32) for x in last] + [np.full(3, np.nan), None]
    given = [Post(str(i), ("sea",), photo_features=row) for i, row in enumerate(rows)]
    with pytest.warns(DataWarning, match="^4 photos left out, with features that are not finite or above 65,504"):
        corpus = Corpus.from_posts(given)
    assert np.isnan(corpus.photo_features).all(axis=1).tolist() == [False] + [True] * 6
    assert corpus.photo_features[0].tolist() == [1, 2, 3]


def test_a_digest_names_posts():
    """In any order, numbered in any way, with other labels; not with another id, another hashtag, or one post less."""
    corpus = Corpus.from_posts(POSTS)
    same = [post._replace(labels=(Label("new", 1.0),)) for post in reversed(POSTS)]
    assert Corpus.from_posts(same).digest() == corpus.digest() and len(corpus.digest()) == 32
    assert corpus.take([1, 3, 0]).digest() == Corpus.from_posts([POSTS[0], POSTS[1], POSTS[3]]).digest()
    others = (
        POSTS[:3],
        [*POSTS, POSTS[3]],
        [*POSTS[:3], POSTS[3]._replace(id="5")],
        [*POSTS[:3], POSTS[3]._replace(hashtags=("sun",))],
        [Post("1", POSTS[1].hashtags), Post("2", POSTS[0].hashtags), *POSTS[2:]],
        [Post("\ud800")],
    )
    assert len({corpus.digest(), *(Corpus.from_posts(other).digest() for other in others)}) == 1 + len(others)


def test_users_features_and_times():
    posts = [
        Post("1", created_at="2020-01-01T00:00:00Z", user="anna", features=("country:pt", "age:30")),
        Post("2", created_at="2020-01-01T02:00:00+02:00", features=("country:pt",)),
        Post("3", created_at="2020-01-02", user="ben"),
        Post("4", created_at="yesterday"),
        Post("5"),
    ]
    corpus = Corpus.from_posts(posts)
    new_year, nan = 1577836800.0, float("nan")
    assert corpus.features == [("country:pt", "age:30"), ("country:pt",), (), (), ()]
    assert corpus.times.dtype == np.float64
    np.testing.assert_array_equal(corpus.times, [new_year, new_year, new_year + 86400, nan, nan])
    keys = [("country:pt", "age:30", "user:anna"), ("country:pt",), ("user:ben",), (), ()]
    assert corpus.keys() == keys
    part = corpus.take([4, 0])
    assert part.features == [(), ("country:pt", "age:30")] and part.keys() == [(), keys[0]]
    np.testing.assert_array_equal(part.times, [nan, new_year])


def test_what_is_no_time_is_no_error():
    assert Corpus.from_posts([Post("a", created_at="yesterday"), Post("b")]).times is None


def test_what_no_post_has_takes_no_memory():
    corpus = Corpus.from_posts(POSTS)
    assert corpus.features is None and corpus.times is None
    assert corpus.take([0]).features is None and corpus.take([0]).times is None
    assert corpus.keys() == [(), (), ("user:anna",), ()]


def tagged(*hashtags):
    return Corpus.from_posts(Post(str(i), (hashtag,)) for i, hashtag in enumerate(hashtags))


@pytest.mark.parametrize(
    "hashtags, spellings",
    [
        (["#NewYork", "newyork", "#NewYork", "NewYork"], {"newyork": "NewYork"}),
        (["newyork", "NewYork", "newyork"], {}),
        (["NYC", "Nyc", "nyc"], {"nyc": "NYC"}),  # a tie: upper case comes first
        (["Nyc", "＃nyc", "nyc"], {}),
        (["New York", "New York"], {}),  # two hashtags in one text
        (["T-shirt", "T-shirt", "TShirt"], {"tshirt": "TShirt"}),  # #T-shirt would end at its T
        (["Straße", "été", "हिन्दी"], {"strasse": "Straße"}),
        (["می\u200cخواهم", "می\u200cخواهم", "میخواهم"], {"میخواهم": "می\u200cخواهم"}),
        (["#❤️", "❤️", "\u2764"], {"\u2764": "❤️"}),
        (["👩\u200d👧", "1️⃣"], {"👩👧": "👩\u200d👧", "1\u20e3": "1️⃣"}),
        (["CAFE\u0301", "CAFÉ", "café"], {"café": "CAFÉ"}),  # with an accent in one character or two, it looks the same
        (["Il·lusió", "Il·lusió", "illusió"], {}),
        (["#", "!"], {}),
    ],
)
def test_how_people_spell_a_hashtag(hashtags, spellings):
    assert tagged(*hashtags).spellings == spellings


def test_labels_say_nothing_about_spelling():
    assert Corpus.from_posts([Post("a", ("sea",), (Label("Sea", 0.9), Label("SUN", 0.9)))]).spellings == {}


def test_a_vocabulary_knows_how_its_words_are_spelled():
    data = fit_dataset(tagged("NewYork", "NewYork", "Rare", "sea", "sea"), max_hashtags=2)
    vocabulary = data.vocabulary
    assert vocabulary.words == ["newyork", "sea"] and vocabulary.spellings == {"newyork": "NewYork"}
    assert vocabulary.spelled(np.array([1, 0, 0])) == ["sea", "NewYork", "NewYork"]
    assert vocabulary.spelled(np.empty(0, np.int32)) == []
    again = Vocabulary.from_arrays(vocabulary.to_arrays())
    assert again.spellings == vocabulary.spellings
    # One post that shouts changes nothing about what is known; of new hashtags it is all that is known.
    grown = grow(vocabulary, tagged("SEA", "NEWYORK", "Lisbon"))
    assert grown.spellings == {"newyork": "NewYork", "lisbon": "Lisbon"}


def test_a_vocabulary_in_arrays_by_hand():
    arrays = Vocabulary(["sea", "é"], [2, 1], [2, 0], {"sea": "Sea"}).to_arrays()
    assert {name: (array.dtype.name, array.tolist()) for name, array in arrays.items()} == {
        "words_bytes": ("uint8", list("seaé".encode())),
        "words_ends": ("int64", [3, 5]),
        "spellings_bytes": ("uint8", list(b"Sea")),
        "spellings_ends": ("int64", [3, 3]),
        "counts": ("int64", [2, 1]),
        "hashtag_counts": ("int64", [2, 0]),
    }
    assert Vocabulary.from_arrays(arrays).spelled([0, 1]) == ["Sea", "é"]


def test_a_dataset_carries_keys_and_times():
    posts = [
        Post("1", ("sea",), created_at="1970-01-01T00:00:07Z", user="anna", features=("x",)),
        Post("2", (), created_at="1970-01-01T00:00:08Z", user="ben"),  # dropped
        Post("3", ("sea",)),
    ]
    data = fit_dataset(Corpus.from_posts(posts))
    assert data.keys == [("x", "user:anna"), ()]
    np.testing.assert_array_equal(data.times, [7, float("nan")])
    np.testing.assert_array_equal(encode(Corpus.from_posts(posts), data.vocabulary).times, [7, 8, float("nan")])
    part = data.take([1])
    assert (part.ids, part.keys) == (["3"], [()]) and np.isnan(part.times).all()
    assert sets(part.bags, data.vocabulary.words) == [{"sea"}]


def test_the_papers_preprocessing_by_hand():
    data = fit_dataset(Corpus.from_posts(POSTS), max_hashtags=2)
    # sun is in 2 posts; rare and sea in 1 each, and rare comes first by spelling.
    words = data.vocabulary.words
    assert data.ids == ["1", "2", "3"]
    assert sets(data.hashtags, words) == [{"sun"}, {"sun"}, {"rare"}]
    assert sets(data.description, words) == [{"body", "of", "water"}, {"sea"}, {"sky"}]
    assert sets(data.bags, words) == [{"sun", "body", "of", "water"}, {"sun", "sea"}, {"rare", "sky"}]
    assert words == ["sun", "body", "of", "rare", "sea", "sky", "water"]
    assert data.vocabulary.counts.tolist() == [2, 1, 1, 1, 1, 1, 1]
    assert [words[i] for i in data.vocabulary.hashtag_ids] == ["sun", "rare"]
    summary = data.summary
    assert (summary.posts_read, summary.posts, summary.words, summary.hashtags) == (4, 3, 7, 2)
    assert summary.hashtags_per_post_mean == 1 and summary.posts_per_hashtag_mean == 1.5
    assert summary.description_words_per_post_mean == pytest.approx(5 / 3)
    assert "3 of 4" in str(summary)


def test_the_score_threshold_is_inclusive():
    data = fit_dataset(Corpus.from_posts(POSTS), min_score=0.0)
    assert sets(data.description, data.vocabulary.words)[1] == {"sea", "zero"}
    assert "sky" in sets(data.description, data.vocabulary.words)[0]


def test_hashtags_in_few_posts_are_not_kept():
    corpus = Corpus.from_posts(POSTS)
    assert [fit_dataset(corpus, min_count=n).vocabulary.is_hashtag.sum() for n in (1, 2)] == [3, 1]
    data = fit_dataset(corpus, min_count=2)
    assert data.ids == ["1", "2"] and sets(data.hashtags, data.vocabulary.words) == [{"sun"}, {"sun"}]
    assert fit_dataset(corpus, 1, min_count=1).vocabulary.words == data.vocabulary.words
    with pytest.raises(DataError, match="^no hashtag is in 3 of 4 posts; give a lower data.min_count$"):
        fit_dataset(corpus, min_count=3)


def test_a_new_hashtag_of_few_later_posts_is_not_kept():
    """Known ones are counted whatever their number; moon, a label so far, is in two of the posts, new and x in one."""
    old = fit_dataset(Corpus.from_posts([Post("1", ("sun",), (Label("moon", 1.0),))])).vocabulary
    later = Corpus.from_posts([Post("2", ("sun", "moon", "new", "x"), (Label("new", 1.0),)), Post("3", ("moon",))])
    grown, all_grown = (grow(old, later, min_count=n) for n in (2, 1))
    uses = {word: (grown.counts[i], grown.hashtag_counts[i]) for word, i in grown.index.items()}
    assert uses == {"sun": (2, 2), "moon": (3, 2), "new": (1, 0)}
    assert all_grown.hashtag_counts[all_grown.index["new"]] == 1
    assert grow(old, later, min_count=3).hashtag_counts.tolist() == [0, 2, 0]


@given(random_posts, st.integers(1, 5), st.floats(0, 1))
def test_laws_of_the_preprocessing(posts, max_hashtags, min_score):
    corpus = Corpus.from_posts(posts)
    if not any(post.hashtags for post in posts):
        with pytest.raises(DataError, match="there is nothing to learn"):
            fit_dataset(corpus, max_hashtags, min_score)
        return
    data = fit_dataset(corpus, max_hashtags, min_score)
    words = data.vocabulary.words
    hashtags, description, bags = (sets(m, words) for m in (data.hashtags, data.description, data.bags))
    assert all(hashtags) and bags == [h | d for h, d in zip(hashtags, description)]
    assert set().union(*bags) == set(words) and len(set().union(*hashtags)) <= max_hashtags
    for matrix in data[2:5]:
        assert matrix.has_canonical_format and matrix.shape == (len(data.ids), len(words))
    assert (data.hashtags.data == 1).all() and (data.bags.data == 1).all()
    assert (data.description.data >= np.float32(min_score)).all()  # the labels' scores
    assert data.vocabulary.counts.tolist() == [sum(word in bag for bag in bags) for word in words]
    assert data.vocabulary.hashtag_counts.tolist() == [sum(word in tags for tags in hashtags) for word in words]
    assert words == sorted(words, key=lambda word: (-data.vocabulary.counts[data.vocabulary.index[word]], word))
    # Encoding the posts that were kept, with the vocabulary they made, gives the same matrices.
    again = encode(corpus, data.vocabulary, min_score)
    kept = [i for i, found in enumerate(sets(again.hashtags, words)) if found]
    assert [sets(again.bags, words)[i] for i in kept] == bags and len(again.ids) == len(posts)


def test_encode_drops_words_but_no_posts():
    data = fit_dataset(Corpus.from_posts(POSTS), max_hashtags=1)
    new = encode(Corpus.from_posts([Post("x", ("new", "sea"), (Label("moon", 1.0),)), *POSTS]), data.vocabulary)
    words = data.vocabulary.words
    assert sets(new.hashtags, words) == [set(), {"sun"}, {"sun"}, set(), set()]  # sea is a word, but no hashtag here
    assert sets(new.description, words)[0] == set()


@given(random_posts)
def test_vocabulary_round_trip_and_lookup(posts):
    try:
        vocabulary = fit_dataset(Corpus.from_posts(posts)).vocabulary
    except DataError:
        return
    again = Vocabulary.from_arrays(vocabulary.to_arrays())
    assert again.counts.tolist() == vocabulary.counts.tolist()
    assert again.words == vocabulary.words and again.hashtag_ids.tolist() == vocabulary.hashtag_ids.tolist()
    ids, unknown = again.lookup(["?", *vocabulary.words, "?"])
    assert ids.tolist() == list(range(len(vocabulary))) and unknown == ["?"] and ids.dtype == np.int32


@pytest.mark.parametrize(
    "change, message",
    [
        ({"counts": np.array([2])}, "'counts' is of the shape"),
        ({"counts": np.array([2, -1])}, "'counts' has a number"),
        ({"hashtag_counts": np.array([1.5, 0])}, "'hashtag_counts' has float64"),
        ({"words_bytes": np.frombuffer(b"seasea", np.uint8), "words_ends": np.array([3, 6])}, "must be distinct"),
        ({"words_bytes": np.frombuffer(b"se\x1bsun", np.uint8)}, r"the character '\\x1b', which no word has"),
        ({"words_bytes": np.frombuffer(b"\xe2\x80\xaesun", np.uint8)}, r"the character '\\u202e'"),
        ({"spellings_ends": np.array([3])}, "a spelling of each"),
        ({"words_ends": np.array([3, 4])}, "the ends of 'words' must rise to 6"),
    ],
)
def test_a_malformed_vocabulary_is_refused(change, message):
    arrays = Vocabulary(["sea", "sun"], [2, 1], [2, 0], {"sea": "Sea"}).to_arrays()
    with pytest.raises(ValueError, match=message):
        Vocabulary.from_arrays(arrays | change)


def test_parameters_of_the_preprocessing_are_checked():
    assert DataSettings() == DataSettings(max_hashtags=1000, min_count=1, min_score=0.5)
    wrong = [{"max_hashtags": 0}, {"max_hashtags": 2.5}, {"min_count": 0}]
    wrong += [{"min_score": 1.5}, {"min_score": float("nan")}]
    for changes in wrong:
        with pytest.raises(SettingsError, match=f"data: {next(iter(changes))} is "):
            DataSettings(**changes)


@given(st.integers(0, 200), st.floats(0, 1), st.integers(0, 5))
def test_split(n_posts, fraction, seed):
    train, test = train_test_split(n_posts, fraction, seed)
    assert sorted([*train, *test]) == list(range(n_posts)) and len(test) == round(fraction * n_posts)
    assert (np.diff(train) > 0).all() and (np.diff(test) > 0).all()
    for a, b in zip((train, test), train_test_split(n_posts, fraction, seed)):
        np.testing.assert_array_equal(a, b)


def test_split_refuses_a_fraction_that_is_none():
    with pytest.raises(DataError, match="test_fraction is 1.5"):
        train_test_split(10, 1.5)


def test_the_real_figures(shared_data):
    summary = fit_dataset(Corpus.from_posts(read_posts(shared_data / "harrison" / "posts.jsonl.gz"))).summary
    assert (summary.posts, summary.hashtags) == (51_545, 997)
    assert summary.hashtags_per_post_mean == pytest.approx(4.5, abs=0.05)
    assert summary.description_words_per_post_mean == pytest.approx(9.6, abs=0.05)


def test_a_vocabulary_grows_at_its_end():
    old = fit_dataset(Corpus.from_posts([post("a", ["sea", "sky"], [("sun", 0.9)]), post("b", ["sea"], [])])).vocabulary
    assert old.words == ["sea", "sky", "sun"]
    later = [post("c", ["sun", "wave"], [("sky", 0.9), ("fog", 0.4)]), post("d", ["wave", "surf"], [("foam", 0.8)])]
    grown = grow(old, Corpus.from_posts(later))
    assert grown.words == ["sea", "sky", "sun", "wave", "foam", "surf"]
    assert grown.counts.tolist() == [2, 2, 2, 2, 1, 1]
    assert grown.hashtag_counts.tolist() == [2, 1, 1, 2, 0, 1]
    assert old.counts.tolist() == [2, 1, 1]
    assert encode(Corpus.from_posts(later), grown).bags.toarray().tolist() == [[0, 1, 1, 1, 0, 0], [0, 0, 0, 1, 1, 1]]


def test_features_that_would_be_taken_for_something_else_are_left_out():
    posts = [Post("a", user="anna", features=("x", "", "user:ben", "x", "y"))]
    assert Corpus.from_posts(posts).keys() == [("x", "y", "user:anna")]


def test_a_time_that_is_yet_to_come_is_no_time():
    corpus = Corpus.from_posts([Post("a", created_at="9999-01-01"), Post("b", created_at="2024-01-01")])
    assert np.isnan(corpus.times[0]) and corpus.times[1] == 1704067200.0
