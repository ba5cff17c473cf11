"""Mode "best": its ranking, what is chosen, who asks, novelty and diversity, banned hashtags, learning on, saving."""

import os
from dataclasses import dataclass, fields

import numpy as np
import pytest
from scipy import sparse

from instahash import BestSettings, InstaHash, PaperSettings, Word2Vec
from instahash.baselines import Cooccurrence
from instahash.data import Corpus, Label, Post, Vocabulary, encode, fit_dataset
from instahash.data.general import GENERAL_HASHTAGS
from instahash.data.small import TOPICS, small_posts
from instahash.errors import DataError, SettingsError
from instahash.evaluation import evaluate
from instahash.experts import CONTEXTS, EXPERTS, Domain, Examples, Expert
from instahash.experts.common import CommonExpert
from instahash.experts.familiarity import Familiarity
from instahash.experts.linear import LinearExpert
from instahash.experts.personal import PersonalExpert
from instahash.experts.popularity import PopularityExpert
from instahash.parameters import Section, assign, parameter
from instahash.pipeline import MODES, settings_of
from instahash.pipeline.best import Best
from instahash.recommend import Fusion, Preferences
from instahash.sparse import keep
from instahash.trainer import Trainer

QUICK = assign(
    BestSettings(),
    ["word2vec.dim=16", "softmax.n_hidden=32", "softmax.epochs=12", "softmax.learning_rate=0.01"]
    + ["softmax.batch_size=64", "completion.n_hidden=32", "completion.epochs=12", "completion.batch_size=64"]
    + ["stream.epochs=12"],
)
compiled = pytest.mark.skipif(
    os.environ.get("NUMBA_DISABLE_JIT", "0") != "0", reason="trains anew on many posts: too long in Python"
)
NETWORKS = ("softmax", "completion")
POSTS = list(small_posts(900))
TRAIN, HELD_OUT = POSTS[:700], POSTS[700:]


@pytest.fixture(scope="module")
def model():
    return InstaHash(QUICK).fit(TRAIN)


@pytest.fixture(scope="module")
def full():
    """What a first training makes."""
    return InstaHash().fit("sample-small")


@compiled
@pytest.mark.parametrize(
    "labels", ["dog, grass", "dog, ball", "dog, table", "dog, smile", "cat, tree", "cat, window", "coffee, table"]
)
def test_what_any_photo_shows_brings_no_topic_of_its_own(full, labels):
    """#football is absurd for a dog on grass, #baby for one that smiles."""
    absurd = {word for topic in ("football", "babies", "beach", "weddings") for word in TOPICS[topic][1]} - {"love"}
    assert not (absurd - {"cute"}) & set(full.recommend(labels, 5).hashtags)


@pytest.fixture
def fresh(model, tmp_path):
    """A copy that may be changed."""
    model.save(tmp_path / "model")
    return InstaHash.load(tmp_path / "model")


@pytest.mark.parametrize("protocol", ["description", "completion"])
def test_it_ranks_better_than_counting(model, protocol):
    ranking = evaluate(model, Corpus.from_posts(HELD_OUT), protocol=protocol).ranking
    scores = {name: measures["ndcg@10"] for name, measures in ranking.items()}
    assert scores["instahash"] > 1.03 * max(scores["popularity"], scores["word2vec"])
    # Counting also finds variants of chosen hashtags, which these authors write, and which take no place here.
    assert scores["instahash"] > scores["cooccurrence"] - (0.02 if protocol == "description" else 0.03)


def test_labels_that_say_nothing_are_repeated_before_what_fits_any_photo(model):
    """No hashtag of the training comes that the photo does not show, neither a usual one nor a rare one."""
    for labels, source in ([("zeppelin", 0.9)], "experts"), ([("zeppelin", 0.3)], "guesses"):
        for options in {}, {"novelty": 1.0}, {"diversity": 1.0}:
            answer = model.recommend([*labels, ("wrixle", 0.1)], 30, **options)
            assert answer.hashtags[:2] == ["zeppelin", "wrixle"] and answer.source == source
            assert set(answer.hashtags[2:]) == set(GENERAL_HASHTAGS) and answer.scores[0] < labels[0][1]
        assert model.recommend(labels, banned=["Zep pelin", "love"]).hashtags[0] != "zeppelin"
    assert model.recommend([("zeppelin", 0.1)]).source == "general"
    assert model.recommend(["zeppelin", "dog"]).hashtags != model.recommend(["zeppelin"]).hashtags


def test_auto_counts_the_posts_held_out_for_the_weights_too():
    small = assign(QUICK, [f"{name}.{change}" for name in NETWORKS for change in ("epochs=auto", "n_hidden=2")])
    model = InstaHash(small).fit(TRAIN[:100])
    assert [len(model.mode.panel.experts[name].history) for name in NETWORKS] == [88, 88]  # 12 (40,000 / 100)^(1/3)


def test_there_are_always_as_many_as_asked_for(model):
    for labels, chosen in (["dog"], []), ([], ["puppy"]), (["dog", "beach"], ["love"]), (["dog", "unknownword"], []):
        for top in (1, 10, 25):
            answer = model.recommend(labels, top, chosen=chosen)
            assert len(answer.hashtags) == len(set(answer.hashtags)) == len(answer.scores) == top
            assert all(0 < score < 1 for score in answer.scores) and not set(answer.hashtags) & set(chosen)
            assert answer.scores[0] == max(answer.scores)
    assert len(model.recommend(["dog"]).hashtags) == 10
    answers = [model.recommend(labels) for labels in ([], ["unknownword"], [("dog", 0.3)], ["dog"])]
    assert [a.source for a in answers] == ["general", "experts", "guesses", "experts"]
    assert [a.scores_are for a in answers] == ["frequency"] + ["probability"] * 3
    assert model.recommend(["dog"]).scores_are == "probability" and model.recommend(["dog"]).trace is None


