"""Clients of an explorer: what they ask, what a right answer is, and clients that are none."""

from __future__ import annotations

import io
import random
import secrets
import socket
import time
from dataclasses import dataclass
from typing import Any

import httpx

PAGES = (
    "/",
    "/judge",
    "/judge/report",
    "/rate",
    "/move",
    "/docs",
    "/openapi.json",
    "/favicon.ico",
    "/static/explore.js",
)
LABELS = ("dog", "beach", "sea", "food", "cat", "flower", "sunset", "snow", "car", "city", "nosuchword")


@dataclass(frozen=True, eq=False)  # its body may be a dict
class Question:
    """weight : how often it is asked.  is_compared : whether only a model says what the answer is."""

    name: str
    method: str
    path: str
    weight: float = 1.0
    json: Any = None
    content: bytes | None = None
    is_compared: bool = True
    status: int = 200

    def request(self) -> dict[str, Any]:
        asked: dict[str, Any] = {"method": self.method, "url": self.path}
        if self.content is not None:
            return asked | {"content": self.content, "headers": {"content-type": "image/png"}}
        return asked | ({} if self.json is None else {"json": self.json})


def questions(photos: bool) -> list[Question]:
    """All routes, those of the models most."""
    pairs = [(LABELS[i], LABELS[(i + k) % len(LABELS)]) for i in range(len(LABELS)) for k in (0, 3)]
    every = [Question("explain", "POST", "/api/explain", 3, {"labels": list(pair), "top": 5}) for pair in pairs]
    every += [Question("neighbours", "GET", f"/api/neighbours?word={word}", 2) for word in LABELS[:3]]
    every += [Question("unknown", "GET", "/api/neighbours?word=nosuchword", status=404)]
    every += [Question(path, "GET", path, is_compared="judge/report" not in path) for path in PAGES]
    every += [Question(path, "GET", f"/api/{path}", 2) for path in ("model", "map", "annotator", "rate")]
    every += [Question("report", "GET", "/api/judge/report", is_compared=False)]
    every += [Question("words", "POST", "/api/move/words", json={"seed": seed, "steps": 5}) for seed in range(2)]
    every += [Question("units", "POST", "/api/move/units", json={"seed": 1, "steps": 5})]
    every += [Question("refused", "POST", "/api/explain", json={"labels": "dog"}, status=400)]
    if photos:
        every += [Question("photo", "POST", "/api/photo", 0.5, content=photo(colour)) for colour in ("navy", "olive")]
    return every


def photo(colour: str) -> bytes:
    from PIL import Image

    file = io.BytesIO()
    Image.new("RGB", (320, 240), colour).save(file, "PNG")
    return file.getvalue()


class Client:
    """Asks one question after the other over a connection of its own, and plays a game of judging now and then.

    expected : by question, all the answers that may come.
    """

    def __init__(self, address: str, every: list[Question], expected: dict[Question, set[bytes]], seed: int):
        self.http = httpx.AsyncClient(base_url=address, timeout=60, verify=False)
        self.every, self.expected, self.rng = every, expected, random.Random(seed)
        self.milliseconds: list[float] = []
        self.faults: list[str] = []

    async def until(self, end: float) -> None:
        while time.monotonic() < end:
            await self.ask_one()
        await self.http.aclose()

    async def ask_one(self) -> None:
        question = self.rng.choices(self.every, [one.weight for one in self.every])[0]
        began = time.perf_counter()
        try:
            if question.name == "report" and self.rng.random() < 0.5:
                await self.judge()
            else:
                answer = await self.http.request(**question.request())
                self.check(question, answer.status_code, answer.content)
        except (httpx.HTTPError, KeyError, ValueError) as error:
            self.faults.append(f"{question.name}: {error!r}")
        self.milliseconds.append(1000 * (time.perf_counter() - began))

    def check(self, question: Question, status: int, content: bytes) -> None:
        if status != question.status:
            self.faults.append(f"{question.name}: status {status}, {content[:200]!r}")
        elif question.is_compared and content not in self.expected[question]:
            self.faults.append(f"{question.name}: an answer of no model, {content[:200]!r}")

    async def judge(self) -> None:
        asked = {"session": secrets.token_hex(16), "judge": "chaos"}
        for path in ("next", "choose", "undo"):
            answer = await self.http.post(f"/api/judge/{path}", json=asked)
            if answer.status_code != 200 or answer.json()["judged"] != (path == "choose"):
                self.faults.append(f"judge/{path}: status {answer.status_code}, {answer.content[:200]!r}")
                return
            if path == "next":
                asked |= {"pair": answer.json()["pair"], "choice": "left"}
            else:
                asked = {key: asked[key] for key in ("session", "judge")}


def answers(address: str, every: list[Question]) -> dict[Question, bytes]:
    """What a server answers whose model nobody replaces."""
    with httpx.Client(base_url=address, timeout=60) as client:
        return {question: client.request(**question.request()).content for question in every}


def connected(port: int, sent: bytes = b"") -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", port), timeout=10)
    connection.sendall(sent)
    return connection


def slow_upload(port: int) -> socket.socket:
    head = "POST /api/photo HTTP/1.1\r\nhost: localhost\r\ncontent-type: image/png\r\ncontent-length: 5000000\r\n\r\n"
    return connected(port, head.encode() + b"a" * 1000)


def unread(port: int) -> socket.socket:
    """A connection that asks for much and reads nothing."""
    return connected(port, b"GET /api/map HTTP/1.1\r\nhost: localhost\r\n\r\n" * 200)


def is_ended(connection: socket.socket) -> bool:
    """Whether the server has ended the connection; what it has sent is read."""
    connection.setblocking(False)
    try:
        while connection.recv(1 << 20):
            pass
    except BlockingIOError:
        return False
    except ConnectionError:
        return True
    return True
