"""What stands beside hashtags and behind a training where labels are doubted or not known, and what a limit cuts."""

import json
from contextlib import contextmanager

import pytest

from instahash import InstaHash
from instahash.annotate import Annotation
from instahash.cli import recommend, train
from instahash.data import Label
from instahash.data.small import small_posts
from instahash.pipeline import settings_of

QUICK = {
    "best": ["softmax.epochs=3", "softmax.n_hidden=8", "completion.epochs=12", "word2vec.dim=8"],
    "paper": ["word2vec.dim=8", "autorec.epochs=1", "autorec.n_hidden=8"],
}


@pytest.fixture(scope="module", params=QUICK)
def model(request, tmp_path_factory):
    """The folder of a model of each mode."""
    folder = tmp_path_factory.mktemp(request.param)
    InstaHash(settings_of(request.param, QUICK[request.param])).fit(small_posts(200)).save(folder)
    return folder


@pytest.fixture
def ask(model, capsys):
    """ask(*args) -> (code, what it printed, the lines that it said)."""

    def asked(*args):
        try:
            code = recommend.main(["--model-dir", str(model), *args])
        except SystemExit as end:
            code = end.code
        printed, said = capsys.readouterr()
        return code, printed, [line.removeprefix("instahash-recommend: ") for line in said.splitlines()]

    return asked


@pytest.mark.parametrize(
    "args, best, paper",
    [
        (["dogg, zeppelin"], "not in the vocabulary, repeated as they are: dogg (dog?), zeppelin",
         "not known to the model: dogg (dog?), zeppelin; these are the most used hashtags"),
        (["dog:0.1"], "no label is likely, with a score of 0.2 or more: dog:0.1; these hashtags fit any photo",
         "no label is likely, with a score of 0.2 or more: dog:0.1; these are the most used hashtags"),
        (["dog:0.05", "--min-score", "0.1"],
         "no label is likely, with a score of 0.1 or more: dog:0.05; these hashtags fit any photo",
         "no label is likely, with a score of 0.1 or more: dog:0.05; these are the most used hashtags"),
        (["zeppelin:0.3"], "no label has a score of 0.5 or more; these are guesses from the likeliest ones",
         "doubted, below min_score 0.5: zeppelin:0.3; not known to the model: zeppelin; these are the most used "
         "hashtags"),
        (["dog, zeppelin"], "not in the vocabulary, repeated as they are: zeppelin",
         "unknown words left out: zeppelin"),
        (["!", "--chosen", "lovve"], "no chosen hashtag is known; these hashtags fit any photo",
         "no chosen hashtag is known; these are the most used hashtags"),
        (["zeppelin:0.9, dog:0.3"], "doubted, below min_score 0.5: dog:0.3",
         "doubted, below min_score 0.5: dog:0.3; not known to the model: zeppelin; these are the most used hashtags"),
    ],
)  # fmt: skip
def test_which_labels_led_to_nothing_and_why_is_said(ask, model, args, best, paper):
    code, printed, said = ask("--labels", *args)
    wanted = best if "best" in model.name else paper
    assert code == 0 and printed.startswith("#") and wanted in said
    assert "--chosen" not in args or "best" not in model.name or "follows from it: --chosen lovve (love?)" in said[0]


def test_chosen_hashtags_are_enough(ask):
    code, printed, said = ask("--chosen", "#love")
    assert code == 0 and printed.startswith("#") and "#love" not in printed.split() and not said
    code, _, said = ask("--chosen", "!")
    assert code == 2 and said == ["error: --chosen is '!', which has no hashtag; try --chosen \"#sea #sun\""]


@pytest.fixture
def photo(tmp_path, monkeypatch):
    """A photo in which an annotator sees little for certain."""
    file = tmp_path / "photo.jpg"
    file.write_bytes(b"\xff\xd8\xff")

    @contextmanager
    def labelled(command, args, photos, quiet=False, features=False):
        yield (Annotation(photo.id, (Label("beach", 0.3), Label("wrixle", 0.1))) for photo in photos)

    monkeypatch.setattr(recommend, "labelled", labelled)
    return str(file)


