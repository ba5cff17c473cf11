"""Wrong backward passes as people have reported them of libraries, courses and kernels, written anew and small.

A function of a random generator and of whether its gradient is the right one returns (loss, gradient, parameters);
`REPORTED` has each with a part of the message about the wrong one. Parameters are named W, U, b, c, in this order.
"""

import runpy
from pathlib import Path

import numpy as np

planted = runpy.run_path(str(Path(__file__).with_name("planted.py")))
sigmoid, softmax = planted["sigmoid"], planted["softmax"]
REPORTED = []
reported = planted["listed_in"](REPORTED)


# Recurrent cells


def lstm(rng, slope, carried, T=3):
    """Steps of a cell whose gates f, i, o, g have a matrix each; `slope` gets f, `carried` the step's dh, dc."""
    xs, h0, C = rng.normal(size=(T, 2)), rng.normal(size=3), rng.normal(size=(T, 3))

    def states(Ws):
        h, c, kept = h0, h0 + 1, []
        for x in xs:
            z = np.r_[h, x]
            f, i, o = (sigmoid(W @ z) for W in Ws[:3])
            g, before = np.tanh(Ws[3] @ z), c
            c = f * c + i * g
            h = o * np.tanh(c)
            kept.append((z, f, i, o, g, before, c, h))
        return kept

    def gradient(*Ws):
        dWs, dh, dc = [np.zeros_like(W) for W in Ws], np.zeros(3), np.zeros(3)
        for t, (z, f, i, o, g, before, c, _) in reversed(list(enumerate(states(Ws)))):
            dh = dh + C[t]
            dc = dc + dh * o * (1 - np.tanh(c) ** 2)
            parts = [dc * before * slope(f), dc * g * i * (1 - i), dh * np.tanh(c) * o * (1 - o), dc * i * (1 - g**2)]
            for dW, d in zip(dWs, parts):
                dW += np.outer(d, z)
            dh, dc = carried(sum(W.T @ d for W, d in zip(Ws, parts))[:3], f * dc)
        return dWs

    return (lambda *Ws: sum(c @ kept[-1] for c, kept in zip(C, states(Ws)))), gradient, [*rng.normal(size=(4, 3, 5))]


@reported("no one kind of mistake explains it: try smaller sizes")
def lstm_gate_in_place_of_its_slope(rng, right):
    return lstm(rng, (lambda f: f * (1 - f)) if right else sigmoid, lambda dh, dc: (dh, dc))


@reported("no one kind of mistake explains it: try smaller sizes")
def lstm_that_hands_nothing_to_the_step_before(rng, right):
    return lstm(rng, lambda f: f * (1 - f), lambda dh, dc: (dh, dc) if right else (0, 0))


@reported("every derivative by W is 0 here")
def lstm_gates_that_share_a_bias_by_a_typing_error(rng, right):
    """The loss adds the bias of the output gate, b, to all; the gradient is that of a bias a gate."""
    Z, C = rng.normal(size=(3, 3)), rng.normal(size=3)

    def parts(f, i, o):
        return sigmoid(Z + (np.array([f, i, o]) if right else o))

    def gradient(f, i, o):
        F, I, O = parts(f, i, o)
        return C * I * O * F * (1 - F), C * F * O * I * (1 - I), C * F * I * O * (1 - O)

    return (lambda *b: (C * parts(*b).prod(0)).sum()), gradient, [*rng.normal(size=(3, 3))]


@reported("what is missing is one outer product")
def recurrence_with_the_state_of_another_step(rng, right):
    xs, h0, C = rng.normal(size=(3, 4)), rng.normal(size=4), rng.normal(size=4)

    def states(W):
        hs = [h0]
        for x in xs:
            hs.append(np.tanh(W @ hs[-1] + x))
        return hs

    def gradient(W):
        hs, dW, dh = states(W), np.zeros_like(W), C
        for t in (3, 2, 1):
            dz = dh * (1 - hs[t] ** 2)
            dW, dh = dW + np.outer(dz, hs[t - 1 if right else max(t - 1, 1)]), W.T @ dz
        return dW

    return (lambda W: C @ states(W)[-1]), gradient, [rng.normal(size=(4, 4))]


