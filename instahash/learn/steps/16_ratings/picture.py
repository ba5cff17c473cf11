"""The ratings of a post, word by word."""

WORDS = "sea sand wave beach ocean surf sun dog coffee latte fur".split()
BAG, EXPANSION = [0, 1], [3, 2, 4, 5, 6]


def draw(figure, answer):
    axes = figure.subplots()
    r = answer.ratings(BAG, EXPANSION, len(WORDS))
    order = BAG + EXPANSION + [j for j in range(len(WORDS)) if j not in BAG + EXPANSION]
    kinds = {"bag": "#0969da", "expansion, by rank": "#bc4c00", "absent": "#59636e"}
    first = 0
    for (kind, colour), n in zip(kinds.items(), (2, 5, 4)):
        places = range(first, first + n)
        values = r[order[first : first + n]]
        axes.vlines(places, -1, values, color=colour, linewidth=2)
        axes.plot(places, values, "o", color=colour, label=kind)
        for place, value in zip(places, values):
            axes.annotate(
                f"{value:.1f}".replace(".0", ""), (place, value), (0, 7), textcoords="offset points", ha="center"
            )
        first += n
    axes.set(title="What a post says of every word", ylabel="rating r", ylim=(-1.15, 1.35))
    axes.set_xticks(range(len(WORDS)), [WORDS[j] for j in order], rotation=35)
    axes.axhline(0, color="#d1d9e0", linewidth=1, zorder=0)
    axes.legend(frameon=False, loc="upper right")
    axes.spines[["top", "right"]].set_visible(False)
