"""The whole path on a small sample: train, recommend, save, load, resume, evaluate."""

import os
import re

import numpy as np
import pytest
from scipy import sparse

from instahash import AutoRec, InstaHash, PaperSettings, SoftmaxNetwork, Word2Vec, WordVectors
from instahash.checkpoint import CHECKPOINT, Checkpoint
from instahash.data import Corpus, Label, Post, encode, fit_dataset, grow
from instahash.data.small import TOPICS, small_posts
from instahash.errors import DataError, ModelError, SettingsError
from instahash.evaluation import evaluate, format_example, format_tables
from instahash.parameters import assign
from instahash.pipeline import settings_of
from instahash.pipeline.paper import Paper
from instahash.storage import MODEL, read_header, read_model, write_model
from instahash.trainer import Trainer

compiled = pytest.mark.skipif(
    os.environ.get("NUMBA_DISABLE_JIT", "0") != "0", reason="trains anew on many posts: too long in Python"
)
QUICK = assign(
    PaperSettings(),
    ["word2vec.dim=16", "word2vec.epochs=4", "autorec.n_hidden=16", "autorec.epochs=8", "autorec.learning_rate=0.02"]
    + ["autorec.batch_size=32", "ratings.n_expand=5", "word2vec.n_shared=6"],
)
POSTS = list(small_posts(240))
DESCRIPTION = sparse.csr_array(np.ones((1, 3), np.float32))


@pytest.fixture(scope="module")
def model():
    return InstaHash(QUICK).fit(POSTS)


def test_recommendations_come_from_the_hashtag_vocabulary(model):
    answers = [answer for _, answer in model.recommend_posts(POSTS, trace=True)]
    hashtags = {model.vocabulary.words[i] for i in model.vocabulary.hashtag_ids}
    assert all(set(answer.hashtags) <= hashtags for answer in answers)
    assert sum(bool(answer.hashtags) for answer in answers) > 100
    for answer in answers:
        combined, trace = answer.trace["combined"], answer.trace
        kept = [word for word in combined if word in hashtags]
        assert answer.hashtags == kept and len(answer.scores) == len(kept)
        met = [word for word in trace["word2vec"] if word in set(trace["autorec"])]
        assert answer.source == ("intersection" if met else "autorec")
        assert combined == met if met else len(combined) == 5


def test_one_post_is_answered_as_in_a_batch(model):
    for post, (post_id, answer) in zip(POSTS[:20], model.recommend_posts(POSTS, trace=True)):
        labels = [label.description for label in post.labels if label.score >= 0.5]
        alone = model.recommend(labels, trace=True)
        assert post.id == post_id and alone.hashtags == answer.hashtags and alone.trace == answer.trace
        np.testing.assert_allclose(alone.scores, answer.scores, rtol=1e-4, atol=1e-5)


@compiled
@pytest.mark.parametrize("mode", ["best", "paper"])
def test_matrices_that_are_no_descriptions_are_one_line(mode):
    quick = ["word2vec.dim=4"] + (["autorec.n_hidden=4"] if mode == "paper" else ["softmax.epochs=1"])
    model = InstaHash(assign(settings_of(mode), quick)).fit(POSTS[:60])
    right = sparse.csr_array((2, len(model.vocabulary)), dtype=np.float32)
    for wrong in (right.toarray(), right.tocoo(), right[:, :5], None):
        for query in (model.recommend_matrix, lambda matrix: model.rankings(matrix, 3)):
            with pytest.raises(DataError, match="descriptions"):
                query(wrong)
        if wrong is not None:
            with pytest.raises(DataError, match="chosen hashtags"):
                model.recommend_matrix(right, chosen=wrong)
    assert model.recommend_matrix(sparse.csr_matrix(right)) == model.recommend_matrix(right)


