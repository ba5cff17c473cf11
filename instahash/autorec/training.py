"""Training: where it starts, the exact gradients of a batch, the epochs, and the error that is left."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from instahash.autorec.decoder import decoder_gradients, ridge_decoder
from instahash.autorec.problem import BLOCK_POSTS, Problem
from instahash.autorec.spectral import spectral_start
from instahash.network.epochs import Model, batch_epoch, check_finite, run_epochs
from instahash.network.layers import Parameters, codes, encoder_gradients, grown, random_start, slopes
from instahash.network.optimize import Update, lbfgs_epoch
from instahash.training import Hook


def start(problem: Problem, seed: int) -> Parameters:
    """The parameters that training begins with."""
    X, S, settings, span, threads = problem
    rng = np.random.default_rng([seed, 0])
    if settings.init == "spectral":
        theta = spectral_start(X, S, settings.n_hidden, settings.hidden, settings.corruption, rng, threads)
        if len(span):  # outputs then start at the mean rating
            theta.U[:], theta.b[:] = 0, problem.best_constants()
    else:
        theta = random_start(X, problem.best_constants(), settings.n_hidden, rng)
    if settings.decoder == "ridge":
        solve_decoder(theta, problem, rng)
    return theta


def continued(theta: Parameters, problem: Problem, seed: int, seen: int) -> Parameters:
    """The parameters that further training begins with, for earlier posts, `seen` in all, and new ones.

    The decoder is the best one where that is known. With init="spectral" a new start is made too; the better is taken.
    """
    theta, settings = grown(theta, problem.X, problem.best_constants()), problem.settings
    if settings.absent_weight == 1 and settings.output == "identity":
        solve_decoder(theta, problem, np.random.default_rng([seed, seen]))
    if settings.init == "spectral":
        anew = start(problem, seed)
        return theta if mean_square(anew, problem) > mean_square(theta, problem) else anew
    return theta


def loss_and_gradients(theta: Parameters, problem: Problem, update: Update, UU: np.ndarray | None = None) -> float:
    """Give `update` the exact gradients of J, part by part: with an optimiser's, this is the step.

    Returns the sum of w e^2. The rows that `update` is called for are not needed any more. Where the decoder is solved
    for, it is given the encoder's gradients only.  UU : U'U where it is known.
    """
    X, _, settings, _, threads = problem
    H = codes(theta, X, settings.hidden, threads)
    square, DH = decoder_gradients(theta, H, problem, update if settings.decoder == "gradient" else None, UU)
    DZ = np.multiply(DH, H.dtype.type(1 / len(H)) * slopes(settings.hidden, H), out=DH)
    encoder_gradients(theta, X, DZ, settings.reg, update, threads)
    return square


def train(model: Model, problem: Problem, on_epoch: Hook, on_progress: Hook) -> None:
    """Change the model's parameters, in place, until the last epoch of its history; losses are weighted RMSEs."""
    theta, n_posts, ridge = model.parameters, problem.X.shape[0], problem.settings.decoder == "ridge"

    def one_epoch(rng: np.random.Generator) -> float:
        UU = problem.threads.gram(theta.U) if ridge else None

        def step(rows: np.ndarray) -> float:
            return loss_and_gradients(theta, problem.of(rows, rng), model.optimizer.update, UU)

        if problem.settings.optimizer == "lbfgs":
            square = all_posts_epoch(theta, problem)
            if on_progress:
                on_progress(n_posts)
        else:
            square = batch_epoch(model, step, n_posts, rng, on_progress)
            if ridge:
                check_finite(model, square)  # closed forms ask for finite codes
                square = solve_decoder(theta, problem, rng)
        return float(np.sqrt(max(square, 0.0) / problem.n_counted()))

    run_epochs(model, one_epoch, on_epoch)


def all_posts_epoch(theta: Parameters, problem: Problem) -> float:
    """Iterations of L-BFGS on all posts; with decoder="ridge" the loss is that of the best decoder for the encoder.

    The gradient of that loss is the encoder's alone, the decoder as it is (Golub and Pereyra 1973). Returns sum w e^2.
    """
    settings, n_posts, ridge = problem.settings, problem.X.shape[0], problem.settings.decoder == "ridge"
    trained = trained_arrays(theta, settings.decoder)

    def evaluate() -> tuple[float, dict[str, np.ndarray]]:
        if ridge:
            solve_decoder(theta, problem)
        by_gram = settings.absent_weight and not problem.outputs_are_cheaper(BLOCK_POSTS)
        UU = problem.threads.gram(theta.U) if ridge or by_gram else None
        square, total = 0.0, {name: np.zeros_like(array) for name, array in trained.items()}
        for block in problem.blocks():
            fraction = theta.mu.dtype.type(block.X.shape[0] / n_posts)

            def add(name: str, rows: slice, gradient: np.ndarray, fraction: Any = fraction) -> None:
                total[name][rows] += fraction * gradient

            square += loss_and_gradients(theta, block, add, UU)
        return 0.5 * square / n_posts + theta.penalty(settings.reg), total

    loss = lbfgs_epoch(trained, evaluate)
    if ridge:
        solve_decoder(theta, problem)
    return float(2 * n_posts * (loss - theta.penalty(settings.reg)))


def trained_arrays(theta: Parameters, decoder: str) -> dict[str, np.ndarray]:
    """The arrays that an optimiser changes, by name: not those that are solved for."""
    return {"Vt": theta.Vt, "mu": theta.mu} if decoder == "ridge" else dict(vars(theta))


def solve_decoder(theta: Parameters, problem: Problem, rng: np.random.Generator | None = None) -> float:
    """Set U and b to the best ones for the codes of these posts; returns their sum of squared errors."""
    hidden, threads = problem.settings.hidden, problem.threads
    blocks = ((codes(theta, block.X, hidden, threads), block.S) for block in problem.blocks(rng))
    return ridge_decoder(theta, blocks, problem.settings.reg, threads)


def mean_square(theta: Parameters, problem: Problem, shift: float = 0.0) -> float:
    """Weighted mean of the squared errors of outputs + `shift`: the targets may lie above another background."""
    settings, threads, real = problem.settings, problem.threads, theta.b.dtype.type
    if len(problem.span):
        problem = problem._replace(span=problem.span + real(shift))
    else:
        theta = replace(theta, b=theta.b + real(shift))
    centre, UU = real(0), None
    if settings.absent_weight and not problem.outputs_are_cheaper(BLOCK_POSTS):
        # Centred codes: the large parts of U h and b do not cancel then.
        sums = (codes(theta, block.X, settings.hidden, threads).sum(axis=0, dtype=float) for block in problem.blocks())
        centre = (sum(sums) / problem.X.shape[0]).astype(theta.b.dtype)
        theta, UU = replace(theta, b=theta.b + theta.U @ centre), threads.gram(theta.U)
    total = 0.0
    for block in problem.blocks():
        H = codes(theta, block.X, settings.hidden, threads) - centre
        total += decoder_gradients(theta, H, block, UU=UU)[0]
    return float(max(total, 0.0) / problem.n_counted())
