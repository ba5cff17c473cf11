"""Planted streams have what was planted, as often as they say, and it can be learnt."""

from collections import Counter

import numpy as np
import pytest

from instahash.data import Corpus, Post, fit_dataset, words
from instahash.data.small import small_posts
from instahash.errors import DataError
from instahash.recommend import Preferences

DAY = 86_400


@pytest.fixture(scope="module")
def planted(benchmark_module):
    return benchmark_module("planted")


@pytest.fixture(scope="module")
def numbers(planted):
    """Hashtag -> its place in HASHTAGS."""
    return {hashtag: i for i, hashtag in enumerate(planted.HASHTAGS)}


def topic_of(post):
    return int(post.id.split("/")[0])


def author(post):
    return int(post.user.removeprefix("u"))


def test_planted_streams_are_deterministic(planted):
    for stream in (planted.planted_users, planted.planted_trend):
        assert list(stream(50)) == list(stream(50)) != list(stream(50, seed=1))
    likes = [planted.Tastes(9, seed).likes.tolist() for seed in (3, 3, 4)]
    assert likes[0] == likes[1] != likes[2]


def test_every_name_is_one_word(planted):
    assert all(words(name) == [name] for name in [*planted.HASHTAGS, *planted.WORDS, planted.NEW, planted.RARE])


def test_a_probability_by_hand(planted):
    tastes = planted.Tastes(1)
    tastes.likes, tastes.customs[:] = np.array([[0, 16, 200]]), [0, 30]
    p = tastes.probabilities(topic=1, user=0)
    second = 0.55 * 2**-0.6
    # Liked and a custom but of another topic; the topic's first; its second, liked; another's, liked; a custom.
    assert p[0] == pytest.approx(1 - 0.998 * (1 - planted.TASTE) * (1 - planted.CUSTOM))
    assert p[15] == pytest.approx(0.55) and p[16] == pytest.approx(1 - (1 - second) * (1 - planted.TASTE))
    assert p[200] == pytest.approx(1 - 0.998 * (1 - planted.TASTE))
    assert p[30] == pytest.approx(1 - 0.998 * (1 - planted.CUSTOM))
    assert p[1] == pytest.approx(0.002)


def test_hashtags_are_used_as_often_as_the_truth_says(planted, numbers):
    tastes, posts = planted.Tastes(40, seed=2), list(planted.planted_users(3000, 40, seed=2))
    truth = np.array([tastes.probabilities(topic_of(post), author(post)) for post in posts])
    used = np.zeros_like(truth)
    for row, post in zip(used, posts):
        row[[numbers[hashtag] for hashtag in post.hashtags]] = 1
    # By how probable the hashtag was, and by user and hashtag: a distance of 5 standard deviations would be a fault.
    for low, high in ((0, 0.01), (0.01, 0.2), (0.2, 0.4), (0.4, 0.6), (0.6, 1)):
        p, u = truth[(truth > low) & (truth <= high)], used[(truth > low) & (truth <= high)]
        assert len(p) > 150 and abs((u - p).sum()) < 5 * np.sqrt((p * (1 - p)).sum())
    who = np.array([author(post) for post in posts])
    for user in range(40):
        p, u = (values[who == user][:, tastes.likes[user]] for values in (truth, used))
        assert abs((u - p).sum()) < 5 * np.sqrt((p * (1 - p)).sum())
    assert 4 < used.sum(axis=1).mean() < 7


def test_users_have_countries_and_unequal_diligence(planted):
    posts, tastes = list(planted.planted_users(2000, 50)), planted.Tastes(50)
    counts = Counter(post.user for post in posts)
    assert len(counts) == 50 and max(counts.values()) > 4 * min(counts.values())
    assert all(post.features == tastes.features[author(post)] for post in posts)
    assert len(set(tastes.features)) == 5
    corpus = Corpus.from_posts(posts)
    assert np.diff(corpus.times) == pytest.approx(600)


def test_topics_tie_hashtags_to_descriptions(planted):
    data = fit_dataset(Corpus.from_posts(planted.planted_users(1500)))
    words_per_post = np.diff(data.description.indptr).mean()
    assert 5 < words_per_post < 10 and (data.description.data >= 0.5).all()
    together = ((data.description > 0).T.astype(int) @ data.hashtags.astype(int)).tocsr()
    ids = data.vocabulary.index
    assert together[ids["d3_0"], ids["t3_0"]] > 10 * together[ids["d3_0"], ids["t4_0"]]


