"""The numbers that the texts of steps 1 to 15 work out by hand are those that the solutions give."""

import ast
import runpy

import numpy as np
from scipy.sparse import csr_array

from instahash.learn.course import step_named

LOG3 = np.log(3)
W, C = np.full(2, LOG3), np.array([[1.0, 0.0], [0.0, -1.0], [1.0, -1.0]])
P = np.array([1 / 2, 1 / 4, 1 / 4])


def text_and_solution(name):
    """A step's text, every space in it one space; and its function."""
    step = step_named(name)
    text = ast.get_docstring(ast.parse(step.solved()))
    names = runpy.run_path(str(step.folder / "step.py"))
    return " ".join(text.split()), names[ast.parse(step.solved()).body[-1].name]


def shown(numbers, digits=4):
    """An array as the texts show one: (1, -1.25), [[0.2747, 0.2747], [1.0986, 1.0986]]."""
    listed = np.round(numbers, digits) + 0.0
    text = str([[f"{x:.6g}" for x in row] for row in np.atleast_2d(listed)]).replace("'", "")
    return text if listed.ndim == 2 else f"({text[2:-2]})"


def test_sigmoid_and_pair():
    text, s = text_and_solution("sigmoid")
    values = " ".join(f"{round(float(s(np.array(x))), 3)}" for x in (-5.0, 0.0, 5.0))
    assert f"s(x) {values}" in text and np.isclose(s(np.array([LOG3, -LOG3])), [3 / 4, 1 / 4]).all()

    text, loss = text_and_solution("pair_loss")
    w, c = np.array([LOG3, 1.0]), np.array([1.0, 0.0])
    assert f"log 3 = {w @ c:.4f}" in text and f"log 4/3 = {loss(w, c):.4f}" in text

    text, gradient = text_and_solution("pair_gradient")
    dw, dc = gradient(w, c)
    assert f"dw = {shown(dw)}" in text and f"dc = {shown(dc)}" in text and np.isclose(dw[0] / c[0], -1 / 4)


def test_differences():
    text, slope = text_and_solution("central_difference")
    assert f"(9.261 - 6.859) / 0.2 = {slope(lambda x: x**3, 2.0, 0.1):.2f}" in text
    assert f"f(2.1) = {2.1**3:.3f} f(1.9) = {1.9**3:.3f}" in text
    assert f"would give {(2.1**3 - 2**3) / 0.1:.2f}" in text

    text, differences = text_and_solution("all_entries")
    G = differences(lambda X: (X**2).sum(), np.arange(1.0, 7.0).reshape(2, 3), 0.1)
    assert f"({2.1**2:.2f} - {1.9**2:.2f}) / 0.2 = {G[0, 1]:.0f}" in text and f"G = {shown(G)}" in text

    text, step_size = text_and_solution("step_size")
    for dtype in (np.float64, np.float32):
        h, tolerance = step_size(np.ones((), dtype))
        assert f"{dtype.__name__} {np.finfo(dtype).eps:.1e} {h:.1e} {tolerance:.1e}" in text
    h, _ = step_size(np.array([0.5, 3, -2000]))
    assert f"h = ({', '.join(f'{x:.2e}' for x in h)})" in text


def test_negatives_and_noise():
    drawn = np.array([1, 2, 2])
    text, loss = text_and_solution("negatives_loss")
    one, two = (loss(W, C, drawn[n : n + 1]) for n in (0, 1))
    assert f"log(1 + 1/3) = {one:.4f}" in text and f"log 2 = {two:.4f}" in text
    assert f"{one:.4f} + {two:.4f} + {two:.4f} = {loss(W, C, drawn):.4f}" in text

    text, gradient = text_and_solution("negatives_gradient")
    dw, dC = gradient(W, C, drawn)
    assert f"= {shown(dw)}" in text
    assert all(f"[{row[0]:.4f}, {row[1]:.4f}]" in text for row in dC[1:]) and not dC[0].any()

    text, noise = text_and_solution("noise")
    for count, part in zip((1, 16, 81), noise(np.array([1, 16, 81]))):
        assert f"{count} {count / 98:.3f} {count**0.75:.0f} {part:.3f}" in text


def test_expected_loss_and_gradient():
    text, loss = text_and_solution("expected_loss")
    pair = loss(W, C, 0, P, 0)
    total = loss(W, C, 0, P, 2)
    parts = [loss(W, C, 0, P * (np.arange(3) == word), 1) - pair for word in range(3)]
    assert f"= 2 ({parts[0]:.4f} + {parts[1]:.4f} + {parts[2]:.4f}) = {total - pair:.4f}" in text
    assert f"= log 4/3 = {pair:.4f}" in text and f"loss = {total:.4f}" in text

    text, gradient = text_and_solution("expected_gradient")
    dw, dC = gradient(W, C, 0, P, 2)
    assert f"= {shown(dw)}" in text and f"= {shown(dC)}" in text
    assert np.allclose(dC[:, 0] / W[0], [1 / 2, 1 / 8, 1 / 4]) and "together 1/2 1/8 1/4" in text


def test_pairs_steps_and_neighbours():
    text, pairs = text_and_solution("bag_pairs")
    assert all(str(pair) in text for pair in pairs([5, 2, 7])) and "3 words 6 pairs, 10 words 90" in text
    assert len(pairs(range(10))) == 90

    text, counts = text_and_solution("pair_counts")
    N = counts(csr_array(np.array([[1.0, 1, 0, 0], [1, 1, 1, 0], [0, 0, 1, 1]]))).toarray()
    assert all(f"[ {' '.join(f'{n:.0f}' for n in row)} ]" in text for row in N)
    assert f"20,000 words would make an N of {20_000**2 * 8 / 1e9:.1f} GB" in text

    text, adagrad = text_and_solution("adagrad")
    A, A2 = np.ones((1, 2)), np.zeros(1)
    for _ in range(2):
        before = A[0].copy()
        adagrad(A, A2, 0, np.array([1.0, 7.0]), 0.5)
        step = before - A[0]
        assert f"root is {A2[0] ** 0.5:.3g}" in text and f"({step[0]:.3g}, {step[1]:.3g})" in text
        assert f"A[i] = {shown(A[0])}" in text and f"A2[i] = {A2[0]:.0f}" in text

    text, nearest = text_and_solution("nearest")
    vectors = np.array([[4.0, 3.0], [-3.0, 4.0], [0.4, 0.3], [3.0, 4.0], [7.0, 0.0]])
    assert f"the answer is {nearest(vectors, 0, 2).tolist()}" in text
    lengths, products = np.linalg.norm(vectors, axis=1), vectors @ vectors[0]
    for length, product in zip(lengths[[2, 3, 4]], products[[2, 3, 4]]):
        assert f"{product:g} / (5 * {length:g}) = {product / length / 5:g}" in text
