"""The paper's recipe on posts kept back: its tables, ranking measures, and what its known weaknesses cost.

    python benchmarks/bench_paper.py --data posts.jsonl.gz --threads 2 --json result.json

Trains on nine tenths with the default settings and evaluates on the rest. AutoRec is also queried with -1 for the words
that are not in the description, as in training, instead of the recipe's 0.
"""

from common import arguments, parse, peak_mb, report, split, timed

parser = arguments(__doc__.split("\n")[0], [])
parser.add_argument("--set", nargs="*", default=[], metavar="section.name=value")
args = parse(parser)

import numpy as np

from instahash import InstaHash, PaperSettings
from instahash.baselines import top_ranked
from instahash.data import Corpus, train_test_split
from instahash.evaluation import evaluate, ranking_measures
from instahash.formats import read_posts
from instahash.parameters import assign
from instahash.sparse import ones, row_of_entries

corpus = Corpus.from_posts(read_posts(args.data))
train, test = train_test_split(len(corpus), 0.1, args.seed)
settings = assign(PaperSettings(seed=args.seed, n_threads=args.threads), args.set)
seconds, model = timed(lambda: InstaHash(settings).fit(corpus.take(train)))
result = evaluate(model, corpus.take(test)).to_json()
figures = {
    "seconds_fit": seconds,
    "rmse_each_epoch": [round(rmse, 5) for rmse in model.mode.autorec.history.loss],
}
figures |= {name: result[name] for name in ("posts", "empty", "defaulted")}
for table, row in result["tables"].items():
    figures |= {f"{table} {name}": value for name, value in row.items()}
for system, row in result["ranking"].items():
    figures |= {f"{system} {name}": value for name, value in row.items()}

held = split(args)[1]
rows = np.flatnonzero((np.diff(held.hashtags.indptr) > 0) & (np.diff(held.description.indptr) > 0))
truth, queries = held.hashtags[rows], ones(held.description[rows])
for name, background in (("0, named ones half as strong", 0.0), ("-1, as in training", -1.0)):
    ranked, sizes, echoed = [], 0, 0.0
    for start in range(0, len(rows), 1024):
        part = queries[start : start + 1024]
        outputs = model.mode.autorec.predict(part, background)
        sizes += int((outputs > 0).sum())
        echoed += float((outputs[row_of_entries(part), part.indices] > 0).sum())
        ranked.append(top_ranked(outputs, 10, held.vocabulary.hashtag_ids))
    measures = ranking_measures(np.concatenate(ranked), truth)
    figures |= {f"autorec absent words {name}: {measure}": value for measure, value in measures.items()}
    figures[f"autorec absent words {name}: words in its set"] = sizes / len(rows)
    figures[f"autorec absent words {name}: of them from the description"] = echoed / len(rows)
figures["peak_rss_mb"] = peak_mb()
report(args, figures)
