"""What the columns of the tables and the systems in their rows are, in plain words."""

from __future__ import annotations

from instahash.report.markup import element, folded
from instahash.report.wording import LISTS, system

RIGHT = "A recommended hashtag is right where it is one of those that are sought, which the author used."
MEASURED = {
    "precision@1": "the share of posts whose first hashtag is right.",
    "recall@5, recall@10": "the share of a post’s sought hashtags that are among the first 5 or 10, mean over posts.",
    "accuracy@5, accuracy@10": "the share of posts with at least one right hashtag among the first 5 or 10.",
    "nDCG@10": "a right hashtag counts 1 in the first place and less further down (0.63 in the second, 0.29 in the "
    "tenth); the sum over the first ten is divided by that of the best order there is. 1: the author’s hashtags in "
    "front; 0: none in ten. The best single figure, since it looks at places as well as hits.",
    "MAP@10": "at the place of each right hashtag in the first ten, the share of right ones down to there; their sum is "
    "divided by the number of sought hashtags, at most ten. 1 and 0 as for nDCG@10.",
    "difference, low, high, relative": "instahash’s nDCG@10 less the other’s, the ends of its 95\u202f% interval, and "
    "the difference as a share of the other’s. The systems are told apart where low and high have the same sign.",
    "cosine": "1 where the mean word vectors of two lists point the same way, 0 where they have nothing in common.",
    "Jaccard": "the number of words in both lists divided by the number in either.",
    LISTS[
        "novelty"
    ]: "how rare the hashtags of a list are: one that half of the training’s posts use has 1 bit, one that "
    "a quarter use has 2, and so on; mean over the list.",
    LISTS["coverage"]: "the share of the hashtags the model knows that are recommended for any of these posts.",
    LISTS["intra_list_similarity"]: "mean cosine between the hashtags of a list: high where it says one thing often.",
}
SYSTEMS = {
    "instahash": "the model that is evaluated, whole.",
    "word2vec": "its word vectors alone: the hashtags with the highest cosine to what is given.",
    "autorec": "its autoencoder alone: the hashtags with the highest outputs.",
    "popularity": "the most used hashtags of the training, whatever the photo.",
    "cooccurrence": "counting what goes together: of the training’s posts with a given word, the share that use the "
    "hashtag; mean over the given words.",
    "item_cosine": "counting too, divided by how often the word and the hashtag are used, so that frequent hashtags win "
    "less easily.",
    "ease": "a linear model in which each word is foretold from all others.",
    "ridge": "a linear regression from labels to hashtags.",
    "network": "a network with one hidden layer from labels to hashtags, as the paper’s section 5.2 has it.",
}
# What mode "best" does not do, said where the words of the single models stand.
NOT_COMBINED = (
    "Word2Vec, AutoRec and the words in both are what the two models say by themselves. Mode “best” does not recommend "
    "by taking the words in both: it fuses the scores that all of its experts give to every hashtag, so that it may "
    "recommend what is in one set or in none."
)


def terms(names):
    """Definitions of all columns, and of the systems called so, folded away."""
    known = {system(name): SYSTEMS[name] for name in names if name in SYSTEMS}
    return element(
        "div",
        folded("What the columns mean", element("p", RIGHT), _list(MEASURED)),
        folded("What the systems are", _list(known)),
        id="terms",
    )


def _list(meanings):
    return element(
        "dl", [[element("dt", name), element("dd", said)] for name, said in meanings.items()], class_="terms"
    )


def alone(about):
    """NOT_COMBINED for a model of mode "best", else None."""
    return element("p", NOT_COMBINED) if about.header.get("mode") == "best" else None
