"""Every setting with its default, and the `section.name=value` form in which commands take them."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any

from instahash.errors import SettingsError

MODES = ("paper", "best")
# Epochs where they are "auto": these for so many posts and more; fewer are visited oftener, or little would be learnt
# before the learning rate comes to zero.
EPOCHS, ENOUGH_POSTS = 12, 40_000


@dataclass(frozen=True)
class DataSettings:
    max_hashtags: int = 1000  # most used hashtags kept, the hashtag vocabulary
    min_score: float = 0.5  # labels below are rejected


@dataclass(frozen=True)
class Word2VecSettings:
    dim: int = 100
    n_negative: int = 5
    n_shared: int = 10  # negatives drawn a bag, shared by its pairs
    permutation: int = 3  # words a permutation (r)
    trainer: str = "auto"  # "exact", "sampling", or the cheaper of the two
    epochs: int = 15  # of the sampling trainer
    sweeps: int = 3  # of the exact trainer
    learning_rate: float = 0.5
    schedule: str = "linear"
    ns_exponent: float = 0.75
    sample: float = 0.0  # subsampling threshold of frequent words; 0 keeps all
    min_count: int = 1
    vectors: str = "auto"  # "input", "sum", or the better of the two on posts held out


@dataclass(frozen=True)
class AutoRecSettings:
    n_hidden: int = 500
    epochs: int | str = 50  # or "auto", as many as so many posts need
    batch_size: int = 512
    learning_rate: float = 1e-3
    reg: float = 0.0
    init: str = "random"  # or "spectral", the best linear autoencoder in closed form
    decoder: str = "gradient"  # or "ridge", solved for after each epoch
    optimizer: str = "adam"  # or "momentum", "sgd", "lbfgs"
    schedule: str = "linear"  # or "cosine", "constant"
    hidden: str = "sigmoid"  # or "tanh", "relu", "identity"
    output: str = "identity"  # or "sigmoid"
    objective: str = "enforced"  # absent words are rated -1; "observed": they do not count
    absent_weight: float = 1.0  # of an absent word's error
    corruption: float = 0.0  # share of the input's words dropped at each visit
    masked: bool = False  # only what was dropped is to be found
    dropout: float = 0.0  # share of the hidden units dropped at each step
    input: str = "bag"  # or "description", which is all that there is in serving
    target: str = "bag"  # or "hashtags"
    n_expand: int = 20  # expansion words a post, 0 for none
    expansion_last: float = 0.0  # rating of the last of them; the first has 1 - 1/n_expand
    length: float = 0.0  # Euclidean, that mode "best" brings each description to; 0 leaves it

    def of_model(self, n_posts: int) -> dict[str, Any]:
        """What AutoRec itself is given for so many posts; the others say what its ratings are made of."""
        own = ("input", "target", "n_expand", "expansion_last", "length")
        options = {name: value for name, value in vars(self).items() if name not in own}
        if self.epochs == "auto":
            options["epochs"] = round(EPOCHS * max(1.0, ENOUGH_POSTS / n_posts) ** (1 / 3))
        return options


_SOFTMAX = {"objective": "multinomial", "hidden": "relu", "n_expand": 0}
BEST_AUTOREC = AutoRecSettings(
    **_SOFTMAX,
    epochs="auto",
    batch_size=256,
    learning_rate=2e-3,
    corruption=0.3,
    dropout=0.5,
    input="description",
    target="hashtags",
    length=2.4,
)
BEST_COMPLETION = AutoRecSettings(
    **_SOFTMAX,
    n_hidden=300,
    epochs="auto",
    learning_rate=6e-3,
    corruption=0.5,
    masked=True,
    dropout=0.2,
    input="hashtags",
    target="hashtags",
)


@dataclass(frozen=True)
class RecommendSettings:
    n_similar: int = 20  # size of the Word2Vec set
    n_default: int = 5  # AutoRec's first words, taken where the intersection is empty
    reg: float = 60.0  # of the linear model
    held_out: float = 0.05  # share of the posts that the weights of the experts are learnt from
    novelty: float = 0.0  # 0 to 1, against what is popular and what repeats the description
    diversity: float = 0.1  # 0 to 1, against hashtags that are alike
    half_life: float = 0.0  # days after which a use counts half; 0 for never
    live_epochs: int = 4  # epochs of new posts


@dataclass(frozen=True)
class Settings:
    """All settings of one training; a section is an attribute, a setting an attribute of its section.

    The defaults of `autorec` are those of mode "paper"; `Settings.of(mode)` has each mode's own. Mode "best" uses both
    `autorec` (from the description) and `completion` (from chosen hashtags).
    """

    data: DataSettings = field(default_factory=DataSettings)
    word2vec: Word2VecSettings = field(default_factory=Word2VecSettings)
    autorec: AutoRecSettings = field(default_factory=AutoRecSettings)
    completion: AutoRecSettings = BEST_COMPLETION
    recommend: RecommendSettings = field(default_factory=RecommendSettings)
    mode: str = "paper"
    seed: int = 0
    n_threads: int = 1

    def __post_init__(self):
        if self.mode not in MODES:
            raise SettingsError(f"mode is '{self.mode}'; it must be one of {', '.join(MODES)}")
        if self.mode == "best" and {self.autorec.objective, self.completion.objective} != {"multinomial"}:
            raise SettingsError("mode 'best' fuses probabilities; leave the objectives at multinomial")
        for name, value, least in (
            ("seed", self.seed, 0),
            ("n_threads", self.n_threads, 1),
            ("data.max_hashtags", self.data.max_hashtags, 1),
            ("autorec.n_expand", self.autorec.n_expand, 0),
            ("autorec.length", self.autorec.length, 0),
            ("recommend.n_similar", self.recommend.n_similar, 1),
            ("recommend.n_default", self.recommend.n_default, 0),
            ("recommend.half_life", self.recommend.half_life, 0),
            ("recommend.live_epochs", self.recommend.live_epochs, 1),
        ):
            if value < least:
                raise SettingsError(f"{name} is {value}; it must be at least {least}")
        for name, value, allowed in (
            ("autorec.input", self.autorec.input, ("bag", "description")),
            ("autorec.target", self.autorec.target, ("bag", "hashtags")),
        ):
            if value not in allowed:
                raise SettingsError(f"{name} is '{value}'; it must be one of {', '.join(allowed)}")
        for name, value in (
            ("data.min_score", self.data.min_score),
            ("recommend.held_out", self.recommend.held_out),
            ("recommend.novelty", self.recommend.novelty),
            ("recommend.diversity", self.recommend.diversity),
        ):
            if not 0 <= value <= 1:
                raise SettingsError(f"{name} is {value}; it must lie in [0, 1]")
        if not self.recommend.reg > 0:
            raise SettingsError(f"recommend.reg is {self.recommend.reg}; it must be above 0")

    @classmethod
    def of(cls, mode: str, **given) -> Settings:
        """The defaults of a mode, with what is `given` besides."""
        own = {"autorec": BEST_AUTOREC} if mode == "best" else {}
        return cls(mode=mode, **{**own, **given})

    def changed(self, assignments: list[str]) -> Settings:
        """These settings with each "section.name=value" applied; SettingsError names what is unknown or misshapen."""
        settings = self
        for assignment in assignments:
            path, equals, text = assignment.partition("=")
            section, dot, name = path.strip().partition(".")
            if not (equals and dot):
                raise SettingsError(
                    f"'{assignment}' is not a setting; write section.name=value, as in autorec.epochs=20"
                )
            known = [f"{s}.{n}" for s, names in sections().items() for n in names]
            if f"{section}.{name}" not in known:
                raise SettingsError(f"there is no setting '{path.strip()}'; the settings are {', '.join(known)}")
            part = getattr(settings, section)
            value = _parsed(path.strip(), text.strip(), getattr(part, name))
            settings = replace(settings, **{section: replace(part, **{name: value})})
        return settings

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Settings:
        """The settings that :meth:`to_json` gave; SettingsError where a key or a type is not known."""
        settings = cls.of(value.get("mode", "paper"))
        for key, content in value.items():
            if key in sections():
                if not isinstance(content, dict):
                    raise SettingsError(f"the settings' section '{key}' is {content!r}; it must be an object")
                settings = settings.changed([f"{key}.{name}={text}" for name, text in content.items()])
            elif key in ("mode", "seed", "n_threads"):
                wanted = type(getattr(settings, key))
                if type(content) is not wanted:
                    raise SettingsError(f"the setting '{key}' is {content!r}; it must be of type {wanted.__name__}")
                settings = replace(settings, **{key: content})
            else:
                raise SettingsError(f"there is no setting '{key}'; was the model made by a newer version?")
        return settings


def sections() -> dict[str, list[str]]:
    """Names of the settings in each section."""
    settings = Settings()
    parts = {f.name: getattr(settings, f.name) for f in fields(settings)}
    return {
        name: [f.name for f in fields(part)] for name, part in parts.items() if hasattr(part, "__dataclass_fields__")
    }


def _parsed(path: str, text: str, old: Any) -> Any:
    kind = type(old)
    if path in ("autorec.epochs", "completion.epochs"):
        if text == "auto":
            return text
        kind = int
    if kind is bool:
        if text.lower() not in ("true", "false"):
            raise SettingsError(f"{path} is '{text}'; it must be true or false")
        return text.lower() == "true"
    try:
        value = kind(text)
    except ValueError:
        wanted = "a whole number" if kind is int else "a number"
        raise SettingsError(f"{path} is '{text}'; it must be {wanted}, as in {path}={old}") from None
    if value != value or value in (float("inf"), float("-inf")):
        raise SettingsError(f"{path} is {text}; it must be a finite number, as in {path}={old}")
    return value
