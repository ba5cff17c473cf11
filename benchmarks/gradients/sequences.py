"""Recurrences: networks over time, hidden states, filters, differential equations."""

import numpy as np

from gradients.case import Problem, log_sum_exp, sigmoid, softmax

rnn = Problem(
    "recurrent network",
    lambda r: ({"X": r.normal(size=(6, 3)), "T": r.normal(size=(6, 4))},
               {"W": 0.7 * r.normal(size=(3, 4)), "U": 0.7 * r.normal(size=(4, 4)), "b": 0.2 * r.normal(size=4)}),
    sizes=("X",),
)  # fmt: skip


@rnn.loss
def _(d, W, U, b):
    h, total = 0 * b, 0
    for x, t in zip(d.X, d.T):
        h = np.tanh(x @ W + h @ U + b)
        total = total + 0.5 * ((h - t) ** 2).mean()
    return total / len(d.X)


def rnn_gradient(d, W, U, b, keep=1.0, last=None):
    hs = [np.zeros_like(b)]
    for x in d.X:
        hs.append(np.tanh(x @ W + hs[-1] @ U + b))
    dW, dU, db, dh = np.zeros_like(W), np.zeros_like(U), np.zeros_like(b), np.zeros_like(b)
    for s in reversed(range(len(d.X) if last is None else last)):
        dh = dh + (hs[s + 1] - d.T[s]) / b.size / len(d.X)
        dz = dh * (1 - hs[s + 1] ** 2)
        dW += np.outer(d.X[s], dz)
        dU += np.outer(hs[s], dz)
        db += dz
        dh = keep * dz @ U.T
    return dW, dU, db


rnn.right(rnn_gradient)


@rnn.wrong("other", "the last step is forgotten")
def _(d, W, U, b):
    return rnn_gradient(d, W, U, b, last=len(d.X) - 1)


@rnn.wrong("other", "nothing is handed on to the step before")
def _(d, W, U, b):
    return rnn_gradient(d, W, U, b, keep=0.0)


@rnn.wrong("factor", "not divided by the steps")
def _(d, W, U, b):
    return tuple(len(d.X) * g for g in rnn_gradient(d, W, U, b))


gru = Problem(
    "GRU",
    lambda r: ({"X": r.normal(size=(4, 3)), "T": r.normal(size=4)},
               {**{f"W{g}": 0.7 * r.normal(size=(3, 4)) for g in "zrn"},
                **{f"U{g}": 0.7 * r.normal(size=(4, 4)) for g in "zrn"}}),
)  # fmt: skip


@gru.loss
def _(d, Wz, Wr, Wn, Uz, Ur, Un):
    h = 0 * d.T
    for x in d.X:
        z, r = sigmoid(x @ Wz + h @ Uz), sigmoid(x @ Wr + h @ Ur)
        h = (1 - z) * np.tanh(x @ Wn + r * (h @ Un)) + z * h
    return 0.5 * ((h - d.T) ** 2).sum()


def gru_gradient(d, Wz, Wr, Wn, Uz, Ur, Un, z_sign=1.0, through_z=1.0, reset_n=True):
    h, steps = np.zeros_like(d.T), []
    for x in d.X:
        z, r = sigmoid(x @ Wz + h @ Uz), sigmoid(x @ Wr + h @ Ur)
        n = np.tanh(x @ Wn + r * (h @ Un))
        steps.append((x, h, z, r, n))
        h = (1 - z) * n + z * h
    grads, dh = [np.zeros_like(a) for a in (Wz, Wr, Wn, Uz, Ur, Un)], h - d.T
    for x, h, z, r, n in reversed(steps):
        an = dh * (1 - z) * (1 - n**2)
        az = z_sign * dh * (h - n) * z * (1 - z)
        ar = an * (h @ Un) * r * (1 - r)
        inner = an * r if reset_n else an
        for g, a in zip(grads[:3], (az, ar, an)):
            g += np.outer(x, a)
        for g, a in zip(grads[3:], (az, ar, inner)):
            g += np.outer(h, a)
        dh = through_z * dh * z + az @ Uz.T + ar @ Ur.T + (an * r) @ Un.T
    return tuple(grads)


gru.right(gru_gradient)


@gru.wrong("other", "n - h for h - n in the gate z, and all that flows through it")
def _(d, *params):
    return gru_gradient(d, *params, z_sign=-1.0)


@gru.wrong({"Un": "other"}, "the reset gate is forgotten at U_n")
def _(d, *params):
    return gru_gradient(d, *params, reset_n=False)


@gru.wrong({"Wz": "sign", "Uz": "sign"}, "the gate z's sums have the wrong sign")
def _(d, *params):
    Wz, Wr, Wn, Uz, Ur, Un = gru_gradient(d, *params)
    return -Wz, Wr, Wn, -Uz, Ur, Un


@gru.wrong({"Ur": "zero"}, "the reset gate's recurrent weights are left out")
def _(d, *params):
    *others, Ur, Un = gru_gradient(d, *params)
    return *others, np.zeros_like(Ur), Un


lstm = Problem(
    "LSTM",
    lambda r: ({"X": r.normal(size=(4, 3)), "T": r.normal(size=2)},
               {"W": 0.7 * r.normal(size=(8, 5)), "b": 0.3 * r.normal(size=8)}),
)  # fmt: skip


@lstm.loss
def _(d, W, b):
    h, c = 0 * d.T, 0 * d.T
    for x in d.X:
        a = W @ np.concatenate([x, h]) + b
        i, f, o, g = sigmoid(a[:2]), sigmoid(a[2:4]), sigmoid(a[4:6]), np.tanh(a[6:])
        c = f * c + i * g
        h = o * np.tanh(c)
    return 0.5 * ((h - d.T) ** 2).sum()


def lstm_gradient(d, W, b, forget_slope=True, carry=True):
    h, c, steps = np.zeros_like(d.T), np.zeros_like(d.T), []
    for x in d.X:
        v, old = np.concatenate([x, h]), c
        a = W @ v + b
        i, f, o, g = sigmoid(a[:2]), sigmoid(a[2:4]), sigmoid(a[4:6]), np.tanh(a[6:])
        c = f * c + i * g
        h = o * np.tanh(c)
        steps.append((v, old, c, i, f, o, g))
    dW, db, dh, dc = np.zeros_like(W), np.zeros_like(b), h - d.T, np.zeros_like(h)
    for v, old, c, i, f, o, g in reversed(steps):
        t = np.tanh(c)
        dc = (dc if carry else 0) + dh * o * (1 - t**2)
        df = dc * old * (f * (1 - f) if forget_slope else 1)
        da = np.concatenate([dc * g * i * (1 - i), df, dh * t * o * (1 - o), dc * i * (1 - g**2)])
        dW += np.outer(da, v)
        db += da
        dh, dc = (W.T @ da)[3:], dc * f
    return dW, db


lstm.right(lstm_gradient)


@lstm.wrong("other", "the forget gate's slope is forgotten")
def _(d, W, b):
    return lstm_gradient(d, W, b, forget_slope=False)


@lstm.wrong("shifted", "the gates are stacked as f, o, g, i in the gradient")
def _(d, W, b):
    return tuple(np.roll(g, -2, axis=0) for g in lstm_gradient(d, W, b))


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


PROBLEMS = (rnn, gru, lstm, hidden, field, kalman, growth)