def test_labels_of_ones_own_join_those_of_a_photo(ask, photo):
    _, alone, said = ask("--image", photo)
    assert said[0] == "(no label); below 0.5: beach 0.30, wrixle 0.10" and said[1].endswith("from the likeliest ones")
    _, printed, said = ask("--image", photo, "--labels", "dog, dog:0.2", "--json")
    answer = json.loads(printed)
    assert said[1:] == ["doubted, below min_score 0.5: dog:0.2"]
    assert [(label["description"], label["score"]) for label in answer["labels"]] == [
        ("dog", 1), ("dog", 0.2), ("beach", 0.3), ("wrixle", 0.1)
    ]  # fmt: skip
    assert answer["trace"]["description"] == ["dog"]
    code, _, said = ask("--posts", photo.replace("photo.jpg", "posts.jsonl"), "--labels", "dog")
    assert code == 2 and "--posts is a file of posts with labels of their own; leave out --labels" in said[0]


@pytest.mark.parametrize(
    "args, said",
    [
        (["instagram"], "instagram takes 5 hashtags since 18 December 2025 (announced by the platform), chosen ones"),
        (["Threads", "--top", "3"], "threads takes 1 hashtag since 7 December 2023"),
        (["youtube", "--top", "30"], "youtube takes 15 hashtags as of November 2026 (disputed)"),
        (["instagram", "--top", "5"], ""),
        (["instagram=3"], ""),
        (["flickr"], ""),
        (["instagram", "--json"], ""),
    ],
)
def test_a_limit_that_cuts_the_list_is_named(ask, args, said):
    _, _, lines = ask("--labels", "dog", "--platform", *args)
    assert not lines if not said else lines[0].startswith(said) and "=N has another number" in lines[0]


@pytest.mark.parametrize(
    "highest, n_sure, said",
    [
        (0.3, 0, "No label of 40 photos is sure enough, with data.min_score 0.5 or more: it has learnt from hashtags "
         "alone, and knows no photos. Training again with --set data.min_score=0.2 learns from the labels of 40 more."),
        (0.1, 0, "and knows no photos. The surest has 0.10. Give labels of your own, or of another annotator."),
        (0.3, 19, "Of 40 photos 21 have no label that is sure enough, with data.min_score 0.5 or more. Training again"),
        (0.1, 19, "with data.min_score 0.5 or more. Give labels of your own, or of another annotator."),
        (0.3, 20, ""),
        (0.0, 0, "No photo has a label: it has learnt from hashtags alone, and knows no photos."),
    ],
)  # fmt: skip
def test_a_training_says_how_many_photos_have_no_sure_label_and_what_works(
    highest, n_sure, said, tmp_path, capsys, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    scores = [[0.9] if i < n_sure else [highest] if highest else [] for i in range(41)]
    posts = [
        {"id": str(i), "hashtags": ["sea", f"t{i % 4}"][: 2 * (i < 40)], "labels": [["water", s] for s in scores[i]]}
        for i in range(41)
    ]
    (tmp_path / "posts.jsonl").write_text("\n".join(map(json.dumps, posts)))
    assert train.main(["--data", "posts.jsonl", *(f"--set={setting}" for setting in QUICK["best"])]) == 0
    lines = capsys.readouterr().out.split("\n\n")[0].splitlines()
    learnt = next(i for i, line in enumerate(lines) if line.startswith("It learnt from 40 posts"))
    assert said in lines[learnt - 1] and ("Training again" in lines[learnt - 1]) == ("Training again" in said)
    works = "--image photo.jpg" if n_sure else "--chosen '#sea'; or"
    assert lines[-1].startswith(f"Next: instahash-recommend {works}")
