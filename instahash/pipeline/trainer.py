"""Training of one model after the other, with progress, a checkpoint between epochs, and resuming."""

from __future__ import annotations

import math

from tqdm import tqdm

from instahash.word2vec import Word2Vec


class Trainer:
    """saved : Checkpoint or None.  states : dict of model name -> state to go on from.  progress : bool, show bars.
    report : called with a line of text where a training has made a model worse.
    """

    def __init__(self, saved=None, states=None, progress=False, report=lambda line: None):
        self.saved, self.states, self.progress, self.report = saved, states or {}, progress, report

    def run(self, model, name, epochs, *matrices, measure="loss", **options):
        """model.fit(*matrices, ...) from the state of that name, if there is one. Returns the model."""

        def on_epoch(model):
            bar.set_postfix(epoch=len(model.history), **{measure: f"{model.history[-1]:.4f}"})
            if self.saved:
                self.states[name] = model.state()
                self.saved.save(self.states)

        state, n_posts = self.states.get(name), matrices[0].shape[0]
        with tqdm(
            desc=f"Training {name}",
            total=epochs * n_posts,
            initial=(len(state["history"]) if state else 0) * n_posts,
            unit=" posts",
            unit_scale=True,
            disable=None if self.progress else True,
        ) as bar:
            model.fit(*matrices, state=state, on_epoch=on_epoch, on_progress=bar.update, **options)
        worse = worse_than(model)
        if worse:
            lower = min(model.learning_rate / 10, type(model)().learning_rate)
            self.report(
                f"Warning: {name} has learnt nothing: its last epoch's {measure} of {model.history[-1]:.4g} is above "
                f"{worse}; train anew with a lower learning rate, such as --set {name}.learning_rate={lower:g}"
            )
        return model


def worse_than(model):
    """What the last epoch's loss is clearly above: that of guessing, or the first epoch's; "" for neither.

    "Clearly" since epochs that draw what they hide differ by a fifth, and few of sampling stay above guessing.
    """
    history, bars = model.history, []
    if not len(history):
        return ""
    if isinstance(model, Word2Vec):
        bars.append((10, (1 + model.n_negative) * math.log(2), "guessing"))
    elif model.objective == "multinomial":
        bars.append((1.1, math.log(len(model.U)), "guessing"))
    for margin, loss, whose in (*bars, (1.5, history[0], "the first")):
        if history[-1] > margin * loss + 1e-6:
            return f"the {loss:.4g} of {whose}"
    return ""
