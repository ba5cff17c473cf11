"""Every number on the page against the models: on one that can be worked by hand, and with NumPy on trained ones."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest

from instahash import AutoRec, InstaHash
from instahash.data import Vocabulary
from instahash.errors import DataError, SettingsError, UnknownWordError
from instahash.experts import CONTEXTS
from instahash.explore.explain import Explainer
from instahash.explore.network import N_HASHTAGS, RANKED
from instahash.parameters import assign
from instahash.pipeline import settings_of
from instahash.pipeline.paper import Paper
from instahash.pipeline.recommender import Recommender
from instahash.recommend.fusion import CALIBRATION
from instahash.word2vec import WordVectors


@pytest.fixture(scope="module")
def by_hand():
    """Two hashtags and a label word, vectors in the plane, and two linear units."""
    settings = assign(settings_of("paper"), ["combination.n_similar=3", "autorec.hidden=identity"])
    model = InstaHash(settings)
    vocabulary = Vocabulary(["dog", "cat", "grass"], [3, 2, 1], [3, 2, 0], {"cat": "CAT"})
    model.learnt = Recommender(Paper(settings), vocabulary, {}, {}, [], {})
    model.mode.vocabulary, model.mode.n_posts = model.vocabulary, 4
    W = np.array([[2, 0], [0.6, 0.8], [0, 1]], np.float32)
    model.mode.vectors = WordVectors(model.vocabulary.words, W)
    V, mu = np.array([[1.0, 2, 0], [0, -1, 3]]), np.array([0.5, -0.5])
    U, b = np.array([[1.0, 0], [2, 1], [0, -1]]), np.array([0.1, 0.2, 0.3])
    # The published form has sigmoids, whose value at 0 from_arrays moves into b: taken off again here.
    arrays = {"V": V, "mu": mu, "U": U, "b": b - U.sum(axis=1) / 2}
    model.mode.autorec = AutoRec.from_arrays(arrays, settings.autorec)
    return Explainer(model)


def values(words, key):
    return {word["word"]: word[key] for word in words}


def test_numbers_worked_by_hand(by_hand):
    steps = by_hand.explain(["dog"])
    assert values(steps["word2vec"], "cosine") == pytest.approx({"dog": 1, "cat": 0.6, "grass": 0}, abs=1e-6)
    (network,) = steps["networks"]
    assert values(network["input"], "ratings") == {"dog": [1.0]} and network["background"] == 0
    # z = V x + mu = (1.5, -0.5); o = U z + b = (1.6, 2.7, 0.8)
    assert [(word["word"], word["output"]) for word in network["ranking"]] == [
        ("cat", 2.7),
        ("dog", 1.6),
        ("grass", 0.8),
    ]
    first, second = network["units"]  # by what they add to both hashtags: 3 + 1.5, and -0.5
    assert (first["unit"], first["activation"], first["bias"]) == (0, 1.5, 0.5)
    assert (first["strength"], second["strength"]) == (4.5, -0.5)
    assert values(first["first"], "push") == {"cat": 3, "dog": 1.5}
    assert values(second["first"], "push") == {"cat": -0.5, "dog": 0}
    assert values(first["given"], "drive") == {"dog": 1} and values(second["given"], "drive") == {"dog": 0}
    assert values(first["drivers"], "drive") == {"cat": 2, "dog": 1}
    assert values(first["up"], "push") == {"cat": 3, "dog": 1.5} and first["down"] == []
    # The second is below zero: the cat's -1 drives it further, and it pushes against its weights.
    assert (second["activation"], values(second["drivers"], "drive")) == (-0.5, {"cat": -1})
    assert values(second["up"], "push") == {"grass": 0.5} and values(second["down"], "push") == {"cat": -0.5}
    assert [word["word"] for word in steps["combined"]] == ["dog", "cat", "grass"]
    assert steps["hashtags"] == [
        {"word": "dog", "spelled": "dog", "score": 1.0, "posts": 3, "group": "big"},
        {"word": "cat", "spelled": "CAT", "score": 0.6, "posts": 2, "group": "middle"},
    ]
    assert (steps["source"], steps["scores_are"]) == ("intersection", "cosine")


def test_sums_worked_by_hand(by_hand):
    (network,) = by_hand.explain(["dog", "grass"])["networks"]
    sums = network["sums"]
    assert (sums["exact"], sums["centred"], sums["bounded"], sums["others"]) == (True, False, False, 0)
    # V has (1, 0) for the dog and (0, 3) for grass; U has (2, 1) for the cat and (1, 0) for the dog.
    assert [word["word"] for word in sums["words"]] == ["dog", "grass"]  # both 3 together: by id
    assert values(sums["hashtags"], "parts") == {"cat": [2, 3], "dog": [1, 0]}
    # 0.2 + 2 * 0.5 - 0.5, and 0.1 + 0.5
    assert values(sums["hashtags"], "biases") == pytest.approx({"cat": 0.7, "dog": 0.6})
    assert values(sums["hashtags"], "total") == pytest.approx({"cat": 5.7, "dog": 1.6})
    assert values(network["ranking"], "output")["cat"] == pytest.approx(5.7)


def test_sums_of_bounded_outputs_are_before_their_sigmoid(by_hand):
    autorec = by_hand.model.mode.autorec
    autorec.span, autorec.background = np.array([-1.0, 1.0], np.float32), -1.0
    try:
        (network,) = by_hand.explain(["dog"])["networks"]
    finally:
        autorec.span, autorec.background = np.empty(0, np.float32), 0.0
    assert network["sums"]["bounded"]
    totals, outputs = values(network["sums"]["hashtags"], "total"), values(network["ranking"], "output")
    assert totals == pytest.approx({"cat": 4.7, "dog": 2.6})  # the dog is 2 above the background
    assert outputs["cat"] == pytest.approx(np.tanh(4.7 / 2) - 1, abs=1e-5)


def test_words_beyond_the_first_are_added_up(models):
    labels = ["dog", "leash", "beach", "sea", "sky", "cat", "food", "water"]
    sums = Explainer(models["best"]).explain(labels)["networks"][0]["sums"]
    assert (len(sums["words"]), sums["others"]) == (5, 3)
    weights = [sum(abs(row["parts"][i]) for row in sums["hashtags"]) for i in range(5)]
    assert weights == sorted(weights, reverse=True)
    assert any(row["others"] for row in sums["hashtags"])


def test_what_is_made_of_labels(by_hand):
    steps = by_hand.explain(["Dog:0.9", "grass:0.2", "ca grass", "of"])
    dog, grass, two, of = steps["labels"]
    assert (dog["text"], dog["score"], dog["rejected"]) == ("Dog", 0.9, False)
    assert grass["rejected"] and not of["rejected"] and of["score"] is None
    assert [(word["word"], word["known"]) for word in two["words"]] == [("ca", False), ("grass", True)]
    assert two["words"][0]["endings"] == ["cat"] and of["words"][0]["endings"] == []
    assert sorted(steps["description"]) == ["dog", "grass"]  # grass by the third label
    assert dog["words"] == [{"word": "dog", "hashtag": True, "known": True}]
    assert by_hand.explain(["cat"])["labels"][0]["words"][0]["spelled"] == "CAT"
    several = by_hand.explain(["dog;cat:0.9", "cat/grass"])
    assert [(label["text"], label["score"]) for label in several["labels"]] == [
        ("dog", None),
        ("cat", 0.9),
        ("cat grass", None),
    ]
    assert sorted(several["description"]) == ["cat", "dog", "grass"]
    with pytest.raises(DataError, match="with a decimal comma"):
        by_hand.explain(["dog:0,9"])
    with pytest.raises(DataError, match="a score is from 0 to 1"):
        by_hand.explain(["dog:1.5"])


def test_endings_are_the_most_used_words():
    words = ["boat", "sea", "body", "bo", "bob"]
    model = InstaHash(settings_of("paper"))
    vocabulary = Vocabulary(words, [9, 8, 7, 6, 5], [9, 8, 7, 6, 5])
    model.learnt = Recommender(Paper(model.settings), vocabulary, {}, {}, [], {})
    model.mode.vectors = WordVectors(words, np.eye(5, dtype=np.float32))
    explainer = Explainer(model)
    assert explainer._endings("bo") == ["boat", "body", "bo", "bob"] and explainer._endings("x") == []


def test_where_nothing_is_known(by_hand):
    steps = by_hand.explain(["nothing"])
    assert (steps["source"], steps["scores_are"]) == ("most_used", "frequency")
    assert steps["networks"] == steps["word2vec"] == steps["combined"] == []
    assert steps["hashtags"] == [
        {"word": "dog", "spelled": "dog", "score": 0.75, "posts": 3, "group": "big"},
        {"word": "cat", "spelled": "CAT", "score": 0.5, "posts": 2, "group": "middle"},
    ]


def test_an_intersection_that_is_empty(by_hand):
    by_hand.model.mode.autorec.b[:] -= 10
    try:
        steps = by_hand.explain(["dog"])
        assert steps["source"] == "autorec" and [word["word"] for word in steps["combined"]] == ["cat", "dog", "grass"]
        assert not any(word["shared"] for word in steps["word2vec"] + steps["networks"][0]["ranking"])
    finally:
        by_hand.model.mode.autorec.b[:] += 10


def test_neighbours_of_a_word(by_hand):
    found = by_hand.neighbours("cat")
    assert (found["word"], found["spelled"], found["posts"]) == ("cat", "CAT", 2)
    assert [(word["word"], word["cosine"]) for word in found["neighbours"]] == [("grass", 0.8), ("dog", 0.6)]
    with pytest.raises(UnknownWordError):
        by_hand.neighbours("horse")


# Trained models

WARM = """import gc
from numba.core.registry import CPUDispatcher
from instahash import InstaHash
from instahash.explore.explain import Explainer

