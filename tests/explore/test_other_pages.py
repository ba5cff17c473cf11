"""What a page of another origin can do in a real browser: nothing. And the headers with which every answer comes."""

import hashlib
import http.server
import json
import socket
import threading
from urllib.parse import urlsplit

import pytest

from instahash.data import Label, Post
from instahash.formats import write_posts

httpx = pytest.importorskip("httpx", reason="httpx is not installed: `python3 -m pip install -e '.[test]'`")
gate = pytest.importorskip("instahash.explore.gate", reason="the extra `web` is not installed")
SESSION = "a-session-that-was-stolen"
# OWASP's list, https://owasp.org/www-project-secure-headers, but for those that only encrypted pages may have.
OWASP = {
    "x-frame-options": "DENY",
    "x-content-type-options": "nosniff",
    "x-permitted-cross-domain-policies": "none",
    "x-dns-prefetch-control": "off",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-embedder-policy": "require-corp",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
}


@pytest.fixture(scope="module")
def judged(start, folders, tmp_path_factory):
    """(address, file of judgements, number of a pair that waits for its judgement)."""
    folder = tmp_path_factory.mktemp("judged")
    posts = [Post(f"{i}", ("love",), (Label("dog", 0.9), Label("sea", 0.8))) for i in range(4)]
    write_posts(folder / "posts.jsonl", posts)
    args = ["--posts", folder / "posts.jsonl", "--judgements", folder / "j.sqlite"]
    with start("--model-dir", folders["best"], *args) as address:
        pair = httpx.post(address + "/api/judge/next", json={"session": SESSION}).json()["pair"]
        yield address, folder / "j.sqlite", pair


# Headers


def check_headers(headers, status):
    assert OWASP.items() <= dict(headers).items(), status
    policy = dict(part.split(" ", 1) for part in headers["content-security-policy"].split("; "))
    assert policy["default-src"] == policy["frame-ancestors"] == policy["form-action"] == policy["base-uri"] == "'none'"
    assert "unsafe" not in headers["content-security-policy"] and "camera=()" in headers["permissions-policy"]
    assert not {"server", "x-powered-by", "access-control-allow-origin", "set-cookie"} & set(headers)


def routes(address):
    """(method, path) of all there is."""
    described = httpx.get(address + "/openapi.json").json()["paths"]
    api = [(method.upper(), path) for path, methods in described.items() for method in methods]
    assert len(api) == 15
    pages = ["/", "/judge", "/judge/report", "/rate", "/move", "/docs", "/openapi.json", "/favicon.ico"]
    files = ["/static/style.css", "/static/palette.css", "/static/explore.js", "/static/icon.svg"]
    return [*api, *(("GET", path) for path in (*pages, *files))]


def test_every_answer_has_the_headers(judged):
    address, _, _ = judged
    statuses = set()
    with httpx.Client(base_url=address) as client:
        for method, path in routes(address):
            for asked in {method, "GET", "HEAD", "OPTIONS", "PUT", "POST"}:
                answer = client.request(asked, path)
                check_headers(answer.headers, (asked, path, answer.status_code))
                is_allowed = method == asked or (method, asked) == ("GET", "HEAD")
                assert (answer.status_code == 405) != is_allowed and is_allowed != ("allow" in answer.headers)
                statuses.add(answer.status_code)
        large = client.post("/api/explain", content=b"a" * (gate.MOST_JSON + 1))
        page = client.get("/nothing", headers={"accept": "text/html"})
        other = client.get("/", headers={"host": "evil.example"})
        for answer in (large, page, other):
            check_headers(answer.headers, answer.status_code)
            statuses.add(answer.status_code)
    assert statuses == {200, 400, 403, 404, 405, 413, 415}


@pytest.mark.parametrize(
    "sent, status",
    [
        (b"\x16\x03\x01 no HTTP at all\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nhost: localhost\r\nhost: evil.example\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nhost: localhost\r\nx: " + b"a" * 40_000, 400),
        (b"GET / HTTP/1.0\r\n\r\n", 403),
        (b"GET http://evil.example/ HTTP/1.1\r\nhost: evil.example\r\n\r\n", 403),
        (b"OPTIONS * HTTP/1.1\r\nhost: localhost\r\n\r\n", 404),
        (b"CONNECT localhost:22 HTTP/1.1\r\nhost: localhost\r\n\r\n", 404),
        (b"GET / HTTP/1.1\r\nhost: localhost\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n", 200),
    ],
)
def test_so_has_what_is_sent_by_hand(judged, sent, status):
    code, headers, _ = by_hand(judged[0], sent)
    assert code == status
    check_headers(headers, status)


def by_hand(address, sent):
    """(status, headers, body) of the answer to these bytes."""
    parts = urlsplit(address)
    with socket.create_connection((parts.hostname, parts.port), timeout=20) as connection:
        connection.sendall(sent)
        answer = b""
        while b"\r\n\r\n" not in answer:
            answer += connection.recv(65536)
        head, _, body = answer.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}
        while len(body) < int(headers["content-length"]):
            body += connection.recv(65536)
    return int(first.split()[1]), headers, body


# Other pages


