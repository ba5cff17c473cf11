"""Answers of image services as posts: which photo each belongs to, and what stands beside it."""

import json

import pytest


def google(*names):
    return {"labelAnnotations": [{"description": name, "score": 0.5} for name in names]}


REFUSED = {"error": {"code": 3, "message": "Bad image data."}}


def lines(*values):
    return "".join(json.dumps(value) + "\n" for value in values)


def test_a_file_names_the_photo_of_one_answer_alone(posts_of, tmp_path):
    (post,), _ = posts_of({"1.json": {"responses": [google("sea")]}}, "1.json")
    assert (post.id, post.photos, post.labels) == ("1", (str(tmp_path / "1"),), (("sea", 0.5),))
    posts, _ = posts_of({"1.json": {"responses": [google("sea"), google("cat")]}}, "1.json")
    assert [(post.id, post.photos) for post in posts] == [("answer 1", ()), ("answer 2", ())]


@pytest.mark.parametrize("first", [{}, {"labelAnnotations": []}, REFUSED])
def test_a_first_photo_without_labels_does_not_lose_the_others(posts_of, first):
    answers = [first, google("sea"), google("cat")]
    rows = [{"image": f"{number}.jpg", "answer": answer} for number, answer in enumerate(answers)]
    posts, left_out = posts_of({"a.jsonl": lines(*rows)}, "a.jsonl")
    assert [post.id for post in posts if post.labels] == ["1.jpg", "2.jpg"]
    assert {kind for kind, _ in left_out} <= {"other"}


def test_photos_that_a_service_refused_are_no_odd_items(posts_of):
    rows = [{"image": f"{number}.jpg", "answer": google("sea") if number % 2 else REFUSED} for number in range(8)]
    posts, left_out = posts_of({"a.jsonl": lines(*rows)}, "a.jsonl")
    assert len(posts) == 4 and left_out == [("other", "the service refused the photo: Bad image data")] * 4


@pytest.mark.parametrize(
    "answer", [google("sea"), {"answer": google("sea")}, {"Labels": [{"Name": "sea", "Confidence": 50.0}]}]
)
@pytest.mark.parametrize("own", [{"hashtags": ["beach"]}, {"caption": "Look! #beach"}])
def test_hashtags_beside_an_answer_are_kept(posts_of, answer, own):
    (post,), _ = posts_of({"a.jsonl": lines({"id": "1.jpg", "user": "anna", **own, **answer})}, "a.jsonl")
    assert (post.id, post.user, post.hashtags, post.labels) == ("1.jpg", "anna", ("beach",), (("sea", 0.5),))


def test_what_a_service_calls_tags_are_no_hashtags(posts_of):
    answer = {"tags": [{"name": "sea", "confidence": 0.5}], "description": {"tags": ["sun"]}, "requestId": "a"}
    (post,), _ = posts_of({"1.json": answer}, "1.json")
    assert (post.hashtags, post.labels) == ((), (("sea", 0.5),))
