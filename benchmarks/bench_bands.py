"""Rare hashtags: what leaving them out does, and what each way to weigh them does, by band of the hashtag vocabulary.

    python benchmarks/bench_bands.py --data posts.jsonl.gz --json result.json
    python benchmarks/bench_bands.py --posts 10000 --json result.json       on a synthetic corpus of InstaPIC's shape

Trains mode "best" on nine tenths of the posts with all their hashtags, and asks about the rest; all hashtags of their
authors are wanted, whether the training has them or not, and the bands are those of the whole training. Beside it, for
the same posts, given the same: hashtags of fewer than some posts left out (--min-counts); the weights learnt from all
hashtags of the posts held out for them, also from those that no other post has; and an expert beside the others that
scores a hashtag by the number n of its posts alone, log(n / (n + K)), with a weight of any sign (--shrinkages).
"""

from common import arguments, parse, report, timed

parser = arguments(__doc__.split("\n")[0], [])
parser.add_argument("--posts", type=int, default=0, help="posts of a synthetic corpus, in place of --data")
parser.add_argument("--min-counts", default="2,3,5,10", help="separated by commas; none with ''")
parser.add_argument("--shrinkages", default="3,10", help="K, separated by commas")
parser.add_argument("--set", action="append", default=[], metavar="section.name=value", help="any setting")
args = parse(parser)

from functools import partial

import numpy as np

from instahash import BestSettings, InstaHash
from instahash.data import Corpus, encode, train_test_split, words
from instahash.errors import DataError
from instahash.evaluation import make_tasks
from instahash.evaluation.bands import BandCounts
from instahash.evaluation.bootstrap import differences
from instahash.evaluation.ranking import ranking_values
from instahash.evaluation.scores import as_ranked
from instahash.experts import EXPERTS, Expert, Panel
from instahash.formats import read_posts
from instahash.parameters import assign
from instahash.pipeline.best import Best
from instahash.pipeline.mode import MODES
from instahash.sparse import column_counts, is_member, renumber
from synthetic import synthetic_corpus


def shrinkage(k):
    """The expert that scores by the number of posts alone."""

    class Shrinkage(Expert):
        name, signed, counts = "shrinkage", True, True
        starts = dict.fromkeys(("neither", "short", "description", "chosen", "both"), 0.0)

        def fit(self, examples, trainer):
            self.n = column_counts(examples.hashtags)

        def partial_fit(self, examples):
            self.n = self.n + column_counts(examples.hashtags)

        def score(self, queries, domain, candidates):
            n = np.maximum(self.n, 1)
            return candidates.of_all(np.log(n / (n + k)).astype(np.float32))

    return Shrinkage


def with_shrinkage(k, settings):
    return Best(settings, [*EXPERTS, shrinkage(k)])


class FromAll(Panel):
    """Whose weights are learnt from all hashtags of the posts held out."""

    def _fuse(self, examples, learnt, trainer):
        super()._fuse(examples, np.ones_like(learnt), trainer)


def from_all(settings):
    mode = Best(settings)
    mode.panel = FromAll(settings, EXPERTS)
    return mode


def fitted(make=Best, min_count=1):
    """The model, and what was said of the weights."""
    MODES["best"] = (make, BestSettings)
    settings = assign(BestSettings(seed=args.seed, n_threads=args.threads), args.set)
    lines = []
    model = InstaHash(assign(settings, ["data.max_hashtags=1000000000", f"data.min_count={min_count}"]))
    seconds, model = timed(lambda: model.fit(train, report=lines.append))
    weights = [line for line in lines if line.startswith("Weights where") and "labels are known:" in line]
    return model, seconds, [*weights, *(line for line in lines if "where chosen hashtags" in line)]


