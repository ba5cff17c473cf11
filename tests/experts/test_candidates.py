"""Which hashtags are scored for each post, and that scores of some are those of all."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from instahash import BestSettings, InstaHash
from instahash.data import Corpus, Label, Post, encode, train_test_split
from instahash.data.small import small_posts
from instahash.dense import dots_at, plain_dots_at
from instahash.experts import Domain
from instahash.experts.candidates import PROPOSED, Candidates
from instahash.parameters import assign
from instahash.recommend import Fusion, Queries
from instahash.sparse import column_counts, row_of_entries

POSTS = list(small_posts(400))
SMALL = ("data.max_hashtags=150", "word2vec.dim=8", "softmax.n_hidden=8", "completion.n_hidden=8", "softmax.epochs=3")


def random_csr(rng, n_rows, n_columns, density):
    dense = np.where(rng.random((n_rows, n_columns)) < density, rng.integers(1, 9, (n_rows, n_columns)), 0)
    return sparse.csr_array(dense.astype(np.float32))


@st.composite
def drawn(draw):
    rng = np.random.default_rng(draw(st.integers(0, 10**6)))
    m, n = draw(st.integers(1, 5)), draw(st.integers(1, 12))
    proposals = [random_csr(rng, m, n, draw(st.floats(0, 1))) for _ in range(draw(st.integers(0, 3)))]
    return rng, Candidates.of(m, n, draw(st.integers(0, n)), proposals), proposals


@given(drawn())
def test_candidates_are_the_head_and_what_was_proposed(made):
    _, candidates, proposals = made
    m, n = candidates.tail.shape
    outputs = candidates.outputs(np.tile(np.arange(candidates.n_columns), (m, 1)))
    for post in range(m):
        proposed = {int(j) for p in proposals for j in p[[post]].indices if j >= candidates.n_head}
        own = [j for j in outputs[post].tolist() if j >= 0]
        assert own == [*range(candidates.n_head), *sorted(proposed)]
    if candidates.n_head < n:
        assert (candidates.filled == (outputs >= 0)).all()


@given(drawn(), st.floats(0, 1))
def test_columns_are_those_of_a_dense_array(made, density):
    rng, candidates, _ = made
    m, n = candidates.tail.shape
    everything = rng.standard_normal((m, n)).astype(np.float32)
    outputs = candidates.outputs(np.tile(np.arange(candidates.n_columns), (m, 1)))
    head = everything[:, : candidates.n_head]
    scores = candidates.joined(head, lambda tail: everything[np.repeat(range(m), np.diff(tail.indptr)), tail.indices])
    values, some = rng.standard_normal(n).astype(np.float32), random_csr(rng, m, n, density)
    words, of_words = random_csr(rng, m, 4, 0.6), random_csr(rng, 4, n, density)
    product, every = candidates.product(words, of_words), (words @ of_words).toarray()
    assert product.dtype == np.float32 and not product[outputs < 0].any()
    for post, column in zip(*np.nonzero(outputs >= 0)):
        j = outputs[post, column]
        assert scores[post, column] == everything[post, j]
        assert candidates.of_all(values)[post, column] == values[j]
        assert candidates.of_entries(some)[post, column] == some[post, j]
        assert product[post, column] == every[post, j]
    rows = np.flatnonzero(rng.random(m) < 0.5)
    part = candidates.rows(rows)
    assert part.tail.shape == (len(rows), n) and (part.tail.toarray() == candidates.tail.toarray()[rows]).all()


def test_of_each_proposal_the_best_are_taken():
    scores = np.zeros((2, 1000), np.float32)
    scores[0, 300:1000] = np.random.default_rng(0).permutation(700) + 1
    other = np.zeros((2, 1000), np.float32)
    other[1, 999] = 1
    candidates = Candidates.of(2, 1000, 100, [sparse.csr_array(scores), sparse.csr_array(other)])
    first, second = np.split(candidates.tail.indices, candidates.tail.indptr[1:-1])
    assert first.tolist() == sorted(np.argsort(-scores[0])[:PROPOSED]) and second.tolist() == [999]


@given(st.integers(0, 10**6), st.floats(0, 1))
def test_dots_at_places(seed, density):
    rng = np.random.default_rng(seed)
    places = random_csr(rng, 4, 6, density)
    A, B = rng.integers(-3, 4, (4, 5)).astype(np.float32), rng.integers(-3, 4, (6, 5)).astype(np.float32)
    dots = dots_at(places.indptr, places.indices, A, B)
    assert dots.tolist() == plain_dots_at(places.indptr, places.indices, A, B).tolist()


@pytest.fixture(scope="module")
def model():
    return InstaHash(assign(BestSettings(), SMALL)).fit(POSTS[:350])


def queries_of(model, posts):
    data = encode(Corpus.from_posts(posts), model.vocabulary)
    half = data.hashtags.copy()
    half.data[:] = np.arange(half.nnz) % 2
    half.eliminate_zeros()
    return model.mode.panel.understood(Queries.of(data.description, half, data.keys, data.echoes))


def test_every_expert_scores_some_as_it_scores_all(model):
    panel, rng = model.mode.panel, np.random.default_rng(0)
    queries, n = queries_of(model, POSTS[350:370]), len(panel.domain.hashtags)
    every = Candidates.of(20, n, n)
    some = Candidates.of(20, n, 30, [random_csr(rng, 20, n, 0.2)])
    outputs = some.outputs(np.tile(np.arange(some.n_columns), (20, 1)))
    at = np.nonzero(outputs >= 0)
    for name, expert in panel.active.items():
        whole, part = expert.score(queries, panel.domain, every), expert.score(queries, panel.domain, some)
        assert whole.shape == (20, n) and part.shape == (20, some.n_columns)
        np.testing.assert_allclose(part[at], whole[at[0], outputs[at]], rtol=1e-4, atol=1e-4, err_msg=name)


def test_what_is_proposed_leads_to_the_answers_of_a_full_search(model, monkeypatch):
    """With 20 of 150 hashtags scored for every post, the first ten are those of all but for one in a hundred."""
    exact = [set(answer.hashtags) for _, answer in model.recommend_posts(POSTS[350:], 10)]
    monkeypatch.setattr(Domain, "n_head", 20)
    found = [set(answer.hashtags) for _, answer in model.recommend_posts(POSTS[350:], 10)]
    assert np.mean([len(a & b) / len(a) for a, b in zip(exact, found)]) > 0.99
    single = [model.recommend(post.labels, 10).hashtags for post in POSTS[350:355]]
    assert all(len(hashtags) == 10 for hashtags in single)


def test_what_is_used_more_by_later_posts_and_by_people_like_the_author_is_proposed(monkeypatch):
    """A hashtag outside the head that everybody, or a country, has come to use, and one that is given as a label."""
    monkeypatch.setattr(Domain, "n_head", 20)
    posts = [post._replace(features=("country:se",) if i < 12 else ()) for i, post in enumerate(POSTS[:300])]
    posts[:12] = [post._replace(hashtags=(*post.hashtags, "fika")) for post in posts[:12]]
    trained = InstaHash(assign(BestSettings(), SMALL)).fit(posts)
    assert trained.vocabulary.index["fika"] not in trained.mode.panel.domain.hashtags[:20]
    fika = trained.mode.panel.domain.outputs_of_words[trained.vocabulary.index["fika"]]
    for features, proposed in (["country:se"], True), (["country:no"], False):
        asked = trained.mode.panel.understood(trained.queries([], features=features))
        assert (fika in trained.mode.panel.candidates(asked).tail.indices) == proposed
    later = [Post(f"later-{i}", ("viral",), (Label("dog", 0.9),)) for i in range(400)]
    trained.partial_fit(later)
    candidates = trained.mode.panel.candidates(queries_of(trained, POSTS[350:352]))
    viral = trained.mode.panel.domain.outputs_of_words[trained.vocabulary.index["viral"]]
    assert (candidates.tail.toarray()[:, viral] > 0).all() and viral >= 20
    bare = InstaHash(assign(BestSettings(), SMALL)).fit([post._replace(labels=()) for post in POSTS[:300]])
    rare = bare.vocabulary.words[bare.mode.panel.domain.hashtags[-1]]
    assert rare in bare.recommend([rare], 10).hashtags


def test_a_small_head_is_enough_to_learn_the_weights(model, monkeypatch):
    monkeypatch.setattr(Domain, "n_head", 20)
    other = InstaHash(assign(BestSettings(), SMALL)).fit(POSTS[:350])
    answers = zip(model.recommend_posts(POSTS[350:], 10), other.recommend_posts(POSTS[350:], 10))
    assert np.mean([len({*a.hashtags} & {*b.hashtags}) / 10 for (_, a), (_, b) in answers]) > 0.9
    novel = other.recommend(["dog", "grass"], 5, novelty=0.7, chosen=["puppy"], banned=["dogs"]).hashtags
    assert len(novel) == 5 and not {"puppy", "dogs"} & set(novel)
    assert len(other.mode.opinions(other.queries(["dog"])).hashtags) < 150


def test_weights_are_learnt_from_hashtags_that_the_experts_have_seen(monkeypatch):
    """Each post has one of its own: those of the posts held out are neither wanted nor among the others."""
    posts = [post._replace(hashtags=(*post.hashtags, f"own{i}")) for i, post in enumerate(POSTS[:200])]
    lessons, fit = [], Fusion.fit
    monkeypatch.setattr(Fusion, "fit", lambda self, *lesson: lessons.append(lesson) or fit(self, *lesson))
    settings = assign(BestSettings(), [*SMALL, "data.max_hashtags=100000", "fusion.held_out=0.2"])
    domain = InstaHash(settings).fit(posts).mode.panel.domain
    train, held_out = train_test_split(200, 0.2)
    learnt = domain.outputs(encode(Corpus.from_posts(posts[i] for i in train), domain.vocabulary).hashtags)
    unseen = column_counts(learnt) == 0
    assert unseen.sum() >= len(held_out) == 40 and len(lessons) == 5
    for _, targets, excluded, *_ in lessons:
        assert targets.nnz and not unseen[targets.indices].any()
        assert excluded[:, unseen].all() and not excluded[row_of_entries(targets), targets.indices].any()