@reported("it is the derivative times a number for each row and one for each column")
def gru_with_the_reset_gate_on_the_other_side(rng, right):
    """tanh(Wn x + r (U h)); the gradient is that of tanh(Wn x + U (r h))."""
    x, h, C = rng.normal(size=4), rng.normal(size=3), rng.normal(size=3)

    def parts(W, U):
        z, r, n = np.split(W @ x, 3)
        z, r = sigmoid(z), sigmoid(r)
        return z, r, np.tanh(n + r * (U @ h))

    def gradient(W, U):
        z, r, n = parts(W, U)
        dn, dz = C * (1 - z) * (1 - n**2), C * (h - n) * z * (1 - z)
        dr = (dn * (U @ h) if right else (U.T @ dn) * h) * r * (1 - r)
        return np.outer(np.r_[dz, dr, dn], x), np.outer(dn * r, h) if right else np.outer(dn, r * h)

    return (lambda W, U: C @ ((1 - parts(W, U)[0]) * parts(W, U)[2] + parts(W, U)[0] * h)), gradient, [
        rng.normal(size=(9, 4)), rng.normal(size=(3, 3))
    ]  # fmt: skip


# Norms


@reported("along the last axis it is a multiple of the derivative plus one of W and one number")
def layer_norm_of_three_axes_as_of_two(rng, right):
    """Statistics are a row's, and looked up as if there were one for each of the first axis."""
    C = rng.normal(size=(2, 3, 4))

    def parts(x):
        off = x - x.mean(-1, keepdims=True)
        s = np.sqrt((off**2).mean(-1, keepdims=True))
        return off / s, s

    def gradient(x):
        n, s = parts(x)
        if right:
            return (C - C.mean(-1, keepdims=True) - n * (C * n).mean(-1, keepdims=True)) / s
        x, g, s = x.reshape(2, 12), C.reshape(2, 12), s.reshape(-1, 1)[:2]
        n = (x - x.mean(1, keepdims=True)) / s
        return ((g - g.mean(1, keepdims=True) - n * (g * n).mean(1, keepdims=True)) / s).reshape(2, 3, 4)

    return (lambda x: (parts(x)[0] * C).sum()), gradient, [rng.normal(size=(2, 3, 4))]


@reported("what is missing is the same in every column")
def rms_norm_that_takes_off_a_mean(rng, right):
    C = rng.normal(size=(5, 4))

    def gradient(x):
        s = np.sqrt((x**2).mean(1, keepdims=True))
        n = x / s
        return (C - (0 if right else C.mean(1, keepdims=True)) - n * (C * n).mean(1, keepdims=True)) / s

    return (lambda x: (C * x / np.sqrt((x**2).mean(1, keepdims=True))).sum()), gradient, [rng.normal(size=(5, 4))]


@reported("no one kind of mistake explains it")
def rms_norm_whose_weight_lacks_its_offset(rng, right):
    """The weight is 1 + b, and taken as b on the way back."""
    C = rng.normal(size=(5, 4))

    def gradient(x, b):
        s = np.sqrt((x**2).mean(1, keepdims=True))
        n, g = x / s, C * (1 + b if right else b)
        return (g - n * (g * n).mean(1, keepdims=True)) / s, (C * n).sum(0)

    return (lambda x, b: (C * (1 + b) * x / np.sqrt((x**2).mean(1, keepdims=True))).sum()), gradient, [
        rng.normal(size=(5, 4)), rng.normal(size=4)
    ]  # fmt: skip


@reported("in each row what is missing is a multiple of W's row: is that of its length left out?")
def unit_vectors_without_the_part_along_them(rng, right):
    C = rng.normal(size=(5, 4))

    def gradient(x):
        s = np.sqrt((x**2).sum(1, keepdims=True))
        return C / s - (x * (C * x).sum(1, keepdims=True) / s**3 if right else 0)

    return (lambda x: (C * x / np.sqrt((x**2).sum(1, keepdims=True))).sum()), gradient, [rng.normal(size=(5, 4))]


@reported("in each row it is a multiple of the derivative plus one of W's row")
def unit_vectors_passed_by(rng, right):
    """A layer of unit vectors that has no backward pass: what comes from above goes on as it is."""
    C = rng.normal(size=(5, 4))

    def gradient(x):
        s = np.sqrt((x**2).sum(1, keepdims=True))
        return C / s - x * (C * x).sum(1, keepdims=True) / s**3 if right else C

    return (lambda x: (C * x / np.sqrt((x**2).sum(1, keepdims=True))).sum()), gradient, [rng.normal(size=(5, 4))]


