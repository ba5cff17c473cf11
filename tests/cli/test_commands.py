"""The commands as people start them: as processes, by their exit code and what they print."""

import gzip
import importlib
import io
import json
import os
import random
import re
import resource
import shlex
import shutil
import signal
import subprocess
import sys
import time
from contextlib import redirect_stderr, redirect_stdout, suppress
from pathlib import Path
from types import SimpleNamespace

import pytest

from instahash import InstaHash
from instahash.checkpoint import CHECKPOINT
from instahash.data import Label, Post
from instahash.data.small import small_posts
from instahash.formats import write_posts
from instahash.names import PROTOCOLS
from instahash.platforms import PLATFORMS
from instahash.storage import MODEL

compiled = pytest.mark.skipif(
    os.environ.get("NUMBA_DISABLE_JIT", "0") != "0", reason="trains again and again: too long in Python"
)
QUICK = shlex.split(
    "--set softmax.epochs=3 --set softmax.n_hidden=8 --set completion.epochs=12 --set word2vec.epochs=2 "
    "--set word2vec.dim=8"
)
START = "import sys; from instahash.cli.{0} import main; sys.exit(main())"


if os.environ.get("NUMBA_DISABLE_JIT", "0") != "0":
    # Kernels are then Python, in which NumPy warns of an overflow on its way to the error that is tested for.
    os.environ["PYTHONWARNINGS"] = "ignore::RuntimeWarning"


def run(command, *args, **options):
    return subprocess.run(
        [sys.executable, "-c", START.format(command), *map(str, args)],
        capture_output=True,
        text=True,
        timeout=300,
        **options,
    )


def asked(command, *args):
    """The same in this process, where one command is asked again and again."""
    main = importlib.import_module(f"instahash.cli.{command}").main
    with redirect_stdout(io.StringIO()) as stdout, redirect_stderr(io.StringIO()) as stderr:
        try:
            code = main([*map(str, args)])
        except SystemExit as end:
            code = end.code
    return SimpleNamespace(returncode=code, stdout=stdout.getvalue(), stderr=stderr.getvalue())


def refused(answer, *parts):
    """Exit code 2 and one line, which has all the parts."""
    assert answer.returncode == 2, answer
    assert answer.stderr.count("\n") == 1 and "Traceback" not in answer.stderr, answer.stderr
    for part in parts:
        assert part in answer.stderr
    return True


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    folder = tmp_path_factory.mktemp("trained")
    write_posts(folder / "posts.jsonl.gz", small_posts(300))
    answer = run("train", "--data", folder / "posts.jsonl.gz", "--model-dir", folder / "model", *QUICK, "--verbose")
    assert answer.returncode == 0, answer.stderr
    return folder, answer


@pytest.fixture
def model_dir(trained, tmp_path):
    return Path(shutil.copytree(trained[0] / "model", tmp_path / "model"))


@pytest.mark.parametrize("command", ["train", "recommend", "evaluate"])
def test_help_shows_an_example(command):
    answer = run(command, "--help")
    assert answer.returncode == 0 and f"example:\n  instahash-{command}" in answer.stdout


def test_help_imports_no_numpy():
    code = "import sys\nfrom instahash.cli.train import main\n"
    code += "try: main(['--help'])\nfinally: print('numpy' in sys.modules)"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert answer.stdout.endswith("False\n")


def test_training_says_what_it_did(trained):
    folder, answer = trained
    for part in ("300 of 300", "word2vec: loss", "softmax: cross-entropy", "Model saved in", "author       #"):
        assert part in answer.stdout
    assert os.listdir(folder / "model") == [MODEL]
    assert answer.stderr == ""  # no progress bars where standard error is no terminal


@compiled
def test_quiet_training_of_the_sample_in_its_default_place(tmp_path):
    answer = run("train", "--quiet", *QUICK, cwd=tmp_path)
    assert (answer.returncode, answer.stdout, answer.stderr) == (0, "", "")
    assert (tmp_path / "instahash-model" / MODEL).exists()


