"""The local Google Cloud Vision does what it is told, or tests that lean on it would prove nothing."""

import io
import json
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

LABELS, OBJECTS = "LABEL_DETECTION", "OBJECT_LOCALIZATION"


class Caller:
    """The official client without retries, beside what it needs to ask."""

    def __init__(self, address):
        import grpc
        from google.cloud import vision
        from google.cloud.vision_v1.services.image_annotator.transports import ImageAnnotatorGrpcTransport

        # Channels to one address would share a connection otherwise.
        options = [("grpc.use_local_subchannel_pool", 1), ("grpc.enable_http_proxy", 0)]
        self._channel = grpc.insecure_channel(address, options=options)
        self._vision = vision
        self._client = vision.ImageAnnotatorClient(transport=ImageAnnotatorGrpcTransport(channel=self._channel))

    def __call__(self, contents, features=((LABELS, 20),), timeout=10.0):
        vision = self._vision
        features = [vision.Feature(type_=vision.Feature.Type[kind], max_results=most) for kind, most in features]
        requests = [
            vision.AnnotateImageRequest(image=vision.Image(content=content), features=features) for content in contents
        ]
        return self._client.batch_annotate_images(requests=requests, retry=None, timeout=timeout).responses

    def close(self):
        self._channel.close()


@pytest.fixture
def ask(vision):
    caller = Caller(vision.address)
    yield caller
    caller.close()


def names(response):
    return [label.description for label in response.label_annotations]


def refused(ask, contents, **options):
    from google.api_core.exceptions import GoogleAPICallError

    with pytest.raises(GoogleAPICallError) as caught:
        ask(contents, **options)
    return caught.value.grpc_status_code.name


def ask_again(ask, contents):
    """The answers, even if the client takes a moment to see that its connection is gone."""
    from google.api_core.exceptions import ServiceUnavailable

    for _ in range(10):
        try:
            return ask(contents)
        except ServiceUnavailable:
            time.sleep(0.05)
    return ask(contents)


# ----------------------------------------------------------------------------------------------------------- pictures


@given(number=st.integers(0, 65535), size=st.integers(32, 640), quality=st.integers(60, 95))
def test_a_picture_is_read_after_scaling_and_jpeg(fake_vision, number, size, quality):
    from PIL import Image

    file = io.BytesIO()
    Image.open(io.BytesIO(fake_vision.picture(number))).resize((size, size)).save(file, "JPEG", quality=quality)
    assert fake_vision.read(file.getvalue()) == fake_vision.read(fake_vision.picture(number)) == number


def test_what_is_no_picture_has_no_number(fake_vision):
    from PIL import Image

    file = io.BytesIO()
    Image.linear_gradient("L").save(file, "PNG")
    assert fake_vision.read(file.getvalue()) is None
    with pytest.raises(OSError):
        fake_vision.read(b"no image")
    for number in (-1, 65536):
        with pytest.raises(ValueError, match="65535"):
            fake_vision.picture(number)


# ------------------------------------------------------------------------------------------------------------ answers


def test_each_picture_gets_its_own_labels_in_order(ask, picture):
    numbers = [1234, 65535, 0, 7]
    answers = ask([picture(number) for number in numbers])
    assert [names(answer)[:2] for answer in answers] == [
        [f"photo {number}", "odd" if number % 2 else "even"] for number in numbers
    ]
    label = answers[0].label_annotations[0]
    assert label.score == pytest.approx(0.97)
    assert 0 < label.topicality < 0.5
    assert label.mid.startswith("/m/")
    assert not any(answer.localized_object_annotations for answer in answers)


def test_objects_have_boxes_and_both_kinds_keep_to_max_results(ask, picture):
    (answer,) = ask([picture(5)], [(LABELS, 2), (OBJECTS, 1)])
    assert names(answer) == ["photo 5", "odd"]
    (seen,) = answer.localized_object_annotations
    assert (seen.name, seen.score) == ("block", pytest.approx(0.9))
    assert all(0 <= corner.x <= 1 and 0 <= corner.y <= 1 for corner in seen.bounding_poly.normalized_vertices)
    (answer,) = ask([picture(5)], [(OBJECTS, 0)])
    assert not answer.label_annotations
    assert len(answer.localized_object_annotations) == 4


