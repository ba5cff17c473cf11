"""Google Cloud Vision: the official client against a local server, over a real socket, through its faults."""

import io
import itertools
import json
import os
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from instahash.annotate import google
from instahash.data import Label
from instahash.errors import AnnotatorError, ImageError, SettingsError

LABELS, OBJECTS = "LABEL_DETECTION", "OBJECT_LOCALIZATION"
UNLIMITED = 1e6  # images a minute
PASSING = ["quota", "unavailable", "internal", "deadline", "drop", "torn", "short", "long"]


@pytest.fixture
def annotator(vision, monkeypatch):
    """annotator(**settings) -> GoogleAnnotator that talks to the server `vision`, and is quick to try again."""
    monkeypatch.setenv("VISION_EMULATOR_HOST", vision.address)
    monkeypatch.setenv("no_grpc_proxy", "127.0.0.1")
    monkeypatch.setattr(google, "FIRST_DELAY", 0.01)
    return lambda **settings: google.GoogleAnnotator(**{"rate": UNLIMITED, "patience": 5, "timeout": 5, **settings})


def seen(number):
    parity = "odd" if number % 2 else "even"
    return (Label(f"photo {number}", 0.97), Label(parity, 0.8), Label("noise", 0.3))


def label(labeller, images, stopped=None):
    """What it yields for the images, in their order; each once. Stopped where it would not end by itself."""
    stopped, results = stopped or threading.Event(), {}
    guard = threading.Timer(15, stopped.set)
    guard.start()
    try:
        for i, result in labeller.label(images, stopped):
            assert i not in results
            results[i] = result
    finally:
        guard.cancel()
    return [results.pop(i) for i in range(len(images))]


def check_error(error, *words):
    """It is one line that holds these words."""
    text = str(error)
    assert text and text == text.strip() and "\n" not in text, text
    for word in words:
        assert word in text


def check_spoilt(results, numbers, bad, *words):
    """Each image has its labels, but the bad ones an ImageError."""
    assert len(results) == len(numbers)
    for number, result in zip(numbers, results, strict=True):
        if number in bad:
            assert isinstance(result, ImageError), (number, result)
            check_error(result, *words)
        else:
            assert result == seen(number), number


def wait_until(condition, seconds=5):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.001)


# ------------------------------------------------------------------------------------------------------------- labels


def test_each_image_gets_its_own_labels_in_order(vision, annotator, picture):
    numbers = [1234, 0, 65535, 8, 8, 77]
    assert label(annotator(), [picture(number) for number in numbers]) == [seen(number) for number in numbers]
    assert label(annotator(), []) == []
    (call,) = vision.calls
    assert call.pictures == numbers


def test_calls_at_the_same_time_do_not_mix(vision, annotator, picture):
    vision.delay = 0.05
    labeller = annotator()
    batches = [range(100 * i, 100 * i + 1 + i % 16) for i in range(40)]
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda batch: label(labeller, [picture(number) for number in batch]), batches))
    assert answers == [[seen(number) for number in batch] for batch in batches]
    arrived = [call.number for call in sorted(vision.calls, key=lambda call: call.arrived)]
    assert arrived != [call.number for call in sorted(vision.calls, key=lambda call: call.answered)]


def test_a_call_has_no_more_images_and_bytes_than_it_may(vision, annotator, picture):
    heavy = [picture(number) + bytes(700_000) for number in range(14)]
    light = [picture(number) for number in range(14, 54)]
    assert label(annotator(), heavy + light) == [seen(number) for number in range(54)]
    assert all(call.n_images <= 16 and call.size <= 8_100_000 for call in vision.calls)
    assert [call.n_images for call in vision.calls] == [11, 16, 16, 11]
    assert vision.received() == dict.fromkeys(range(54), 1)


def test_an_image_that_is_too_large_spoils_no_other(annotator, picture):
    numbers = [1, 2, 3]
    results = label(annotator(), [picture(1), picture(2) + bytes(11_000_000), picture(3)])
    check_spoilt(results, numbers, {2}, "exceeds the limit")


