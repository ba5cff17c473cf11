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

from instahash.errors import cut

PHOTO_PATH = "/api/photo"
MOST_JSON, MOST_IMAGE = 64_000, 20_000_000  # bytes of a body
BODY_SECONDS = 30  # until a body must be there
HEADERS = {
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
}


class Line(Response):
    """A value as one line of JSON, in ASCII: a hashtag may hold what UTF-8 cannot."""

    media_type = "application/json"

    def render(self, content: Any) -> bytes:
        return json.dumps(content, allow_nan=False, separators=(",", ":")).encode() + b"\n"


class Refused(HTTPException):
    """A request that is not answered; `detail` is the one line that says why."""


def refusal(status: int, line: str) -> Line:
    return Line({"error": line}, status)


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


class Gate:
    """ASGI middleware around the application.  served : the address that the server listens on."""

    def __init__(self, app: ASGIApp, served: str):
        self.app, self.served = app, served

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(HEADERS)
            await send(message)

        headers = Headers(scope=scope)
        most = MOST_IMAGE if scope["path"] == PHOTO_PATH else MOST_JSON
        try:
            check_source(scope["method"], scope["path"], headers, self.served)
            length = headers.get("content-length", "0")
            if length.isdecimal() and int(length) > most:
                raise Refused(413, f"the request has {int(length):,} bytes, {most:,} are the most")
        except Refused as refused:
            await refusal(refused.status_code, refused.detail)(scope, receive, send_with_headers)
        else:
            await self.app(scope, _limited(receive, most), send_with_headers)


def _limited(receive: Receive, most: int) -> Receive:
    """`receive` that raises Refused for a body of more bytes, or one that is not there in time, BODY_SECONDS."""
    size, end = 0, None

    async def receive_some() -> Message:
        nonlocal size, end
        now = asyncio.get_running_loop().time()
        end = now + BODY_SECONDS if end is None else end
        try:
            message = await asyncio.wait_for(receive(), end - now)
        except (TimeoutError, asyncio.TimeoutError):  # two classes before Python 3.11
            raise Refused(408, f"the request was not there after {BODY_SECONDS} seconds") from None
        size += len(message.get("body", b""))
        if size > most:
            raise Refused(413, f"the request has more than {most:,} bytes, the most there may be")
        return message

    return receive_some
