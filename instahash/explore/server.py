"""The pages and what they ask for, over HTTP. Models are asked in threads: the event loop waits for nobody."""

from __future__ import annotations

import asyncio
import json
import socket
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from importlib import resources

import uvicorn
from starlette.applications import Starlette
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.routing import Route
from uvicorn.protocols.http.h11_impl import H11Protocol

from instahash.errors import DataError, ImageError, InstahashError, SettingsError, UnknownWordError
from instahash.explore import limits
from instahash.explore.judgements import CHOICES
from instahash.explore.limits import Refused, check_source, read_body, read_json

TYPES = {"html": "text/html; charset=utf-8", "css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}
PAGES = {"/": "explore.html", "/judge": "judge.html", "/judge/report": "report.html"}
# What browsers ask for beside answers that are no pages.
ICON = "/favicon.ico", "icon.svg"
# Threads that ask models; photos in memory at a time.
WORKERS, PHOTOS = 2, 4
SESSION = limits.text(64)
ASKED = {
    "labels": limits.texts(limits.MOST_LABELS),
    "chosen": limits.texts(limits.MOST_CHOSEN),
    "novelty": limits.share,
    "top": limits.whole(1, limits.MOST_TOP, 10),
}
JUDGED = {"session": SESSION, "judge": limits.text(60, "")}


class Line(Response):
    """A value as one line of JSON, in ASCII: a hashtag may hold what UTF-8 cannot."""

    media_type = "application/json"

    def render(self, value):
        return json.dumps(value, allow_nan=False, separators=(",", ":")).encode() + b"\n"


class Site:
    """What the pages are about.

    explainer : Explainer.  hashtags : dict, see :func:`hashtag_map`.  labeller : Labeller.  judging : Judging, or None.
    """

    def __init__(self, explainer, hashtags, labeller, judging=None):
        self.explainer, self.labeller, self.judging = explainer, labeller, judging
        self._hashtags = Line(hashtags).body
        self._files = {path: _file(name) for path, name in _served()}
        self._missing = _file("missing.html")
        self._workers, self._photos = ThreadPoolExecutor(WORKERS), ThreadPoolExecutor(1)
        self._uploads = asyncio.Semaphore(PHOTOS)

    def app(self, hosts):
        """The ASGI application; it answers only under the names in `hosts`."""
        get, post = ["GET"], ["POST"]
        routes = [
            Route("/api/model", self.model, methods=get),
            Route("/api/map", self.map, methods=get),
            Route("/api/annotator", self.annotator, methods=get),
            Route("/api/neighbours", self.neighbours, methods=get),
            Route("/api/explain", self.explain, methods=post),
            Route("/api/photo", self.photo, methods=post),
            Route("/api/judge/next", self.next_pair, methods=post),
            Route("/api/judge/choose", self.choose, methods=post),
            Route("/api/judge/undo", self.undo, methods=post),
            Route("/api/judge/photo", self.judged_photo, methods=get),
            Route("/api/judge/report", self.report, methods=get),
            Route("/{path:path}", self.file, methods=get),
        ]
        app = Starlette(routes=routes, exception_handlers=dict.fromkeys(_STATUS, _refusal) | {Exception: _fault})
        return Gate(app, hosts)

    # Pages

    async def file(self, request):
        """One of the files read at the start: no path of a request is ever looked for on the disk."""
        path, status = request.scope["path"], 200
        found = self._files.get(path)
        if found is None:
            if path.startswith("/api/") or "text/html" not in request.headers.get("accept", "").lower():
                raise Refused(404, "there is no such page")
            found, status = self._missing, 404
        content, kind = found
        return Response(content, status, media_type=kind)

    async def model(self, request):
        explainer, settings = self.explainer, self.explainer.model.settings
        return Line(
            {
                "mode": settings.mode,
                "words": len(explainer.vocabulary),
                "hashtags": len(explainer.vocabulary.hashtag_ids),
                "min_score": settings.data.min_score,
                "novelty": settings.recommend.novelty,
                "most_image": limits.MOST_IMAGE,
            }
        )

    async def map(self, request):
        return Response(self._hashtags, media_type="application/json")

    async def annotator(self, request):
        return Line(await self._in_thread(self._photos, self.labeller.state))

    # Answers

    async def explain(self, request):
        asked = await read_json(request, ASKED)
        return await self._timed(lambda: self.explainer.explain(**asked))

    async def neighbours(self, request):
        word = limits.text(limits.LONGEST)(request.query_params.get("word"), "word")
        return await self._timed(lambda: self.explainer.neighbours(word))

    async def photo(self, request):
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if not (kind.startswith("image/") or kind == "application/octet-stream"):
            raise Refused(415, "a photo must be sent as it is, with the content type of an image")
        async with self._uploads:
            content = await read_body(request, limits.MOST_IMAGE)
            labels = await self._in_thread(self._photos, lambda: self.labeller.labels(content))
        return Line({"labels": [label._asdict() for label in labels]})

    # Judging

    async def next_pair(self, request):
        asked = await read_json(request, JUDGED)
        return await self._judge(lambda judging: judging.next(**asked))

    async def choose(self, request):
        fields = {"pair": limits.whole(1, 2**62), "choice": limits.one_of(*CHOICES)}
        asked = await read_json(request, JUDGED | fields)
        return await self._judge(lambda judging: judging.choose(**asked))

    async def undo(self, request):
        asked = await read_json(request, JUDGED)
        return await self._judge(lambda judging: judging.undo(**asked))

    async def judged_photo(self, request):
        session = SESSION(request.query_params.get("session"), "session")
        pair = request.query_params.get("pair", "")
        if not (pair.isdecimal() and pair.isascii() and len(pair) < 19):
            raise Refused(400, "'pair' must be a whole number")
        content = await self._in_thread(self._workers, lambda: self._judged().photo(session, int(pair)))
        return Response(content, media_type="image/jpeg")

    async def report(self, request):
        return await self._judge(lambda judging: {"comparisons": judging.judgements.report()})

    def _judged(self):
        if self.judging is None:
            raise Refused(404, "there is nothing to judge: start with instahash-explore --posts FILE or sample")
        return self.judging

    async def _judge(self, work):
        judging = self._judged()
        return Line(await self._in_thread(self._workers, lambda: work(judging)))

    # Threads

    async def _timed(self, work):
        """The answer of `work` as a line, and in a header the milliseconds it took."""

        def timed():
            began = time.perf_counter()
            line = Line(work())
            line.headers["server-timing"] = f"answer;dur={1000 * (time.perf_counter() - began):.2f}"
            return line

        return await self._in_thread(self._workers, timed)

    async def _in_thread(self, threads, work):
        return await asyncio.get_running_loop().run_in_executor(threads, work)


class Gate:
    """Around the application: refuses other hosts and origins before anything else, and adds the safety headers."""

    def __init__(self, app, hosts):
        self._app, self._hosts = app, hosts

    async def __call__(self, scope, receive, send):
        async def send_with_headers(message):
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in limits.HEADERS.items():
                    headers[name] = value
            await send(message)

        try:
            check_source(scope["method"], scope["path"], Headers(scope=scope), self._hosts)
        except Refused as refused:
            await _line(refused.status, str(refused))(scope, receive, send_with_headers)
            return
        await self._app(scope, receive, send_with_headers)


class Protocol(H11Protocol):
    """Says in JSON too that a request is not HTTP."""

    def send_400_response(self, message):
        line = _line(400, message)
        head = "".join(f"{name}: {value}\r\n" for name, value in {**line.headers, **limits.HEADERS}.items())
        self.transport.write(f"HTTP/1.1 400 Bad Request\r\n{head}connection: close\r\n\r\n".encode() + line.body)
        self.transport.close()


def open_socket(host, port):
    """A socket that listens there; port 0 is any that is free. Raises SettingsError where it cannot be had."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family, kind, protocol)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(1024)
    except (OSError, OverflowError, UnicodeError) as error:
        why = getattr(error, "strerror", None) or error
        raise SettingsError(f"cannot listen at {host} port {port}: {why}; try another --port, or 0 for any") from None
    return listener


def serve(site, hosts, listener):
    """Answer on the socket until interrupted."""
    # An answer lets go of the GIL many times, and each time another thread may keep it so long. By default that is ten
    # times longer, and many clients would mostly wait for it.
    sys.setswitchinterval(0.0005)
    config = uvicorn.Config(
        site.app(hosts),
        http=Protocol,
        ws="none",
        lifespan="off",
        log_level="error",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=2,
    )
    uvicorn.Server(config).run(sockets=[listener])


_STATUS = {
    Refused: None,
    HTTPException: None,
    ClientDisconnect: 400,
    UnknownWordError: 404,
    ImageError: 422,
    DataError: 400,
    SettingsError: 400,
    InstahashError: 503,
}


async def _refusal(request, error):
    """One line, of the status that the error carries or that its kind has."""
    if isinstance(error, HTTPException):
        lines = {404: "there is no such page", 405: f"{request.method} is not answered here"}
        return _line(error.status_code, lines.get(error.status_code, error.detail))
    kind = next(kind for kind in type(error).__mro__ if kind in _STATUS)
    return _line(_STATUS[kind] or error.status, str(error) or "the request ended early")


async def _fault(request, error):
    return _line(500, "something went wrong here; the terminal says what")


def _line(status, text):
    return Line({"error": text}, status_code=status)


def _served():
    """The paths of all files, and their names."""
    yield from PAGES.items()
    yield ICON
    for file in resources.files("instahash.explore").joinpath("static").iterdir():
        if not file.name.endswith(".html"):
            yield f"/static/{file.name}", file.name


def _file(name):
    content = resources.files("instahash.explore").joinpath("static", name).read_bytes()
    return content, TYPES[name.rpartition(".")[2]]
