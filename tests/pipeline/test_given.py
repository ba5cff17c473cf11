"""What people pass in Python simply works, in each shape that they have it in; anything else gets one line."""

import json
from collections import OrderedDict
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest

from instahash import InstaHash, Label, Post, read_posts, write_posts
from instahash.data import Corpus, Vocabulary, hashtags_in, labels_from_text, train_test_split
from instahash.data.small import small_posts
from instahash.errors import DataError, InstahashError, SettingsError
from instahash.evaluation import evaluate
from instahash.formats import posts_of
from instahash.pipeline import settings_of
from instahash.recommend import Preferences, Queries

VOCABULARY = Vocabulary(["sea", "boat", "golden", "sand"], [4, 3, 2, 2], [4, 0, 0, 2])
NOTHING = Corpus.from_posts([])
LABELS = [("sea", 0.9), ("golden sand", 0.5)]


class Table:
    """As pandas' DataFrames are asked for their rows."""

    columns = ()

    def __init__(self, *rows):
        self.to_dict = {"records": [*rows]}.__getitem__


class Image:
    """As Pillow's are told from labels."""

    getpixel = None


class Unreadable:
    def __repr__(self):
        raise RuntimeError


@pytest.fixture(scope="module")
def model():
    quick = [f"{name}.{change}" for name in ("softmax", "completion") for change in ("n_hidden=4", "epochs=1")]
    return InstaHash(settings_of("best", ["word2vec.dim=4", *quick])).fit(small_posts(80))


@pytest.fixture(scope="module")
def paper():
    quick = ["word2vec.dim=4", "autorec.n_hidden=4", "autorec.epochs=1"]
    return InstaHash(settings_of("paper", quick)).fit(small_posts(80))


@pytest.mark.parametrize("labels", [
    [{"description": "sea", "score": 0.9}, {"description": "golden sand", "score": 0.5}],
    [OrderedDict(name="sea", score=np.float64(0.9)), ("golden sand", np.float32(0.5))],
    (Label("sea", 0.9), Label("golden sand", 0.5)),
    {"sea": 0.9, "golden sand": 0.5},
    {"sea": 0.9, "golden sand": 0.5}.items(),
    (pair for pair in LABELS),
    [list(pair) for pair in LABELS],
    "sea:0.9, golden sand:0.5",
    np.array(LABELS, dtype=object),
    np.array(LABELS),
    ["sea:0.9", "golden sand:0.5"],
    {"sea": "0.9", "golden sand": "0.5"},
    Table({"description": "sea", "score": 0.9}, {"description": "golden sand", "score": 0.5}),
    np.str_("sea:0.9; golden sand:0.5"),
])  # fmt: skip
def test_labels_in_every_shape(labels):
    found = Queries.of_photo(VOCABULARY, labels)
    np.testing.assert_allclose(found.labels().toarray(), [[0.9, 0, 0.5, 0.5]], rtol=1e-6)
    assert found.echoes.unknown_words == ["goldensand"]


@pytest.mark.parametrize(("labels", "score"), [
    (["sea"], 0.7), (("sea",), 0.7), ({"sea"}, 0.7), (np.array(["sea"]), 0.7), ("sea", 0.7), ([("sea", None)], 0.7),
    (iter(["sea"]), 0.7), ([{"description": "sea"}], 0.7), ({"sea": None}, 0.7), (Label("sea", 0.6), 0.6),
    ([{"name": "sea", "confidence": 0.6}], 0.6), ([{"Name": "sea", "Confidence": "60"}], 0.6), ({"tag": "sea"}, 0.7),
    (("sea", 0.6), 0.6), ({"description": "sea", "score": 0.6}, 0.6), ([("sea", 1)], 1), ([("sea", np.int64(1))], 1),
])  # fmt: skip
def test_one_label_in_every_shape(labels, score):
    np.testing.assert_allclose(Queries.of_photo(VOCABULARY, labels, 0.7).description.toarray(), [[score, 0, 0, 0]])