def test_a_table_says_what_was_read_and_left_out(tmp_path):
    posts = [{"id": str(i), "hashtags": ["sea", f"t{i % 4}"], "labels": [["water", 0.9]]} for i in range(30)]
    posts[3]["labels"], posts[4]["labels"], posts[5]["hashtags"], posts[6]["hashtags"] = [["water", 0.4]], [], [], ["x"]
    lines = [*map(json.dumps, posts), '{"cut', '"text"']
    (tmp_path / "posts.jsonl").write_text("\n".join(lines))
    answer = run("train", "--data", "posts.jsonl", *QUICK, "--max-hashtags", "5", cwd=tmp_path)
    table = (
        "posts read                   30\n"
        "with hashtags                29\n"
        "with labels                  28\n"
        "left out, no hashtag          1\n"
        "left out, unreadable          2\n"
        "It learnt from 28 posts which of 5 hashtags go with which "
    )
    assert answer.returncode == 0 and answer.stdout.startswith(table)
    assert not re.search("word2vec|softmax|Weights", answer.stdout)  # which only --verbose tells
    said = "instahash-train: left out: 'posts.jsonl' line 32: must be a post as a JSON object, not 'text'"
    assert said in answer.stderr.splitlines() and answer.stderr.count("\n") == 2
    assert run("train", "--data", "posts.jsonl", *QUICK, "--quiet", cwd=tmp_path).stderr == answer.stderr
    assert refused(run("train", "--data", "posts.jsonl", *QUICK, "--strict", cwd=tmp_path), "line 31: is not JSON")
    for i in range(2):
        (tmp_path / f"shard{i}.jsonl").write_text("\n".join(lines[i::2]))
    shards = run("train", "--data", "shard*.jsonl", *QUICK, "--max-hashtags", "5", cwd=tmp_path)
    assert shards.returncode == 0 and shards.stdout.partition("\n")[2].startswith(table)
    said = f"instahash-train: left out: '{tmp_path}/shard1.jsonl' line 16: must be a post as a JSON object, not 'text'"
    assert said in shards.stderr.splitlines() and shards.stderr.count("\n") == 2
    quiet = run("train", "--data", "shard*.jsonl", *QUICK, "--quiet", cwd=tmp_path)
    assert quiet.stderr == shards.stderr and quiet.stdout == ""


def test_photos_of_posts_that_have_labels(tmp_path):
    """How many belong to posts is said where none of them is looked at, too."""
    posts, photos, command = [*small_posts(30)], tmp_path / "photos", ("train", "--model-dir", tmp_path / "model")
    write_posts(tmp_path / "posts.jsonl", posts)
    photos.mkdir()
    (photos / "other.jpg").write_bytes(b"")
    given = ["--data", tmp_path / "posts.jsonl", "--photos", photos, *QUICK]
    refused(run(*command, *given), "none of 1 photo ('", "other.jpg') belongs to one of 30 posts ('sample/")
    (photos / Path(posts[0].id).name).write_bytes(b"")
    answer = run(*command, *given)
    assert answer.returncode == 0 and re.search(r"with photo +1\n", answer.stdout)
    first, second = answer.stderr.splitlines()
    assert "1 of 2 photos belongs to 1 of 30 posts" in first
    assert "no photo is looked at: every post with hashtags has labels; --features" in second


def test_every_command_is_told_alike_how_posts_are_read(tmp_path):
    rows = [f"p{i};sea t{i % 4};water, w{i % 3}" for i in range(40)]
    (tmp_path / "posts.csv").write_text("\n".join(["which;words;seen", *rows]))
    read = ["--format", "posts", "--columns", "id=which, hashtags=words,labels=seen"]
    answer = run("train", "--data", "posts.csv", *read, *QUICK, cwd=tmp_path)
    assert answer.returncode == 0 and "with labels                  40\n" in answer.stdout, answer.stderr
    answer = run("recommend", "--posts", "posts.csv", *read, cwd=tmp_path)
    assert answer.stdout.startswith("p0\t#") and answer.stderr.count("\n") == 1
    answer = run("evaluate", "--data", "posts.csv", "--baselines", "posts.csv", *read, cwd=tmp_path)
    assert answer.returncode == 0 and "trained on these very posts" in answer.stderr, answer.stderr
    for wrong in (["--columns", "hashtag=words"], ["--columns", "hashtags"]):
        assert refused(run("evaluate", "--data", "posts.csv", *wrong, cwd=tmp_path), "write PART=NAME")


@pytest.mark.parametrize("joined", [False, True])
def test_training_goes_on_where_its_reader_has_enough(tmp_path, joined):
    """As with `| head`, or with `2>&1 | head`, where lines on standard error come first."""
    lines = ['{"id": 1, "hashtags": ["sea", "sun"], "labels": ["water"]}'] * 30
    (tmp_path / "posts.jsonl").write_text("\n".join([*lines, '{"cut', "[]"]))
    process = subprocess.Popen(
        [sys.executable, "-c", START.format("train"), "--data", "posts.jsonl", "--model-dir", "model", *QUICK],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT if joined else subprocess.PIPE, text=True, cwd=tmp_path,
    )  # fmt: skip
    process.stdout.close()
    errors = "" if joined else process.stderr.read()
    assert process.wait() == 0 and "Traceback" not in errors and "BrokenPipe" not in errors
    assert os.listdir(tmp_path / "model") == [MODEL]
    if not joined:
        process.stderr.close()


