"""Mode "best" on every hashtag of corpora of InstaPIC-1.1M's shape: time, memory, speed of answers and their quality.

    python benchmarks/bench_full_vocabulary.py --threads 2 --against omikuji --json result.json --plot result.svg

Every size is measured in a process of its own. Of a synthetic corpus of --posts, --held-out posts are kept back and the
whole of `InstaHash().fit` sees the rest, all hashtags kept. Then: seconds of one `recommend` and posts a second in
batches; the part of the exact first ten hashtags, every hashtag scored by every expert, that the candidates have; bytes
of the model file and seconds to load it; precision and nDCG of the held-out posts beside popularity, co-occurrence and
an AutoRec of the squared loss from its spectrum, by band of how common hashtags are. Peak memory is that of the whole
process until the model is saved, the corpus included. With --against omikuji, its Parabel learns from the same
descriptions, of --peer-posts posts with their commonest --peer-hashtags, and so does this code.
"""

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from common import arguments, parse, peak_mb, report, timed

parser = arguments(__doc__.split("\n")[0], ["omikuji"])
parser.set_defaults(threads=2)
parser.add_argument("--posts", default="10000,100000,1100000", help="sizes, separated by commas")
parser.add_argument("--held-out", type=int, default=1000, help="posts that quality is measured on")
parser.add_argument("--peer-posts", type=int, default=100_000)
parser.add_argument("--peer-hashtags", type=int, default=10_000)
parser.add_argument("--one", choices=["size", "autorec", "peer", "load"], help="measure this in this process")
parser.add_argument("--plot", metavar="FILE", help="draw seconds and memory against posts (needs matplotlib)")
parser.add_argument("--model-dir", help="of --one load")
args = parse(parser)

import numpy as np

from instahash import BestSettings, InstaHash
from instahash.autorec import AutoRec, rating_matrix
from instahash.data import Corpus, encode, fit_dataset, train_test_split
from instahash.evaluation import evaluate, ranking_measures
from instahash.experts import domain as scored
from instahash.parameters import assign
from instahash.sparse import ones
from instahash.topk import top_k
from synthetic import synthetic_corpus

TOP, CALLS, BATCH, EXACT = 10, 50, 2048, 48


def corpora(n_posts: int) -> tuple[Corpus, Corpus]:
    """Posts to learn from, and posts kept back."""
    corpus = synthetic_corpus(n_posts, args.seed)
    train, test = train_test_split(n_posts, min(args.held_out / n_posts, 0.2), args.seed)
    return corpus.take(train), corpus.take(test)


def settings(max_hashtags: int = 10**9) -> BestSettings:
    changes = (f"data.max_hashtags={max_hashtags}", f"n_threads={args.threads}", f"seed={args.seed}")
    return assign(BestSettings(), changes)


def lines_of_time():
    began = time.perf_counter()
    return lambda line: print(f"{time.perf_counter() - began:8.1f} s {peak_mb():8.0f} MB  {line}", flush=True)


def measure_size(n_posts: int) -> dict:
    train, test = corpora(n_posts)
    # The kernels are compiled before the clock starts.
    InstaHash(settings()).fit(train.take(np.arange(300))).recommend(["d1"], TOP)
    seconds, model = timed(lambda: InstaHash(settings()).fit(train, report=lines_of_time()))
    figures = {"posts": n_posts, "hashtags": len(model.vocabulary.hashtag_ids), "seconds_fit": seconds}
    with tempfile.TemporaryDirectory() as folder:
        figures["seconds_save"], _ = timed(lambda: model.save(folder))
        figures["peak_rss_mb_fit"] = peak_mb()
        figures["model_mb"] = sum(file.stat().st_size for file in Path(folder).iterdir()) / 1e6
        figures |= in_a_process("load", n_posts, model_dir=folder)
    return figures | answers(model, test) | quality(model, test)


def answers(model: InstaHash, test: Corpus) -> dict:
    """Speed of answers, and how many of the exact ones they have."""
    posts = encode(test, model.vocabulary, model.settings.data.min_score)
    words = model.vocabulary.words_array
    rows = [posts.description[[row]] for row in range(CALLS)]
    queries = [list(zip(words[row.indices].tolist(), row.data.tolist())) for row in rows]
    model.recommend(queries[0], TOP)
    calls = [timed(lambda labels=labels: model.recommend(labels, TOP))[0] for labels in queries]
    batch = posts.take(np.arange(BATCH) % len(posts.ids))
    given = {"keys": batch.keys, "echoes": batch.echoes, "n_threads": args.threads}
    seconds = np.median([timed(lambda: model.recommend_matrix(batch.description, TOP, **given))[0] for _ in range(3)])
    found = exact = None
    for head in (scored.HEAD, 10**9):
        scored.HEAD, before = head, scored.HEAD
        some = posts.take(np.arange(EXACT))
        lists = [
            set(answer.hashtags)
            for row in range(EXACT)
            for answer in model.recommend_matrix(
                some.description[[row]], TOP, keys=some.keys[row : row + 1], echoes=some.echoes.take([row])
            )
        ]
        scored.HEAD = before
        found, exact = exact, lists
    recall = np.mean([len(ours & theirs) / TOP for ours, theirs in zip(found, exact)])
    return {
        "milliseconds_call": 1e3 * float(np.median(calls)),
        "posts_per_second": BATCH / float(seconds),
        "recall_of_exact_ten": float(recall),
    }