@pytest.mark.parametrize("hashtags", [
    ["sea", "sand"], ("#sea", "#Sand"), "#sea #sand", "sea, sand", np.array(["sea", "sand"]), iter(["sea", "sand"]),
    {"sea": 1, "sand": 2}.keys(), {"sea", "sand"},
])  # fmt: skip
def test_chosen_and_banned_hashtags_in_every_shape(model, hashtags):
    assert Queries.of_photo(VOCABULARY, None, chosen=hashtags).chosen.toarray().tolist() == [[1, 0, 0, 1]]


def test_what_is_left_out_may_be_none(model):
    plain = model.recommend(["beach"])
    assert model.recommend(["beach"], None, chosen=None, features=None, banned=None, user=None, novelty=None) == plain
    assert model.recommend(None) == model.recommend([]) == model.recommend("")
    assert model.recommend("beach") == model.recommend(np.array(["beach"])) == plain
    first = plain.hashtags[0]
    assert first not in model.recommend("beach", banned=f"#{first}").hashtags
    assert first not in model.recommend("beach", chosen=first).hashtags


def test_a_post_is_asked_about_with_its_user(model):
    post = Post("a", (), (Label("beach", 0.9),), "anna", features=("country:pt",))
    queries = model.queries(post)
    assert queries.keys == [("country:pt", "user:anna")] and queries.description.nnz == 1
    assert model.queries(post, user="bob", features="x").keys == [("x", "user:bob")]
    row = {"id": "a", "labels": [{"description": "beach", "score": "0.9"}], "user": "anna", "hashtags": []}
    assert model.recommend(row) == model.recommend(post._replace(features=()))
    assert model.recommend({"labels": 0.9}) == model.recommend(("labels", 0.9)), "a label may have any name"
    assert model.queries([], user=7).keys == [("user:7",)] and not model.knows_user(np.int64(7))


BAD_ASKS = [
    ({"labels": 3}, "labels is 3; it must be a list of labels"),
    ({"labels": b"sea"}, "labels is b'sea'; it must be a list"),
    ({"labels": [3]}, "labels holds 3; a label is a text, a pair"),
    ({"labels": [("sea", 0.5, 1)]}, r"labels holds \('sea', 0.5, 1\); a label is"),
    ({"labels": [{"score": 1}]}, "labels holds {'score': 1}; a label is"),
    ({"labels": [{"description": "sea", "score": "high"}]}, "the score of label 'sea' is 'high'; it must lie in"),
    ({"labels": {"sea": 7}}, r"the score of label 'sea' is 7; it must lie in \[0, 1\]"),
    ({"labels": [("sea", True)]}, "the score of label 'sea' is True"),
    ({"labels": [("sea", 1j)]}, "the score of label 'sea' is 1j"),
    ({"labels": [Unreadable()]}, "labels holds Unreadable that cannot be shown"),
    ({"labels": "sky:0.5, :0.5"}, "':0.5' is a score without a label; write it behind one"),
    ({"labels": ["sea:nan"]}, "the score of 'sea' is nan; a score is from 0 to 1"),
    ({"labels": ["sea:7"]}, "the score of 'sea' is 7; a score is from 0 to 1"),
    *(
        ({"labels": photo}, r"labels is .*, a photo; label it first, with annotate\(\[file\], OfflineAnnotator")
        for photo in ("sea.jpg", ["Sea.PNG"], Path("sea.jpg"), Image())
    ),
    *(
        ({"labels": posts}, "a list of posts; recommend takes one post, recommend_posts takes many")
        for posts in ([Post("1")], [{"labels": []}], Table({"hashtags": "#sea"}))
    ),
    ({"chosen": 5}, "chosen is 5; it must be a list of texts, such as"),
    ({"chosen": [None]}, "chosen holds None; it must be a list of texts"),
    ({"banned": {"sea": 1}}, "banned is {'sea': 1}; it must be a list of texts"),
    ({"features": [2]}, "features holds 2"),
    ({"user": ["anna"]}, r"user is \['anna'\]; it must be a text"),
    ({"user": 1.5}, "user is 1.5"),
    ({"top": "3"}, "top is '3'; it must be a whole number"),
    ({"top": 1e9}, "top is 1000000000.0; it must be a whole number"),
    ({"top": 10**5000}, "top is int that cannot be shown"),
    ({"min_score": float("nan")}, r"min_score is nan; it must lie in \[0, 1\]"),
    ({"min_score": "a"}, "min_score is 'a'"),
    ({"trace": np.zeros(2)}, "trace is .*; it must be True or False"),
]