def test_tastes_are_found_again(planted, numbers):
    """What a user likes rises most by the user's preferences, and customs by the country's."""
    n_users = 30
    data, tastes = fit_dataset(Corpus.from_posts(planted.planted_users(3000, n_users))), planted.Tastes(n_users)
    log_frequency = np.log(data.vocabulary.hashtag_counts[data.vocabulary.hashtag_ids] / data.hashtags.nnz)
    hashtags = data.hashtags[:, data.vocabulary.hashtag_ids]
    preferences = Preferences().fit(data.keys, hashtags, log_frequency)
    number = np.array([numbers[data.vocabulary.words[i]] for i in data.vocabulary.hashtag_ids])

    def found(key, wanted):
        best = number[np.argsort(-preferences.shift_matrix([(key,)], log_frequency)[0])[: len(wanted)]]
        return len(set(best) & set(wanted)) / len(wanted)

    assert np.mean([found(f"user:{user}", tastes.likes[i]) for i, user in enumerate(tastes.users)]) > 0.9
    # Few users make a country, so that their own likes are in its counts too.
    rise = {c: preferences.shift_matrix([(f"country:{c}",)], log_frequency)[0] for c in range(5)}
    assert all((rise[c][np.isin(number, custom)] > 0).all() for c, custom in enumerate(tastes.customs))


def test_the_rise_by_hand(planted):
    seldom, common = planted.SELDOM, planted.COMMON
    assert [planted.risen(day) for day in (44, 45, 59)] == [(0, seldom), (0, seldom), (common, common)]
    assert planted.risen(46) == pytest.approx((common / 2, (seldom + common) / 2))
    assert planted.risen(3, rise_day=1) == (common, common)


def test_a_trend_is_as_planted(planted):
    posts = list(planted.planted_trend(12_000, days=60, rise_day=20))
    corpus = Corpus.from_posts(posts)
    day = (corpus.times - corpus.times[0]) / DAY
    assert day[0] == 0 and 59.9 < day[-1] < 60 and (np.diff(day) >= 0).all()
    topical = np.array([topic_of(post) == planted.TREND_TOPIC for post in posts])
    uses = np.array([[hashtag in post.hashtags for hashtag in (planted.NEW, planted.RARE)] for post in posts])
    assert not uses[~topical].any() and not uses[day < 20, 0].any()
    before, after = uses[topical & (day < 20)].mean(axis=0), uses[topical & (day > 22)].mean(axis=0)
    assert before[1] == pytest.approx(planted.SELDOM, abs=0.03) and before[1] > 0
    np.testing.assert_allclose(after, planted.COMMON, atol=0.1)
    assert topical.mean() == pytest.approx(1 / 20, abs=0.01)


def test_a_trend_is_found_by_counts_that_decay(planted):
    data = fit_dataset(Corpus.from_posts(planted.planted_trend(6000)))
    ids = data.vocabulary.hashtag_ids
    log_frequency = np.log(data.vocabulary.hashtag_counts[ids] / data.hashtags.nnz)
    preferences = Preferences(half_life=4)
    preferences.add([("",)] * len(data.ids), data.hashtags[:, ids], data.times)
    rising = [
        data.vocabulary.words[ids[i]] for i in np.argsort(-preferences.shift_matrix([("",)], log_frequency)[0])[:2]
    ]
    assert set(rising) == {planted.NEW, planted.RARE}


def test_what_cannot_be_planted_is_refused(planted):
    with pytest.raises(DataError, match="n_users is 0"):
        next(planted.planted_users(10, 0))
    with pytest.raises(DataError, match=r"rise_day is 61; it must lie in \[0, 60\]"):
        next(planted.planted_trend(10, rise_day=61))


def test_the_first_hashtag_of_a_topic_is_used_most(planted):
    counts = Counter(hashtag for post in planted.planted_trend(2000) for hashtag in post.hashtags)
    by_rank = np.array([sum(counts[f"t{topic}_{k}"] for topic in range(20)) for k in range(planted.PER_TOPIC)])
    expected = 2000 * (0.55 * np.arange(1, planted.PER_TOPIC + 1) ** -0.6 + 19 * 0.002)
    np.testing.assert_allclose(by_rank, expected, atol=5 * np.sqrt(expected).max())
    assert by_rank[0] > 3 * by_rank[-1]


def test_who_writes_real_posts_tells_much_of_them(planted):
    posts = [*small_posts(200), Post("no hashtags", (), ())]
    authored = list(planted.with_authors(posts))
    assert [post._replace(user=None) for post in authored] == posts and authored == list(planted.with_authors(posts))
    assert authored[-1].user is None
    assert all(post.user.removeprefix("who writes of ") in post.hashtags for post in authored[:-1])
