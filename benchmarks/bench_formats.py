"""Reading posts: posts a second and memory of each streaming format, and what damaged files do.

python benchmarks/bench_formats.py --posts 1100000 --json result.json
python benchmarks/bench_formats.py --posts 0 --mutations 20000 --json result.json
"""

import bz2
import csv
import gzip
import io
import json
import lzma
import multiprocessing
import random
import resource
import statistics
import tempfile
import time
import zipfile
from pathlib import Path

from common import arguments, parse, peak_mb, report

parser = arguments(__doc__.split("\n")[0], [])
parser.add_argument("--posts", type=int, default=1_100_000, help="posts of each format; 0 for none")
parser.add_argument("--mutations", type=int, default=0, help="damaged files of each format")
args = parse(parser)

from instahash.data import Corpus
from instahash.errors import InstahashError
from instahash.formats import Reading, read_posts

STREAMED = ("own.jsonl", "captions.jsonl", "list.json", "posts.csv", "posts.tsv", "posts.parquet", "harrison")
MOST_SECONDS, MOST_BYTES = 10, 2**30
TIME = "2024-05-31T12:00:00Z"


def rows(n):
    """Posts of InstaPIC's size, 7 hashtags and 5 labels each, whose frequencies fall as in people's."""
    draw = random.Random(args.seed)
    for i in range(n):
        hashtags = [f"tag{int(draw.paretovariate(0.6)) % 400_000}" for _ in range(7)]
        labels = [
            {"description": f"label {draw.randrange(3000)}", "score": draw.randrange(1001) / 1000} for _ in range(5)
        ]
        yield {
            "id": f"{i}.jpg",
            "hashtags": hashtags,
            "labels": labels,
            "user": f"user{i % 50_000}",
            "created_at": TIME,
        }


def text_row(row):
    labels = ", ".join(f"{label['description']}:{label['score']}" for label in row["labels"])
    return row | {"hashtags": " ".join(f"#{hashtag}" for hashtag in row["hashtags"]), "labels": labels}


def write(path, n):
    """The same posts in the format that the name says."""
    if path.name == "harrison":
        path.mkdir()
        with open(path / "data_list.txt", "w") as photos, open(path / "tag_list.txt", "w") as tags:
            for row in rows(n):
                photos.write(row["id"] + "\n")
                tags.write(" ".join(row["hashtags"]) + "\n")
        (path / "vocab_index.txt").write_text("".join(f"tag{i} {i}\n" for i in range(400_000)))
    elif path.suffix == ".parquet":
        import pyarrow
        from pyarrow import parquet

        writer, batch = None, []
        for i, row in enumerate(rows(n), 1):
            batch.append(row)
            if i % 10_000 == 0 or i == n:
                table = pyarrow.Table.from_pylist(batch)
                writer = writer or parquet.ParquetWriter(path, table.schema)
                writer.write_table(table)
                batch = []
        writer.close()
    else:
        with open(path, "w", newline="", encoding="utf-8") as file:
            write_text(file, path, n)


def write_text(file, path, n):
    if path.suffix in (".csv", ".tsv"):
        table = csv.DictWriter(file, list(next(rows(1))), delimiter="\t" if path.suffix == ".tsv" else ",")
        table.writeheader()
        table.writerows(map(text_row, rows(n)))
        return
    before, between, after = ("[", ",\n", "]") if path.suffix == ".json" else ("", "\n", "\n")
    file.write(before)
    for i, row in enumerate(rows(n)):
        if path.name == "captions.jsonl":
            caption = "what a day, friends! " + text_row(row)["hashtags"]
            row = {"shortcode": row["id"], "caption": caption, "username": row["user"], "timestamp": TIME}
        file.write((between if i else "") + json.dumps(row))
    file.write(after)


def in_process(work, *values):
    """What `work` returns in a process of its own, whose peak of memory is that of nothing else."""
    context = multiprocessing.get_context("spawn")
    with context.Pool(1) as pool:
        return pool.apply(work, values)


def read_once(path):
    """(seconds of the processor, MB at the peak, MB of the corpus) of one pass."""
    list(read_posts("sample"))
    before = peak_mb()
    began = time.process_time()
    corpus = Corpus.from_posts(read_posts(path))
    seconds = time.process_time() - began
    texts = sum(len(text) + 57 for text in (*corpus.ids, *filter(None, set(corpus.users)), *corpus.words)) + 16 * len(
        corpus
    )
    arrays = [*(getattr(m, part) for m in (corpus.hashtags, corpus.labels) for part in ("data", "indices", "indptr"))]
    return seconds, peak_mb() - before, (texts + sum(array.nbytes for array in arrays) + 8 * len(corpus)) / 2**20


POST = {
    "id": "1",
    "hashtags": ["cat", "café"],
    "labels": [{"description": "cat", "score": 0.9}],
    "created_at": 1672567200,
}
NODE = {
    "shortcode": "Cm1",
    "edge_media_to_caption": {"edges": [{"node": {"text": "#cat"}}]},
    "owner": {"username": "anna"},
}
MEDIA = {"media": [{"uri": "media/1.jpg", "creation_timestamp": 1672567200, "title": "#caf\u00c3\u00a9"}]}
APIFY = {"inputUrl": "x", "id": "1", "shortCode": "Cm1", "caption": "#cat", "ownerUsername": "anna", "timestamp": TIME}
ZEESCHUIMER = {"item_id": "1", "source_platform": "instagram.com", "data": NODE}
GALLERY = {"category": "instagram", "subcategory": "posts", "extension": "jpg", "post_id": "1", "description": "#cat"}


