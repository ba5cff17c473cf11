"""The outermost layer of the server: whose requests are answered, how large they may be, and the safety headers.

Every page that the user opens can send requests to this machine. A page of another origin is recognised by `Origin` and
`Sec-Fetch-Site`, which scripts cannot set; one whose name was pointed at this machine after it was loaded (DNS
rebinding) has our origin, but its own name in `Host`.
"""

from __future__ import annotations

import asyncio
import ipaddress
import json
import socket
from collections.abc import Mapping
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from instahash.errors import cut, line

PHOTO_PATH = "/api/photo"
MOST_JSON, MOST_IMAGE = 64_000, 20_000_000  # bytes of a body
MOST_BODIES = 100_000_000  # bytes of all bodies that are in memory
BODY_SECONDS = 30  # until a body must be there
# What a page of ours may not use in a browser; names that some browser does not know would be a line in its console.
UNUSED = (
    *("accelerometer", "autoplay", "camera", "display-capture", "encrypted-media", "fullscreen", "gamepad"),
    *("geolocation", "gyroscope", "hid", "magnetometer", "microphone", "midi", "payment", "picture-in-picture"),
    *("publickey-credentials-get", "screen-wake-lock", "serial", "sync-xhr", "usb", "xr-spatial-tracking"),
)
# OWASP's list of secure headers, but for those of pages that are served encrypted.
HEADERS = {
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "x-permitted-cross-domain-policies": "none",
    "x-dns-prefetch-control": "off",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-embedder-policy": "require-corp",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": ", ".join(f"{feature}=()" for feature in UNUSED),
    "cache-control": "no-store",
}


class Line(Response):
    """A value as one line of JSON, in ASCII: a hashtag may hold what UTF-8 cannot."""

    media_type = "application/json"

    def render(self, content: Any) -> bytes:
        return json.dumps(content, allow_nan=False, separators=(",", ":")).encode() + b"\n"


class Refused(HTTPException):
    """A request that is not answered; `detail` is the one line that says why."""


def refusal(status: int, text: str, headers: Mapping[str, str] | None = None) -> Line:
    return Line({"error": line(text)}, status, headers)


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches the address."""
    return host == "localhost" or _is_address(host) and ipaddress.ip_address(host).is_loopback


def is_own_name(name: str, served: str) -> bool:
    """Whether requests under a name are for a server that listens at the address `served`.

    An address cannot be rebound, as a name can: a server for other machines answers under any address.
    """
    if name in ("localhost", "127.0.0.1", "::1", served.lower()):
        return True
    return not is_loopback(served) and (name == socket.gethostname().lower() or _is_address(name))


def check_source(method: str, path: str, headers: Mapping[str, str], served: str) -> None:
    """Raise Refused for a request under another name, or from a page of another origin; header names are lower-case."""
    host = headers.get("host", "").lower()
    name = host[1 : host.find("]")] if host.startswith("[") else host.partition(":")[0]
    if not is_own_name(name, served):
        raise Refused(403, f"this server does not answer for the host '{cut(name)}'; open the address that it printed")
    origin = headers.get("origin")
    if origin is not None and origin.lower() not in (f"http://{host}", f"https://{host}"):
        raise Refused(403, f"a page of '{cut(origin)}' may not ask this server")
    site = headers.get("sec-fetch-site", "same-origin")
    if site not in ("same-origin", "none") and (method != "GET" or path.startswith("/api/")):
        raise Refused(403, "another page may not ask this server")


def _is_address(name: str) -> bool:
    try:
        return bool(ipaddress.ip_address(name))
    except ValueError:
        return False


class Bodies:
    """The bodies of requests in memory. Where they are too many, the one that has been arriving longest is given up.

    So a client that sends slowly keeps nobody else's photo out.
    """

    def __init__(self) -> None:
        self.size = 0  # bytes of all of them
        self.arriving: dict[Body, None] = {}  # the oldest first

    def check_size(self) -> None:
        while self.size > MOST_BODIES and self.arriving:
            next(iter(self.arriving)).give_up()


class Body:
    """The body of a request: callable as ASGI's `receive`.

    most : bytes; more of them, or a body that is not there after BODY_SECONDS, raise Refused.
    """

    def __init__(self, bodies: Bodies, receive: Receive, most: int):
        self.bodies, self.receive, self.most, self.size = bodies, receive, most, 0
        self.until = asyncio.get_running_loop().time() + BODY_SECONDS
        self.is_given_up = False
        self._message: asyncio.Future[Message] | None = None

    async def __call__(self) -> Message:
        self.bodies.arriving[self] = None
        self._message = asyncio.ensure_future(self.receive())
        try:
            await asyncio.wait({self._message}, timeout=self.until - asyncio.get_running_loop().time())
            if not self._message.done():
                raise Refused(408, f"the request was not there after {BODY_SECONDS} seconds")
        finally:
            self._message.cancel()
        if not self.is_given_up:
            self._count(self._message.result())
        if self.is_given_up:
            raise Refused(503, "too much is being sent here at the same time; try again")
        return self._message.result()

    def _count(self, message: Message) -> None:
        n = len(message.get("body", b""))
        self.size += n
        self.bodies.size += n
        if self.size > self.most:
            raise Refused(413, f"the request has more than {self.most:,} bytes, the most there may be")
        self.bodies.check_size()
        if not message.get("more_body"):
            self.bodies.arriving.pop(self, None)

    def give_up(self) -> None:
        self.is_given_up = True
        self.let_go()
        if self._message:
            self._message.cancel()

    def let_go(self) -> None:
        """It is in memory no longer."""
        self.bodies.arriving.pop(self, None)
        self.bodies.size -= self.size
        self.size = 0


class Gate:
    """ASGI middleware around the application.  served : the address that the server listens on."""

    def __init__(self, app: ASGIApp, served: str):
        self.app, self.served, self.bodies = app, served, Bodies()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        begun = False

        async def send_with_headers(message: Message) -> None:
            nonlocal begun
            begun = True
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(HEADERS)
            await send(message)

        body = Body(self.bodies, receive, MOST_IMAGE if scope["path"] == PHOTO_PATH else MOST_JSON)
        try:
            self._check(scope, body.most)
            # What a GET would be answered: the server leaves the body out.
            asked = {**scope, "method": "GET"} if scope["method"] == "HEAD" else scope
            await self.app(asked, body, send_with_headers)
        except Refused as refused:
            await refusal(refused.status_code, refused.detail)(scope, receive, send_with_headers)
        except asyncio.CancelledError:  # the server ends, and has waited long enough
            if not begun:  # or nobody may take the rest, and it would never end
                await refusal(503, "the server has been stopped")(scope, receive, send_with_headers)
        finally:
            body.let_go()

    def _check(self, scope: Scope, most: int) -> None:
        headers = Headers(scope=scope)
        check_source(scope["method"], scope["path"], headers, self.served)
        length = headers.get("content-length", "0")
        if length.isdecimal() and int(length) > most:
            raise Refused(413, f"the request has {int(length):,} bytes, {most:,} are the most")
