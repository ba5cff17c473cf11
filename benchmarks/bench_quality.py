"""How well mode "best" ranks, against every simple method, on both protocols; what each step adds; what novelty costs.

    python benchmarks/bench_quality.py --data posts.jsonl.gz --threads 2 --json result.json --plot docs/quality.svg

Trains on nine tenths of the posts; the queries are about the rest, which nothing was tuned on. All systems see the same
posts.
"""

from common import arguments, ids_of_rows, parse, peak_mb, report, timed

parser = arguments(__doc__.split("\n")[0], [])
parser.add_argument("--plot", metavar="FILE.svg", help="draw nDCG against novelty and against diversity")
args = parse(parser)

from dataclasses import replace

import numpy as np

from instahash import AutoRec, BestSettings, InstaHash, PaperSettings, SoftmaxNetwork
from instahash.baselines import Cooccurrence
from instahash.data import Corpus, encode, train_test_split, words
from instahash.evaluation import cosine, evaluate, jaccard, ranking_measures
from instahash.evaluation.bootstrap import differences
from instahash.evaluation.scores import as_ranked, as_sets
from instahash.experts import Examples
from instahash.experts.candidates import Candidates
from instahash.experts.panel import HELD_OUT
from instahash.formats import read_posts
from instahash.recommend import Fusion, Queries
from instahash.sparse import keep

MEASURES = ("precision@1", "precision@5", "recall@5", "ndcg@5", "recall@10", "accuracy@10", "ndcg@10")
NDCGS = ("ndcg@5", "ndcg@10")
posts = list(read_posts(args.data))
corpus = Corpus.from_posts(posts)
halves = train_test_split(len(corpus), 0.1, args.seed)
train, test = (corpus.take(rows) for rows in halves)
unseen = [posts[i] for i in halves[1]]
shared = {"seed": args.seed, "n_threads": args.threads}
InstaHash(BestSettings(**shared)).fit("sample")  # compiles
figures = {}
figures["seconds fit best"], best = timed(lambda: InstaHash(BestSettings(**shared)).fit(train))
figures["peak_rss_mb with best trained"] = peak_mb()
figures["seconds fit paper"], paper = timed(lambda: InstaHash(PaperSettings(**shared)).fit(train))


def speed():
    """Milliseconds of one `recommend` call, warm, the median over posts."""
    text = best.vocabulary.words_array
    posts = [[(word, 0.8) for word in text[ids].tolist()] for ids in ids_of_rows(data.description)[:500]]
    for labels in posts[:50]:
        best.recommend(labels)
    return 1e3 * float(np.median([timed(lambda labels=labels: best.recommend(labels))[0] for labels in posts]))


data = encode(test, best.vocabulary)
data = data.take(np.flatnonzero((np.diff(data.hashtags.indptr) > 0) & (np.diff(data.description.indptr) > 0)))
answers = best.recommend_matrix(data.description)
figures["milliseconds of a call"] = speed()

# Every system, on both protocols.
best.fit_baselines(train)
for protocol in ("description", "completion"):
    result = evaluate(best, test, protocol, seed=args.seed).to_json()
    figures[f"{protocol} posts"] = result["posts"]
    for system, row in result["ranking"].items():
        figures |= {f"{protocol} {system} {name}": row[name] for name in MEASURES}
    for system, row in result["differences"].items():
        for measure in NDCGS:
            figures |= {f"{protocol} best less {system} {measure} {name}": v for name, v in row[measure].items()}

# The paper's own measures, mode "best" cut to the length of mode "paper"'s answer.
theirs = paper.recommend_matrix(data.description)
lengths = np.array([len(answer.hashtags) for answer in theirs])
vectors = paper.word_vectors().vectors
for name, lists in (("best", answers), ("paper", theirs)):
    ranked = as_ranked([best.vocabulary.lookup(answer.hashtags)[0] for answer in lists])
    sets = as_sets(ranked, np.minimum(lengths, (ranked >= 0).sum(axis=1)), len(best.vocabulary))
    answered = lengths > 0
    figures[f"paper's measures, {name}: cosine to the author's"] = float(
        np.nanmean(cosine(sets, data.hashtags, vectors)[answered])
    )
    figures[f"paper's measures, {name}: Jaccard to the author's"] = float(jaccard(sets, data.hashtags)[answered].mean())

