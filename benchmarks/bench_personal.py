"""What knowing the user is worth, on posts of users with planted tastes, and that it costs nobody else anything.

    python benchmarks/bench_personal.py --threads 2 --json result.json
    python benchmarks/bench_personal.py --threads 2 --data posts.jsonl --sizes 3000 10000 --json result.json

Trains on the first nine tenths of a stream; the queries are about the last. The oracle ranks by the probabilities with
which the hashtags were drawn, which nobody can beat on average.

With --sizes the same posts are learnt from with `user` and without: the planted ones, or those of --data with users who
are made up. Questions that name nobody should be answered as well by both models.
"""

from functools import partial

from common import arguments, parse, report, timed

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
from instahash.sparse import is_member, keep, ranks_in_rows
from planted import HASHTAGS, Tastes, planted_users, with_authors


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
                answers = model.recommend_matrix(described, 10, chosen=chosen, keys=askers[who])
                ids = as_ranked([model.vocabulary.lookup(answer.hashtags)[0] for answer in answers])
                for k in (5, 10):
                    figures[f"ndcg@{k}, {question}, {who}, learnt with {name}"] = ndcg_at(k, ids, wanted)
    return figures


def ndcg_at(k, ids, truth):
    gains = 1 / np.log2(np.arange(k) + 2)
    best = gains.cumsum()[np.minimum(np.diff(truth.indptr), k) - 1]
    return float((is_member(ids[:, :k], truth) @ gains / best).mean())


if args.sizes:
    figures = {f"{n:,} posts, seed {seed}": naming(n, seed) for n in args.sizes for seed in range(args.seeds)}
    lines = [f"{run}: {name:<60} {value:.4f}" for run, own in figures.items() for name, value in own.items()]
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


def ndcg(ids, rows=slice(None)):
    return ranking_measures(ids[rows], truth[rows])["ndcg@10"]


def ranked(keys):
    answers = model.recommend_matrix(description, 10, keys=keys)
    return as_ranked([model.vocabulary.lookup(answer.hashtags)[0] for answer in answers])


systems = {
    "nobody known": ranked(None),
    "user known": ranked([key[-1:] for key in keys]),
    "features known": ranked([key[:-1] for key in keys]),
    "user and features known": ranked(keys),
    "a stranger": ranked([("user:somebody new",) for _ in keys]),
}
places = model.vocabulary.lookup(HASHTAGS)[0]
oracle = []
for i in queried:
    post = posts[first + i]
    probability = tastes.probabilities(int(post.id.split("/")[0]), int(post.user[1:]))
    oracle.append(places[np.argsort(-probability, kind="stable")[:10]])
systems["oracle"] = np.array(oracle)
for name, ids in systems.items():
    figures[f"ndcg@10, {name}"] = ndcg(ids)
for low, high in ((0, 20), (20, 50), (50, 10**9)):
    rows = np.flatnonzero((known >= low) & (known < high))
    if len(rows):
        label = f"users of {low} posts or more" if high == 10**9 else f"users of {low} to {high - 1} posts"
        figures |= {f"{label}: {name}": ndcg(ids, rows) for name, ids in systems.items()}
figures["a stranger is answered as nobody"] = bool((systems["a stranger"] == systems["nobody known"]).all())
report(args, figures)