def examples():
    """name of a file -> a small one of each format."""
    lines = "\n".join(json.dumps(POST | {"id": str(i)}) for i in range(12)) + "\n"
    table = "id,hashtags,labels\n" + "".join(f'{i},"#cat, #dog","[\'cat\']"\n' for i in range(12))
    found = {
        "posts.jsonl": lines,
        "posts.json": json.dumps([POST] * 12),
        "jq.json": json.dumps(POST, indent=1) * 3,
        "columns.json": json.dumps({key: {"0": value} for key, value in POST.items()}),
        "posts.csv": table,
        "posts.tsv": table.replace(",", "\t"),
        "utf16.jsonl": lines.encode("utf-16"),
        "instapic.json": json.dumps({"anna": {"1": {"caption": "#cat", "tags": ["#dog"]}}}),
        "export.json": json.dumps([MEDIA] * 3),
        "media.json": json.dumps({"photos": [{"caption": "#cat", "taken_at": TIME, "path": "photos/1.jpg"}] * 3}),
        "instaloader.json": json.dumps({"node": NODE, "instaloader": {"node_type": "Post"}}),
        "scraper.json": json.dumps({"GraphImages": [NODE] * 3}),
        "apify.json": json.dumps([APIFY] * 3),
        "gallery.jpg.json": json.dumps(GALLERY),
        "instagrapi.json": json.dumps(
            [{"pk": "1", "code": "Cm1", "caption_text": "#cat", "user": {"username": "anna"}}] * 3
        ),
        "zeeschuimer.ndjson": "\n".join([json.dumps(ZEESCHUIMER)] * 3),
        "4cat.csv": "id,thread_id,body,author,timestamp\n" + "1,1,#cat,anna,2024-05-31 12:00:00\n" * 3,
        "graph.json": json.dumps(
            {"data": [{"id": "1", "media_type": "IMAGE", "caption": "#cat", "timestamp": TIME}] * 3}
        ),
    }
    found = {name: text if isinstance(text, bytes) else text.encode() for name, text in found.items()}
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as members:
        for name, content in found.items():
            members.writestr(f"x/{name}", content)
    found |= {"folder.zip": archive.getvalue(), "posts.jsonl.gz": gzip.compress(found["posts.jsonl"])}
    found |= {
        "posts.jsonl.bz2": bz2.compress(found["posts.jsonl"]),
        "posts.jsonl.xz": lzma.compress(found["posts.jsonl"]),
    }
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder, "posts.parquet"), 12)
        found["posts.parquet"] = Path(folder, "posts.parquet").read_bytes()
    return found


TOKENS = [
    b"null",
    b"NaN",
    b"1e999",
    b"-1",
    b"{",
    b"}",
    b"[",
    b"]",
    b'"',
    b",",
    b"\0",
    b"\xff",
    b"\\ud83d",
    b"[" * 1500,
    b"true",
]


def mutated(content, draw):
    """Content with one to four pieces changed, left out, doubled, or put in, or with its end cut off."""
    for _ in range(draw.randint(1, 4)):
        place = draw.randrange(len(content) + 1)
        end = min(len(content), place + draw.choice([1, 1, 2, 8, 64]))
        middle = draw.choice([b"", draw.choice(TOKENS), draw.randbytes(end - place), content[place:end] * 2, b"*"])
        content = content[:place] if middle == b"*" else content[:place] + middle + content[end:]
    return content


def damage(name, content, n):
    """(faults, longest seconds) of `n` damaged files; a fault is what is neither posts nor one line."""
    resource.setrlimit(resource.RLIMIT_AS, (MOST_BYTES + 2**30, MOST_BYTES + 2**30))  # beside what is imported
    draw, faults, longest = random.Random(f"{args.seed} {name}"), [], 0.0
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, name)
        for i in range(n):
            path.write_bytes(mutated(content, draw))
            began = time.process_time()
            try:
                list(read_posts(path, reading=Reading()))
            except InstahashError as error:
                if "\n" in str(error):
                    faults.append(f"{i}: {str(error)!r}")
            except Exception as error:
                faults.append(f"{i}: {type(error).__name__}: {error}")
            longest = max(longest, time.process_time() - began)
    return faults, longest, peak_mb()


def main():
    figures = {}
    with tempfile.TemporaryDirectory() as folder:
        for name in STREAMED if args.posts else ():
            path = Path(folder, name)
            write(path, args.posts)
            passes = [in_process(read_once, path) for _ in range(args.repeat)]
            seconds, peak, own = (statistics.median(values) for values in zip(*passes))
            figures |= {
                f"{name}_posts_a_second": args.posts / seconds,
                f"{name}_peak_mb": peak,
                f"{name}_corpus_mb": own,
            }
    totals = {"tracebacks": 0, "over_10_s": 0, "over_1_gb": 0}
    for name, content in examples().items() if args.mutations else ():
        faults, longest, peak = in_process(damage, name, content, args.mutations)
        print(name, f"{longest:.2f} s, {peak:.0f} MB", *faults[:3], sep="\n  ")
        totals["tracebacks"] += len(faults)
        totals["over_10_s"] += longest > MOST_SECONDS
        totals["over_1_gb"] += peak > MOST_BYTES / 2**20
        totals["longest_seconds"] = max(longest, totals.get("longest_seconds", 0.0))
    report(args, figures | (totals if args.mutations else {}))


if __name__ == "__main__":
    main()
