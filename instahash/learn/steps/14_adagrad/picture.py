"""The lengths of the steps of a frequent word and of a rare one."""

import numpy as np

from instahash.learn.drawing import BLUE, ORANGE, plain


def draw(figure, answer):
    axes = figure.subplots()
    g = np.array([1.0, 7.0])
    A, A2 = np.ones((2, 2)), np.zeros(2)
    for word, times, colour, label in (
        (0, range(1, 13), BLUE, "a word in every post"),
        (1, (4, 9), ORANGE, "a word in two of the posts"),
    ):
        lengths = []
        for _ in times:
            before = A[word].copy()
            answer.adagrad(A, A2, word, g, 0.5)
            lengths.append(np.linalg.norm(A[word] - before))
        axes.plot(times, lengths, "o-" if word == 0 else "s", color=colour, label=label)
    axes.legend(frameon=False)
    title = "The same gradient each time: the first step of a word is long, later ones shorter"
    plain(axes, xlabel="post", ylabel="length of the step", title=title, ylim=(0, 0.8), xticks=[1, 4, 8, 12])
    axes.title.set_fontsize(9.5)
