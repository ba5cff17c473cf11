"""A step that looks at what it touches alone: sampled softmax, whose cost does not grow with outputs or inputs.

Of all outputs a batch of m posts computes those alone that are targets of one of its posts, J, in the order of their
numbers. Each post's own are told from the others', which are its negatives, shared by the batch (Yi et al. 2019,
"Sampling-bias-corrected neural modeling for large corpus item recommendations"). The normaliser of post i

    Z_i = sum_j exp(o_ij)    is estimated by    sum_{j own} exp(o_ij) + sum_{j in J, not own} exp(o_ij) / pi_j

where pi_j is the chance that any of the other m - 1 posts has target j: what is seen seldom stands for more (Horvitz
and Thompson 1952). Over the other posts of a batch, which are drawn without replacement, the mean of the estimate is
Z_i exactly, and that of its derivative is that of Z_i. In the code 1 / pi_j is a bias of -log pi_j, taken back where an
output is a post's own (Jean et al. 2015, "On using very large target vocabulary for neural machine translation"), so
that the loss and its gradients are those of `gradients.py` on the rows J.

The gradient of log Z_i is a ratio of two such estimates, and the mean of a ratio is not the ratio of the means. Its
bias, and that by which the mean of the estimated loss is below the loss, are about the estimate's relative variance,
and fall as 1 / m.

Rows of U and b outside J, rows of Vt outside the inputs of the batch, and units that are dropped (`units.py`) are not
touched: `optimize.Optimizer` says what that makes of Adam. The L2 of `reg` pulls at what is touched, whenever it is.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.special import gammaln

from instahash.network.layers import Parameters
from instahash.softmax.gradients import loss_and_gradients
from instahash.softmax.settings import SoftmaxSettings
from instahash.softmax.units import Units
from instahash.sparse import CSR, keep, used_columns
from instahash.threads import Threads

Array = np.ndarray
# Posts up to which chances are those of the exact formula.
MOST_EXACT = 10**7


def inclusion(counts: Array, n_posts: int, m: int) -> Array:
    """The chance that m >= 1 posts, drawn from n_posts without replacement, have one of `counts` posts among them.

    It is 1 - C(n_posts - counts, m) / C(n_posts, m), float64, and above 0.
    """
    counts = np.clip(counts, 1, n_posts)
    if n_posts > MOST_EXACT:  # the difference of logarithms of factorials is rounded away
        several: Array = -np.expm1(counts * np.log1p(-m / (n_posts - (counts - 1) / 2)))
        return several
    others = gammaln(n_posts - counts + 1) - gammaln(n_posts - counts - m + 1)  # of no number below 0: inf
    chance: Array = -np.expm1(others + gammaln(n_posts - m + 1) - gammaln(n_posts + 1))
    return chance


def sampled_loss_and_gradients(
    theta: Parameters,
    X: CSR,
    S: CSR,
    units: Units,
    settings: SoftmaxSettings,
    frequency: tuple[Array, int] | None,
    update: Callable[..., None],
    threads: Threads,
) -> float:
    """As :func:`instahash.softmax.gradients.loss_and_gradients`, of touched weights alone, with estimated normalisers.

    units : those that are not dropped.
    frequency : how many posts store each output as a target, (n_outputs,) int64, and of how many posts; None for all
        outputs and exact normalisers. A target of weight 0 that S stores is one of its post's own.
    """
    inputs, X = used_columns(keep(X, X.data != 0))
    outputs, log_pi, m = np.arange(len(theta.b)), None, X.shape[0]
    if frequency is not None:
        outputs, S = used_columns(S)  # J
        counts, n_posts = frequency
        if m > 1:  # a batch of one post knows no others: its own outputs are all that it is told of
            log_pi = np.log(inclusion(counts[outputs], n_posts - 1, m - 1)).astype(theta.b.dtype)
    if not len(outputs):
        return 0.0
    touched = units.part(theta, inputs, outputs, threads)
    if log_pi is not None:
        touched.b -= log_pi
    move = units.moving(update, inputs, outputs, len(theta.mu))
    return loss_and_gradients(touched, X, S, settings, move, threads, log_pi, len(theta.mu) / units.width)
