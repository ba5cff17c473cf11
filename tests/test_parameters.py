"""Settings are declared once: types, ranges, texts from the command line, JSON, and what is said of wrong ones."""

import json
from dataclasses import dataclass

import numpy as np
import pytest

from instahash.errors import SettingsError
from instahash.parameters import assign, check, from_json, listed, parameter, to_json
from instahash.pipeline import MODES, BestSettings, InstaHash, settings_of


@dataclass(frozen=True)
class Model:
    dim: int = parameter(100, "length of a vector", least=1)
    epochs: int | str = parameter("auto", "passes", least=1, choices=("auto",))
    rate: float = parameter(0.5, "the first step", above=0, below=10)
    masked: bool = parameter(False, "hide what was given")
    schedule: str = parameter("linear", "how steps shrink", choices=("linear", "constant"))
    most: float | None = parameter(None, "a bound, if any", least=0)

    def __post_init__(self):
        check(self, "model")


@dataclass(frozen=True)
class System:
    model: Model = Model()
    other: Model = Model(dim=7)
    seed: int = parameter(0, "of all draws", least=0)

    def __post_init__(self):
        check(self, "")


@pytest.mark.parametrize(
    "given, message",
    [
        ({"dim": 2.5}, "model: dim is 2.5; it must be a whole number, such as 100"),
        ({"dim": "3"}, "model: dim is '3'; it must be a whole number"),
        ({"dim": True}, "model: dim is True; it must be a whole number"),
        ({"dim": None}, "model: dim is None"),
        ({"dim": 0}, "model: dim is 0; it must be at least 1"),
        ({"epochs": "many"}, "model: epochs is 'many'; it must be auto or a whole number"),
        ({"epochs": 0}, "model: epochs is 0; it must be at least 1"),
        ({"rate": float("nan")}, "model: rate is nan; it must be a finite number"),
        ({"rate": np.inf}, "model: rate is inf; it must be a finite number"),
        ({"rate": 0}, "model: rate is 0; it must be above 0"),
        ({"rate": 10.0}, "model: rate is 10.0; it must be below 10"),
        ({"rate": False}, "model: rate is False"),
        ({"rate": 10**400}, "model: rate is 1000000000"),
        ({"masked": 1}, "model: masked is 1; it must be true or false"),
        ({"schedule": "cubic"}, "model: schedule is 'cubic'; it must be one of linear, constant"),
        ({"schedule": 3}, "model: schedule is 3; it must be one of linear, constant"),
        ({"most": "5"}, "model: most is '5'; it must be a finite number, or None"),
        ({"most": np.nan}, "model: most is nan; it must be a finite number, or None"),
        ({"most": -1}, "model: most is -1; it must be at least 0, or None"),
    ],
)
def test_a_wrong_type_or_value_is_one_line(given, message):
    with pytest.raises(SettingsError) as caught:
        Model(**given)
    assert str(caught.value).startswith(message) and "\n" not in str(caught.value)


def test_numbers_of_numpy_become_pythons():
    model = Model(dim=np.int32(3), rate=np.float32(0.5), masked=np.True_)
    assert (model.dim, model.rate, model.masked) == (3, 0.5, True)
    assert [type(value) for value in (model.dim, model.rate, model.masked)] == [int, float, bool]
    assert type(Model(rate=1).rate) is float and Model(epochs=3).epochs == 3
    assert Model(most=None).most is None and type(Model(most=0).most) is float


def test_settings_from_texts():
    changed = assign(System(), ["model.dim=3", " other.masked = TRUE ", "model.epochs=12", "seed=5", "model.rate=1e-3"])
    assert changed == System(Model(dim=3, epochs=12, rate=1e-3), Model(dim=7, masked=True), 5)
    assert assign(changed, ["model.epochs=auto"]).model.epochs == "auto"
    assert assign(assign(changed, ["model.most=2"]), ["model.most=None"]) == changed


