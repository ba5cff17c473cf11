"""The paper's recipe on posts kept back: its tables, ranking measures, and what its known weaknesses cost.

    python benchmarks/bench_paper.py --data posts.jsonl.gz --threads 2 --json result.json

Trains on nine tenths with the default settings, and again with AutoRec's 50 epochs from a random start, as published,
and evaluates on the rest. The first AutoRec is also queried with -1 for the words that are not in the description, as
in training, instead of the recipe's 0.
"""

import re
import time

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


def trained(more=()):
    """(model of the nine tenths, its figures on the tenth)."""
    settings = assign(PaperSettings(seed=args.seed, n_threads=args.threads), [*args.set, *more])
    lines, began = [], time.process_time()
    seconds, model = timed(lambda: InstaHash(settings).fit(posts, report=lines.append))
    figures = {"seconds_fit": seconds, "seconds_of_processor_fit": time.process_time() - began}
    result, losses = evaluate(model, held_out).to_json(), model.mode.autorec.history.loss
    figures |= {"rmse": float(re.search(r"RMSE over all entries ([.\d]+)", lines[-1])[1])}
    figures |= {"rmse_each_epoch": [round(rmse, 5) for rmse in losses]}
    figures |= {name: result[name] for name in ("posts", "empty", "defaulted")}
    for kind in ("tables", "ranking"):
        figures |= {f"{of} {name}": value for of, row in result[kind].items() for name, value in row.items()}
    return model, figures


corpus = Corpus.from_posts(read_posts(args.data))
posts, held_out = map(corpus.take, train_test_split(len(corpus), 0.1, args.seed))
# Compiles what is timed below.
InstaHash(assign(PaperSettings(n_threads=args.threads), ["autorec.init=spectral"])).fit(posts.take(range(200)))
model, figures = trained()
figures |= {f"as published: {name}": value for name, value in trained(["autorec.init=random"])[1].items()}

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
