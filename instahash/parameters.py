"""How a model's dataclass of parameters is declared, checked, changed from a text, written and read as JSON.

A model declares its parameters once, each with :func:`parameter`, in a :class:`Section`, or calls :func:`check` in its
own `__post_init__`. A mode puts such dataclasses together. Commands, JSON and error lines come from these declarations.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import Field, asdict, field, fields, is_dataclass, replace
from math import isfinite
from numbers import Integral, Real
from operator import ge, gt, le, lt
from typing import Any, ClassVar, TypeVar

from instahash.errors import InstahashError, SettingsError, meant, nearest, shown

S = TypeVar("S")
LIMITS = {"least": ("at least", ge), "above": ("above", gt), "most": ("at most", le), "below": ("below", lt)}
KINDS = {bool: "true or false", int: "a whole number", float: "a finite number", str: "a text"}


def parameter(default: Any, help: str, *, choices: Iterable[str] = (), **limits: float) -> Any:
    """A field of a frozen dataclass: its default, one line that says what it is, and the values it may have.

    The type is that of the default; a default of None stands for a number that may be None. A number lies in the range
    that the limits `least`, `above`, `most` and `below` leave; a text is one of `choices`. A number with `choices` may
    also be one of these texts, as in epochs="auto".
    """
    kind = float if default is None else type(default)
    if kind is str and limits:  # a number whose default is one of the texts
        kind = int
    return field(default=default, metadata={"help": help, "kind": kind, "choices": tuple(choices), "limits": limits})


class Section:
    """Base of a frozen dataclass of parameters that are checked when it is made, and each by itself.

    owner : keyword of the class, what its error lines begin with.
    """

    owner: ClassVar[str]

    def __init_subclass__(cls, owner: str = "") -> None:
        cls.owner = owner

    def __post_init__(self) -> None:
        check(self, self.owner)


def check(settings: Any, owner: str) -> None:
    """SettingsError, which begins with `owner`, for a value of a wrong type or range; numbers become Python's own."""
    for part in fields(settings):
        if "kind" in part.metadata:
            value = _checked(part, getattr(settings, part.name), f"{owner}: {part.name}" if owner else part.name)
            object.__setattr__(settings, part.name, value)
        elif is_dataclass(part.default) and not isinstance(value := getattr(settings, part.name), type(part.default)):
            raise SettingsError(f"{part.name} is {shown(value)}; give a {type(part.default).__name__}")


def _checked(part: Field[Any], value: Any, name: str) -> Any:
    kind, choices = part.metadata["kind"], part.metadata["choices"]
    if value is None and part.default is None:
        return None
    if isinstance(value, str) and choices:
        if value not in choices:
            raise SettingsError(f"{name} is {shown(value)}; it must be {_wanted(part)}")
        return value
    types: Any = {bool: bool, int: Integral, float: Real, str: str}[kind]
    if type(value).__name__ in ("bool", "bool_"):
        value = bool(value)
    example = "or None" if part.default is None else f"such as {part.default}"
    right = isinstance(value, types) and isinstance(value, bool) == (kind is bool)
    if not right or kind is float and not _is_finite(value):
        raise SettingsError(f"{name} is {shown(value)}; it must be {_wanted(part)}, {example}")
    if isinstance(part.default, str):
        example = f"or {part.default}"
    for limit, bound in part.metadata["limits"].items():
        wanted, holds = LIMITS[limit]
        if not holds(value, bound):
            number = f"{bound:,}" if isinstance(bound, int) else f"{bound:g}"
            raise SettingsError(f"{name} is {shown(value)}; it must be {wanted} {number}, {example}")
    return kind(value)


def _wanted(part: Field[Any]) -> str:
    """What a value must be, in words."""
    kind, choices = part.metadata["kind"], part.metadata["choices"]
    texts = f"one of {', '.join(choices)}" if len(choices) > 1 else "".join(choices)
    return texts if kind is str and choices else " or ".join(filter(None, (texts, KINDS[kind])))


def _is_finite(value: Any) -> bool:
    try:
        return isfinite(value)
    except OverflowError:  # a whole number that no float can hold
        return False


def settled(kind: type[S], settings: S | None, changes: dict[str, Any], owner: str) -> S:
    """The settings of a model, by default those of `kind`, with some fields changed by name.

    Raises SettingsError, which begins with `owner`, for a name that is not a field and for settings of another kind.
    """
    settings = kind() if settings is None else settings
    if not isinstance(settings, kind):
        raise SettingsError(f"{owner}: settings are {shown(settings)}; give {kind.__name__}, or its fields by name")
    known = [part.name for part in fields(settings)]  # type: ignore[arg-type]
    for name in changes:
        if name not in known:
            advice = _near(name, known) or f"they are {', '.join(known)}"
            raise SettingsError(f"{owner}: there is no setting '{name:.60}'; {advice}")
    return replace(settings, **changes)  # type: ignore[type-var]


