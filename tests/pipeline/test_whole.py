"""The old model or the new one, whole: calls that fail, threads, processes, copies."""

import copy
import multiprocessing
import os
import pickle
import sys
import threading
import weakref
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace

import numpy as np
import pytest

from instahash import InstaHash
from instahash.baselines.network import PAPER
from instahash.cli import evaluate, train
from instahash.data import Corpus, encode
from instahash.data.small import small_posts
from instahash.errors import DataError, ModelError, UnknownWordError
from instahash.explore.systems import model_name
from instahash.parameters import assign
from instahash.pipeline import settings_of
from instahash.pipeline.best import Best
from instahash.storage import MODEL, read_header

compiled = pytest.mark.skipif(
    os.environ.get("NUMBA_DISABLE_JIT", "0") != "0", reason="trains anew many times: too long in Python"
)
SMALL = {
    "best": ["word2vec.dim=4", "stream.epochs=1"]
    + [f"{network}.{name}" for network in ("softmax", "completion") for name in ("epochs=1", "n_hidden=4")],
    "paper": ["word2vec.dim=4", "word2vec.epochs=1", "autorec.n_hidden=4", "autorec.epochs=1", "ratings.n_expand=3"],
}
SETTINGS = {mode: assign(settings_of(mode), small) for mode, small in SMALL.items()}
POSTS = [post._replace(user=f"anna{i % 4}", features=("quizzed:lisbon",)) for i, post in enumerate(small_posts(120))]
OLD, NEW = POSTS[:60], POSTS[60:]
METHODS = [("best", "fit"), ("paper", "fit"), ("best", "partial_fit"), ("best", "fit_baselines"), ("best", "save")]


@pytest.fixture(scope="module")
def models():
    """What each mode has learnt of the old posts."""
    return {mode: InstaHash(settings).fit(OLD).learnt for mode, settings in SETTINGS.items()}


@pytest.fixture(autouse=True)
def small_network(monkeypatch):
    """The baseline that takes longest."""
    monkeypatch.setattr("instahash.baselines.network.PAPER", PAPER | {"n_hidden": 8, "epochs": 1})


@pytest.fixture
def trained(models):
    """A function from a mode to a model that has learnt the old posts."""

    def model(mode="best"):
        made = InstaHash(SETTINGS[mode])
        made.learnt = models[mode]
        return made

    return model


def of_one_call(model, n_threads=1):
    """Answers that are each of one call, to be compared."""
    return {
        "one": model.recommend(["dog", "grass"], user="anna1", features=["quizzed:lisbon"]),
        "posts": [*model.recommend_posts(OLD[:20], n_threads=n_threads)],
        "vectors": model.word_vectors().vectors.tobytes(),
    }


def answers(model, n_threads=1):
    """Answers of every kind, to be compared."""
    posts = encode(Corpus.from_posts(OLD[:9]), model.vocabulary)
    return of_one_call(model, n_threads) | {
        "matrix": model.recommend_matrix(posts.description, keys=posts.keys),
        "rankings": {name: ids.tolist() for name, ids in model.rankings(posts.description, 5).items()},
        "users": [model.knows_user(user) for user in ("anna1", "ben")],
        "about": (model.settings, model.summary, model.trained_on, model.vocabulary.words),
    }


# Calls that fail or are interrupted


@compiled
@pytest.mark.parametrize("mode, method", METHODS, ids=map("-".join, METHODS))
def test_whatever_the_moment_a_system_stays_what_it_was(mode, method, trained, interrupting, tmp_path):
    model, argument = trained(mode), tmp_path if method == "save" else NEW
    learnt, digest, before = model.learnt, model.digest(), answers(model)
    n = interrupting.calls_of(lambda: getattr(copy.copy(trained(mode)), method)(argument))
    moments = {n - 1, n - 2, *np.linspace(0, n - 30, 6 if mode == "paper" else 2).astype(int).tolist()}
    for k in sorted(moments):
        error = (KeyboardInterrupt, MemoryError, interrupting.Raised)[k % 3]
        if interrupting.interrupted(lambda: getattr(model, method)(argument), k, error):
            assert model.learnt is learnt and model.digest() == digest, k
        model.learnt = learnt  # where it is not called as often as the first time
    assert answers(model) == before
    model.save(tmp_path)
    assert answers(InstaHash.load(tmp_path))["one"] == before["one"]