@pytest.mark.parametrize("max_results", [2, 20])
def test_only_wanted_features_are_asked_for(vision, annotator, picture, max_results):
    assert label(annotator(max_results=max_results), [picture(1)]) == [seen(1)[:max_results]]
    label(annotator(objects=True, max_results=max_results), [picture(1), picture(2)])
    assert [call.features for call in vision.calls] == [
        [[(LABELS, max_results)]],
        [[(LABELS, max_results), (OBJECTS, max_results)]] * 2,
    ]


def test_a_name_comes_once_with_its_higher_score(vision, annotator, picture):
    (labels,) = label(annotator(objects=True), [picture(6)])
    assert sorted(labels) == [("block", 0.9), ("even", 0.85), ("noise", 0.3), ("photo 6", 0.97)]
    vision.sees = lambda number: ([("Dog", 0.8), ("Hot dog", 0.7)], [("dog", 0.9), ("hot \n dog", 0.1), ("Car", 0.5)])
    (labels,) = label(annotator(objects=True), [picture(6)])
    assert sorted((label.description.casefold(), label.score) for label in labels) == [
        ("car", 0.5),
        ("dog", 0.9),
        ("hot dog", 0.7),
    ]


def test_odd_answers(vision, annotator, picture):
    vision.script(["empty", "scores", "nameless"])
    labeller = annotator()
    assert label(labeller, [picture(1), picture(2)]) == [(), ()]
    (labels,) = label(labeller, [picture(1)])
    assert [label.score for label in labels] == [1, 0.8, 0.3, 0]
    assert label(labeller, [picture(1)]) == [seen(1)]


def test_labels_keep_the_order_of_the_answer_and_are_plain(vision, annotator, picture):
    vision.sees = lambda number: ([("b", 0.25), ("a", 0.5), ("c", 0.75)], [])
    (labels,) = label(annotator(), [picture(1)])
    assert labels == (("b", 0.25), ("a", 0.5), ("c", 0.75))
    assert all(
        type(label) is Label and type(label.description) is str and type(label.score) is float for label in labels
    )


def test_the_key_is_what_changes_an_answer(annotator):
    assert annotator().key == annotator(rate=60, max_cost=1, n_concurrent=1, patience=1, timeout=1).key
    assert len({annotator().key, annotator(objects=True).key, annotator(max_results=3).key}) == 3
    assert (annotator().batch_size, annotator(n_concurrent=7).n_workers) == (16, 7)


def test_a_client_that_is_given_is_used(vision, picture, monkeypatch):
    import grpc
    from google.cloud.vision import ImageAnnotatorClient
    from google.cloud.vision_v1.services.image_annotator.transports import ImageAnnotatorGrpcTransport

    monkeypatch.setenv("VISION_EMULATOR_HOST", "127.0.0.1:1")
    monkeypatch.setenv("no_grpc_proxy", "127.0.0.1")
    client = ImageAnnotatorClient(transport=ImageAnnotatorGrpcTransport(channel=grpc.insecure_channel(vision.address)))
    assert label(google.GoogleAnnotator(client=client, patience=1), [picture(1)]) == [seen(1)]


# ------------------------------------------------------------------------------------------------------------ prepare


@pytest.mark.parametrize("size", [33, 640, 2000])
@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA", "P", "1", "CMYK", "LA", "I;16"])
def test_what_is_prepared_is_a_small_jpeg_of_the_same_picture(fake_vision, annotator, picture, size, mode):

    from PIL import Image

    image = Image.open(io.BytesIO(picture(4711, size)))
    image = image.convert("I").point(lambda x: x * 257).convert("I;16") if mode == "I;16" else image.convert(mode)
    file = io.BytesIO()
    image.save(file, "TIFF" if mode == "CMYK" else "PNG")
    prepared = annotator().prepare(file.getvalue())
    with Image.open(io.BytesIO(prepared)) as sent:
        assert sent.format == "JPEG"
        assert max(sent.size) == min(size, 640)
    assert fake_vision.read(prepared) == 4711


