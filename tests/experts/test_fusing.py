"""What is learnt of experts that read keys, with no others beside them but popularity."""

import numpy as np

from instahash import BestSettings
from instahash.data import Corpus, Post, fit_dataset
from instahash.experts import Panel
from instahash.experts.common import CommonExpert
from instahash.experts.personal import PersonalExpert
from instahash.experts.popularity import PopularityExpert
from instahash.parameters import assign
from instahash.trainer import Trainer

SETTINGS = assign(BestSettings(), ["word2vec.dim=2", "word2vec.epochs=1", "fusion.held_out=0.3"])


def posts(n_posts, n_users=40, n_countries=4):
    """Each user has a hashtag of their own in every second post, each country one in three of ten."""
    rng = np.random.default_rng(0)
    country = rng.integers(n_countries, size=n_users)
    for i in range(n_posts):
        user = rng.integers(n_users)
        tags = {f"t{k}" for k in rng.integers(30, size=3)}
        tags |= {f"own{user}"} if rng.random() < 0.5 else set()
        tags |= {f"custom{country[user]}"} if rng.random() < 0.3 else set()
        yield Post(str(i), tuple(sorted(tags)), (("sky", 0.9),), f"u{user}", features=(f"country:{country[user]}",))


def test_countries_are_not_believed_for_holding_the_author_s_own_posts():
    """A country's hashtags are also its people's, and who wrote the posts held out is counted among them."""
    panel = Panel(SETTINGS, [CommonExpert, PersonalExpert, PopularityExpert])
    panel.fit(fit_dataset(Corpus.from_posts(posts(1200))), Trainer(), lambda queries, options: [])
    for context in ("neither", "short", "both"):
        fusion = panel.fusions[context]
        correction = dict(zip(fusion.members, fusion.corrections["common"].weights))
        assert abs(correction["common"]) < 0.3 and abs(correction["personal"]) < 0.1, "those of the author are learnt"
        of_user = fusion.corrections["personal"].weights[fusion.members.index("common")]
        assert of_user == 0, "who the user is is learnt from questions that name nothing else"
    asked = [("user:u1",), ("country:1",)]
    for name, known in {"personal": [True, False], "common": [False, True]}.items():
        assert (panel.experts[name].told(asked, panel.domain) > 0).tolist() == known
