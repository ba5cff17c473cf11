"""instahash-evaluate --report as people start it: as a process, by the file that it leaves."""

import json
import re
import shutil
import subprocess
import sys

import pytest

from instahash.data.small import small_posts
from instahash.formats import write_posts
from instahash.parameters import assign
from instahash.pipeline import InstaHash, PaperSettings
from instahash.storage import MODEL, read_header, read_model

SMALL = ["data.max_hashtags=30", "word2vec.dim=6", "word2vec.sweeps=1", "autorec.n_hidden=8", "autorec.epochs=3"]
START = "import sys; from instahash.cli.evaluate import main; sys.exit(main())"
LOADED = START.replace("sys.exit(main())", "code = main(); print(*sys.modules, file=sys.stderr); sys.exit(code)")


def run(*args, start=START):
    command = [sys.executable, "-c", start, *map(str, args)]
    return subprocess.run(command, capture_output=True, text=True, timeout=300)


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """The folder of a model of mode "paper", and of the posts that it was trained on."""
    folder = tmp_path_factory.mktemp("small")
    write_posts(folder / "posts.jsonl", small_posts(150))
    InstaHash(assign(PaperSettings(), SMALL)).fit(folder / "posts.jsonl").save(folder)
    return folder


@pytest.fixture(scope="module")
def made(small, tmp_path_factory):
    """A folder with posts, a model, and what an evaluation with a page left there; and what it said."""
    folder = tmp_path_factory.mktemp("report")
    write_posts(folder / "held.jsonl", small_posts(200, seed=1))
    (folder / "model").mkdir()
    shutil.copy(small / MODEL, folder / "model")
    args = ["--model-dir", folder / "model", "--data", folder / "held.jsonl", "--baselines", folder / "held.jsonl"]
    out = ["--json", folder / "result.json", "--report", folder / "report.html", "--seed", 2]
    answer = run(*args, *out, start=LOADED)
    assert answer.returncode == 0, answer.stderr
    return folder, args, answer


def test_a_page_beside_the_result(made):
    folder, model = made[0], made[0] / "model"
    assert sorted(path.name for path in folder.iterdir()) == ["held.jsonl", "model", "report.html", "result.json"]
    html, value = (folder / "report.html").read_text(encoding="utf-8"), json.loads((folder / "result.json").read_text())
    assert html.startswith("<!DOCTYPE html>") and html.endswith("</html>\n") and len(html) < 2_000_000
    for system in value["ranking"].values():
        assert f"{system['ndcg@10']:.4f}" in html
    assert ">EASE</th>" in html and ">ridge</text>" in html
    # What the command adds: names, seconds, settings and their defaults, files, versions, the seed.
    header = read_header(model)
    trained = f"trained on {header['summary']['posts']} posts"
    for part in (
        f"read from {folder / 'held.jsonl'}",
        f"({model}, mode “paper”, {trained})",
        "of 200 read",
        "with seed 2",
    ):
        assert part in html
    assert f"baselines fitted on {folder / 'held.jsonl'}" in html
    assert "Not the mode’s own: data.max_hashtags=30, word2vec.dim=6" in html
    steps = re.findall(r'<th scope="row" class="text">([a-z ]+)</th><td>\d+\.\d</td>', html)
    assert steps[:4] == ["loading the model", "fitting the baselines", "reading the posts", "evaluating"]
    size = sum(array.nbytes for array in read_model(model)[1]["autorec"].values())
    assert f'<th scope="row" class="text">autorec</th><td>{size / 1000:,.1f}</td>' in html
    assert f'<th scope="row" class="text">numpy</th><td>{header["versions"]["numpy"]}</td>' in html
    assert 'id="curve-autorec-rmse"' in html
    assert "trained on these very posts" not in html + made[2].stderr


def test_posts_of_the_training_are_named_as_such(small, tmp_path):
    args = ["--model-dir", small, "--data", small / "posts.jsonl", "--report", tmp_path / "report.html"]
    answer = run(*args)
    assert answer.returncode == 0 and "warning: the model was trained on these very posts" in answer.stderr
    assert '<p class="note">The model was trained on these very posts' in (tmp_path / "report.html").read_text("utf-8")


def test_the_same_evaluation_without_a_page(made, tmp_path):
    """The result is the same, and nothing of the report is even imported."""
    folder, args, with_page = made
    plain = run(*args, "--seed", 2, "--json", tmp_path / "result.json", start=LOADED)
    assert plain.returncode == 0 and plain.stdout == with_page.stdout
    assert (tmp_path / "result.json").read_bytes() == (folder / "result.json").read_bytes()
    assert "instahash.report.page" in with_page.stderr.split()
    unwanted = ("instahash.report", "jinja2", "matplotlib")
    assert not {name for name in plain.stderr.split() if name.startswith(unwanted)}


@pytest.mark.parametrize("package", ["jinja2", "matplotlib"])
def test_without_a_package_of_the_report(tmp_path, package):
    """That is said in one line, before the evaluation, and only where a report is wanted."""
    hidden = f"import sys; sys.modules[{package!r}] = None; {START.removeprefix('import sys; ')}"
    args = ["--model-dir", tmp_path / "none", "--data", "sample"]
    answer = run(*args, "--report", tmp_path / "report.html", start=hidden)
    assert answer.returncode == 2
    wanted = f"instahash-evaluate: error: a report needs the package {package}; install it with: "
    wanted += 'python3 -m pip install "instahash[report]"\n'
    assert answer.stderr == wanted
    assert package not in run(*args, start=hidden).stderr


def test_a_page_that_cannot_be_written(tmp_path):
    """That is said before the evaluation, not after it."""
    for name in ("--report", "--json"):
        for path in (tmp_path / "no" / "report.html", tmp_path, "."):
            answer = run("--model-dir", tmp_path / "none", "--data", "sample", name, path)
            assert answer.returncode == 2 and answer.stderr.count("\n") == 1
            assert f"cannot write '{path}'" in answer.stderr
    (tmp_path / "there.html").write_text("as it was")
    assert (
        run("--model-dir", tmp_path / "none", "--data", "sample", "--report", tmp_path / "there.html").returncode == 2
    )
    assert (tmp_path / "there.html").read_text() == "as it was" and len(list(tmp_path.iterdir())) == 1


def test_an_id_that_no_encoding_can_show(small, tmp_path):
    line = '{"id": "\\ud800<script>", "hashtags": ["dog", "love"], "labels": [{"description": "dog", "score": 1}]}\n'
    (tmp_path / "odd.jsonl").write_text(line)
    answer = run("--model-dir", small, "--data", tmp_path / "odd.jsonl", "--report", tmp_path / "report.html")
    assert answer.returncode == 0, answer.stderr
    html = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "?&lt;script&gt;" in html and "<script>" not in html


def test_an_id_that_would_steer_a_terminal(small, tmp_path):
    line = '{"id": "\\u001b[2J\\nb", "hashtags": ["dog", "love"], "labels": [{"description": "dog", "score": 1}]}\n'
    (tmp_path / "odd.jsonl").write_text(line)
    answer = run("--model-dir", small, "--data", tmp_path / "odd.jsonl")
    assert answer.returncode == 0 and "\\x1b[2J\\nb" in answer.stdout and "\x1b" not in answer.stdout