def test_recommend_for_labels(trained):
    answer = run("recommend", "--model-dir", trained[0] / "model", "--labels", "dog, Puppy, zeppelin", "--json")
    value = json.loads(answer.stdout)
    assert list(value) == ["hashtags", "scores", "scores_are", "source", "trace"]
    assert (value["scores_are"], value["source"]) == ("probability", "experts")
    assert value["trace"]["description"] == ["dog", "puppy"] and len(value["trace"]["word2vec"]) == 20
    assert len(value["hashtags"]) == len(value["scores"]) == 10
    assert answer.stderr == "instahash-recommend: not in the vocabulary, repeated as they are: zeppelin\n"
    plain = run("recommend", "--model-dir", trained[0] / "model", "--labels", "dog, Puppy", "--top", 1)
    assert plain.returncode == 0 and plain.stdout.count("#") <= 1 and plain.stderr == ""


def test_what_leads_nowhere_is_refused(trained, tmp_path):
    (tmp_path / "answers.json").write_text("{}")
    asked = run("recommend", "--model-dir", trained[0] / "model", "--labels", tmp_path / "answers.json")
    assert refused(asked, "is a file or folder; give posts with --posts")
    assert refused(run("annotate", "a.jpg", "--posts", "posts.csv"), "name a file with --out")
    assert refused(run("annotate", "a.jpg", "--out", "x.csv.gz"), "'x.csv.gz' would be JSON Lines")


def test_labels_are_read_as_people_type_them(trained):
    def ask(text):
        answer = asked("recommend", "--model-dir", trained[0] / "model", "--labels", text)
        return answer.stdout, answer.stderr.partition(": ")[2].strip()

    apart = ask("dog, grass")
    assert apart[1] == "" and ask("dog;grass") == ask("dog|grass") == apart
    assert ask("dog/grass") == ask("dog:grass") == ask("dog grass") and "#dog" in ask("dog/grass")[0]
    assert ask("dog:abc") == ask("dog abc") and "unknown" not in ask("dog:abc")[1]
    said = asked("recommend", "--model-dir", trained[0] / "model", "--labels", "dog:0,9")
    assert refused(said, "the score of 'dog' is 0,9, with a decimal comma", "as in 'dog:0.9'")


def test_labels_below_min_score_are_doubted(trained):
    def ask(*args):
        return asked("recommend", "--model-dir", trained[0] / "model", "--labels", *args)

    doubted = ask("dog:0.3, grass:0.5, zeppelin:0.499")
    assert doubted.stderr == "instahash-recommend: doubted, below min_score 0.5: dog:0.3, zeppelin:0.499\n"
    assert "below min_score 0.5: dog:0.49999999\n" in ask("dog:0.49999999, grass").stderr  # not as 0.5
    alone = ask("dog:0.3")
    assert "no label has a score of 0.5 or more; these are guesses from the likeliest ones" in alone.stderr
    assert "#dog" in alone.stdout and "doubted" not in alone.stderr
    lower = ask("dog:0.3", "--min-score", "0.2")
    assert lower.stderr == "" and "#dog" in lower.stdout
    unlikely = ask("dog:0.1")
    assert "no label is likely, with a score of 0.2 or more: dog:0.1; these hashtags fit any photo" in unlikely.stderr
    assert "#photography" in unlikely.stdout and "#dog" not in unlikely.stdout


def test_recommend_for_labels_that_no_one_knows(trained):
    answer = run("recommend", "--model-dir", trained[0] / "model", "--labels", "zeppelin", "--json")
    value = json.loads(answer.stdout)
    assert answer.returncode == 0 and value["source"] == "experts" and "zeppelin" in value["hashtags"]
    assert value["trace"]["description"] == [] and "photography" in value["hashtags"]
    assert answer.stderr == "instahash-recommend: not in the vocabulary, repeated as they are: zeppelin\n"


def test_labels_of_which_something_is_known_are_not_unknown(trained):
    """A word of them, or what they are a kind of."""
    index = InstaHash.load(trained[0] / "model").vocabulary.index
    assert "dog" in index and index.keys().isdisjoint(["wrixle", "wrixledog", "beagle", "zeppelin"])
    answer = asked("recommend", "--model-dir", trained[0] / "model", "--labels", "Wrixle Dog, beagle, zeppelin")
    assert answer.stderr == "instahash-recommend: not in the vocabulary, repeated as they are: zeppelin\n"
    answer = asked("recommend", "--model-dir", trained[0] / "model", "--labels", "wrixle dog", "--top", 20)
    assert answer.stderr == "" and "#wrixledog" in answer.stdout


def test_recommend_for_posts(trained, tmp_path):
    posts = [
        *small_posts(3),
        Post("strange", (), (Label("zeppelin", 0.9),)),
        Post("bare"),
        Post("dim", (), (Label("dog", 0.3),)),
    ]
    write_posts(tmp_path / "some.jsonl", posts)
    answer = run("recommend", "--model-dir", trained[0] / "model", "--posts", tmp_path / "some.jsonl", "--json")
    lines = [json.loads(line) for line in answer.stdout.splitlines()]
    assert [line["id"] for line in lines] == [post.id for post in posts]
    assert [line["source"] for line in lines] == ["experts"] * 4 + ["general", "guesses"]
    assert "1 post without a label of 0.5 or more: guessed from the likeliest ones" in answer.stderr
    assert "1 post without a likely label got hashtags that fit any photo" in answer.stderr
    plain = run("recommend", "--model-dir", trained[0] / "model", "--posts", tmp_path / "some.jsonl", "--top", 2)
    rows = [line.split("\t") for line in plain.stdout.splitlines()]
    assert [row[0] for row in rows] == [post.id for post in posts]
    assert [row[2:] for row in rows] == [[]] * 4 + [["(fit any photo)"], ["(guesses)"]]


