"""How many numbers stand between the layers, with the outputs and without them."""


def draw(figure, answer):
    axes = figure.subplots()
    m, n_words, n_hidden = 1_000, 100_000, 50
    sizes = {
        "U'U": n_hidden**2,
        "H and S U": 2 * m * n_hidden,
        "stored in S, 15 a post": 15 * m,
        "O, never made": m * n_words,
    }
    colours = ["#0969da", "#0969da", "#0969da", "#bc4c00"]
    axes.barh(list(sizes), list(sizes.values()), color=colours, log=True, height=0.6)
    for y, size in enumerate(sizes.values()):
        axes.text(size * 1.3, y, f"{size:,}", va="center")
    axes.set(title="1,000 posts, 100,000 words, 50 units", xlim=(1e2, 5e9))
    axes.set_xlabel("numbers; each mark is ten times the one before")
    axes.set_xticks([10.0**k for k in range(2, 10)])
    axes.minorticks_off()
    axes.invert_yaxis()
    axes.spines[["top", "right"]].set_visible(False)
