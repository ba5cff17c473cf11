"""Which requests are taken: by whom, how large, of what form. Whatever is refused gets a 4xx and one line of JSON.

A page on this machine can be asked by every other page that its user opens. A page of another origin is given away by
`Origin` and `Sec-Fetch-Site`, which scripts cannot set; one whose name was pointed at this machine after it was loaded
(DNS rebinding) has the same origin as ours, but its own name in `Host`.
"""

from __future__ import annotations

import asyncio
import ipaddress
import json
import re
import socket

from instahash.errors import InstahashError

MOST_JSON, MOST_IMAGE = 64_000, 20_000_000  # bytes
SECONDS = 30  # until a body must be there
MOST_LABELS, MOST_CHOSEN, LONGEST, MOST_WORDS, MOST_TOP = 200, 60, 200, 300, 100
HEADERS = {
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
}


class Refused(InstahashError):
    """A request that is not answered; `status` is HTTP's."""

    def __init__(self, status, line):
        super().__init__(line)
        self.status = status


# Whose request


class Hosts:
    """The names under which the pages may be asked for.  served : the address that the server listens on."""

    def __init__(self, served):
        self.names = {"localhost", "127.0.0.1", "::1", served.lower()}
        self.anywhere = not is_loopback(served)
        if self.anywhere:
            self.names.add(socket.gethostname().lower())

    def __contains__(self, name):
        """An address cannot be rebound, as a name can: served to others, any address will do."""
        return name in self.names or self.anywhere and _is_address(name)


def is_loopback(host):
    """Whether only this machine reaches the address."""
    return host == "localhost" or _is_address(host) and ipaddress.ip_address(host).is_loopback


def check_source(method, path, headers, hosts):
    """Refused for a request under another name, or from a page of another origin.

    headers : a mapping of lower-case names.
    """
    host = headers.get("host", "").lower()
    name = host[1 : host.find("]")] if host.startswith("[") else host.partition(":")[0]
    if name not in hosts:
        raise Refused(403, f"this server does not answer for the host '{_cut(name)}'; open the address that it printed")
    origin = headers.get("origin")
    if origin is not None and origin.lower() not in (f"http://{host}", f"https://{host}"):
        raise Refused(403, f"a page of '{_cut(origin)}' may not ask this server")
    site = headers.get("sec-fetch-site", "same-origin")
    if site not in ("same-origin", "none") and (method != "GET" or path.startswith("/api/")):
        raise Refused(403, "another page may not ask this server")


def _is_address(name):
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


# How large, and of what form


async def read_body(request, most):
    """The body of a request; Refused where it is larger than `most` bytes or takes too long."""
    length = request.headers.get("content-length", "0")
    if length.isdecimal() and int(length) > most:
        raise Refused(413, f"the request has {int(length):,} bytes, {most:,} are the most")
    try:
        return await asyncio.wait_for(_read(request, most), SECONDS)
    except (TimeoutError, asyncio.TimeoutError):  # two classes before Python 3.11
        raise Refused(408, f"the request was not there after {SECONDS} seconds") from None


async def _read(request, most):
    content = bytearray()
    async for chunk in request.stream():
        content += chunk
        if len(content) > most:
            raise Refused(413, f"the request has more than {most:,} bytes, the most there may be")
    return bytes(content)


async def read_json(request, fields):
    """The object in the body, with exactly the keys of `fields`; an absent one is given to its check as None.

    fields : dict of key -> check(value, key), which returns the value or raises Refused.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise Refused(415, f"the content type is '{_cut(kind)}'; it must be application/json")
    content = await read_body(request, MOST_JSON)
    try:
        value = json.loads(content.decode("utf-8"))
    except (ValueError, RecursionError):
        raise Refused(400, "the request is not JSON in UTF-8") from None
    if not isinstance(value, dict):
        raise Refused(400, "the request must be a JSON object")
    unknown = [key for key in value if key not in fields]
    if unknown:
        raise Refused(400, f"there is no '{_cut(unknown[0])}'; a request has {', '.join(fields)}")
    return {key: check(value.get(key), key) for key, check in fields.items()}


def _words_at_most(text):
    """How many words the labels of a text can have, their scores left out."""
    return len(re.findall(r"[^\s,;|/:]+", re.sub(r":\s*[\d.]+\s*(?=$|[,;|\n])", "", text)))


def texts(most, longest=LONGEST):
    """A check: a list of up to `most` texts of up to `longest` characters; none where it is absent."""

    def check(value, key):
        value = [] if value is None else value
        if not isinstance(value, list) or not all(isinstance(text, str) for text in value):
            raise Refused(400, f"'{key}' must be a list of texts")
        if len(value) > most:
            raise Refused(400, f"'{key}' has {len(value):,} entries, {most} are the most")
        for text in value:
            check_text(text, key, longest)
        if sum(map(_words_at_most, value)) > MOST_WORDS:
            raise Refused(400, f"'{key}' has more than {MOST_WORDS} words, the most there may be")
        return value

    return check


def text(longest, default=None):
    """A check: a text of up to `longest` characters; `default` where it is absent, and required where that is None."""

    def check(value, key):
        value = default if value is None else value
        if not isinstance(value, str):
            raise Refused(400, f"'{key}' must be a text")
        return check_text(value, key, longest)

    return check


def check_text(value, key, longest):
    """The text; Refused where it is too long or has characters that no text has."""
    if len(value) > longest:
        raise Refused(400, f"'{key}' has a text of {len(value):,} characters, {longest} are the most")
    if any(c < " " and c not in "\t\n\r" or "\ud800" <= c <= "\udfff" for c in value):
        raise Refused(400, f"'{key}' has characters that belong in no text")
    return value


def share(value, key):
    """A check: a number in [0, 1], or nothing."""
    if value is not None and (isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= 1):
        raise Refused(400, f"'{key}' must be a number in [0, 1]")
    return value


def whole(least, most, default=None):
    """A check: a whole number in [least, most]; `default` where it is absent, if there is one."""

    def check(value, key):
        value = default if value is None else value
        if type(value) is not int or not least <= value <= most:
            raise Refused(400, f"'{key}' must be a whole number from {least} to {most}")
        return value

    return check


def one_of(*names):
    """A check: one of these texts."""

    def check(value, key):
        if value not in names:
            raise Refused(400, f"'{key}' must be one of {', '.join(names)}")
        return value

    return check


def _cut(text, longest=60):
    return text if len(text) <= longest else text[: longest - 3] + "..."
