"""How familiar labels are, what weak ones are worth, and the labels themselves as an expert."""

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from instahash import BestSettings
from instahash.data import Corpus, Echoes, Label, Post, encode, fit_dataset, grow
from instahash.data.broader import broader, class_names
from instahash.experts import Domain, Examples
from instahash.experts.candidates import Candidates
from instahash.experts.familiarity import Familiarity
from instahash.experts.literal import LEAST_ECHO, PRIOR, LiteralExpert
from instahash.recommend import Fusion, Queries
from instahash.trainer import Trainer

# A labeller of made-up words, some of them rare, some of more than one part.
OWN = [f"quilk{i}x" for i in range(40)] + ["bright morning"]
TAGS = ["quilk1x", "quilk2x", "zorb", "mip"]


def posts(n=200, seed=0, words=OWN):
    rng = np.random.default_rng(seed)
    for i in range(n):
        own = rng.choice(len(words), 5, replace=False)
        labels = tuple(Label(words[j], float(score)) for j, score in zip(own, rng.uniform(0.2, 1, 5).round(2)))
        yield Post(f"{seed}-{i}", tuple(rng.choice(TAGS, 2, replace=False).tolist()), labels)


def dataset(*args, **more):
    return fit_dataset(Corpus.from_posts(posts(*args, **more)))


def echoes(data, labels):
    return Echoes.of_photo(dict.fromkeys(("".join(label.split()) for label in labels), 0.9), data.vocabulary.index)


def probability(known, data, labels=None):
    """Of these labels, or of the posts' own."""
    ratios = known.log_ratios(data.vocabulary.words)
    return known.probability(data.echoes if labels is None else echoes(data, labels), ratios)


def test_own_labels_are_familiar_and_the_offline_annotators_are_not():
    data = dataset()
    known = Familiarity.of(data, 0.5)
    assert probability(known, data).min() > 0.99
    theirs = [[name, *broader(name)[:3]] for name in class_names()[:300:30]]
    assert max(probability(known, data, labels)[0] for labels in theirs if len(labels) > 2) < 0.02


def test_words_that_nobody_foresaw_do_not_tip_it():
    """Nor does a post without a label; a new word among old ones least of all."""
    data = dataset()
    known = Familiarity.of(data, 0.5)
    (nothing,), (new,), (among,) = (
        probability(known, data, labels) for labels in ([], ["wrixle"], ["wrixle", *OWN[:3]])
    )
    assert nothing == pytest.approx(100 / 101) and new > 0.8 and among > 0.99


def test_familiarity_by_hand():
    """A hundred for one before; the other one has nothing but what nobody foresaw of a made-up word."""
    data = fit_dataset(Corpus.from_posts([Post("1", ("a", "zorb"), (Label("zorb", 0.9),))] * 4))
    odds = 100 * (1 - 0.05) / (0.2 / 1000)
    assert probability(Familiarity.of(data, 0.5), data) == pytest.approx([odds / (1 + odds)] * 4)


def test_what_made_up_posts_teach_holds_for_such_alone():
    """Labels of photos are never familiar to them; more posts that are learnt from change no weight."""
    real = [Post(str(i), ("a", "zorb"), (Label("zorb", 0.9),)) for i in range(4)]
    drawn = [post._replace(made_up=True) for post in real]
    made_up, photos, both = (fit_dataset(Corpus.from_posts(part)) for part in (drawn, real, [*drawn, *real]))
    known = Familiarity.of(made_up, 0.5)
    known = Familiarity.from_arrays(known.to_arrays(), len(made_up.vocabulary))
    ratios = known.log_ratios(made_up.vocabulary.words)
    for labels in (photos.echoes, photos.echoes.take([1, 2])):
        assert known.probability(labels, ratios).max() == 0
    for labels in (made_up.echoes, made_up.echoes.take([1])):
        assert known.probability(labels, ratios).min() > 0.9
    assert probability(known.including(photos, 0.5), photos).max() == 0
    for trained in (Familiarity.of(both, 0.5), Familiarity.of(photos, 0.5)):
        assert probability(trained, photos).min() > 0.9


