"""A local Google Cloud Vision: the real messages over a real socket, labels for what it sees, and faults on demand.

In a test: `with FakeVision() as server: ...server.address...`. As a process of its own, which prints its address on the
first line: `python fake_vision.py --port 0 --fail-share 0.05 --seed 1 --log FILE`.

What can happen to a call, by script, by chance or for a poisoned picture:

"ok"                     it is answered
"quota", "unavailable", "internal", "deadline", "invalid", "denied", "unauthenticated", "unknown", "aborted",
"cancelled"              it fails with that status
"slow"                   no answer until the client gives up
("delay", seconds)       a late answer
"drop", "torn"           its connection is reset: before the answer, in the middle of it
("image", code)          one image has an error of that gRPC code; ("image", code, i): the one at place i
"short", "long"          one response is missing, or comes twice, at any place
"empty"                  no labels for any image
"partial"                every image has its labels, no objects, and an error
"scores", "nameless"     labels with scores beyond 0 and 1, or without a description
"""

import argparse
import asyncio
import collections
import dataclasses
import hashlib
import io
import json
import random
import signal
import socket
import struct
import threading
import time
from concurrent import futures

import grpc
from google.cloud import vision
from google.rpc import status_pb2
from PIL import Image

MAX_IMAGES = 16
MAX_BYTES = 10 * 1024 * 1024
SIDE = 4
STATUS = {
    "quota": (
        "RESOURCE_EXHAUSTED",
        "Quota exceeded for quota metric 'Requests' and limit 'Requests per minute' of service 'vision.googleapis.com'",
    ),
    "unavailable": ("UNAVAILABLE", "The service is currently unavailable."),
    "internal": ("INTERNAL", "Internal error encountered."),
    "deadline": ("DEADLINE_EXCEEDED", "Deadline expired before operation could complete."),
    "invalid": ("INVALID_ARGUMENT", "Request contains an invalid argument."),
    "denied": (
        "PERMISSION_DENIED",
        "Cloud Vision API has not been used in project 1 before or it is disabled.\nEnable it, then retry.\n",
    ),
    "unknown": ("UNKNOWN", "Stream removed"),
    "aborted": ("ABORTED", "The operation was aborted."),
    "cancelled": ("CANCELLED", "The operation was cancelled."),
    "unauthenticated": ("UNAUTHENTICATED", "Request had invalid authentication credentials.\nExpected OAuth 2 access."),
}
IMAGE_ERRORS = {
    3: "Bad image data.",
    4: "Deadline expired before operation could complete.",
    7: "We're not allowed to access the URL on your behalf.\nPlease download the content and pass it in.",
    8: "Quota exceeded.",
    13: "Internal server error. Unexpected feature response.",
    14: "Image processing service is temporarily unavailable.",
}
ANSWERED = {"ok", "slow", "delay", "drop", "torn", "image", "short", "long", "empty", "partial", "scores", "nameless"}
MIX = (
    "quota",
    "unavailable",
    "internal",
    "deadline",
    "drop",
    "torn",
    ("image", 14),
    ("image", 13),
    ("image", 8),
    "short",
)


def picture(number, size=64):
    """A PNG of size x size pixels that shows a number from 0 to 65535, as 4 x 4 black and white blocks."""
    if not 0 <= number < 1 << SIDE * SIDE:
        raise ValueError(f"{number} is not a number from 0 to 65535")
    blocks = Image.frombytes("L", (SIDE, SIDE), bytes(255 * (number >> bit & 1) for bit in range(SIDE * SIDE)))
    file = io.BytesIO()
    blocks.resize((size, size), Image.Resampling.NEAREST).save(file, "PNG")
    return file.getvalue()


