"""The class on planted data, and what it promises: same seed same bits, resume, growth, errors that say what to do."""

import tracemalloc

import numpy as np
import pytest
from scipy import sparse

from instahash import replay
from instahash.errors import DataError, DivergenceError, ModelError, SettingsError, UntrainedError
from instahash.sparse import widen
from instahash.training import EarlyStopping
from instahash.word2vec import (
    Word2Vec,
    Word2VecSettings,
    WordVectors,
    exact,
    kernels,
    learnt,
    plan,
    reference,
    sampling,
)

TRAINERS = pytest.mark.parametrize("trainer", ["exact", "sampling"])
SMALL = {"dim": 8, "n_shared": 4, "epochs": 8}


def matrix(sets, n_words):
    indptr = np.cumsum([0] + [len(s) for s in sets])
    indices = np.array([w for s in sets for w in sorted(s)], dtype=np.int32)
    return sparse.csr_array((np.ones(len(indices), np.int8), indices, indptr), shape=(len(sets), n_words))


def planted(n_posts=600, seed=0, n_topics=2):
    """Topics of six words each; no post mixes them."""
    rng = np.random.default_rng(seed)
    return matrix([rng.permutation(6)[:4] + 6 * rng.integers(n_topics) for _ in range(n_posts)], 6 * n_topics)


def mixed(n_posts=2000, seed=0):
    """Topics with a stray word now and then, so that every two words have met."""
    rng = np.random.default_rng(seed)
    sets = [{*(rng.permutation(6)[:4] + 6 * rng.integers(2)), *rng.integers(0, 12, 2)} for _ in range(n_posts)]
    return matrix(sets, 12)


def most_similar(trained, sets, top):
    """What :meth:`WordVectors.most_similar_to_sets` finds with the vectors of a model."""
    vectors = trained.word_vectors()
    return WordVectors(map(str, range(len(vectors))), vectors).most_similar_to_sets(matrix(sets, len(vectors)), top)


def loss_of(trained, bags, counts):
    """Mean expected loss a pair of `bags`, in float64, with the noise of `counts`."""
    sizes = np.diff(bags.indptr)
    N = exact.cooccurrence(bags, sampling.permutation_weights(sizes, 3)).toarray().astype(float)
    P = sampling.noise_distribution(counts, 0.75)
    scores = trained.W.astype(float) @ trained.C.T
    return reference.expected_rows(scores, N, 5 * N.sum(axis=1), P)[0].sum() / N.sum()


@TRAINERS
@pytest.mark.parametrize("vectors", ["input", "sum"])
def test_words_of_a_topic_are_neighbours(trainer, vectors):
    trained = Word2Vec(trainer=trainer, vectors=vectors, **SMALL).fit(planted())
    ids, cosines = most_similar(trained, [[0, 1], [7]], 4)
    assert set(ids[0]) == {2, 3, 4, 5}
    assert set(ids[1]) < {6, 8, 9, 10, 11}
    assert (np.diff(cosines) <= 0).all()
    assert trained.history[-1] < trained.history[0] and trained.trained_by == trainer


@TRAINERS
def test_both_trainers_reach_the_same_loss(trainer):
    bags = mixed(600)
    best = Word2Vec(dim=8, trainer="exact", sweeps=30).fit(bags).history[-1]
    trained = Word2Vec(dim=8, trainer=trainer, epochs=40).fit(bags)
    counts = np.bincount(bags.indices)
    assert loss_of(trained, bags, counts) == pytest.approx(best, rel=0.012)
    if trainer == "exact":
        assert trained.history[-1] == pytest.approx(loss_of(trained, bags, counts), rel=1e-4)


@TRAINERS
def test_one_thread_is_bit_identical_and_another_seed_is_not(trainer):
    # More words than the range finder is wide, so that the exact trainer's start depends on the seed too.
    bags = planted(n_topics=8)
    first, second, other = (Word2Vec(seed=s, trainer=trainer, **SMALL).fit(bags) for s in (1, 1, 2))
    assert first.W.tobytes() == second.W.tobytes() and first.history == second.history
    assert first.W.tobytes() != other.W.tobytes()


def test_the_exact_trainer_gives_the_same_bits_with_any_number_of_threads():
    one, three = (Word2Vec(trainer="exact", n_threads=n, **SMALL).fit(planted()) for n in (1, 3))
    assert one.W.tobytes() == three.W.tobytes() and one.C.tobytes() == three.C.tobytes()
    assert one.history == three.history