@pytest.mark.parametrize(
    "assignment, message",
    [
        ("model.dim", "'model.dim' has no value; write section.name=value"),
        ("dim", "'dim' is not a setting; write section.name=value"),
        (
            "model.dims=3",
            r"there is no setting 'model.dims'; did you mean model.dim\? instahash-train --settings lists all$",
        ),
        ("dim=3", r"there is no setting 'dim'; did you mean model.dim or other.dim\? "),
        ("model=3", "there is no setting 'model'"),
        ("zzz=3", "there is no setting 'zzz'; instahash-train --settings lists all$"),
        ("model.epochs=many", "model.epochs is 'many'; it must be auto or a whole number, as in"),
        ("seed.x=3", "there is no setting 'seed.x'"),
        ("model.dim.x=3", "there is no setting 'model.dim.x'"),
        ("model.dim=3.5", "model.dim is '3.5'; it must be a whole number, as in model.dim=100"),
        ("model.rate=much", "model.rate is 'much'; it must be a finite number"),
        ("model.rate=nan", "model: rate is nan; it must be a finite number"),
        ("model.masked=maybe", "model: masked is 'maybe'; it must be true or false"),
        ("seed=-1", "seed is -1; it must be at least 0"),
    ],
)
def test_a_wrong_text_is_named(assignment, message):
    with pytest.raises(SettingsError, match=message):
        assign(System(), [assignment])


def test_settings_from_texts_are_checked_together():
    for order in (1, -1):
        settings = assign(settings_of("paper"), ["autorec.epochs=0", "autorec.init=spectral"][::order])
        assert (settings.autorec.epochs, settings.autorec.init) == (0, "spectral")
    with pytest.raises(SettingsError, match="epochs is 0"):
        assign(settings_of("paper"), ["autorec.epochs=0"])


def test_json_round_trip_and_what_it_refuses():
    changed = assign(System(), ["model.dim=3", "other.rate=2"])
    assert from_json(System(), json.loads(json.dumps(to_json(changed)))) == changed
    assert from_json(System(), {}) == System()
    for value in ({"colour": 1}, {"model": 3}, {"model": {"dims": 1}}, {"seed": "x"}, {"model": {"dim": 2.5}}, []):
        with pytest.raises(SettingsError):
            from_json(System(), value)


def test_what_json_refuses_is_named_by_its_section():
    with pytest.raises(SettingsError, match=r"^other: dim is 0"):
        from_json(System(), {"other": {"dim": 0}})
    with pytest.raises(SettingsError, match="^completion: learning_rate is -1"):
        from_json(settings_of("best"), {"completion": {"learning_rate": -1}})


def test_targets_of_descriptions_cannot_be_masked():
    with pytest.raises(SettingsError, match="^softmax.masked"):
        assign(settings_of("best"), ["softmax.masked=true"])


@pytest.mark.parametrize("mode", MODES)
def test_every_setting_of_every_mode_is_declared_and_can_be_set(mode):
    settings = settings_of(mode)
    for path, value, help in listed(settings):
        assert help and "\n" not in help, path
        assert assign(settings, [f"{path}={value}"]) == settings, path
    assert from_json(settings, to_json(settings)) == settings


def test_settings_of_another_mode_are_refused():
    for mode, path in (("best", "autorec.epochs=3"), ("best", "ratings.n_expand=3"), ("paper", "softmax.epochs=3")):
        other = "paper" if mode == "best" else "best"
        with pytest.raises(
            SettingsError, match=f"'{path[:-2]}' is a setting of mode '{other}', and does nothing in mode"
        ):
            settings_of(mode, [path])
        with pytest.raises(SettingsError, match=f"there is no setting '{path[:-2]}'"):
            assign(settings_of(mode), [path])
    with pytest.raises(SettingsError, match="mode is 'worst'; it must be one of best, paper"):
        settings_of("worst")


def test_what_are_no_settings_is_said_at_once():
    for wrong in ("paper", {"softmax.epochs": 3}, BestSettings):
        with pytest.raises(SettingsError, match=r"settings are .*; give BestSettings\(...\) or PaperSettings\(...\)"):
            InstaHash(wrong)
    with pytest.raises(SettingsError, match="softmax is {'epochs': 3}; give a SoftmaxSettings"):
        BestSettings(softmax={"epochs": 3})