def test_nothing_that_tells_of_the_photographer_is_sent(annotator, fake_vision, picture):

    from PIL import Image

    exif = Image.Exif()
    exif[0x0112] = 3  # upside down
    exif[0x010E] = "SECRET description"
    file = io.BytesIO()
    # Half a turn reverses the sixteen blocks.
    number = 0b1000_0000_1100_0001
    turned = int(f"{number:016b}"[::-1], 2)
    Image.open(io.BytesIO(picture(number, 320))).save(file, "JPEG", exif=exif, comment=b"SECRET comment")
    assert b"SECRET" in file.getvalue()
    prepared = annotator().prepare(file.getvalue())
    assert b"SECRET" not in prepared and b"Exif" not in prepared
    assert fake_vision.read(prepared) == turned


@pytest.mark.parametrize("content", [b"", b"no image", b"\x89PNG\r\n\x1a\n"])
def test_what_is_no_image_cannot_be_prepared(annotator, content):
    with pytest.raises(ImageError) as caught:
        annotator().prepare(content)
    check_error(caught.value)


# ----------------------------------------------------------------------------------------------- faults of whole calls


@pytest.mark.parametrize("outcome", PASSING)
def test_what_passes_is_tried_again(vision, annotator, picture, outcome):
    vision.script([outcome])
    numbers = list(range(5))
    assert label(annotator(), [picture(number) for number in numbers]) == [seen(number) for number in numbers]
    assert [call.n_images for call in vision.calls] == [5, 5]


@pytest.mark.parametrize("outcome", ["unavailable", "deadline", "quota", "internal"])
def test_nobody_else_tries_again(vision, annotator, picture, monkeypatch, outcome):
    monkeypatch.setattr(google, "FIRST_DELAY", 0.6)
    vision.script([outcome])
    assert label(annotator(), [picture(1)]) == [seen(1)]
    first, second = vision.calls
    assert second.arrived - first.answered >= 0.28


def test_a_call_without_an_answer_is_given_up(vision, annotator, picture):
    vision.script(["slow"])
    started = time.monotonic()
    assert label(annotator(timeout=0.2), [picture(1)]) == [seen(1)]
    assert 0.2 <= time.monotonic() - started < 4


@pytest.mark.parametrize("outcome", ["denied", "unauthenticated"])
def test_what_does_not_pass_ends_everything_at_once(vision, annotator, picture, outcome):
    vision.script([outcome])
    with pytest.raises(AnnotatorError) as caught:
        label(annotator(), [picture(number) for number in range(16)])
    check_error(caught.value, "offline")
    assert len(vision.calls) == 1


def test_the_pause_between_tries_grows_and_is_drawn(vision, annotator, picture, monkeypatch):
    monkeypatch.setattr(google, "FIRST_DELAY", 0.1)
    monkeypatch.setattr(google, "LAST_DELAY", 0.4)
    vision.script(["quota"] * 5)
    labeller = annotator()
    label(labeller, [picture(0)])
    label(labeller, [picture(1)])
    failed = vision.calls[1:-1] if vision.calls[0].outcome == "ok" else vision.calls[:6]
    pauses = [after.arrived - before.answered for before, after in itertools.pairwise(failed)]
    longest = [0.1, 0.2, 0.4, 0.4, 0.4]
    assert all(0.45 * most <= pause <= most + 0.3 for pause, most in zip(pauses, longest, strict=True)), pauses
    assert any(pause < 0.97 * most for pause, most in zip(pauses, longest, strict=True)), "none is drawn"


@pytest.mark.parametrize("outcome", ["quota", "unavailable", "internal", "drop", "short"])
def test_patience_ends_where_nothing_comes_through(vision, annotator, picture, outcome):
    vision.fail_share, vision.mix = 1, [outcome]
    started = time.monotonic()
    with pytest.raises(AnnotatorError) as caught:
        label(annotator(patience=0.5), [picture(number) for number in range(4)])
    check_error(caught.value, "0.5 s")
    assert 0.5 <= time.monotonic() - started < 8
    assert len(vision.calls) > 3


def test_patience_ends_where_nobody_listens(annotator, picture, monkeypatch):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        monkeypatch.setenv("VISION_EMULATOR_HOST", f"127.0.0.1:{unused.getsockname()[1]}")
        with pytest.raises(AnnotatorError) as caught:
            label(annotator(patience=0.3), [picture(1)])
    check_error(caught.value, "0.3 s")


