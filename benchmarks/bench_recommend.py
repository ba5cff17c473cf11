"""Recommending: many posts at once and one at a time, and the models' parts of it against gensim and PyTorch.

    python benchmarks/bench_recommend.py --data posts.jsonl.gz --model-dir model --threads 2 --json result.json

Without --model-dir a model is trained first, briefly, since speed does not depend on how well it is trained; it is of
mode "paper", as --against torch needs it. The queries are the data's own descriptions, repeated until there are
--queries of them.
"""

from common import arguments, ids_of_rows, in_turn, parse, peak_mb, report, timed

parser = arguments(__doc__.split("\n")[0], ["gensim", "torch", "reference"])
parser.add_argument("--model-dir", help="a trained model; default: train one briefly")
parser.add_argument("--queries", type=int, default=10_000)
args = parse(parser)

import numpy as np

from instahash import InstaHash, PaperSettings, read_posts
from instahash.data import Corpus, encode
from instahash.parameters import assign
from instahash.sparse import ones

corpus = Corpus.from_posts(read_posts(args.data))
figures = {}
if args.model_dir:
    figures["seconds_load"], model = timed(lambda: InstaHash.load(args.model_dir))
else:
    quick = ["word2vec.epochs=2", "autorec.epochs=2"]
    model = InstaHash(assign(PaperSettings(n_threads=args.threads), quick)).fit(corpus)
rows = np.resize(np.arange(len(corpus)), args.queries)
description = encode(corpus.take(rows), model.vocabulary).description
words = [model.vocabulary.words_array[ids].tolist() for ids in ids_of_rows(description)]
labels = words[:200]
figures["seconds_first_answer_with_compiling"] = timed(lambda: model.recommend(labels[0]))[0]
one_by_one = iter(labels * (args.repeat + 1))


def single():
    for _ in range(len(labels)):
        model.recommend(next(one_by_one))


works = {"batch": lambda: model.recommend_matrix(description), "single": single}
vectors = model.word_vectors()
similar = {"similar": lambda: vectors.most_similar_to_sets(description, 20)}
present = ones(description)


def outputs():
    for start in range(0, args.queries, 1024):
        model.mode.autorec.predict(present[start : start + 1024])


if args.against == "gensim":
    from gensim.models import KeyedVectors

    gensims = KeyedVectors(vectors.vectors.shape[1])
    gensims.add_vectors(vectors.words, vectors.vectors)
    gensims.fill_norms()
    works |= similar | {"peer": lambda: [gensims.most_similar(positive=w, topn=20) for w in words if w]}
elif args.against == "torch":
    import torch

    torch.set_num_threads(args.threads)
    autorec = model.mode.autorec
    V, mu, U, b = (
        torch.from_numpy(np.ascontiguousarray(array)) for array in (autorec.V, autorec.mu, autorec.U, autorec.b)
    )

    def torch_outputs():
        for start in range(0, args.queries, 1024):
            R = torch.from_numpy(present[start : start + 1024].toarray())
            torch.sigmoid(R @ V.T + mu) @ U.T + b

    works |= {"similar": outputs, "peer": torch_outputs}
elif args.against == "reference":
    from instahash.topk import plain_top_k

    scores = vectors.similarities(description[:2000])
    works |= {"similar": lambda: vectors.most_similar_to_sets(description[:2000], 20, exclude=False)}
    works |= {"peer": lambda: plain_top_k(vectors.similarities(description[:2000]), 20)}
seconds = in_turn(args.repeat, **works)
figures |= {
    "queries": args.queries,
    "words": len(model.vocabulary),
    "seconds_all_queries": seconds["batch"],
    "queries_per_second": args.queries / seconds["batch"],
    "milliseconds_one_query": 1000 * seconds["single"] / len(labels),
}
if args.against:
    figures[f"seconds_same_part_{args.against}"] = seconds["peer"]
    figures["seconds_same_part"] = seconds["similar"]
    figures["ratio"] = seconds["peer"] / seconds["similar"]
figures["peak_rss_mb"] = peak_mb()
report(args, figures)