def test_recommend_into_a_file(trained, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_posts(tmp_path / "some.jsonl", small_posts(2))
    for source in (["--posts", "some.jsonl"], ["--labels", "dog, grass"]):
        ask = ["recommend", "--model-dir", trained[0] / "model", *source]
        printed = [asked(*ask, *options).stdout for options in ([], ["--json"])]
        for out in ("out.csv", "out.jsonl.gz"):
            answer = asked(*ask, "--out", out)
            assert (answer.returncode, answer.stdout, answer.stderr) == (0, "", "")
        assert gzip.decompress((tmp_path / "out.jsonl.gz").read_bytes()).decode() == printed[1]
        hashtags = [line.split(",")[-2] for line in (tmp_path / "out.csv").read_text().splitlines()]
        assert hashtags[1:] == [line.rpartition("\t")[2] for line in printed[0].splitlines()]
    assert refused(asked(*ask, "--out", "x.csv", "--json"), "not allowed with argument --out")


def test_an_id_that_no_encoding_can_show(trained, tmp_path):
    (tmp_path / "odd.jsonl").write_text('{"id": "\\ud800", "labels": [{"description": "dog", "score": 1}]}\n')
    answer = run("recommend", "--model-dir", trained[0] / "model", "--posts", tmp_path / "odd.jsonl", "--json")
    assert answer.returncode == 0 and json.loads(answer.stdout)["id"] == "?", answer.stderr
    (tmp_path / "odd.jsonl").write_text('{"id": "\\u001b[2J", "labels": [{"description": "dog", "score": 1}]}\n')
    answer = run("recommend", "--model-dir", trained[0] / "model", "--posts", tmp_path / "odd.jsonl")
    assert answer.stdout.startswith("\\x1b[2J\t#")  # nothing that would steer a terminal


def test_evaluate(trained, tmp_path):
    folder = trained[0]
    out = tmp_path / "result.json"
    answer = run("evaluate", "--model-dir", folder / "model", "--data", folder / "posts.jsonl.gz", "--json", out)
    assert answer.returncode == 0 and "cosine to the author's hashtags" in answer.stdout
    assert "Word2Vec  " in answer.stdout
    assert answer.stderr.startswith("instahash-evaluate: warning: the model was trained on these very posts")
    assert answer.stderr.count("\n") == 1
    value = json.loads(out.read_text())
    assert list(value) == [
        "posts", "tables", "ranking", "empty", "defaulted", "most_used", "protocol", "tables_by_system", "differences",
        "lists", "everybody", "counts", "bands",
    ]  # fmt: skip
    assert value["protocol"] == "description"
    counts = {"read": value["posts"], "evaluated": value["posts"]}
    nobody = dict.fromkeys(("without_hashtags", "unknown_hashtags", "without_labels", "unknown_labels"), 0)
    assert value["counts"] == counts | nobody and value["everybody"]["posts"] == value["posts"]
    assert refused(
        run("evaluate", "--model-dir", folder / "model", "--data", "sample-small", "--json", tmp_path / "no/x.json"),
        "cannot write",
    )


def test_evaluate_where_many_posts_are_not_evaluated(trained, tmp_path):
    """That is one line of warning; a file without any post that could be is one line of error."""
    kinds = [Post("a", ("dog",), (Label("dog", 0.9),)), Post("b", ("dog",)), Post("c", ("zeppelin",))]
    write_posts(tmp_path / "some.jsonl", [*kinds, Post("d", (), (Label("dog", 0.9),))])
    args = ["evaluate", "--model-dir", trained[0] / "model", "--data", tmp_path / "some.jsonl"]
    answer = run(*args, "--json", tmp_path / "result.json")
    assert answer.returncode == 0, answer.stderr
    value = json.loads((tmp_path / "result.json").read_text())
    ndcg, everybody = (part["ranking"]["instahash"]["ndcg@10"] for part in (value, value["everybody"]))
    assert answer.stderr == (
        "instahash-evaluate: warning: only 1 of 3 posts with a hashtag are evaluated; "
        f"their nDCG@10 is {ndcg:.3f}, that of everybody {everybody:.3f}\n"
    )
    assert "        1 without a hashtag\n" in answer.stdout and "\neverybody: 3 posts, first five  " in answer.stdout
    write_posts(tmp_path / "some.jsonl", kinds[1:])
    assert refused(run(*args), "2 read, 1 with hashtags of which the model knows none, 2 without a label whose score")


def test_evaluate_completion(trained, tmp_path):
    """One seed draws one half of the hashtags, another seed another."""

    def ask(seed):
        args = ["--protocol", "completion", "--seed", seed, "--json", tmp_path / "result.json"]
        answer = run("evaluate", "--model-dir", trained[0] / "model", "--data", trained[0] / "posts.jsonl.gz", *args)
        assert answer.returncode == 0 and "given half of their hashtags" in answer.stdout, answer.stderr
        return json.loads((tmp_path / "result.json").read_text())

    first, again, other = ask(0), ask(0), ask(1)
    assert first == again and first["ranking"] != other["ranking"]
    assert first["protocol"] == "completion" and list(first["tables"]) == [
        "cosine_ground_truth",
        "jaccard_ground_truth",
    ]
    data = ["--model-dir", trained[0] / "model", "--data", "sample-small"]
    wrong = [
        "--model-dir",
        tmp_path / "none",
        "--data",
        "sample-small",
        "--protocol",
        "guess",
    ]  # before a model is looked for
    assert refused(run("evaluate", *wrong), "argument --protocol: invalid choice: 'guess'", *PROTOCOLS)
    assert refused(run("evaluate", *data, "--seed", "-1"), "argument --seed: -1 is not 0 or more")


def test_a_reader_that_has_enough(trained):
    command = START.format("recommend")
    model = str(trained[0] / "model")
    process = subprocess.Popen(
        [sys.executable, "-c", command, "--model-dir", model, "--posts", "sample-small", "--json"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    process.stdout.readline()
    process.stdout.close()
    assert "Traceback" not in process.stderr.read()
    process.stderr.close()
    process.wait()


BAD_POSTS = {
    "empty": (b"", "there is no post"),
    "json": (b'{"id": "a", "hashtags": ["x"]}\n' + b"no\n" * 30, "30 items of 31"),
    "type": (b'["a"]\n', "item 1: must be a post as a JSON object, not 'a'"),
    "no hashtag": (b'{"id": "a", "hashtags": ["!!"]}\n', "no post of 1 has a hashtag"),
    "no pair": (b'{"id": "a", "hashtags": ["x"]}\n', "none of the 1 posts has two words"),
}


@pytest.mark.parametrize("kind", BAD_POSTS)
def test_training_on_bad_posts_is_refused_and_the_old_model_stays(model_dir, tmp_path, kind):
    content, message = BAD_POSTS[kind]
    path = tmp_path / "bad.jsonl"
    path.write_bytes(content)
    before = {file.name: file.read_bytes() for file in model_dir.iterdir()}
    assert refused(run("train", "--data", path, "--model-dir", model_dir), message)
    assert {file.name: file.read_bytes() for file in model_dir.iterdir()} == before


def test_training_on_what_is_not_there_or_cut_off(tmp_path):
    assert refused(
        run("train", "--data", tmp_path / "missing.jsonl", cwd=tmp_path), "missing.jsonl", "there is no file"
    )
    cut = tmp_path / "cut.jsonl.gz"
    cut.write_bytes(gzip.compress(b'{"id": "a", "hashtags": ["x", "y"]}\n' * 500)[:-30])
    assert refused(run("train", "--data", cut, cwd=tmp_path), "is cut off")
    folder = tmp_path / "harrison"
    folder.mkdir()
    for name, text in (("data_list.txt", "a\nb\n"), ("tag_list.txt", "x\n"), ("vocab_index.txt", "x 0\n")):
        (folder / name).write_text(text)
    assert refused(run("train", "--data", folder, cwd=tmp_path), "has 2 lines and 'tag_list.txt' 1")


@pytest.mark.parametrize(
    "args, message",
    [
        (["--set", "softmax.epochs=many"], "softmax.epochs is 'many'; it must be auto or a whole number"),
        (["--set", "word2vec.dim=2.5"], "word2vec.dim is '2.5'; it must be a whole number"),
        (
            ["--set", "autorec.epochs=3"],
            "'autorec.epochs' is a setting of mode 'paper', and does nothing in mode 'best'",
        ),
        (["--set", "softmax.epoch=3"], "did you mean softmax.epochs?"),
        (["--set", "foo=1"], "there is no setting 'foo'; instahash-train --settings lists all\n"),
        (["--set", "n_hidden=9"], "softmax.n_hidden or completion.n_hidden or photo_network.n_hidden?"),
        (["--set", f"{'x' * 500}=1"], f"there is no setting '{'x' * 60}'; "),
        (["--set", "nothing"], "write section.name=value"),
        (["--min-score", "2"], "data: min_score is 2.0; it must be at most 1"),
        (["--max-hashtags", "0"], "data: max_hashtags is 0; it must be at least 1"),
        (["--min-count", "0"], "data: min_count is 0; it must be at least 1"),
        (["--set", "softmax.epochs=-3"], "softmax: epochs is -3; it must be at least 1, or auto"),
        (["--min-count", "10000"], "no hashtag is in 10,000 of 3,600 posts; give a lower data.min_count"),
        (["--threads", "x"], "argument --threads: invalid whole number"),
        (["--mode", "fast"], "argument --mode: invalid choice: 'fast'"),
        (["--data", "a", "--data", "b"], "argument --data: given twice, with 'a' and 'b'"),
        (["--wrong"], "unrecognized arguments: --wrong"),
        (["--set", "softmax.learning_rate=1e30"], "diverged in epoch 1"),
    ],
)
def test_bad_usage_is_one_line(tmp_path, args, message):
    assert refused(run("train", "--model-dir", tmp_path / "m", *QUICK, *args), message)
    assert not (tmp_path / "m" / MODEL).exists()


def test_model_directories_that_are_not_whole(model_dir, tmp_path):
    def ask():
        return asked("recommend", "--model-dir", model_dir, "--labels", "dog")

    assert refused(asked("recommend", "--model-dir", tmp_path / "no", "--labels", "dog"), "there is no model in")
    content = (model_dir / MODEL).read_bytes()
    for changed in (content[:-1], content[: len(content) // 2], b""):
        (model_dir / MODEL).write_bytes(changed)
        assert refused(ask(), "is damaged or no model")
    (model_dir / MODEL).write_bytes(content.replace(b'"format_version": 4', b'"format_version": 5'))
    assert refused(ask(), "is damaged in 'header.json'")
    (model_dir / MODEL).write_bytes(content)
    assert ask().returncode == 0


def test_unusable_queries(trained):
    model = trained[0] / "model"
    assert refused(asked("recommend", "--model-dir", model, "--labels", " ,!"), "has no word")
    assert refused(asked("recommend", "--model-dir", model), "--labels", "--posts", "is required")
    assert refused(asked("recommend", "--model-dir", model, "--posts", "missing.jsonl"), "there is no file")
    assert refused(asked("recommend", "--model-dir", "", "--labels", "dog"), "--model-dir: the name is empty")
    assert refused(asked("recommend", "--image", "sea.jpg", ""), "--image: the name is empty")
    for twice in (["--labels", "dog", "--labels", "sea"], ["--labels", "dog", "--chosen", "", "--cho", "sun"]):
        assert refused(asked("recommend", "--model-dir", model, *twice), f"argument {twice[-2]}", "given twice, with")
    answer = asked("recommend", "--model-dir", model / MODEL, "--labels", "dog")
    assert answer == asked("recommend", "--model-dir", model, "--labels", "dog") and answer.returncode == 0
    assert refused(asked("evaluate", "--model-dir", model, "--data", "missing.jsonl"), "there is no file")


def test_output_that_cannot_be_written(tmp_path):
    (tmp_path / "file").write_text("mine")
    assert refused(run("train", "--model-dir", tmp_path / "file"), "cannot write to the model directory")
    assert refused(run("train", "--model-dir", "/proc/nowhere"), "cannot write to the model directory")
    (tmp_path / "tm" / MODEL).mkdir(parents=True)
    fault = f"error: cannot write '{tmp_path}/tm/{MODEL}': it is a folder; choose another directory\n"
    assert refused(run("train", "--model-dir", tmp_path / "tm"), fault)
    assert (tmp_path / "file").read_text() == "mine"


def test_a_full_disk_keeps_the_old_model(trained, model_dir):
    """A limit on the size of files is met like a full disk, in the middle of a write."""
    before = {file.name: file.read_bytes() for file in model_dir.iterdir()}

    def limit():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))

    environment = {**os.environ, "NUMBA_DISABLE_JIT": "1"}  # so that nothing else is written
    answer = run("train", "--data", trained[0] / "posts.jsonl.gz", "--model-dir", model_dir, *QUICK,
                 preexec_fn=limit, env=environment)  # fmt: skip
    assert refused(answer, "cannot write", "File too large")
    assert {file.name: file.read_bytes() for file in model_dir.iterdir()} == before


def test_ctrl_c_then_resume_gives_the_unbroken_model(tmp_path):
    write_posts(tmp_path / "posts.jsonl", small_posts(300))
    args = shlex.split("--data posts.jsonl --seed 3 --set softmax.epochs=60 --set softmax.n_hidden=64")
    args += shlex.split("--set completion.epochs=12 --set word2vec.dim=8")
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    assert run("train", "--model-dir", whole, *args, cwd=tmp_path).returncode == 0
    process = subprocess.Popen(
        [sys.executable, "-c", START.format("train"), "--model-dir", str(broken), *args],
        cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        # A shell that starts tests in the background has them ignore Ctrl-C, and children inherit that.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )  # fmt: skip
    deadline = time.monotonic() + 240
    while not (broken / "checkpoint.npz").exists() and time.monotonic() < deadline:
        time.sleep(0.005)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=120)
    assert process.returncode == 130 and "--resume" in errors and "Traceback" not in errors
    assert not (broken / MODEL).exists() and (broken / "checkpoint.npz").exists()
    answer = run("recommend", "--model-dir", "broken", "--labels", "dog", cwd=tmp_path)
    assert refused(answer, "it holds an interrupted training; finish it with")
    answer = run("train", "--model-dir", "broken", *args, "--resume", cwd=tmp_path)
    assert answer.returncode == 0 and "Going on from" in answer.stdout
    assert sorted(os.listdir(broken)) == sorted(os.listdir(whole))
    for path in whole.iterdir():
        assert path.read_bytes() == (broken / path.name).read_bytes(), path.name


KEPT = "; what is trained so far is kept, go on with the same command and --resume"


@pytest.mark.parametrize(
    "checkpoint, more, number, said",
    [(False, [], signal.SIGINT, ""), (True, [], signal.SIGINT, ""), (True, ["--resume"], signal.SIGTERM, KEPT)],
    ids=["none", "old", "own"],
)
def test_an_interruption_says_what_is_kept(tmp_path, checkpoint, more, number, said):
    """While posts are still read: what another training has left is not this one's, unless it goes on from there.

    Until then no other training may write there.
    """
    os.mkfifo(posts := tmp_path / "posts.jsonl")
    if checkpoint:
        (tmp_path / CHECKPOINT).write_bytes(b"")
    process = subprocess.Popen(
        [sys.executable, "-c", START.format("train"), "--data", posts, "--model-dir", tmp_path, *more],
        stderr=subprocess.PIPE, text=True, preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )  # fmt: skip
    writer, deadline = None, time.monotonic() + 60
    while writer is None and time.monotonic() < deadline:
        with suppress(OSError):  # nobody reads yet
            writer = os.open(posts, os.O_WRONLY | os.O_NONBLOCK)
        time.sleep(0.01)
    try:
        assert writer is not None, "the command has not opened the posts"
        answer = asked("train", "--data", "missing", "--model-dir", tmp_path, "--resume")
        who = f"another training (process {process.pid})"
        assert refused(answer, f"{who} writes to '{tmp_path}'; wait for it or choose another directory")
        process.send_signal(number)
        anew = "is begun anew; with --resume, the same command would have gone on with it\n"
        begun = f"instahash-train: an interrupted training in '{tmp_path}' {anew}" * (checkpoint and not more)
        interrupted = f"{begun}\ninstahash-train: interrupted{said}\n"
        assert process.communicate(timeout=60)[1] == interrupted and process.returncode == 130
        os.close(writer)
        assert {*os.listdir(tmp_path)} <= {posts.name, CHECKPOINT}
    finally:
        process.kill()


@compiled
def test_resume_leaves_a_finished_model_as_it_is(trained, model_dir):
    def content():
        return {path.name: (path.read_bytes(), path.stat().st_mtime_ns) for path in model_dir.iterdir()}

    args = ["--data", trained[0] / "posts.jsonl.gz", "--model-dir", model_dir, *QUICK]
    before = content()
    answer = run("train", *args, "--resume")
    text = f"The model in '{model_dir}' is finished, and left as it is; to train anew, leave out --resume.\n"
    assert (answer.returncode, answer.stdout, answer.stderr) == (0, text, "") and content() == before
    assert run("train", *args, "--resume", "--quiet").stdout == "" and content() == before
    for other in (["--seed", 1], ["--set", "softmax.reg=0.5"]):  # of a training that never began
        answer = asked("train", "--data", "missing", "--model-dir", model_dir, *QUICK, *other, "--resume")
        assert refused(answer, "is finished, and has other settings than these; train without --resume to replace it")
    assert content() == before
    (model_dir / MODEL).write_bytes(b"")
    answer = run("train", *args, "--resume")
    assert answer.returncode == 0 and "starting anew" in answer.stdout and content() != before


@compiled
@pytest.mark.parametrize("trainer", ["exact", "sampling"])
def test_a_training_killed_again_and_again_ends_at_the_unbroken_model(tmp_path, trainer):
    write_posts(tmp_path / "posts.jsonl", small_posts(300))
    args = ["--data", tmp_path / "posts.jsonl", "--resume", *QUICK]
    for setting in (f"word2vec.trainer={trainer}", "word2vec.sweeps=40", "word2vec.epochs=40", "softmax.epochs=60"):
        args += ["--set", setting]
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    assert run("train", "--model-dir", whole, *args).returncode == 0
    rng, killed = random.Random(trainer), 0
    for _ in range(8):
        if (broken / MODEL).exists() and not (broken / "checkpoint.npz").exists():
            shutil.rmtree(broken)  # finished, so that nothing would be left to be killed
        process = subprocess.Popen(
            [sys.executable, "-c", START.format("train"), "--model-dir", str(broken), *map(str, args)],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        time.sleep(rng.uniform(0.5, 3.0))
        process.kill()
        killed += process.wait() == -signal.SIGKILL
    answer = run("train", "--model-dir", broken, *args)
    assert answer.returncode == 0 and killed, answer.stderr
    # A kill in the middle of a write leaves what was written so far, for the next hour.
    assert [name for name in os.listdir(broken) if not name.endswith(".new")] == os.listdir(whole)
    for path in whole.iterdir():
        assert path.read_bytes() == (broken / path.name).read_bytes(), path.name


def test_commands_run_straight_from_a_checkout(trained, tmp_path):
    folder = Path(__file__).resolve().parents[2] / "bin"
    if not folder.is_dir():
        pytest.skip("no checkout: there is no folder 'bin' beside the tests")
    for name in ("train", "recommend", "evaluate"):
        command = [sys.executable, folder / f"instahash-{name}", "--version"]
        answer = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path)
        assert answer.returncode == 0 and answer.stdout.startswith(f"instahash-{name} ")


def test_options_of_an_answer(trained, tmp_path):
    model = ["--model-dir", trained[0] / "model"]

    def ask(*args):
        answer = asked("recommend", *model, "--json", *args)
        assert answer.returncode == 0, answer.stderr
        return json.loads(answer.stdout)

    plain = ask("--labels", "dog, grass")
    assert len(plain["hashtags"]) == 10 and all(0 < score < 1 for score in plain["scores"])
    assert ask("--labels", "dog:0.51, grass")["scores"] != plain["scores"]
    assert len(ask("--labels", "dog", "--platform", "TikTok", "--chosen", "#love, fun")["hashtags"]) == 3
    assert len(ask("--labels", "dog", "--platform", "Instagram")["hashtags"]) == 5
    assert len(ask("--labels", "dog", "--platform", "instagram=30")["hashtags"]) == 30
    assert "love" not in ask("--labels", "dog", "--chosen", "#love", "--top", "50")["hashtags"]
    strange = asked("recommend", *model, "--labels", "dog", "--chosen", "#love #qwxyz")
    assert strange.returncode == 0 and "nothing follows from it: --chosen qwxyz" in strange.stderr
    (tmp_path / "banned.txt").write_text(f"#{plain['hashtags'][0].upper()}\n{plain['hashtags'][1]}, x\n")
    left = ask("--labels", "dog, grass", "--banned", tmp_path / "banned.txt")["hashtags"]
    assert len(left) == 10 and not set(plain["hashtags"][:2]) & set(left)
    assert ask("--labels", "dog, grass", "--novelty", "0.9")["hashtags"] != plain["hashtags"]
    assert ask("--labels", "dog, grass", "--diversity", "0.9")["hashtags"] != plain["hashtags"]
    assert ask("--labels", "dog, grass", "--user", "nobody known")["hashtags"] == plain["hashtags"]
    posts = asked("recommend", *model, "--posts", "sample-small", "--banned", tmp_path / "banned.txt")
    assert posts.returncode == 0 and f"#{plain['hashtags'][0]} " not in posts.stdout

    question = ["recommend", *model, "--labels", "dog"]
    assert refused(asked(*question, "--novelty", "2"), "2 is not in [0, 1]")
    assert refused(asked(*question, "--platform", "myspace"), "'myspace' is none of", *PLATFORMS)
    assert refused(asked(*question[:3], "--labels", "dog:9"), "the score of 'dog' is 9; a score is from 0 to 1, as in")
    assert refused(asked(*question, "--banned", tmp_path / "none.txt"), "none.txt", "give a text file")
    (tmp_path / "banned.txt").write_bytes(b"#sea " * 200_001)
    assert refused(asked(*question, "--banned", tmp_path / "banned.txt"), "more than 1,000,000 bytes; give fewer")
    many = " ".join(f"t{i}" for i in range(5))
    assert refused(asked(*question, "--platform", "instagram", "--chosen", many), "takes 5 hashtags and 5 are chosen")
    assert refused(asked("recommend", *model, "--posts", "sample", "--user", "a"), "give them with --labels")


def test_evaluation_against_every_baseline(trained, tmp_path):
    folder, out = trained[0], tmp_path / "result.json"
    args = ["--model-dir", folder / "model", "--data", folder / "posts.jsonl.gz", "--json", out]
    answer = run("evaluate", *args, "--baselines", folder / "posts.jsonl.gz")
    assert answer.returncode == 0, answer.stderr
    systems = {"word2vec", "softmax", "popularity", "cooccurrence", "item_cosine", "ease", "ridge", "network"}
    assert set(json.loads(out.read_text())["ranking"]) == systems | {"instahash"}


def test_the_settings_of_a_mode_are_listed():
    lines = {
        mode: run("train", "--mode", mode, "--settings", "--set", "word2vec.dim=7").stdout for mode in ("best", "paper")
    }
    for text in lines.values():
        assert re.search(r"^word2vec\.dim +7 +\S", text, re.MULTILINE) and "data.max_hashtags" in text
    assert (
        "softmax.dropout" in lines["best"] and "autorec.decoder" in lines["paper"] and "autorec." not in lines["best"]
    )