def test_one_post_is_answered_as_in_a_batch(model):
    for post, (post_id, answer) in zip(HELD_OUT[:20], model.recommend_posts(HELD_OUT, trace=True)):
        alone = model.recommend(post.labels, trace=True)
        assert post.id == post_id and alone.hashtags == answer.hashtags and alone.trace == answer.trace
        assert list(alone.trace) == ["description", "word2vec", "softmax"] and len(alone.trace["softmax"]) == 20
        np.testing.assert_allclose(alone.scores, answer.scores, rtol=1e-3)


def test_scores_matter(model):
    sure, unsure = (model.recommend([("dog", score), ("beach", 1.5 - score)]) for score in (0.95, 0.55))
    assert sure.scores != unsure.scores


def test_probabilities_are_as_often_right_as_they_say(model):
    answers = [answer for _, answer in model.recommend_posts(HELD_OUT)]
    said = np.concatenate([answer.scores for answer in answers])
    right = np.concatenate([np.isin(a.hashtags, list(post.hashtags)) for a, post in zip(answers, HELD_OUT)])
    assert said.mean() == pytest.approx(right.mean(), abs=0.05)
    likely = said > np.median(said)
    assert right[likely].mean() > 1.5 * right[~likely].mean()


def test_what_is_chosen_moves_what_follows(model):
    """A photo of grass, once among dogs and once among food."""
    dogs, food = (
        set(model.recommend(["grass"], 10, chosen=chosen).hashtags)
        for chosen in (["dogsofinstagram", "puppylove"], ["foodporn", "foodie"])
    )
    plain = set(model.recommend(["grass"], 10).hashtags)
    assert dogs != food and (dogs != plain or food != plain)


def test_banned_hashtags_are_never_recommended(model):
    plain = model.recommend(["dog", "puppy"], 5)
    banned = [f"#{hashtag.upper()}" for hashtag in plain.hashtags[:3]]
    without = model.recommend(["dog", "puppy"], 5, banned=banned)
    assert not set(plain.hashtags[:3]) & set(without.hashtags) and len(without.hashtags) == 5
    everywhere = [answer for _, answer in model.recommend_posts(HELD_OUT[:50], banned=banned)]
    assert not any(set(plain.hashtags[:3]) & set(answer.hashtags) for answer in everywhere)


def test_novelty_leaves_the_popular_and_diversity_the_alike(model):
    counts = dict(zip(model.vocabulary.words, model.vocabulary.hashtag_counts.tolist()))
    unit = model.word_vectors().unit

    def measured(**options):
        answers = [answer.hashtags for _, answer in model.recommend_posts(HELD_OUT[:80], **options)]
        uses = np.mean([np.log1p(counts.get(hashtag, 0)) for answer in answers for hashtag in answer])
        vectors = [unit[model.vocabulary.lookup(answer)[0]] for answer in answers]
        return uses, np.mean([(v @ v.T)[np.triu_indices(len(v), 1)].mean() for v in vectors])

    plain, novel, diverse = measured(), measured(novelty=0.8), measured(diversity=0.8)
    assert measured(novelty=0.0, diversity=0.05) == plain  # the defaults
    assert novel[0] < plain[0] - 0.25 and diverse[1] < plain[1] - 0.05


@compiled
def test_a_users_earlier_hashtags_count():
    """Twenty people, each of whom always writes a hashtag of their own, whatever the photo."""
    posts = [
        post._replace(user=f"u{i % 20}", hashtags=(*post.hashtags, f"view{i % 20}")) for i, post in enumerate(TRAIN)
    ]
    model = InstaHash(QUICK).fit(posts)
    labels = [label for label in HELD_OUT[0].labels if label.score >= 0.5]
    known, nobody, stranger = (model.recommend(labels, 10, user=user) for user in ("u7", None, "someone else"))
    answers = [model.recommend(labels, 200, user=user) for user in ("u7", "u8", None)]
    chance = [dict(zip(answer.hashtags, answer.scores))["view7"] for answer in answers]
    assert "view7" in known.hashtags[:5] and "view7" not in nobody.hashtags and chance[0] > 5 * max(chance[1:])
    assert stranger == nobody  # to the bit
    ((_, posted),) = model.recommend_posts([HELD_OUT[0]._replace(user="u7", labels=tuple(labels))])
    assert posted.hashtags == known.hashtags


def test_scores_are_estimates_where_the_training_has_no_such_labels(model):
    strange = ["gondola", "castle", "pier", "volcano", "lakeside"]
    assert model.recommend(["dog"]).scores_are == "probability" and model.recommend(strange).scores_are == "estimate"


def test_scores_are_estimates_for_all_photos_where_the_training_posts_are_made_up():
    model = InstaHash(QUICK).fit([post._replace(made_up=True) for post in TRAIN[:80]])
    for labels in (["dog"], ["qwertyuiop"]):
        assert model.recommend(labels).scores_are == "estimate"
    answer = model.recommend([])
    assert answer.scores_are == "frequency" and {*map(type, answer.scores)} == {float}


