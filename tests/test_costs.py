"""What a training takes is said before it begins: where it would not fit, and where it takes long."""

import re

import numpy as np
import pytest

from instahash import InstaHash, costs
from instahash.autorec import AutoRecSettings
from instahash.costs import Cost, check_costs, memory_left
from instahash.data.small import small_posts
from instahash.errors import DivergenceError, SettingsError
from instahash.parameters import listed
from instahash.pipeline import BestSettings, PaperSettings, settings_of
from instahash.softmax import SoftmaxSettings

BEST = BestSettings()


@pytest.mark.parametrize(("mode", "line"), [
    ("best", "word2vec.dim=1000000"), ("best", "softmax.n_hidden=1000000"), ("paper", "autorec.n_hidden=1000000"),
])  # fmt: skip
def test_what_does_not_fit_is_refused_before_anything_is_trained(mode, line, monkeypatch):
    monkeypatch.setattr(costs, "memory_left", lambda: 1e8)
    setting, value = line.split("=")
    message = rf"with {setting}={value}, takes about [\d.,]+ GB, and this machine has 0.1 GB free; lower {setting}$"
    said = []
    with pytest.raises(SettingsError, match=message):
        InstaHash(settings_of(mode, [line])).fit(small_posts(60), report=said.append)
    assert not any("trainer" in text for text in said)


def test_what_grows_with_the_posts_names_the_setting_of_their_words(monkeypatch):
    monkeypatch.setattr(costs, "memory_left", lambda: 10.0)
    with pytest.raises(SettingsError, match="word2vec, with data.max_hashtags=1000, takes .*; lower data.max_hashtags"):
        check_costs({"word2vec": Cost({"": 11.0}, 1)}, BEST, print)


@pytest.mark.parametrize(("seconds", "n_threads", "said"), [
    (3000, 1, []), (7200, 2, []), (3601, 1, ["about 1 hours, 100% of it for linear"]),
    (4e5, 2, ["about 56 hours"]), (1e6, 1, ["about 12 days"]),
])  # fmt: skip
def test_a_long_training_is_announced(seconds, n_threads, said):
    lines = []
    settings = settings_of("best", n_threads=n_threads)
    check_costs({"linear": Cost({}, seconds), "softmax": Cost({"n_hidden": 1.0}, 0)}, settings, lines.append)
    assert len(lines) == len(said) and all(part in line for part, line in zip(said, lines))


def test_costs_grow_with_what_they_are_of():
    network = [SoftmaxSettings(n_hidden=n).cost(100, 200, 1000, 200) for n in (100, 200)]
    assert network[1].memory["n_hidden"] == 2 * network[0].memory["n_hidden"]
    assert network[1].seconds > network[0].seconds
    autorec = AutoRecSettings(n_hidden=100, epochs=10, init="random")
    assert autorec.cost(500, 2000).seconds == pytest.approx(2 * autorec.cost(500, 1000).seconds, rel=0.01)
    assert autorec.cost(500, 1000).memory["n_hidden"] == 4 * 4 * 2 * 500 * 100


def test_limits_of_the_process_count(monkeypatch):
    assert 0 < memory_left() < np.inf
    resource = costs.resource
    monkeypatch.setattr(resource, "getrlimit", lambda kind: (2**20, 2**20))
    assert memory_left() == 0


# Ranges of the settings


@pytest.mark.parametrize("settings", [BEST, PaperSettings()], ids=["best", "paper"])
def test_every_number_has_a_range(settings):
    def parts(section):
        for part in vars(section).values():
            yield from parts(part) if hasattr(part, "__dataclass_fields__") else ()
        yield from section.__dataclass_fields__.values()

    numbers = [part for part in parts(settings) if part.metadata.get("kind") in (int, float)]
    assert len(numbers) > 20
    for part in numbers:
        limits = part.metadata["limits"].keys()
        assert limits & {"least", "above"} and limits & {"most", "below"}, part.name


@pytest.mark.parametrize("value", ["1e400", "-1e400", "nan", "9" * 5000, "1" + "0" * 400, "x" * 5000, "", "\n\u202e"])
def test_any_value_of_any_setting_is_taken_or_refused_in_one_line(value):
    for mode in ("best", "paper"):
        for path, default, _ in listed(settings_of(mode)):
            if not (isinstance(default, str) and default == value):
                with pytest.raises(SettingsError) as caught:
                    settings_of(mode, [f"{path}={value}"])
                line = str(caught.value)
                assert len(line) <= 300 and line.isprintable() and re.search(path.rpartition(".")[2], line)


def test_a_threshold_that_leaves_nothing_is_refused():
    with pytest.raises(SettingsError, match="sample is 1e-300; it must be 0 or at least 1e-09"):
        settings_of("best", ["word2vec.sample=1e-300"])


@pytest.mark.parametrize(("mode", "line"), [
    ("best", "softmax.learning_rate=1e12"), ("best", "completion.learning_rate=1e12"),
    ("paper", "autorec.learning_rate=1e12"), ("paper", "word2vec.learning_rate=1e12"),
])  # fmt: skip
def test_what_could_not_be_loaded_again_has_diverged(mode, line, tmp_path):
    quick = {"best": ["softmax.epochs=1", "completion.epochs=1"], "paper": ["autorec.epochs=1"]}[mode]
    settings = settings_of(mode, [*quick, "word2vec.trainer=sampling", "word2vec.dim=4", line])
    with pytest.raises(DivergenceError, match="diverged in epoch 1"):
        InstaHash(settings).fit(small_posts(60))


def test_a_spectrum_of_nothing_can_be_loaded_again(tmp_path):
    changes = ["autorec.init=spectral", "autorec.n_hidden=4", "ratings.input=description", "data.min_score=1"]
    InstaHash(settings_of("paper", ["word2vec.dim=4", *changes])).fit(small_posts(60)).save(tmp_path)
    assert InstaHash.load(tmp_path).recommend(["beach"]).source