def test_what_comes_through_beside_it_is_reason_for_patience(vision, annotator, picture):
    vision.poison = {1: "quota"}
    labeller = annotator(patience=0.5)
    with ThreadPoolExecutor(1) as threads:
        started = time.monotonic()
        waiting = threads.submit(label, labeller, [picture(1)])
        while time.monotonic() - started < 1.2:
            assert label(labeller, [picture(2)]) == [seen(2)]
            time.sleep(0.05)
        assert not waiting.done()
        vision.poison = {}
        assert waiting.result(10) == [seen(1)]


def test_a_service_that_comes_back_is_found_again(vision, annotator, picture):
    labeller = annotator(patience=20)
    assert label(labeller, [picture(1)]) == [seen(1)]
    vision.go_away()
    back = threading.Timer(0.5, vision.come_back)
    back.start()
    assert label(labeller, [picture(2), picture(3)]) == [seen(2), seen(3)]
    back.join()


def test_a_server_that_is_started_anew_is_found_again(fake_vision, annotator, picture, monkeypatch):
    with fake_vision.FakeVision() as server:
        monkeypatch.setenv("VISION_EMULATOR_HOST", server.address)
        port = int(server.address.rpartition(":")[2])
        labeller = annotator(patience=20)
        server.script(["slow"])
        with ThreadPoolExecutor(1) as threads:
            waiting = threads.submit(label, labeller, [picture(1)])
            wait_until(lambda: server.calls)
            server.close()
            with fake_vision.FakeVision(port=port):
                assert waiting.result(20) == [seen(1)]


# ---------------------------------------------------------------------------------------------------- one bad image


@pytest.mark.parametrize("place", [0, 7, 15])
@pytest.mark.parametrize("outcome", ["invalid", "internal", "deadline"])
def test_an_image_that_spoils_its_call_is_found(vision, annotator, picture, outcome, place):
    numbers = list(range(100, 116))
    vision.poison = {numbers[place]: outcome}
    results = label(annotator(patience=3), [picture(number) for number in numbers])
    check_spoilt(results, numbers, {numbers[place]})
    assert all(n == 1 for n in vision.answered().values())


def test_an_image_that_is_never_answered_is_found(vision, annotator, picture, monkeypatch):
    monkeypatch.setattr(google, "TRIES", 2)
    vision.poison = {1: "slow"}
    results = label(annotator(timeout=0.3), [picture(number) for number in range(4)])
    check_spoilt(results, range(4), {1})


def test_several_bad_images(vision, annotator, picture):
    numbers = list(range(16))
    vision.poison = {0: "internal", 1: "invalid", 8: "internal", 15: "invalid"}
    results = label(annotator(patience=3), [picture(number) for number in numbers])
    check_spoilt(results, numbers, {0, 1, 8, 15})


def test_an_invalid_image_alone(vision, annotator, picture):
    vision.poison = {1: "invalid"}
    (result,) = label(annotator(), [picture(1)])
    assert isinstance(result, ImageError)
    check_error(result, "invalid argument")
    assert len(vision.calls) == 1


@pytest.mark.parametrize("first, then", [("quota", "internal"), ("internal", "quota")])
def test_a_bad_time_before_is_no_fault_of_the_image(vision, annotator, picture, monkeypatch, first, then):
    monkeypatch.setattr(google, "FIRST_DELAY", 0.05)
    vision.poison = {1: first}
    labeller = annotator()
    with ThreadPoolExecutor(1) as threads:
        waiting = threads.submit(label, labeller, [picture(1)])
        wait_until(lambda: vision.received()[1] >= 4)
        vision.poison = {1: then}
        n_calls = vision.received()[1]
        label(labeller, [picture(2)])  # from now on it is not the service
        wait_until(lambda: vision.received()[1] > n_calls)
        vision.poison = {}
        assert waiting.result(10) == [seen(1)]


def test_a_part_of_a_call_has_its_own_tries(vision, annotator, picture):
    vision.script(["internal"] * google.TRIES + ["ok", "internal"])
    assert label(annotator(), [picture(1), picture(2)]) == [seen(1), seen(2)]


# ---------------------------------------------------------------------------------------------- errors inside answers