@compiled
def test_new_posts_bring_new_hashtags_and_labels(fresh):
    old = fresh.recommend(["dog"], 10)
    new = [
        post._replace(hashtags=(*post.hashtags, "#HoverBoard"), labels=(*post.labels, Label("hoverboard", 0.9)))
        for post in HELD_OUT[:40]
    ]
    fresh.partial_fit(new)
    assert "HoverBoard" in fresh.recommend(["hoverboard"], 5).hashtags  # as people write it
    assert "HoverBoard" in fresh.recommend([], 40, chosen=new[0].hashtags[:2]).hashtags
    assert len(set(old.hashtags) & set(fresh.recommend(["dog"], 10).hashtags)) >= 5  # the old is not forgotten
    assert len(fresh.trained_on) == 2 and fresh.trained_on[1] == Corpus.from_posts(new).digest()
    assert fresh.summary["posts"] == 740 and len(fresh.vocabulary.hashtag_ids) > 0
    assert set(fresh.rankings(encode(Corpus.from_posts(new[:2]), fresh.vocabulary).description, 5)) >= {"softmax"}


@compiled
def test_a_rising_hashtag_is_found_sooner_where_old_uses_fade(tmp_path):
    def stream(day, i):
        post = TRAIN[i]
        return post._replace(id=f"d{i}", hashtags=(*post.hashtags, "risen"), created_at=f"2026-03-{day:02}")

    first = [post._replace(created_at="2025-03-01") for post in TRAIN[:500]] + [stream(1, 500)]
    later = [stream(1 + i % 28, 501 + i) for i in range(60)]
    chance = {}
    for half_life in (0, 30):
        settings = assign(QUICK, [f"stream.half_life={half_life}"])
        model = InstaHash(settings).fit(first).partial_fit(later)
        answers = [answer for _, answer in model.recommend_posts(HELD_OUT[:40], 50)]
        chance[half_life] = np.mean([dict(zip(a.hashtags, a.scores)).get("risen", 0.0) for a in answers])
    assert chance[30] > 1.1 * chance[0]


def test_saving_and_loading_changes_nothing(model, fresh):
    for labels, options in (["dog"], {}), (["sea"], {"novelty": 0.3, "diversity": 0.5}), ([], {"chosen": ["love"]}):
        assert model.recommend(labels, **options) == fresh.recommend(labels, **options)
    again = fresh.partial_fit(HELD_OUT[:50])
    assert np.isfinite(again.recommend(["dog"]).scores).all()


@compiled
def test_one_seed_one_model():
    settings = assign(QUICK, ["softmax.epochs=2", "completion.epochs=2"])
    first, second = (InstaHash(settings).fit(TRAIN[:150]).recommend(["dog", "sea"]) for _ in range(2))
    assert first == second


@pytest.mark.parametrize("posts", [
    [Post("a", ("x", "y"), ()), Post("b", ("x",), ())],
    [Post("a", ("x",), (Label("dog", 0.9),))] * 3,
    [Post("a", ("x",), (Label("dog", 0.0),)), Post("b", ("y", "dog"), (Label("cat", 1.0),))],
])  # fmt: skip
def test_the_smallest_corpora(posts):
    """No labels at all, one hashtag, no post to hold out."""
    model = InstaHash(QUICK).fit(posts)
    answer = model.recommend(["dog"])
    assert {"x", "y", "dog", *GENERAL_HASHTAGS} >= {*answer.hashtags} and np.isfinite(answer.scores).all()


def test_what_cannot_be(model):
    with pytest.raises(SettingsError, match="there is no setting 'autorec.n_expand'"):
        assign(QUICK, ["autorec.n_expand=3"])
    with pytest.raises(SettingsError, match="must be one of best, paper"):
        settings_of("worst")
    with pytest.raises(SettingsError, match=r"novelty is 1.5; it must lie in \[0, 1\]"):
        model.recommend(["dog"], novelty=1.5)
    with pytest.raises(SettingsError, match="diversity is 'much'"):
        model.recommend(["dog"], diversity="much")
    with pytest.raises(DataError, match="none of the 1 new posts has a hashtag"):
        model.partial_fit([Post("a")])
    with pytest.raises(SettingsError, match="take mode 'best'"):
        paper = assign(PaperSettings(), ["autorec.epochs=1", "autorec.n_hidden=4", "word2vec.dim=4"])
        InstaHash(paper).fit(TRAIN[:60]).partial_fit(TRAIN[60:70])


@pytest.mark.parametrize("name", ["chosen", "keys"])
def test_what_is_known_of_other_posts_is_refused(model, name):
    matrix = sparse.csr_array((3, len(model.vocabulary)), dtype=np.int8)
    with pytest.raises(DataError, match=f"descriptions have 2 rows, {name}.* 3; give a row for each post"):
        model.recommend_matrix(matrix[:2], **{name: matrix if name == "chosen" else [("user:anna",)] * 3})


@pytest.mark.parametrize(("ask", "message"), [
    ({"labels": [("dog", 1.5)]}, r"the score of label 'dog' is 1.5; it must lie in \[0, 1\]"),
    ({"labels": [("dog", float("nan"))]}, "the score of label 'dog' is nan"),
    ({"labels": ["dog"], "top": -1}, "top is -1; it must be a whole number"),
    ({"labels": ["dog"], "top": 2.5}, "top is 2.5"),
    ({"labels": ["dog"], "top": True}, "top is True"),
])  # fmt: skip
def test_queries_that_cannot_be_answered(model, ask, message):
    with pytest.raises(DataError, match=message):
        model.recommend(**ask)