def compiled():
    kernels = [thing for thing in gc.get_objects() if isinstance(thing, CPUDispatcher)]
    return {f"{kernel.py_func.__module__}.{kernel.__name__}": len(kernel.signatures) for kernel in kernels}

explainer = Explainer(InstaHash.load(%r))
explainer.warm_up()
before = compiled()
assert sum(before.values()) > 0
for labels, chosen in (["dog"], ["beach"]), (["dog"], []), ([], ["dog"]), ([], []):
    explainer.explain(labels, chosen, %r)
explainer.neighbours("dog")
assert compiled() == before, [name for name, n in compiled().items() if n != before.get(name)]
"""


@pytest.mark.skipif(os.environ.get("NUMBA_DISABLE_JIT", "0") != "0", reason="nothing is compiled")
@pytest.mark.parametrize("mode, novelty", [("best", 0.3), ("paper", None)])
def test_nothing_is_compiled_for_the_first_who_asks(folders, mode, novelty):
    code = WARM % (str(folders[mode]), novelty)
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert answer.returncode == 0, answer.stderr


ASKED = [
    (["dog", "grass:0.8", "unknownword"], []),
    (["beach", "sea"], ["summer", "dog"]),
    ([], ["dog"]),
    ([], []),
]


@pytest.fixture(params=["best", "paper"])
def model(models, request):
    return models[request.param]


@pytest.mark.parametrize("labels, chosen", ASKED)
def test_the_answer_is_that_of_recommend(model, labels, chosen):
    steps = Explainer(model).explain(labels, chosen)
    known = [("grass", 0.8) if label == "grass:0.8" else label for label in labels]
    answer = model.recommend(known, N_HASHTAGS, chosen=chosen, trace=True)
    assert [hashtag["spelled"] for hashtag in steps["hashtags"]] == answer.hashtags
    assert [hashtag["score"] for hashtag in steps["hashtags"]] == pytest.approx(answer.scores, abs=1e-6)
    assert steps["description"] == answer.trace["description"]
    assert [word["word"] for word in steps["word2vec"]] == answer.trace["word2vec"]
    assert json.loads(json.dumps(steps, allow_nan=False)) == steps


@pytest.mark.parametrize("labels, chosen", ASKED)
def test_the_units_are_those_of_the_network(model, labels, chosen):
    """From V, mu, U and b alone, on dense arrays."""
    steps = Explainer(model).explain(labels, chosen)
    index, best = model.vocabulary.index, model.settings.mode == "best"
    assert [network["name"] for network in steps["networks"]] == (
        ["softmax"] * bool(labels) + ["completion"] * bool(chosen) if best else ["autorec"] * bool(labels + chosen)
    )
    for network in steps["networks"]:
        autorec = model.mode.panel.experts[network["name"]].network if best else model.mode.autorec
        outputs = model.mode.panel.domain.hashtags.tolist() if best else list(range(len(model.vocabulary)))
        columns = 2 if network["name"] == "softmax" else 1
        inputs = model.mode.panel.domain.described.tolist() if network["name"] == "softmax" else outputs
        places = {word: place for place, word in enumerate(inputs)}
        x = np.zeros(autorec.V.shape[1])
        for word in network["input"]:
            assert len(word["ratings"]) == columns
            j = places[index[word["word"]]]
            for c, rating in enumerate(word["ratings"]):
                x[columns * j + c] = rating - network["background"]
        z = autorec.V @ x + autorec.mu
        h = np.maximum(z, 0) if best else 1 / (1 + np.exp(-z)) - 0.5
        o = autorec.U @ h + autorec.b + network["background"]
        ranked = np.argsort(-o)[:RANKED]
        assert [word["output"] for word in network["ranking"]] == pytest.approx(o[ranked], abs=2e-4)
        U = autorec.U - autorec.U.mean(axis=0) if best else autorec.U
        first = [j for j in np.argsort(-o) if model.vocabulary.is_hashtag[outputs[j]]][:N_HASHTAGS]
        sums = network["sums"]
        assert [row["word"] for row in sums["hashtags"]] == [model.vocabulary.words[outputs[j]] for j in first]
        assert sums["exact"] == sums["centred"] == best and sums["others"] == max(0, len(network["input"]) - 5)
        slopes = h > 0 if best else h / z
        for j, row in zip(first, sums["hashtags"]):
            assert row["total"] == pytest.approx(o[j] - (o.mean() if best else 0), abs=2e-4)
            assert sum(row["parts"]) + row["others"] + row["biases"] == pytest.approx(row["total"], abs=2e-5)
            for word, part in zip(sums["words"], row["parts"]):
                i = places[index[word["word"]]]
                drive = autorec.V[:, columns * i : columns * (i + 1)] @ x[columns * i : columns * (i + 1)]
                assert part == pytest.approx(U[j] @ (slopes * drive), abs=2e-4)
        strength = (U[first] * h).sum(axis=0)
        assert [abs(unit["strength"]) for unit in network["units"]] == pytest.approx(
            [s for s in np.sort(np.abs(strength))[::-1][:6] if s > 0], abs=2e-4
        )
        for unit in network["units"]:
            k = unit["unit"]
            assert unit["strength"] == pytest.approx(strength[k], abs=2e-4)
            assert [abs(word["push"]) for word in unit["first"]] == pytest.approx(
                np.sort(np.abs(U[first, k] * h[k]))[::-1][:6], abs=2e-4
            )
            assert unit["activation"] == pytest.approx(h[k], abs=2e-4)
            assert sum(word["drive"] for word in unit["given"]) + unit["bias"] == pytest.approx(z[k], abs=2e-4)
            for word in unit["up"] + unit["down"]:
                assert word["push"] == pytest.approx(h[k] * U[outputs.index(index[word["word"]]), k], abs=2e-4)
            assert [word["push"] for word in unit["up"]] == pytest.approx(
                [p for p in np.sort(h[k] * U[:, k])[::-1][:6] if p > 0], abs=2e-4
            )
            baseline = 2 if not best else network["input"][0]["ratings"][0]
            weights = baseline * autorec.V[k, ::columns] * np.sign(h[k])
            assert [abs(word["drive"]) for word in unit["drivers"]] == pytest.approx(
                [w for w in np.sort(weights)[::-1][:6] if w > 0], abs=2e-4
            )


@pytest.mark.parametrize("labels, chosen", ASKED)
@pytest.mark.parametrize("novelty", [None, 0.4])
def test_the_experts_make_the_probability(models, labels, chosen, novelty):
    model = models["best"]
    steps = Explainer(model).explain(labels, chosen, novelty)
    experts = steps["experts"]
    known = len(model.queries(labels).description.indices)
    alone = "neither" if known == 0 else "short" if known <= 3 else "description"
    context = alone if not chosen else "both" if known else "chosen"
    assert experts["known"] == CONTEXTS[context]
    fusion = model.mode.panel.fusions[context]
    assert [expert["name"] for expert in experts["experts"]] == list(fusion.members)
    # Weights and calibration are those for such labels, between what was learnt and what is set for others.
    scored = [("grass", 0.8) if label == "grass:0.8" else label for label in labels]
    familiar = model.mode.opinions(model.queries(scored, chosen)).familiar
    foreign = [
        model.mode.panel.experts[name].foreign.get(context, w) for name, w in zip(fusion.members, fusion.weights)
    ]
    weights = familiar * fusion.weights + (1 - familiar) * np.array(foreign)
    assert [expert["weight"] for expert in experts["experts"]] == pytest.approx(weights, abs=1e-6)
    a, c, d = familiar * np.array(fusion.calibration) + (1 - familiar) * np.array(CALIBRATION)
    rows = experts["hashtags"]
    for row in rows:
        assert row["probability"] == pytest.approx(
            1 / (1 + np.exp(-a - c * row["log_p"] - d * np.log1p(len(chosen)))), abs=1e-4
        )
    # Weighted scores, and lifts, are log p but for a constant: the softmax's logarithm.
    weights = np.array([expert["weight"] for expert in experts["experts"]])
    for sums in ([weights @ row["scores"] for row in rows], [sum(row["lifts"]) for row in rows]):
        rest = np.array([row["log_p"] for row in rows]) - sums
        assert np.ptp(rest) < 1e-3
    places = [row["place"] for row in rows]
    ranked = [row["log_p"] + row["shift"] for row in rows]
    assert places == sorted(places) and ranked == sorted(ranked, reverse=True) and places[:20] == list(range(1, 21))
    assert any(row["shift"] for row in rows) == (novelty is not None)
    final = {hashtag["word"] for hashtag in steps["hashtags"]}
    assert {row["word"] for row in rows if row["final"]} == final & {*model.vocabulary.words}
    assert all(row["chosen"] == (row["word"] in chosen) for row in rows)
    assert not final & set(chosen)


def test_novelty_ranks_what_everybody_uses_lower(models):
    explainer = Explainer(models["best"])
    counts = models["best"].vocabulary.hashtag_counts

    def use(novelty):
        words = [hashtag["word"] for hashtag in explainer.explain(["dog"], novelty=novelty)["hashtags"]]
        return np.mean([counts[models["best"].vocabulary.index[word]] for word in words])

    assert use(0.8) < use(0.0)


@pytest.mark.parametrize("raised", [0.0, 0.7])
def test_the_intersection_is_that_of_the_sets(folders, raised):
    """As it was trained hardly a word has a positive rating; with all of them raised some in both sets do."""
    model = InstaHash.load(folders["paper"])
    model.mode.autorec.b[:] += raised
    sizes = []
    for labels in (["dog", "grass"], ["beach", "sea", "sky"], ["food"]):
        steps = Explainer(model).explain(labels)
        words = model.queries(labels).description
        rated = set(np.flatnonzero(model.mode.autorec.predict(words.sign())[0] > 0))
        assert steps["positive"] == len(rated)
        shared = [w["word"] for w in steps["word2vec"] if model.vocabulary.index[w["word"]] in rated]
        sizes.append(len(shared))
        assert steps["source"] == ("intersection" if shared else "autorec")
        assert [word["word"] for word in steps["word2vec"] if word["shared"]] == shared
        if shared:
            assert [word["word"] for word in steps["combined"]] == shared
        hashtags = [word["word"] for word in steps["combined"] if word["hashtag"]]
        assert [hashtag["word"] for hashtag in steps["hashtags"]] == hashtags[:N_HASHTAGS]
    assert any(0 < size < RANKED for size in sizes) == (raised > 0)


def test_the_word2vec_set_is_as_large_as_the_settings_say(folders):
    model = InstaHash.load(folders["paper"])
    model.mode.settings = assign(model.settings, ["combination.n_similar=30"])
    near = Explainer(model).explain(["dog"])["word2vec"]
    assert [word["word"] for word in near] == model.recommend(["dog"], trace=True).trace["word2vec"] and len(near) == 30


def test_mode_paper_refuses_novelty(models):
    with pytest.raises(SettingsError, match="novelty"):
        Explainer(models["paper"]).explain(["dog"], novelty=0.5)