@pytest.mark.parametrize("mode", SMALL)
def test_a_training_that_fails_and_is_then_saved(mode, trained, tmp_path):
    """Also where the settings of the next training are others: what is kept are those of the model."""
    model = trained(mode)
    model.save(tmp_path / "model")
    content = (tmp_path / "model" / MODEL).read_bytes()
    other = {"best": "paper", "paper": "best"}[mode]
    path = tmp_path / "checkpoint"
    InstaHash(SETTINGS["paper"]).fit(OLD, checkpoint=path)
    for settings in (SETTINGS[mode], SETTINGS[other]):
        model.settings = settings
        with pytest.raises(ModelError, match="other data or settings"):
            model.fit(NEW, checkpoint=path, resume=True)
        with pytest.raises(DataError):
            model.fit([])
        model.save(tmp_path / "model")
        assert (tmp_path / "model" / MODEL).read_bytes() == content
    with pytest.raises(ModelError, match="this model is not trained"):
        InstaHash(SETTINGS[other]).save(tmp_path / "model")
    assert (tmp_path / "model" / MODEL).read_bytes() == content


class Began(Exception):
    """A training has come as far as to its models."""


@pytest.mark.skipif(sys.version_info < (3, 11), reason="who calls a function keeps what it was given")
def test_a_training_lets_go_of_the_posts(monkeypatch, tmp_path):
    """Of a million they have some hundred megabytes, and the models need none of it."""
    posts = []

    def corpus():
        made = Corpus.from_posts(OLD)
        posts.append(weakref.ref(made))
        return made

    def begun(mode, dataset, trainer):
        raise Began(posts[-1]())

    monkeypatch.setattr(Best, "fit", begun)
    with pytest.raises(Began) as caught:
        InstaHash().fit(corpus(), checkpoint=None)
    assert caught.value.args == (None,)
    monkeypatch.setattr("instahash.cli.train.read_corpus", lambda args, read: corpus())
    with pytest.raises(Began) as caught:
        train.work(train.parser().parse_args(["--quiet", "--model-dir", str(tmp_path)]))
    assert caught.value.args == (None,)


# Threads


@compiled
@pytest.mark.parametrize("method", ["fit", "partial_fit", "fit_baselines", "save"])
def test_who_asks_meanwhile_gets_the_old_answers_or_the_new(method, trained, tmp_path):
    """A call is of one model, and so are all calls of what had been learnt at a time."""
    model = trained()
    stages, seen, ended = [answers(model)], [], threading.Event()

    def ask(whole):
        try:
            while not ended.is_set():
                seen.append(answers(model.learnt) if whole else of_one_call(model))
        except Exception as error:
            seen.append(error)
            raise

    threads = [threading.Thread(target=ask, args=[i % 2]) for i in range(8)]
    switch = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        for thread in threads:
            thread.start()
        getattr(model, method)(tmp_path if method == "save" else NEW)
    finally:
        ended.set()
        for thread in threads:
            thread.join()
        sys.setswitchinterval(switch)
    stages.append(answers(model))
    assert (stages[0] == stages[1]) == (method == "save") and len(seen) >= 8
    for found in seen:
        assert isinstance(found, dict), found
        if "about" in found:
            assert found in stages
        else:
            assert all(value in [stage[name] for stage in stages] for name, value in found.items())


# Copies and processes


@compiled
@pytest.mark.parametrize("mode", SMALL)
@pytest.mark.parametrize("copied", [copy.deepcopy, lambda model: pickle.loads(pickle.dumps(model))])
def test_a_copy_answers_the_same_and_learns_by_itself(mode, copied, trained):
    model = trained(mode).fit_baselines(OLD)
    digest, before = model.digest(), answers(model)
    twin = copied(model)
    assert answers(twin) == before and twin.digest() == digest and twin.settings == model.settings
    assert {"ease", "ridge", "network"} < set(twin.baselines)
    if mode == "best":
        twin.partial_fit(NEW)
        assert model.digest() == digest and answers(model) == before and twin.digest() != digest
        assert model.fit_baselines(OLD).partial_fit(NEW).digest() == twin.digest()
    untrained = copied(InstaHash(SETTINGS[mode]))
    assert untrained.settings == SETTINGS[mode] and not hasattr(untrained, "mode")


