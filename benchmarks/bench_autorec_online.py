"""AutoRec learns from new posts: RMSE on old and new ones, before and after `partial_fit`, and trained anew.

    python benchmarks/bench_autorec_online.py --data posts.jsonl.gz --threads 2 --json result.json

100 hashtags come into fashion late (`common.fashion`). Of the new posts 1,500 arrive, or all of them. Ratings are +1
for the words of a post and -1 for all others. Before, new words have no units: they get the rating -1, as absent words
do. Three ways of training: the start from the spectrum with a ridge decoder, ten epochs of Adam from a random start,
and such a training that replays no old posts.
"""

from common import arguments, fashion, narrowed, parse, report, split, timed

parser = arguments(__doc__.split("\n")[0], [])
parser.add_argument("--n-hidden", type=int, default=500)
args = parse(parser)

import numpy as np
from scipy import sparse

from instahash.autorec import AutoRec, rating_matrix
from instahash.replay import ReplayBuffer

WAYS = {
    "spectral": {"init": "spectral", "decoder": "ridge", "epochs": 0},
    "gradient": {"init": "random", "epochs": 10, "batch_size": 256},
    "gradient_without_replay": {"init": "random", "epochs": 10, "batch_size": 256},
}


def rmse(model, ratings):
    """Over all words, those that the model does not know counted as rated -1."""
    n_known = len(model.U)
    known = ratings[:, :n_known].tocsr()
    missed = 4.0 * (ratings.nnz - known.nnz)
    total = model.rmse(known) ** 2 * known.shape[0] * n_known + missed
    return float(np.sqrt(total / (ratings.shape[0] * ratings.shape[1])))


data, _ = split(args, test_fraction=0.0)
old, arriving, n_old = fashion(data, args.seed)
old, arriving = rating_matrix(old), rating_matrix(arriving)
figures = {"old_posts": old.shape[0], "old_words": n_old, "words": old.shape[1]}
for way, options in WAYS.items():
    options = {**options, "n_hidden": args.n_hidden, "seed": args.seed, "n_threads": args.threads}
    for n_new in (1500, arriving.shape[0]):
        new = arriving[:n_new]
        model = AutoRec(**options).fit(narrowed(old, n_old))
        if way == "gradient_without_replay":
            model.replay = ReplayBuffer((model.replay.matrices[0][:0],), model.replay.seen)
        rows = {"old_before": rmse(model, old), "new_before": rmse(model, new)}
        rows["seconds"] = timed(lambda model=model, new=new: model.partial_fit(new))[0]
        rows |= {"old_after": rmse(model, old), "new_after": rmse(model, new)}
        anew = AutoRec(**options).fit(sparse.vstack([old, new], format="csr"))
        rows |= {"old_trained_anew": rmse(anew, old), "new_trained_anew": rmse(anew, new)}
        figures |= {f"{way}_{n_new}_new_{name}": value for name, value in rows.items()}
report(args, figures)