def test_bad_image_data_is_an_error_of_that_image_alone(ask, picture):
    answers = ask([picture(1), b"no image", picture(1)[:60], picture(2)])
    assert [(answer.error.code, answer.error.message) for answer in answers] == [
        (0, ""),
        (3, "Bad image data."),
        (3, "Bad image data."),
        (0, ""),
    ]
    assert names(answers[3])[0] == "photo 2"


def test_what_it_sees_can_be_told(vision, ask, picture):
    vision.sees = lambda number: ([(f"number {number}", 0.5)], [])
    assert names(ask([picture(3)])[0]) == ["number 3"]


def test_limits(vision, ask, picture):
    noise = bytes(range(256)) * 4096  # 1 MB
    assert len(ask([picture(0)] * 16)) == 16
    assert refused(ask, [picture(0)] * 17) == "INVALID_ARGUMENT"
    assert refused(ask, [noise] * 11) == "INVALID_ARGUMENT"
    assert len(ask([noise] * 9)) == 9
    assert refused(ask, [picture(0), b""]) == "INVALID_ARGUMENT"
    assert refused(ask, [picture(0)], features=[]) == "INVALID_ARGUMENT"
    assert refused(ask, []) == "INVALID_ARGUMENT"
    assert vision.answered() == {0: 16}
    assert [call.kind for call in vision.calls] == ["ok", *["refused"] * 2, "ok", *["refused"] * 3]


# ------------------------------------------------------------------------------------------------------------- faults


@pytest.mark.parametrize(
    "outcome, code",
    [
        ("quota", "RESOURCE_EXHAUSTED"),
        ("unavailable", "UNAVAILABLE"),
        ("internal", "INTERNAL"),
        ("deadline", "DEADLINE_EXCEEDED"),
        ("invalid", "INVALID_ARGUMENT"),
        ("denied", "PERMISSION_DENIED"),
        ("unauthenticated", "UNAUTHENTICATED"),
        ("unknown", "UNKNOWN"),
        ("aborted", "ABORTED"),
        ("cancelled", "CANCELLED"),
        ("drop", "UNAVAILABLE"),
        ("torn", "UNAVAILABLE"),
    ],
)
def test_a_call_fails_as_told_and_the_next_does_not(vision, ask, picture, outcome, code):
    vision.script([outcome])
    started = time.monotonic()
    assert refused(ask, [picture(1)]) == code
    assert names(ask_again(ask, [picture(1)])[0])[0] == "photo 1"
    assert time.monotonic() - started < 5
    assert vision.answered() == {1: 1}
    assert vision.received() == {1: 2}


def test_a_drop_takes_along_the_calls_of_its_connection_and_no_other(vision, ask, picture):
    vision.script([("delay", 0.5), ("delay", 0.5), "drop"])
    other = Caller(vision.address)
    with ThreadPoolExecutor(3) as threads:
        beside = threads.submit(refused, ask, [picture(1)])
        while len(vision.calls) < 1:
            time.sleep(0.01)
        apart = threads.submit(other, [picture(2)])
        while len(vision.calls) < 2:
            time.sleep(0.01)
        assert refused(ask, [picture(3)]) == "UNAVAILABLE"
        assert beside.result() == "UNAVAILABLE"
        assert names(apart.result()[0])[0] == "photo 2"
    other.close()


def test_slow_lasts_until_the_client_gives_up(vision, ask, picture):
    vision.script(["slow"])
    started = time.monotonic()
    assert refused(ask, [picture(1)], timeout=0.3) == "DEADLINE_EXCEEDED"
    assert 0.25 < time.monotonic() - started < 2
    assert not vision.answered()


def test_a_client_that_gives_up_early_keeps_no_server_from_closing(fake_vision, picture):
    large = picture(1, 4000)  # takes a while to look at
    with fake_vision.FakeVision() as server:
        ask = Caller(server.address)
        server.script(["slow", "drop"])
        for _ in range(2):
            assert refused(ask, [large] * 8, timeout=0.2) == "DEADLINE_EXCEEDED"
        ask.close()
        started = time.monotonic()
    assert time.monotonic() - started < 20


