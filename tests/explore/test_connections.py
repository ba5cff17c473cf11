"""Clients that are slow, silent or many keep nobody out, and the server ends in order."""

import asyncio
import contextlib
import signal
import socket
import subprocess
import sys
import threading
import time

import pytest

from instahash.annotate import Annotation
from instahash.data import Label
from instahash.explore.explain import Explainer

httpx = pytest.importorskip("httpx", reason="httpx is not installed: `python3 -m pip install -e '.[test]'`")
gate = pytest.importorskip("instahash.explore.gate", reason="the extra `web` is not installed")
connections = pytest.importorskip("instahash.explore.connections", reason="the extra `web` is not installed")
server = pytest.importorskip("instahash.explore.server", reason="the extra `web` is not installed")
PNG = {"content-type": "image/png"}
UPLOAD = (
    b"POST /api/photo HTTP/1.1\r\nhost: localhost\r\ncontent-type: image/png\r\nconnection: close\r\n"
    b"content-length: 1000\r\n\r\nabc"
)
QUERY = b"GET /api/map HTTP/1.1\r\nhost: localhost\r\n\r\n"
ASKED = (
    b"POST /api/explain HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\nconnection: close\r\n"
    b'content-length: 18\r\n\r\n{"labels":["dog"]}'
)
# A process with few descriptors that does not know it.
FULL = """import resource
resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
from instahash.explore import connections
connections.most_connections = lambda: 500
"""


class Slow(Explainer):
    """An explainer that takes its time."""

    def explain(self, labels, **others):
        time.sleep(1)
        return {"labels": labels}


class Sees:
    """A labeller that sees the size of a photo."""

    def annotation(self, content):
        return Annotation("photo", [Label(f"{len(content)} bytes", 1.0)])