def test_lists_of_the_extreme_lengths(model):
    n_hashtags = len(np.unique(model.vocabulary.variants[model.vocabulary.hashtag_ids]))
    assert model.recommend(["dog"], 0).hashtags == [] and len(model.recommend(["dog"], 10**6).hashtags) == n_hashtags
    assert model.recommend(["dog"], 5, banned=model.vocabulary.words).hashtags == []


@compiled
def test_hashtags_of_few_posts_are_left_out_and_learnt_once_they_are_many():
    model = InstaHash(assign(QUICK, ["data.min_count=5"])).fit(TRAIN[:100])
    vocabulary = model.vocabulary
    assert vocabulary.hashtag_counts[vocabulary.hashtag_ids].min() == 5
    new = [Post(str(i), ("unheardof", "dog"), (Label("grass", 0.9),)) for i in range(5)]
    assert "unheardof" not in model.partial_fit(new[:4]).vocabulary.index
    assert "unheardof" in model.partial_fit(new).vocabulary.index
    with pytest.raises(DataError, match="new posts has a hashtag that is known, or in data.min_count, 5, of them"):
        model.partial_fit([Post("a", ("another",), (Label("dog", 0.9),))])


def test_new_posts_that_teach_nothing_change_nothing(fresh):
    before = fresh.recommend(["dog"])
    with pytest.raises(DataError, match="none of the 1 posts has two words"):
        fresh.partial_fit([Post("a", ("unheardof",))])
    assert fresh.recommend(["dog"]) == before and "unheardof" not in fresh.vocabulary.index


@compiled
def test_an_evaluation_is_told_the_users():
    posts = [
        post._replace(user=f"u{i % 20}", hashtags=(*post.hashtags, f"view{i % 20}")) for i, post in enumerate(POSTS)
    ]
    model = InstaHash(QUICK).fit(posts[:700])
    with_users, without = (
        evaluate(model, Corpus.from_posts(asked)).ranking["instahash"]["ndcg@10"]
        for asked in (posts[700:], [post._replace(user=None) for post in posts[700:]])
    )
    assert with_users > without + 0.03


@compiled
def test_scores_that_were_all_alike_are_no_trap():
    """A detector without scores in training; then another score must not drown the words."""
    posts = [post._replace(labels=tuple(Label(label.description, 1.0) for label in post.labels)) for post in TRAIN]
    model = InstaHash(QUICK).fit(posts)
    sure, unsure = (model.recommend([("dog", score), ("puppy", score)], 5).hashtags for score in (1.0, 0.6))
    assert len(set(sure) & set(unsure)) >= 3


def test_a_failure_while_learning_on_changes_nothing(fresh, monkeypatch):
    before = fresh.recommend(["dog"])
    monkeypatch.setattr(
        "instahash.experts.softmax.SoftmaxNetwork.partial_fit", lambda *a, **o: (_ for _ in ()).throw(KeyboardInterrupt)
    )
    with pytest.raises(KeyboardInterrupt):
        fresh.partial_fit([Post("a", ("brandnewtag", "dog"), (Label("dog", 0.9),))])
    assert fresh.recommend(["dog"]) == before and "brandnewtag" not in fresh.vocabulary.index


@compiled
def test_a_linear_model_that_would_not_fit_is_left_out(monkeypatch, tmp_path):
    monkeypatch.setattr("instahash.baselines.checks.DENSE_BYTES", 1000)
    lines = []
    model = InstaHash(QUICK).fit(TRAIN[:300], report=lines.append)
    assert any(line.startswith("Left out: ridge regression") for line in lines)
    model.save(tmp_path)
    assert InstaHash.load(tmp_path).recommend(["dog"]) == model.recommend(["dog"])


@compiled
def test_a_clock_that_is_ahead_does_no_harm():
    posts = [post._replace(created_at=f"2024-01-{1 + i % 28:02}") for i, post in enumerate(TRAIN)]
    posts[5] = posts[5]._replace(created_at="9999-01-01")
    settings = assign(QUICK, ["stream.half_life=30"])
    right, wrong = (InstaHash(settings).fit(part).recommend(["dog"]).hashtags for part in (TRAIN, posts))
    assert len(set(right) & set(wrong)) >= 6


@compiled
def test_who_is_known_is_no_fallback():
    model = InstaHash(QUICK).fit([post._replace(user="anna") for post in TRAIN])
    assert [model.recommend([], user=user).source for user in ("anna", None)] == ["experts", "general"]
    assert model.knows_user("anna") and not model.knows_user("ben")


def test_the_recipe_has_no_such_options():
    paper = assign(PaperSettings(), ["autorec.epochs=1", "autorec.n_hidden=4", "word2vec.dim=4"])
    model = InstaHash(paper).fit(TRAIN[:60])
    with pytest.raises(SettingsError, match="knows neither novelty nor diversity"):
        model.recommend(["dog"], novelty=0.5)


@compiled
def test_weights_are_learnt_from_fewer_posts_where_hashtags_are_many(monkeypatch):
    asked = []
    fit = Fusion.fit
    monkeypatch.setattr(
        Fusion, "fit", lambda self, scores, *rest: asked.append(rest[0].shape) or fit(self, scores, *rest)
    )
    monkeypatch.setattr("instahash.experts.panel.HELD_OUT_SCORES", 2000)
    InstaHash(QUICK).fit(TRAIN[:300])
    assert asked and all(rows * n_hashtags <= 2200 for rows, n_hashtags in asked)