def test_rankings_are_the_same_however_many_posts_are_ranked_at_a_time(model, monkeypatch):
    data = encode(Corpus.from_posts(POSTS[:25]), model.vocabulary)
    whole = model.rankings(data.description, 6, data.hashtags)
    assert {ids.shape for ids in whole.values()} == {(25, 6)} and set(whole) >= {"popularity", "cooccurrence"}
    seen, score = [], model.mode.single_scores
    monkeypatch.setattr("instahash.pipeline.recommender.OUTPUTS", 4 * len(model.vocabulary) + 1)
    monkeypatch.setattr(model.mode, "single_scores", lambda part: seen.append(len(part.guessed)) or score(part))
    for name, ids in model.rankings(data.description, 6, data.hashtags).items():
        np.testing.assert_array_equal(ids, whole[name])
    assert seen == [4] * 6 + [1]
    assert {ids.shape for ids in model.rankings(data.description[:0], 6).values()} == {(0, 6)}


def test_a_baseline_that_would_not_fit_is_left_out(model, monkeypatch):
    monkeypatch.setattr(model, "learnt", model.learnt)
    monkeypatch.setattr("instahash.baselines.checks.DENSE_BYTES", 1000)
    lines = []
    assert model.fit_baselines(POSTS[:60], lines.append) is model
    assert {"item_cosine", "network"} <= set(model.baselines) and not {"ease", "ridge"} & set(model.baselines)
    assert [line.split(" over")[0].split(" from")[0] for line in lines] == [
        "Left out: EASE",
        "Left out: ridge regression",
    ]


def test_labels_below_the_threshold_are_not_believed(model):
    seen = [Post("a", (), (Label("dog", 0.9), Label("wedding dress", 0.4))), Post("b", (), (Label("dog", 0.9),))]
    (_, first), (_, second) = model.recommend_posts(seen, trace=True)
    assert first.trace["description"] == ["dog"] == second.trace["description"] and first.hashtags == second.hashtags


@pytest.mark.parametrize(
    "ask",
    [
        lambda model, folder: model.recommend(["dog"]),
        lambda model, folder: list(model.recommend_posts(POSTS)),
        lambda model, folder: model.recommend_matrix(DESCRIPTION),
        lambda model, folder: model.rankings(DESCRIPTION, 3),
        lambda model, folder: model.word_vectors(),
        lambda model, folder: model.knows_user("ann"),
        lambda model, folder: model.partial_fit("no such file"),
        lambda model, folder: model.fit_baselines("no such file"),
        lambda model, folder: model.save(folder / "model"),
        lambda model, folder: model.mode.recommend(DESCRIPTION, None),
        lambda model, folder: SoftmaxNetwork().predict(DESCRIPTION),
        lambda model, folder: SoftmaxNetwork().decay(0.5),
        lambda model, folder: AutoRec().predict(DESCRIPTION),
        lambda model, folder: AutoRec().predict_at(DESCRIPTION, DESCRIPTION),
        lambda model, folder: AutoRec().rmse(DESCRIPTION),
        lambda model, folder: AutoRec().recommend([0]),
        lambda model, folder: AutoRec().partial_fit(DESCRIPTION),
    ],
)
def test_a_model_that_is_not_trained_says_so(ask, tmp_path):
    with pytest.raises(ModelError) as caught:
        ask(InstaHash(), tmp_path)
    assert str(caught.value) == "this model is not trained: call fit, or load one" and not list(tmp_path.iterdir())


def test_what_no_model_has_is_no_matter_of_training():
    assert not hasattr(InstaHash(), "mode") and not hasattr(InstaHash(), "recomend")
    with pytest.raises(AttributeError, match="'InstaHash' object has no attribute 'recomend'"):
        InstaHash().recomend(["dog"])


def test_top_cuts_the_list(model):
    labels = next(
        answer.trace["description"]
        for _, answer in model.recommend_posts(POSTS, trace=True)
        if len(answer.hashtags) > 1
    )
    answer, cut = model.recommend(labels), model.recommend(labels, top=1)
    assert len(answer.hashtags) > 1 and cut.hashtags == answer.hashtags[:1] and len(cut.scores) == 1