def test_including_more_posts_is_having_all():
    first, more = list(posts(80)), list(posts(80, 1, [*OWN[20:], "glimmer", "small wonder"]))
    start = fit_dataset(Corpus.from_posts(first))
    vocabulary = grow(start.vocabulary, Corpus.from_posts(more))
    ours = Familiarity.of(start, 0.5).including(encode(Corpus.from_posts(more), vocabulary), 0.5)
    # Labels are counted in the words of the time: of all posts, those of the grown vocabulary.
    parts = [encode(Corpus.from_posts(part), vocabulary) for part in (first, more)]
    theirs = Familiarity.of(parts[0], 0.5).including(parts[1], 0.5)
    both = Familiarity.of(encode(Corpus.from_posts([*first, *more]), vocabulary), 0.5)
    np.testing.assert_allclose(theirs.posts, both.posts)
    assert theirs.others == both.others
    np.testing.assert_allclose(theirs.weak, both.weak)
    np.testing.assert_allclose(ours.posts, both.posts)
    np.testing.assert_allclose(ours.weak, both.weak)


def test_familiarity_is_kept():
    data = dataset()
    known = Familiarity.of(data, 0.5)
    again = Familiarity.from_arrays(known.to_arrays(), len(data.vocabulary))
    assert again.others == known.others and again.trust == known.trust
    np.testing.assert_array_equal(probability(again, data), probability(known, data))
    with pytest.raises(ValueError, match="'posts' is of the shape"):
        Familiarity.from_arrays(known.to_arrays(), len(data.vocabulary) - 1)


@pytest.mark.parametrize(("weak", "trust"), [
    ([[10, 40.0], [50, 100.0]], 0.5),  # a quarter of what is promised, of half
    ([[30, 40.0], [50, 100.0]], 1.0),  # more than promised is no more
    ([[0, 40.0], [50, 100.0]], 0.0),
    ([[0, 0.0], [50, 100.0]], 1.0),  # nothing is known of weak labels
    ([[10, 40.0], [0, 100.0]], 1.0),
])  # fmt: skip
def test_trust_by_hand(weak, trust):
    assert Familiarity(np.zeros(0, np.float32), {}, np.array(weak), False).trust == pytest.approx(trust)


def test_trust_is_counted():
    """Weak: one of two is written, scores 0.3 and 0.2. Sure: one of one, 0.8."""
    labels = [Label("zorb", 0.3), Label("mip", 0.2), Label("pim", 0.8), Label("brobble", 0.4)]
    data = fit_dataset(Corpus.from_posts([Post("1", ("zorb", "pim"), tuple(labels)), Post("2", ("mip",), ()),
                                          Post("3", ("mip", "zorb"), ())]))  # fmt: skip
    known = Familiarity.of(data, 0.5)
    np.testing.assert_allclose(known.weak, [[1, 0.5], [1, 0.8]], rtol=1e-6)


# The labels themselves


def domain_of(data):
    return Domain.of(data, BestSettings())


def literal(data):
    domain = domain_of(data)
    expert = LiteralExpert()
    expert.fit(Examples(data, domain), Trainer())
    return expert, domain


def test_literal_is_what_a_loop_counts():
    """Posts with the word in or as a label of 0.5, and those of them with the hashtag."""
    posted = list(posts(120))
    data = fit_dataset(Corpus.from_posts(posted))
    expert, domain = literal(data)
    words = data.vocabulary.words
    said = [{w for label in p.labels if label.score >= 0.5 for w in [*label.description.split(),
             "".join(label.description.split())]} for p in posted]  # fmt: skip
    counts = [sum(word in own for own in said) for word in words]
    written = [sum(word in own and word in p.hashtags for own, p in zip(said, posted)) for word in words]
    assert expert.posts.tolist() == counts and expert.echoes.tolist() == written and sum(written) > 5
    rare, rate = expert.rare(domain), expert.rate
    queries = Queries.of(data.description[:5], echoes=data.echoes.take(range(5)))
    queries = queries._replace(familiar=np.array([1, 0.25, 0, 1, 1], np.float32))
    scores = expert.score(queries, domain, Candidates.of(5, *2 * [len(domain.hashtags)]))
    for row in range(5):
        own = {label.description: label.score for label in posted[row].labels}
        for column, word in enumerate(words[i] for i in domain.hashtags):
            i = data.vocabulary.index[word]
            fraction = (written[i] + PRIOR * rare) / (counts[i] + PRIOR)
            part = queries.familiar[row] * fraction + (1 - queries.familiar[row]) * rate
            expected = max(own.get(word, 0.0) * part, LEAST_ECHO)
            assert np.exp(scores[row, column]) == pytest.approx(expected, rel=1e-4)


