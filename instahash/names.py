"""What has a name in JSON and on the command line, and what people read of it. Importing it costs nothing."""

from __future__ import annotations

from typing import NamedTuple


class Name(NamedTuple):
    """title : in a text or a table.  meaning : what it is, a line; "" where there is none to show."""

    title: str
    meaning: str = ""


# What ranks hashtags: the system that is evaluated, the parts of it that do so alone, and the baselines.
OURS = "instahash"
SYSTEMS = {
    OURS: Name("instahash", "the model that is evaluated, whole"),
    "word2vec": Name(
        "Word2Vec", "the model’s word vectors alone: the hashtags with the highest cosine to what is given"
    ),
    "autorec": Name("AutoRec", "the model’s autoencoder alone: the hashtags with the highest outputs"),
    "softmax": Name(
        "softmax network", "the model’s network from the description alone: the hashtags with the highest outputs"
    ),
    "completion": Name(
        "completion network", "the model’s network from chosen hashtags alone: the hashtags with the highest outputs"
    ),
    "photo": Name("the photo itself", "a linear regression from what the labeller’s network sees in the photo"),
    "photo_network": Name("network of photo and labels", "a network from the same and the description"),
    "popularity": Name("popularity", "the most used hashtags of the training, whatever the photo"),
    "cooccurrence": Name(
        "co-occurrence",
        "counting what goes together: of the training’s posts with a given word, the fraction that use the hashtag; "
        "mean over the given words",
    ),
    "item_cosine": Name(
        "item cosine",
        "counting too, divided by how often the word and the hashtag are used, so that frequent ones win less easily",
    ),
    "ease": Name("EASE", "a linear model in which each word is predicted from all others"),
    "ridge": Name("ridge", "a linear regression from labels to hashtags"),
    "network": Name(
        "network (5.2)", "a network with one hidden layer from labels to hashtags, as the paper’s section 5.2 has it"
    ),
}
# The systems that a model is judged against where there is no other model: those of any mode, and the mode's network.
SIMPLER = ("cooccurrence", "popularity", "word2vec")
NETWORKS = {"best": "softmax", "paper": "autorec"}

MODES = {"best": "ranks better", "paper": "is the published recipe"}
# What each protocol of an evaluation gives of posts.
PROTOCOLS = {"description": "their labels", "completion": "half of their hashtags"}
ANNOTATORS = ("google", "offline")


def name_of(system: str) -> Name:
    """The title and meaning of a system or an expert, for whatever key JSON has."""
    return SYSTEMS.get(system) or Name(system.replace("_", " "))


def heading(system: str) -> str:
    """Its title with a capital."""
    return capital(name_of(system).title)


def capital(text: str) -> str:
    return text[:1].upper() + text[1:]


class Doubt(NamedTuple):
    """What is said of hashtags where nothing sure is known of a photo.

    mark : beside the photo's name.  reason, answer : why, and what these hashtags are.
    many : behind a number of photos or posts, both; `told` puts the least score of a sure label into the texts.
    """

    mark: str
    reason: str
    answer: str
    many: str

    @property
    def why(self) -> str:
        """Of one photo."""
        return f"{self.reason}; {self.answer}"

    def to_json(self) -> dict[str, str]:
        return self._asdict() | {"why": self.why}

    def told(self, least: float) -> Doubt:
        return Doubt(self.mark, *(text.format(least=f"{least:g}") for text in self[1:]))


_NOT_KNOWN = "no label is sure enough, or none is known"
# By the source of the hashtags.
DOUBTS = {
    "guesses": Doubt(
        "guesses",
        "no label has a score of {least} or more",
        "these are guesses from the likeliest ones",
        "without a label of {least} or more: guessed from the likeliest ones",
    ),
    "general": Doubt(
        "fit any photo",
        _NOT_KNOWN,
        "these hashtags fit any photo",
        "without a likely label got hashtags that fit any photo",
    ),
    "most_used": Doubt(
        "the most used",
        _NOT_KNOWN,
        "these are the most used hashtags",
        "without a known label got the most used hashtags",
    ),
}
