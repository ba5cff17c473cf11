"""The recipe for one description: Word2Vec's order, AutoRec's outputs, and the hashtags of both."""

import numpy as np

NEAR = "dog canine puppy leash cat dogs fur grass pet".split()
OUTPUTS = 0.9, 0.8, 0.5, 0.3, -0.5, 0.2, 0.6, -0.7, -0.2
LABELS = {"canine", "leash", "fur", "grass"}


def draw(figure, answer):
    axes = figure.subplots()
    outputs = np.array(OUTPUTS)
    is_hashtag = np.array([word not in LABELS for word in NEAR])
    chosen = answer.recommend(list(range(len(NEAR))), outputs, is_hashtag)
    for place, output in enumerate(OUTPUTS):
        colour = "#1a7f37" if place in chosen else "#59636e"
        kind = "recommended" if place in chosen else "no hashtag" if output > 0 else "AutoRec says no"
        axes.barh(place, output, 0.6, color="#1a7f37" if place in chosen else "#d1d9e0")
        axes.text(1.05, place, kind, va="center", color=colour)
    axes.axvline(0, color="black", linewidth=0.8)
    axes.set_yticks(range(len(NEAR)), NEAR)
    axes.set(xlim=(-1, 1.75), xlabel="AutoRec's output", ylabel="near, the nearest first", title="What both models say")
    axes.set_xticks([-1, 0, 1])
    axes.invert_yaxis()
    axes.spines[["top", "right"]].set_visible(False)
