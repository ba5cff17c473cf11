"""The embedded sample is what it says."""

from instahash.data import Corpus, fit_dataset
from instahash.data.sample import GENERAL, TOPICS, sample_posts
from instahash.formats import read_posts


def test_the_sample_is_deterministic():
    assert list(sample_posts(50)) == list(sample_posts(50)) != list(sample_posts(50, seed=1))


def test_posts_of_the_sample_are_held_out():
    held, learnt = list(read_posts("sample-held-out")), list(read_posts("sample"))
    assert len(held) == 1000 and len(learnt) == 3000 and learnt == list(sample_posts())
    assert not {(post.hashtags, post.labels) for post in held} & {(post.hashtags, post.labels) for post in learnt}


def test_the_sample_has_the_planted_structure():
    posts = list(sample_posts())
    assert len(posts) == 3000 and len(TOPICS) >= 12
    for post in posts:
        topic = post.id.split("/")[1]
        assert set(post.hashtags) & set(TOPICS[topic][1])
        assert all(0 <= label.score <= 1 for label in post.labels)
        assert len(set(post.hashtags)) == len(post.hashtags)
    assert any(label.score < 0.5 for post in posts for label in post.labels)
    counts = {word: sum(word in post.hashtags for post in posts) for word in ("love", "beach", "like4like")}
    assert counts["love"] > counts["beach"] > 30 and "love" in GENERAL


def test_the_sample_prefers_a_topics_own_hashtags():
    data = fit_dataset(Corpus.from_posts(sample_posts()))
    ids = data.vocabulary.index
    together = ((data.description > 0).T.astype(int) @ data.hashtags.astype(int)).tocsr()
    assert together[ids["puppy"], ids["dogsofinstagram"]] > 10 * together[ids["puppy"], ids["beachlife"]]
