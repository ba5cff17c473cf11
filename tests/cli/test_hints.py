"""A command line that does not fit is answered with what may have been meant."""

import pytest

from instahash import InstaHash
from instahash.cli import annotate, evaluate, explore, learn, recommend, train
from instahash.errors import meant, nearest


def the_one_line(code, capsys):
    """What a command has said, one line, where it ended with 2."""
    error = capsys.readouterr().err
    assert code == 2 and error.count("\n") == 1
    return error


@pytest.mark.parametrize(
    "main, words, said",
    [
        (train.main, "posts.jsonl.gz", "did you mean --data posts.jsonl.gz?"),
        (train.main, "--quiet photos.zip", "did you mean --data photos.zip?"),
        (train.main, "--mode pape", "did you mean paper?"),
        (train.main, "--sed 3", "did you mean --seed?"),
        (train.main, "--data -", "standard input and output are not taken"),
        (train.main, "--set autorec.epoch=3", "did you mean autorec.epochs, of mode 'paper'?"),
        (train.main, "--mode paper --set autorec.epoch=3", "did you mean autorec.epochs?"),
        (train.main, "--set epoch=3", "did you mean word2vec.epochs or softmax.epochs or completion.epochs?"),
        (recommend.main, "photo.JPG", "did you mean --image photo.JPG?"),
        (recommend.main, "walk.mp4", "did you mean --image walk.mp4?"),
        (recommend.main, "posts.jsonl", "did you mean --posts posts.jsonl?"),
        (recommend.main, "dog,cat", "did you mean --labels dog,cat?"),
        (recommend.main, "--labels dog cat", 'did you mean --labels "dog, cat", in quotes and with commas?'),
        (recommend.main, "--labels=sky, boat", 'did you mean --labels "sky, boat", in quotes and with commas?'),
        (recommend.main, "--imgae", "did you mean --image?"),
        (recommend.main, "--lables dog", "did you mean --labels?"),
        (evaluate.main, "held-out.csv", "did you mean --data held-out.csv?"),
        (evaluate.main, "--data x --report x.pdf", "would be a page in HTML"),
        (annotate.main, "photo.jpg --annotator ofline", "did you mean offline?"),
        (explore.main, "--prot 80", "did you mean --port or --posts or --photos?"),
        (explore.main, "photo.jpg", "instahash-recommend --image photo.jpg, or the page of instahash-explore"),
        (explore.main, "--image=photo.jpg", "instahash-recommend --image photo.jpg"),
        (explore.main, "posts.jsonl", "did you mean --posts posts.jsonl?"),
        (train.main, "photo.jpg", "instahash-recommend --image photo.jpg"),
        (train.main, "--posts --quiet", "did you mean --photos or --set"),
        (train.main, "--posts photo.jpg", "instahash-recommend --image photo.jpg"),
        (train.main, "--posts posts.jsonl", "did you mean --data posts.jsonl?"),
        (recommend.main, "--data photo.jpg", "did you mean --image photo.jpg?"),
        (recommend.main, "--posts photo.jpg", "is a photo; did you mean --image photo.jpg?"),
        (learn.main, "strat", "did you mean start?"),
    ],
)
def test_what_was_meant_is_asked_in_one_line(main, words, said, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    try:
        code = main(words.split())
    except SystemExit as end:
        code = end.code
    assert said in the_one_line(code, capsys) and not [*tmp_path.iterdir()]


@pytest.mark.parametrize(
    "main, words, said",
    [
        (train.main, "--data photo.jpg", "no post to learn hashtags from; for the hashtags of a photo: instahash-rec"),
        (train.main, "--data empty", "there is no file in 'empty'"),
        (recommend.main, "--posts empty", "there is no file in 'empty'"),
        (recommend.main, "--image empty", "there is no photo in 'empty'"),
        (annotate.main, "empty", "there is no photo in 'empty'"),
    ],
)
def test_a_photo_or_nothing_where_something_else_is_wanted_is_one_line(
    main, words, said, capsys, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(InstaHash, "fit", None)  # nothing is trained for that
    (tmp_path / "photo.jpg").write_bytes(b"\xff\xd8\xff")
    (tmp_path / "empty").mkdir()
    error = the_one_line(main(words.split()), capsys)
    assert said in error and "harrison" not in error


@pytest.mark.parametrize("words", ["", "--top", "--labels dog --top 0"])
def test_nothing_is_asked_where_nothing_suggests_itself(words, capsys):
    with pytest.raises(SystemExit):
        recommend.main(words.split())
    assert "did you mean" not in capsys.readouterr().err


def test_the_nearest_names_whatever_their_capitals():
    assert nearest("Instagram", ["tiktok", "instagram"]) == ["instagram"]
    assert meant("xyz", ["tiktok"]) == "" and meant("tiktk", ["TikTok"]) == "did you mean TikTok?"


@pytest.mark.parametrize("user", ["Anna", "@anna", " ANNA ", "\u00e4nna"])
def test_a_user_is_found_under_another_spelling(user):
    assert "anna" in recommend._written_otherwise(user)