def test_unknown_labels_get_the_most_used_hashtags_and_say_so(model):
    answer = model.recommend(["zeppelin"], top=3)
    counts = model.vocabulary.hashtag_counts
    best = [model.vocabulary.words[i] for i in model.vocabulary.hashtag_ids[:3]]
    assert answer.hashtags == best and (answer.source, answer.scores_are) == ("most_used", "frequency")
    assert answer.scores == pytest.approx([counts.max() / len(POSTS), *answer.scores[1:]])
    known = model.recommend(["dog", "zeppelin"])
    assert answer.to_json()["source"] == "most_used" and known.source != "most_used" and "trace" not in known.to_json()


def test_save_and_load_give_the_same_answers(model, tmp_path):
    model.save(tmp_path / "m")
    loaded = InstaHash.load(tmp_path / "m")
    assert list(loaded.recommend_posts(POSTS)) == list(model.recommend_posts(POSTS))
    assert loaded.recommend(["zeppelin"]) == model.recommend(["zeppelin"])
    assert os.listdir(tmp_path / "m") == [MODEL]
    header = read_header(tmp_path / "m")
    assert header["format_version"] == 4 and header["mode"] == "paper"
    assert header["settings"]["autorec"]["n_hidden"] == 16 and header["sizes"]["n_words"] == len(model.vocabulary)
    assert header["trained_on"] == loaded.trained_on == [Corpus.from_posts(POSTS).digest()]
    assert set(header["versions"]) == {"python", "instahash", "numpy", "scipy", "numba"}
    first = evaluate(loaded, Corpus.from_posts(POSTS)).to_json()
    assert first == evaluate(model, Corpus.from_posts(POSTS)).to_json()


def test_the_same_seed_writes_the_same_bytes(model, tmp_path):
    model.save(tmp_path / "a")
    InstaHash(QUICK).fit(iter(POSTS)).save(tmp_path / "b")
    assert (tmp_path / "a" / MODEL).read_bytes() == (tmp_path / "b" / MODEL).read_bytes()


@pytest.mark.parametrize("stop", ["word2vec", "autorec"])
def test_an_interrupted_training_resumes_to_the_same_model(model, tmp_path, monkeypatch, stop):
    path = tmp_path / CHECKPOINT
    save = Checkpoint.save

    def save_then_interrupt(self, states):
        save(self, states)
        if stop in states and len(states[stop]["history"]) == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr("instahash.checkpoint.time.monotonic", lambda: 0.0)  # so that every epoch is saved
    monkeypatch.setattr(Checkpoint, "save", save_then_interrupt)
    with pytest.raises(KeyboardInterrupt):
        InstaHash(QUICK).fit(POSTS, checkpoint=path)
    monkeypatch.setattr(Checkpoint, "save", save)
    stopped, taken_up = {"word2vec": Word2Vec, "autorec": AutoRec}[stop], []
    fit = stopped.fit

    def fit_and_note(self, matrix, *, state=None, **options):
        if state:
            taken_up.append(len(state["history"]))
        return fit(self, matrix, state=state, **options)

    monkeypatch.setattr(stopped, "fit", fit_and_note)
    lines = []
    resumed = InstaHash(QUICK).fit(POSTS, checkpoint=path, resume=True, report=lines.append)
    assert taken_up == [2] and any("Going on from" in line for line in lines)
    for name, array in model.mode.autorec.to_arrays().items():
        assert resumed.mode.autorec.to_arrays()[name].tobytes() == array.tobytes(), name
    assert resumed.mode.word2vec.history == model.mode.word2vec.history
    monkeypatch.setattr(stopped, "fit", fit)
    with pytest.raises(ModelError, match="made with other data or settings"):
        InstaHash(QUICK).fit(POSTS[1:], checkpoint=path, resume=True)
    with pytest.raises(ModelError, match="made with other data or settings"):
        InstaHash(assign(QUICK, ["autorec.reg=0.5"])).fit(POSTS, checkpoint=path, resume=True)


