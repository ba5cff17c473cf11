"""How well the offline labeller's head knows its words, on photos of sources that it has not seen.

    python benchmarks/bench_head.py --data features/ --threads 2 --json result.json

Of each word the average precision of the classes alone, the head alone and both joined, and how many joined scores of
at least 0.5 there are and are right. --data is a folder as `python -m instahash.annotate.head_training` takes it. The
classes alone are what the head is measured against, on the same photos.
"""

from pathlib import Path

from common import arguments, parse, report

parser = arguments(__doc__.split("\n")[0], [])
args = parse(parser)

from instahash.annotate.head_training import figures, read_photos, trained
from instahash.data.broader import head_words

photos = read_photos(Path(args.data))
head, unseen = trained(photos, head_words())
rows = figures(photos, head.words, unseen)
report(args, {"photos": len(photos.features)} | {row.pop("word"): row for row in rows})