@reported("in each row it is a multiple of the derivative plus one of W's row")
def rows_cut_to_a_length_the_other_way_round(rng, right):
    """Rows longer than 2 are made 2 long; the gradient does so with the others."""
    C, x = rng.normal(size=(6, 3)), rng.normal(size=(6, 3))
    x *= (np.array([1, 3, 1.5, 4, 0.5, 2.5]) / np.sqrt((x**2).sum(1)))[:, None]

    def cut(x):
        s = np.sqrt((x**2).sum(1, keepdims=True))
        return np.where(s > 2, 2 * x / s, x)

    def gradient(x):
        s = np.sqrt((x**2).sum(1, keepdims=True))
        along = 2 * (C / s - x * (C * x).sum(1, keepdims=True) / s**3)
        return np.where((s > 2) == right, along, C)

    return (lambda x: (C * cut(x)).sum()), gradient, [x]


# Softmax and losses


@reported("W goes through a softmax over axis 1, in the gradient all entries?")
def softmax_of_the_whole_batch(rng, right):
    Y = np.eye(3)[rng.integers(3, size=5)]

    def gradient(z):
        return softmax(z) - Y if right else np.exp(z) / np.exp(z).sum() - Y

    return (lambda z: -(Y * np.log(softmax(z))).sum()), gradient, [rng.normal(size=(5, 3))]


@reported("W goes through a softmax over axis 1, in the gradient axis 0?")
def cross_entropy_over_the_other_axis(rng, right):
    Y = np.eye(3)[rng.integers(3, size=5)]

    def gradient(z):
        return softmax(z) - Y if right else softmax(z.T).T - Y

    return (lambda z: -(Y * np.log(softmax(z))).sum()), gradient, [rng.normal(size=(5, 3))]


def behind_softmax(rng, backward):
    C = rng.normal(size=(5, 4))
    return (lambda z: (C * softmax(z)).sum()), (lambda z: backward(C, z)), [rng.normal(size=(5, 4))]


def jacobian_of_softmax(g, p):
    return p * (g - (g * p).sum(-1, keepdims=True))


@reported("only p (1 - p) of the softmax p of W is differentiated")
def softmax_with_the_slope_of_a_sigmoid(rng, right):
    return behind_softmax(
        rng, lambda g, z: jacobian_of_softmax(g, softmax(z)) if right else g * softmax(z) * (1 - softmax(z))
    )


@reported("no one kind of mistake explains it")
def softmax_of_what_comes_from_above(rng, right):
    return behind_softmax(rng, lambda g, z: jacobian_of_softmax(g, softmax(z if right else g)))


@reported("W goes through a softmax over axis 1, in the gradient axis 0?")
def softmax_along_the_other_axis(rng, right):
    return behind_softmax(
        rng, lambda g, z: jacobian_of_softmax(g, softmax(z)) if right else jacobian_of_softmax(g.T, softmax(z.T)).T
    )


def tokens(rng, gradient):
    """Cross-entropy of six tokens, of which two are not counted; `gradient` gets errors and which are counted."""
    y, counted = rng.integers(4, size=6), np.array([1, 1, 0, 1, 0, 1])[:, None]

    def loss(z):
        return -(np.log(softmax(z))[range(6), y] * counted[:, 0]).sum() / 4

    return loss, (lambda z: gradient(softmax(z) - np.eye(4)[y], counted)), [rng.normal(size=(6, 4))]


@reported("factor: it is 0.666667 times the derivative")
def ignored_tokens_that_count_in_the_mean(rng, right):
    return tokens(rng, lambda E, counted: E * counted / (4 if right else 6))


@reported("in rows 2, 4")
def ignored_tokens_with_a_gradient(rng, right):
    return tokens(rng, lambda E, counted: E * (counted if right else 1) / 4)


@reported("it is zero where the derivative is not, and only there: a mask")
def ignored_tokens_taken_for_the_others(rng, right):
    return tokens(rng, lambda E, counted: E * (counted if right else 1 - counted) / 4)