def test_late_answers_come_in_another_order(vision, ask, picture):
    vision.script([("delay", 0.4), ("delay", 0.01)])
    with ThreadPoolExecutor(2) as threads:
        first = threads.submit(lambda: (ask([picture(1)]), time.monotonic()))
        while not vision.calls:
            time.sleep(0.01)
        second = threads.submit(lambda: (ask([picture(2)]), time.monotonic()))
        assert names(first.result()[0][0])[0] == "photo 1"
        assert names(second.result()[0][0])[0] == "photo 2"
        assert first.result()[1] > second.result()[1]


def test_an_error_of_one_image(vision, ask, picture):
    contents = [picture(number) for number in range(8)]
    vision.script([("image", 14, 5), ("image", 7), ("image", 8)])
    codes = [[answer.error.code for answer in ask(contents)] for _ in range(3)]
    assert codes[0] == [0, 0, 0, 0, 0, 14, 0, 0]
    assert sorted(codes[1]) == [0] * 7 + [7]
    assert sorted(codes[2]) == [0] * 7 + [8]
    assert vision.answered()[5] == 3 - sum(row[5] > 0 for row in codes)
    assert sum(vision.answered().values()) == 21


def test_answers_that_are_too_few_or_too_many(vision, ask, picture):
    contents = [picture(number) for number in range(8)]
    vision.script(["short", "long"])
    assert len(ask(contents)) == 7
    assert len(ask(contents)) == 9
    assert not vision.answered()


def test_odd_answers(vision, ask, picture):
    vision.script(["empty", "partial", "scores", "nameless"])
    both = [(LABELS, 20), (OBJECTS, 20)]
    empty, partial, scores, nameless = (ask([picture(1)], both)[0] for _ in range(4))
    assert not empty.label_annotations and not empty.localized_object_annotations and not empty.error.code
    assert partial.label_annotations and not partial.localized_object_annotations and partial.error.code == 13
    assert scores.label_annotations[0].score > 1
    assert scores.label_annotations[-1].score < 0
    assert [name.strip() for name in names(nameless)] == ["", "photo 1", "odd", "noise", ""]
    assert vision.answered() == {1: 3}


def test_a_poisoned_picture_spoils_every_call_it_is_in(vision, ask, picture):
    vision.poison = {2: "internal", 3: ("image", 13)}
    assert refused(ask, [picture(1), picture(2)]) == "INTERNAL"
    assert refused(ask, [picture(2)]) == "INTERNAL"
    assert [answer.error.code for answer in ask([picture(1), picture(3), picture(4)])] == [0, 13, 0]
    assert vision.answered() == {1: 1, 4: 1}
    vision.script(["ok", "denied"])
    assert refused(ask, [picture(2)]) == "INTERNAL"
    assert refused(ask, [picture(2)]) == "PERMISSION_DENIED"


def test_chance_is_seeded_and_has_its_share(fake_vision, picture):
    def outcomes(seed):
        with fake_vision.FakeVision(fail_share=0.4, seed=seed, mix=["quota", ("image", 14)]) as server:
            ask = Caller(server.address)
            for _ in range(100):
                try:
                    ask([picture(1), picture(2)])
                except Exception as error:
                    assert error.grpc_status_code.name == "RESOURCE_EXHAUSTED"
            ask.close()
            return [call.outcome for call in server.calls]

    first = outcomes(1)
    assert first == outcomes(1) != outcomes(2)
    assert 25 < sum(outcome != "ok" for outcome in first) < 55
    assert {outcome[:2] if isinstance(outcome, tuple) else outcome for outcome in first} == {
        "ok",
        "quota",
        ("image", 14),
    }


def test_away_and_back(vision, ask, picture):
    ask([picture(1)])
    vision.go_away()
    for caller in (ask, Caller(vision.address)):
        assert refused(caller, [picture(2)]) == "UNAVAILABLE"
    caller.close()
    vision.come_back()
    # A new client: the old ones wait a second before they connect again.
    again = Caller(vision.address)
    assert names(again([picture(2)])[0])[0] == "photo 2"
    again.close()
    assert vision.received() == {1: 1, 2: 1}


def test_an_unknown_outcome_is_refused(fake_vision, vision):
    for outcome in ("quotas", ("image",), ("delay", 1, 2), ("quota", 1)):
        with pytest.raises(ValueError):
            vision.script([outcome])
        with pytest.raises(ValueError):
            fake_vision.FakeVision(mix=[outcome])


