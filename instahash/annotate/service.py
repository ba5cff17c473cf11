"""Google Cloud Vision's service: who may call it, what a call carries, what comes back."""

from __future__ import annotations

import os
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from instahash.data import Label
from instahash.errors import AnnotatorError, one_line
from instahash.parameters import Section, parameter

NAME, HOST = "Google Cloud Vision", "vision.googleapis.com"
DO_WITHOUT = "or do without: --annotator offline"

# gRPC's codes; a connection that breaks may come as one of the first two.
CANCELLED, UNKNOWN, INVALID_ARGUMENT, DEADLINE_EXCEEDED, RESOURCE_EXHAUSTED = 1, 2, 3, 4, 8
ABORTED, INTERNAL, UNAVAILABLE = 10, 13, 14
PASSING_CODES = {CANCELLED, UNKNOWN, DEADLINE_EXCEEDED, RESOURCE_EXHAUSTED, ABORTED, INTERNAL, UNAVAILABLE}
PERHAPS_AN_IMAGE = {DEADLINE_EXCEEDED, INTERNAL}  # an image may be what makes the service fail
NOT_ALLOWED, NOT_KNOWN = 7, 16  # "permission denied", "unauthenticated"


@dataclass(frozen=True)
class GoogleSettings(Section, owner="google"):
    """What is asked of Google Cloud Vision, how fast, and for how much."""

    objects: bool = parameter(False, "localise objects too and add their names, for 2.25 USD more a 1,000 images")
    max_results: int = parameter(20, "labels, and as many objects, of an image at most", least=1, most=1000)
    rate: float = parameter(
        1800.0, "images sent a minute at most; the service's own limit, unless raised", above=0, most=10**6
    )
    max_cost: float | None = parameter(None, "USD at list price that may be spent; None: no limit", least=0, most=10**9)
    n_concurrent: int = parameter(4, "calls at the same time", least=1, most=1000)
    patience: float = parameter(
        120.0, "seconds without any answer after which the service counts as away", above=0, most=10**6
    )
    # Several timeouts must fit into the patience, or the one image at which the service hangs is not found.
    timeout: float = parameter(20.0, "seconds a call", above=0, most=10**6)
    endpoint: str = parameter(HOST, "host of the service, or of one of its regions: eu-vision.googleapis.com")


class CallError(Exception):
    """A call that failed as a whole, with gRPC's code."""

    def __init__(self, code: int, message: object):
        super().__init__(one_line(message))
        self.code = code


class NotSetUpError(AnnotatorError):
    """The packages or the credentials are not there; credentials that are broken are another AnnotatorError."""


def make_client(endpoint: str = HOST) -> Any:
    """The official client, with the usual credentials. Raises NotSetUpError, AnnotatorError."""
    try:
        import grpc
        import PIL  # noqa: F401

        # Its packages warn that they get no updates for an old Python, which is of no use to who labels photos.
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "You are using a .*Python version", FutureWarning, r"google\.")
            from google.auth.exceptions import DefaultCredentialsError
            from google.cloud import vision
            from google.cloud.vision_v1.services.image_annotator.transports import ImageAnnotatorGrpcTransport
    except ImportError:
        raise NotSetUpError(
            f"{NAME} needs the packages google-cloud-vision and pillow; install them with "
            f'python3 -m pip install "instahash[vision]", {DO_WITHOUT}'
        ) from None
    if emulator := os.environ.get("VISION_EMULATOR_HOST"):
        channel = grpc.insecure_channel(emulator)
        return vision.ImageAnnotatorClient(transport=ImageAnnotatorGrpcTransport(channel=channel))
    try:
        return vision.ImageAnnotatorClient(client_options={"api_endpoint": endpoint} if endpoint != HOST else None)
    except Exception as error:  # a broken file of credentials may make anything of it
        given = os.environ.get("GOOGLE_APPLICATION_CREDENTIALS")
        missing = not given and isinstance(error, DefaultCredentialsError) and "not found" in str(error)
        why = f"cannot use the credentials in '{given}' ({one_line(error)})" if given else "found no credentials to use"
        raise (NotSetUpError if missing else AnnotatorError)(
            f"{NAME} {why}; set GOOGLE_APPLICATION_CREDENTIALS to the file of a key, or run "
            f"'gcloud auth application-default login', {DO_WITHOUT}"
        ) from None


def call(client: Any, images: Sequence[bytes], settings: GoogleSettings) -> Any:
    """The service's answers, a sequence with one for each image, in order. Raises CallError."""
    from google.api_core.exceptions import GoogleAPICallError
    from google.auth.exceptions import GoogleAuthError
    from google.cloud import vision

    kinds = [vision.Feature.Type.LABEL_DETECTION] + [vision.Feature.Type.OBJECT_LOCALIZATION] * settings.objects
    features = [vision.Feature(type_=kind, max_results=settings.max_results) for kind in kinds]
    requests = [vision.AnnotateImageRequest(image=vision.Image(content=image), features=features) for image in images]
    try:
        # Retries are ours: the client's own leave out quotas, and would not keep to the rate.
        answer = client.batch_annotate_images(requests=requests, retry=None, timeout=settings.timeout)
    except GoogleAPICallError as error:
        raise CallError(_code(error), error.message) from None
    except GoogleAuthError as error:
        raise CallError(NOT_KNOWN, str(error)) from None
    if len(answer.responses) != len(images):
        raise CallError(INTERNAL, f"{len(answer.responses)} answers for {len(images)} images")
    return answer.responses


def labels_of(answer: Any) -> tuple[Label, ...]:
    """Labels and objects, each name once with its higher score, in the order of the answer."""
    scores: dict[str, Label] = {}
    found = [(label.description, label.score) for label in answer.label_annotations]
    found += [(thing.name, thing.score) for thing in answer.localized_object_annotations]
    for description, score in found:
        name = one_line(description)
        score = min(1.0, max(0.0, round(score, 4)))  # the service counts in float32
        known = scores.get(name.casefold())
        if name and (known is None or score > known.score):
            scores[name.casefold()] = Label(known.description if known else name, score)
    return tuple(scores.values())


def _code(error: Any) -> int:
    """gRPC's number for an error of the client."""
    if error.grpc_status_code is None:
        return INTERNAL
    code = error.grpc_status_code.value[0]
    # A token that cannot be fetched comes as "unavailable"; one that is refused stays refused.
    return NOT_KNOWN if code == UNAVAILABLE and "invalid_" in str(error) and "plugin" in str(error) else code


def advice(error: CallError) -> str:
    """What to do about a call that is refused."""
    if error.code in (NOT_ALLOWED, NOT_KNOWN):
        return f"check that the credentials may use the Vision API and the project has billing enabled, {DO_WITHOUT}"
    return "see https://cloud.google.com/vision/docs"
