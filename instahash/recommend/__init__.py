"""How the models' scores become hashtags, and the simple methods that everything is measured against.

questions.py     what is asked about posts, and what is wished of the answer
paper.py         the paper's combination: intersection, default, filter
fusion.py        ours: log-scores of several experts become one calibrated probability
preferences.py   what somebody, or lately everybody, uses more than others do
diversity.py     lists that are not all of one kind, and not of what everybody says
ranking.py       scores to ranked ids
platforms.py     how many hashtags a platform takes

popularity.py    the most used hashtags, whatever the photo
cooccurrence.py  the hashtags that go with the words of the description
item_cosine.py   the hashtags used by the same posts
ease.py          a linear autoencoder without a diagonal, in closed form
ridge.py         a linear model a hashtag
network.py       the paper's feed-forward network

A baseline has `fit(description, hashtags)` and `score(description, chosen=None)`, all CSR matrices (n_posts, n_words).
"""

from instahash.recommend.cooccurrence import Cooccurrence
from instahash.recommend.diversity import diversify, echoes, novelty_shift
from instahash.recommend.ease import EASE
from instahash.recommend.fusion import Fusion
from instahash.recommend.item_cosine import ItemCosine
from instahash.recommend.network import Network
from instahash.recommend.paper import Combination, autorec_sets, combine
from instahash.recommend.popularity import Popularity
from instahash.recommend.preferences import Preferences
from instahash.recommend.questions import Questions, Wishes
from instahash.recommend.ranking import top_ranked
from instahash.recommend.recommendation import Recommendation
from instahash.recommend.ridge import Ridge

__all__ = [
    "Combination",
    "Cooccurrence",
    "EASE",
    "Fusion",
    "ItemCosine",
    "Network",
    "Popularity",
    "Preferences",
    "Questions",
    "Recommendation",
    "Ridge",
    "Wishes",
    "autorec_sets",
    "combine",
    "diversify",
    "echoes",
    "novelty_shift",
    "top_ranked",
]
