"""What a training leaves behind epoch by epoch, ending it when nothing more is gained, undoing one that failed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from instahash.arrays import as_array, plain
from instahash.errors import DataError
from instahash.forms import COUNT, in_range, losses
from instahash.parameters import whole

Arrays = dict[str, np.ndarray]
# What a training calls: on_epoch with the model, where a true result ends it; on_progress with a number of posts done.
Hook = Callable[[Any], Any] | None


@dataclass
class History:
    """One entry an epoch. `len(history)` and `history[i]` are about the losses.

    loss : list of float64, mean over what is trained on.
    score : list of float, what an :class:`EarlyStopping` measured; empty without one.
    stopped : why training ended before its last epoch, "" where it did not.
    first, last : the training that writes this history begins after `first` epochs, and epoch `last` is its last one.
    """

    loss: list[float] = field(default_factory=list)
    score: list[float] = field(default_factory=list)
    stopped: str = ""
    first: int = field(default=0, compare=False)
    last: int = field(default=0, compare=False)

    def __len__(self) -> int:
        return len(self.loss)

    def __getitem__(self, epoch: int) -> float:
        return self.loss[epoch]

    def go_on(self, state: Arrays) -> None:
        """Take the losses of a training's saved `state`; DataError where it has none."""
        try:
            self.loss = losses(plain(state["history"], "the saved history").tolist())
        except (KeyError, ValueError):
            raise DataError("the saved history is missing, or no list of losses; train from the start") from None

    def extended(self, n_epochs: int) -> History:
        """A copy for a training of so many more epochs."""
        n = len(self)
        return replace(self, loss=[*self.loss], score=[*self.score], stopped="", first=n, last=n + n_epochs)


class EarlyStopping:
    """Ends a training once `score(model)` has not risen for `patience` epochs, and puts the best epoch's model back.

    Give it as `on_epoch`: it is called between epochs, when no thread works on the model. The best epoch is put back
    after the last epoch too. Another training begins anew. A model has `history`, `state()` and `restore(state)`.

    score : function of the model; higher is better.
    patience : int >= 1, epochs to wait for a rise of more than `min_gain`.
    """

    def __init__(self, score: Callable[[Any], float], patience: int = 3, min_gain: float = 0.0):
        self.score, self.min_gain = score, min_gain
        self.patience = whole(patience, "EarlyStopping: patience", 1)
        self.best_score, self.best_epoch = float("-inf"), 0
        self._history: History | None = None
        self._best: Arrays = {}

    def __call__(self, model: Any) -> bool:
        score, history = float(self.score(model)), model.history
        if history is not self._history:
            self._history, self.best_score, self.best_epoch = history, float("-inf"), 0
        history.score.append(score)
        epoch = len(history)
        if score > self.best_score + self.min_gain or not self.best_epoch:
            self.best_score, self.best_epoch = score, epoch
            self._best = {}  # so that there are never three copies
            self._best = {name: array.copy() for name, array in model.state().items()}
        waited = epoch - self.best_epoch
        if waited >= self.patience or epoch == history.last:
            if waited:
                model.restore(self._best)
            self._best = {}
        if waited < self.patience:
            return False
        history.stopped = (
            f"the score did not rise above {self.best_score:.4f} of epoch {self.best_epoch} for {self.patience} "
            "epochs; the model is that epoch's"
        )
        return True


class Snapshots:
    """Keeps copies of some of a model's arrays while it trains, so that its way can be drawn afterwards.

    Give it as `on_epoch`; beside another function as `on_epoch=lambda model: snapshots(model) or stopping(model)`.
    The first copy is of the model after the first epoch of the training, the last one of that after its last epoch, or,
    where the training is ended before, after the newest epoch that was due. Another training begins anew.

    names : of arrays of the model's `state()`: "W" and "C" of a Word2Vec, "Vt", "mu", "U" and "b" of an AutoRec.
    every : int >= 1, epochs from one copy to the next.
    most : int >= 2, copies that are kept, which bounds the memory to so many times the arrays. Where there would be
        more, each second one is dropped, and from then on half as many are made.

    Attributes: epochs, the epoch of each copy, 1 after the first.  Raises DataError, when called, for unknown names.
    """

    def __init__(self, *names: str, every: int = 1, most: int = 100):
        self.names, self.epochs = names, list[int]()
        self.every, self.most = whole(every, "Snapshots: every", 1), whole(most, "Snapshots: most", 2)
        self._step, self._history, self._copies = self.every, None, list[Arrays]()

    def __call__(self, model: Any) -> None:
        history, state = model.history, model.state()
        for name in self.names:
            if name not in state:
                raise DataError(f"Snapshots: the model has no array '{name}'; it has {', '.join(state)}")
        if history is not self._history:
            self._history, self._step, self.epochs, self._copies = history, self.every, [], []
        epoch = len(history)
        if not self._is_kept(epoch, history):
            return
        if len(self.epochs) == self.most and epoch == history.last:
            self.epochs, self._copies = self.epochs[:-1], self._copies[:-1]
        elif len(self.epochs) == self.most:
            self._step *= 2
            self.epochs, self._copies = self.epochs[::2], self._copies[::2]
        if self._is_kept(epoch, history):
            copy = {name: state[name].copy() for name in self.names}
            self.epochs, self._copies = [*self.epochs, epoch], [*self._copies, copy]

    def of(self, name: str) -> np.ndarray:
        """The copies of an array, (copies, *its shape), oldest first. Raises DataError where there are none."""
        if name not in self.names or not self._copies:
            raise DataError(f"Snapshots: there is no copy of '{name:.60}'; name it, and give this as on_epoch to fit")
        return np.stack([copy[name] for copy in self._copies])

    def _is_kept(self, epoch: int, history: History) -> bool:
        return (epoch - history.first - 1) % self._step == 0 or epoch == history.last


def put_back(arrays: Arrays, state: Arrays) -> None:
    """Copy what `state` has under the same names into these arrays.

    Raises DataError where one is missing, misshapen or not finite; then none has changed.
    """
    if not isinstance(state, dict):
        raise DataError(f"the state is {state!r:.40}; it must be a dict of arrays, as the model's state() gives it")
    found = {}
    for name, array in arrays.items():
        shape = plain(state[name], f"the saved {name}").shape if state.get(name) is not None else "missing"
        if shape != array.shape:
            needed = f"this training needs {array.shape}; train from the start, or with the settings of then"
            raise DataError(f"the saved {name} is {shape}, {needed}")
        found[name] = as_array(state[name], f"the saved {name}", array.shape, array.dtype, finite=False)
        if not in_range(found[name], -COUNT, COUNT):
            raise DataError(f"the saved {name} is not finite, or of another kind; train from the start")
    for name, array in arrays.items():
        array[...] = found[name].reshape(array.shape)


@contextmanager
def unchanged_on_error(model: object) -> Iterator[None]:
    """Give the model its attributes back if what follows raises anything, KeyboardInterrupt among it.

    What the attributes hold must not be changed in place meanwhile, but be replaced.
    """
    before = dict(vars(model))
    try:
        yield
    except BaseException:
        model.__dict__ = before
        raise
