"""Recurrent networks, backwards through time."""

import numpy as np

from gradients.case import Problem, sigmoid

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


PROBLEMS = (rnn, gru, lstm)
