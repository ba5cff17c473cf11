"""The epoch loops, and what one pass over some posts does: between the class above and the decoder and kernels below.

Each function takes the model, an AutoRec, whose inside it knows, and changes its parameters in place. X are the inputs
and S the targets, CSR (n_posts, n_words), less the background, one object where they are one.
"""

from __future__ import annotations

import numpy as np

from instahash.autorec import kernels
from instahash.autorec.decoder import Decoder, Moments, add_product, fill, slices
from instahash.autorec.optimize import lbfgs_epoch, make_optimizer, rate_at
from instahash.autorec.units import activate, slopes
from instahash.errors import DivergenceError

# Posts whose codes are held at a time where all posts are gone through.
BLOCK = 4096


def run(model, X, S, first, threads, on_epoch, on_progress):
    """The epoch loop; epochs are numbered from `first` + 1."""
    if model._optimizer is None and model.epochs:
        model._optimizer = make_optimizer(model.optimizer, model._parameters())
    epochs = full_epochs if model.optimizer == "lbfgs" else batch_epochs
    n_counted = counted(model, S)
    # Overflow is looked for once an epoch, by `check`, which can name its cause.
    with np.errstate(over="ignore", invalid="ignore"):
        for square in epochs(model, X, S, first, threads, on_progress or (lambda done: None)):
            check(model, square)
            model.history.loss.append(mean_loss(model, square, n_counted))
            if on_epoch and on_epoch(model):
                break


def batch_epochs(model, X, S, first, threads, on_progress):
    """A step for each batch of posts; yields each epoch's sum of weighted squared errors."""
    n_posts = X.shape[0]
    starts = range(0, n_posts, model.batch_size)
    ridge = model.decoder == "ridge"
    for epoch in range(len(model.history) + 1, first + model.epochs + 1):
        rng = np.random.default_rng([model.seed, epoch])
        order, squares = rng.permutation(n_posts), 0.0
        UU = threads.gram(model.U) if ridge else None
        for batch, start in enumerate(starts):
            done = (epoch - first - 1 + batch / len(starts)) / model.epochs
            rows = order[start : start + model.batch_size]
            batch_X = X[rows]
            batch_S = batch_X if S is X else S[rows]
            batch_X, batch_S = corrupted(model, batch_X, batch_S, rng)
            model._optimizer.begin(rate_at(done, model.learning_rate, model.schedule))
            kept = dropped(model, len(rows), rng)
            squares += descend(model, batch_X, batch_S, model._optimizer.take, threads, UU, kept)
            on_progress(len(rows))
        if ridge:
            check(model, squares)  # closed forms ask for finite codes
            squares = solve_decoder(model, X, S, rng, threads)
        yield squares


def full_epochs(model, X, S, first, threads, on_progress):
    """Iterations of L-BFGS on all posts; with decoder="ridge" the loss is that of the best decoder for the encoder.

    The gradient of such a loss is the encoder's alone, with the decoder as it is (Golub and Pereyra 1973).
    """
    n_posts, ridge = X.shape[0], model.decoder == "ridge"

    def loss_and_gradients():
        if ridge:
            solve_decoder(model, X, S, None, threads)
        UU = threads.gram(model.U) if ridge or (model._weight and not goes_dense(model, BLOCK)) else None
        squares, total = 0.0, {name: np.zeros_like(array) for name, array in model._parameters().items()}

        def take(name, part, gradient):
            total[name][part] += gradient

        for part_X, part_S in blocks(X, S):
            squares += descend(model, part_X, part_S, take, threads, UU, share=part_X.shape[0] / n_posts)
        return 0.5 * squares / n_posts + penalty(model), total

    for _ in range(len(model.history), first + model.epochs):
        loss = lbfgs_epoch(model._parameters(), loss_and_gradients)
        if ridge:
            solve_decoder(model, X, S, None, threads)
        on_progress(n_posts)
        yield 2 * n_posts * (loss - penalty(model))


def corrupted(model, X, S, rng):
    """Inputs of which some are dropped, and the targets that are left to find."""
    if not model.corruption:
        return X, S
    kept = rng.random(X.nnz, np.float32) >= model.corruption
    if model.masked:
        return fill(X, X.data * kept), fill(S, S.data * ~kept)
    return fill(X, X.data * kept / model.dtype.type(1 - model.corruption)), S


def dropped(model, n_posts, rng):
    """What the codes of some posts are multiplied by, (n_posts, n_hidden): 0 or 1 / (1 - dropout); None for all 1."""
    if not model.dropout:
        return None
    kept = rng.random((n_posts, model.n_hidden), np.float32) >= model.dropout
    return kept * model.dtype.type(1 / (1 - model.dropout))


