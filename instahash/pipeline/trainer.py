"""Training of one model after the other, with progress, a checkpoint between epochs, and resuming."""

from __future__ import annotations

from tqdm import tqdm


class Trainer:
    """saved : Checkpoint or None.  states : dict of model name -> state to go on from.  progress : bool, show bars."""

    def __init__(self, saved=None, states=None, progress=False):
        self.saved, self.states, self.progress = saved, states or {}, progress

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
            return model.fit(*matrices, state=state, on_epoch=on_epoch, on_progress=bar.update, **options)