@contextlib.contextmanager
def running(models):
    """(port, server) of a server in this process."""
    listener = connections.open_socket("127.0.0.1", 0)
    site = server.Site(Slow(models["best"]), {"words": ["word"] * 1_000_000}, Sees())
    serving = connections.server(server.application(site, "127.0.0.1"))
    thread = threading.Thread(target=serving.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        yield listener.getsockname()[1], serving
    except BaseException:  # what went wrong may be what would keep it
        for _ in range(2):
            serving.handle_exit(signal.SIGTERM, None)
        raise
    finally:
        serving.should_exit = True
        thread.join(30)
    assert not thread.is_alive()


def connected(port, sent=b""):
    connection = socket.create_connection(("127.0.0.1", port), timeout=10)
    connection.sendall(sent)
    return connection


def all_of(connection):
    """What the server sends until it ends the connection."""
    parts = []
    with contextlib.suppress(ConnectionResetError):
        while part := connection.recv(1 << 20):
            parts.append(part)
    return b"".join(parts)


def drip(connection):
    """A byte each moment, until the server has had enough."""
    with contextlib.suppress(OSError):
        while True:
            connection.sendall(b"a")
            time.sleep(0.05)


def soon(condition, seconds=6):
    until = time.monotonic() + seconds
    while not condition() and time.monotonic() < until:
        time.sleep(0.02)
    return condition()


def test_each_turn_of_a_client_has_its_time(models, monkeypatch):
    times = {"head": 0.3, "body": 0.3, "answer": 0.3, "idle": 8}
    monkeypatch.setattr(connections, "TURN_SECONDS", times)
    with running(models) as (port, serving), httpx.Client(base_url=f"http://127.0.0.1:{port}") as honest:
        assert honest.get("/").status_code == 200
        silent, unread = connected(port), connected(port, QUERY * 3)
        dripping = [connected(port, b"GET / HTTP/1.1\r\nx: "), connected(port, UPLOAD.replace(b"localhost", b"evil"))]
        for connection in dripping:
            threading.Thread(target=drip, args=(connection,), daemon=True).start()
        assert all_of(silent) == b""
        late, refused = map(all_of, dripping)
        assert late.startswith(b"HTTP/1.1 408 Request Timeout\r\n") and b"after 0.3 seconds" in late
        assert refused.startswith(b"HTTP/1.1 403 ")
        assert soon(lambda: len(serving.server_state.connections) == 1), "an answer that nobody takes is kept"
        assert honest.get("/").status_code == 200
        times["idle"] = 0.3
        assert soon(lambda: not serving.server_state.connections), "a connection that nobody uses is kept"
        unread.close()


def test_too_many_connections_make_room_for_a_new_one(models, monkeypatch):
    monkeypatch.setattr(connections, "most_connections", lambda: 8)
    with running(models) as (port, serving), contextlib.ExitStack() as stack:
        upload = stack.enter_context(connected(port, UPLOAD))
        asked = stack.enter_context(connected(port, ASKED))
        idle = [stack.enter_context(connected(port)) for _ in range(40)]
        began = time.monotonic()
        assert httpx.get(f"http://127.0.0.1:{port}/api/model", timeout=10).status_code == 200
        assert time.monotonic() - began < 5
        assert len(serving.server_state.connections) <= 8
        assert all_of(idle[0]) == b"" and all_of(idle[30]) == b""
        upload.sendall(b"a" * 997)  # silent ones go first
        assert b'"1000 bytes"' in all_of(upload) and asked.recv(65536).startswith(b"HTTP/1.1 200")


def test_a_connection_is_refused_where_all_others_wait_for_the_server(models, monkeypatch):
    monkeypatch.setattr(connections, "most_connections", lambda: 2)
    with running(models) as (port, _), connected(port, ASKED) as one, connected(port, ASKED) as other:
        time.sleep(0.2)
        answer = all_of(connected(port))
        assert answer.startswith(b"HTTP/1.1 503 ") and b"x-content-type-options: nosniff\r\n" in answer
        assert one.recv(65536).startswith(b"HTTP/1.1 200") and other.recv(65536).startswith(b"HTTP/1.1 200")


def test_slow_photos_do_not_delay_others(models):
    with running(models) as (port, _), contextlib.ExitStack() as stack:
        for _ in range(8):
            stack.enter_context(connected(port, UPLOAD))
        time.sleep(0.1)
        began = time.monotonic()
        answer = httpx.post(f"http://127.0.0.1:{port}/api/photo", content=b"four", headers=PNG, timeout=20)
        assert answer.json()["labels"][0]["description"] == "4 bytes" and time.monotonic() - began < 5


def test_what_is_under_way_is_answered_at_the_end(models, monkeypatch):
    monkeypatch.setattr(connections, "LEAVE_SECONDS", 0.2)
    with running(models) as (port, serving), connected(port, ASKED) as asked, connected(port, UPLOAD) as slow:
        assert soon(lambda: len(serving.server_state.tasks) == 2)
        serving.handle_exit(signal.SIGTERM, None)
        assert soon(lambda: is_refused(port))
        assert all_of(asked).endswith(b'{"labels":["dog"]}\n')
        assert all_of(slow) == b""


def test_a_second_signal_gives_up_what_is_under_way(models, monkeypatch, caplog):
    monkeypatch.setattr(connections, "LEAVE_SECONDS", 60)
    with running(models) as (port, serving), connected(port, UPLOAD) as slow:
        assert soon(lambda: serving.server_state.tasks)
        began = time.monotonic()
        for _ in range(2):
            serving.handle_exit(signal.SIGTERM, None)
        assert all_of(slow) == b""
    assert time.monotonic() - began < connections.GIVE_UP_SECONDS and not caplog.text


def test_what_takes_too_long_at_the_end_is_told_so(models, monkeypatch, caplog):
    monkeypatch.setattr(connections, "GIVE_UP_SECONDS", 0.1)
    with running(models) as (port, serving), connected(port, ASKED) as asked:
        assert soon(lambda: serving.server_state.tasks)
        serving.handle_exit(signal.SIGTERM, None)
        assert b"the server has been stopped" in all_of(asked)
    assert "Traceback" not in caplog.text


def is_refused(port):
    try:
        connected(port).close()
    except ConnectionRefusedError:
        return True
    return False


def test_the_command_goes_on_without_descriptors_and_ends_in_order(folders):
    """asyncio would write a traceback for each of a thousand attempts to take up a connection."""
    code = FULL + "import sys\nfrom instahash.cli.explore import main\nsys.exit(main())"
    command = [sys.executable, "-c", code, "--port", "0", "--model-dir", str(folders["best"])]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    address = process.stdout.readline().split()[1]
    port = int(address.rpartition(":")[2])
    with contextlib.ExitStack() as stack:
        for _ in range(100):
            stack.enter_context(connected(port))
        assert httpx.get(address + "/api/model", timeout=20).status_code == 200
    head, body = ASKED.split(b"\r\n\r\n")
    with connected(port, head + b"\r\nexpect: 100-continue\r\n\r\n") as asked:
        assert asked.recv(65536).startswith(b"HTTP/1.1 100 ")  # it is under way
        process.terminate()
        asked.sendall(body)
        assert all_of(asked).startswith(b"HTTP/1.1 200 ")
    assert process.communicate(timeout=20) == ("", "") and process.returncode == 0


def test_bodies_have_one_limit_together(monkeypatch):
    """The oldest of those that are still arriving is given up, never one that is there."""
    monkeypatch.setattr(gate, "MOST_BODIES", 100)
    bodies = gate.Bodies()

    def arriving(n, is_whole):
        """A body of n bytes, after which nothing comes for long."""
        messages = [{"type": "http.request", "body": b"a" * n, "more_body": not is_whole}]

        async def receive():
            if not messages:
                await asyncio.sleep(60)
            return messages.pop()

        return gate.Body(bodies, receive, 1000)

    async def scene():
        there, old, new = arriving(30, True), arriving(40, False), arriving(40, False)
        await there()
        await old()
        waiting = asyncio.create_task(old())
        await asyncio.sleep(0)
        await new()
        with pytest.raises(gate.Refused) as refused:
            await waiting
        assert refused.value.status_code == 503 and bodies.size == 70
        for body in (there, old, new):
            body.let_go()
        assert bodies.size == 0 and not bodies.arriving

    asyncio.run(scene())
