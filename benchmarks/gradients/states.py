"""Hidden states, filters and differential equations."""

import numpy as np

from gradients.case import Problem, log_sum_exp, softmax

hidden = Problem(
    "hidden Markov model, forward algorithm",
    lambda r: ({"y": np.array([0, 2, 1, 1, 3, 0, 2])},
               {"p": r.normal(size=3), "A": r.normal(size=(3, 3)), "B": r.normal(size=(3, 4))}),
)  # fmt: skip


@hidden.loss
def _(d, p, A, B):
    a, b = A - log_sum_exp(A), B - log_sum_exp(B)
    alpha = p - log_sum_exp(p) + b[:, d.y[0]]
    for y in d.y[1:]:
        alpha = log_sum_exp(alpha[:, None] + a, axis=0)[0] + b[:, y]
    return -log_sum_exp(alpha)[0]


def hidden_gradient(d, p, A, B, subtract=True, last=None):
    a, b = A - log_sum_exp(A), B - log_sum_exp(B)
    alphas = [p - log_sum_exp(p) + b[:, d.y[0]]]
    for y in d.y[1:]:
        alphas.append(log_sum_exp(alphas[-1][:, None] + a, axis=0)[0] + b[:, y])
    beta, L = np.zeros_like(p), log_sum_exp(alphas[-1])
    nA, nB = np.zeros_like(A), np.zeros_like(B)
    for s in reversed(range(len(d.y))):
        if s != last:
            nB[:, d.y[s]] += np.exp(alphas[s] + beta - L)
        if s:
            on = b[:, d.y[s]] + beta
            nA += np.exp(alphas[s - 1][:, None] + a + on - L)
            beta = log_sum_exp(a + on)[:, 0]
    first = np.exp(alphas[0] + beta - L)
    if subtract:
        nA, nB = (n - n.sum(axis=1, keepdims=True) * softmax(x) for n, x in ((nA, A), (nB, B)))
        first = first - softmax(p)
    return -first, -nA, -nB


hidden.right(hidden_gradient)


@hidden.wrong("other|chain rule|missing term", "by log-probabilities, not by what they are the softmax of")
def _(d, p, A, B):
    return hidden_gradient(d, p, A, B, subtract=False)


@hidden.wrong({"B": "other"}, "the last output is not counted")
def _(d, p, A, B):
    return hidden_gradient(d, p, A, B, last=len(d.y) - 1)


field = Problem(
    "conditional random field",
    lambda r: ({"y": np.array([0, 2, 1, 1, 0])}, {"E": r.normal(size=(5, 3)), "T": r.normal(size=(3, 3))}),
)


@field.loss
def _(d, E, T):
    alpha = E[0]
    for e in E[1:]:
        alpha = log_sum_exp(alpha[:, None] + T, axis=0)[0] + e
    return log_sum_exp(alpha)[0] - E[np.arange(len(d.y)), d.y].sum() - T[d.y[:-1], d.y[1:]].sum()


@field.right
def _(d, E, T):
    alphas, dE, dT = [E[0]], np.zeros_like(E), np.zeros_like(T)
    for e in E[1:]:
        alphas.append(log_sum_exp(alphas[-1][:, None] + T, axis=0)[0] + e)
    beta, L = np.zeros_like(E[0]), log_sum_exp(alphas[-1])
    for s in reversed(range(len(E))):
        dE[s] = np.exp(alphas[s] + beta - L)
        dE[s, d.y[s]] -= 1
        if s:
            dT += np.exp(alphas[s - 1][:, None] + T + E[s] + beta - L)
            dT[d.y[s - 1], d.y[s]] -= 1
            beta = log_sum_exp(T + E[s] + beta)[:, 0]
    return dE, dT


@field.wrong({"T": "transposed"}, "transitions from and to are confused")
def _(d, E, T):
    dE, dT = field.gradient(d, E, T)
    return dE, dT.T


@field.wrong({"E": "some rows|other"}, "the first step's scores are left out")
def _(d, E, T):
    dE, dT = field.gradient(d, E, T)
    dE[0] = 0
    return dE, dT


kalman = Problem(
    "Kalman filter's likelihood",
    lambda r: ({"y": r.normal(size=12).cumsum()}, {"a": 0.8, "log_q": -0.5, "log_r": 0.2}),
)


@kalman.loss
def _(d, a, log_q, log_r):
    m, P, total = 0 * a, 1 + 0 * a, 0
    for y in d.y:
        m, P = a * m, a * a * P + np.exp(log_q)
        S = P + np.exp(log_r)
        total = total + 0.5 * (np.log(S) + (y - m) ** 2 / S)
        m, P = m + P / S * (y - m), P * np.exp(log_r) / S
    return total


def kalman_gradient(d, a, log_q, log_r, of_P=1.0):
    """Sensitivities of m and P by a, q and r run beside the filter."""
    q, r = np.exp(log_q), np.exp(log_r)
    m, P, dm, dP, total = 0 * a, 1 + 0 * a, np.zeros(3, q.dtype), np.zeros(3, q.dtype), np.zeros(3, q.dtype)
    by_a, by_q, by_r = np.eye(3, dtype=q.dtype)
    for y in d.y:
        dm, dP = a * dm + m * by_a, a * a * dP + of_P * 2 * a * P * by_a + q * by_q
        m, P = a * m, a * a * P + q
        S, dS, e = P + r, dP + r * by_r, y - m
        total += 0.5 * (dS / S - 2 * e * dm / S - e**2 * dS / S**2)
        K, dK = P / S, dP / S - P * dS / S**2
        dm, dP = dm + dK * e - K * dm, dP * r / S + P * r * by_r / S - P * r * dS / S**2
        m, P = m + K * e, P * r / S
    return tuple(total)


kalman.right(kalman_gradient)


@kalman.wrong({"a": "other"}, "a's part in the variance is forgotten")
def _(d, *params):
    return kalman_gradient(d, *params, of_P=0.0)


@kalman.wrong({"log_q": "chain rule|factor", "log_r": "chain rule|factor"}, "by the variances, not their logarithms")
def _(d, a, log_q, log_r):
    da, dq, dr = kalman_gradient(d, a, log_q, log_r)
    return da, dq / np.exp(log_q), dr / np.exp(log_r)


growth = Problem(
    "logistic growth by Euler's steps",
    lambda r: ({"t": r.uniform(1, 4, (10, 3)), "h": 0.1}, {"y": r.uniform(0.5, 1, 3), "k": r.uniform(3, 5, 3)}),
    sizes=("t",),
)


@growth.loss
def _(d, y, k):
    total = 0
    for t in d.t:
        y = y + d.h * y * (1 - y / k)
        total = total + 0.5 * ((y - t) ** 2).sum()
    return d.h * total


def growth_gradient(d, y, k, step=None, outer=None):
    """step : of the adjoint; outer : the weight of a step's error."""
    step, outer = step or d.h, outer or d.h
    ys = [y]
    for _ in d.t:
        ys.append(ys[-1] + d.h * ys[-1] * (1 - ys[-1] / k))
    dy, dk = np.zeros_like(y), np.zeros_like(k)
    for t, old, new in zip(d.t[::-1], ys[-2::-1], ys[:0:-1]):
        dy = dy + outer * (new - t)
        dk += dy * d.h * (old / k) ** 2
        dy = dy * (1 + step * (1 - 2 * old / k))
    return dy, dk


growth.right(growth_gradient)


@growth.wrong({"y": "factor", "k": "factor"}, "the step is forgotten in the integral")
def _(d, y, k):
    return growth_gradient(d, y, k, outer=1.0)


PROBLEMS = (hidden, field, kalman, growth)