@reported("0.0125 * 1 is too much")
def smoothed_labels_without_their_share(rng, right):
    y = np.eye(4)[rng.integers(4, size=4)]

    def gradient(z):
        return (softmax(z) - 0.8 * y - 0.2 / 4 * right) / 4

    def loss(z):
        return -((0.8 * y + 0.2 / 4) * np.log(softmax(z))).sum() / 4

    return loss, gradient, [rng.normal(size=(4, 4))]


@reported("its signs are right")
def focal_loss_whose_weight_is_a_constant(rng, right):
    def gradient(z):
        p = sigmoid(z)
        return (1 - p) ** 2 * (p - 1) + 2 * right * (1 - p) ** 2 * p * np.log(p)

    return (lambda z: -((1 - sigmoid(z)) ** 2 * np.log(sigmoid(z))).sum()), gradient, [rng.normal(size=12)]


@reported("where the derivative > 0\n  factor: it is the derivative / 3")
def focal_loss_with_one_weight_for_both_classes(rng, right):
    y = np.array([1, 1, 0, 1, 0, 0, 1, 0])

    def gradient(z):
        p = sigmoid(z)
        weight = np.where(y == 1, 0.25, 0.75) if right else 0.25
        return weight * (p - y)

    def loss(z):
        p = sigmoid(z)
        return -(0.25 * y * np.log(p) + 0.75 * (1 - y) * np.log(1 - p)).sum()

    return loss, gradient, [rng.normal(size=8)]


@reported("in columns 0, 2\n  some rows: a term of these indices")
def hinge_loss_that_takes_off_the_right_class_once(rng, right):
    X, y = rng.normal(size=(6, 3)), np.array([0, 2, 2, 0, 2, 0])

    def margins(W):
        s = X @ W
        m = np.maximum(s - s[range(6), y][:, None] + 1, 0)
        m[range(6), y] = 0
        return m

    def gradient(W):
        on = (margins(W) > 0).astype(float)
        on[range(6), y] = -on.sum(1) if right else -1
        return X.T @ on

    return (lambda W: margins(W).sum()), gradient, [rng.normal(size=(3, 4)) / 9]


@reported("zero: it is zero everywhere")
def triplets_of_which_the_anchor_alone_moves(rng, right):
    def gradient(a, p, n):
        return 2 * (n - p), 2 * (p - a) * right, 2 * (a - n) * right

    return (lambda a, p, n: ((a - p) ** 2).sum() - ((a - n) ** 2).sum()), gradient, [*rng.normal(size=(3, 4, 3))]


# Convolutions and pools


@reported("it is the derivative / 35")
def kernel_over_all_positions_and_images(rng, right):
    x, C = rng.normal(size=(5, 9)), rng.normal(size=(5, 7))

    def gradient(k):
        return np.array([(x[:, i : i + 7] * C).sum() for i in range(3)]) / (1 if right else C.size)

    return (lambda k: sum((C * k[i] * x[:, i : i + 7]).sum() for i in range(3))), gradient, [rng.normal(size=3)]


@reported("in entries 1 to 8 of 9")
def convolution_whose_way_back_has_no_stride(rng, right):
    k, C = rng.normal(size=3), rng.normal(size=4)

    def gradient(x):
        dx, stride = np.zeros(9), 2 if right else 1
        for i in range(4):
            dx[stride * i : stride * i + 3] += C[i] * k
        return dx

    return (lambda x: sum(C[i] * (x[2 * i : 2 * i + 3] @ k) for i in range(4))), gradient, [rng.normal(size=9)]


@reported("W has shape (10,), but its gradient (9,)")
def convolution_that_leaves_over_an_end(rng, right):
    """Ten entries, windows of 3 two apart: the tenth is in none, and has no gradient."""
    loss, gradient, _ = convolution_whose_way_back_has_no_stride(rng, True)
    return loss, (lambda x: np.r_[gradient(x), np.zeros(int(right))]), [rng.normal(size=10)]


@reported("what is missing is one outer product, the derivative one of 2")
def channels_that_overwrite_each_other(rng, right):
    """A product with a matrix for each of two output channels; the second replaces the first."""
    K, C = rng.normal(size=(2, 3)), rng.normal(size=(2, 5))

    def gradient(x):
        dx = np.zeros_like(x)
        for m in range(2):
            dx = dx * right + np.outer(K[m], C[m] * np.cos(K[m] @ x))
        return dx

    return (lambda x: (C * np.sin(K @ x)).sum()), gradient, [rng.normal(size=(3, 5))]


