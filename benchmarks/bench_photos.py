"""Hashtags for real photos, the whole way from the file, against those of their authors, by source and album.

    python benchmarks/bench_photos.py --photos photos/ --model-dir model --labels labels.jsonl --json result.json
    python benchmarks/bench_photos.py --photos photos/ --folds 5 --features

photos/ has a folder a source, with photos and .jsonl files of lines such as {"id": "anna/1.jpg", "hashtags": ["sea"]};
`photos.py` says what albums are. The labels are the offline annotator's. Systems: the product, its experts alone, its
baselines, the labels repeated as hashtags, and labels and product in turn. With --folds the model learns from the
photos of other albums. With --features it learns from the photos themselves too, and what it says without the photo is
a system of its own.
"""

import argparse

from common import parse, report, timed

parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
add = parser.add_argument
add("--photos", required=True, metavar="DIR", help="photos, and .jsonl files of their ids and hashtags")
add("--model-dir", metavar="DIR", help="a trained model")
add("--train", default="sample", metavar="POSTS", help="train on these, where no model is given (default: sample)")
add("--folds", type=int, metavar="N", help="train on the photos themselves, N times without a part of the albums")
add("--baselines", metavar="POSTS", help="fit all baselines on these posts, those of the training")
add("--labels", metavar="FILE", help="JSON Lines of id and labels; written where it is not there")
add("--features", action="store_true", help="use what the network sees in a photo, kept beside --labels")
add("--min-score", type=float, metavar="X", help="labels with a lower score are doubted (default: as in training)")
add("--threads", type=int, default=1)
add("--seed", type=int, default=0)
add("--json", nargs="?", const="/dev/stdout", metavar="FILE", help="write the figures here too; alone, print only them")
args = parse(parser)

from contextlib import closing
from pathlib import Path

import numpy as np

from instahash import BestSettings, InstaHash
from instahash.annotate import Cache, OfflineAnnotator, annotate, default_cache
from instahash.errors import DataError
from instahash.formats import read_posts, write_posts
from instahash.topk import top_k
from photos import (
    FEWEST_SOURCES,
    MEASURES,
    OF_FIRST,
    TOP,
    folds_of,
    interleaved,
    interval,
    measured,
    one_word,
    read_photos,
    repeated,
    weights_of,
)

PRODUCT = "instahash"


def labelled(photos):
    """Photo id -> Post of its labels, and features, from --labels, else by the offline annotator."""
    if args.labels and Path(args.labels).exists():
        posts = {post.id: post for post in read_posts(args.labels)}
        return posts if args.features else {id: post._replace(photo_features=None) for id, post in posts.items()}
    there = [photo for photo in photos if photo.path]
    annotator = OfflineAnnotator(n_threads=args.threads)
    featurer = annotator if args.features else None
    with (
        Cache(default_cache(), annotator.key) as cache,
        closing(annotate([photo.path for photo in there], annotator, cache, featurer)) as stream,
    ):
        found = {photo.id: own.post()._replace(id=photo.id) for photo, own in zip(there, stream) if not own.error}
    if args.labels:
        write_posts(args.labels, found.values())
    return found


def asked(model, labels, features):
    """(system -> up to TOP words, best first; whether the answer is about the photo) for one photo."""
    least = model.settings.data.min_score if args.min_score is None else args.min_score
    sure = [label for label in labels if label.score >= least]
    answer = model.recommend(labels, TOP, min_score=least, photo_features=features)
    lists = {PRODUCT: one_word(answer.hashtags), "labels": repeated(sure), "labels_all": repeated(labels)}
    if args.features:
        lists["without the photo"] = one_word(model.recommend(labels, TOP, min_score=least).hashtags)
    lists["interleaved"] = interleaved(lists["labels"], lists[PRODUCT])
    queries, text = model.queries(labels, min_score=least, photo_features=features), model.vocabulary.words_array
    panel = getattr(model.mode, "panel", None)
    for name, ids in model.rankings(queries.description, TOP).items():
        if not panel or name in (*model.baselines, "word2vec"):  # which ranks by cosine, and the expert does not
            lists[name] = text[ids[0][ids[0] >= 0]].tolist()
    if panel:
        understood = panel.understood(queries)
        candidates = panel.candidates(understood)
        words = panel.domain.hashtags_of(candidates)[0]
    for name, expert in panel.active.items() if panel else ():
        if {"short", "description"} & set(expert.starts) and queries.with_photo()[0] >= expert.reads_photo:
            ids, _ = top_k(expert.score(understood, panel.domain, candidates), TOP)
            lists[f"expert {name}"] = text[words[ids[0][ids[0] >= 0]]].tolist()
    return lists, bool(answer.hashtags) and answer.source not in ("most_used", "general")


