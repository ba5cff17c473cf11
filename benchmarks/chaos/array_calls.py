"""Calls of what is public, each with sound arguments, the role of each in `array_forms.py`, and how it is called."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from scipy import sparse

from instahash.autorec import AutoRec, expansion_decay, rating_matrix
from instahash.baselines import EASE, Cooccurrence, ItemCosine, Network, Popularity, Ridge, top_ranked
from instahash.evaluation import cosine, jaccard, paired_bootstrap, ranking_measures
from instahash.evaluation.bands import BandCounts, bands_of
from instahash.evaluation.bootstrap import resampled_means
from instahash.evaluation.novelty import coverage, intra_list_similarity, novelty, self_information
from instahash.evaluation.similarity import fraction_table, histogram
from instahash.explore.map import plane
from instahash.report import trajectories
from instahash.softmax import SoftmaxNetwork, SoftmaxSettings, affordable_units
from instahash.softmax import make_plan as plan_of_softmax
from instahash.training import EarlyStopping, Snapshots
from instahash.word2vec import Word2Vec, WordVectors, choose_vectors

N_POSTS, N_WORDS = 6, 12


@dataclass(frozen=True)
class Call:
    """
    name : of what is called.  call : is given all arguments by name.
    arguments : sound ones, by name, made anew at each call.
    roles : of those arguments that are given in other forms; a star after a role: it may have fewer columns.
    nan : whether a sound result may have NaN.
    """

    name: str
    call: Callable[..., Any]
    arguments: Callable[[], dict[str, Any]]
    roles: Mapping[str, str]
    nan: bool = False


def matrix(seed: int = 0, n_posts: int = N_POSTS, n_words: int = N_WORDS, values: bool = False) -> sparse.csr_array:
    """Rows of 3 to 6 words, the first of 3 that are all different; values are quarters."""
    rng = np.random.default_rng(seed)
    rows = [np.sort(rng.permutation(n_words)[: 3 + i % 4]) for i in range(n_posts)]
    indptr = np.cumsum([0, *map(len, rows)]).astype(np.int32)
    data = rng.integers(1, 5, indptr[-1]) / 4 if values else np.ones(indptr[-1])
    return sparse.csr_array(
        (data.astype(np.float32), np.concatenate(rows).astype(np.int32), indptr), (n_posts, n_words)
    )


def dense(*shape: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(-4, 5, shape) / 4.0


def counts(n: int = N_WORDS) -> np.ndarray:
    return np.arange(1, n + 1) % 5 + 1


@cache
def autorec(targets: bool = False, **settings: Any) -> AutoRec:
    model = AutoRec(n_hidden=3, epochs=2, **settings)
    return model.fit(matrix(values=True), targets=matrix(1, n_words=7, values=True) if targets else None)


@cache
def softmax() -> SoftmaxNetwork:
    return SoftmaxNetwork(n_hidden=3, epochs=2).fit(matrix(values=True), matrix(1, n_words=7))


@cache
def word2vec(trainer: str) -> Word2Vec:
    return Word2Vec(dim=4, epochs=2, trainer=trainer).fit(matrix())


@cache
def vectors() -> WordVectors:
    return WordVectors([f"w{i}" for i in range(N_WORDS)], dense(N_WORDS, 4))


def copied(model: Any) -> Any:
    """A model like this one, to be trained further."""
    arrays = {name: np.array(array) for name, array in model.to_arrays().items()}
    return type(model).from_arrays(arrays, model.settings, model.history.loss)


def state_of(model: Any) -> dict[str, np.ndarray]:
    return {name: np.array(array) for name, array in model.state().items()}


def _restored(model: Any, state: Any) -> Any:
    model = copied(model)
    model.restore(state)
    return model


def _banded(counts: Any, truth: Any, ranked: Any, hit: Any) -> Any:
    bands = BandCounts(counts)
    bands.want(truth)
    bands.add("us", ranked, hit)
    return bands.to_json()


def _learnt(model: Any) -> Any:
    """What a baseline has learnt."""
    return {name: value for name, value in vars(model).items() if name != "network"} | (
        {"network": model.network.to_arrays()} if hasattr(model, "network") else {}
    )


def _ranked() -> np.ndarray:
    ids = np.stack([np.random.default_rng(i).permutation(N_WORDS)[:5] for i in range(N_POSTS)]).astype(np.int32)
    ids[:, -1] = -1
    return ids


PAIR = lambda: {"description": matrix(values=True), "hashtags": matrix(1)}  # noqa: E731
BASELINES: dict[str, Callable[[], Any]] = {
    "Popularity": Popularity,
    "Cooccurrence": Cooccurrence,
    "ItemCosine": ItemCosine,
    "EASE": EASE,
    "Ridge": Ridge,
    "Network": lambda: Network(n_hidden=3, epochs=2),
}


@cache
def baseline(name: str) -> Any:
    return BASELINES[name]().fit(**PAIR())


def _calls_of_baselines() -> list[Call]:
    calls = []
    for name, make in BASELINES.items():
        inputs = "csr" if name == "Ridge" else "set"
        calls.append(
            Call(
                f"{name}.fit",
                lambda make=make, **given: _learnt(make().fit(**given)),
                PAIR,
                {"description": f"{inputs}*", "hashtags": "set*"},
            )
        )
        calls.append(
            Call(
                f"{name}.score",
                lambda name=name, **given: baseline(name).score(**given),
                lambda: {"description": matrix(2, values=True), "chosen": matrix(3)},
                {"description": inputs, "chosen": "set"},
            )
        )
    return calls


CALLS: list[Call] = [
    Call(
        "AutoRec.fit",
        lambda **given: AutoRec(n_hidden=3, epochs=2).fit(**given).to_arrays(),
        lambda: {"ratings": matrix(values=True), "targets": matrix(1, n_words=7, values=True), "background": -1.0},
        {"ratings": "csr*", "targets": "csr*", "background": "real"},
    ),
    Call(
        "AutoRec.fit as published",
        lambda **given: AutoRec(n_hidden=3, epochs=2, output="sigmoid", absent_weight=0.0).fit(**given).to_arrays(),
        lambda: {"ratings": matrix(values=True)},
        {"ratings": "csr*"},
    ),
    Call(
        "AutoRec.fit from the spectrum",
        lambda **given: AutoRec(n_hidden=3, init="spectral", decoder="ridge", epochs=1).fit(**given).to_arrays(),
        lambda: {"ratings": matrix(values=True)},
        {"ratings": "csr*"},
    ),
    Call(
        "AutoRec.fit from a state",
        lambda Vt, steps: AutoRec(n_hidden=3, epochs=2)
        .fit(matrix(values=True), state=state_of(autorec()) | {"Vt": Vt, "steps": steps})
        .to_arrays(),
        lambda: {"Vt": state_of(autorec())["Vt"], "steps": np.array(2)},
        {"Vt": "dense", "steps": "real"},
    ),
    Call(
        "AutoRec.partial_fit",
        lambda **given: copied(autorec()).partial_fit(**given).to_arrays(),
        lambda: {"ratings": matrix(2, values=True), "targets": matrix(3, values=True), "epochs": 1},
        {"ratings": "csr", "targets": "csr", "epochs": "epochs"},
    ),
    *(
        Call(
            f"AutoRec.{method}",
            lambda method=method, **given: getattr(autorec(), method)(**given),
            lambda: {"ratings": matrix(2, values=True), "background": -1.0},
            {"ratings": "csr", "background": "real"},
        )
        for method in ("encode", "unit_inputs", "predict")
    ),
    Call(
        "AutoRec.predict of sigmoids",
        lambda **given: autorec(output="sigmoid").predict(**given),
        lambda: {"ratings": matrix(2, values=True)},
        {"ratings": "csr"},
    ),
    Call(
        "AutoRec.predict_at",
        lambda **given: autorec(True).predict_at(**given),
        lambda: {"ratings": matrix(2, values=True), "places": matrix(1, n_words=7)},
        {"ratings": "csr", "places": "set"},
    ),
    Call(
        "AutoRec.rmse",
        lambda **given: autorec(True).rmse(**given),
        lambda: {"ratings": matrix(2, values=True), "targets": matrix(3, n_words=7, values=True), "background": -1.0},
        {"ratings": "csr", "targets": "csr", "background": "real"},
    ),
    Call(
        "AutoRec.recommend",
        lambda **given: autorec().recommend(**given),
        lambda: {"words": [1, 3], "top": 4, "restrict_to": [2, 4, 5, 7], "banned": [5], "background": -1.0},
        {"words": "ids", "top": "count", "restrict_to": "ids", "banned": "ids", "background": "real"},
    ),
    Call(
        "AutoRec.recommend for many",
        lambda **given: autorec().recommend(**given),
        lambda: {"words": matrix(2, values=True), "top": 4, "restrict_to": [2, 4, 5, 7]},
        {"words": "csr", "top": "count", "restrict_to": "ids"},
    ),
    Call("expansion_decay", expansion_decay, lambda: {"n_expand": 5, "first": 0.5, "last": 0.25},
         {"n_expand": "count", "first": "real", "last": "real"}),
    Call(
        "rating_matrix",
        rating_matrix,
        lambda: {
            "bags": matrix(n_words=7),
            "expansion": np.where(matrix(n_words=7).toarray()[:, :3] > 0, -1, np.arange(3)),
            "decay": np.array([0.5, 0.25, 0.0]),
        },
        {"bags": "set*", "expansion": "dense", "decay": "dense"},
    ),
    Call(
        "SoftmaxNetwork.fit",
        lambda **given: SoftmaxNetwork(n_hidden=3, epochs=2).fit(**given).to_arrays(),
        lambda: {"inputs": matrix(values=True), "targets": matrix(1, n_words=7, values=True)},
        {"inputs": "csr*", "targets": "csr*"},
    ),
    Call(
        "SoftmaxNetwork.fit with counts",
        lambda inputs, targets, counts, n_posts: SoftmaxNetwork(n_hidden=3, epochs=1, negatives="batch", batch_size=3)
        .fit(inputs, targets, frequency=(counts, n_posts))
        .to_arrays(),
        lambda: {
            **{"inputs": matrix(values=True), "targets": matrix(1, n_words=7)},
            **{"counts": counts(7) % 3 + 6, "n_posts": 9},
        },
        {"targets": "csr*", "counts": "dense", "n_posts": "count"},
    ),
    Call(
        "SoftmaxNetwork.fit masked",
        lambda words: SoftmaxNetwork(n_hidden=3, epochs=2, masked=True).fit(words, words).to_arrays(),
        lambda: {"words": matrix(values=True)},
        {"words": "csr*"},
    ),
    Call(
        "SoftmaxNetwork.partial_fit",
        lambda **given: copied(softmax()).partial_fit(**given).to_arrays(),
        lambda: {"inputs": matrix(2, values=True), "targets": matrix(3, n_words=7), "epochs": 1},
        {"inputs": "csr", "targets": "csr", "epochs": "epochs"},
    ),
    *(
        Call(
            f"SoftmaxNetwork.{method}",
            lambda method=method, **given: getattr(softmax(), method)(**given),
            lambda: {"inputs": matrix(2, values=True)},
            {"inputs": "csr"},
        )
        for method in ("encode", "unit_inputs")
    ),
    Call(
        "SoftmaxNetwork.predict",
        lambda **given: softmax().predict(**given),
        lambda: {"inputs": matrix(2, values=True), "outputs": [0, 3, 6]},
        {"inputs": "csr", "outputs": "ids"},
    ),
    Call("SoftmaxNetwork.plan", lambda **given: softmax().plan(**given), lambda: {"targets": matrix(1)},
         {"targets": "set*"}),
    Call("SoftmaxNetwork.n_epochs", lambda n: softmax().n_epochs(n), lambda: {"n": 5}, {"n": "count"}),
    Call("AutoRec.n_epochs", lambda n: autorec().n_epochs(n), lambda: {"n": 5}, {"n": "count"}),
    Call(
        "SoftmaxNetwork.grow",
        lambda **given: [model := copied(softmax()), model.grow(**given), model.to_arrays()][-1],
        lambda: {"n_inputs": 14, "n_outputs": 9},
        {"n_inputs": "count", "n_outputs": "count"},
    ),
    Call(
        "SoftmaxNetwork.decay",
        lambda **given: [model := copied(softmax()), model.decay(**given), model.to_arrays()][-1],
        lambda: {"factor": 0.5},
        {"factor": "real"},
    ),
    Call(
        "SoftmaxNetwork.restore",
        lambda U: _restored(softmax(), state_of(softmax()) | {"U": U}).to_arrays(),
        lambda: {"U": state_of(softmax())["U"]},
        {"U": "dense"},
    ),
    Call(
        "softmax.make_plan",
        lambda **given: plan_of_softmax(SoftmaxSettings(), **given),
        lambda: {"counts": counts(), "n_posts": 9},
        {"counts": "free", "n_posts": "count"},
    ),
    Call("affordable_units", affordable_units, lambda: {"n_hidden": 20, "n_outputs": 200},
         {"n_hidden": "count", "n_outputs": "count"}),
    *(
        Call(
            f"Word2Vec.fit, {trainer}",
            lambda trainer=trainer, **given: Word2Vec(dim=4, epochs=2, trainer=trainer).fit(**given).to_arrays(),
            lambda: {"bags": matrix(), "counts": counts() + 6},
            {"bags": "set*", "counts": "dense"},
        )
        for trainer in ("exact", "sampling")
    ),
    *(
        Call(
            f"Word2Vec.partial_fit, {trainer}",
            lambda trainer=trainer, **given: copied(word2vec(trainer)).partial_fit(**given).to_arrays(),
            lambda: {"bags": matrix(2)},
            {"bags": "set"},
        )
        for trainer in ("exact", "sampling")
    ),
    Call("Word2Vec.plan", lambda bags: Word2Vec().plan(bags), lambda: {"bags": matrix()}, {"bags": "set*"}),
    Call(
        "Word2Vec.fit_counts",
        lambda **given: Word2Vec(dim=4).fit_counts(**given).to_arrays(),
        lambda: {"N": sparse.csr_array(np.triu(matrix().T @ matrix() - np.diag(matrix().sum(0)), 1) + 0.0),
                 "counts": counts()},
        {"N": "csr", "counts": "dense"},
    ),
    Call(
        "Word2Vec.restore",
        lambda W: _restored(word2vec("sampling"), state_of(word2vec("sampling")) | {"W": W}).to_arrays(),
        lambda: {"W": state_of(word2vec("sampling"))["W"]},
        {"W": "dense"},
    ),
    Call(
        "WordVectors",
        lambda words, vectors: WordVectors(words, vectors).unit,
        lambda: {"words": ["a", "b", "c"], "vectors": dense(3, 4)},
        {"vectors": "dense"},
    ),
    Call("WordVectors.similarities", lambda sets: vectors().similarities(sets), lambda: {"sets": matrix()},
         {"sets": "set"}),
    Call(
        "WordVectors.most_similar_to_sets",
        lambda **given: vectors().most_similar_to_sets(**given),
        lambda: {"sets": matrix(), "top": 3, "restrict_to": [1, 2, 7, 9], "block": 4},
        {"sets": "set", "top": "count", "restrict_to": "ids", "block": "count"},
    ),
    Call("WordVectors.most_similar", lambda topn: vectors().most_similar("w1", topn=topn), lambda: {"topn": 3},
         {"topn": "count"}),
    Call(
        "choose_vectors",
        choose_vectors,
        lambda: {
            "W": dense(N_WORDS, 3), "C": dense(N_WORDS, 3, seed=1), "given": matrix(), "wanted": matrix(1),
            "restrict_to": [1, 2, 3, 7, 9], "top": 3,
        },
        {"W": "dense", "C": "dense", "given": "set", "wanted": "set", "restrict_to": "ids", "top": "count"},
    ),
    *_calls_of_baselines(),
    Call("Ridge.fit with weights", lambda **given: _learnt(Ridge().fit(**given)),
         lambda: PAIR() | {"weights": np.arange(1.0, N_POSTS + 1)}, {"weights": "dense"}),
    Call("Ridge.score_at", lambda **given: baseline("Ridge").score_at(**given),
         lambda: {"description": matrix(2, values=True), "places": matrix(3)}, {"description": "csr", "places": "set"}),
    Call("Ridge.score of some", lambda n_first: baseline("Ridge").score(matrix(2), n_first=n_first),
         lambda: {"n_first": 5}, {"n_first": "count"}),
    Call("Cooccurrence.add", lambda **given: _learnt(Cooccurrence().fit(**PAIR()).add(**given)),
         lambda: {"description": matrix(2), "hashtags": matrix(3)}, {"description": "set", "hashtags": "set"}),
    Call("Cooccurrence.companions", lambda chosen: baseline("Cooccurrence").companions(chosen).toarray(),
         lambda: {"chosen": matrix(2)}, {"chosen": "set"}),
    Call(
        "Cooccurrence.fit_counts",
        lambda **given: _learnt(Cooccurrence().fit_counts(**given)),
        lambda: {
            "words": sparse.csr_array(matrix().T @ matrix(1)), "hashtags": sparse.csr_array(matrix(1).T @ matrix(1)),
            "word_posts": counts(), "hashtag_posts": counts(),
        },
        {"words": "sums", "hashtags": "sums", "word_posts": "dense", "hashtag_posts": "dense"},
    ),
    Call(
        "EASE.fit_counts",
        lambda **given: _learnt(EASE().fit_counts(**given)),
        lambda: {
            "words": sparse.csr_array(matrix().T @ matrix()), "both": sparse.csr_array(matrix().T @ matrix(1)),
            "hashtags": sparse.csr_array(matrix(1).T @ matrix(1)),
        },
        {"words": "sums", "both": "sums", "hashtags": "sums"},
    ),
    Call("Popularity.from_counts", lambda counts: Popularity.from_counts(counts).score(matrix()),
         lambda: {"counts": counts()}, {"counts": "dense"}),
    Call("top_ranked", top_ranked, lambda: {"scores": dense(N_POSTS, N_WORDS), "top": 3, "allowed": [1, 2, 7, 9]},
         {"scores": "free", "top": "count", "allowed": "ids"}),
    Call("jaccard", jaccard, lambda: {"a": matrix(), "b": matrix(1)}, {"a": "set", "b": "set"}),
    Call("cosine", cosine, lambda: {"a": matrix(), "b": matrix(1), "vectors": dense(N_WORDS, 3)},
         {"a": "set", "b": "set", "vectors": "dense"}, nan=True),
    Call("ranking_measures", ranking_measures, lambda: {"ranked": _ranked(), "truth": matrix()},
         {"ranked": "dense", "truth": "set*"}),
    Call("paired_bootstrap", paired_bootstrap, lambda: {"ours": dense(7), "theirs": dense(7, seed=1), "seed": 3},
         {"ours": "dense", "theirs": "dense", "seed": "count"}),
    Call("resampled_means", resampled_means, lambda: {"values": dense(7, 2), "seed": 3, "n_resamples": 5},
         {"values": "free", "seed": "count", "n_resamples": "count"}),
    Call("bands_of", bands_of, lambda: {"counts": counts()}, {"counts": "free"}),
    Call("BandCounts", _banded,
         lambda: {"counts": counts(), "truth": matrix(), "ranked": _ranked(), "hit": _ranked() > 5},
         {"counts": "dense", "truth": "set", "ranked": "dense", "hit": "dense"}),
    Call("self_information", self_information, lambda: {"counts": counts(), "n_posts": 9},
         {"counts": "free", "n_posts": "count"}),
    Call("novelty", novelty, lambda: {"lists": matrix(), "information": dense(N_WORDS)},
         {"lists": "set", "information": "dense"}, nan=True),
    Call("coverage", coverage, lambda: {"times": counts(), "is_hashtag": counts() > 2},
         {"times": "dense", "is_hashtag": "dense"}),
    Call("intra_list_similarity", intra_list_similarity, lambda: {"lists": matrix(), "unit": dense(N_WORDS, 3)},
         {"lists": "set", "unit": "dense"}, nan=True),
    Call("fraction_table", fraction_table, lambda: {"values": dense(7)}, {"values": "free"}),
    Call("histogram", histogram, lambda: {"values": dense(7), "low": -1.0, "n_bins": 4},
         {"values": "free", "low": "real", "n_bins": "count"}),
    Call("plane", plane, lambda: {"vectors": dense(5, 3)}, {"vectors": "free"}),
    Call("trajectories", lambda **given: trajectories(**given) and None,
         lambda: {"paths": dense(2, 3, 4), "names": ["a", "b", "c"], "groups": np.array([0, 1, 1])},
         {"paths": "free", "groups": "dense"}),
    Call("EarlyStopping", lambda patience: EarlyStopping(len, patience=patience).patience, lambda: {"patience": 2},
         {"patience": "count"}),
    Call("Snapshots", lambda **given: Snapshots("W", **given).every, lambda: {"every": 2, "most": 5},
         {"every": "count", "most": "count"}),
]  # fmt: skip