@reported("where the derivative is 0\n  a mask, as of a dropout or a maximum")
def maximum_that_near_ones_share(rng, right):
    x, C = rng.permuted(np.linspace(-1, 1, 24)).reshape(6, 4), rng.normal(size=6)
    x[[0, 3, 4], 0] = x[[0, 3, 4], 1:].max(1) + 0.005

    def gradient(x):
        return C[:, None] * (x.max(1, keepdims=True) - x <= (0 if right else 0.01))

    return (lambda x: C @ x.max(1)), gradient, [x]


# Indices


@reported("in rows 1, 4")
def embedding_rows_of_which_the_last_wins(rng, right):
    ids, C = np.array([[1, 4, 0], [1, 3, 4]]), rng.normal(size=(2, 3, 2))

    def gradient(E):
        dE, g = np.zeros_like(E), C * np.cos(E[ids])
        if right:
            np.add.at(dE, ids, g)
        else:
            dE[ids] = g
        return dE

    return (lambda E: (C * np.sin(E[ids])).sum()), gradient, [rng.normal(size=(6, 2))]


@reported("in row 4")
def embedding_rows_that_come_twice_in_one_context(rng, right):
    ids, C = np.array([[1, 4, 4], [1, 3, 0]]), rng.normal(size=(2, 3, 2))

    def gradient(E):
        dE, g = np.zeros_like(E), C * np.cos(E[ids])
        for context, of_context in zip(ids, g):
            if right:
                np.add.at(dE, context, of_context)
            else:
                dE[context] += of_context
        return dE

    return (lambda E: (C * np.sin(E[ids])).sum()), gradient, [rng.normal(size=(6, 2))]


@reported("it is zero in rows 1 to 4 of 5: no gradient arrives there")
def all_rows_written_to_the_first(rng, right):
    C = rng.normal(size=(5, 4))

    def gradient(x):
        if right:
            return C * np.cos(x)
        dx = np.zeros_like(x)
        dx[0] = C[-1] * np.cos(x[-1])
        return dx

    return (lambda x: (C * np.sin(x)).sum()), gradient, [rng.normal(size=(5, 4))]


@reported("what is missing is one outer product, the derivative one of 2")
def heads_that_share_keys_and_do_not_add(rng, right):
    """Four heads share two sets of keys; of each pair only the first head's gradient arrives."""
    Q, C = rng.normal(size=(4, 3)), rng.normal(size=(4, 5))

    def gradient(K):
        g = np.einsum("ht,hd->htd", C, Q).reshape(2, 2, 5, 3)
        return g.sum(1) if right else g[:, 0]

    return (lambda K: np.einsum("hd,htd,ht->", Q, np.repeat(K, 2, 0), C)), gradient, [rng.normal(size=(2, 5, 3))]


# Layers


@reported("where the derivative is 0\n  a mask, as of a dropout")
def dropout_without_its_mask(rng, right):
    mask, C = np.array([1, 0, 1, 1, 0, 1, 1, 0, 1, 1.0]), rng.normal(size=10)
    return (lambda x: (C * x * mask / 0.7).sum()), (lambda x: C * (mask if right else 1) / 0.7), [rng.normal(size=10)]


@reported("its gradient (6, 4): is a sum over axis 0 missing?")
def bias_whose_gradient_is_a_row_an_example(rng, right):
    X, S = rng.normal(size=(6, 3)), rng.normal(size=(6, 4))

    def gradient(W, U):
        E = 2 * (X @ W + U - S)
        return X.T @ E, E.sum(0) if right else E

    return (lambda W, U: ((X @ W + U - S) ** 2).sum()), gradient, [rng.normal(size=(3, 4)), rng.normal(size=4)]


@reported("its gradient (1, 4): its axes of length 1 are others, as keepdims makes them")
def bias_whose_sum_keeps_its_axis(rng, right):
    X, S = rng.normal(size=(6, 3)), rng.normal(size=(6, 4))

    def gradient(W, U):
        E = 2 * (X @ W + U - S)
        return X.T @ E, E.sum(0, keepdims=not right)

    return (lambda W, U: ((X @ W + U - S) ** 2).sum()), gradient, [rng.normal(size=(3, 4)), rng.normal(size=4)]


