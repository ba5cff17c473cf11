"""Mistakes as people make them in layers and losses, and what a check must say of each.

A plant is a function of a random generator that returns (loss, wrong gradient, parameters); `PLANTS` has them with a
part of the message. Parameters are named W, U, b, c, in this order.
"""

import numpy as np


def listed_in(plants):
    """A decorator, given a text, that puts a function into this list with it."""

    def with_text(text):
        def add(function):
            plants.append((function, text))
            return function

        return add

    return with_text


PLANTS = []
plant = listed_in(PLANTS)


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def softmax(z):
    e = np.exp(z - z.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


def lstm(rng, mistake):
    """One step of four gates i, f, o, g with 3 units each; `mistake` gets the four derivatives."""
    x, c, C = rng.normal(size=5), rng.normal(size=3), rng.normal(size=3)

    def gates(W, U):
        z = W @ x + U
        return [*(sigmoid(part) for part in np.split(z, 4)[:3]), np.tanh(z[9:])]

    def loss(W, U):
        i, f, o, g = gates(W, U)
        return (C * o * np.tanh(f * c + i * g)).sum()

    def gradient(W, U):
        i, f, o, g = gates(W, U)
        t = np.tanh(f * c + i * g)
        dc = C * o * (1 - t**2)
        parts = [dc * g * i * (1 - i), dc * c * f * (1 - f), C * t * o * (1 - o), dc * i * (1 - g**2)]
        dz = np.concatenate(mistake(parts, (i, f, o, g)))
        return np.outer(dz, x), dz

    return loss, gradient, [rng.normal(size=(12, 5)), rng.normal(size=12)]


@plant("in rows 3 to 5 of 12, the second of four blocks")
def lstm_forget_gate_without_its_slope(rng):
    return lstm(rng, lambda d, gates: [d[0], d[1] / (1 - gates[1]), *d[2:]])


@plant("in rows 9 to 11 of 12, the fourth of four blocks")
def lstm_candidate_with_the_slope_of_a_sigmoid(rng):
    return lstm(rng, lambda d, gates: [*d[:3], d[3] / (1 - gates[3] ** 2) * gates[3] * (1 - gates[3])])


@plant("rows 0 to 2 and rows 3 to 5 are exchanged")
def lstm_gates_exchanged(rng):
    return lstm(rng, lambda d, gates: [d[1], d[0], *d[2:]])


@plant("in rows 2 to 3 of 6, the second of three blocks")
def gru_reset_gate_without_its_slope(rng):
    x, h, C, M = (rng.normal(size=n) for n in (4, 2, 2, (2, 2)))

    def parts(W):
        z, r, n = np.split(W @ x, 3)
        z, r = sigmoid(z), sigmoid(r)
        return z, r, np.tanh(n + M @ (r * h))

    def loss(W):
        z, _, n = parts(W)
        return (C * ((1 - z) * n + z * h)).sum()

    def gradient(W):
        z, r, n = parts(W)
        dn = C * (1 - z) * (1 - n**2)
        dz = C * (h - n) * z * (1 - z)
        return np.outer(np.concatenate([dz, (M.T @ dn) * h * r, dn]), x)

    return loss, gradient, [rng.normal(size=(6, 4))]


def norm(rng, mistake, axis):
    C = rng.normal(size=(6, 5))

    def parts(x):
        off = x - x.mean(axis, keepdims=True)
        s = np.sqrt((off**2).mean(axis, keepdims=True))
        return off / s, s

    def gradient(x):
        n, s = parts(x)
        return mistake(C, C.mean(axis, keepdims=True), n * (C * n).mean(axis, keepdims=True)) / s

    return (lambda x: (parts(x)[0] * C).sum()), gradient, [rng.normal(size=(6, 5))]


@plant("what is missing is the same in every column")
def layer_norm_without_the_mean(rng):
    return norm(rng, lambda g, mean, deviation: g - deviation, 1)


@plant("in each row what is missing is a multiple of W's row plus one number")
def layer_norm_without_the_deviation(rng):
    return norm(rng, lambda g, mean, deviation: g - mean, 1)


@plant("in each column what is missing is a multiple of W's column plus one number")
def batch_norm_with_fixed_statistics(rng):
    return norm(rng, lambda g, mean, deviation: g, 0)


@plant("in every second entry, from 2 to 8")
def strided_convolution_that_overwrites(rng):
    """Windows of 3, two apart, share their ends; the gradient is written where it should be added."""
    k, C = rng.normal(size=3), rng.normal(size=5)

    def gradient(x):
        dx = np.zeros_like(x)
        for i in range(5):
            dx[2 * i : 2 * i + 3] = C[i] * np.cos(x[2 * i : 2 * i + 3] @ k) * k
        return dx

    def loss(x):
        return sum(C[i] * np.sin(x[2 * i : 2 * i + 3] @ k) for i in range(5))

    return loss, gradient, [rng.normal(size=11)]


@plant("in all entries but every third, from 0 on")
def pooling_that_reaches_one_position(rng):
    C = rng.normal(size=4)

    def gradient(x):
        dx = np.zeros_like(x)
        dx[::3] = C / 3 * np.cos(x.reshape(4, 3).mean(1))
        return dx

    return (lambda x: (C * np.sin(x.reshape(4, 3).mean(1))).sum()), gradient, [rng.normal(size=12)]


@plant("on the border")
def convolution_cut_off_at_the_padding(rng):
    C = rng.normal(size=(7, 6))

    def gradient(x):
        dx = np.zeros_like(x)
        for i in range(3):
            for j in range(3):
                dx += C[i : i + 5, j : j + 4]
        inside = np.zeros_like(x)
        inside[1:-1, 1:-1] = 1
        return dx * inside + (1 - inside) * dx * rng_free

    rng_free = rng.normal(size=(5, 4))

    def loss(x):
        padded = np.pad(x, 2)
        return sum((padded[i : i + 7, j : j + 6] * C).sum() for i in range(3) for j in range(3))

    return loss, gradient, [rng.normal(size=(5, 4))]


@plant("in the triangle above the diagonal")
def attention_without_its_mask(rng):
    C, mask = rng.normal(size=(5, 5)), np.tril(np.ones((5, 5)))

    def gradient(S):
        e = np.exp(S)
        A = e * mask / (e * mask).sum(1, keepdims=True)
        return np.where(mask, A, e) * (C - (A * C).sum(1, keepdims=True))

    def loss(S):
        A = np.exp(S) * mask
        return (A / A.sum(1, keepdims=True) * C).sum()

    return loss, gradient, [rng.normal(size=(5, 5))]


@plant("in the triangle below the diagonal")
def pairs_counted_once(rng):
    C = rng.normal(size=(5, 5))
    return (
        lambda S: (np.sin(S) * C).sum(),
        lambda S: np.triu(np.cos(S) * C) + np.tril(S * C, -1),
        [rng.normal(size=(5, 5))],
    )


@plant("on the diagonal")
def log_determinant_forgotten(rng):
    """The density of a normal distribution by its Cholesky factor, without -log of the diagonal."""
    y = rng.normal(size=4)

    def loss(L):
        return 0.5 * ((L.T @ y) ** 2).sum() - np.log(np.abs(np.diag(L))).sum()

    return loss, lambda L: np.outer(y, L.T @ y), [rng.normal(size=(4, 4)) + 2 * np.eye(4)]


@plant("off the diagonal")
def covariance_of_the_variances_alone(rng):
    C = rng.normal(size=(4, 4))
    return (lambda S: (np.sin(S) * C).sum(), lambda S: np.diag(np.diag(np.cos(S) * C)), [rng.normal(size=(4, 4))])


@plant("on the diagonal of columns i + 1 in rows i")
def a_chain_without_its_neighbours(rng):
    x = rng.normal(size=5)

    def gradient(W):
        return np.outer(x, x) * np.cos(W) * np.where(np.eye(5, k=1), x, 1)

    return (lambda W: (np.outer(x, x) * np.sin(W)).sum()), gradient, [rng.normal(size=(5, 5))]


@plant("the terms of so many examples, steps or uses")
def backpropagation_through_the_last_step_alone(rng):
    return recurrent(rng, 3, 1)


def recurrent(rng, n_steps, n_back):
    """h = tanh(W h + x), over n_steps, of which the gradient goes back n_back."""
    xs, C = rng.normal(size=(n_steps, 5)), rng.normal(size=5)
    h0 = rng.normal(size=5)

    def states(W):
        hs = [h0]
        for x in xs:
            hs.append(np.tanh(W @ hs[-1] + x))
        return hs

    def gradient(W):
        hs, dW, dh = states(W), np.zeros_like(W), C
        for t in range(n_steps, max(n_steps - n_back, 0), -1):
            dz = dh * (1 - hs[t] ** 2)
            dW, dh = dW + np.outer(dz, hs[t - 1]), W.T @ dz
        return dW

    return (lambda W: C @ states(W)[-1]), gradient, [rng.normal(size=(5, 5))]


@plant("in rows 1, 4")
def embedding_rows_that_come_twice(rng):
    ids, C = np.array([1, 4, 0, 1, 3, 4, 4]), rng.normal(size=(7, 3))

    def gradient(E):
        dE = np.zeros_like(E)
        dE[ids] += C * np.cos(E[ids])
        return dE

    return (lambda E: (np.sin(E[ids]) * C).sum()), gradient, [rng.normal(size=(6, 3))]


@plant("what is missing is one outer product")
def tied_weights_counted_once(rng):
    x, C = rng.uniform(0.5, 1, 4), rng.uniform(0.5, 1, 4)

    def gradient(W):
        return np.outer(W.T @ C, x)

    return (lambda W: C @ W @ (W @ x)), gradient, [rng.uniform(0.5, 1, (4, 4))]


@plant("their sum is right")
def bias_summed_over_the_wrong_axis(rng):
    X, S = rng.normal(size=(5, 5)), rng.normal(size=(5, 5))
    return (
        lambda W, U: 0.5 * ((X @ W + U - S) ** 2).sum(),
        lambda W, U: (X.T @ (X @ W + U - S), (X @ W + U - S).sum(1)),
        [rng.normal(size=(5, 5)), rng.normal(size=5)],
    )


@plant("it is 0.8 times the derivative")
def dropout_without_its_scale(rng):
    mask, C = rng.random(12) < 0.8, rng.normal(size=12)
    return (lambda x: (C * np.sin(x * mask / 0.8)).sum(), lambda x: C * mask * np.cos(x * mask / 0.8), [
        rng.normal(size=12)
    ])  # fmt: skip


@plant("where |W| > 1")
def clip_with_a_slope_beyond_it(rng):
    return (
        lambda x: (np.clip(x, -1, 1) ** 2).sum() + np.sin(x).sum(),
        lambda x: 2 * x + np.cos(x),
        [rng.choice([-1, 1], 20) * np.r_[rng.uniform(0.3, 0.96, 10), rng.uniform(1.04, 2, 10)]],
    )


@plant("where |W| > 1")
def huber_loss_as_a_square(rng):
    def loss(x):
        return np.where(np.abs(x) < 1, 0.5 * x**2, np.abs(x) - 0.5).sum()

    x = rng.choice([-1, 1], 20) * np.r_[rng.uniform(0.3, 0.96, 10), rng.uniform(1.04, 2, 10)]
    return loss, lambda x: x, [rng.permutation(x)]


@plant("where W < 0")
def leaky_relu_as_a_relu(rng):
    C = rng.uniform(1, 2, (4, 5))
    return (
        lambda x: (C * np.sin(np.where(x > 0, x, 0.1 * x))).sum(),
        lambda x: C * np.cos(np.where(x > 0, x, 0.1 * x)),
        [rng.choice([-1, 1], (4, 5)) * rng.uniform(0.3, 2.0, (4, 5))],
    )


@plant("where W is 0")
def a_power_without_its_limit_at_zero(rng):
    x = rng.uniform(0.5, 2, 12)
    x[[1, 4, 5, 10]] = 0
    return (lambda x: (x**3 + 2 * x).sum()), (lambda x: 3 * x**2 + 2 * (x != 0) + 0.3 * (x == 0)), [x]


@plant("it is cut off at 0.5 there")
def clipped_gradient(rng):
    return (lambda x: (x**2).sum()), (lambda x: np.clip(2 * x, -0.5, 0.5)), [np.linspace(-1, 1, 10)]


@plant("it is the transpose of the derivative")
def einsum_with_letters_exchanged(rng):
    X, C = rng.normal(size=(7, 4)), rng.normal(size=(7, 4))
    return (lambda W: np.einsum("ni,ij,nj->", X, np.sin(W), C)), (
        lambda W: np.einsum("ni,nj->ji", X, C) * np.cos(W.T)
    ), [rng.normal(size=(4, 4))]  # fmt: skip


@plant("in row 5, the last")
def a_loop_that_leaves_out_the_last_item(rng):
    C = rng.normal(size=(6, 3))
    return (lambda X: (np.sin(X) * C).sum()), (lambda X: np.cos(X) * C * (np.arange(6) < 5)[:, None]), [
        rng.normal(size=(6, 3))
    ]  # fmt: skip


@plant("in index 1 of axis 0")
def one_head_with_the_keys_of_another(rng):
    C = rng.normal(size=(3, 4, 4))

    def gradient(W):
        right = np.cos(W) * C
        right[1] = np.cos(W[1]) * C[2]
        return right

    return (lambda W: (np.sin(W) * C).sum()), gradient, [rng.normal(size=(3, 4, 4))]


@plant("in entries 0 and 7, the first and the last")
def smoothness_with_wrong_ends(rng):
    """Differences of neighbours; the ends have one neighbour, not two."""

    def gradient(x):
        return 4 * x - 2 * np.roll(x, 1) - 2 * np.roll(x, -1)

    return (lambda x: (np.diff(x) ** 2).sum()), gradient, [rng.normal(size=8)]


@plant("in entries 5 to 8 of 9")
def padding_that_counts(rng):
    C = rng.normal(size=9)
    return (lambda x: (C * np.sin(x))[:5].sum()), (lambda x: C * np.cos(x)), [rng.normal(size=9)]


@plant("it is reversed along axis 0")
def kernel_turned_round(rng):
    x, C = rng.normal(size=9), rng.normal(size=5)

    def gradient(k):
        return np.array([x[i : i + 5] @ C for i in range(5)])[::-1]

    return (lambda k: np.correlate(x, k, "valid") @ C), gradient, [rng.normal(size=5)]


@plant("in columns 2 to 3 of 4, the second of two blocks")
def halves_of_a_gated_unit(rng):
    x, C = rng.normal(size=3), rng.normal(size=2)

    def parts(W):
        z = x @ W
        return z[:2], sigmoid(z[2:])

    def gradient(W):
        a, s = parts(W)
        return np.outer(x, np.r_[C * s, C * a * s])

    return (lambda W: (C * parts(W)[0] * parts(W)[1]).sum()), gradient, [rng.normal(size=(3, 4))]


@plant("are gradients returned in another order?")
def three_gradients_in_another_order(rng):
    A, B, D = rng.normal(size=(3, 4, 4))
    return (
        lambda W, U, b: (np.sin(W) * A).sum() + (np.cos(U) * B).sum() + (b**2 * D).sum(),
        lambda W, U, b: (-np.sin(U) * B, 2 * b * D, np.cos(W) * A),
        [*rng.normal(size=(3, 4, 4))],
    )


@plant("the gradients stand in another order: the first is that of U, the second that of W")
def gradients_in_another_order_by_their_shapes(rng):
    X, S = rng.normal(size=(6, 3)), rng.normal(size=(6, 4))

    def gradient(W, U):
        E = X @ W + U - S
        return 2 * E.sum(0), 2 * X.T @ E

    return (lambda W, U: ((X @ W + U - S) ** 2).sum()), gradient, [rng.normal(size=(3, 4)), rng.normal(size=4)]


@plant("in every second column, from 1 on")
def interleaved_pairs_turned_one_way(rng):
    """Pairs of columns are turned by an angle; the second of each pair lacks a sign."""
    C = rng.normal(size=(5, 6))
    c, s = np.cos(0.7), np.sin(0.7)

    def loss(x):
        a, b = x[:, ::2], x[:, 1::2]
        return (C[:, ::2] * np.sin(c * a - s * b) + C[:, 1::2] * np.sin(s * a + c * b)).sum()

    def gradient(x):
        a, b = x[:, ::2], x[:, 1::2]
        da, db = C[:, ::2] * np.cos(c * a - s * b), C[:, 1::2] * np.cos(s * a + c * b)
        dx = np.empty_like(x)
        dx[:, ::2], dx[:, 1::2] = c * da + s * db, s * da + c * db
        return dx

    return loss, gradient, [rng.normal(size=(5, 6))]


@plant("in all but the border")
def laplacian_without_its_middle(rng):
    C = rng.normal(size=(6, 5))

    def gradient(x):
        inside = np.zeros_like(x)
        inside[1:-1, 1:-1] = 1
        return np.cos(x) * C + inside * x * C

    return (lambda x: (np.sin(x) * C).sum()), gradient, [rng.normal(size=(6, 5))]


@plant("times the derivative by U: the same path twice?")
def a_path_that_reaches_two(rng):
    A, B = rng.normal(size=(2, 4, 3))
    return (
        lambda W, U: (np.sin(W) * A).sum() + (np.cos(U) * B).sum(),
        lambda W, U: (np.cos(W) * A - np.sin(U) * B, -np.sin(U) * B),
        [*rng.normal(size=(2, 4, 3))],
    )
