"""How an evaluation ends: how good the model is, in plain lines; and what a training says of the model before it."""

import shutil

import pytest

from instahash import InstaHash
from instahash.cli import evaluate, train
from instahash.cli.verdict import verdict
from instahash.data.small import small_posts
from instahash.formats import write_posts
from instahash.pipeline import settings_of
from instahash.storage import write_model

QUICK = ["softmax.epochs=3", "softmax.n_hidden=8", "completion.epochs=12", "word2vec.dim=8"]


def result(low, high, posts=30, **hits):
    ranking = {name: {"precision@5": n / 5} for name, n in hits.items()}
    differences = {name: {"precision@5": {"low": low, "high": high}} for name in hits}
    return {"posts": posts, "ranking": ranking, "differences": differences}


@pytest.mark.parametrize(
    "low, high, seen, said",
    [
        (0.01, 0.2, False, "So it is better than co-occurrence, by more than chance explains."),
        (-0.2, -0.01, False, "So it is worse than co-occurrence, by more than chance explains: take more posts"),
        (-0.1, 0.1, False, "So it is about as good as co-occurrence: the difference may be chance."),
        (0.01, 0.2, True, "The model was trained on these very posts, so that this is too good."),
    ],
)
def test_beside_the_best_baseline_that_may_be_chance(low, high, seen, said):
    """The model's own parts are no baselines, however good."""
    first, second = verdict(result(low, high, instahash=2.5, softmax=3, popularity=0.75, cooccurrence=2), seen)
    assert first == (
        "On 30 posts 2.5 of the five hashtags that it suggests are the author's own; of the five most used ones 0.8 "
        "are, of five by co-occurrence, the best baseline, 2.0."
    )
    assert second.startswith(said)


@pytest.mark.parametrize("posts", [1, 29])
def test_few_posts_tell_of_no_difference(posts):
    """Of one post every difference is beyond its interval."""
    seen, unseen = ([*verdict(result(1, 1, posts, instahash=3, popularity=2), own)][1] for own in (True, False))
    assert unseen == "That is too few to tell whether it is better than popularity: give 30 posts or more."
    assert seen.startswith("The model was trained on these")


def test_where_the_most_used_hashtags_are_the_best_baseline():
    first, second = verdict(result(0.1, 0.2, instahash=2.5, popularity=1, cooccurrence=0.5), False)
    assert first.endswith("; of the five most used ones 1.0 are.") and "better than popularity" in second


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    folder = tmp_path_factory.mktemp("trained")
    write_posts(folder / "posts.jsonl", small_posts(120))
    write_posts(folder / "others.jsonl", small_posts(40, seed=1))
    InstaHash(settings_of("best", QUICK)).fit(folder / "posts.jsonl").save(folder)
    return folder


@pytest.mark.parametrize("data", ["posts.jsonl", "others.jsonl"])
def test_an_evaluation_ends_in_two_plain_lines(trained, data, capsys):
    assert evaluate.main(["--model-dir", str(trained), "--data", str(trained / data)]) == 0
    blank, first, second = capsys.readouterr().out.splitlines()[-3:]
    assert not blank and " of the five hashtags that it suggests are the author's own; " in first
    assert second.startswith("The model was trained on these" if data == "posts.jsonl" else "So it is ")


def test_a_training_names_the_model_of_other_posts_that_it_replaces(trained, tmp_path, capsys):
    said = "', of 120 posts, mode 'best', has learnt from other posts, and is replaced by this training; another --mod"
    for i, (data, more, says) in enumerate(
        [("others.jsonl", [], True), ("others.jsonl", ["--quiet"], False), ("posts.jsonl", [], False)]
    ):
        model = shutil.copytree(trained, tmp_path / f"model{i}")
        settings = (f"--set={each}" for each in QUICK)
        assert train.main(["--data", str(trained / data), "--model-dir", str(model), *settings, *more]) == 0
        printed, complaints = capsys.readouterr()
        assert (said in printed) == says and ("replaced" in printed) == says and not complaints


@pytest.mark.parametrize(
    "posts, mode, says", [("many", "best", ""), (float("inf"), "best", ""), (5, "b\x1b[31m", r"'b\x1b[31m'")]
)
def test_a_strange_header_of_the_model_before_stops_no_training(trained, tmp_path, capsys, posts, mode, says):
    write_model(tmp_path, {"summary": {"posts": posts}, "mode": mode, "trained_on": []}, {})
    settings = (f"--set={each}" for each in QUICK)
    assert train.main(["--data", str(trained / "others.jsonl"), "--model-dir", str(tmp_path), *settings]) == 0
    printed = capsys.readouterr().out
    assert says in printed and ("replaced" in printed) == bool(says) and "\x1b" not in printed
