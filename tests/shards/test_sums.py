"""Whatever the number and order of shards: the same vocabulary, and the same models to rounding, as on one machine."""

import random
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from instahash import InstaHash, PaperSettings
from instahash.baselines import EASE, Cooccurrence, Popularity, Ridge
from instahash.checkpoint import Checkpoint
from instahash.data import Corpus, DataSettings, Post, fit_dataset
from instahash.errors import DataError, DataWarning, ModelError, SettingsError
from instahash.formats import write_posts
from instahash.parameters import assign
from instahash.shards import Shards, encoding_of, fit_baselines, fit_paper, from_shards
from instahash.shards.paper import sample
from instahash.trainer import Detail

from .conftest import always, assert_same_vocabulary, made_posts

# No two words are so nearly as similar to a bag that rounding would decide which is rated higher.
POSTS = made_posts(150, seed=14)
SMALL = "data.max_hashtags=9 word2vec.dim=4 autorec.n_hidden=6 ratings.n_expand=3 word2vec.vectors=sum".split()
texts = st.lists(
    st.sampled_from(["sea", "Sea", "#SEA", "sky", "Straße", "two words", "T-shirt", "日本", "x", ""]), max_size=5
)
labels = st.lists(st.tuples(st.sampled_from(["sea", "sky", "blue sky", "dog"]), st.floats(0, 1, width=16)), max_size=4)
posts = st.lists(st.tuples(texts.map(tuple), labels.map(tuple)), min_size=1, max_size=12)


@settings(max_examples=25)
@given(posts, st.integers(1, 4), st.integers(1, 5), st.integers(1, 3), st.sampled_from([0.0, 0.5]), st.randoms())
def test_the_vocabulary_is_that_of_one_machine(tmp_path_factory, drawn, n, max_hashtags, min_count, min_score, rng):
    made = [Post(str(i), hashtags, tuple(labels)) for i, (hashtags, labels) in enumerate(drawn)]
    data = DataSettings(max_hashtags, min_count, min_score)
    folder = tmp_path_factory.mktemp("shards")
    rng.shuffle(made)
    n = min(n, len(made))
    for i in range(n):
        write_posts(folder / f"{i}.jsonl", made[i::n])
    corpus = Corpus.from_posts(made)
    with Shards(f"{folder}/*.jsonl") as shards:
        try:
            expected = fit_dataset(corpus, max_hashtags, min_score, min_count)
        except DataError as error:
            with pytest.raises(DataError, match=str(error)[:30]):
                encoding_of(shards, data)
            return
        encoding, summary, found = encoding_of(shards, data)
        assert_same_vocabulary(encoding.vocabulary, expected.vocabulary)
        assert summary == expected.summary
        assert f"{found.digest % 2**128:032x}" == corpus.digest()
        rows = [*shards.map(lambda shard: encoding.posts(shard))]
        for name in ("hashtags", "description", "bags"):
            own = np.concatenate([getattr(part, name).toarray() for part in rows])
            wanted = getattr(expected, name).toarray()
            assert sorted(map(tuple, own.tolist())) == sorted(map(tuple, wanted.tolist()))


@pytest.fixture(scope="module")
def one_machine():
    """Mode "paper" and the baselines of all posts, on one machine."""
    given = assign(PaperSettings(), SMALL)
    model = InstaHash(from_shards(given)).fit(POSTS)
    dataset = fit_dataset(Corpus.from_posts(POSTS), given.data.max_hashtags, given.data.min_score)
    made = {"popularity": Popularity, "cooccurrence": Cooccurrence, "ease": EASE, "ridge": Ridge}
    baselines = {name: make().fit(dataset.description, dataset.hashtags) for name, make in made.items()}
    return given, model, baselines, dataset


def shuffled(seed):
    own = [*POSTS]
    random.Random(seed).shuffle(own)
    return own


@pytest.mark.parametrize("n", [1, 2, 7])
def test_the_baselines_are_those_of_one_machine(one_machine, in_shards, n):
    given, _, expected, dataset = one_machine
    with Shards(in_shards(shuffled(n), n)) as shards:
        found = fit_baselines(shards, encoding_of(shards, given.data)[0])
    assert found.keys() == expected.keys()
    query = dataset.description[:50], dataset.hashtags[:50]
    for name in expected:
        np.testing.assert_allclose(found[name].score(*query), expected[name].score(*query), rtol=1e-5, atol=1e-6)
    np.testing.assert_array_equal(
        found["cooccurrence"].from_words.toarray(), expected["cooccurrence"].from_words.toarray()
    )
    np.testing.assert_array_equal(found["cooccurrence"].word_posts, expected["cooccurrence"].word_posts)


