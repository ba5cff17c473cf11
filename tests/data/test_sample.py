"""The embedded samples are what they say, and the large one knows what the offline labeller may say."""

from collections import Counter

import numpy as np
import pytest

from instahash.data import Corpus, fit_dataset, words
from instahash.data.broader import class_names, label_names
from instahash.data.sample import GENERAL, SAMPLES, SHARES, STYLES, sample_posts, topics
from instahash.data.small import TOPICS, small_posts
from instahash.formats import read_posts

POSTS = list(sample_posts())
KNOWN, THEMES = topics()


@pytest.mark.parametrize("posts_of", [sample_posts, small_posts])
def test_a_sample_is_deterministic(posts_of):
    assert list(posts_of(50)) == list(posts_of(50)) != list(posts_of(50, seed=1))
    assert len(list(posts_of(50))) == 50


def test_posts_of_the_sample_are_held_out():
    held, learnt = list(read_posts("sample-held-out")), list(read_posts("sample"))
    assert len(held) == 1000 and learnt == POSTS
    assert not {(post.hashtags, post.labels) for post in held} & {(post.hashtags, post.labels) for post in learnt}
    assert list(read_posts("sample-small")) == list(small_posts())
    assert SAMPLES.keys() == {"sample", "sample-held-out", "sample-small"}


# The tables


def test_there_are_topics_of_all_kinds():
    assert len(KNOWN) > 200 and len(THEMES) > 10
    assert {topic.theme for topic in KNOWN.values()} == set(THEMES)
    assert np.isclose(sum(SHARES.values()), 1) and SHARES.keys() == STYLES.keys()


def test_a_topic_has_all_it_needs():
    for name, topic in KNOWN.items():
        assert topic.popularity > 0 and topic.kinds and topic.seen and len(topic.google) >= 5, name
        assert len(topic.plain) >= 5 and topic.chain and set(topic.company) <= KNOWN.keys() - {name}, name
        assert set(topic.kinds) <= set(class_names()), name


def test_a_theme_has_all_it_needs():
    for name, theme in THEMES.items():
        assert theme.seen and theme.google and theme.plain and theme.chain and theme.craft and theme.places, name


def test_no_word_stands_twice_and_hashtags_are_words():
    for name, topic in [*KNOWN.items(), *THEMES.items()]:
        assert all(len(set(values)) == len(values) for values in topic[2:]), name
        for hashtag in (*topic.plain, *topic.chain, *topic.craft, *topic.places):
            assert words(hashtag) == [hashtag], name


# The posts


def test_every_word_of_the_offline_labeller_is_a_believed_label():
    wanted = set(label_names()) | {word for topic in KNOWN.values() for word in topic.seen}
    posts = Counter(label.description for post in POSTS for label in post.labels if label.score >= 0.5)
    assert {word: posts[word] for word in wanted if posts[word] < 2} == {}


def test_posts_are_as_they_should_be():
    for post in POSTS:
        assert post.hashtags and len(set(post.hashtags)) == len(post.hashtags)
        scores = [label.score for label in post.labels]
        assert scores == sorted(scores, reverse=True) and all(0 <= score <= 1 for score in scores)
        topic = KNOWN[post.id.split("/")[1]]
        assert set(post.hashtags) & set(topic.plain)
    sizes = [len(post.hashtags) for post in POSTS]
    assert min(sizes) <= 3 and max(sizes) >= 20 and any(label.score < 0.5 for post in POSTS for label in post.labels)


def test_popular_topics_have_more_posts():
    posts = Counter(post.id.split("/")[1] for post in POSTS)
    assert posts.keys() == KNOWN.keys() and posts["wedding"] > 20 > posts["snails"]


def test_gear_goes_with_gear_and_chains_with_what_is_put_under_anything():
    together = Counter()
    for post in POSTS:
        gear, general = (len({*post.hashtags} & {*group}) for group in (("nikon", "canon", "50mm"), GENERAL[1:4]))
        together[bool(gear), bool(general)] += 1
    apart = together[True, False] * together[False, True]
    assert together[True, True] * together[False, False] < 0.8 * apart


def test_what_is_shown_decides_what_is_written():
    data = fit_dataset(Corpus.from_posts(POSTS))
    ids = data.vocabulary.index
    together = ((data.description > 0).T.astype(int) @ data.hashtags.astype(int)).tocsr()
    for label, own, other in (("canine", "dog", "beach"), ("meal", "food", "car"), ("gown", "wedding", "food")):
        assert together[ids[label], ids[own]] > 5 * together[ids[label], ids[other]], label


# The small sample


def test_the_small_sample_has_the_planted_structure():
    posts = list(small_posts())
    assert len(posts) == 3000 and len(TOPICS) >= 12
    for post in posts:
        topic = post.id.split("/")[1]
        assert set(post.hashtags) & set(TOPICS[topic][1])
        assert all(0 <= label.score <= 1 for label in post.labels)
        assert len(set(post.hashtags)) == len(post.hashtags)
    assert any(label.score < 0.5 for post in posts for label in post.labels)
    counts = {word: sum(word in post.hashtags for post in posts) for word in ("love", "beach", "like4like")}
    assert counts["love"] > counts["beach"] > 30


def test_the_small_sample_prefers_a_topics_own_hashtags():
    data = fit_dataset(Corpus.from_posts(small_posts()))
    ids = data.vocabulary.index
    together = ((data.description > 0).T.astype(int) @ data.hashtags.astype(int)).tocsr()
    assert together[ids["puppy"], ids["dogsofinstagram"]] > 10 * together[ids["puppy"], ids["beachlife"]]


def test_what_any_photo_may_show_is_no_sign_of_one_topic():
    """A dog on grass is no football: what photos of several topics could show stands under several, or under none."""
    seen = Counter(word for labels, _ in TOPICS.values() for word in {part for text in labels for part in text.split()})
    of_any = (
        "grass ball table window tree cloud smile happiness event suit toy arm shoulder skin leaf branch sky".split()
    )
    assert {word for word in of_any if seen[word] == 1} == set()