def _near(name: str, known: list[str]) -> str:
    """Asks whether one of the settings that are near to a name was meant: of its section, where there is such a one."""
    section, _, last = name.rpartition(".")
    own = [path for path in known if section and path.startswith(f"{section}.")]
    if own:
        return meant(name, own, 1)
    near = nearest(last, [path.rpartition(".")[2] for path in known], 1)
    ends = [path for path in known if path.rpartition(".")[2] in near]
    return f"did you mean {' or '.join(ends[:3])}?" if ends else meant(name, known)


def whole(value: Any, name: str, least: int, error: type[InstahashError] = SettingsError, most: int = 2**63 - 1) -> int:
    """A whole number from `least` to `most`; an error of that kind for anything else."""
    if not isinstance(value, Integral) or isinstance(value, bool) or value < least:
        raise error(f"{name} is {shown(value)}; it must be a whole number of at least {least}")
    if int(value) > most:
        raise error(f"{name} is {shown(value)}; it must be at most {most:,}")
    return int(value)


def fraction(value: Any, name: str, error: type[InstahashError] = SettingsError) -> float:
    """A number in [0, 1]; an error of that kind for anything else."""
    number: Any = Real
    if not isinstance(value, number) or isinstance(value, bool) or not 0 <= value <= 1:
        raise error(f"{name} is {shown(value)}; it must lie in [0, 1]")
    return float(value)


def truth(value: Any, name: str, error: type[InstahashError] = SettingsError) -> bool:
    """True or False; an error of that kind for anything else, of which Python may not know whether it is true."""
    if type(value).__name__ not in ("bool", "bool_"):
        raise error(f"{name} is {shown(value)}; it must be True or False")
    return bool(value)


def listed(settings: Any) -> Iterator[tuple[str, Any, str]]:
    """(path, value, help) of every setting, the path as in "autorec.epochs"."""
    for part in fields(settings):
        value = getattr(settings, part.name)
        if is_dataclass(value):
            for path, inner, help in listed(value):
                yield f"{part.name}.{path}", inner, help
        else:
            yield part.name, value, part.metadata["help"]


def assign(settings: S, assignments: Iterable[str]) -> S:
    """The settings with all of "section.name=value" applied, which are checked together: their order does not matter.

    SettingsError names what is unknown or misshapen.
    """
    changes: dict[str, Any] = {}
    known = [path for path, _, _ in listed(settings)]
    for assignment in assignments:
        path, equals, text = (part.strip() for part in assignment.partition("="))
        if not equals:
            fault = "has no value" if path in known else "is not a setting"
            raise SettingsError(f"'{assignment:.60}' {fault}; write section.name=value, as in word2vec.dim=50")
        if path not in known:
            advice = f"{_near(path, known)} instahash-train --settings lists all".lstrip()
            raise SettingsError(f"there is no setting '{path:.60}'; {advice}")
        *sections, name = path.split(".")
        section: Any = settings
        place = changes
        for each in sections:
            section, place = getattr(section, each), place.setdefault(each, {})
        place[name] = _parsed(next(part for part in fields(section) if part.name == name), text, path)
    return from_json(settings, changes)


def _parsed(part: Field[Any], text: str, path: str) -> Any:
    kind = part.metadata["kind"]
    if kind is str or text in part.metadata["choices"]:
        return text
    if text == str(part.default):
        return part.default
    if kind is bool:
        return {"true": True, "false": False}.get(text.lower(), text)
    try:
        return kind(text)
    except ValueError:
        raise SettingsError(
            f"{path} is {text!r:.60}; it must be {_wanted(part)}, as in {path}={part.default}"
        ) from None


def to_json(settings: Any) -> dict[str, Any]:
    """The settings as a dict of JSON's types."""
    return asdict(settings)


def from_json(defaults: S, value: Any) -> S:
    """`defaults` with the values that :func:`to_json` gave.

    Raises SettingsError where a name is not known, or a value is of a wrong type or out of range.
    """
    if not isinstance(value, dict):
        raise SettingsError(f"settings are {str(value)[:60]!r}; they must be an object")
    known: dict[str, Any] = {part.name: getattr(defaults, part.name) for part in fields(defaults)}  # type: ignore[arg-type]
    for name in value:
        if name not in known:
            raise SettingsError(f"there is no setting {name!r:.60}; was the model made by another version?")
    changed = {}
    for name, new in value.items():
        try:
            changed[name] = from_json(known[name], new) if is_dataclass(known[name]) else new
        except SettingsError as error:  # which begins with the kind of the section, not with its name
            raise SettingsError(f"{name}: {str(error).partition(': ')[2] or error}") from None
    return replace(defaults, **changed)  # type: ignore[type-var]
