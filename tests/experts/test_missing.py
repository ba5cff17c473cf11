"""What posts of the training name, and a question does not, costs the question nothing: users and their features."""

import os

import numpy as np
import pytest

from instahash import BestSettings, InstaHash
from instahash.data import Corpus, encode
from instahash.data.small import small_posts
from instahash.parameters import assign

pytestmark = pytest.mark.skipif(
    os.environ.get("NUMBA_DISABLE_JIT", "0") != "0", reason="trains two models and tries no kernel: too long in Python"
)
QUICK = assign(
    BestSettings(),
    ["word2vec.dim=8", "softmax.n_hidden=8", "softmax.epochs=2", "completion.n_hidden=8", "completion.epochs=2"]
    + ["fusion.held_out=0.4"],
)
# Ten people of two countries; each has hashtags of their own in most posts, whatever the photo.
POSTS = [
    post._replace(
        hashtags=(*post.hashtags[:3], *(f"own{i % 10}x{k}" for k in range(4) if (i // 10 + k) % 4)),
        user=f"u{i % 10}",
        features=(f"country:{i % 2}",),
    )
    for i, post in enumerate(small_posts(500))
]
TRAIN, ASKED = POSTS[:440], POSTS[440:]


@pytest.fixture(scope="module")
def models():
    unnamed = [post._replace(user=None, features=()) for post in TRAIN]
    return {"both": InstaHash(QUICK).fit(TRAIN), "nobody": InstaHash(QUICK).fit(unnamed)}


def asked(model, n_labels=None, chosen=False, keys=None):
    """The answers to the posts held out: of each the first labels, or all, and its first two hashtags where chosen."""
    data = encode(Corpus.from_posts(ASKED), model.vocabulary)
    description = data.description.copy()
    rank = np.arange(description.nnz) - np.repeat(description.indptr[:-1], np.diff(description.indptr))
    description.data[rank >= (99 if n_labels is None else n_labels)] = 0
    description.eliminate_zeros()
    picked = data.hashtags.copy()
    rank = np.arange(picked.nnz) - np.repeat(picked.indptr[:-1], np.diff(picked.indptr))
    picked.data[rank >= 2] = 0
    picked.eliminate_zeros()
    return model.recommend_matrix(description, 10, chosen=picked if chosen else None, keys=keys)


@pytest.mark.parametrize("n_labels, chosen", [(0, False), (1, False), (None, False), (0, True), (None, True)])
def test_who_is_not_named_is_answered_as_if_nobody_ever_was(models, n_labels, chosen):
    """To the bit. So is a stranger."""
    expected = asked(models["nobody"], n_labels, chosen)
    assert asked(models["both"], n_labels, chosen) == expected
    strangers = [("country:of nobody", "user:who never posted")] * len(ASKED)
    assert asked(models["both"], n_labels, chosen, strangers) == expected


def user(number):
    return f"user:u{number % 10}"


def test_who_is_named_is_answered_by_what_is_known(models):
    """Better than by the weights of nobody, and what is said of it all sums up."""
    model = models["both"]
    fusions = model.mode.panel.fusions
    assert all([*fusion.corrections] == ["personal", "common"] for fusion in fusions.values())
    assert not any(fusion.corrections for fusion in models["nobody"].mode.panel.fusions.values())
    keys = [("country:" + str(i % 2), user(i)) for i in range(440, 500)]
    for n_labels, chosen in ((1, False), (None, True)):
        answers = asked(model, n_labels, chosen, keys)
        own = [sum(f"own{i % 10}x" in tag for tag in answer.hashtags) for i, answer in enumerate(answers)]
        assert np.mean(own) > (1.5 if chosen else 3)
    for given in ({}, {"user": "u3"}, {"features": ["country:1"]}, {"user": "u3", "features": ["country:1"]}):
        queries = model.queries(["dog", "grass"], ["puppy"], **given)
        opinions = model.mode.opinions(queries)
        total = sum(opinions.weights[name] * scores for name, scores in opinions.scores.items())
        assert np.ptp(total - opinions.log_p) < 1e-3
        answer = model.recommend(["dog", "grass"], 5, chosen=["puppy"], diversity=0, **given)
        index = {word: i for i, word in enumerate(model.vocabulary.words_array[opinions.hashtags])}
        found = [opinions.probabilities[index[tag]] for tag in answer.hashtags]
        np.testing.assert_allclose(answer.scores, found, rtol=1e-5)
        differs = opinions.weights != model.mode.opinions(model.queries(["dog", "grass"], ["puppy"])).weights
        assert differs == bool(given)


def test_corrections_are_kept_and_models_without_them_are_read(models, tmp_path):
    model = models["both"]
    model.save(tmp_path)
    asking = {"user": "u3", "features": ["country:1"]}
    again, expected = InstaHash.load(tmp_path), model.recommend(["dog"], **asking)
    assert again.recommend(["dog"], **asking) == expected
    panel = again.mode.panel
    sections = {name: own for name, own in panel.to_arrays().items() if not name.endswith(("_common", "_personal"))}
    sections |= {name: own for name, own in panel.to_arrays().items() if name.startswith("expert_")}
    panel.load(sections, {}, again.vocabulary)
    assert again.recommend(["dog"]) == model.recommend(["dog"]) and again.recommend(["dog"], **asking) != expected


def test_a_user_counts_as_far_as_they_are_known(models, tmp_path):
    """A correction is that of nobody for a user who has written nothing, and more of it holds with each use."""
    models["both"].save(tmp_path)
    model, found = InstaHash.load(tmp_path), []
    for hashtags in ((), ("dog",), ("dog", "puppy")):
        if hashtags:
            model.partial_fit([POSTS[0]._replace(user="new", features=(), hashtags=hashtags)])
        panel = model.mode.panel
        found.append(panel.experts["personal"].told([("user:new",), ("user:nobody",)], panel.domain).tolist())
    assert found == [[0, 0], [0.5, 0], [0.75, 0]]
    assert asked(model, 1) == asked(model, 1, keys=[("user:nobody",)] * len(ASKED))