def test_literal_knows_what_the_model_does_not():
    data = dataset()
    expert, domain = literal(data)
    labels = {"quilk1x": 0.9, "quilk30x": 0.8, "wrixle": 0.6}
    queries = Queries.of(data.description[:1], echoes=Echoes.of_photo(labels, data.vocabulary.index))
    (found,) = expert.beyond(queries, domain)
    assert set(found) == {"quilk30x", "wrixle"}  # a label that is no hashtag, and one that is unknown
    assert np.exp(found["wrixle"]) == pytest.approx(max(0.6 * expert.rare(domain), LEAST_ECHO), rel=1e-4)
    (foreign,) = expert.beyond(queries._replace(familiar=np.zeros(1, np.float32)), domain)
    assert np.exp(foreign["wrixle"]) == pytest.approx(0.6 * expert.rate, rel=1e-4)
    assert np.exp(foreign["quilk30x"]) == pytest.approx(0.8 * expert.rate, rel=1e-4)


def test_literal_learns_on_as_from_all():
    data = dataset()
    whole, domain = literal(data)
    parts = LiteralExpert()
    parts.fit(Examples(data.take(range(60)), domain), Trainer())
    parts.partial_fit(Examples(data.take(range(60, 200)), domain))
    np.testing.assert_array_equal(parts.posts, whole.posts)
    np.testing.assert_array_equal(parts.echoes, whole.echoes)
    again = LiteralExpert()
    again.load(whole.to_arrays(), [], domain)
    np.testing.assert_array_equal(again.posts, whole.posts)
    small = SimpleNamespace(vocabulary=data.vocabulary.words[1:])
    with pytest.raises(ValueError, match="'posts' is of the shape"):
        again.load(whole.to_arrays(), [], small)


# The pool


def test_a_pool_with_weights_of_each_post():
    fusion = Fusion(("a", "b"), [1.0, 2.0])
    scores = {"a": np.array([[1.0, 2.0], [1.0, 2.0]], np.float32), "b": np.array([[3.0, 1.0], [3.0, 1.0]], np.float32)}
    np.testing.assert_allclose(fusion.pooled(scores), [[7, 4], [7, 4]])
    np.testing.assert_allclose(fusion.pooled(scores, np.array([[1.0, 2.0], [0.5, 0.0]])), [[7, 4], [0.5, 1]])


@given(st.floats(-3, 3), st.floats(0.2, 2), st.floats(-1, 1), st.floats(-8, -0.01), st.integers(0, 9))
def test_the_inverse_of_probabilities(a, c, d, log_p, n):
    fusion = Fusion(("a",), [1.0])
    fusion.calibration = (a, c, d)
    found, chosen = np.array([[log_p]], np.float32), np.array([n])
    used = fusion.probabilities(found, chosen)
    np.testing.assert_allclose(fusion.inverse(np.log(used), chosen), found, atol=5e-2 if used > 0.99 else 1e-3)


def test_a_calibration_that_holds_in_part():
    fusion = Fusion(("a",), [1.0])
    fusion.calibration = (0.5, 2.0, -1.0)
    log_p, n = np.full((3, 1), -1.0, np.float32), np.array([1, 1, 1])
    z = [1.5 - 1, 1.0 - 1.5 - 0.5 * np.log(2), 0.5 - 2 - np.log(2)]
    found = fusion.probabilities(log_p, n, np.array([0, 0.5, 1], np.float32))
    np.testing.assert_allclose(found[:, 0], 1 / (1 + np.exp(-np.array(z))), rtol=1e-5)