def assert_same_system(found, expected, dataset):
    assert_same_vocabulary(found.vocabulary, expected.vocabulary)
    assert found.summary == expected.summary and found.trained_on == expected.trained_on
    assert found.settings == expected.settings
    np.testing.assert_allclose(found.mode.word2vec.W, expected.mode.word2vec.W, rtol=1e-3, atol=2e-5)
    np.testing.assert_allclose(found.mode.word2vec.history.loss, expected.mode.word2vec.history.loss, rtol=1e-5)
    outputs = (model.mode.autorec.predict(dataset.description) for model in (found, expected))
    np.testing.assert_allclose(*outputs, atol=1e-4)
    pairs = zip(found.recommend_matrix(dataset.description), expected.recommend_matrix(dataset.description))
    # The two words of a description are equally near to their mean, so that rounding decides which comes first.
    assert np.mean([sorted(a.hashtags) == sorted(b.hashtags) for a, b in pairs]) == 1


@pytest.mark.parametrize("n", [1, 2, 7])
def test_mode_paper_is_that_of_one_machine(one_machine, in_shards, tmp_path, n):
    given, expected, _, dataset = one_machine
    with Shards(in_shards(shuffled(n), n)) as shards:
        model = fit_paper(shards, given)
    assert_same_system(model, expected, dataset)
    model.save(tmp_path)
    assert_same_system(InstaHash.load(tmp_path), expected, dataset)


@pytest.mark.parametrize("changes", [["ratings.input=description"], ["ratings.target=hashtags"]])
@pytest.mark.parametrize("dense", [True, False])
def test_inputs_of_their_own_and_many_words(one_machine, in_shards, monkeypatch, changes, dense):
    """Where words are many, covariances are never arrays: each product with them is a pass."""
    if not dense:
        monkeypatch.setattr("instahash.autorec.spectral.DENSE_ENTRIES", 0)
    given = assign(one_machine[0], changes)
    expected = InstaHash(from_shards(given)).fit(POSTS)
    with Shards(in_shards(shuffled(3), 3)) as shards:
        model = fit_paper(shards, given)
    assert_same_system(model, expected, one_machine[3])


def test_vectors_are_chosen_on_a_sample_that_no_order_changes(one_machine, in_shards):
    given, said = assign(one_machine[0], ["word2vec.vectors=auto"]), []
    samples, kinds = [], set()
    for n in (1, 4):
        with Shards(in_shards(shuffled(n), n, f"s{n}")) as shards:
            kinds.add(fit_paper(shards, given, report=said.append).mode.word2vec.vectors)
            parts = shards.map(sample, encoding_of(shards, given.data)[0], 0.3)
            samples.append(sorted(tuple(row) for _, description, _ in parts for row in description.toarray().tolist()))
    assert samples[0] == samples[1] and 0.2 < len(samples[0]) / len(POSTS) < 0.4
    assert len(kinds) == 1 and sum("held out of a trial" in line for line in said) == 2


def plain(said):
    return [line for line in said if not isinstance(line, Detail)]


def test_people_read_of_shards_what_they_read_of_one_machine(in_shards, tmp_path, monkeypatch):
    """After a resumption too; how many of five are right depends on the sample."""
    posts = [post._replace(user=f"u{i % 5}") for i, post in enumerate(made_posts(200))]
    given, alone, whole, resumed = assign(PaperSettings(), [*SMALL, "word2vec.vectors=auto"]), [], [], []
    InstaHash(given).fit(posts, report=alone.append)
    checkpoint = tmp_path / "checkpoint.npz"
    monkeypatch.setattr(Checkpoint, "save", always)
    with Shards(in_shards(posts, 3)) as shards:
        fit_paper(shards, given, checkpoint=checkpoint, report=whole.append)
        fit_paper(shards, given, checkpoint=checkpoint, resume=True, report=resumed.append)
    assert " by 5 people which of " in plain(whole)[-2] and plain(whole)[-2] == plain(alone)[-2]
    assert plain(whole)[-1].startswith("On ") and plain(resumed)[-2:] == plain(whole)[-2:]


