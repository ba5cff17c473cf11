"""The paper's combination of the two models, and the simple methods that everything is measured against.

paper.py         intersection, default, filter
popularity.py    the most used hashtags, whatever the photo
cooccurrence.py  the hashtags that go with the words of the description
ranking.py       scores to ranked ids

A baseline has `fit(description, hashtags)` and `score(description)`, both over CSR matrices (n_posts, n_words).
"""

from instahash.recommend.cooccurrence import Cooccurrence
from instahash.recommend.paper import Combination, Recommendation, autorec_sets, combine
from instahash.recommend.popularity import Popularity
from instahash.recommend.ranking import top_ranked

__all__ = ["Combination", "Cooccurrence", "Popularity", "Recommendation", "autorec_sets", "combine", "top_ranked"]
