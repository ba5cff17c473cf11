"""The checkpoint: the state of a training between two epochs, in one file that one training has to itself."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar, cast

from instahash.errors import ModelError
from instahash.locks import alone
from instahash.npz import OTHERWISE, Arrays, make_lasting, open_archive, read_json, read_sections, write_archive

CHECKPOINT = "checkpoint.npz"
F = TypeVar("F", bound=Callable[..., Any])


class Checkpoint:
    """The state of a training between two epochs, in one file that is replaced whole.

    path : the file.  fingerprint : str that names data and settings; a file with another one is not taken up.
    options : those of the command that trains, but for the directory, so that messages can say how to go on.
    """

    def __init__(self, path: str | Path, fingerprint: str, options: Iterable[str] = ()):
        self.path, self.fingerprint, self.options = Path(path), fingerprint, list(options)
        self._next_save = 0.0

    def load(self) -> dict[str, Arrays]:
        """The saved states by model, {} where there is no file. ModelError where they are of another training."""
        anew = "train without --resume (resume=True in Python) to begin anew"
        try:
            with open_archive(self.path) as archive:
                about = read_json(archive, self.path)
                saved = read_sections(archive, self.path) if about.get("fingerprint") == self.fingerprint else None
        except FileNotFoundError:
            return {}
        except ModelError as error:
            raise ModelError(f"{str(error).rpartition(';')[0] or error}; {anew}") from None
        if saved is None:
            was = f"the checkpoint '{self.path}' was made with other data or settings"
            raise ModelError(f"{was}; repeat those to go on, or {anew}")
        return saved

    def save(self, states: dict[str, Arrays]) -> None:
        """Save the states, unless the last save is so recent that saving would take over a tenth of the time."""
        began = time.monotonic()
        if began < self._next_save:
            return
        about = {"fingerprint": self.fingerprint, "options": self.options}
        write_archive(self.path, about, states, f"free some space or {OTHERWISE}")
        self._next_save = time.monotonic() + 9 * (time.monotonic() - began)


def options_of(path: Path) -> list[str]:
    """The options of the command that began the training of a checkpoint, [] where they are not known.

    Raises FileNotFoundError where there is no checkpoint.
    """
    with suppress(ModelError), open_archive(path) as archive:
        options = read_json(archive, path).get("options")
        if isinstance(options, list) and all(isinstance(text, str) and text.isprintable() for text in options):
            return options
    return []


@contextmanager
def sole_training(checkpoint: str | Path | None) -> Iterator[None]:
    """Keep all other trainings away from a checkpoint while the block runs; None is no checkpoint.

    Raises ModelError where another process or thread is at it. A process that was killed is at nothing.
    """
    if not checkpoint:
        yield
        return
    path = Path(checkpoint)
    make_lasting(path.parent)

    def taken(process: str) -> ModelError:
        who = f"another training{process and f' (process {process})'}"
        return ModelError(f"{who} writes to '{path.parent}'; wait for it or {OTHERWISE}")

    with alone(path.with_name(f".{path.name}.lock"), taken):
        yield


def trains(fit: F) -> F:
    """A function with an argument `checkpoint`, given by its name, which then has that file to itself.

    All its arguments live until it ends.
    """

    @wraps(fit)
    def alone_with_it(*args: Any, **options: Any) -> Any:
        with sole_training(options.get("checkpoint")):
            return fit(*args, **options)

    return cast(F, alone_with_it)