@reported("factor: it is 1.5 times the derivative")
def mean_divided_by_what_is_left(rng, right):
    C = rng.normal(size=4)
    return (lambda x: (C * np.sin(x).mean(1)).sum()), (
        lambda x: C[:, None] * np.cos(x) / (6 if right else 4)
    ), [rng.normal(size=(4, 6))]  # fmt: skip


def two_layers(rng, hidden, weights, top):
    """tanh and sigmoid, squares; `hidden` gets what dU is made of, `weights` those that go back, `top` the slope."""
    X, S = rng.normal(size=(7, 3)), rng.random((7, 2))

    def forward(W, U):
        Z = X @ W
        return Z, np.tanh(Z), sigmoid(np.tanh(Z) @ U)

    def gradient(W, U):
        Z, H, O = forward(W, U)
        d = (O - S) * top(O)
        dU = hidden(Z, H).T @ d
        return X.T @ (d @ weights(U, dU).T * (1 - H**2)), dU

    return (lambda W, U: 0.5 * ((forward(W, U)[2] - S) ** 2).sum()), gradient, [
        rng.normal(size=(3, 4)), rng.normal(size=(4, 2))
    ]  # fmt: skip


def slope_of_sigmoid(o):
    return o * (1 - o)


@reported("its signs are right, its sizes")
def weights_times_what_was_before_the_activation(rng, right):
    return two_layers(rng, lambda Z, H: H if right else Z, lambda U, dU: U, slope_of_sigmoid)


@reported("its signs are right, its sizes")
def error_sent_back_through_updated_weights(rng, right):
    return two_layers(rng, lambda Z, H: H, lambda U, dU: U if right else U - 0.1 * dU, slope_of_sigmoid)


@reported("its signs are right, its sizes")
def output_without_the_slope_of_its_sigmoid(rng, right):
    return two_layers(rng, lambda Z, H: H, lambda U, dU: U, slope_of_sigmoid if right else np.ones_like)


@reported("its signs are right, its sizes")
def slope_of_the_sigmoid_at_its_value(rng, right):
    return two_layers(
        rng, lambda Z, H: H, lambda U, dU: U, lambda o: slope_of_sigmoid(o if right else sigmoid(o))
    )  # fmt: skip


@reported("it is 10 times the derivative at 6 entries, 0.1 times at 3: a branch")
def leaky_slope_of_what_comes_from_above(rng, right):
    C = rng.normal(size=(4, 5))
    x = rng.choice([-1, 1], (4, 5)) * rng.uniform(0.3, 2, (4, 5))
    return (lambda x: (C * np.where(x > 0, x, 0.1 * x)).sum()), (
        lambda x: np.where((x if right else C) > 0, C, 0.1 * C)
    ), [x]  # fmt: skip


def gated(rng, arrange):
    C = rng.normal(size=(4, 3))

    def gradient(e, g):
        s = sigmoid(e)
        return arrange(C * g * s * (1 + e * (1 - s)), C * e * s)

    return (lambda e, g: (C * e * sigmoid(e) * g).sum()), gradient, [*rng.normal(size=(2, 4, 3))]


@reported("swapped: it is the derivative by U: are the two swapped?")
def gated_unit_whose_gradients_are_stored_in_each_others_place(rng, right):
    return gated(rng, lambda de, dg: (de, dg) if right else (dg, de))


@reported("no one kind of mistake explains it")
def swish_with_the_slope_of_its_sigmoid_alone(rng, right):
    C = rng.normal(size=(4, 3))
    return (lambda x: (C * x * sigmoid(x)).sum()), (
        lambda x: C * (sigmoid(x) * right + x * sigmoid(x) * (1 - sigmoid(x)))
    ), [rng.normal(size=(4, 3))]  # fmt: skip


@reported("pairs as of columns 0 and 3 have the right lengths and other angles")
def rotation_forward_in_place_of_back(rng, right):
    C, angles = rng.normal(size=(5, 6)), np.arange(1, 6)[:, None] * np.array([1, 0.1, 0.01])

    def turned(x, sign=1):
        a, b, c, s = x[:, :3], x[:, 3:], np.cos(angles), sign * np.sin(angles)
        return np.c_[a * c - b * s, a * s + b * c]

    return (lambda x: (C * np.sin(turned(x))).sum()), (
        lambda x: turned(C * np.cos(turned(x)), -1 if right else 1)
    ), [rng.normal(size=(5, 6))]  # fmt: skip