def test_evaluation_has_the_agreed_shape(model):
    result = evaluate(model, Corpus.from_posts([*POSTS, Post("empty")]))
    value = result.to_json()
    tables = {f"{a}_{b}" for a in ("cosine", "jaccard") for b in ("ground_truth", "description")}
    assert list(value)[:5] == ["posts", "tables", "ranking", "empty", "defaulted"] and value["posts"] == len(POSTS)
    assert set(value["tables"]) == tables
    assert set(value["ranking"]) == {"instahash", "word2vec", "autorec", "popularity", "cooccurrence"}
    for table in value["tables"].values():
        assert list(table) == ["mean", ">0.7", ">0.3", "<0.3", "<0.0"]
    for measures in value["ranking"].values():
        assert all(0 <= number <= 1 for number in measures.values()) and len(measures) == 9
    assert value["ranking"]["cooccurrence"]["ndcg@10"] > value["ranking"]["popularity"]["ndcg@10"]
    for made in result.histograms.values():
        assert sum(made["counts"]) <= len(POSTS)
    assert sum(result.histograms["jaccard_description"]["counts"]) == len(POSTS)
    assert "instahash" in format_tables(value) and "cosine to the author's hashtags" in format_tables(value)
    example = format_example(result.examples[0])
    for name in ("author", "description", "Word2Vec", "AutoRec", "hashtags"):
        assert name in example


def test_evaluating_posts_that_share_nothing_with_the_model(model):
    with pytest.raises(
        DataError, match="no post has both a hashtag and a label that the model knows: 1 read, 1 with hashtags of"
    ):
        evaluate(model, Corpus.from_posts([Post("a", ("zeppelin",), (Label("airship", 0.9),))]))


def test_a_model_directory_with_another_models_file(model, tmp_path):
    model.save(tmp_path)
    header, sections = read_model(tmp_path)
    vectors = sections["word2vec"]
    sections["word2vec"] = vectors | {name: vectors[name][1:] for name in ("W", "C", "counts") if name in vectors}
    write_model(tmp_path, header, sections)
    with pytest.raises(ModelError, match="is not one this version can use"):
        InstaHash.load(tmp_path)
    write_model(tmp_path, header, read_model(tmp_path)[1] | {"paper": {"n_posts": np.array(np.inf)}})
    with pytest.raises(ModelError, match="is not one this version can use"):
        InstaHash.load(tmp_path)
    header["settings"]["colour"] = 1
    write_model(tmp_path, header, sections)
    with pytest.raises(SettingsError, match="no setting 'colour'"):
        InstaHash.load(tmp_path)


def test_the_trainer_and_the_vectors_are_chosen_and_said():
    lines = []
    model = InstaHash(QUICK).fit(POSTS, report=lines.append)
    (trainer,) = [line for line in lines if " trainer, about " in line]
    assert trainer.startswith(f"word2vec: {model.mode.word2vec.trained_by} trainer") and trainer.endswith(" MB.")
    (vectors,) = [line for line in lines if "recall@10 on 24 posts held out of a trial" in line]
    recalls = {kind: float(vectors.split(f" with {kind}")[0].split()[-1]) for kind in ("summed", "input")}
    assert 0 < recalls["input"] <= 1 and 0 < recalls["summed"] <= 1
    assert model.mode.word2vec.vectors == ("sum" if recalls["summed"] >= recalls["input"] else "input")
    for kind in ("input", "sum"):
        lines.clear()
        asked = InstaHash(assign(QUICK, [f"word2vec.vectors={kind}"])).fit(POSTS[:60], report=lines.append)
        assert asked.mode.word2vec.vectors == kind and not any("held out of a trial" in line for line in lines)


def test_a_loaded_model_keeps_its_vectors_and_can_learn_more(model, tmp_path):
    for trainer in ("exact", "sampling"):
        trained = InstaHash(assign(QUICK, [f"word2vec.trainer={trainer}", "word2vec.vectors=input"])).fit(POSTS)
        trained.save(tmp_path)
        system = InstaHash.load(tmp_path)
        loaded, kept = system.mode.word2vec, trained.mode.word2vec
        assert loaded.vectors == "input" and loaded.trained_by == trainer
        vocabulary = grow(system.vocabulary, Corpus.from_posts([Post("a", ("zeppelin", "sky"), (Label("sea", 0.9),))]))
        more = encode(Corpus.from_posts([Post(str(i), ("zeppelin", "sky", "sea")) for i in range(30)]), vocabulary)
        loaded.partial_fit(more.bags)
        kept.partial_fit(more.bags)
        assert loaded.W.tobytes() == kept.W.tobytes()
        vectors = WordVectors(vocabulary.words, loaded.W + loaded.C)
        assert max(vectors.rank("zeppelin", word) for word in ("sky", "sea")) <= 20 < len(vectors) / 10


