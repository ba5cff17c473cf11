"""How the models' scores become hashtags.

queries.py         what is known of posts, and what the answer should be like
recommendation.py  the answer for one photo
paper.py           the paper's combination: intersection, default, filter
fusion.py          ours: log-scores of several experts become one calibrated probability
likeliest.py       how its weights and its calibration are found
preferences.py     what a user, or lately everybody, uses more than others do
strengths.py       how much a use under each kind of key counts
variants.py        one of a word's spellings takes a place, not several
diversity.py       lists whose hashtags differ, and hashtags that do not repeat the description
"""

from instahash.recommend.diversity import diversify, echoes, novelty_shift, reachable
from instahash.recommend.fusion import Fusion
from instahash.recommend.paper import Combination, autorec_sets, combine
from instahash.recommend.preferences import EVERYBODY, Preferences, age_weights
from instahash.recommend.queries import Options, Queries, ids_of
from instahash.recommend.recommendation import Recommendation
from instahash.recommend.variants import keep_best

__all__ = [
    "Combination", "EVERYBODY", "Fusion", "Options", "Preferences", "Queries", "Recommendation", "age_weights",
    "autorec_sets", "combine", "diversify", "echoes", "ids_of", "keep_best", "novelty_shift", "reachable",
]  # fmt: skip
