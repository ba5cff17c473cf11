"""Requests to the explorer, as they come to the application: paths, queries, headers and bodies of JSON."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import numpy as np

from chaos.jsons import JSON
from chaos.mutations import BYTES, LINES, Mutation
from chaos.target import Target, Wrong, fault_of_line
from chaos.tiny import N_FEATURES, posts, trained
from instahash.explore import server
from instahash.explore.explain import Explainer, text_of_features
from instahash.explore.judgements import Judgements
from instahash.explore.judging import Judging
from instahash.explore.systems import System

SESSION = "0123456789abcdef"


class Request(NamedTuple):
    path: str
    query: bytes = b""
    body: bytes = b""
    kind: bytes = b"application/json"
    host: bytes = b"localhost"


def sound(folder: Path) -> list[Request]:
    bodies: dict[str, Any] = {
        "/api/explain": {"labels": ["sea", "dog:0.5"], "chosen": ["sun"], "novelty": 0.2, "top": 3, "mix": [1, 1, 1]},
        "/api/judge/next": {"session": SESSION, "judge": "Anna"},
        "/api/judge/choose": {"session": SESSION, "pair": 1, "choice": "left"},
        "/api/judge/undo": {"session": SESSION},
        "/api/move/words": {"seed": 1, "steps": 3, "scene": "pair", "negatives": 2, "power": 0.5, "step_size": 0.1},
        "/api/move/units": {"steps": 3, "n_hidden": 2, "V": [[0.5] * 15] * 2, "mu": [0.1, -1], "U": [[0.5, 1]] * 15,
                            "b": [0] * 15},
    }  # fmt: skip
    features = text_of_features(np.full(N_FEATURES, 0.5))
    asked = [Request(path, body=json.dumps(body).encode()) for path, body in bodies.items()]
    asked.append(Request("/api/explain", body=json.dumps({"labels": ["sea"], "photo_features": features}).encode()))
    for path, query in {
        "neighbours": "word=sea",
        "judge/photo": f"pair=1&session={SESSION}",
        "rate/photo": "place=0",
    }.items():
        asked.append(Request(f"/api/{path}", query.encode()))
    return asked


def of(part: str, mutation: Mutation) -> Mutation:
    def change(rng: Random, request: Request, others: Sequence[Request]) -> Request:
        kin = [getattr(other, part) for other in others]
        return request._replace(**{part: mutation(rng, getattr(request, part), kin)})

    return change


def path(rng: Random, request: Request, others: Sequence[Request]) -> Request:
    """Another's path, or none that there is."""
    return request._replace(path=rng.choice([rng.choice(others).path, request.path + "/", "/..", "/\udcff\0", ""]))


MUTATIONS: dict[str, Mutation] = {"path": path}
MUTATIONS |= {f"body: {name}": of("body", mutation) for name, mutation in (JSON | BYTES | LINES).items()}
MUTATIONS |= {f"query: {name}": of("query", mutation) for name, mutation in (BYTES | LINES).items()}
MUTATIONS |= {f"header: {name}": of(name, BYTES["noise"]) for name in ("kind", "host")}


@cache
def application(process: int) -> Any:
    """Of this process, which has none of the threads of its parent."""
    server.MODEL_THREADS = server.PHOTO_THREADS = ThreadPoolExecutor(1)
    return server.application(server.Site(Explainer(trained("best-rich")), {}, None), "127.0.0.1")  # type: ignore[arg-type]


def ask(request: Request, folder: Path) -> None:
    """Send it, and look at the answer."""
    app, model = application(os.getpid()), trained("best-rich").learnt
    with Judgements(folder / "judgements.sqlite") as kept:
        systems = System("best", model), System("popularity", model, "popularity")
        app.app.state.site = app.app.state.site._replace(judging=Judging(systems, posts(True, 3, 4), kept, folder))
        status, answer = asyncio.run(answered(app, request))
    if status >= 500:
        raise Wrong(f"the status {status}: {answer[:200]!r}")
    if status >= 400 and (fault := fault_of_line(json.loads(answer)["error"])):
        raise Wrong(f"{fault}: {answer[:200]!r}")


async def answered(app: Any, request: Request) -> tuple[int, bytes]:
    """(status, body)"""
    headers = {"host": request.host, "content-type": request.kind, "content-length": b"%d" % len(request.body)}
    scope = {
        **{"type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "scheme": "http", "root_path": ""},
        **{"method": "POST" if request.body else "GET", "path": request.path, "query_string": request.query},
        **{
            "raw_path": request.path.encode("utf-8", "replace"),
            "client": ("127.0.0.1", 5),
            "server": ("127.0.0.1", 80),
        },
        "headers": [(name.encode(), value) for name, value in headers.items()],
    }
    sent: list[Any] = []
    coming = [{"type": "http.request", "body": request.body}]

    async def receive() -> Any:
        return coming.pop() if coming else {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        sent.append(message)

    await app(scope, receive, send)
    return sent[0]["status"], b"".join(message.get("body", b"") for message in sent)


TARGETS = [Target("pages", sound, MUTATIONS, ask)]