def ask(model):
    """What a process asks; both kinds of threads have been in use in the other one."""
    return answers(model, 2)


def fail(model, name):
    model.recommend_matrix(None) if name is None else model.word_vectors().most_similar([name])


@compiled
@pytest.mark.parametrize("how", ["fork", "spawn"])
def test_other_processes_answer_and_their_errors_come_back(how, trained, monkeypatch):
    model = trained()
    wanted = ask(model)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(sys.path))
    if how == "spawn":  # which imports a module by its name
        monkeypatch.setitem(sys.modules, "test_whole", sys.modules[__name__])
        monkeypatch.syspath_prepend(os.path.dirname(__file__))
        for function in (ask, fail):
            monkeypatch.setattr(function, "__module__", "test_whole")
        monkeypatch.setenv("PYTHONPATH", os.pathsep.join(sys.path))
    with ProcessPoolExecutor(1, multiprocessing.get_context(how)) as pool:
        with pytest.raises(DataError, match="descriptions"):
            pool.submit(fail, model, None).result(60)
        with pytest.raises(UnknownWordError) as caught:
            pool.submit(fail, model, "zeppelin").result(60)
        assert caught.value.words == ["zeppelin"] and "zeppelin" in str(caught.value)
        assert pool.submit(ask, model).result(60) == wanted  # the pool still works


# What is kept of people


def test_a_model_file_names_nobody(trained, tmp_path):
    model = trained()
    model.save(tmp_path)
    loaded = InstaHash.load(tmp_path)
    loaded.partial_fit([post._replace(user="carlotta", features=("quizzed:porto",)) for post in NEW])
    loaded.save(tmp_path)
    content = (tmp_path / MODEL).read_bytes()
    for text in ("anna", "carlotta", "lisbon", "porto", "quizzed", "user:"):
        assert text.encode() not in content, text
    again = InstaHash.load(tmp_path)
    assert all(map(again.knows_user, ["anna0", "anna3", "carlotta"])) and not again.knows_user("anna4")
    plain, known = (again.recommend(["dog"], user=user) for user in (None, "carlotta"))
    assert plain != known == loaded.recommend(["dog"], user="carlotta")


def test_a_report_is_of_the_model_that_was_loaded(trained, tmp_path):
    """Not of another that lies in its place by then."""
    trained("best").save(tmp_path)
    model = InstaHash.load(tmp_path)
    header, name = read_header(tmp_path), model_name(tmp_path, model)
    trained("paper").save(tmp_path)
    args = evaluate.parser().parse_args(["--model-dir", str(tmp_path), "--data", "sample"])
    about = evaluate._about(args, model, 1, {}, "")
    assert about.header | {"format_version": header["format_version"]} == header
    assert about.arrays["expert_word2vec"] > 0 and "autorec" not in about.arrays
    assert model_name(tmp_path, model) == name != model_name(tmp_path, InstaHash.load(tmp_path))


def test_salts_are_of_the_posts_and_of_the_seed(models):
    hashes = []
    for posts, seed in ((OLD, 0), (OLD, 1), (POSTS, 0)):
        mode = Best(replace(SETTINGS["best"], seed=seed))
        mode.panel.begin(domain_of(posts, mode))
        hashes.append(mode.panel.domain.preferences.salt)
    assert len({*hashes}) == 3 and hashes[0] == models["best"].mode.panel.domain.preferences.salt


def domain_of(posts, mode):
    from instahash.data import fit_dataset
    from instahash.experts import Domain

    return Domain.of(fit_dataset(Corpus.from_posts(posts)), mode.settings)


def test_nothing_is_left_of_an_older_model(trained, tmp_path):
    trained("best").save(tmp_path)
    trained("paper").save(tmp_path)
    assert os.listdir(tmp_path) == [MODEL]
    trained("paper").save(tmp_path / "alone")
    assert (tmp_path / MODEL).read_bytes() == (tmp_path / "alone" / MODEL).read_bytes()
