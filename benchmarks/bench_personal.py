"""What knowing the user is worth, on posts of users with planted tastes, and that it costs nobody else anything.

    python benchmarks/bench_personal.py --threads 2 --json result.json

Trains on the first nine tenths of a stream; the queries are about the last. The oracle ranks by the probabilities with
which the hashtags were drawn, which nobody can beat on average.
"""

from common import arguments, parse, report, timed

parser = arguments(__doc__.split("\n")[0], [])
parser.add_argument("--posts", type=int, default=20_000)
parser.add_argument("--users", type=int, default=400)
args = parse(parser)

import numpy as np

from instahash import BestSettings, InstaHash
from instahash.data import Corpus, encode
from instahash.evaluation import ranking_measures
from instahash.evaluation.scores import as_ranked
from planted import HASHTAGS, Tastes, planted_users

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
