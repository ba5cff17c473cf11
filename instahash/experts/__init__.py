"""The experts of mode "best": each gives every hashtag a log-score, and the mode fuses them into one probability.

candidates.py     which hashtags are scored for each post
protocol.py       what an expert must be able to do; a new one is a file here and a line in EXPERTS
domain.py         what every expert is told: the hashtags to score, models that all may ask
statistics.py     what is counted of posts before any expert learns
people.py         what people prefer, counted once for all experts
examples.py       posts to learn from, and what is done with them wherever they are
understanding.py  how they take what is known of a post
fusing.py         how their weights are learnt
panel.py          all of them together: how they are trained, and fused into one probability
first_five.py     how good the first five of a list are
opinions.py       what comes out of them
settings.py       the settings of the mode
"""

from instahash.experts.common import CommonExpert
from instahash.experts.completion import CompletionExpert
from instahash.experts.cooccurrence import CooccurrenceExpert
from instahash.experts.domain import Domain
from instahash.experts.examples import Examples, Source, train_word2vec
from instahash.experts.linear import LinearExpert
from instahash.experts.literal import LiteralExpert
from instahash.experts.opinions import Answers, Opinions
from instahash.experts.panel import Losses, Panel, Sections
from instahash.experts.personal import PersonalExpert
from instahash.experts.photo import PhotoExpert
from instahash.experts.photo_network import PhotoNetworkExpert
from instahash.experts.popularity import PopularityExpert
from instahash.experts.protocol import CONTEXTS, Expert, NetworkQuery
from instahash.experts.settings import BestSettings
from instahash.experts.softmax import SoftmaxExpert
from instahash.experts.word2vec import Word2VecExpert

EXPERTS: list[type[Expert]] = [
    SoftmaxExpert,  # description -> hashtags, a network
    LinearExpert,  # the same query to a ridge regression
    CompletionExpert,  # chosen hashtags -> those that go with them, a network
    Word2VecExpert,  # all words -> hashtags, by their vectors
    CooccurrenceExpert,  # description -> hashtags, by counts
    PhotoExpert,  # features of the photo -> hashtags, a ridge regression
    PhotoNetworkExpert,  # the same and the description -> hashtags, a network
    LiteralExpert,  # the labels themselves
    CommonExpert,  # features of the user -> hashtags, and lately everybody's
    PersonalExpert,  # the user -> hashtags
    PopularityExpert,  # whatever is known -> the most used hashtags
]

__all__ = [
    "CONTEXTS", "EXPERTS", "Answers", "BestSettings", "Domain", "Examples", "Expert", "Losses", "NetworkQuery",
    "Opinions", "Panel", "Sections", "Source", "train_word2vec",
]  # fmt: skip