def test_two_sampling_threads_learn_the_same_topics():
    trained = Word2Vec(n_threads=2, trainer="sampling", **SMALL).fit(planted())
    assert set(most_similar(trained, [[0, 1]], 4)[0][0]) == {2, 3, 4, 5}


@TRAINERS
@pytest.mark.parametrize("after", [2, 3])
def test_resumed_training_equals_an_unbroken_one(trainer, after, monkeypatch):
    """It draws no start, which it would only throw away."""
    options = {**SMALL, "epochs": 3, "sweeps": 3, "trainer": trainer}
    whole, states = Word2Vec(**options), []
    whole.fit(planted(), on_epoch=lambda trained: states.append({k: v.copy() for k, v in trained.state().items()}))
    monkeypatch.setattr("instahash.word2vec.sampling.initial_vectors", None)
    resumed = Word2Vec(**options).fit(planted(), state=states[after - 1])
    for name, array in whole.to_arrays().items():
        assert resumed.to_arrays()[name].tobytes() == array.tobytes(), name
    assert resumed.history == whole.history and len(states) == 3


@pytest.mark.parametrize("n_threads", [1, 2])
def test_the_loss_is_the_mean_a_pair(n_threads):
    """Zero output vectors and no step: every pair costs log 2 for itself and log 2 for each of its k negatives."""
    options = {"dim": 4, "epochs": 1, "n_negative": 3, "trainer": "sampling", "n_threads": n_threads}
    trained = Word2Vec(learning_rate=1e-30, **options).fit(planted(50))
    assert trained.history.loss == pytest.approx([4 * np.log(2)])


@TRAINERS
def test_a_post_without_a_pair_changes_no_loss(trainer):
    bags = planted(100)
    longer = sparse.vstack([bags, matrix([[], [3]], 12)]).tocsr()
    options = {"dim": 4, "epochs": 1, "learning_rate": 1e-30, "trainer": trainer, "ns_exponent": 0.0}
    one, two = (Word2Vec(**options).fit(b) for b in (bags, longer))
    assert one.history.loss == pytest.approx(two.history.loss)


@TRAINERS
def test_subsampling_thins_frequent_words(trainer):
    """Word 0 is in every post; thinned out, its pairs weigh less against those of the others."""
    rng = np.random.default_rng(0)
    bags = matrix([[0, *(1 + rng.permutation(5)[:2])] for _ in range(400)], 6)
    losses = {}
    for sample in (0.0, 1e-3):
        trained = Word2Vec(sample=sample, trainer=trainer, dim=4, epochs=1, learning_rate=1e-30, sweeps=1).fit(bags)
        losses[sample] = trained.history[0]
        if trainer == "exact" and sample:
            keep = sampling.keep_probabilities(np.bincount(bags.indices), sample)
            thin = exact.thinned(exact.cooccurrence(bags, np.ones(400)), keep)
            assert thin.toarray()[0].sum() < 0.2 * exact.cooccurrence(bags, np.ones(400)).toarray()[0].sum()
    if trainer == "exact":
        assert losses[0.0] != pytest.approx(losses[1e-3], rel=1e-3)
    else:  # nothing is learnt: a mean a pair does not depend on which pairs are left
        assert losses[1e-3] == pytest.approx(losses[0.0])


def test_subsampling_drops_what_it_should(monkeypatch):
    seen = []
    train = kernels.train_bags

    def spy(W, C, W2, C2, indptr, indices, *rest):
        seen.append(np.bincount(indices, minlength=6) / 400)
        return train(W, C, W2, C2, indptr, indices, *rest)

    monkeypatch.setattr(kernels, "train_bags", spy)
    rng = np.random.default_rng(0)
    bags = matrix([[0, *(1 + rng.permutation(5)[:2])] for _ in range(400)], 6)
    Word2Vec(sample=0.01, trainer="sampling", dim=4, epochs=2).fit(bags)
    keep = sampling.keep_probabilities(np.bincount(bags.indices), 0.01)
    assert keep[0] < 0.25 and len(seen) == 2 and (seen[0] != seen[1]).any()
    np.testing.assert_allclose(np.mean(seen, axis=0), keep * np.bincount(bags.indices) / 400, atol=0.06)