@pytest.mark.parametrize("code", [4, 8, 13, 14])
def test_an_image_whose_error_passes_is_asked_again_alone(vision, annotator, picture, code):
    vision.script([("image", code, 2)])
    numbers = list(range(5))
    assert label(annotator(), [picture(number) for number in numbers]) == [seen(number) for number in numbers]
    assert [call.pictures for call in vision.calls] == [numbers, [2]]


@pytest.mark.parametrize("before", [["quota"], ["quota"] * 5, ["internal"] * 2, ["short", "quota", "deadline"]])
def test_an_error_that_passes_does_so_after_other_failures_too(vision, annotator, picture, before):
    vision.script([*before, ("image", 14, 0)])
    assert label(annotator(), [picture(1), picture(2)]) == [seen(1), seen(2)]


def test_labels_without_the_objects_are_asked_again(vision, annotator, picture):
    vision.script(["partial"])
    (labels,) = label(annotator(objects=True), [picture(1)])
    assert "block" in dict(labels)


@pytest.mark.parametrize("code, message", [(3, "Bad image data"), (7, "on your behalf. Please download the content")])
def test_an_error_that_stays_is_that_of_the_image(vision, annotator, picture, code, message):
    vision.script([("image", code, 1)])
    results = label(annotator(), [picture(number) for number in range(3)])
    check_spoilt(results, range(3), {1}, message)
    assert len(vision.calls) == 1


def test_unreadable_content(vision, annotator, picture):
    first, bad, last = label(annotator(), [picture(1), b"no image", picture(2)])
    assert (first, last) == (seen(1), seen(2))
    assert isinstance(bad, ImageError)
    check_error(bad, "Bad image data")


def test_an_image_that_never_gets_over_its_error_is_given_up(vision, annotator, picture):
    vision.poison = {1: ("image", 13)}
    results = label(annotator(), [picture(number) for number in range(3)])
    check_spoilt(results, range(3), {1}, "Internal server error")
    assert vision.received()[0] == vision.received()[2] == 1
    assert 2 <= vision.received()[1] <= 10


def test_what_is_known_is_there_before_the_rest_is_asked_again(vision, annotator, picture):
    vision.script([("image", 14, 0), "denied"])
    labeller, known = annotator(), {}
    with pytest.raises(AnnotatorError):
        for i, result in labeller.label([picture(number) for number in range(4)]):
            assert len(vision.calls) == 1
            known[i] = result
    assert known == {i: seen(i) for i in (1, 2, 3)}
    assert labeller.spent == pytest.approx(3 * 0.0015)
    assert len(vision.calls) == 2


# -------------------------------------------------------------------------------------------------------------- chance


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_every_image_gets_its_labels_through_a_storm_of_failures(vision, annotator, picture, monkeypatch, seed):
    monkeypatch.setattr(google, "TRIES", 6)  # or chance would now and then spoil an image for good
    vision._draw.seed(seed)
    vision.fail_share, vision.delay = 0.3, 0.01
    labeller = annotator(patience=20)
    batches = [range(first, min(first + 16, 500)) for first in range(0, 500, 16)]
    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(lambda batch: label(labeller, [picture(number) for number in batch]), batches))
    assert [labels for answer in answers for labels in answer] == [seen(number) for number in range(500)]
    assert labeller.spent == pytest.approx(0.75)
    assert vision.answered().keys() == set(range(500))


# ---------------------------------------------------------------------------------------------------------------- rate


@pytest.mark.parametrize("script", [[], ["quota", "drop", ("image", 14), "internal"]])
def test_the_rate_is_kept_by_threads_and_tries_together(vision, annotator, picture, script):
    labeller = annotator(rate=6000)
    label(labeller, [picture(0)])  # connects
    time.sleep(0.2)  # which saves nothing up
    vision.script(script)
    started, n_images = time.time(), 0
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda i: label(labeller, [picture(16 * i + j) for j in range(16)]), range(5)))
    assert time.time() - started < 5
    for call in sorted(vision.calls[1:], key=lambda call: call.arrived):
        n_images += call.n_images
        # A busy machine makes calls late, which a bound from the start on forgives.
        assert n_images <= 16 + (call.arrived - started + 0.02) * 6000 / 60


def test_a_low_rate_makes_small_calls(annotator):
    assert [annotator(rate=rate).batch_size for rate in (1, 4, 20, 63, 64, 1800)] == [1, 1, 5, 15, 16, 16]


