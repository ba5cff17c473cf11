"""Make a golden model directory of the present format: python tests/golden/make.py tests/golden/format-N

A directory made by an older version is never made again: that it still loads, and answers the same, is the test.
"""

import json
import sys
from pathlib import Path

from instahash import InstaHash, Settings
from instahash.data.sample import sample_posts

SMALL = ["data.max_hashtags=30", "word2vec.dim=6", "word2vec.epochs=20", "autorec.n_hidden=8", "autorec.epochs=100",
         "autorec.batch_size=32", "autorec.learning_rate=0.02", "autorec.n_expand=3"]  # fmt: skip
QUESTIONS = [["dog", "puppy", "snout"], ["beach", "sea", "sky"], ["zeppelin"]]

if __name__ == "__main__":
    folder = Path(sys.argv[1])
    model = InstaHash(Settings.of("paper").changed(SMALL)).fit(list(sample_posts(150)))
    model.save(folder)
    answers = [{"labels": labels, **model.recommend(labels).to_json()} for labels in QUESTIONS]
    (folder / "answers.json").write_text(json.dumps(answers, indent=1) + "\n")
