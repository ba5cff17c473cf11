"""What knowing the user is worth, on posts of users with planted tastes, and that it costs nobody else anything.

    python benchmarks/bench_personal.py --threads 2 --json result.json
    python benchmarks/bench_personal.py --threads 2 --data posts.jsonl.gz --sizes 3000 10000 --json result.json
    nice python benchmarks/bench_personal.py --data posts.jsonl.gz --sizes 30000 --seeds 1 --json result.json

Trains on the first nine tenths of a stream; the queries are about the last. The oracle ranks by the probabilities with
which the hashtags were drawn, which nobody can beat on average.

With --sizes the same posts are learnt from with `user` and without: the planted ones, or those of --data with users who
are made up. Questions that name nobody should be answered as well by both models.
"""

from functools import partial

from common import arguments, parse, peak_mb, report, timed

parser = arguments(__doc__.split("\n")[0], [])
parser.add_argument("--posts", type=int, default=20_000)
parser.add_argument("--users", type=int, default=400)
parser.add_argument("--sizes", type=int, nargs="*", help="numbers of posts to learn from with users and without")
parser.add_argument("--seeds", type=int, default=3, help="with --sizes, how many seeds")
args = parse(parser)

import numpy as np

from instahash import BestSettings, InstaHash, read_posts
from instahash.data import Corpus, encode
from instahash.evaluation import ranking_measures
from instahash.evaluation.scores import as_ranked
from instahash.sparse import keep, ranks_in_rows
from planted import HASHTAGS, Tastes, planted_users, with_authors

MEASURES = ("precision@5", "recall@5", "ndcg@5", "recall@10", "ndcg@10")


def measures(ids, truth, of_whom):
    """MEASURES of ranked ids, (n, 10), by their names and `of_whom`."""
    values = ranking_measures(ids, truth)
    return {f"{measure}, {of_whom}": values[measure] for measure in MEASURES}


def lists(model, description, chosen, keys):
    """The ids of ten hashtags for each post, (n, 10)."""
    answers = model.recommend_matrix(description, 10, chosen=chosen, keys=keys)
    return as_ranked([model.vocabulary.lookup(answer.hashtags)[0] for answer in answers])


def naming(n_posts, seed):
    """Figures of a model that has learnt from posts with users, and of one from the same posts without them."""
    if args.data == "sample":
        posts = list(planted_users(n_posts, n_posts // 50, seed))
    else:
        every = list(read_posts(args.data))
        chosen = np.random.default_rng(seed).permutation(len(every))[:n_posts]
        posts = list(with_authors([every[i] for i in chosen], seed))
    first, figures = len(posts) * 9 // 10, {}
    for name, own in {"users": posts, "no users": [post._replace(user=None, features=()) for post in posts]}.items():
        model = InstaHash(BestSettings(seed=seed, n_threads=args.threads))
        figures[f"seconds fit, {name}"], _ = timed(partial(model.fit, own[:first]))
        data, rng = encode(Corpus.from_posts(posts[first:]), model.vocabulary), np.random.default_rng(seed)
        rows = np.flatnonzero((np.diff(data.hashtags.indptr) > 1) & (np.diff(data.description.indptr) > 0))
        truth, description = data.hashtags[rows], data.description[rows]
        single = keep(description, ranks_in_rows(description, rng.random(description.nnz)) < 1)
        picked = ranks_in_rows(truth, rng.random(truth.nnz)) < 1
        questions = {
            "description": (description, None, truth),
            "one label": (single, None, truth),
            "a hashtag chosen": (description, keep(truth, picked), keep(truth, ~picked)),
        }
        askers = {"nobody named": None, "user named": [data.keys[row][-1:] for row in rows]}
        for question, (described, chosen, wanted) in questions.items():
            for who in list(askers)[: 2 if name == "users" else 1]:
                ids = lists(model, described, chosen, askers[who])
                figures |= measures(ids, wanted, f"{question}, {who}, learnt with {name}")
    return figures


if args.sizes:
    figures = {f"{n:,} posts, seed {seed}": naming(n, seed) for n in args.sizes for seed in range(args.seeds)}
    lines = [f"{run}: {name:<60} {value:.4f}" for run, own in figures.items() for name, value in own.items()]
    figures["peak_rss_mb"] = peak_mb()
    lines.append(f"peak_rss_mb {figures['peak_rss_mb']:.0f}")
    report(args, figures, lines)
    raise SystemExit

posts, tastes = list(planted_users(args.posts, args.users, args.seed)), Tastes(args.users, args.seed)
first = len(posts) * 9 // 10
settings = BestSettings(seed=args.seed, n_threads=args.threads)
figures = {}
figures["seconds fit"], model = timed(lambda: InstaHash(settings).fit(posts[:first]))
data = encode(Corpus.from_posts(posts[first:]), model.vocabulary)
queried = np.flatnonzero((np.diff(data.hashtags.indptr) > 0) & (np.diff(data.description.indptr) > 0))
truth, description = data.hashtags[queried], data.description[queried]
keys = [data.keys[i] for i in queried]
written = np.bincount([int(post.user[1:]) for post in posts[:first]], minlength=args.users)
known = np.array([written[int(key[-1].removeprefix("user:u"))] for key in keys])

named = {
    "nobody known": None,
    "user known": [key[-1:] for key in keys],
    "features known": [key[:-1] for key in keys],
    "user and features known": keys,
    "a stranger": [("user:somebody new",) for _ in keys],
}
systems = {name: lists(model, description, None, own) for name, own in named.items()}
places = model.vocabulary.lookup(HASHTAGS)[0]
oracle = []
for i in queried:
    post = posts[first + i]
    probability = tastes.probabilities(int(post.id.split("/")[0]), int(post.user[1:]))
    oracle.append(places[np.argsort(-probability, kind="stable")[:10]])
systems["oracle"] = np.array(oracle)
for low, high in ((0, 10**9), (0, 20), (20, 50), (50, 10**9)):
    rows = np.flatnonzero((known >= low) & (known < high))
    until = "or more" if high == 10**9 else f"to {high - 1}"
    users = f"users of {low} {until} posts" if (low, high) != (0, 10**9) else "all users"
    figures[f"posts, {users}"] = len(rows)
    for name, ids in systems.items() if len(rows) else ():
        figures |= measures(ids[rows], truth[rows], f"{users}: {name}")
figures["a stranger is answered as nobody"] = bool((systems["a stranger"] == systems["nobody known"]).all())
report(args, figures)
