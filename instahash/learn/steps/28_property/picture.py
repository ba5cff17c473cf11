"""Cases that the strategy draws, by their length, and which of them show the mistake."""

from random import Random

import numpy as np
from hypothesis import Phase, find, settings
from hypothesis.errors import NoSuchExample

N_WORDS = 4


def draw(figure, answer):
    cases = []

    def keep(drawn):
        cases.append(drawn)
        return False

    alone = settings(max_examples=100, database=None, deadline=None, phases=[Phase.generate])
    try:
        find(answer.drawn_words(N_WORDS), keep, settings=alone, random=Random(0))
    except NoSuchExample:
        pass
    axes = figure.subplots()
    lengths = np.array([len(drawn) for drawn in cases])
    right = np.array([answer.is_right(drawn, N_WORDS) for drawn in cases])
    found, missed = (np.bincount(lengths[where], minlength=7) for where in (~right, right))
    axes.bar(range(7), missed, 0.7, color="#d1d9e0", label="the mistake does not show")
    axes.bar(range(7), found, 0.7, bottom=missed, color="#bc4c00", label="a word twice: it shows")
    smallest = answer.smallest_failure(N_WORDS)
    axes.annotate(f"the smallest: {smallest}", (2, missed[2] + found[2]), (2, max(missed + found) * 0.75), ha="center",
                  arrowprops={"arrowstyle": "->"})  # fmt: skip
    axes.set(title=f"{len(cases)} lists that Hypothesis drew", xlabel="drawn words in the list", ylabel="lists")
    axes.set_ylim(0, 1.35 * max(missed + found))
    axes.legend(frameon=False, loc="upper left", ncols=2)
    axes.spines[["top", "right"]].set_visible(False)
