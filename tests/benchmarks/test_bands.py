"""The benchmark of rare hashtags counts the first five as well as the first ten."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "bench_bands.py"
SEVEN = ["sea", "sun", "sand", "wave", "boat", "gull", "pier"]


def test_planted_hashtags_give_known_figures(tmp_path):
    """All posts have the same seven hashtags, so that what is first is right, and five find five of seven."""
    posts = [{"id": f"{i}", "hashtags": SEVEN, "labels": [{"description": "coast", "score": 0.9}]} for i in range(60)]
    (tmp_path / "posts.jsonl").write_text("".join(json.dumps(post) + "\n" for post in posts))
    options = ["--data", tmp_path / "posts.jsonl", "--json", tmp_path / "result.json", "--min-counts", "6"]
    faster = [f"--set={name}.epochs=1" for name in ("softmax", "completion", "word2vec")]
    command = [sys.executable, SCRIPT, *options, "--shrinkages", "", *faster]
    environment = {**os.environ, "PYTHONSAFEPATH": ""}  # the script finds what is beside it
    done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=300, env=environment)
    figures = json.loads((tmp_path / "result.json").read_text())["figures"]
    found = {name: rows["as it is"][name] for name, rows in figures["description"].items() if "@" in name}
    assert found == {"precision@5": 1, "recall@5": pytest.approx(5 / 7, 1e-4), "recall@10": 1} | {
        "ndcg@5": 1, "ndcg@10": 1
    }  # fmt: skip
    chosen = figures["completion"]["recall@5"]["min_count 6"]
    assert chosen["recall@5"] == 1 and chosen["difference"] == chosen["low"] == chosen["high"] == 0
    head = figures["description"]["bands"]["head"]["systems"]["as it is"]
    assert (head["recall@5"], head["recall@10"], head["share@5"]) == (pytest.approx(5 / 7, 1e-4), 1, 1)
    titles = [line for line in done.stdout.splitlines() if line.startswith("description, ")]
    assert [line.split("; ")[1].split(", ")[0] for line in titles] == ["ndcg@5", "ndcg@10"]