def test_an_input_is_a_presence_and_a_score():
    description = sparse.csr_array(np.array([[0.0, 0.9, 0.8], [0, 0, 0], [0.2, 0.0, 0.0]], np.float32))
    # A word's score is half as many standard deviations from the mean, of which more than three are not believed.
    plain = np.array([[0, 0, 0.7, 0.5, 0.7, 0], [0] * 6, [0.7, -1.5, 0, 0, 0, 0]])
    for length in (0, 2.0):
        vocabulary = Vocabulary(["a", "b", "c"], [3, 2, 1], [1, 0, 0])
        settings = assign(BestSettings(), [f"inputs.length={length}"])
        words = vocabulary, np.array([0]), np.ones(3, bool)
        familiarity = Familiarity(np.zeros(3, np.float32), {}, np.zeros((2, 2)), False)
        domain = Domain(settings, *words, 0.8, 0.1, Word2Vec(), Cooccurrence(), Preferences(), familiarity)
        inputs = domain.inputs(description).toarray()
        lengths = np.linalg.norm(plain, axis=1, keepdims=True)
        expected = plain * length / np.maximum(lengths, 1e-9) if length else plain
        np.testing.assert_allclose(inputs, expected, atol=1e-6)


@compiled
def test_a_label_that_training_had_only_as_hashtag_is_not_chosen(model, fresh):
    """What stands in for it is a label, and it may be recommended."""
    domain, vocabulary = model.mode.panel.domain, model.vocabulary
    never = [word for i, word in enumerate(vocabulary.words) if vocabulary.is_hashtag[i] and not domain.labelled[i]]
    assert {"dogs", "sunset", "kitty"} <= set(never) and domain.labelled[vocabulary.index["dog"]]
    for labels, label in ([], "dogs"), (["dog"], "kitty"), (["sea", "sky"], "sunset"):
        queries = model.queries([*labels, label])
        understood = model.mode.panel.understood(queries)
        assert not understood.chosen.nnz
        assert vocabulary.index[label] not in understood.description.indices
        ours, theirs = (model.mode.opinions(q) for q in (queries, model.queries(labels)))
        named = ours.hashtags == vocabulary.index[label]
        assert ours.probabilities[named] > 1.05 * theirs.probabilities[named]
        answer = model.recommend([*labels, label], trace=True)
        assert answer.source == "experts" and label in answer.trace["description"]
        assert fresh.recommend([*labels, label], trace=True) == answer
    lent = model.mode.panel.understood(model.queries(["dogs"])).description
    assert [vocabulary.words[i] for i in lent.indices] in ([], ["dog"])
    fresh.partial_fit([Post("1", ("dogs", "pet"), (Label("dogs", 0.9), Label("grass", 0.8)))] * 20)
    assert fresh.mode.panel.domain.labelled[fresh.vocabulary.index["dogs"]]
    assert fresh.mode.panel.domain.labelled.sum() >= domain.labelled.sum() + 1
    assert fresh.mode.opinions(fresh.queries(["dogs"])).context == "short"


def test_labels_are_hashtags_chosen_where_no_post_of_the_training_had_labels():
    model = InstaHash(QUICK).fit([post._replace(labels=()) for post in TRAIN[:200]])
    ours, theirs = (model.mode.opinions(q) for q in (model.queries(["love"]), model.queries([], ["love"])))
    named = ours.hashtags == model.vocabulary.index["love"]
    np.testing.assert_allclose(ours.log_p[~named], theirs.log_p[~named], rtol=1e-5)
    assert ours.context == theirs.context == "chosen"
    assert ours.log_p[named] == ours.log_p[~named].max()  # as probable as the most probable of the others
    assert (
        "love" in model.recommend(["love"], 2).hashtags and "love" not in model.recommend([], chosen=["love"]).hashtags
    )


# Labels that the model does not know, guesses, and nothing


def test_an_unknown_label_is_recommended_as_one_word(model):
    answer = model.recommend(["Bearded Wrixle", "dog"], 60)
    assert "beardedwrixle" in answer.hashtags and len(set(answer.hashtags)) == 60
    score = dict(zip(answer.hashtags, answer.scores))["beardedwrixle"]
    (doubted,) = (
        dict(zip(a.hashtags, a.scores))["beardedwrixle"]
        for a in [model.recommend([("Bearded Wrixle", 0.3), "dog"], 200)]
    )
    assert 0 < doubted < score < 1


@pytest.mark.parametrize("options", [{"banned": ["#BeardedWrixle"]}, {"chosen": ["beardedwrixle"]}])
def test_an_unknown_label_that_is_banned_or_chosen_is_not_recommended(model, options):
    for labels in ["bearded wrixle"], ["bearded wrixle", "dog"]:
        assert "beardedwrixle" in model.recommend(labels, 200).hashtags
        assert "beardedwrixle" not in model.recommend(labels, 200, **options).hashtags


def test_a_label_that_is_no_hashtag_of_the_model_is_not_recommended_when_chosen(model):
    snout = next(w for i, w in enumerate(model.vocabulary.words) if not model.vocabulary.is_hashtag[i])
    assert snout in model.recommend([snout], 200).hashtags
    assert snout not in model.recommend([snout], 200, chosen=[snout]).hashtags
    (row,) = (model.queries([snout], [snout]),)
    (answer,) = model.recommend_matrix(row.description, 200, chosen=row.chosen)
    assert snout not in answer.hashtags