def forged(address, pair, path="/api/judge/choose", **headers):
    """A judgement as the page itself would send it, but for these headers."""
    port = urlsplit(address).port
    body = json.dumps({"session": SESSION, "pair": pair, "choice": "left"}).encode()
    lines = {"host": f"127.0.0.1:{port}", "content-type": "application/json", **headers}
    head = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in lines.items())
    return f"POST {path} HTTP/1.1\r\n{head}content-length: {len(body)}\r\n\r\n".encode() + body


@pytest.mark.parametrize(
    "headers",
    [
        {"host": "evil.example", "origin": "http://evil.example", "sec_fetch_site": "same-origin"},  # a rebound name
        {"host": "127.0.0.1.evil.example"},
        {"origin": "http://evil.example"},
        {"origin": "http://127.0.0.1"},  # another port of this machine
        {"origin": "http://127.0.0.1:1", "sec_fetch_site": "same-site"},
        {"origin": "null"},  # a sandboxed frame, a file, a redirect
        {"sec_fetch_site": "cross-site"},
        {"content_type": "text/plain"},
        {"content_type": "application/x-www-form-urlencoded"},
        {"content_type": "multipart/form-data; boundary=application/json"},
        {"content_type": "text/plain; application/json"},
        {"content_type": ""},
    ],
    ids=repr,
)
def test_a_judgement_is_not_taken_from(judged, headers):
    address, file, pair = judged
    before = hashlib.sha256(file.read_bytes()).digest()
    lines = {"content-type" if name == "content_type" else name: value for name, value in headers.items()}
    status, answered, _ = by_hand(address, forged(address, pair, **lines))
    assert status == (415 if "content_type" in headers else 403)
    check_headers(answered, status)
    assert hashlib.sha256(file.read_bytes()).digest() == before


ATTACK = """<!doctype html><meta charset="utf-8"><title>cats</title><body><script>
const target = "%(target)s", forged = {session: "%(session)s", pair: %(pair)d, choice: "left"};
const text = JSON.stringify(forged), tried = [];
const paths = ["/api/judge/choose", "/api/judge/next", "/api/judge/undo", "/api/explain"];
const attempt = (name, promise) =>
  tried.push(promise.then((answer) => `${name}: ${answer.type}`, () => `${name}: failed`));
for (const path of paths) {
  for (const kind of ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "application/json"])
    for (const mode of ["no-cors", "cors"])
      attempt(mode, fetch(target + path, {method: "POST", mode, body: text, headers: {"content-type": kind}}));
  navigator.sendBeacon(target + path, new Blob([text], {type: "text/plain"}));
  for (const [i, enctype] of ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"].entries()) {
    const frame = document.createElement("iframe"), form = document.createElement("form");
    frame.name = `frame${path}${i}`;
    form.innerHTML = `<input name='{"session":"%(session)s","pair":%(pair)d,"choice":"left","judge":"' value='"}'>`;
    Object.assign(form, {method: "post", action: target + path, enctype, target: frame.name});
    document.body.append(frame, form);
    form.submit();
  }
}
for (const path of ["/", "/judge", "/api/judge/report", "/api/rate", "/api/map"]) {
  const frame = document.createElement("iframe");
  frame.src = target + path;
  const image = new Image(), script = document.createElement("script");
  image.src = script.src = target + path + "?session=%(session)s";
  document.body.append(frame, image, script);
  attempt("get", fetch(target + path));
}
Promise.allSettled(tried).then((all) => window.outcome = all.map((one) => one.value));
</script>"""


class Elsewhere(http.server.BaseHTTPRequestHandler):
    """The server of another page, which is set as `page`."""

    page = b""

    def do_GET(self):
        self.send_response(200)
        self.send_header("content-type", "text/html")
        self.end_headers()
        self.wfile.write(self.page)

    def log_message(self, *_):
        pass


@pytest.fixture
def elsewhere():
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Elsewhere) as other:
        threading.Thread(target=other.serve_forever, daemon=True).start()
        yield f"http://localhost:{other.server_port}"
        other.shutdown()


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost"], ids=["cross-site", "same-site"])
def test_a_page_of_another_origin_gets_and_changes_nothing(judged, browser, elsewhere, name):
    """A page from localhost is of another site than 127.0.0.1, and of the site of localhost with another port."""
    address, file, pair = judged
    target = address.replace("127.0.0.1", name)
    before = hashlib.sha256(file.read_bytes()).digest()
    Elsewhere.page = (ATTACK % {"target": target, "session": SESSION, "pair": pair}).encode()
    page = browser.page(elsewhere)
    outcome = page.wait("window.outcome", 30)
    assert {line for line in outcome if not line.startswith("no-cors")} == {"cors: failed", "get: failed"}
    statuses = {
        event["params"]["response"]["status"]
        for event in page.events
        if event["method"] == "Network.responseReceived"
        and event["params"]["response"]["url"].startswith(target)
        and "/api/" in event["params"]["response"]["url"]
    }
    assert statuses == {403}
    assert hashlib.sha256(file.read_bytes()).digest() == before
    assert any("frame-ancestors" in line for line in page.errors)
    # And nobody else was kept out.
    answer = httpx.post(address + "/api/judge/next", json={"session": SESSION})
    assert answer.json()["pair"] == pair and answer.json()["judged"] == 0
