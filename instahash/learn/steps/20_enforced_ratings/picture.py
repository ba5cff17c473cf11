"""What one word costs, by its output: a word of the bag, one of the expansion, an absent one."""

import numpy as np

ABSENT = 0.2


def draw(figure, answer):
    axes = figure.subplots()
    outputs = np.linspace(-1, 3, 41)
    for x, name, colour in (
        (2.0, "bag, x = 2", "#0969da"),
        (1.5, "expansion, x = 3/2", "#bc4c00"),
        (0.0, "absent, x = 0", "#59636e"),
    ):
        J = [answer.weighted(np.array([o]), np.array([x]), ABSENT)[0] for o in outputs]
        axes.plot(outputs, J, color=colour, label=name)
        axes.plot(x, 0, "o", color=colour, clip_on=False)
    axes.set(
        title=f"Absent words count, but less: {ABSENT} of a rated word",
        xlabel="output o of the word",
        ylabel="what it adds to J",
    )
    axes.set_ylim(0, 3)
    axes.legend(frameon=False, loc="upper right")
    axes.spines[["top", "right"]].set_visible(False)
