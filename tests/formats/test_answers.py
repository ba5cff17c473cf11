"""Labels out of the answers of image services: small answers of each kind, and any JSON value."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from instahash.errors import DataError
from instahash.formats.answers import SERVICES, answers_in, azure, clarifai, google, image_name, rekognition

GOOGLE = {"labelAnnotations": [{"mid": "/m/0d4v4", "description": "Kite", "score": 0.75, "topicality": 0.5}]}
SNAKES = {
    "label_annotations": [{"description": "Kite", "score": 0.5}, {"description": "Sand", "topicality": 0.1}],
    "localized_object_annotations": [{"name": "kite", "score": 0.75}, {"name": "Person", "score": 0.25}],
    "web_detection": {"web_entities": [{"description": "Festival", "score": 9.5}]},
}
REKOGNITION = {
    "Labels": [
        {"Name": "Kite", "Confidence": 75.0, "Parents": [{"Name": "Toy"}], "Categories": [{"Name": "Hobbies"}]},
        {"Name": "Ball", "Confidence": 50.0, "Parents": [{"Name": "Sphere"}, {"Name": "Toy"}], "Aliases": []},
        {"Name": "Sphere", "Confidence": 25, "Parents": []},
    ],
    "LabelModelVersion": "3.0",
}
AZURE_3 = {
    "tags": [{"name": "kite", "confidence": 0.75}, {"name": "sand", "confidence": 0.5, "hint": "ground"}],
    "objects": [{"rectangle": {"x": 1}, "object": "Kite", "confidence": 0.875, "parent": {"object": "toy"}}],
    "description": {"tags": ["outdoor"], "captions": [{"text": "a kite on a beach", "confidence": 0.5}]},
    "categories": [{"name": "outdoor_", "score": 0.5}],
    "requestId": "1",
}
AZURE_4 = {
    "tagsResult": {"values": [{"name": "kite", "confidence": 0.75}]},
    "objectsResult": {"values": [{"boundingBox": {"x": 1}, "tags": [{"name": "person", "confidence": 0.5}]}]},
    "modelVersion": "2023-10-01",
}
CLARIFAI = {
    "status": {"code": 10000, "description": "Ok"},
    "outputs": [
        {
            "id": "f1",
            "data": {"concepts": [{"id": "ai_1", "name": "kite", "value": 0.75, "app_id": "main"}]},
            "input": {"id": "e7", "data": {"image": {"url": "https://example.org/kite.jpg"}}},
        }
    ],
}
ANSWERS = [
    (google, GOOGLE, [("Kite", 0.75)]),
    (google, {"responses": [GOOGLE]}, [("Kite", 0.75)]),
    (google, {"responses": [{}]}, []),
    (google, {"responses": []}, []),
    (google, {"responses": [{"faceAnnotations": [{"joyLikelihood": "LIKELY"}]}]}, []),
    (google, {"labelAnnotations": [], "error": None}, []),
    (google, {"label_annotations": [], "error": {"code": 0, "message": ""}}, []),
    (google, SNAKES, [("Kite", 0.75), ("Sand", 0), ("Person", 0.25)]),
    (google, {"localizedObjectAnnotations": [{"mid": "/m/1", "name": "Kite", "score": 0.5}]}, [("Kite", 0.5)]),
    (rekognition, REKOGNITION, [("Kite", 0.75), ("Ball", 0.5), ("Sphere", 0.25), ("Toy", 0.75)]),
    (rekognition, {"Labels": [], "LabelModelVersion": "3.0"}, []),
    (azure, AZURE_3, [("kite", 0.875), ("sand", 0.5)]),
    (azure, {"tags": [], "request_id": "1"}, []),
    (azure, AZURE_4, [("kite", 0.75), ("person", 0.5)]),
    (clarifai, CLARIFAI, [("kite", 0.75)]),
    (clarifai, {"outputs": [{"data": {"concepts": []}, "status": {"code": 10000, "description": "Ok"}}]}, []),
]


@pytest.mark.parametrize("service, answer, labels", ANSWERS)
def test_labels_of_each_service(service, answer, labels):
    assert [other for other in SERVICES if other.matches(answer)] == [service]
    assert list(service.labels(answer)) == labels
    assert list(answers_in(answer, "a.jpg")) == [(image_name(answer) or "a.jpg", tuple(labels))]


@pytest.mark.parametrize(
    "value",
    [None, 3, "text", [], {}, {"tags": ["kite", "sand"]}, {"tags": []}, {"labels": ["kite"]}, {"Labels": ["kite"]}],
)
def test_what_is_no_answer_matches_no_service(value):
    assert not any(service.matches(value) for service in SERVICES)


@pytest.mark.parametrize(
    "answer, reason",
    [
        ({"error": {"code": 3, "message": "Bad image\ndata."}}, "the service refused the photo: Bad image data"),
        ({"responses": [{"error": {"code": 14}}]}, "the service refused the photo: 14"),
        ({"responses": [{**GOOGLE, "error": {"code": 4, "message": "late"}}]}, "the service refused the photo: late"),
        ({"Error": {"Code": "InvalidImageFormatException", "Message": "no image"}}, "refused the photo: no image"),
        ({"error": {"code": "InvalidImageUrl", "message": "not there"}}, "the service refused the photo: not there"),
        ({"outputs": [{"status": {"code": 30002, "description": "Download failed"}}]}, "the photo: Download failed"),
        ({"outputs": [], "status": {"code": 11102, "description": "Invalid request"}}, "the photo: Invalid request"),
        ({"tags": ["kite"]}, "this is no answer of a service that is known (Google Cloud Vision, Amazon Rekognition,"),
    ],
)
def test_an_answer_without_labels_says_why(answer, reason):
    [(name, said)] = answers_in(answer, "a.jpg")
    assert name == "a.jpg" and isinstance(said, str) and reason in said and "\n" not in said


def test_answers_for_several_photos_are_not_taken_for_one():
    for service, answer in ((google, {"responses": [GOOGLE, {}]}), (clarifai, {"outputs": CLARIFAI["outputs"] * 2})):
        with pytest.raises(DataError, match="the answer is for 2 photos"):
            service.labels(answer)


@pytest.mark.parametrize(
    "score, expected",
    [
        (None, 0),
        (0, 0),
        ("0.5", 0.5),
        (1 + 1e-7, 1),
        (-1e-7, 0),
        *((odd, None) for odd in (1.5, -0.5, float("nan"), float("inf"), "high", "", True, [1], {}, 10**400)),
    ],
)
def test_an_odd_score_loses_one_label_and_is_counted(score, expected):
    left_out = Counter()
    answer = {"labelAnnotations": [{"description": "Kite", "score": score}, {"description": "Sand", "score": 0.5}]}
    kite = [] if expected is None else [("Kite", expected)]
    assert list(google.labels(answer, left_out)) == [*kite, ("Sand", 0.5)]
    assert left_out == ({"its score is no number in [0, 1]": 1} if expected is None else {})
    assert list(google.labels(answer)) == [*kite, ("Sand", 0.5)]


def test_labels_without_a_name_are_left_out_and_counted():
    left_out = Counter()
    values = [{"Name": name, "Confidence": 50} for name in (None, "", " \n", 7, "Kite")]
    answer = {"Labels": [*values, "Kite", None, {"Name": "Sand", "Confidence": 101, "Parents": [{"Name": "Ground"}]}]}
    assert list(answers_in(answer, "a", left_out)) == [("a", (("Kite", 0.5),))]
    assert left_out == {"it has no name": 6, "its score is no number in [0, 100]": 1}


def test_a_name_is_kept_once_with_its_highest_score():
    concepts = [
        {"name": name, "value": value} for name, value in (("Kite", 0.5), ("sand", 0.25), ("kite", 0.75), ("KITE", 0))
    ]
    assert clarifai.labels({"outputs": [{"data": {"concepts": concepts}}]}) == (("Kite", 0.75), ("sand", 0.25))


@pytest.mark.parametrize(
    "value, name",
    [
        ({"context": {"uri": "gs://bucket/kite.jpg"}}, "gs://bucket/kite.jpg"),
        ({"responses": [{"context": {"uri": "gs://bucket/kite.jpg"}}]}, "gs://bucket/kite.jpg"),
        ({"responses": [{"context": {"uri": "gs://bucket/kite.jpg"}}, {}]}, None),
        (CLARIFAI, "https://example.org/kite.jpg"),
        ({"outputs": [{"id": "f1", "input": {"id": "e7", "data": {"image": {"base64": ""}}}}]}, "e7"),
        ({"id": 7, **GOOGLE}, "7"),
        ({"id": "7", "image": "kite.jpg", **GOOGLE}, "kite.jpg"),
        ({"filename": "", "url": "https://example.org/1"}, "https://example.org/1"),
        ({"image": {"width": 3}, "file": True, "id": "kite.jpg"}, "kite.jpg"),
        (GOOGLE, None),
        ([GOOGLE], None),
    ],
)
def test_the_photo_that_an_answer_names(value, name):
    assert image_name(value) == name


KITE = (("Kite", 0.75),)


@pytest.mark.parametrize(
    "value, expected",
    [
        ([{"file": "a.jpg", **GOOGLE}, {"file": "b.jpg", "answer": GOOGLE}], [("a.jpg", KITE), ("b.jpg", KITE)]),
        ([GOOGLE, GOOGLE], [(None, KITE), (None, KITE)]),
        ([GOOGLE], [("name", KITE)]),
        ([], []),
        ({"a.jpg": GOOGLE, "b.jpg": {"responses": [GOOGLE]}, "c": {}}, [("a.jpg", KITE), ("b.jpg", KITE), ("c", ())]),
        ({"a.jpg": {**GOOGLE, "context": {"uri": "gs://b/1.jpg"}}}, [("a.jpg", KITE)]),
        ({"response": {"responses": [GOOGLE]}, "done": True}, [("name", KITE)]),
        ({"response": {**GOOGLE, "context": {"uri": "gs://b/1.jpg"}}}, [("gs://b/1.jpg", KITE)]),
        ({"url": "u", "one": GOOGLE, "two": CLARIFAI}, [("u", KITE), ("u", (("kite", 0.75),))]),
        (
            {"responses": [{**GOOGLE, "context": {"uri": "gs://b/1.jpg"}}, {"context": {"uri": "gs://b/2.jpg"}}, None]},
            [("gs://b/1.jpg", KITE), ("gs://b/2.jpg", ()), (None, ())],
        ),
        ({"outputs": CLARIFAI["outputs"] * 2}, [("https://example.org/kite.jpg", (("kite", 0.75),))] * 2),
    ],
)
def test_what_people_keep_of_many_answers(value, expected):
    assert list(answers_in(value, "name")) == expected


def test_what_is_no_answer_beside_others_has_its_reason():
    named, listed = list(answers_in({"a.jpg": GOOGLE, "b.jpg": "lost"}, "name")), list(answers_in([GOOGLE, 3], "name"))
    for (_, labels), (photo, reason) in (named, listed):
        assert labels == KITE and photo in ("b.jpg", None) and reason.startswith("this is no answer of a service")


# Any JSON value


KEYS = [
    *(
        "responses",
        "labelAnnotations",
        "label_annotations",
        "localizedObjectAnnotations",
        "description",
        "score",
        "error",
    ),
    *(
        "name",
        "message",
        "code",
        "context",
        "uri",
        "Labels",
        "Name",
        "Confidence",
        "Parents",
        "Error",
        "tags",
        "objects",
    ),
    *("confidence", "tagsResult", "values", "objectsResult", "outputs", "data", "concepts", "value", "input", "image"),
    *("id", "url", "status", "answer"),
]
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4)
JSON = st.recursive(
    LEAVES,
    lambda values: st.lists(values, max_size=3) | st.dictionaries(st.sampled_from(KEYS) | st.text(max_size=3), values),
    max_leaves=20,
)


def places(value):
    """Paths to every value inside a JSON value."""
    yield ()
    for key, part in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield from ((key, *path) for path in places(part))


def with_another(value, path, other):
    if not path:
        return other
    copy = value.copy()
    copy[path[0]] = with_another(value[path[0]], path[1:], other)
    return copy


@st.composite
def mutated(draw):
    answer = draw(st.sampled_from([answer for _, answer, _ in ANSWERS]))
    return with_another(answer, draw(st.sampled_from(list(places(answer)))), draw(JSON))


@given(JSON | mutated())
def test_any_json_value_gives_labels_or_a_reason(value):
    for photo, labels in answers_in(value, "a.jpg"):
        assert photo is None or isinstance(photo, str)
        assert isinstance(labels, str) or all(name and 0 <= score <= 1 for name, score in labels)
    for service in SERVICES:
        try:
            service.labels(value)
        except DataError as error:
            assert "\n" not in str(error)
