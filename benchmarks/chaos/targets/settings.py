"""Settings: extreme values of each, legal or not, through a training on a few posts; lines of `--set`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from pathlib import Path
from random import Random
from typing import Any

from chaos.mutations import FLOATS, INTEGERS, TEXTS, Mutation
from chaos.target import Target, run_command
from chaos.targets.models import answers
from chaos.tiny import KINDS, SMALL_BEST, SMALL_PAPER, posts
from instahash import InstaHash, costs
from instahash.errors import DivergenceError, InstahashError
from instahash.pipeline import settings_of

# Seconds, estimated, from which on a training is refused here: that it would take long is said before it begins.
LONG = 0.3
MOST_EPOCHS = 100  # of what is learnt on from new posts, of which nothing is said
SMALL = {"best": SMALL_BEST, "paper": SMALL_PAPER}
Lines = tuple[str, list[str]]  # a mode, and --set lines


def listed(mode: str) -> dict[str, Any]:
    """Path -> field, with what it may be, of every setting of a mode."""
    found: dict[str, Any] = {}

    def visit(settings: Any, before: str) -> None:
        for part in fields(settings):
            value = getattr(settings, part.name)
            if is_dataclass(value):
                visit(value, f"{before}{part.name}.")
            else:
                found[f"{before}{part.name}"] = part

    visit(settings_of(mode), "")
    return found


def ends(part: Any) -> list[Any]:
    """The limits of a setting, what lies just inside and outside of them, and its choices."""
    kind, limits = part.metadata["kind"], part.metadata["limits"].values()
    step = 1 if kind is int else 1e-9
    return [*part.metadata["choices"], *(limit + way * step for limit in limits for way in (-1, 0, 1))]


def odd(rng: Random, value: Lines, others: Sequence[Lines], of: str) -> Lines:
    mode, lines = value
    path, part = rng.choice(list(listed(mode).items()))
    kinds = {"ends": ends(part) or ["x"], "numbers": INTEGERS + FLOATS, "texts": TEXTS}
    return mode, [*lines, f"{path}={rng.choice(kinds[of])}"]


def broken(rng: Random, value: Lines, others: Sequence[Lines]) -> Lines:
    """A line without a value, with another name, or of the other mode."""
    mode, lines = value
    other = rng.choice([path for each in SMALL for path in listed(each)])
    return mode, [*lines, rng.choice([other, f"{other}=2", f"{other}x=2", f"={rng.choice(TEXTS)}", rng.choice(TEXTS)])]


def mutation(of: str) -> Mutation:
    return lambda rng, value, others: odd(rng, value, others, of)


MUTATIONS: Mapping[str, Mutation] = {of: mutation(of) for of in ("ends", "numbers", "texts")} | {"broken": broken}


def sound(folder: Path) -> list[Lines]:
    return [(mode, [*SMALL[mode], *more]) for mode, more, _ in KINDS.values()]


class TooLong(InstahashError):
    """Said before a training that would take longer than an input may."""


def refuse_long(line: str) -> None:
    if "takes about" in line:
        raise TooLong(line)


def train(value: Lines, folder: Path) -> None:
    """Train on posts with all that a post may have, and ask for all that there is."""
    costs.LONG, (mode, lines) = LONG, value
    model = InstaHash(settings_of(mode, lines))
    if mode == "best" and model.settings.stream.epochs > MOST_EPOCHS:
        raise TooLong("to learn on takes as long as epochs were asked for")
    try:
        answers(model.fit(posts(True), report=refuse_long))
    except DivergenceError:
        pass


def command(value: Lines, folder: Path) -> None:
    """The lines as options of the command, which lists the settings."""
    from instahash.cli.train import main

    mode, lines = value
    run_command(main, "--mode", mode, "--settings", *(part for line in lines for part in ("--set", line)))


TARGETS = [
    Target("settings-train", sound, MUTATIONS, train, memory=800, share=0.5),
    Target("settings-lines", sound, MUTATIONS, command, share=0.5),
]
