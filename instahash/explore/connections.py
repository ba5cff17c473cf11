"""Connections to the server: how many there are, how long one may keep it waiting, and how it ends.

A connection is the client's turn until a request is there whole, and again until its answer is taken. A turn has its
time. Where there are too many connections the one whose turn has lasted longest makes room: an honest client takes
milliseconds.
"""

from __future__ import annotations

import asyncio
import errno
import signal
import socket
import sys
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from functools import partial
from http import HTTPStatus
from types import FrameType
from typing import Any

import h11
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from instahash.errors import SettingsError
from instahash.explore.gate import BODY_SECONDS, HEADERS, Gate, refusal

try:
    import resource
except ImportError:  # not on Windows
    resource = None  # type: ignore[assignment]

# Seconds that a client has for the head of a request, from the connection or its first byte on; for a body that nobody
# reads (others have BODY_SECONDS, and are told so); to take an answer; and from an answer to the next request.
TURN_SECONDS = {"head": 10, "body": BODY_SECONDS + 5, "answer": 30, "idle": 30}
MOST_CONNECTIONS = 500
MOST_HEAD = 32_000  # bytes
WAITING = 1024  # connections that the system keeps until they are taken up
# At the end: until who does not send or take anything is left alone, and until an answer is given up.
LEAVE_SECONDS, GIVE_UP_SECONDS = 3, 15
NO_RESOURCES = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)


def most_connections() -> int:
    """How many connections leave descriptors for files: at most MOST_CONNECTIONS."""
    if resource is None:
        return MOST_CONNECTIONS
    descriptors = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    if descriptors == resource.RLIM_INFINITY:
        return MOST_CONNECTIONS
    return min(MOST_CONNECTIONS, max(descriptors - 50, descriptors // 4))


class Protocol(H11Protocol):
    """One connection. What cannot be answered is refused in JSON, also what is not HTTP.

    most : connections at a time.
    """

    def __init__(self, most: int, *args: Any, **options: Any):
        super().__init__(*args, **options)
        self.most, self.answered, self.is_dropped = most, 0, False
        self.since = self.loop.time()  # of the turn that is under way
        self._turn: tuple[str | None, int] | None = None

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        there: set[Any] = self.connections
        if sum(not other.is_dropped for other in there) > self.most and not drop_longest(there - {self}):
            self._refuse(503, "too many clients are waiting; try again")

    def on_response_complete(self) -> None:
        self.answered += 1
        self.since = self.loop.time()
        super().on_response_complete()

    def turn(self) -> str | None:
        """What the client is waited for, a key of TURN_SECONDS, or None where the client waits."""
        if self.transport.get_write_buffer_size():
            return "answer"
        if self.conn.their_state is h11.IDLE:
            return "head" if self.conn.trailing_data[0] or not self.answered else "idle"
        return "body" if self.conn.their_state is h11.SEND_BODY else None

    def check(self) -> None:
        """End the connection where its client has had its turn for too long; called about once a second."""
        now, turn = self.loop.time(), (self.turn(), self.answered)
        if turn != self._turn:
            self._turn, self.since = turn, now
        elif turn[0] and now - self.since > TURN_SECONDS[turn[0]]:
            if turn[0] == "head" and self.conn.trailing_data[0]:
                self._refuse(408, f"the request was not there after {TURN_SECONDS['head']} seconds")
            else:
                self.drop()

    def drop(self) -> None:
        """End the connection at once: what was not taken of an answer is lost."""
        self.is_dropped = True
        self.transport.abort()

    def send_400_response(self, msg: str) -> None:
        self._refuse(400, msg)

    def _refuse(self, status: int, why: str) -> None:
        line = refusal(status, why)
        head = "".join(f"{name}: {value}\r\n" for name, value in {**line.headers, **HEADERS}.items())
        head = f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\n{head}connection: close\r\n\r\n"
        self.transport.write(head.encode() + bytes(line.body))
        self.transport.close()


def drop_longest(connections: Iterable[Protocol]) -> bool:
    """End the connection that is waited for longest, of those without a request if there are any.

    Returns whether there was one.
    """
    waited_for = [one for one in connections if not one.is_dropped and one.turn()]
    for longest in sorted(waited_for, key=lambda one: (one.turn() in ("body", "answer"), one.since))[:1]:
        longest.drop()
    return bool(waited_for)


class Server(uvicorn.Server):
    """Without descriptors it goes on; ended, it answers what is under way and takes up nothing new.

    A second signal gives up what is under way.
    """

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        self._loop = asyncio.get_running_loop()
        self._loop.set_exception_handler(self._fault)
        await super().startup(sockets)
        for listener in sockets or []:
            listener.listen(WAITING)  # asyncio took the one of uvicorn's `backlog`

    async def check_connections(self) -> None:
        for connection in self._connections():
            connection.check()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._loop.call_later(LEAVE_SECONDS, self._leave, False)
        await super().shutdown(sockets)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        if self.should_exit:
            self.force_exit = True
            self._loop.call_soon_threadsafe(self._leave, True)
        super().handle_exit(sig, frame)

    def _connections(self) -> list[Protocol]:
        return list(self.server_state.connections)  # type: ignore[arg-type]

    def _leave(self, all_of_them: bool) -> None:
        """Drop who is waited for, or everybody."""
        for connection in self._connections():
            if all_of_them or connection.turn():
                connection.drop()

    def _fault(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """Where no descriptor is left asyncio takes up connections again a second later: until then room is made."""
        error = context.get("exception")
        if isinstance(error, OSError) and error.errno in NO_RESOURCES:
            for _ in range(len(self._connections()) // 2 + 1):
                drop_longest(self._connections())
        else:
            loop.default_exception_handler(context)


def open_socket(host: str, port: int) -> socket.socket:
    """A socket that listens there; port 0 is any that is free. Raises SettingsError where it cannot be had."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family, kind, protocol)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(WAITING)
    except (OSError, OverflowError, UnicodeError) as error:
        why = getattr(error, "strerror", None) or error
        raise SettingsError(f"cannot listen at {host} port {port}: {why}; try another --port, or 0 for any") from None
    return listener


def server(app: Gate, renew: Callable[[], Awaitable[None]] | None = None) -> Server:
    """A server that answers only in JSON or pages, and says nothing of itself.

    renew : awaited about once a second.
    """

    async def tick() -> None:
        await running.check_connections()
        if renew:
            await renew()

    options: dict[str, Any] = {
        **{"log_level": "error", "access_log": False, "server_header": False, "lifespan": "off", "ws": "none"},
        **{"h11_max_incomplete_event_size": MOST_HEAD, "timeout_keep_alive": TURN_SECONDS["idle"]},
        # One connection is taken up at a time, so that there are never many more than the most.
        **{"loop": "asyncio", "backlog": 1, "timeout_graceful_shutdown": GIVE_UP_SECONDS},
        **{"callback_notify": tick, "timeout_notify": 0, "http": partial(Protocol, most_connections())},
    }
    running = Server(uvicorn.Config(app, **options))
    return running


def serve(running: Server, listener: socket.socket) -> None:
    """Answer on the socket until SIGINT, which is how people end it, or SIGTERM, which exits with 0."""
    # An answer releases the GIL many times, and each time another thread may keep it for this long. The default is ten
    # times longer, and many clients would mostly wait for it.
    sys.setswitchinterval(0.0005)
    signal.signal(signal.SIGTERM, _exit)  # uvicorn takes its place, and then raises the signal again
    with suppress(KeyboardInterrupt):  # which uvicorn raises once it has ended
        running.run(sockets=[listener])


def _exit(*_: Any) -> None:
    raise SystemExit(0)
