"""One request does not hold up another: slow models, slow bodies, and a fault inside."""

import socket
import threading
import time

import pytest

from instahash.explore.explain import Explainer

httpx = pytest.importorskip("httpx", reason="httpx is not installed: `python3 -m pip install -e '.[test]'`")
gate = pytest.importorskip("instahash.explore.gate", reason="the extra `web` is not installed")
server = pytest.importorskip("instahash.explore.server", reason="the extra `web` is not installed")
connections = pytest.importorskip("instahash.explore.connections", reason="the extra `web` is not installed")


class Slow(Explainer):
    """An explainer that takes its time, or fails."""

    seconds = 1.0

    def explain(self, labels, **others):
        if labels == ["fault"]:
            raise ZeroDivisionError("of the model")
        time.sleep(self.seconds)
        return {"labels": labels}


@pytest.fixture(scope="module")
def slow(models):
    """The address of a server in this process whose models are slow."""
    listener = connections.open_socket("127.0.0.1", 0)
    site = server.Site(Slow(models["best"]), {}, None)
    running = connections.server(server.application(site, "127.0.0.1"))
    thread = threading.Thread(target=running.run, kwargs={"sockets": [listener]})
    thread.start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    running.should_exit = True
    thread.join(10)


def test_the_loop_waits_for_no_model(slow):
    asked = threading.Thread(target=lambda: httpx.post(slow + "/api/explain", json={"labels": ["dog"]}))
    asked.start()
    time.sleep(0.2)
    began = time.perf_counter()
    assert httpx.get(slow + "/api/model").status_code == 200
    assert time.perf_counter() - began < 0.5 and asked.is_alive()
    asked.join()


def test_a_body_that_does_not_come_is_not_waited_for(slow, monkeypatch):
    monkeypatch.setattr(gate, "BODY_SECONDS", 0.2)
    head = b"POST /api/explain HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n"
    with socket.create_connection(("127.0.0.1", int(slow.rpartition(":")[2])), timeout=5) as connection:
        connection.sendall(head + b"content-length: 100\r\n\r\n{")
        answer = b""
        while not answer.endswith(b"}\n"):
            answer += connection.recv(65536)
    assert answer.startswith(b"HTTP/1.1 408") and b"0.2 seconds" in answer


def test_a_fault_inside_gives_away_nothing_and_ends_nothing(slow):
    answer = httpx.post(slow + "/api/explain", json={"labels": ["fault"]})
    assert answer.status_code == 500 and answer.text.count("\n") == 1
    assert "ZeroDivisionError" not in answer.text and "of the model" not in answer.text
    assert answer.headers["content-security-policy"] == gate.HEADERS["content-security-policy"]
    assert httpx.get(slow + "/api/model").status_code == 200