# What each step adds: single networks trained ever more like the one that is used, then other experts beside that one.
experts, domain = best.mode.panel.active, best.mode.panel.domain
truth, seen = domain.outputs(data.hashtags), encode(train, best.vocabulary)
fraction = min(best.settings.fusion.held_out, HELD_OUT / len(seen.ids))
learn, held_out = (Examples(seen.take(rows), domain) for rows in train_test_split(len(seen.ids), fraction, args.seed))
last = best.settings.softmax


def ndcg(scored):
    return ranking_measures(np.argsort(-scored, axis=1, kind="stable")[:, :10], truth)["ndcg@10"]


plain = replace(last, corruption=0.0, dropout=0.0)
squared = AutoRec(n_hidden=last.n_hidden, epochs=0, init="spectral", hidden="identity", corruption=0.3, **shared)
described, given = learn.inputs, domain.inputs(data.description)
present, present_given = described[:, 0::2], given[:, 0::2]  # without the labels' scores
squared.fit(present, 0.0, targets=learn.targets)
figures["ablation 1 one network alone: squared error, description to hashtags"] = ndcg(squared.predict(present_given))
for step, settings, inputs, queries in (
    ("softmax", plain, present, present_given),
    ("and label scores", plain, described, given),
    ("and words dropped", replace(plain, corruption=last.corruption), described, given),
):
    network = SoftmaxNetwork(settings, **shared).fit(inputs, learn.targets)
    figures[f"ablation 1 one network alone: {step}"] = ndcg(network.predict(queries))


def scores(posts, domain):
    """What each expert says about the descriptions of posts, name -> (n_posts, n_hashtags)."""
    queries, n_hashtags = Queries.of(posts.description, None, posts.keys), len(domain.hashtags)
    every = Candidates.of(len(posts.ids), n_hashtags, n_hashtags)
    answering = {name: expert for name, expert in experts.items() if "description" in expert.starts}
    return {name: expert.score(queries, domain, every) for name, expert in answering.items()}


own = scores(data, domain)
figures["ablation 1 one network alone: and units dropped"] = ndcg(own["softmax"])
counts = Cooccurrence().fit(learn.dataset.description, learn.dataset.hashtags)  # without the posts held out
held = scores(held_out.dataset, replace(domain, cooccurrence=counts))
models = ("softmax", "linear", "word2vec")
for members in (
    ("softmax", "word2vec"),
    ("softmax", "linear"),
    models,
    (*models, "cooccurrence"),
    (*models, "cooccurrence", "popularity"),
):
    starts = [experts[member].starts["description"] for member in members]
    signed = [member for member in members if experts[member].signed]
    fusion = Fusion(members, starts, signed).fit(held, held_out.hashtags)
    figures[f"ablation 2 fused: {', '.join(members)}"] = ndcg(fusion.log_probabilities(own))

# What is left of it where people give one label, or few.
rng = np.random.default_rng(args.seed)
believed = [[label for label in post.labels if label.score >= best.settings.data.min_score] for post in unseen]
for n in (1, 2, 3, 5):
    few = [
        post._replace(labels=[labels[i] for i in rng.permutation(len(labels))[:n]])
        for post, labels in zip(unseen, believed)
    ]
    result = evaluate(best, Corpus.from_posts(few), seed=args.seed).to_json()
    for system, row in result["ranking"].items():
        figures |= {f"{n} labels {system} {measure}": row[measure] for measure in NDCGS}
    first = [answer for _, answer in best.recommend_posts(few, 1)]
    hits = [words(answer.hashtags[0])[0] in sum(map(words, post.hashtags), []) for answer, post in zip(first, few)]
    figures[f"{n} labels, the first hashtag: said"] = float(np.mean([answer.scores[0] for answer in first]))
    figures[f"{n} labels, the first hashtag: came true"] = float(np.mean(hits))


def came_true(answer, row):
    """Which of an answer's hashtags the author of a post used."""
    return np.isin(best.vocabulary.lookup(answer.hashtags)[0], data.hashtags[[row]].indices)


# The same once the author has chosen some hashtags: what is said of the ten, and what comes true.
for n in (1, 2, 3):
    place = np.concatenate([rng.permutation(m) for m in np.diff(data.hashtags.indptr)])
    rows = np.flatnonzero(np.diff(data.hashtags.indptr) >= n)
    picked = keep(data.hashtags, place < n)[rows]
    lists = best.recommend_matrix(data.description[rows], chosen=picked)
    figures[f"{n} chosen, the ten hashtags: said"] = float(np.mean([answer.scores for answer in lists]))
    figures[f"{n} chosen, the ten hashtags: came true"] = float(np.mean(list(map(came_true, lists, rows))))