@reported("the terms of so many examples, steps or uses?")
def variable_used_twice_of_which_one_use_counts(rng, right):
    x, C = rng.normal(size=3), rng.normal(size=3)

    def gradient(W):
        h = np.tanh(W @ x)
        d = C * (1 - np.tanh(W @ h) ** 2)
        return np.outer(d, h) * right + np.outer(W.T @ d * (1 - h**2), x)

    return (lambda W: C @ np.tanh(W @ np.tanh(W @ x))), gradient, [rng.normal(size=(3, 3))]


@reported("no one kind of mistake explains it")
def shared_node_that_goes_back_twice(rng, right):
    """y = W C is used twice, and sends back what has come by then each time."""
    C = rng.normal(size=6)

    def gradient(x):
        first, second = 2 * x * C, np.cos(x * C)
        return C * (first + second if right else first + (first + second))

    return (lambda x: ((x * C) ** 2 + np.sin(x * C)).sum()), gradient, [rng.normal(size=6)]


@reported("the second of two blocks\n  chain rule: in each row it is a multiple")
def second_branch_without_the_scale_of_its_rows(rng, right):
    scale, C = rng.uniform(0.5, 2, (8, 1)), rng.normal(size=(8, 3))
    return (lambda x: (C * np.sin(scale * x)).sum()), (
        lambda x: C * np.cos(scale * x) * (scale if right else np.r_[scale[:4], np.ones((4, 1))])
    ), [rng.normal(size=(8, 3))]  # fmt: skip


# Matrices, complex numbers


@reported("symmetric: it is the mean of the derivative and its transpose: does the loss read one")
def symmetric_gradient_of_a_lower_triangle(rng, right):
    """A Cholesky factor is computed from the lower triangle; the gradient is half for each triangle."""
    M = rng.normal(size=(4, 4))

    def gradient(A):
        A = np.tril(A) + np.tril(A, -1).T
        inverse = np.linalg.inv(A)
        return 2 * np.tril(inverse) - np.diag(np.diag(inverse)) if right else inverse

    return (lambda A: 2 * np.log(np.diag(np.linalg.cholesky(A))).sum()), gradient, [M @ M.T + 4 * np.eye(4)]


@reported("in the triangle below the diagonal")
def ghost_gradient_of_a_triangle_that_is_not_read(rng, right):
    C = rng.normal(size=(4, 4))
    return (lambda A: (C * np.triu(A) ** 2).sum()), (
        lambda A: 2 * C * (np.triu(A) if right else A)
    ), [rng.normal(size=(4, 4))]  # fmt: skip


@reported("first at W[1], where W is 0: is something divided by it")
def product_divided_by_its_factor(rng, right):
    def gradient(x):
        with np.errstate(invalid="ignore"):
            return np.array([np.delete(x, i).prod() for i in range(4)]) if right else x.prod() / x

    return np.prod, gradient, [np.array([2.0, 0.0, 3.0, 4.0])]


@reported("each number has the right size and another angle: is a conjugate missing")
def complex_product_without_its_conjugate(rng, right):
    a, t = rng.normal(size=(2, 3)) + 1j * rng.normal(size=(2, 3))
    return (lambda z: (np.abs(a * z - t) ** 2).sum()), (
        lambda z: 2 * (np.conj(a) if right else a) * (a * z - t)
    ), [rng.normal(size=3) + 1j * rng.normal(size=3)]  # fmt: skip


@reported("sign: it is minus the derivative")
def imaginary_part_with_another_sign(rng, right):
    C = rng.normal(size=4) + 1j * rng.normal(size=4)
    return (lambda r, i: (np.abs(r + 1j * i - C) ** 2).sum()), (
        lambda r, i: (2 * (r - C.real), 2 * (i - C.imag) * (1 if right else -1))
    ), [*rng.normal(size=(2, 4))]  # fmt: skip


@reported('it is right as wirtinger="x-iy"')
def modulus_with_its_conjugate(rng, right):
    return (lambda z: np.abs(z).sum()), (
        lambda z: z / np.abs(z) if right else np.conj(z) / np.abs(z)
    ), [rng.normal(size=3) + 1j * rng.normal(size=3)]  # fmt: skip