def test_unknown_labels_of_different_numbers_change_no_other_post(model):
    """Columns beyond the model's are as many as the post with most needs."""
    unknown = [(), ("wrixle",), ("wrixle", "bearded zorb", "quilk")]
    asked = [
        Post(str(i), (), (Label("dog", 0.9), *(Label(text, 0.8) for text in own))) for i, own in enumerate(unknown)
    ]
    for options in {}, {"novelty": 0.6}, {"diversity": 0.7}, {"novelty": 0.3, "diversity": 0.3}:
        for post, (_, answer) in zip(asked, model.recommend_posts(asked, 200, **options)):
            alone = model.recommend(post.labels, 200, **options)
            assert alone.hashtags == answer.hashtags
            np.testing.assert_allclose(alone.scores, answer.scores, rtol=1e-3)
            assert {"".join(label.description.split()) for label in post.labels[1:]} <= set(answer.hashtags)


def test_an_unknown_label_lends_its_broader_words(model):
    known, _ = model.vocabulary.lookup(["dog"])
    sure, unsure = (model.mode.panel.understood(model.queries([("leonberger", score)])) for score in (0.2, 0.19))
    assert known[0] in sure.description.indices and not unsure.description.nnz
    assert model.mode.opinions(model.queries(["leonberger"])).context == "short"
    assert {"dog", "dogsofinstagram"} & set(model.recommend(["leonberger"], 10).hashtags)


def test_what_is_unknown_is_saved_and_loaded(model, fresh):
    for labels in ["bearded wrixle"], [("dog", 0.3)], [("zorb", 0.7), ("dog", 0.9), ("beach", 0.2)], []:
        assert model.recommend(labels, 30) == fresh.recommend(labels, 30)


def test_where_nothing_is_known_hashtags_fit_any_photo(model):
    for labels in [], [("dog", 0.1)], [("zorb", 0.19)]:
        answer = model.recommend(labels, 30)
        assert answer.source == "general" and answer.scores_are == "frequency"
        assert {hashtag.lower() for hashtag in answer.hashtags} == set(GENERAL_HASHTAGS)
        assert answer.scores == sorted(answer.scores, reverse=True)
    counts = dict(zip(model.vocabulary.words, model.vocabulary.hashtag_counts.tolist()))
    total = model.vocabulary.hashtag_counts.sum()
    assert answer.scores == pytest.approx([counts.get(word.lower(), 0) / total for word in answer.hashtags])
    assert len(model.recommend([], 4).hashtags) == 4
    without = model.recommend([], 30, banned=["#PhotoOfTheDay"]).hashtags
    assert "photooftheday" not in without and len(without) == 13


def test_guesses_are_said(model):
    guess, sure = model.recommend([("dog", 0.3)]), model.recommend([("dog", 0.3), ("grass", 0.8)])
    assert guess.source == "guesses" and "dog" in guess.hashtags and sure.source == "experts"
    assert model.recommend([("dog", 0.3)], min_score=0.25).source == "experts"
    ((_, posted),) = model.recommend_posts([Post("1", (), (Label("dog", 0.3),))])
    assert posted.source == "guesses" and posted.hashtags == guess.hashtags


@compiled
def test_probabilities_are_as_often_right_when_hashtags_are_chosen(full):
    posts = list(small_posts(2000, seed=5))
    dataset = encode(Corpus.from_posts(posts), full.vocabulary)
    hashtags = dataset.hashtags
    rng = np.random.default_rng(0)
    for n in (1, 2):
        order = np.concatenate([rng.permutation(m) for m in np.diff(hashtags.indptr)])
        rows = np.flatnonzero(np.diff(hashtags.indptr) >= n)
        chosen = keep(hashtags, order < n)[rows]
        answers = full.recommend_matrix(dataset.description[rows], chosen=chosen, diversity=0.0)
        said = np.mean([answer.scores for answer in answers])
        right = [
            np.isin(full.vocabulary.lookup(answer.hashtags)[0], hashtags[[row]].indices).mean()
            for answer, row in zip(answers, rows)
        ]
        assert said == pytest.approx(np.mean(right), rel=0.22)


def test_few_words_are_a_context_of_their_own(model):
    words = ["dog", "canine", "puppy", "snout", "fur", "unknownword"]
    for n, context in enumerate(["neither", "short", "short", "short", "description", "description"]):
        assert model.mode.opinions(model.queries(words[:n])).context == context
        both = model.mode.opinions(model.queries(words[:n], ["puppy"])).context
        assert both == ("both" if n else "chosen")
    # A label that nobody knows is known itself, unless it is unlikely.
    assert model.mode.opinions(model.queries(words[-1:])).context == "short"
    assert model.mode.opinions(model.queries([(words[-1], 0.19)])).context == "neither"
    weights = [model.mode.panel.fusions[name].weights for name in ("short", "description")]
    assert np.abs(weights[0] - weights[1]).max() > 0.02


@compiled
def test_weights_of_short_descriptions_are_learnt_from_one_to_three_words(monkeypatch):
    seen = []
    scores = PopularityExpert.score
    monkeypatch.setattr(PopularityExpert, "starts", dict.fromkeys(CONTEXTS, 0.0))  # asked in every context
    monkeypatch.setattr(
        PopularityExpert, "score", lambda self, q, *others: seen.append(q.description) or scores(self, q, *others)
    )
    InstaHash(QUICK).fit(TRAIN)
    # Once more for the calibration where hashtags are chosen, and at the end to say how good the first five are.
    assert len(seen) == 8
    nothing, short, description, chosen = seen[:4]
    sizes = np.bincount(np.diff(short.indptr), minlength=4)
    assert len(sizes) == 4 and sizes[0] == 0 and sizes[1:].min() > 0.15 * sizes.sum()
    assert np.diff(description.indptr).min() > 3 and nothing.nnz == chosen.nnz == 0
    # Which words are known is drawn: they are all over the vocabulary, as those of whole descriptions are.
    assert abs(short.indices.mean() / description.indices.mean() - 1) < 0.2