def descend(model, X, S, take, threads, UU=None, kept=None, share=1.0):
    """Sum of weighted squared errors of some posts; `take` is given the gradients of J, exact, a part at a time.

    take(name, rows, gradient) may change these rows: they are not needed any more.  UU : U'U where it is known.
    kept : what codes are multiplied by, None for 1.  share : what these posts are of all, for a J that is the mean of
    several parts.  For objective="multinomial" twice the cross-entropy stands for the squares.
    """
    m, each = X.shape[0], model.dtype.type(share / X.shape[0])
    reg = model.dtype.type(model.reg * share)
    H, X_T = codes(model, X, threads), X.T.tocsr()
    slope = None
    if kept is not None:
        slope = slopes(model.hidden, H) * kept
        H *= kept
    decoder = Decoder(model.U, model.b, model._weight, model.span, reg, threads)
    take_decoder = take if model.decoder == "gradient" else None
    if model.objective == "multinomial":
        square, dH = decoder.multinomial(H, S, each, take_decoder)
    elif model._weight == 0:
        square, dH = decoder.observed(H, S, each, take_decoder)
    elif UU is None and goes_dense(model, m):
        square, dH = decoder.dense(H, S, each, take_decoder)
    else:
        square, dH = decoder.gram(H, S, each, take_decoder, UU)

    def through_units(part):
        dH[part] *= each * (slopes(model.hidden, H[part]) if slope is None else slope[part])

    def through_words(part):
        for words in slices(part):
            gradient = reg * model._Vt[words]
            rows = X_T.indptr[words.start : words.stop + 1]
            kernels.add_product(rows, X_T.indices, X_T.data, dH, model.dtype.type(1), gradient)
            take("V", words, gradient)

    threads.rows(m, through_units)
    take("mu", slice(None), dH.sum(axis=0))
    threads.rows(len(model._Vt), through_words)
    return square


def goes_dense(model, n_posts):
    """Whether the decoder's work on so many posts is done with all their outputs: the cheaper of two ways."""
    if model._weight == 0:
        return False
    # Multiply-adds, over n_hidden: 3 m n_words against 3/2 (m + n_words) n_hidden, since A'A costs half a product.
    n_words, n_hidden = model.U.shape
    return len(model.span) > 0 or 2 * n_posts * n_words <= n_hidden * (n_posts + n_words)


def codes(model, X, threads):
    """H = g(X V' + 1 mu')."""
    H = np.empty((X.shape[0], model.n_hidden), model.dtype)
    H[:] = model.mu
    add_product(X, model._Vt, H, threads)
    threads.rows(len(H), lambda part: activate(model.hidden, H[part]))
    return H


def solve_decoder(model, X, S, rng, threads):
    """The best U and b for the codes of these posts; returns their sum of squared errors."""
    moments = Moments(X.shape[1], model.n_hidden, model.dtype)
    for part_X, part_S in blocks(X, S):
        moments.add(codes(model, corrupted(model, part_X, part_S, rng)[0], threads), part_S, threads)
    model.U[:], model.b[:] = moments.ridge(model.reg, threads)
    return moments.square(model.U, model.b)


def penalty(model):
    """reg/2 (|V|^2 + |U|^2), float64."""
    norms = (np.einsum("ij,ij->", array, array, dtype=np.float64) for array in (model._Vt, model.U))
    return 0.5 * model.reg * sum(norms) if model.reg else 0.0


def mean_square(model, X, S, shift, threads):
    """Weighted mean of the squared errors of outputs + `shift`."""
    shift, each = model.dtype.type(shift), model.dtype.type(1)
    b, span = (model.b, model.span + shift) if len(model.span) else (model.b + shift, model.span)
    centre, UU = model.dtype.type(0), None
    gram = model._weight > 0 and not goes_dense(model, BLOCK)
    if gram:
        # Centred codes: the large parts of U h and b do not cancel then.
        sums = (codes(model, part, threads).sum(axis=0, dtype=np.float64) for part, _ in blocks(X, X))
        centre = (sum(sums) / X.shape[0]).astype(model.dtype)
        b, UU = b + model.U @ centre, threads.gram(model.U)
    decoder, total = Decoder(model.U, b, model._weight, span, 0.0, threads), 0.0
    for part_X, part_S in blocks(X, S):
        H = codes(model, part_X, threads) - centre
        if gram:
            total += decoder.gram(H, part_S, each, UU=UU)[0]
        else:
            total += (decoder.dense if model._weight else decoder.observed)(H, part_S, each)[0]
    return max(total, 0.0) / counted(model, S)


def mean_loss(model, square, n_counted):
    """The loss of the history: a root of a mean of squares, or a mean of cross-entropies."""
    if model.objective == "multinomial":
        return square / 2 / n_counted
    return float(np.sqrt(max(square, 0.0) / n_counted))


def counted(model, S):
    """Number of entries that count, with their weights; for cross-entropy the sum of the targets."""
    if model.objective == "multinomial":
        return float(np.sum(S.data, dtype=np.float64))
    return model._weight * (S.shape[0] * S.shape[1] - S.nnz) + S.nnz


def check(model, square):
    """DivergenceError where the loss or a parameter is no longer finite."""
    for name, values in (("V", model._Vt), ("mu", model.mu), ("U", model.U), ("b", model.b)):
        if not (np.isfinite(square) and np.isfinite(values).all()):
            raise DivergenceError(
                f"autorec diverged in epoch {len(model.history) + 1}: {name} or the loss is no longer finite at "
                f"learning rate {model.learning_rate:g}; try a smaller one, such as 0.001"
            )


def blocks(X, S):
    """Inputs and targets of BLOCK posts at a time, one object where they are one."""
    for start in range(0, X.shape[0], BLOCK):
        part = X[start : start + BLOCK]
        yield part, part if S is X else S[start : start + BLOCK]