@TRAINERS
def test_rare_words_are_left_out(trainer):
    bags = sparse.vstack([planted(), matrix([[0, 12], [6, 12, 13]], 14)[:, :12]]).tocsr()
    wide = matrix([row.tolist() for row in np.split(bags.indices, bags.indptr[1:-1])] + [[0, 12], [6, 12, 13]], 14)
    trained = Word2Vec(min_count=3, trainer=trainer, **SMALL).fit(wide)
    assert not trained.W[12:].any() and not trained.C[12:].any() and trained.W[:12].any(axis=1).all()
    assert np.isneginf(most_similar(trained, [[]], 1)[1]).all()


@pytest.mark.parametrize("schedule, factors", [("linear", 1 - np.arange(8) / 8), ("constant", np.ones(8))])
def test_schedules(monkeypatch, schedule, factors):
    rates, train = [], kernels.train_bags
    monkeypatch.setattr(kernels, "train_bags", lambda *args: rates.append(args[10]) or train(*args))
    Word2Vec(trainer="sampling", schedule=schedule, **SMALL).fit(planted(50))
    assert rates == pytest.approx(0.5 * factors)


# The plan


def test_the_cheaper_trainer_is_planned_and_taken():
    few_words, many_words = planted(600), matrix([[i, i + 1] for i in range(0, 20_000, 2)], 20_000)
    assert Word2Vec().plan(few_words)[:2] == ("exact", 3)
    planned = Word2Vec(dim=4, epochs=1).plan(many_words)
    assert planned[:2] == ("sampling", 1) and "operations for 3 exact sweeps over 20,000 x 20,000 words" in planned.why
    assert Word2Vec(dim=4, epochs=1).fit(many_words[:50]).trained_by == "sampling"
    assert Word2Vec(trainer="sampling").plan(few_words)[::3] == ("sampling", "as the settings say")


def test_counts_that_would_not_fit_are_not_planned(monkeypatch):
    monkeypatch.setattr(plan, "EXACT_BYTES", 1e3)
    planned = Word2Vec().plan(planted())
    assert planned.trainer == "sampling" and "the exact trainer might need 0.0 GB" in planned.why


@TRAINERS
def test_memory_is_estimated_before_training(trainer):
    rng = np.random.default_rng(0)
    bags = matrix([rng.permutation(150)[:10] for _ in range(300)], 150)
    untrained = Word2Vec(trainer=trainer, epochs=1, sweeps=1, dim=30)
    estimate = untrained.plan(bags).memory
    untrained.fit(bags[:5])  # what compiling takes is not counted
    tracemalloc.start()
    Word2Vec(trainer=trainer, epochs=1, sweeps=1, dim=30).fit(bags)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak <= estimate <= 6 * peak


# Learning more


def old_and_new():
    """Posts on two topics, and later posts on the second and on a third whose words are new."""
    rng = np.random.default_rng(1)
    old = matrix([rng.permutation(6)[:4] + 6 * rng.integers(2) for _ in range(800)], 12)
    new = matrix([rng.permutation(6)[:4] + 6 * rng.integers(1, 3) for _ in range(300)], 18)
    return old, new


@TRAINERS
@pytest.mark.parametrize("saved", [False, True])
def test_new_posts_are_learnt_and_old_ones_not_forgotten(trainer, saved):
    old, new = old_and_new()
    trained = Word2Vec(trainer=trainer, dim=8, epochs=20).fit(old)
    before = trained.W.copy()
    counts = np.bincount(old.indices, minlength=18) + np.bincount(new.indices, minlength=18)
    if saved:
        trained = Word2Vec.from_arrays(trained.to_arrays(), Word2VecSettings(epochs=20))
    untaught = Word2Vec.from_arrays({name: np.pad(getattr(trained, name), ((0, 6), (0, 0))) for name in "WC"})
    trained.partial_fit(new)
    assert trained.W.shape == trained.C.shape == (18, 8)
    # Old words moved less than they are long, and each is still nearest to its own old vector.
    moved = np.linalg.norm(trained.W[:12] - before, axis=1) / np.linalg.norm(before, axis=1)
    assert moved.mean() < 0.7
    assert set(most_similar(trained, [[12, 13]], 4)[0][0]) == {14, 15, 16, 17}
    assert set(most_similar(trained, [[0, 1]], 4)[0][0]) == {2, 3, 4, 5}
    together = Word2Vec(trainer=trainer, dim=8, epochs=20).fit(sparse.vstack([widen(old, 18), new]).tocsr())
    for posts in (widen(old, 18), new):
        afresh, now, without = (loss_of(m, posts, counts) for m in (together, trained, untaught))
        assert now < afresh * 1.1 and (posts is not new or now < without * 0.8)