@compiled
def test_a_single_label_brings_its_own_hashtags(full):
    counts = full.baselines["cooccurrence"]
    for label in ("dog", "cat", "beach", "coffee", "flower", "mountain", "wedding"):
        answer = full.recommend([(label, 0.9)], 3)
        ((word,), _), (hashtags, _) = (full.vocabulary.lookup(texts) for texts in ([label], answer.hashtags))
        shares = counts.from_words[[word], :].toarray()[0, hashtags] / counts.word_posts[word]
        assert (shares > 0.15).all() and np.abs(shares - answer.scores).max() < 0.2
    answer = full.recommend(["dog"])
    assert answer.hashtags[0] == "dog" and answer.scores[0] > 0.4


def network(model):
    return model.mode.panel.experts["softmax"].network


@compiled
def test_old_posts_count_half_after_each_half_life(tmp_path):
    posts = [post._replace(created_at="2024-01-01") for post in TRAIN[:200]]
    model = InstaHash(assign(QUICK, ["stream.half_life=10"])).fit(posts)
    before = np.sort(network(model).replay.matrices[1].data)
    model.save(tmp_path)
    model = InstaHash.load(tmp_path)  # when it last learnt is kept
    queries = model.queries(["dog", "puppy"])
    assert len(set(model.mode.opinions(queries).scores["cooccurrence"])) == 1  # its counts would not decay
    assert len(np.unique(model.baselines["cooccurrence"].score(queries.description))) > 1
    model.partial_fit([post._replace(created_at="2024-01-21") for post in TRAIN[200:201]])
    after = network(model).replay.matrices[1]
    new = len(set(TRAIN[200].hashtags))
    np.testing.assert_allclose(np.sort(after.data)[: len(before) - new], before[: len(before) - new] / 4, rtol=0.3)
    assert after.data.max() == pytest.approx(1 / np.sqrt(new), rel=1e-5)


@pytest.mark.parametrize("labels, chosen", [(["dog"], []), ([], ["puppy"]), (["dog", "beach"], ["love"])])
def test_opinions_are_what_the_answer_is_made_of(model, labels, chosen):
    queries = model.queries(labels, chosen)
    opinions = model.mode.opinions(queries)
    answer = model.recommend(labels, 5, chosen=chosen, novelty=0.3, diversity=0)
    ranked = opinions.log_p + model.mode.shift(queries, opinions.hashtags[None], 0.3)[0]
    ranked[np.isin(opinions.hashtags, queries.chosen.indices)] = -np.inf
    order = np.argsort(-ranked, kind="stable")
    _, first = np.unique(model.vocabulary.variants[opinions.hashtags[order]], return_index=True)
    best = order[np.sort(first)[:5]]  # of a word's variants the best alone
    assert answer.hashtags == model.vocabulary.spelled(opinions.hashtags[best])
    np.testing.assert_allclose(answer.scores, opinions.probabilities[best], rtol=1e-5)
    others = ~np.isin(opinions.hashtags, queries.chosen.indices)
    assert abs(np.exp(opinions.log_p[others]).sum() - 1) < 1e-4
    total = sum(opinions.weights[name] * scores for name, scores in opinions.scores.items())
    assert np.ptp(total - opinions.log_p) < 1e-3
    assert not model.mode.shift(queries, opinions.hashtags[None]).any()  # as the settings say


def test_the_networks_are_asked_as_they_are_trained(model):
    assert model.mode.networks(model.queries([])) == []
    softmax, completion = model.mode.networks(model.queries([("dog", 0.9)], ["puppy"]))
    assert (softmax.name, completion.name) == ("softmax", "completion")
    words = model.vocabulary.words
    assert [words[i] for i in softmax.input_words[softmax.inputs.indices]] == ["dog", "dog"]
    assert [words[i] for i in completion.input_words[completion.inputs.indices]] == ["puppy"]
    assert completion.inputs.data.tolist() == [1.0]
    for query in (softmax, completion):
        assert query.network.predict(query.inputs).shape == (1, len(query.output_words))
        assert len(query.input_words) == len(query.baseline) == query.inputs.shape[1]
    # A label of the mean score is given as `baseline` says.
    (query,) = model.mode.networks(model.queries(["dog"]))
    np.testing.assert_allclose(query.inputs.data, query.baseline[query.inputs.indices], atol=1e-6)


@compiled
@dataclass(frozen=True)
class LengthSettings(Section, owner="length"):
    power: float = parameter(1.0, "of the difference", above=0)


@dataclass(frozen=True)
class WithLength(BestSettings):
    length: LengthSettings = LengthSettings()


class LengthExpert(Expert):
    """Ten lines: it likes hashtags that are as long as those of its training."""

    name, counts = "length", True
    starts = {"description": 0.5, "short": 0.5}

    def fit(self, examples, trainer):
        self.partial_fit(examples)

    def partial_fit(self, examples):
        words = examples.domain.vocabulary.words_array[examples.dataset.hashtags.indices]
        self.mean = float(np.mean([len(word) for word in words]))

    def score(self, queries, domain, candidates):
        lengths = np.array([len(word) for word in domain.vocabulary.words_array[domain.hashtags]], np.float32)
        return candidates.of_all(-(abs(lengths - np.float32(self.mean)) ** domain.settings.length.power))

    def to_arrays(self):
        return {"mean": np.array(self.mean)}

    def load(self, arrays, losses, domain):
        self.mean = float(arrays["mean"])