# The embedded sample: few posts, whose hashtags are drawn from topics.
small = InstaHash(BestSettings(**shared)).fit("sample").fit_baselines("sample")
for protocol in ("description", "completion"):
    result = evaluate(small, Corpus.from_posts(read_posts("sample-held-out")), protocol, seed=args.seed).to_json()
    for system, row in result["ranking"].items():
        figures |= {f"sample {protocol} {system} {measure}": row[measure] for measure in ("recall@5", *NDCGS)}


class Apart:
    """A model whose words are no variants of each other: flower and flowers may take two places."""

    def __init__(self, model):
        self.model = model

    def __enter__(self):
        vocabulary = self.model.mode.panel.domain.vocabulary
        vocabulary.variants, vocabulary.variant_of = np.arange(len(vocabulary)), lambda word: -1
        return self.model

    def __exit__(self, *error):
        vocabulary = self.model.mode.panel.domain.vocabulary
        del vocabulary.variants, vocabulary.variant_of


# What it costs that one of a word's variants takes a place.
for name, model, kept in (("", best, test), ("sample ", small, Corpus.from_posts(read_posts("sample-held-out")))):
    for protocol in ("description", "completion"):
        asked = protocol, 0, args.seed
        once = evaluate(model, kept, *asked, details=True).details.ranking["instahash"]
        with Apart(model) as apart:
            each = evaluate(apart, kept, *asked, details=True).details.ranking["instahash"]
        less = differences({"once": once, "each": each}, "once", args.seed)["each"]
        for measure in ("recall@5", *NDCGS):
            figures[f"{name}{protocol} variants, each in a place: {measure}"] = float(each[measure].mean())
            figures |= {
                f"{name}{protocol} variants, one place less each: {measure} {k}": v for k, v in less[measure].items()
            }

# Calibration: what is said and what comes true, by tenths.
said = np.concatenate([answer.scores for answer in answers])
hit = np.concatenate(list(map(came_true, answers, range(len(answers)))))
for low in np.arange(0, 1, 0.1):
    part = (said >= low) & (said < low + 0.1)
    if part.sum() >= 100:
        figures[f"calibration {low:.1f}: hashtags"] = int(part.sum())
        figures[f"calibration {low:.1f}: said"] = float(said[part].mean())
        figures[f"calibration {low:.1f}: came true"] = float(hit[part].mean())


class WithOptions:
    """A model that is always queried with some options, to be evaluated as any other."""

    vocabulary, settings, summary, word_vectors = best.vocabulary, best.settings, best.summary, best.word_vectors

    def __init__(self, **options):
        self.options = options

    def recommend_matrix(self, description, **query):
        return best.recommend_matrix(description, **query, **self.options)

    def rankings(self, description, top, chosen=None):
        return {}


curves = {}
for option in ("novelty", "diversity"):
    for value in (0.0, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 1.0):
        result = evaluate(WithOptions(**{option: value}), test)
        ranking = {measure: result.ranking["instahash"][measure] for measure in ("recall@5", *NDCGS)}
        row = {**ranking, **result.lists["instahash"]}
        curves.setdefault(option, []).append((value, row))
        figures |= {f"{option} {value}: {name}": figure for name, figure in row.items()}
figures["peak_rss_mb"] = peak_mb()
report(args, figures)
if args.plot:
    import matplotlib

    matplotlib.use("svg")
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(1, 3, figsize=(11, 3.4), sharey=True)
    titles = {
        "novelty": "novelty, bits",
        "coverage": "fraction of all hashtags recommended",
        "intra_list_similarity": "cosine within a list",
    }
    for axis, (name, title) in zip(axes, titles.items()):
        for option, points in curves.items():
            x, y = [row[name] for _, row in points], [row["ndcg@10"] for _, row in points]
            axis.plot(x, y, "o-", label=f"--{option}")
            for value, row in points:
                axis.annotate(
                    f"{value:g}", (row[name], row["ndcg@10"]), fontsize=7, xytext=(3, 3), textcoords="offset points"
                )
        axis.set_xlabel(title)
    axes[0].set_ylabel("nDCG@10")
    axes[0].legend(frameon=False)
    figure.tight_layout()
    figure.savefig(args.plot)