def test_replayed_posts_are_drawn_evenly_from_all_seen(monkeypatch):
    monkeypatch.setattr(replay, "SIZE", 30)
    fractions = []
    for seed in range(20):
        trained = Word2Vec(trainer="sampling", dim=2, epochs=1, seed=seed).fit(matrix([[0, 1]] * 60, 2))
        (kept,) = trained.learnt.replay.matrices
        assert kept.shape[0] == 30 and trained.learnt.replay.seen == 60
        for _ in range(2):
            trained.partial_fit(matrix([[2, 3]] * 30, 4))
        (kept,) = trained.learnt.replay.matrices
        assert kept.shape == (30, 4) and trained.learnt.replay.seen == 120
        fractions.append((kept.indices >= 2).mean())
    assert np.mean(fractions) == pytest.approx(0.5, abs=0.06)


def test_exact_partial_fit_is_training_on_all_posts():
    """Counts of old and new posts add up, and sweeps from there end where training on all of them ends."""
    old, new = old_and_new()
    trained = Word2Vec(trainer="exact", dim=17, sweeps=60).fit(old).partial_fit(new)
    whole = Word2Vec(trainer="exact", dim=17, sweeps=60).fit(sparse.vstack([widen(old, 18), new]).tocsr())
    assert trained.history[-1] == pytest.approx(whole.history[-1], rel=5e-3)
    np.testing.assert_allclose(trained.learnt.N.toarray(), whole.learnt.N.toarray(), rtol=1e-5)


def test_counts_of_pairs_alone_train_the_same_model():
    """The whole of N or its upper half, which is what is kept for new posts to be added to."""
    old, new = old_and_new()
    whole = Word2Vec(trainer="exact", **SMALL).fit(old)
    N = exact.cooccurrence(old, sampling.permutation_weights(np.diff(old.indptr), whole.settings.permutation))
    for counts in (N, sparse.triu(N, format="csr")):
        found = Word2Vec(trainer="exact", **SMALL).fit_counts(counts, np.bincount(old.indices, minlength=N.shape[0]))
        np.testing.assert_array_equal(found.W, whole.W)
        np.testing.assert_array_equal(found.learnt.N.toarray(), whole.learnt.N.toarray())


def test_a_part_of_the_posts_is_trained_on_with_the_counts_of_all():
    """The noise is that of all posts, and a word that all have often enough is not rare in a part."""
    bags, counts = matrix([{0, 1}, {1, 2}, {0, 2}], 4), np.array([50, 2, 7, 1])
    drawn = []

    def seen(P, *_):
        drawn.append(P.copy())
        return draw(P, *_)

    draw = sampling.noise_distribution
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sampling, "noise_distribution", seen)
        model = Word2Vec(trainer="sampling", min_count=3, **SMALL).fit(bags, counts=counts)
    assert model.learnt.counts.tolist() == counts.tolist() and drawn[-1].tolist() == counts.tolist()
    assert model.W[[0, 2]].all() and not model.W[[1, 3]].any()


@TRAINERS
def test_partial_fit_of_an_untrained_model_is_fit(trainer):
    options = {"trainer": trainer, **SMALL}
    assert Word2Vec(**options).partial_fit(planted()).W.tobytes() == Word2Vec(**options).fit(planted()).W.tobytes()


def test_partial_fit_says_what_is_missing():
    old, new = old_and_new()
    trained = Word2Vec(**SMALL).fit(new)
    with pytest.raises(DataError, match="new posts have 12 word columns, the model has 18; keep the old ones"):
        trained.partial_fit(old)
    with pytest.raises(ModelError, match="saved without what partial_fit needs; train it anew"):
        Word2Vec.from_arrays({"W": trained.W, "C": trained.C}).partial_fit(new)


