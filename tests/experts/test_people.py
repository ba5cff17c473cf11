"""Some people by whose posts the strengths of preferences are chosen: whole people, about as many as asked for."""

import numpy as np

from instahash import BestSettings
from instahash.data import Corpus, Post, fit_dataset
from instahash.experts import Domain, Examples
from instahash.experts.people import of_people

POSTS = [
    Post(str(i), ("sea", f"t{i % 5}"), (("water", 0.9),), f"p{i % 200}", features=("country:pt",)) for i in range(1000)
]


def test_some_people_with_all_of_their_posts():
    dataset = fit_dataset(Corpus.from_posts(POSTS))
    examples = Examples(dataset, Domain.of(dataset, BestSettings()))
    keys, hashtags, times = of_people(examples, 0.3)
    chosen = {key[-1] for key in keys}
    assert 30 < len(chosen) < 90 and len(keys) == 5 * len(chosen) == hashtags.shape[0] == len(times)
    fewer, every = of_people(examples, 0.1)[0], of_people(examples, 1.0)
    assert {key[-1] for key in fewer} < chosen and every[0] == dataset.keys
    rows = [i for i, key in enumerate(dataset.keys) if key[-1] in chosen]
    np.testing.assert_array_equal(hashtags.toarray(), examples.hashtags[rows].toarray())