def read(content):
    """The number that an image shows, or None if it shows something else; OSError if it is no image."""
    with Image.open(io.BytesIO(content)) as image:
        grey = image.convert("L").resize((4 * SIDE, 4 * SIDE), Image.Resampling.BOX)
    number = 0
    for bit in range(SIDE * SIDE):
        # Only the middle of a block: its edges mix with the neighbours when an image is scaled.
        x, y = 4 * (bit % SIDE) + 1, 4 * (bit // SIDE) + 1
        light = sum(grey.getpixel((x + i, y + j)) for i in (0, 1) for j in (0, 1)) / 4
        if 64 < light < 192:
            return None
        number |= (light >= 192) << bit
    return number


def labels_of(number):
    """What the server says of a picture: (labels, objects), each a list of (description, score), the best first."""
    if number is None:
        return [("photograph", 0.9), ("noise", 0.3)], []
    parity = "odd" if number % 2 else "even"
    labels = [(f"photo {number}", 0.97), (parity, 0.8), ("noise", 0.3)]
    return labels, [("block", 0.9), (parity, 0.85), ("block", 0.6), ("noise", 0.2)]


@dataclasses.dataclass
class Call:
    """One call; `pictures` has None for what shows no number, `labelled` those whose labels left without an error."""

    number: int
    arrived: float
    size: int
    n_images: int
    pictures: list
    sha256: list
    features: list
    outcome: object
    answered: float | None = None
    labelled: list = dataclasses.field(default_factory=list)

    @property
    def kind(self):
        return self.outcome if isinstance(self.outcome, str) else self.outcome[0]


def most_within(window, arrivals):
    """The most images that came within any `window` seconds; arrivals : list of (seconds, images)."""
    came = sorted(arrivals)
    most = within = first = 0
    for moment, n_images in came:
        within += n_images
        while came[first][0] <= moment - window:
            within -= came[first][1]
            first += 1
        most = max(most, within)
    return most


class FakeVision:
    """The server; arguments may also be changed as attributes while it runs.

    delay : mean seconds until an answer, evenly spread over half to one and a half of it.
    poison : dict from picture to outcome, that of any call with this picture.
    sees : function from a picture's number to (labels, objects).
    """

    def __init__(self, *, port=0, fail_share=0.0, seed=0, mix=MIX, delay=0.0, log=None, poison=None, sees=labels_of):
        self.fail_share, self.delay, self.sees = fail_share, delay, sees
        self.mix = [_checked(outcome) for outcome in mix]
        self.poison = dict(poison or {})
        self.calls = []
        self.address = None
        self._port, self._log_path, self._log = port, log, None
        self._draw = random.Random(seed)
        self._script = collections.deque()
        self._lock = threading.Lock()
        self._stopped = threading.Event()

    def __enter__(self):
        if self._log_path:
            self._log = open(self._log_path, "a", encoding="utf-8")
        self._threads = futures.ThreadPoolExecutor(64)
        options = [("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)]
        self._server = grpc.server(self._threads, options=options)
        method = grpc.unary_unary_rpc_method_handler(
            self._batch_annotate_images,
            request_deserializer=lambda data: (len(data), vision.BatchAnnotateImagesRequest.deserialize(data)),
            response_serializer=vision.BatchAnnotateImagesResponse.serialize,
        )
        service = "google.cloud.vision.v1.ImageAnnotator"
        self._server.add_generic_rpc_handlers(
            (grpc.method_handlers_generic_handler(service, {"BatchAnnotateImages": method}),)
        )
        inner = self._server.add_insecure_port("127.0.0.1:0")
        self._server.start()
        self._proxy = _Proxy(self._port, inner)
        self.address = f"127.0.0.1:{self._proxy.port}"
        return self

    def __exit__(self, *exception):
        self.close()

    def close(self):
        """The end, all at once: connections are reset, and nobody listens at the address any more."""
        if self._stopped.is_set():
            return
        self._stopped.set()
        self._proxy.close()
        self._server.stop(0).wait()
        self._threads.shutdown()
        if self._log:
            with self._lock:
                self._log.close()

    def script(self, outcomes):
        """Queue the outcomes of the next calls."""
        with self._lock:
            self._script.extend([_checked(outcome) for outcome in outcomes])

    def go_away(self):
        """Reset all connections and every new one."""
        self._proxy.away = True
        self._proxy.cut()

    def come_back(self):
        self._proxy.away = False

    def answered(self):
        """How often each picture was answered with success."""
        with self._lock:
            return collections.Counter(number for call in self.calls for number in call.labelled)

    def received(self):
        """How often each picture was sent here."""
        with self._lock:
            return collections.Counter(number for call in self.calls for number in call.pictures)

    def rate(self, window):
        """The most images that came within any `window` seconds."""
        with self._lock:
            return most_within(window, [(call.arrived, call.n_images) for call in self.calls])

    def _batch_annotate_images(self, request, context):
        gone = threading.Event()
        call, images = self._arrive(*request)

        def leave():
            """The answer has left, or nobody waits for it any more."""
            gone.set()
            self._write("answered", call)

        if not context.add_callback(leave):
            leave()
        try:
            return self._play(call, images, context, gone)
        finally:
            call.answered = call.answered or time.time()

    def _arrive(self, size, request):
        arrived, images, pictures = time.time(), request.requests, []
        for image in images:
            try:
                pictures.append(read(image.image.content))
            except Exception:  # Pillow has many for a broken file
                pictures.append(None)
        sha256 = [hashlib.sha256(image.image.content).hexdigest() for image in images]
        features = [
            [(vision.Feature.Type(feature.type_).name, feature.max_results) for feature in image.features]
            for image in images
        ]
        refusal = _refusal(size, images)
        with self._lock:
            outcome = ("refused", refusal) if refusal else self._outcome(pictures)
            call = Call(len(self.calls), arrived, size, len(images), pictures, sha256, features, outcome)
            self.calls.append(call)
        self._write("arrived", call)
        return call, images

    def _outcome(self, pictures):
        outcome = self._script.popleft() if self._script else None
        if outcome is None and self._draw.random() < self.fail_share:
            outcome = self._draw.choice(self.mix)
        if outcome in (None, "ok"):
            for place, number in enumerate(pictures):
                if number in self.poison:
                    outcome = _checked(self.poison[number])
                    return (*outcome, place) if outcome[0] == "image" and len(outcome) == 2 else outcome
        if outcome and outcome[0] == "image" and len(outcome) == 2:
            outcome = (*outcome, self._draw.randrange(len(pictures)))
        return outcome or "ok"

    def _play(self, call, images, context, gone):
        kind, details = call.kind, call.outcome[1:]
        if self.delay:
            self._stopped.wait(self.delay * (0.5 + self._draw.random()))
        if kind == "refused":
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, details[0])
        if kind in STATUS:
            code, message = STATUS[kind]
            context.abort(grpc.StatusCode[code], message)
        if kind == "delay":
            self._stopped.wait(details[0])
        if kind in ("slow", "drop"):
            if kind == "drop":
                self._proxy.cut(context.peer())
            gone.wait(60)
            context.abort(grpc.StatusCode.DEADLINE_EXCEEDED, "nobody waits for this any more")
        responses = [self._label(call, place, image) for place, image in enumerate(images)]
        if kind in ("short", "long"):
            with self._lock:
                place = self._draw.randrange(len(images))
            responses[place : place + 1] = [responses[place]] * (2 if kind == "long" else 0)
        call.answered = time.time()
        if kind == "torn":
            self._proxy.cut(context.peer(), after=100)
        elif kind not in ("short", "long"):
            call.labelled = [
                number
                for number, response in zip(call.pictures, responses, strict=True)
                if number is not None and not response.error.code
            ]
        return vision.BatchAnnotateImagesResponse(responses=responses)

    def _label(self, call, place, image):
        kind, details = call.kind, call.outcome[1:]
        if kind == "image" and details[1] == place:
            return _failed(details[0])
        number = call.pictures[place]
        if number is None:
            try:
                read(image.image.content)
            except Exception:
                return _failed(3)
        labels, objects = self.sees(number)
        if kind == "empty":
            labels, objects = [], []
        elif kind == "scores":
            labels = [(labels[0][0], 1.01), *labels[1:], ("below", -0.01)]
        elif kind == "nameless":
            labels = [("", 0.99), *labels, ("  ", 0.1)]
        response = vision.AnnotateImageResponse()
        for feature in image.features:
            most = feature.max_results or 10
            if feature.type_ == vision.Feature.Type.LABEL_DETECTION:
                response.label_annotations = [_label(*label) for label in labels[:most]]
            elif feature.type_ == vision.Feature.Type.OBJECT_LOCALIZATION and kind != "partial":
                response.localized_object_annotations = [_object(*seen) for seen in objects[:most]]
        if kind == "partial":
            response.error = _failed(13).error
        return response

    def _write(self, event, call):
        with self._lock:
            if self._log and not self._log.closed:
                line = {"event": event, "time": time.time(), **dataclasses.asdict(call)}
                self._log.write(json.dumps(line) + "\n")
                self._log.flush()


def _refusal(size, images):
    if size > MAX_BYTES:
        return f"Request payload size exceeds the limit: {MAX_BYTES} bytes."
    if len(images) > MAX_IMAGES:
        return f"Too many images per request. Got {len(images)}, the limit is {MAX_IMAGES}."
    if not images or any(not image.image.content or not image.features for image in images):
        return "Request must specify image and features."
    return None


def _checked(outcome):
    kind, *details = (outcome,) if isinstance(outcome, str) else outcome
    if kind not in ANSWERED and kind not in STATUS:
        raise ValueError(f"no outcome {outcome!r}; there are {', '.join(sorted(ANSWERED | STATUS.keys()))}")
    if len(details) not in {"image": (1, 2), "delay": (1,)}.get(kind, (0,)):
        raise ValueError(f"{outcome!r} has a wrong number of details")
    return tuple(outcome) if details else kind


def _failed(code):
    return vision.AnnotateImageResponse(error=status_pb2.Status(code=code, message=IMAGE_ERRORS.get(code, "Failed.")))


def _mid(description):
    return f"/m/{hashlib.sha256(description.encode()).hexdigest()[:6]}"


def _label(description, score):
    # Topicality is another number than the score, as it is there.
    return vision.EntityAnnotation(
        mid=_mid(description), description=description, score=score, topicality=score * score / 2
    )


def _object(name, score):
    corners = [vision.NormalizedVertex(x=x, y=y) for x, y in ((0.25, 0.25), (0.75, 0.25), (0.75, 0.75), (0.25, 0.75))]
    box = vision.BoundingPoly(normalized_vertices=corners)
    return vision.LocalizedObjectAnnotation(mid=_mid(name), name=name, score=score, bounding_poly=box)


class _Proxy:
    """Passes bytes on to a port and back, in a thread of its own, until it is told to cut a connection."""

    def __init__(self, port, inner):
        self.away = False
        self._inner = inner
        self._pairs = {}  # the near port towards the server -> [both writers, bytes of answer after which to cut]
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._server = self._do(asyncio.start_server(self._serve, "127.0.0.1", port))
        self.port = self._server.sockets[0].getsockname()[1]

    def cut(self, peer=None, after=0):
        """Reset one connection (by gRPC's name of the peer) or all, at once or after some bytes of answer."""
        self._do(self._cut(None if peer is None else int(peer.rpartition(":")[2]), after))

    def close(self):
        self._do(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _do(self, coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result()

    async def _cut(self, port, after):
        for near, pair in list(self._pairs.items()):
            if port in (None, near):
                if after:
                    pair[1] = after
                else:
                    self._reset(*pair[0])

    async def _close(self):
        self._server.close()
        await self._cut(None, 0)
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _serve(self, reader, writer):
        try:
            await self._connect(reader, writer)
        except (OSError, asyncio.CancelledError):
            self._reset(writer)

    async def _connect(self, reader, writer):
        if self.away:
            self._reset(writer)
            return
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._inner)
        near = far_writer.get_extra_info("sockname")[1]
        pair = self._pairs[near] = [(writer, far_writer), None]
        try:
            await asyncio.gather(self._pass(reader, far_writer), self._pass(far_reader, writer, pair))
        finally:
            del self._pairs[near]

    async def _pass(self, reader, writer, pair=None):
        try:
            while data := await reader.read(1 << 16):
                if pair and pair[1] is not None:
                    writer.write(data[: pair[1]])
                    pair[1] -= len(data)
                    if pair[1] <= 0:
                        self._reset(*pair[0])
                        return
                else:
                    writer.write(data)
                await writer.drain()
            writer.close()
        except OSError:
            writer.close()

    @staticmethod
    def _reset(*writers):
        for writer in writers:
            # A socket that may not linger says RST where others say FIN.
            try:
                writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            except OSError:
                pass
            writer.transport.abort()


def _outcome_of(text):
    try:
        outcome = json.loads(text)
    except ValueError:
        outcome = text
    return _checked(outcome if isinstance(outcome, str) else tuple(outcome))


def main():
    parser = argparse.ArgumentParser(description="A local Google Cloud Vision; prints its address on the first line.")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--fail-share", type=float, default=0.0, help="share of calls that fail, by chance")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--delay", type=float, default=0.0, help="mean seconds until an answer")
    parser.add_argument("--log", help="file to which a JSON line is added when a call comes and when it is answered")
    parser.add_argument(
        "--script", nargs="*", default=[], type=_outcome_of, help="outcomes of the first calls: quota '[\"delay\", 2]'"
    )
    parser.add_argument(
        "--mix", nargs="*", default=MIX, type=_outcome_of, help="outcomes from which chance draws its failures"
    )
    parser.add_argument("--poison", nargs="*", default=[], help="pictures that spoil a call: 12=internal 13=invalid")
    args = parser.parse_args()
    poison = {int(number): _outcome_of(outcome) for number, _, outcome in (pair.partition("=") for pair in args.poison)}
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    with FakeVision(
        port=args.port,
        fail_share=args.fail_share,
        seed=args.seed,
        delay=args.delay,
        log=args.log,
        mix=args.mix,
        poison=poison,
    ) as server:
        server.script(args.script)
        print(server.address, flush=True)
        # A signal that comes just before a wait without an end would not be seen in it.
        while not stop.wait(0.1):
            pass


if __name__ == "__main__":
    main()