def test_partial_fit_plans_anew_and_changes_to_sampling():
    """Two planted topics, trained exactly; then posts of so many new words that a square of scores is too dear."""
    rng, options = np.random.default_rng(2), {"dim": 8, "epochs": 4}
    old, n_words = planted(400), 12 + 800
    new = matrix([12 + 8 * rng.integers(100) + rng.permutation(8)[:4] for _ in range(1200)], n_words)
    trained = Word2Vec(**options).fit(old)
    assert trained.trained_by == "exact"
    before = trained.word_vectors()
    trained.partial_fit(new)
    assert trained.trained_by == "sampling" and len(trained.history) == 3 + 4
    together = Word2Vec(**options).fit(sparse.vstack([widen(old, n_words), new]))
    assert together.trained_by == "sampling"
    after = trained.word_vectors()[:12]
    cosine = (before * after).sum(axis=1) / np.linalg.norm(before, axis=1) / np.linalg.norm(after, axis=1)
    assert cosine.min() > 0.8
    assert set(most_similar(trained, [[0, 1]], 4)[0][0]) == {2, 3, 4, 5}
    topic = (np.arange(12, n_words) - 12)[:, None] // 8
    fractions = []
    for model in (trained, together):
        found = most_similar(model, [[word] for word in range(12, n_words)], 7)[0]
        fractions.append(((found - 12) // 8 == topic).mean())
    assert fractions[0] > 0.9 * fractions[1] > 0.6
    again = Word2Vec.from_arrays(trained.to_arrays(), trained.settings, trained.history.loss)
    assert again.partial_fit(new[:50]).trained_by == "sampling"


def test_partial_fit_keeps_the_exact_trainer_while_it_is_the_cheaper_one_for_all_posts():
    """A few new posts are cheap for the sampling trainer; that is no reason to drop the counts of all the old ones."""
    bags = planted(3000)
    trained = Word2Vec(dim=8, sweeps=20, epochs=1).fit(bags)
    assert Word2Vec(dim=8, sweeps=20, epochs=1).plan(bags[:20]).trainer == "sampling"
    assert trained.trained_by == trained.partial_fit(bags[:20]).trained_by == "exact"


def test_squares_of_the_past_are_those_of_visits_that_change_nothing():
    bags, settings = planted(50), Word2VecSettings(dim=4, epochs=7)
    counts = np.bincount(bags.indices, minlength=12)
    W, C = np.random.default_rng(0).normal(size=(2, 12, 4)).astype(np.float32)
    before = W.tobytes(), C.tobytes()
    W2, C2 = sampling.past_squares(W, C, bags, 3 * counts, settings, np.random.default_rng(1))
    assert (W.tobytes(), C.tobytes()) == before
    one = np.zeros((2, 12))
    P = sampling.noise_distribution(counts, 0.75)
    negatives = sampling.draw_negatives(np.random.default_rng(1), np.cumsum(P), 50, 10)
    weights = sampling.permutation_weights(np.diff(bags.indptr), 3)
    exactly = W.astype(float), C.astype(float)
    reference.train_bags(*exactly, *one, bags.indptr, bags.indices, range(50), weights, negatives, 5, 0.0)
    np.testing.assert_allclose([W2, C2], 7 * 3 * one, rtol=1e-4)
    # A word that the sample lacks has the mean sum of an occurrence.
    few = bags[(bags.toarray()[:, 0] == 0)]
    W2, _ = sampling.past_squares(W, C, few, counts, settings, np.random.default_rng(1))
    assert W2[0] / counts[0] == pytest.approx((W2[1:] / counts[1:] * np.bincount(few.indices)[1:]).sum() / few.nnz)


def test_new_words_without_a_post_of_their_own_have_no_vector():
    trained = Word2Vec(trainer="sampling", min_count=2, **SMALL).fit(planted())
    trained.partial_fit(matrix([[0, 1], [2, 13], [3, 14], [4, 14]], 15))
    assert not trained.W[12:14].any() and trained.W[14].any()


# Watching


@TRAINERS
def test_training_stops_when_the_callback_says_so(trainer):
    trained = Word2Vec(trainer=trainer, sweeps=5, **SMALL)
    trained.fit(planted(), on_epoch=lambda trained: len(trained.history) == 2)
    assert len(trained.history) == 2


@TRAINERS
def test_early_stopping_puts_the_best_epoch_back(trainer):
    scores, states = iter([1.0, 3.0, 2.0, 2.5, 2.0, 9.0]), []

    def score(trained):
        states.append(trained.W.copy())
        return next(scores)

    stopping = EarlyStopping(score, patience=3)
    trained = Word2Vec(trainer=trainer, dim=8, n_shared=4, epochs=6, sweeps=6).fit(planted(), on_epoch=stopping)
    assert trained.history.score == [1.0, 3.0, 2.0, 2.5, 2.0] and len(trained.history) == 5
    assert (stopping.best_epoch, stopping.best_score) == (2, 3.0)
    assert trained.W.tobytes() == states[1].tobytes() != states[4].tobytes()
    assert "did not rise above 3.0000 of epoch 2 for 3 epochs" in trained.history.stopped


@TRAINERS
def test_early_stopping_puts_the_best_epoch_back_when_epochs_run_out(trainer):
    scores, states = iter([1.0, 3.0, 2.0]), []

    def score(model):
        states.append(model.W.copy())
        return next(scores)

    trained = Word2Vec(trainer=trainer, dim=8, n_shared=4, epochs=3, sweeps=3)
    trained.fit(planted(), on_epoch=EarlyStopping(score, patience=3))
    assert len(trained.history) == 3 and trained.W.tobytes() == states[1].tobytes() != states[2].tobytes()


def test_progress_counts_every_post_once_an_epoch():
    for options in ({"trainer": "exact", "sweeps": 2}, {"trainer": "sampling", "epochs": 2}):
        done = []
        Word2Vec(dim=4, **options).fit(planted(100), on_progress=done.append)
        assert sum(done) == 200


# Errors


def test_errors_say_what_came_and_what_to_try(monkeypatch):
    with pytest.raises(DataError, match="none of the 2 posts has two words; give posts with labels"):
        Word2Vec().fit(matrix([[0], [1]], 2))
    for name, value in (("dim", 0), ("permutation", 1), ("sample", -1.0), ("min_count", 0)):
        with pytest.raises(SettingsError, match=f"word2vec: {name} is {value}; it must be at least"):
            Word2Vec(**{name: value})
    for name, value in (("dim", 2.5), ("dim", "3"), ("dim", True), ("sample", float("nan")), ("learning_rate", "x")):
        with pytest.raises(SettingsError, match=f"word2vec: {name} is {value!r}; it must be a (whole|finite) number"):
            Word2Vec(**{name: value})
    with pytest.raises(SettingsError, match="learning_rate is 0; it must be above 0"):
        Word2Vec(learning_rate=0)
    for name in ("trainer", "schedule", "vectors"):
        with pytest.raises(SettingsError, match=f"{name} is 'best'; it must be one of "):
            Word2Vec(**{name: "best"})
    for name, value in (("seed", -1), ("seed", 1.5), ("n_threads", 0), ("n_threads", "2")):
        with pytest.raises(SettingsError, match=f"{name} is {value!r}; it must be "):
            Word2Vec(**{name: value})
    with pytest.raises(SettingsError, match=r"there is no setting 'epoch'; did you mean epochs\?"):
        Word2Vec(epoch=3)
    monkeypatch.setattr(learnt, "LONGEST_BAG", 3)
    with pytest.raises(DataError, match="a post has 4 words; word2vec takes up to 3, leave such posts out"):
        Word2Vec().fit(planted())


def test_settings_are_given_whole_or_by_name():
    model = Word2Vec(Word2VecSettings(dim=7, epochs=2), seed=np.int64(3), epochs=np.int32(4))
    assert model.settings == Word2VecSettings(dim=7, epochs=4) and type(model.settings.epochs) is int
    assert (model.seed, model.n_threads) == (3, 1)


def test_stored_values_do_not_matter():
    bags = planted()
    expected = Word2Vec(**SMALL).fit(bags).W.tobytes()
    values = sparse.csr_array((np.resize([-1.0, 0.0, 2.5], bags.nnz), bags.indices, bags.indptr), bags.shape)
    for same in (sparse.csr_matrix(bags), values):
        assert Word2Vec(**SMALL).fit(same).W.tobytes() == expected


def test_what_is_no_matrix_of_bags_is_refused():
    missing = planted().astype(float)
    missing.data[3] = np.nan
    for bags, message in (
        (
            planted().toarray(),
            r"word2vec: bags must be a CSR matrix of numbers, not ndarray of int8; give scipy.sparse",
        ),
        (planted().tocoo(), "word2vec: bags must be a CSR matrix of numbers, not coo_array of int8"),
        ([[0, 1], [2]], "word2vec: bags must be a CSR matrix of numbers, not list"),
        (missing, "word2vec: bags have an entry that is not a finite number"),
    ):
        for ask in (Word2Vec().plan, Word2Vec().fit, Word2Vec().partial_fit):
            with pytest.raises(DataError, match=message) as caught:
                ask(bags)
            assert "\n" not in str(caught.value)


def test_divergence_is_said():
    with (
        np.errstate(all="ignore"),
        pytest.raises(
            DivergenceError, match=r"epoch 1: [WC].* is no longer finite at learning rate 1e\+25; try a small"
        ),
    ):
        Word2Vec(learning_rate=1e25, trainer="sampling", **SMALL).fit(planted())


def test_a_state_of_other_sizes_or_of_the_other_trainer_is_refused():
    state = Word2Vec(**SMALL).fit(planted()).state()
    with pytest.raises(
        DataError, match=r"the saved W is \(12, 8\), this training needs \(12, 9\); train from the start"
    ):
        Word2Vec(dim=9).fit(planted(), state=state)
    with pytest.raises(DataError, match=r"the saved W2 is missing, this training needs \(12,\)"):
        Word2Vec(trainer="sampling", **SMALL).fit(planted(), state=state)


@pytest.mark.parametrize("name", ["C", "counts", "W2"])
def test_saved_arrays_that_do_not_fit_each_other_are_refused(name):
    arrays = Word2Vec(trainer="sampling", **SMALL).fit(planted()).to_arrays()
    with pytest.raises(ValueError, match=rf"'{name}' is of the shape \(5"):
        Word2Vec.from_arrays(arrays | {name: arrays[name][:5]})
    with pytest.raises(KeyError, match="W"):
        Word2Vec.from_arrays({"C": arrays["C"]})


# All or nothing


def everything(trained):
    """All that a model knows, as bytes."""
    arrays = {name: array.tobytes() for name, array in trained.to_arrays().items()}
    return arrays, list(trained.history.loss), trained.trained_by


@TRAINERS
@pytest.mark.parametrize("method", ["fit", "partial_fit"])
@pytest.mark.parametrize("epoch", [1, 2])
def test_an_interrupted_training_leaves_the_model_as_it_was(trainer, method, epoch):
    def interrupt(trained):
        if len(trained.history) % 3 == epoch % 3:
            raise KeyboardInterrupt

    old, new = old_and_new()
    trained = Word2Vec(trainer=trainer, dim=4, epochs=3, sweeps=3).fit(old)
    before, answers = everything(trained), most_similar(trained, [[0, 1]], 3)[0].tolist()
    with pytest.raises(KeyboardInterrupt):
        getattr(trained, method)(new, on_epoch=interrupt)
    assert everything(trained) == before and most_similar(trained, [[0, 1]], 3)[0].tolist() == answers
    again = Word2Vec(trainer=trainer, dim=4, epochs=3, sweeps=3).fit(old)
    assert everything(getattr(trained, method)(new)) == everything(getattr(again, method)(new))


def test_a_refused_training_leaves_the_model_as_it_was(monkeypatch):
    old, new = old_and_new()
    trained = Word2Vec(**SMALL).fit(new)
    before = everything(trained)
    alone = matrix([[0], [20]], 21)
    for refused in (old, alone, new.toarray()):
        with pytest.raises(DataError):
            trained.partial_fit(refused)
        assert everything(trained) == before
    for refused in (alone, new.toarray()):
        with pytest.raises(DataError):
            trained.fit(refused)
        assert everything(trained) == before
    untrained = Word2Vec()
    with pytest.raises(DataError):
        untrained.fit(alone)
    with pytest.raises(UntrainedError, match="not trained"):
        untrained.word_vectors()


def test_which_vectors_stand_for_the_words_may_be_set_at_any_time():
    trained = Word2Vec(**SMALL).fit(planted())
    sums = trained.word_vectors()
    assert trained.vectors == "auto" and (sums == trained.W + trained.C).all()
    most_similar(trained, [[0]], 3)
    trained.vectors = "input"
    assert (trained.word_vectors() == trained.W).all() and (sums != trained.W).any()
    assert Word2Vec.from_arrays(trained.to_arrays()).vectors == "input"
    with pytest.raises(SettingsError, match="vectors is 'output'; it must be one of auto, input, sum"):
        trained.vectors = "output"
