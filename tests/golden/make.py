"""Make golden models of the present format, one of each mode: python tests/golden/make.py tests/golden/format-N

Models made by an older version are never made again: that they still load, and answer the same, is the test.
"""

import json
import sys
from pathlib import Path

from instahash import InstaHash
from instahash.data.small import small_posts
from instahash.parameters import assign
from instahash.pipeline import settings_of

BOTH = ("data.max_hashtags=12", "data.min_score=0.9", "word2vec.dim=4")
SMALL = {
    "best": ("softmax.n_hidden=4", "completion.n_hidden=4"),
    "paper": (
        *("autorec.n_hidden=4", "autorec.init=spectral", "autorec.epochs=3", "autorec.absent_weight=0.2"),
        *("ratings.n_expand=3", "combination.n_similar=6"),
    ),
}
QUERIES = [["dog", "puppy", "snout"], ["beach", "sea", "sky"], ["zeppelin"]]


def main(folder: Path) -> None:
    for mode, small in SMALL.items():
        model = InstaHash(assign(settings_of(mode), BOTH + small)).fit(list(small_posts(60)))
        model.save(folder / mode)
        answers = [{"labels": labels, **model.recommend(labels, trace=True).to_json()} for labels in QUERIES]
        (folder / mode / "answers.json").write_text(json.dumps(answers, indent=1) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