@pytest.mark.parametrize(("ask", "message"), BAD_ASKS)
def test_anything_else_gets_one_line(model, ask, message):
    with pytest.raises(DataError, match=message):
        model.recommend(**{"labels": ["beach"]} | ask)


@pytest.mark.parametrize("name", ["novelty", "diversity"])
@pytest.mark.parametrize("value", [2, -1, float("nan"), "a", True, [1]])
def test_odd_novelty_and_diversity_are_refused_by_both_modes_alike(model, paper, name, value):
    for each in (model, paper):
        with pytest.raises(SettingsError, match=f"{name} is .*; it must lie in"):
            each.recommend(["beach"], **{name: value})


# Posts


def test_posts_as_people_make_them():
    sound = Post("1", ("sea", "sun"), (Label("sky", 0.9), Label("boat", 1.0)), "7", "2024-05-31T12:00:00", ("pt",))
    when = datetime(2024, 5, 31, 12)
    assert Post(1, "#sea #sun", "sky:0.9, boat", 7, when, "pt") == sound
    assert Post(np.int64(1), ["sea", "sun"], {"sky": 0.9, "boat": None}, "7", sound.created_at, ["pt"]) == sound
    assert Post("1", None, None, None, None, None, None) == Post("1")
    assert Post("1", created_at=0).created_at == "1970-01-01T00:00:00+00:00"
    assert sound._replace(hashtags="sunset").hashtags == ("sunset",)


@pytest.mark.parametrize(("make", "message"), [
    (lambda: Post(1.5), "the id of a post is 1.5; it must be a text"),
    (lambda: Post("1", 5), "hashtags is 5; it must be a list of texts"),
    (lambda: Post("1", ["a", None]), "hashtags holds None"),
    (lambda: Post("1", labels=[("sea", 7)]), "the score of label 'sea' is 7; it must lie in"),
    (lambda: Post("1", user=[]), r"the user of a post is \[\]"),
    (lambda: Post("1", created_at=[]), r"created_at is \[\]; it must be a text such as"),
    (lambda: Label("sea", float("nan")), "the score of label 'sea' is nan"),
    (lambda: Label(None, 1), "the description of a label is None; it must be a text"),
    (lambda: Post("1")._replace(labels=3), "labels is 3"),
])  # fmt: skip
def test_posts_that_cannot_be(make, message):
    with pytest.raises(DataError, match=message):
        make()


def test_posts_are_also_dicts_as_in_the_posts_file(tmp_path):
    row = {"id": "1", "hashtags": ["sea"], "labels": [{"description": "boat", "score": 0.9}], "user": "anna"}
    row |= {"created_at": "2024-05-31", "user_features": ["pt"], "more": 1}
    write_posts(tmp_path / "posts.jsonl", [row, Post("2", ("sun",))])
    posts = list(read_posts(tmp_path / "posts.jsonl"))
    assert posts == list(posts_of([row, posts[1]])) and list(posts_of(row)) == posts[:1] == list(posts_of(posts[0]))
    assert list(posts_of(Table(row, row))) == posts[:1] * 2
    texts = {"labels": ["boat:0.9", "sun"], "hashtags": "sea"}
    assert next(posts_of(texts)).labels == (Label("boat", 0.9), Label("sun", 1.0))
    assert next(posts_of([row | {"photo_features": [1.0, 2.0]}])).photo_features == [1.0, 2.0]
    assert json.loads((tmp_path / "posts.jsonl").read_text().splitlines()[0])["user"] == "anna"