@pytest.mark.parametrize(
    "wrong",
    [
        {"rate": 0},
        {"rate": -1},
        {"rate": float("nan")},
        {"rate": "fast"},
        {"max_results": 2.5},
        {"objects": 1},
        {"n_concurrent": 0},
        {"timeout": float("inf")},
        {"endpoint": None},
        {"max_cost": -1},
        {"max_cost": float("nan")},
        {"max_cost": "5"},
        {"max_cost": float("inf")},
        {"cost": 5},
    ],
)
def test_a_wrong_setting_is_one_line(annotator, wrong):
    with pytest.raises(SettingsError) as caught:
        annotator(**wrong)
    check_error(caught.value, *wrong)


def test_a_setting_that_does_not_exist_is_told_the_nearest(annotator):
    with pytest.raises(SettingsError, match="google: there is no setting 'max_costs'; did you mean max_cost"):
        annotator(max_costs=5)


# ---------------------------------------------------------------------------------------------------------------- cost


@pytest.mark.parametrize("objects, price", [(False, 0.0015), (True, 0.00375)])
def test_what_is_answered_is_paid_at_list_price(vision, annotator, picture, objects, price):
    labeller = annotator(objects=objects)
    assert labeller.spent == 0
    label(labeller, [picture(number) for number in range(20)])
    assert labeller.spent == pytest.approx(20 * price)
    vision.script([("image", 3, 0), "quota"])
    label(labeller, [picture(1), picture(2)])
    label(labeller, [picture(3)])
    assert labeller.spent == pytest.approx(22 * price)


@pytest.mark.parametrize("max_cost, n_paid", [(0, 0), (0.00149, 0), (0.0015, 1), (0.0045, 3), (0.1, 66), (99, 70)])
def test_no_more_is_sent_than_may_be_paid(vision, annotator, picture, max_cost, n_paid):
    labeller = annotator(max_cost=max_cost)
    results = label(labeller, [picture(number) for number in range(70)])
    check_spoilt(results, range(70), range(n_paid, 70), "--max-cost")
    assert vision.received() == dict.fromkeys(range(n_paid), 1)
    if n_paid < 70:
        check_spoilt(label(labeller, [picture(99)]), [99], [99], "--max-cost")
        assert 99 not in vision.received()
    assert labeller.spent <= max_cost + 1e-9


def test_objects_have_their_price_in_max_cost(vision, annotator, picture):
    results = label(annotator(objects=True, max_cost=0.0075), [picture(number) for number in range(3)])
    assert [isinstance(result, ImageError) for result in results] == [False, False, True]


def test_max_cost_holds_for_calls_at_the_same_time(vision, annotator, picture):
    vision.delay = 0.05
    labeller = annotator(max_cost=0.075)
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda i: label(labeller, [picture(16 * i + j) for j in range(16)]), range(8)))
    assert sum(isinstance(result, tuple) for answer in answers for result in answer) == 50
    assert sum(vision.received().values()) == 50
    assert labeller.spent == pytest.approx(0.075)


def test_what_fails_leaves_its_money_for_others(vision, annotator, picture):
    labeller = annotator(max_cost=0.003, patience=0.3)
    vision.script([("image", 3, 0), "denied"])
    assert [isinstance(result, ImageError) for result in label(labeller, [picture(1), picture(2)])] == [True, False]
    with pytest.raises(AnnotatorError):
        label(labeller, [picture(3)])
    results = label(labeller, [picture(4), picture(5)])
    check_spoilt(results, [4, 5], {5}, "--max-cost")


def test_who_wants_no_more_leaves_the_money_that_is_left(vision, annotator, picture):
    labeller = annotator(max_cost=0.0045)
    vision.script([("image", 14, 2)])
    some = labeller.label([picture(number) for number in range(3)])
    assert next(some) == (0, seen(0))
    some.close()
    assert label(labeller, [picture(7), picture(8)]) == [seen(7), seen(8)]
    assert [call.pictures for call in vision.calls] == [[0, 1, 2], [7, 8]]


# ---------------------------------------------------------------------------------------------------------------- stop


