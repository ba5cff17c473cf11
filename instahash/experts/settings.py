"""The settings of mode "best": those of the models and of each expert, and those of what brings them together.

The settings of an expert stand in its file, and are collected in `BestSettings`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from instahash.data import DataSettings
from instahash.errors import SettingsError
from instahash.experts.completion import COMPLETION_DEFAULTS
from instahash.experts.linear import LinearSettings
from instahash.experts.photo_network import PHOTO_NETWORK_DEFAULTS
from instahash.parameters import Section, parameter
from instahash.softmax import SoftmaxSettings
from instahash.word2vec import Word2VecSettings


@dataclass(frozen=True)
class InputSettings(Section, owner="inputs"):
    """How a description becomes the input of a network and of the linear model."""

    length: float = parameter(
        2.4, "Euclidean length of each description's input; 0 leaves it as it comes", least=0, most=100
    )


@dataclass(frozen=True)
class FusionSettings(Section, owner="fusion"):
    """How the experts' weights are learnt."""

    held_out: float = parameter(0.05, "fraction of the posts held out to learn the weights from", least=0, most=1)


@dataclass(frozen=True)
class ListSettings(Section, owner="list"):
    """What a list of hashtags should be like, where a query does not say."""

    novelty: float = parameter(0.0, "0 to 1, against what is popular and what repeats the description", least=0, most=1)
    diversity: float = parameter(0.05, "0 to 1, against hashtags that are alike", least=0, most=1)


@dataclass(frozen=True)
class StreamSettings(Section, owner="stream"):
    """How posts that come over time are learnt from."""

    half_life: float = parameter(0.0, "days after which a post counts half; 0 for never", least=0, most=10**6)
    epochs: int = parameter(4, "epochs of the networks on new posts", least=1, most=10_000)


@dataclass(frozen=True)
class BestSettings(Section):
    """All settings of mode "best"; a section is an attribute, a setting an attribute of its section."""

    mode: ClassVar[str] = "best"
    data: DataSettings = DataSettings()
    word2vec: Word2VecSettings = Word2VecSettings()
    inputs: InputSettings = InputSettings()
    softmax: SoftmaxSettings = SoftmaxSettings()
    completion: SoftmaxSettings = COMPLETION_DEFAULTS
    photo_network: SoftmaxSettings = PHOTO_NETWORK_DEFAULTS
    linear: LinearSettings = LinearSettings()
    fusion: FusionSettings = FusionSettings()
    list: ListSettings = ListSettings()
    stream: StreamSettings = StreamSettings()
    seed: int = parameter(0, "the same seed gives the same model", least=0, most=2**63 - 1)
    n_threads: int = parameter(1, "threads of training", least=1, most=1024)

    def __post_init__(self) -> None:
        super().__post_init__()
        if masked := [name for name in ("softmax", "photo_network") if getattr(self, name).masked]:
            why = "is for targets in the places of the inputs, as those of completion are"
            raise SettingsError(f"{masked[0]}.masked {why}")
