"""Small models that are trained one step at a time, to be watched: word vectors in a plane, and an autoencoder's units.

A page sends the parameters as they are, moved by hand or not, and gets those after each of the next steps. Losses and
gradients are those of `word2vec.reference` and `autorec.reference`, in float64; a step is plain gradient descent.
Only a start is drawn at random, so the same parameters and settings take the same steps, to the bit.

Letters as in `word2vec` and `autorec`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from instahash.autorec import reference as autorec
from instahash.errors import DataError
from instahash.explore import scenes
from instahash.explore.scenes import Scene
from instahash.word2vec import reference as word2vec

Arrays = dict[str, np.ndarray]
# A number past this has left the page; a training that comes to one ends.
FARTHEST = 1000.0
# A vector has two numbers: what is seen on the plane is all there is.
DIM = 2
# Parameters at the start, standard deviation.
SPREAD = 0.1


def move_words(
    scene: str, W: Any, C: Any, seed: int, step_size: float, negatives: int, power: float, steps: int
) -> dict[str, Any]:
    """The next steps of word vectors, a dict that JSON can hold.

    scene : a name in SCENES.  W, C : (n_words, 2), or both empty for a start that is drawn with `seed`.
    step_size : in units in which a word takes a step of the mean pair's size.  negatives : k >= 0.
    power : in [0, 1]; negatives are drawn in proportion to the words' counts to this power.

    `frames` has W, C and the mean loss a pair, of what was given and after each step; `note` says that the step is too
    large, where it is, and `ended` that no step can follow; `noise` is P. Raises DataError for vectors of other words.
    """
    here = scenes.scene(scene)
    shape = len(here.words), DIM
    theta = _given({"W": (W, shape), "C": (C, shape)}) or _start({"W": shape, "C": shape}, seed)
    P = noise(here, power)
    told = _steps(theta, lambda theta: words_loss(here, P, negatives, theta), step_size, steps)
    return {"words": here.words, "topics": here.topics, "noise": P.tolist(), **told}


def move_units(
    V: Any, mu: Any, U: Any, b: Any, n_hidden: int, seed: int, step_size: float, steps: int
) -> dict[str, Any]:
    """The next steps of an autoencoder of posts of 15 words, a dict that JSON can hold.

    V (n_hidden, 15), mu (n_hidden,), U (15, n_hidden), b (15,) : parameters, or all empty for a start.
    The loss is the RMSE of a rating. Others, and the answer, as in :func:`move_words`.
    """
    words, topics, X = scenes.posts_of_units()
    weights = {"V": (n_hidden, len(words)), "U": (len(words), n_hidden)}
    biases = {"mu": (n_hidden,), "b": (len(words),)}
    given = {"V": (V, weights["V"]), "mu": (mu, biases["mu"]), "U": (U, weights["U"]), "b": (b, biases["b"])}
    theta = _given(given) or _start(weights, seed) | {name: np.zeros(shape) for name, shape in biases.items()}
    return {"words": words, "topics": topics, **_steps(theta, lambda theta: units_loss(X, theta), step_size, steps)}


def noise(here: Scene, power: float) -> np.ndarray:
    """P (n_words,), in proportion to counts_j ** power."""
    weights = here.counts**power
    return weights / weights.sum()


def words_loss(here: Scene, P: np.ndarray, k: int, theta: Arrays) -> tuple[float, Arrays]:
    """The mean loss a pair, with the exact expectation over the negatives, and by how much W and C fall in a step of 1.

    That is the gradient of the loss of all pairs, over the pairs that a word is the centre of, in the mean of the words
    that are in pairs. So a step size means the same for two words as for forty.
    """
    W, C, n = theta["W"], theta["C"], here.N.sum(axis=1)
    losses, errors, _ = word2vec.expected_rows(W @ C.T, here.N, k * n, P)
    of_a_word = n.sum() / np.count_nonzero(n)
    return float(losses.sum() / n.sum()), {"W": errors @ C / of_a_word, "C": errors.T @ W / of_a_word}


def units_loss(X: np.ndarray, theta: Arrays) -> tuple[float, Arrays]:
    """The RMSE of a rating, and the gradients of half the squared error of a post."""
    loss, *gradients = autorec.loss_and_gradients(theta["V"], theta["mu"], theta["U"], theta["b"], X, X)
    return float(np.sqrt(2 * loss / X.shape[1])), dict(zip(("V", "mu", "U", "b"), gradients))


def _given(arrays: dict[str, tuple[Any, tuple[int, ...]]]) -> Arrays | None:
    """The arrays, each given beside the shape that it must have; None where all are empty."""
    if not any(len(values) for values, _ in arrays.values()):
        return None
    theta = {}
    for name, (values, shape) in arrays.items():
        try:
            theta[name] = np.array(values, dtype=np.float64)
        except ValueError:  # rows of different lengths
            theta[name] = np.empty(0)
        if theta[name].shape != shape:
            wanted = " x ".join(map(str, shape))
            raise DataError(f"{name} must be {wanted} numbers; give all of {', '.join(arrays)} as they came, or none")
    return theta


def _start(shapes: Mapping[str, tuple[int, ...]], seed: int) -> Arrays:
    rng = np.random.default_rng(seed)
    return {name: rng.normal(0, SPREAD, shape) for name, shape in shapes.items()}


def _steps(
    theta: Arrays, loss_of: Callable[[Arrays], tuple[float, Arrays]], step_size: float, steps: int
) -> dict[str, Any]:
    """What is told of so many steps of gradient descent, fewer where a number leaves the page."""
    loss, gradient = loss_of(theta)
    frames, ended = [_frame(theta, loss)], False
    for _ in range(steps):
        theta = {name: array - step_size * gradient[name] for name, array in theta.items()}
        loss, gradient = loss_of(theta)
        ended = not all(np.abs(array).max() <= FARTHEST for array in theta.values())
        if ended:
            break
        frames.append(_frame(theta, loss))
    return {"frames": frames, "ended": ended, "note": _note([frame["loss"] for frame in frames], loss, ended)}


def _frame(theta: Arrays, loss: float) -> dict[str, Any]:
    return {"loss": loss, **{name: array.tolist() for name, array in theta.items()}}


def _note(losses: list[float], last: float, ended: bool) -> str:
    """One line where the step is too large, else ""."""
    rises = sum(after > before * (1 + 1e-9) for before, after in zip(losses, losses[1:]))
    if ended:
        grew = f"the loss grew from {losses[0]:.3f} to {last:,.0f}, and numbers left the page"
        return f"The step is too large: {grew}. Go back, make it smaller, or start anew."
    if rises:
        return f"The step is too large: the loss grew at {rises} of these {len(losses) - 1} steps. Make it smaller."
    return ""