def check_stopped(vision, waiting, stopped, labeller, picture):
    assert not waiting.done()
    stopped.set()
    started = time.monotonic()
    with pytest.raises(AnnotatorError) as caught:
        waiting.result(5)
    check_error(caught.value)
    assert time.monotonic() - started < 3
    n_calls = len(vision.calls)
    with pytest.raises(AnnotatorError):
        label(labeller, [picture(1)], stopped)
    assert len(vision.calls) == n_calls


def test_stop_ends_the_wait_before_another_try(vision, annotator, picture, monkeypatch):
    monkeypatch.setattr(google, "FIRST_DELAY", 30.0)
    vision.script(["quota"])
    labeller, stopped = annotator(patience=100), threading.Event()
    with ThreadPoolExecutor(1) as threads:
        waiting = threads.submit(label, labeller, [picture(1)], stopped)
        wait_until(lambda: vision.calls and vision.calls[0].answered)
        time.sleep(0.1)
        check_stopped(vision, waiting, stopped, labeller, picture)


def test_stop_ends_the_wait_for_the_rate(vision, annotator, picture):
    labeller, stopped = annotator(rate=4), threading.Event()
    assert label(labeller, [picture(1)], stopped) == [seen(1)]
    with ThreadPoolExecutor(1) as threads:
        waiting = threads.submit(label, labeller, [picture(2)], stopped)
        time.sleep(0.1)
        check_stopped(vision, waiting, stopped, labeller, picture)
    assert len(vision.calls) == 1


def test_stop_leaves_calls_under_way_their_answer(vision, annotator, picture):
    vision.script([("delay", 0.3)])
    labeller, stopped = annotator(), threading.Event()
    with ThreadPoolExecutor(1) as threads:
        waiting = threads.submit(label, labeller, [picture(1)], stopped)
        wait_until(lambda: vision.calls)
        stopped.set()
        assert waiting.result(5) == [seen(1)]
    assert labeller.spent == pytest.approx(0.0015)


# ----------------------------------------------------------------------------------------------- package, credentials


TRY = """
import json, os, sys
from instahash.annotate import google, service
from instahash.errors import AnnotatorError
for path in sys.argv[1:] or [None]:
    if path:
        os.environ["GOOGLE_APPLICATION_CREDENTIALS"] = path
    try:
        google.GoogleAnnotator()
        print(json.dumps([True, "made"]))
    except AnnotatorError as error:
        print(json.dumps([not isinstance(error, service.NotSetUpError), str(error)]))
"""