def lists(model, protocol):
    """(n_posts, m) ids of what is recommended, as numbers of the whole training's vocabulary; -1 for none."""
    order = [vocabulary.index[word] for word in model.vocabulary.words]
    for task in (tasks[protocol].evaluated, tasks[protocol].others):
        if len(task.rows):
            posts = encode(test.take(task.rows), model.vocabulary, model.settings.data.min_score)
            given = {"echoes": posts.echoes} if task.chosen is None else {"chosen": renumber(task.chosen, order)}
            described = posts.description if task.chosen is None else renumber(task.description, order)
            answers = model.recommend_matrix(described, **given)
            parts = [[words(hashtag) for hashtag in answer.hashtags] for answer in answers]
            known = [[vocabulary.index.get(own[0], -1) for own in post if len(own) == 1] for post in parts]
            yield task, as_ranked([[i for i in ids if i >= 0] for ids in known])


def measure(name, model):
    for protocol in tasks:
        hits, bands = [], counted.setdefault(protocol, BandCounts(vocabulary.hashtag_counts))
        for task, ranked in lists(model, protocol):
            hit = is_member(ranked, task.truth)
            hits.append(ranking_values(hit, task.sizes))
            bands.add(name, ranked, hit)
            if name == WHOLE:
                bands.want(task.truth)
        missed = np.zeros(everybody[protocol] - sum(len(own[NDCGS[0]]) for own in hits))
        values[protocol, name] = {m: np.concatenate([*(own[m] for own in hits), missed]) for m in MEASURES}


WHOLE = "as it is"
NDCGS = ("ndcg@5", "ndcg@10")
MEASURES = ("precision@5", "recall@5", "recall@10", *NDCGS)
corpus = synthetic_corpus(args.posts, args.seed) if args.posts else Corpus.from_posts(read_posts(args.data))
train, test = (corpus.take(rows) for rows in train_test_split(len(corpus), 0.1, args.seed))
figures, values, counted, tasks, everybody = {}, {}, {}, {}, {}
whole, figures["seconds fit"], figures["weights"] = fitted()
vocabulary = whole.vocabulary
for protocol in ("description", "completion"):
    try:
        tasks[protocol] = make_tasks(test, vocabulary, protocol, args.seed)
    except DataError:  # where no post has a label
        continue
    read = tasks[protocol].counts
    everybody[protocol] = read["read"] - read["without_hashtags"]
measure(WHOLE, whole)
makers = {"weights from hashtags no expert has seen too": (from_all, 1)}
for k in map(float, filter(None, args.shrinkages.split(","))):
    makers[f"with shrinkage, K = {k:g}"] = (partial(with_shrinkage, k), 1)
makers |= {f"min_count {n}": (Best, n) for n in map(int, filter(None, args.min_counts.split(",")))}
for name, (make, min_count) in makers.items():
    model, seconds, weights = fitted(make, min_count)
    measure(name, model)
    figures[name] = {"hashtags": len(model.vocabulary.hashtag_ids), "seconds fit": seconds, "weights": weights}
    print(name, f"{seconds:.0f} s", flush=True)

table = []
for protocol in tasks:
    bands = counted[protocol].to_json()
    own = figures[protocol] = {"everybody": everybody[protocol], "bands": bands, **{m: {} for m in MEASURES}}
    rows = {}
    for name in (WHOLE, *makers):
        ours = values[protocol, name]
        less = differences({name: ours, "whole": values[protocol, WHOLE]}, name, args.seed) if name != WHOLE else {}
        for m in MEASURES:
            rows[m, name] = own[m][name] = {m: float(ours[m].mean()), **(less["whole"][m] if less else {})}
    for k, ndcg in zip((5, 10), NDCGS):
        columns = f"recall@{k}", f"share@{k}"
        table.append(
            f"{protocol}, {everybody[protocol]:,} posts; {ndcg}, {columns[0]} and share of head, middle and tail"
        )
        for name in (WHOLE, *makers):
            row = rows[ndcg, name]
            less = f"{row['difference']:+.4f} ({row['low']:+.4f} to {row['high']:+.4f})" if name != WHOLE else ""
            numbers = [bands[band]["systems"][name][column] or 0 for column in columns for band in bands]
            table.append(f"{name:<46}{row[ndcg]:.4f} {less:<30} " + " ".join(f"{n:.3f}" for n in numbers))
report(args, figures, table)
