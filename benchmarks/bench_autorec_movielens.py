"""AutoRec on MovieLens 1M: test RMSE on random 90/10 splits and seconds of a training, against PyTorch.

    python3 benchmarks/bench_autorec_movielens.py --data ratings.npz --threads 2 --against torch --repeat 5 --json FILE

The data may not be handed on (https://grouplens.org/datasets/movielens/1m/), so --data names your copy: ratings.dat, or
an .npz with arrays user and item (ids from 0) and rating.

An item model completes a film's ratings by all users, a user model a user's ratings of all films. Only given ratings
count (absent_weight=0); predictions are clipped to 1..5, and 3 where user or film has no training rating. The RMSE
is that of the last epoch, averaged over the splits; predictions are not averaged. The settings were chosen on splits of
other seeds than 0 to 4.

Departures from the paper: Adam with a falling rate for L-BFGS; a given rating r enters the network as r - background,
all others as 0. The published background is 0; -3 says more of who rated and less of how, which helps item models, 3.5
the reverse, which helps user models. The item model drops a fifth of its inputs in training. "_residual" models work on
what is left of a rating after the mean of all and shrunken means of its user and its film.
"""

import sys
import time
from pathlib import Path
from statistics import mean, pstdev

from common import arguments, parse, peak_mb, report, timed

PUBLISHED = {"item": 0.831, "user": 0.874}
MODELS = {
    "item": {"epochs": 25, "reg": 0.04, "corruption": 0.2, "background": -3.0},
    "user": {"epochs": 10, "reg": 0.03, "corruption": 0.0, "background": 3.5},
    "item_residual": {"epochs": 16, "reg": 0.05, "corruption": 0.0, "background": -4.0},
    "user_residual": {"epochs": 8, "reg": 0.03, "corruption": 0.0, "background": 0.0},
}
# Batch size and learning rate of PyTorch: of those tried, the ones with the lowest RMSE.
TORCH = {"item": (64, 1e-3), "user": (256, 2e-3)}
parser = arguments(__doc__.split("\n")[0], ["torch"])
parser.set_defaults(data="ratings.npz", repeat=5)
parser.add_argument("--models", nargs="+", choices=MODELS, default=list(MODELS))
parser.add_argument("--epochs", type=int, help="for every model; default each one's own")
parser.add_argument("--n-hidden", type=int, default=500)
parser.add_argument("--batch-size", type=int, default=64)
parser.add_argument("--torch-repeat", type=int, default=1, help="splits that PyTorch is trained on")
args = parse(parser)

import numpy as np
from scipy import sparse

from instahash.autorec import AutoRec


def read(path):
    """Users, items (ids from 0) and ratings, an entry each."""
    if not path.is_file():
        sys.exit(f"bench_autorec_movielens: there is no file {path}; give MovieLens 1M's ratings.dat or .npz as --data")
    if path.suffix == ".npz":
        with np.load(path) as arrays:
            return arrays["user"], arrays["item"], arrays["rating"].astype(np.float32)
    with open(path) as lines:
        user, item, rating = np.loadtxt((line.replace("::", " ") for line in lines), int, usecols=(0, 1, 2)).T
    return *(np.unique(ids, return_inverse=True)[1] for ids in (user, item)), rating.astype(np.float32)


