"""What cannot be asked of an AutoRec, said in one line."""

from __future__ import annotations

import numpy as np

from instahash.errors import DataError, SettingsError


def check_settings(model):
    """SettingsError for a value, or a combination of values, that cannot be."""
    for name, allowed in (
        ("init", ("auto", "spectral", "random")),
        ("decoder", ("gradient", "ridge")),
        ("optimizer", ("adam", "momentum", "sgd", "lbfgs")),
        ("schedule", ("linear", "cosine", "constant")),
        ("hidden", ("sigmoid", "tanh", "relu", "identity")),
        ("output", ("identity", "sigmoid")),
        ("objective", ("enforced", "observed", "multinomial")),
        ("dtype", ("float32", "float64")),
    ):
        if str(getattr(model, name)) not in allowed:
            raise SettingsError(f"autorec: {name} is '{getattr(model, name)}'; it must be one of {', '.join(allowed)}")
    started = model.init == "spectral" or model.decoder == "ridge"  # all may then be done before the first epoch
    for name, least in (
        ("n_hidden", 1),
        ("epochs", 0 if started else 1),
        ("batch_size", 1),
        ("reg", 0),
        ("seed", 0),
        ("n_threads", 1),
    ):
        if not getattr(model, name) >= least:
            raise SettingsError(f"autorec: {name} is {getattr(model, name)}; it must be at least {least}")
    if not model.learning_rate > 0:
        raise SettingsError(f"autorec: learning_rate is {model.learning_rate}; it must be above 0, try 0.001")
    if not model.absent_weight > 0:
        raise SettingsError(
            f"autorec: absent_weight is {model.absent_weight}; it must be above 0. To leave unrated words out of the "
            "loss, set objective=observed"
        )
    for name in ("corruption", "dropout"):
        if not 0 <= getattr(model, name) < 1:
            raise SettingsError(f"autorec: {name} is {getattr(model, name)}; it must be at least 0 and below 1")
    loss = model.objective, model.absent_weight, model.output
    if model.decoder == "ridge" and loss != ("enforced", 1, "identity"):
        raise SettingsError(
            "autorec: decoder=ridge solves for identity outputs and a loss on all words alike; with another output, "
            "objective or absent_weight take decoder=gradient"
        )
    if model.objective == "multinomial" and (model.absent_weight, model.output) != (1, "identity"):
        raise SettingsError("autorec: objective=multinomial has its own outputs; leave output and absent_weight alone")
    if model.masked and not (model.objective == "multinomial" and model.corruption):
        raise SettingsError("autorec: masked=True is for objective=multinomial with corruption above 0; set both")
    if model.init == "spectral" and model.objective != "enforced":
        raise SettingsError(
            f"autorec: init=spectral needs a rating of every word; with objective={model.objective} set init=random"
        )
    if model.dropout and model.decoder == "ridge":
        raise SettingsError("autorec: decoder=ridge solves for all units at once; set dropout=0 or decoder=gradient")
    if model.optimizer == "lbfgs" and (model.corruption or model.dropout):
        raise SettingsError(
            "autorec: lbfgs needs a loss without draws; set corruption=0 and dropout=0, or another optimizer"
        )


def word_ids(values, n_words, name):
    """Word ids as an array; DataError where one is not a word."""
    ids = np.asarray(list(values))
    if (
        ids.ndim != 1
        or ids.size
        and not (np.issubdtype(ids.dtype, np.integer) and ids.min() >= 0 and ids.max() < n_words)
    ):
        raise DataError(f"autorec: {name} must be word ids from 0 to {n_words - 1}, not {str(ids.tolist())[:40]}")
    return ids.astype(np.int64)
