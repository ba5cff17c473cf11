"""The first section: what was evaluated, and the main figures in plain words."""

from __future__ import annotations

from instahash.data.sample import SAMPLES
from instahash.errors import plural
from instahash.report.markup import element, section
from instahash.report.wording import GIVEN, OURS, decimals, difference, percent, system

# Measure -> what it is called, and what its mean says, with its column in the tables.
MAIN = {
    "accuracy@10": ("A right hashtag in the first ten", "of the posts: accuracy@10"),
    "precision@1": ("The very first is right", "of the posts: precision@1"),
    "recall@10": ("Found in the first ten", "of an author’s hashtags: recall@10"),
    "ndcg@10": ("nDCG@10", "1: the author’s hashtags in front; 0: none in ten"),
}
# Of fewer posts a bootstrap knows too little of how posts vary.
FEW = 30
CAUTION = (
    "Compare the systems with each other, on these posts. How hard posts are differs from collection to collection, and "
    "labels may be simulated rather than seen by a detector, so that no figure of these posts compares with one that "
    "was measured on others."
)
MADE_UP = (
    "These posts and their authors are made up. They are drawn from topics written by hand, and a topic’s labels and "
    "hashtags are drawn independently of each other, so that counting which go together is nearly the best there can "
    "be; on people’s own hashtags the order of the systems is another (docs/quality.md)."
)


def summary(result, about):
    means, intervals = result.ranking[OURS], result.details.intervals[OURS]
    tiles = [
        element(
            "div",
            element("dt", title),
            element("dd", _shown(name, means[name]), class_="large"),
            element("dd", _interval(name, intervals)),
            element("dd", of),
        )
        for name, (title, of) in MAIN.items()
    ]
    return section(
        "summary",
        "Summary",
        element("p", _asked(result, about)),
        element("p", f"{about.warning[0].upper()}{about.warning[1:]}.", class_="note") if about.warning else None,
        element("dl", tiles, class_="key"),
        element(
            "p",
            f"Of {plural(result.posts, 'post')}, {percent(means['accuracy@10'])} have a hashtag of their author "
            f"among the first ten recommended, and {percent(means['precision@1'])} as the very first. Of the hashtags of a post, "
            f"{percent(means['recall@10'])} are among the first ten, on average. In brackets are "
            "95\u202f% bootstrap intervals: how much the figures would vary with other posts of the same kind. ",
            element("a", "What all columns and systems are", href="#terms"),
            ".",
        ),
        _against(result),
        element("p", f"{plural(result.posts, 'post')} can say little: intervals are then too narrow.", class_="note")
        if result.posts < FEW
        else None,
        element("p", MADE_UP, class_="note") if about.data in SAMPLES else None,
        element("p", CAUTION, class_="note"),
        _left_over(result),
    )


def _asked(result, about):
    read = f" of {about.posts_read:,} read" if about.posts_read else ""
    whence = f" from {about.data}" if about.data else ""
    model = ", ".join(part for part in (about.model, _mode(about), _trained(about)) if part)
    sought = "the other half was" if result.protocol == "completion" else "the hashtags of their authors were"
    return (
        f"The model ({model or 'unnamed'}) was asked about {plural(result.posts, 'post')}{read}{whence}: it was given "
        f"{GIVEN[result.protocol]}, and {sought} sought."
    )


def _mode(about):
    return f"mode “{about.header['mode']}”" if "mode" in about.header else ""


def _trained(about):
    posts = about.header.get("summary", {}).get("posts")
    return f"trained on {plural(posts, 'post')}" if posts else ""


def _against(result):
    """A comparison with the best of the other systems."""
    if not result.differences:
        return None
    other = max(result.differences, key=lambda name: result.ranking[name]["ndcg@10"])
    found = result.differences[other]["ndcg@10"]
    how = "more" if found["difference"] >= 0 else "less"
    low, high = sorted((abs(found["low"]), abs(found["high"])))
    digits = decimals((found["difference"], low, high), 3)
    if found["low"] <= 0 <= found["high"]:
        ends = f"{difference(found['low'], digits)} to {difference(found['high'], digits)}"
        said = f"The interval of the difference, {ends}, holds 0: these posts do not tell the two apart."
    else:
        apart = f"{abs(found['difference']):.{digits}f} {how}"
        said = f"That is {apart}, with an interval from {low:.{digits}f} to {high:.{digits}f}."
    return element(
        "p",
        f"Its nDCG@10 is {result.ranking[OURS]['ndcg@10']:.3f}; the best of the other systems that were asked about the "
        f"same posts, {system(other)}, has {result.ranking[other]['ndcg@10']:.3f}. {said}",
    )


def _left_over(result):
    empty, defaulted = result.empty, result.defaulted
    if not empty and not defaulted:
        return None
    return element(
        "p",
        f"No hashtag was left for {plural(empty, 'post')}; a default stood in for an empty intersection for "
        f"{defaulted:,}.",
    )


def _shown(name, value, ends=()):
    """A mean; with more digits where an end of its interval would else be shown as zero."""
    if name == "ndcg@10":
        return f"{value:.{decimals(ends, 3)}f}"
    return percent(value, decimals([100 * end for end in ends], 1))


def _interval(name, intervals):
    low, high = intervals[name]
    return f"({_shown(name, low, (low, high))} to {_shown(name, high, (low, high))})"