def models():
    """Each model, and the photos that it is asked about, as row numbers."""
    settings = BestSettings(seed=args.seed, n_threads=args.threads)
    if not args.folds:
        model = InstaHash.load(args.model_dir) if args.model_dir else InstaHash(settings).fit(args.train)
        yield model.fit_baselines(args.baselines) if args.baselines else model, np.arange(len(photos))
        return
    posts = [described[photo.id]._replace(hashtags=photo.hashtags) for photo in photos]
    fold = folds_of([photo.album for photo in photos], args.folds, args.seed)
    for number in range(args.folds):
        others = [posts[i] for i in np.flatnonzero(fold != number)]
        yield InstaHash(settings).fit(others).fit_baselines(others), np.flatnonzero(fold == number)


def about(rows):
    """What is known of these photos, and the figures of every system, and of the product less every other."""
    part = [photos[i] for i in rows]
    weights = weights_of([photo.source for photo in part], [photo.album for photo in part], args.seed)
    n_labels = np.array([sum(label.score >= 0.5 for label in described[photo.id].labels) for photo in part])
    figures = {
        "photos": len(part),
        "albums": len({photo.album for photo in part}),
        "without a label of 0.5": float((n_labels == 0).mean()),
        "mean labels of 0.5": float(n_labels.mean()),
        "with an answer about the photo": float(answered[rows].mean()),
        "systems": {},
        "product less": {},
    }
    for name, own in values.items():
        columns = list(zip(MEASURES, own[rows].T, values[PRODUCT][rows].T))
        figures["systems"][name] = {measure: interval(theirs, weights) for measure, theirs, _ in columns}
        if name != PRODUCT:
            figures["product less"][name] = {m: interval(ours - theirs, weights) for m, theirs, ours in columns}
    return figures


def text(triple):
    mean, low, high = triple
    return f"{mean:6.3f}" + (" " * 16 if low is None else f" [{low:6.3f},{high:6.3f}]")


def table(figures):
    """The figures of all photos, every system's, then nDCG and hits by source."""
    every, sources = figures["all"], list(of_source)
    for k in (5, TOP):
        measures = [f"{name}@{k}" for name in OF_FIRST]
        yield f"{'':<24}" + "".join(f"{name:<24}" for name in measures) + f"{PRODUCT} less it, ndcg@{k}"
        for name, row in every["systems"].items():
            less = text(every["product less"][name][f"ndcg@{k}"]) if name != PRODUCT else ""
            yield f"{name:<24}" + "".join(f"{text(row[m])}  " for m in measures) + less
        yield ""
    for name in ("all", *sources):
        facts = {fact: value for fact, value in figures[name].items() if not isinstance(value, dict)}
        yield f"{name}: " + ", ".join(
            f"{value:.3f} {fact}" if isinstance(value, float) else f"{value} {fact}" for fact, value in facts.items()
        )
    for measure in ("ndcg@5", "ndcg@10", "hit@5", "hit@10"):
        yield f"\n{measure:<24}" + "".join(f"{source[:8]:>9}" for source in sources)
        for name in every["systems"]:
            yield f"{name:<24}" + "".join(f"{figures[s]['systems'][name][measure][0]:9.3f}" for s in sources)
    yield f"\n95 % intervals of resampled {figures['intervals']}. Without labels, and left out: {figures['left out']}."


photos = read_photos(args.photos)
seconds, described = timed(lambda: labelled(photos))
figures = {"seconds": {"labelling": seconds}}
figures["left out"] = sum(photo.id not in described for photo in photos)
photos = [photo for photo in photos if photo.id in described]
if not photos:
    raise DataError(f"no photo of '{args.photos}' has labels; are its ids those of --labels?")
lists, answered = [{}] * len(photos), np.zeros(len(photos), bool)


def ask_all():
    for model, rows in models():
        for i in rows:
            post = described[photos[i].id]
            lists[i], answered[i] = asked(model, post.labels, post.photo_features)


figures["seconds"]["models and answers"], _ = timed(ask_all)
truths = [photo.truth for photo in photos]
values = {name: measured([own.get(name, []) for own in lists], truths) for name in lists[0]}
of_source = {}
for i, photo in enumerate(photos):
    of_source.setdefault(photo.source, []).append(i)
resampled = "sources, and of albums in them" if len(of_source) >= FEWEST_SOURCES else "albums in each source"
figures |= {"intervals": resampled, "all": about(np.arange(len(photos)))}
figures |= {source: about(np.array(rows)) for source, rows in of_source.items()}
report(args, figures, () if args.json == "/dev/stdout" else table(figures))