class Split:
    """What a model learns from, `train`, and what it is asked for, `test`: CSR (rows, columns), over `base`."""

    def __init__(self, seed, rows, columns, rating, residual):
        order = np.random.default_rng(seed).permutation(len(rating))
        test, train = np.split(order, [len(order) // 10])
        shape = rows.max() + 1, columns.max() + 1
        seen = [np.bincount(ids[train], minlength=size) for ids, size in zip((rows, columns), shape)]
        base = np.zeros(len(rating), np.float32)
        if residual:
            of_row, of_column, centre = np.zeros(shape[0]), np.zeros(shape[1]), rating[train].mean()
            for _ in range(5):  # each mean in turn, of what the other leaves, drawn to 0 as if by five more ratings
                rest = rating[train] - centre - of_row[rows[train]]
                of_column = np.bincount(columns[train], rest, shape[1]) / (seen[1] + 5)
                rest = rating[train] - centre - of_column[columns[train]]
                of_row = np.bincount(rows[train], rest, shape[0]) / (seen[0] + 5)
            base = (centre + of_row[rows] + of_column[columns]).astype(np.float32)

        def matrix(values, entries):
            made = sparse.csr_array((values[entries], (rows[entries], columns[entries])), shape=shape)
            made.sort_indices()
            return made

        self.train, self.test, self.base = (
            matrix(values, entries) for values, entries in ((rating - base, train), (rating, test), (base, test))
        )
        self.rows = np.repeat(np.arange(shape[0]), np.diff(self.test.indptr))
        self.unknown = (seen[0][self.rows] == 0) | (seen[1][self.test.indices] == 0)

    def rmse(self, outputs):
        """RMSE of the outputs at the test entries."""
        predicted = (outputs + self.base.data).clip(1, 5)
        predicted[self.unknown] = 3
        return float(np.sqrt(np.mean((predicted - self.test.data) ** 2)))


class Watch:
    """Called after each epoch with the outputs at the test entries, to be computed: its curve is of (seconds, RMSE)."""

    def __init__(self, split):
        self.split, self.curve, self.began, self.paused = split, [], time.perf_counter(), 0.0

    def __call__(self, outputs):
        seconds = time.perf_counter() - self.began - self.paused
        took, rmse = timed(lambda: self.split.rmse(outputs()))
        self.paused += took
        self.curve.append((seconds, rmse))


def ours(split, model, seed):
    """The curve of a training."""
    options = {name: model[name] for name in ("epochs", "reg", "corruption")}
    options |= {"n_hidden": args.n_hidden, "batch_size": args.batch_size, "seed": seed, "n_threads": args.threads}
    watch, c = Watch(split), model["background"]
    AutoRec(absent_weight=0, **options).fit(
        split.train, c, on_epoch=lambda net: watch(lambda: net.predict_at(split.train, split.test, c))
    )
    return watch.curve


def theirs(split, model, seed, batch_size, learning_rate):
    """The same network in PyTorch, a dense batch at a time; its biases start at the columns' means, as ours do."""
    import torch

    torch.set_num_threads(args.threads)
    torch.manual_seed(seed)
    watch, c, X = Watch(split), model["background"], split.train.tocsr(copy=True)
    X.data -= np.float32(c)
    n_rows, n_columns = X.shape
    encoder, decoder = torch.nn.Linear(n_columns, args.n_hidden), torch.nn.Linear(args.n_hidden, n_columns)
    stored = np.maximum(np.bincount(X.indices, minlength=n_columns), 1)
    sums = np.bincount(X.indices, X.data, n_columns)
    decoder.bias.data = torch.from_numpy((sums / stored).astype(np.float32))
    groups = [
        {"params": [encoder.weight, decoder.weight], "weight_decay": model["reg"]},  # the gradient of reg/2 |W|^2
        {"params": [encoder.bias, decoder.bias], "weight_decay": 0.0},
    ]
    optimiser = torch.optim.Adam(groups, lr=learning_rate)
    steps = model["epochs"] * -(-n_rows // batch_size)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: 1 - step / steps)

    def outputs():
        with torch.no_grad():
            found = np.empty(split.test.nnz, np.float32)
            for start in range(0, n_rows, 1024):
                O = decoder(torch.sigmoid(encoder(torch.from_numpy(X[start : start + 1024].toarray())))).numpy()
                here = (split.rows >= start) & (split.rows < start + 1024)
                found[here] = O[split.rows[here] - start, split.test.indices[here]]
            return found + np.float32(c)

    for _ in range(model["epochs"]):
        for rows in torch.randperm(n_rows).split(batch_size):
            part = X[rows.numpy()]
            S = torch.from_numpy(part.toarray())
            part.data[:] = 1
            M = torch.from_numpy(part.toarray())
            optimiser.zero_grad()
            O = decoder(torch.sigmoid(encoder(torch.nn.functional.dropout(S, model["corruption"]))))
            (0.5 * (M * (O - S)).square().sum() / len(rows)).backward()
            optimiser.step()
            schedule.step()
        watch(outputs)
    return watch.curve


user, item, rating = read(Path(args.data))
figures = {"ratings": len(rating), "users": int(user.max()) + 1, "items": int(item.max()) + 1, "splits": args.repeat}
figures["seconds_first_use_with_compiling"] = timed(
    lambda: AutoRec(n_hidden=8, epochs=1, absent_weight=0).fit(sparse.csr_array(np.eye(9, dtype=np.float32)), 0.5)
)[0]
for name in args.models:
    model = MODELS[name] | ({"epochs": args.epochs} if args.epochs else {})
    axes = (user, item) if name.startswith("user") else (item, user)
    curves, peers, reached = [], [], []
    for seed in range(args.seed, args.seed + args.repeat):
        split = Split(seed, *axes, rating, name.endswith("_residual"))
        curves.append(ours(split, model, seed))
        if args.against and name in TORCH and len(peers) < args.torch_repeat:
            time.sleep(0.5)  # threads may go on spinning for a while after their work
            peers.append(theirs(split, model, seed, *TORCH[name]))
            goal = peers[-1][-1][1]
            reached.append(next((seconds for seconds, rmse in curves[-1] if rmse <= goal), None))
    errors, seconds = zip(*((curve[-1][1], curve[-1][0]) for curve in curves))
    figures |= {f"epochs_{name}": model["epochs"], f"background_{name}": model["background"]}
    figures |= {f"rmse_{name}": mean(errors), f"rmse_{name}_std": pstdev(errors), f"seconds_{name}": mean(seconds)}
    if name in PUBLISHED:
        figures[f"published_{name}"] = PUBLISHED[name]
    if peers:
        took = mean(curve[-1][0] for curve in peers)
        figures |= {
            f"rmse_{name}_torch": mean(curve[-1][1] for curve in peers),
            f"rmse_{name}_same_splits": mean(errors[: len(peers)]),
            f"seconds_{name}_torch": took,
            f"ratio_time_{name}": took / mean(seconds[: len(peers)]),
        }
        if None not in reached:
            figures[f"seconds_{name}_to_rmse_of_torch"] = mean(reached)
figures["peak_rss_mb"] = peak_mb()
report(args, figures)