def run(code, home, *args, **environment):
    """The lines that Python prints who has no credentials."""
    kept = {key: value for key, value in os.environ.items() if key not in ("VISION_EMULATOR_HOST", "CLOUDSDK_CONFIG")}
    kept.pop("GOOGLE_APPLICATION_CREDENTIALS", None)
    result = subprocess.run(
        [sys.executable, "-c", code, *map(str, args)],
        env={**kept, "HOME": str(home), "NO_GCE_CHECK": "true", **environment},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (result.returncode, result.stderr) == (0, "")
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_without_credentials_one_line_says_how_to_give_them(fake_vision, tmp_path):
    ((found, message),) = run(TRY, tmp_path)
    assert found is False
    check_error(message, "no credentials", "GOOGLE_APPLICATION_CREDENTIALS", "gcloud", "--annotator offline")


def test_credentials_that_are_broken(fake_vision, tmp_path):
    account = {"type": "service_account", "client_email": "a@b.c", "token_uri": "https://x.y", "private_key": "none"}
    contents = {
        "empty": "",
        "half": "{",
        "list": "[]",
        "typeless": "{}",
        "unknown": '{"type": "nonsense"}',
        "partial": '{"type": "service_account"}',
        "keyless": json.dumps(account),
        "user": '{"type": "authorized_user"}',
        "binary": b"\xff\xfe\x00\x80",
    }
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    (tmp_path / "folder").mkdir()
    paths = [tmp_path / name for name in [*contents, "folder", "absent"]]
    answers = run(TRY, tmp_path, *paths)
    assert len(answers) == len(paths)
    for path, (found, message) in zip(paths, answers, strict=True):
        assert found is True
        check_error(message, f"'{path}'", "GOOGLE_APPLICATION_CREDENTIALS", "--annotator offline")


def test_broken_credentials_of_gcloud(fake_vision, tmp_path):
    folder = tmp_path / ".config" / "gcloud"
    folder.mkdir(parents=True)
    (folder / "application_default_credentials.json").write_text("{", encoding="utf-8")
    ((found, message),) = run(TRY, tmp_path)
    assert found is True
    check_error(message, "gcloud", "--annotator offline")


@pytest.mark.parametrize("missing", ["google.cloud.vision", "grpc", "google.auth"])
def test_without_the_package_one_line_says_how_to_get_it(tmp_path, missing):
    user = {"type": "authorized_user", "client_id": "a", "client_secret": "b", "refresh_token": "c"}
    folder = tmp_path / ".config" / "gcloud"
    folder.mkdir(parents=True)
    (folder / "application_default_credentials.json").write_text(json.dumps(user), encoding="utf-8")
    ((found, message),) = run(f"import sys; sys.modules[{missing!r}] = None\n" + TRY, tmp_path)
    assert found is False
    check_error(message, 'python3 -m pip install "instahash[vision]"', "--annotator offline")


def test_the_package_is_loaded_when_it_is_needed(tmp_path):
    heavy = {"grpc", "google.auth", "PIL"}
    code = f"import json, sys, instahash.annotate.google; print(json.dumps(list({heavy} & sys.modules.keys())))"
    assert run(code, tmp_path) == [[]]


OLD = """import warnings
warnings.warn("You are using a non-supported Python version (3.10.13). Google will not post updates.", FutureWarning)
"""


def test_advice_on_an_old_python_is_kept_from_users_and_other_warnings_are_not(tmp_path):
    """With packages that give it, and where warnings are errors; what the caller has warnings do stays so."""
    for name in ("grpc.py", "PIL.py", "google/auth/__init__.py"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(OLD if name.startswith("google") else "")
    code = """import json, warnings
from instahash.annotate.service import NotSetUpError, make_client
try:
    make_client()
except NotSetUpError as error:
    print(json.dumps([str(error), [kind[0] for kind in warnings.filters if kind[2] is FutureWarning]]))"""
    path = os.pathsep.join([str(tmp_path), *filter(None, [os.environ.get("PYTHONPATH")])])
    command = [sys.executable, "-W", "error::FutureWarning", "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": path})
    assert done.stderr == ""
    message, done_with_others = json.loads(done.stdout)
    assert "needs the packages google-cloud-vision" in message and done_with_others == ["error"]


def test_an_emulator_needs_no_credentials(fake_vision, tmp_path):
    assert run(TRY, tmp_path, VISION_EMULATOR_HOST="127.0.0.1:1") == [[True, "made"]]


def test_credentials_and_endpoint_lead_to_another_host(fake_vision, tmp_path, monkeypatch, picture):
    rsa = pytest.importorskip("cryptography.hazmat.primitives.asymmetric.rsa")
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    key = rsa.generate_private_key(65537, 2048).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    account = {
        "type": "service_account",
        "client_email": "a@b.c",
        "token_uri": "https://127.0.0.1:1/",
        "project_id": "p",
    }
    (tmp_path / "key.json").write_text(json.dumps({**account, "private_key": key.decode()}), encoding="utf-8")
    monkeypatch.delenv("VISION_EMULATOR_HOST", raising=False)
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(tmp_path / "key.json"))
    monkeypatch.setenv("no_grpc_proxy", "127.0.0.1")
    monkeypatch.setattr(google, "FIRST_DELAY", 0.01)
    with socket.create_server(("127.0.0.1", 0)) as server, ThreadPoolExecutor(1) as threads:
        labeller = google.GoogleAnnotator(endpoint=f"127.0.0.1:{server.getsockname()[1]}", patience=0.1, timeout=2)
        stopped = threading.Event()
        waiting = threads.submit(label, labeller, [picture(1)], stopped)
        server.settimeout(10)
        connection, _ = server.accept()
        assert connection.recv(1) == b"\x16"  # of a TLS handshake
        connection.close()
        server.close()
        stopped.set()
        with pytest.raises(AnnotatorError) as caught:
            waiting.result(20)
        check_error(caught.value)
