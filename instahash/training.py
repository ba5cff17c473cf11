"""What a training leaves behind epoch by epoch, and stopping it when nothing more is gained."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class History:
    """One entry an epoch. `len(history)` and `history[i]` are about the losses.

    loss : list of float64, mean over what is trained on.
    score : list of float, what an :class:`EarlyStopping` measured; empty without one.
    stopped : why training ended before its last epoch, "" where it did not.
    """

    loss: list[float] = field(default_factory=list)
    score: list[float] = field(default_factory=list)
    stopped: str = ""

    def __len__(self):
        return len(self.loss)

    def __getitem__(self, epoch):
        return self.loss[epoch]


class EarlyStopping:
    """Ends a training once `score(model)` has not risen for `patience` epochs, and puts the best epoch's model back.

    Give it as `on_epoch`: it is called between epochs, when no thread works on the model.

    score : function of the model; higher is better.
    patience : int >= 1, epochs without a rise of more than `min_gain` that are waited for.
    """

    def __init__(self, score, patience=3, min_gain=0.0):
        self.score, self.patience, self.min_gain = score, patience, min_gain
        self.best_score, self.best_epoch = float("-inf"), 0

    def __call__(self, model):
        score, history = float(self.score(model)), model.history
        history.score.append(score)
        epoch = len(history)
        if score > self.best_score + self.min_gain or not self.best_epoch:
            self.best_score, self.best_epoch = score, epoch
            self._best = None  # so that there are never three copies
            self._best = {name: array.copy() for name, array in model.state().items()}
        elif epoch - self.best_epoch >= self.patience:
            model.restore(self._best)
            history.stopped = (
                f"the score did not rise above {self.best_score:.4f} of epoch {self.best_epoch} for {self.patience} "
                "epochs; the model is that epoch's"
            )
            return True
        return False