# ---------------------------------------------------------------------------------------------------------------- log


def test_calls_are_logged(fake_vision, picture, tmp_path):
    with fake_vision.FakeVision(log=tmp_path / "log") as server:
        ask = Caller(server.address)
        before = time.time()
        server.script(["ok", "quota", ("delay", 0.2)])
        ask([picture(1), b"no image"], [(LABELS, 7), (OBJECTS, 3)])
        refused(ask, [picture(2)])
        ask([picture(3)])
        ask.close()
        first, second, third = server.calls
        assert (first.n_images, first.pictures, first.labelled, first.outcome) == (2, [1, None], [1], "ok")
        assert first.features == [[(LABELS, 7), (OBJECTS, 3)]] * 2
        assert len(first.sha256[0]) == 64 and first.sha256[0] != first.sha256[1]
        assert (second.outcome, second.labelled) == ("quota", [])
        assert before <= first.arrived <= first.answered <= second.arrived <= second.answered <= time.time()
        assert third.answered - third.arrived >= 0.2
    lines = [json.loads(line) for line in (tmp_path / "log").read_text(encoding="utf-8").splitlines()]
    assert sorted((line["number"], line["event"]) for line in lines) == [
        (number, event) for number in range(3) for event in ("answered", "arrived")
    ]
    for number, call in enumerate((first, second, third)):
        arrived, answered = [line for line in lines if line["number"] == number]
        assert (arrived["event"], answered["event"]) == ("arrived", "answered")
        assert arrived["pictures"] == answered["pictures"] == call.pictures
        assert arrived["answered"] is None and arrived["labelled"] == []
        assert answered["labelled"] == call.labelled
        assert answered["time"] >= call.answered > arrived["arrived"]


def test_the_line_of_an_arrival_is_in_the_file_before_the_answer(fake_vision, picture, tmp_path):
    with fake_vision.FakeVision(log=tmp_path / "log") as server, ThreadPoolExecutor(1) as threads:
        ask = Caller(server.address)
        server.script([("delay", 0.5)])
        answer = threads.submit(ask, [picture(9)])
        while not (tmp_path / "log").read_text(encoding="utf-8").endswith("\n"):
            time.sleep(0.01)
        assert not answer.done()
        (line,) = (tmp_path / "log").read_text(encoding="utf-8").splitlines()
        assert json.loads(line)["pictures"] == [9]
        answer.result()
        ask.close()


def test_rate_is_the_most_images_of_any_window(fake_vision):
    server = fake_vision.FakeVision()
    for arrived, n_images in [(9.0, 5), (0.0, 4), (10.0, 6), (15.0, 1), (19.0, 3), (18.9, 2)]:
        server.calls.append(fake_vision.Call(0, arrived, 0, n_images, [], [], [], "ok"))
    assert [server.rate(window) for window in (0.5, 1, 1.1, 10, 10.1, 100)] == [6, 6, 11, 14, 17, 21]


# ------------------------------------------------------------------------------------------------------------ process


def test_as_a_process(picture, tmp_path):
    script = Path(__file__).with_name("fake_vision.py")
    options = [
        "--port",
        "0",
        "--log",
        tmp_path / "log",
        "--script",
        "quota",
        '["image", 14, 1]',
        "--poison",
        "5=denied",
    ]
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONUNBUFFERED"}
    with subprocess.Popen(
        [sys.executable, script, *options], stdout=subprocess.PIPE, text=True, env=environment
    ) as process:
        try:
            ask = Caller(process.stdout.readline().strip())
            assert refused(ask, [picture(1)]) == "RESOURCE_EXHAUSTED"
            assert [answer.error.code for answer in ask([picture(1), picture(2)])] == [0, 14]
            assert refused(ask, [picture(5)]) == "PERMISSION_DENIED"
            ask.close()
            process.send_signal(signal.SIGTERM)
            assert process.wait(10) == 0
        finally:
            process.kill()
    events = [json.loads(line)["event"] for line in (tmp_path / "log").read_text(encoding="utf-8").splitlines()]
    assert sorted(events) == ["answered"] * 3 + ["arrived"] * 3