def test_word_vectors_by_name(model):
    vectors = model.word_vectors()
    assert vectors.words == model.vocabulary.words
    dog = encode(Corpus.from_posts([Post("a", ("dog",))]), model.vocabulary).bags
    ids, cosines = vectors.most_similar_to_sets(dog, 3)
    assert vectors.most_similar("dog", topn=3) == [
        (model.vocabulary.words[i], pytest.approx(cosine, abs=1e-5)) for i, cosine in zip(ids[0], cosines[0])
    ]


def test_posts_without_labels_can_be_learnt_from():
    model = InstaHash(QUICK).fit([post._replace(labels=()) for post in POSTS])
    assert "sea" in model.recommend(["beach"], trace=True).trace["word2vec"]


def test_topics_are_found_with_enough_training():
    """The default settings but for sizes: neighbours of a label are the hashtags of its topic."""
    settings = assign(
        PaperSettings(), ["autorec.epochs=1", "autorec.n_hidden=2", "word2vec.dim=20", "word2vec.epochs=6"]
    )
    model = InstaHash(settings).fit(list(small_posts(600)))
    known = {word for words in TOPICS["dogs"][1] for word in [words]} | {"puppy", "canine", "snout", "breed"}
    assert len(set(model.recommend(["dog", "puppy"], trace=True).trace["word2vec"]) & known) >= 8


@pytest.mark.parametrize(
    "assignments",
    [
        ["autorec.init=spectral", "autorec.decoder=ridge", "autorec.epochs=0"],
        ["ratings.input=description", "ratings.target=hashtags", "autorec.corruption=0.2"],
        ["ratings.target=hashtags", "ratings.n_expand=0", "autorec.absent_weight=0.5", "autorec.hidden=relu"],
        ["autorec.absent_weight=0", "autorec.output=sigmoid", "autorec.optimizer=lbfgs", "autorec.epochs=2"],
    ],
    ids=" ".join,
)
def test_other_ways_of_training_autorec(tmp_path, assignments):
    lines = []
    model = InstaHash(assign(QUICK, assignments)).fit(POSTS, report=lines.append)
    assert any("autorec: RMSE over" in line for line in lines)
    model.save(tmp_path)
    loaded = InstaHash.load(tmp_path)
    assert loaded.settings == model.settings
    for labels in (["dog", "grass"], ["beach", "sea", "sky"]):
        assert loaded.recommend(labels).to_json() == model.recommend(labels).to_json()


@compiled
def test_the_training_of_autorec_is_said_and_can_be_that_of_the_paper(monkeypatch):
    monkeypatch.setattr("instahash.autorec.settings.SPECTRAL_POSTS", len(POSTS))
    default, small = PaperSettings(), ["word2vec.dim=8", "autorec.n_hidden=12"]
    for more, epochs, start in (
        ((), 0, "the spectrum; as published with init=random"),
        (("autorec.init=random",), 50, "a random start, as published"),
    ):
        lines = []
        model = InstaHash(assign(default, [*small, *more])).fit(POSTS, report=lines.append)
        assert f"autorec: epochs {epochs}, from {start}." in lines and len(model.mode.autorec.history) == epochs
    assert InstaHash(assign(default, small)).fit(POSTS[1:]).mode.autorec.history.last == 50  # fewer posts
    wanted = assign(default, [*small, "ratings.target=hashtags"])
    assert InstaHash(wanted).fit(POSTS).mode.autorec.history.last == 50  # other targets