def test_a_model_learns_from_and_answers_dicts(model):
    rows = [{"id": "1", "hashtags": "#beach #sea", "labels": "beach:0.9, sky"}] * 3
    assert len(list(model.recommend_posts(rows, 3))) == 3
    assert (
        InstaHash(model.settings).fit([{"hashtags": p.hashtags, "labels": p.labels} for p in small_posts(60)]).summary
    )


@pytest.mark.parametrize(("posts", "message"), [
    (3, "posts are 3; posts are Post objects, or dicts"),
    (None, "posts are None"),
    ([3], "post 0 is 3; posts are Post objects"),
    (["a.jsonl"], "post 0 is 'a.jsonl'"),
    ([{"x": 1}], "post 0 is {'x': 1}, without hashtags or labels"),
    ([{"hashtags": 5}], "post 0: 'hashtags' must be a list of texts, not 5"),
    ([{"labels": [{"description": "sea", "score": 7}]}], "post 0: the score of a label must be a number"),
])  # fmt: skip
def test_posts_of_other_kinds_get_one_line(model, posts, message):
    for call in (model.fit, model.partial_fit, model.fit_baselines, lambda posts: list(model.recommend_posts(posts))):
        with pytest.raises(DataError, match=message):
            call(posts)


def test_other_sources_and_fractions():
    for source in (3, None, [Post("1")]):
        with pytest.raises(DataError, match="the source of posts is"):
            read_posts(source)
    for fraction in (float("nan"), "a", 2):
        with pytest.raises(DataError, match="test_fraction is"):
            train_test_split(10, fraction)
    with pytest.raises(InstahashError):
        Corpus.from_posts([3])


@pytest.mark.parametrize(("call", "message"), [
    (lambda model: evaluate(model, [Post("1")]), "corpus is .*; give Corpus.from_posts"),
    (lambda model: evaluate(model, NOTHING, n_examples=-1), "n_examples is -1"),
    (lambda model: evaluate(model, NOTHING, n_examples=2**31), "n_examples is 2147483648; it must be at most"),
    (lambda model: evaluate(model, NOTHING, seed="a"), "seed is 'a'"),
    (lambda model: evaluate(model, NOTHING, {}), "the protocol is {}; it must be"),
    (lambda model: train_test_split(9, 0.1, 0.5), "seed is 0.5"),
    (lambda model: train_test_split([9]), r"n_posts is \[9\]"),
    (lambda model: Corpus.from_posts(3), "posts are 3; give Post objects"),
    (lambda model: labels_from_text(3), "labels are 3; they must be a text"),
    (lambda model: hashtags_in(["#sea"]), "is ..#sea..; it must be a text"),
    (lambda model: model.recommend_matrix(model.queries([]).description, keys=[["a"]]), "keys are .*; give a list"),
    (lambda model: model.recommend_matrix(model.queries([]).description, keys=3), "keys are 3"),
    (lambda model: model.recommend_matrix(model.queries([]).description, keys=[(3,)]), "keys are"),
    (lambda model: model.rankings(model.queries([]).description, "3"), "top is '3'"),
    (lambda model: model.recommend_matrix(model.queries([]).description, echoes=[1]), "echoes are .*; give Echoes"),
    (lambda model: Preferences("week"), "half_life is 'week'; it must be above 0"),
    (lambda model: Preferences(float("nan")), "half_life is nan"),
    (lambda model: Preferences().add(3, None), "keys are 3; give a list with a tuple"),
    (lambda model: Preferences().add([("a",)], None, "now"), "times, seconds since 1970 for each post: 'now' came"),
    (lambda model: Preferences().add([("a",)], None, [1.0, 2.0]), "times, .*: float64 of the shape .2,. came"),
    (lambda model: next(posts_of([{"hashtags": np.zeros(3), "id": {1: 2}}])), "post 0: 'hashtags' must be a list"),
])  # fmt: skip
def test_other_calls_name_argument_and_value(model, call, message):
    with pytest.raises(InstahashError, match=message):
        call(model)