def quality(model: InstaHash, test: Corpus) -> dict:
    result = evaluate(model, test).to_json()
    names = ("instahash", "softmax", "word2vec", "popularity", "cooccurrence")
    figures = {f"ndcg@10 {name}": result["ranking"][name]["ndcg@10"] for name in names}
    return figures | {"bands": result["bands"]}


def measure_load(_n_posts: int) -> dict:
    return {"seconds_load": timed(lambda: InstaHash.load(args.model_dir))[0]}


def ndcg(hashtags: np.ndarray, truth) -> float:
    """Mean nDCG@10 of ranked ids (n, 10) where there is a truth, CSR (n, n_words)."""
    rows = np.flatnonzero(np.diff(truth.indptr))
    return float(np.mean(ranking_measures(hashtags[rows], truth[rows])["ndcg@10"]))


def measure_autorec(n_posts: int) -> dict:
    """The squared loss: AutoRec's spectrum from descriptions and hashtags to both."""
    train, test = corpora(n_posts)
    data = fit_dataset(train, max_hashtags=10**9)
    posts = encode(test, data.vocabulary)
    network = AutoRec(n_hidden=200, init="spectral", epochs=0, n_threads=args.threads, seed=args.seed)
    seconds, _ = timed(lambda: network.fit(rating_matrix(data.bags)))
    ids, hashtags = [], data.vocabulary.hashtag_ids
    for start in range(0, len(posts.ids), 16):
        outputs = network.predict(ones(posts.description[start : start + 16]), background=0)[:, hashtags]
        ids.append(hashtags[top_k(np.ascontiguousarray(outputs), TOP)[0]])
    return {"seconds_autorec": seconds, "ndcg@10 autorec": ndcg(np.concatenate(ids), posts.hashtags)}


def measure_peer(n_posts: int) -> dict:
    """Omikuji's Parabel and this code from the same descriptions to the same hashtags."""
    import omikuji

    train, test = corpora(n_posts)
    seconds, model = timed(lambda: InstaHash(settings(args.peer_hashtags)).fit(train))
    data, posts = (encode(corpus, model.vocabulary) for corpus in (train, test))
    lists = [model.vocabulary.lookup(answer.hashtags)[0] for answer in model.recommend_matrix(posts.description, TOP)]
    ours = np.array([np.pad(ids, (0, TOP - len(ids)), constant_values=-1) for ids in lists])
    outputs = {int(word): label for label, word in enumerate(model.vocabulary.hashtag_ids)}
    figures = {"hashtags_peer": len(outputs), "seconds_fit_ours": seconds, "ndcg@10 ours": ndcg(ours, posts.hashtags)}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "posts.txt")
        with path.open("w") as file:
            rows = np.flatnonzero(np.diff(data.hashtags.indptr) * np.diff(data.description.indptr))
            file.write(f"{len(rows)} {len(model.vocabulary)} {len(outputs)}\n")
            for row in rows:
                h, d = data.hashtags[[row]], data.description[[row]]
                labels = ",".join(str(outputs[word]) for word in h.indices.tolist())
                file.write(labels + "".join(f" {i}:{v:.4f}" for i, v in zip(d.indices, d.data)) + "\n")
        parameters = omikuji.Model.default_hyper_param()
        seconds, peer = timed(lambda: omikuji.Model.train_on_data(str(path), parameters, n_threads=args.threads))
    theirs = np.full((len(posts.ids), TOP), -1)
    for row, own in enumerate(theirs):
        d = posts.description[[row]]
        found = peer.predict(list(zip(d.indices.tolist(), d.data.tolist())), beam_size=30, top_k=TOP)
        own[: len(found)] = [model.vocabulary.hashtag_ids[label] for label, _ in found]
    return figures | {"seconds_fit_omikuji": seconds, "ndcg@10 omikuji": ndcg(theirs, posts.hashtags)}


def in_a_process(one: str, n_posts: int, **more) -> dict:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "figures.json")
        options = {"one": one, "posts": n_posts, "json": file, **more}
        options |= {name: getattr(args, name) for name in ("threads", "seed", "held_out", "peer_hashtags")}
        flags = [str(part) for name, value in options.items() for part in (f"--{name.replace('_', '-')}", value)]
        subprocess.run([sys.executable, __file__, *flags], check=True)
        return json.loads(file.read_text())["figures"]


def draw(rows: list[dict], path: str) -> None:
    import matplotlib

    matplotlib.use("svg")
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(1, 3, figsize=(10, 3), layout="constrained")
    names = {"seconds_fit": "seconds of fit", "peak_rss_mb_fit": "peak memory, MB", "milliseconds_call": "ms a call"}
    for axis, (name, label) in zip(axes, names.items()):
        axis.loglog([row["posts"] for row in rows], [row[name] for row in rows], "o-")
        axis.set(xlabel="posts", ylabel=label)
    figure.savefig(path, metadata={"Date": None})


sizes = [int(size) for size in args.posts.split(",")]
if args.one:
    measure = {"size": measure_size, "autorec": measure_autorec, "peer": measure_peer, "load": measure_load}[args.one]
    report(args, measure(sizes[0]))
    sys.exit()
by_posts = [in_a_process("size", n_posts) | in_a_process("autorec", n_posts) for n_posts in sizes]
figures = {**by_posts[-1], "by_posts": by_posts}
if args.against:
    figures |= in_a_process("peer", args.peer_posts)
if args.plot:
    draw(by_posts, args.plot)
report(args, figures)