def test_an_expert_is_a_class_and_a_line_in_a_list(monkeypatch, tmp_path):
    monkeypatch.setitem(MODES, "best", (lambda settings: Best(settings, [*EXPERTS, LengthExpert]), WithLength))
    lines = []
    with pytest.raises(SettingsError, match="length: power is -1.0; it must be above 0"):
        settings_of("best", ["length.power=-1"])
    quick = {part.name: getattr(QUICK, part.name) for part in fields(QUICK)}
    model = InstaHash(settings_of("best", ["length.power=2"], **quick)).fit(TRAIN[:200], report=lines.append)
    assert sum(", length " in line for line in lines if line.startswith("Weights where")) == 2
    opinions = model.mode.opinions(model.queries(["dog", "grass"]))
    words = model.vocabulary.words_array[opinions.hashtags]
    differences = np.array([len(word) for word in words]) - model.mode.panel.experts["length"].mean
    np.testing.assert_allclose(opinions.scores["length"], -(differences**2), rtol=1e-4, atol=1e-4)
    assert "length" in opinions.weights
    assert "length" not in model.mode.opinions(model.queries([], ["puppy"])).weights
    model.save(tmp_path)
    assert InstaHash.load(tmp_path).recommend(["dog"]) == model.recommend(["dog"])
    mean = model.mode.panel.experts["length"].mean
    model.partial_fit(TRAIN[200:210])
    assert model.mode.panel.experts["length"].mean != mean


def preferred(model, key):
    """How many uses are counted under a key."""
    preferences = model.mode.panel.domain.preferences
    return sum(counts[[preferences.rows[preferences._hash(key)]]].sum() for counts in preferences.counts.values())


@pytest.mark.parametrize("experts", [[LinearExpert, CommonExpert], [PopularityExpert, PersonalExpert]])
def test_any_experts_make_a_panel(monkeypatch, tmp_path, experts):
    """Word vectors and counts are there for diversity and whoever asks for them, without experts of their own."""
    monkeypatch.setitem(MODES, "best", (lambda settings: Best(settings, experts), BestSettings))
    posts = [post._replace(user="anna") for post in TRAIN[:200]]
    model = InstaHash(QUICK).fit(posts)
    plain, diverse = (model.recommend(["dog"], 5, diversity=diversity, trace=True) for diversity in (0, 0.9))
    assert list(diverse.trace) == ["description", "word2vec"]
    unit = (model.word_vectors().unit[model.vocabulary.lookup(answer.hashtags)[0]] for answer in (plain, diverse))
    alike = [np.triu(vectors @ vectors.T, 1).sum() for vectors in unit]
    assert alike[1] < alike[0] - 0.5
    data = encode(Corpus.from_posts(posts), model.vocabulary)
    counted = np.diff(data.description.tocsc().indptr)  # of those held out as well
    np.testing.assert_array_equal(model.baselines["cooccurrence"].word_posts, counted)
    assert preferred(model, "user:anna") == data.hashtags.nnz
    model.save(tmp_path)
    assert InstaHash.load(tmp_path).recommend(["dog"], 5, diversity=0.9, trace=True) == diverse
    model.partial_fit([post._replace(hashtags=(*post.hashtags, "hoverboard"), user="anna") for post in HELD_OUT[:20]])
    assert preferred(model, "user:anna") >= data.hashtags.nnz + 20
    assert model.knows_user("anna") == (PersonalExpert in experts)
    assert len(model.word_vectors().unit) == len(model.vocabulary) and not model.mode.networks(model.queries(["dog"]))


def test_a_panel_that_would_be_silent_is_refused():
    with pytest.raises(SettingsError, match="no expert answers where chosen hashtags are known; add one with 'chosen'"):
        Best(QUICK, [LinearExpert, PopularityExpert])


def test_two_experts_of_one_name_are_refused():
    with pytest.raises(SettingsError, match="two experts have the name 'popularity'; give each its own"):
        Best(QUICK, [*EXPERTS, type("OwnExpert", (LengthExpert,), {"name": "popularity"})])


def test_an_expert_that_scores_nothing_is_refused():
    with pytest.raises(TypeError, match="abstract.* '?score"):
        Best(QUICK, [*EXPERTS, type("OwnExpert", (Expert,), {"name": "own", "starts": {"short": 1.0}})])


@pytest.mark.parametrize("kind", EXPERTS)
def test_an_expert_that_is_fitted_again_learns_from_these_posts_alone(kind):
    features = np.random.default_rng(0).random((80, 6), np.float32)
    posts = [post._replace(photo_features=row) for post, row in zip(TRAIN, features)]
    dataset = fit_dataset(Corpus.from_posts(posts))
    settings = assign(QUICK, ["softmax.epochs=1", "completion.epochs=1", "photo_network.epochs=1"])
    examples = Examples(dataset, Domain.of(dataset, settings))
    once, twice = kind(), kind()
    for expert in (once, twice, twice):
        expert.fit(examples, Trainer())
    first, second = once.to_arrays(), twice.to_arrays()
    assert first.keys() == second.keys()
    for name, array in first.items():
        np.testing.assert_array_equal(array, second[name], name)


def test_threads_share_the_posts(model):
    posts = TRAIN[:150]
    one, two = ([answer.hashtags for _, answer in model.recommend_posts(posts, n_threads=n)] for n in (1, 2))
    assert one == two and len(one) == 150
    assert model.recommend_posts([], n_threads=2) and list(model.recommend_posts([], n_threads=2)) == []
    with pytest.raises(DataError, match="n_threads is 0"):
        list(model.recommend_posts(posts, n_threads=0))