def test_descriptions_in_and_hashtags_out(monkeypatch):
    """What is not a hashtag is never wanted, and what is given are the words of the description alone."""
    dataset = fit_dataset(Corpus.from_posts(POSTS))
    settings, given = assign(QUICK, ["ratings.input=description", "ratings.target=hashtags"]), []
    monkeypatch.setattr(AutoRec, "fit", lambda self, inputs, *, targets, **options: given.append((inputs, targets)))
    monkeypatch.setattr(AutoRec, "rmse", lambda *args, **options: 0.0)
    Paper(settings).fit(dataset, Trainer())
    ((inputs, targets),) = given
    np.testing.assert_array_equal(inputs.toarray() > 0, dataset.description.toarray() > 0)
    assert dataset.vocabulary.is_hashtag[targets.indices].all()
    assert ((targets.toarray() == 1) == (dataset.hashtags.toarray() > 0)).all()
    assert (targets.data < 1).any()  # the expansion


@pytest.mark.skipif(os.environ.get("NUMBA_DISABLE_JIT", "0") != "0", reason="eight trainings: too long in Python")
@pytest.mark.parametrize(
    ("mode", "assignments", "warnings"),
    [
        ("best", [], []),
        ("best", ["softmax.epochs=1", "word2vec.trainer=sampling", "word2vec.epochs=1"], []),
        ("best", ["softmax.learning_rate=1e5"], ["softmax.*worse than guessing; .*--set softmax.learning_rate=0.002"]),
        (
            "best",
            ["softmax.learning_rate=1e5", "softmax.epochs=1", "softmax.batch_size=32"],
            ["softmax.* worse than guessing"],
        ),
        ("best", ["completion.learning_rate=1e6"], ["completion.*worse than guessing.*--set completion.learning_rate"]),
        ("best", ["word2vec.trainer=sampling", "word2vec.learning_rate=1000"], ["word2vec.* worse than guessing"]),
        (
            "paper",
            ["autorec.learning_rate=1"],
            ["autorec.*last epoch has a rmse of .*, worse than its first epoch; .*=0.001"],
        ),
        ("paper", ["autorec.learning_rate=0.005"], []),
    ],
)
def test_a_training_that_makes_a_model_worse_is_said(mode, assignments, warnings):
    epochs = ["autorec.epochs=5"] if mode == "paper" else ["softmax.epochs=5", "completion.epochs=5"]
    settings, lines = assign(settings_of(mode), [*epochs, *assignments]), []
    InstaHash(settings).fit(POSTS, report=lines.append)
    said = [line for line in lines if line.startswith("Warning: ")]
    assert len(said) == len(warnings), said
    for line, wanted in zip(said, warnings):
        assert re.match(f"Warning: {wanted}", line), line


def test_settings_of_both_models_are_looked_at_before_one_is_trained(monkeypatch):
    monkeypatch.setattr(Word2Vec, "fit", lambda *args, **options: pytest.fail("word2vec was trained"))
    with pytest.raises(SettingsError, match="optimizer is 'adamw'; it must be one of"):
        InstaHash(assign(QUICK, ["autorec.optimizer=adamw"])).fit(POSTS)


@pytest.mark.parametrize("mode", ["paper", "best"])
def test_a_fit_that_fails_or_is_interrupted_leaves_the_old_model(mode, monkeypatch, tmp_path):
    quick = QUICK if mode == "paper" else assign(settings_of(mode), ["softmax.epochs=1", "completion.epochs=1"])
    model = InstaHash(quick).fit(POSTS[:80])
    before = model.recommend(["dog", "grass"])

    def stop(*args, **options):
        raise KeyboardInterrupt

    network = AutoRec if mode == "paper" else SoftmaxNetwork
    monkeypatch.setattr(network, "fit", stop)
    with pytest.raises(KeyboardInterrupt):
        model.fit(POSTS[80:200])
    with pytest.raises(DataError):
        model.fit([Post("a")])
    assert model.recommend(["dog", "grass"]) == before and model.summary["posts_read"] == 80
    model.save(tmp_path)
    assert InstaHash.load(tmp_path).recommend(["dog", "grass"]) == before