def test_a_training_goes_on_from_the_passes_that_ended(one_machine, in_shards, tmp_path, monkeypatch):
    given, expected, _, dataset = one_machine
    pattern, checkpoint = in_shards(shuffled(1), 3), tmp_path / "checkpoint.npz"
    with monkeypatch.context() as broken, Shards(pattern) as shards:
        broken.setattr("instahash.shards.paper.fit_autorec", lambda *_: 1 / 0)
        broken.setattr("instahash.checkpoint.Checkpoint.save", always)
        with pytest.raises(ZeroDivisionError):
            fit_paper(shards, given, checkpoint=checkpoint)
    done = []
    with monkeypatch.context() as counted, Shards(pattern) as shards:
        counted.setattr(
            Shards, "sum", lambda self, function, *args, what: done.append(what) or SUM(self, function, *args)
        )
        model = fit_paper(shards, given, checkpoint=checkpoint, resume=True)
    assert done == ["Rating posts", "Covariances", "Decoder"]
    assert_same_system(model, expected, dataset)
    with Shards(pattern) as shards, pytest.raises(Exception, match="other data or settings"):
        fit_paper(shards, assign(given, ["word2vec.dim=5"]), checkpoint=checkpoint, resume=True)
    with Shards(pattern, format="posts") as shards, pytest.raises(Exception, match="other data or settings"):
        fit_paper(shards, given, checkpoint=checkpoint, resume=True)
    load = Checkpoint.load
    for part, gone in (("read", "digest"), ("cooccurrence", "word_posts"), ("word2vec", "history")):

        def lacking(self, part=part, gone=gone):
            states = load(self)
            states[part].pop(gone)
            return states

        with monkeypatch.context() as changed, Shards(pattern) as shards:
            changed.setattr(Checkpoint, "load", lacking)
            with pytest.raises(ModelError, match=f"holds no '{part}' of this training .*{gone}.* without --resume"):
                fit_paper(shards, given, checkpoint=checkpoint, resume=True)


SUM = Shards.sum


def test_what_is_no_sum_is_refused():
    for change in ("word2vec.trainer=sampling", "autorec.corruption=0.2"):
        with pytest.raises(SettingsError, match=change.partition("=")[0]):
            from_shards(assign(PaperSettings(), [change]))
    changed = from_shards(PaperSettings())
    assert (changed.autorec.init, changed.autorec.decoder, changed.autorec.epochs) == ("spectral", "ridge", 0)


def test_too_many_words_are_refused_before_they_are_counted(in_shards, monkeypatch):
    monkeypatch.setattr("instahash.shards.paper.MOST_WORDS", 5)
    monkeypatch.setattr("instahash.shards.paper.fit_cooccurrence", lambda *_: 1 / 0)
    with Shards(in_shards(POSTS, 2)) as shards, pytest.raises(DataError, match="words are more than the 5.*--max-has"):
        fit_paper(shards, assign(PaperSettings(), SMALL))


def test_what_was_left_out_is_said_of_all_shards(in_shards, tmp_path):
    pattern, said = in_shards(POSTS, 3), []
    for name in ("a", "b"):
        (tmp_path / "shards" / f"{name}.jsonl.gz").write_text('{"id": "1", "hashtags": ["sea", "sky"]}\n' * 30 + "?\n")
    with Shards(pattern) as shards, pytest.warns(DataWarning, match=r"a.jsonl.gz' line 31: is not JSON.*and 1 more\)$"):
        fit_paper(shards, assign(PaperSettings(), SMALL), report=said.append)
    first, *_, last = said[1].splitlines()
    assert first.split() == ["posts", "read", str(len(POSTS) + 60)] and last.split() == [
        "left",
        "out,",
        "unreadable",
        "2",
    ]


def test_a_shard_of_which_nothing_is_kept_adds_nothing(in_shards):
    """Its posts have hashtags that too few use."""
    rare = [Post(f"rare-{i}", (f"once{i}",)) for i in range(4)]
    settings = assign(PaperSettings(), [*SMALL, "data.min_count=2"])
    folder = in_shards(POSTS, 2)
    write_posts(Path(folder).parent / "9.jsonl.gz", rare)
    with Shards(folder) as shards:
        found = fit_paper(shards, settings)
    with Shards(in_shards([*POSTS, *rare], 1, "one")) as shards:
        expected = fit_paper(shards, settings)
    np.testing.assert_allclose(found.mode.autorec.U, expected.mode.autorec.U, rtol=1e-3, atol=1e-4)
