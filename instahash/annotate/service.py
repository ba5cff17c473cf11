"""Google Cloud Vision's service: who may call it, what a call carries, what comes back."""

from __future__ import annotations

import os
import warnings
from collections.abc import Sequence

from instahash.data import Label
from instahash.errors import AnnotatorError

NAME = "Google Cloud Vision"
DO_WITHOUT = "or do without: --annotator offline"

# gRPC's codes; a connection that breaks may come as one of the first two.
CANCELLED, UNKNOWN, INVALID_ARGUMENT, DEADLINE_EXCEEDED, RESOURCE_EXHAUSTED = 1, 2, 3, 4, 8
ABORTED, INTERNAL, UNAVAILABLE = 10, 13, 14
PASSING = {CANCELLED, UNKNOWN, DEADLINE_EXCEEDED, RESOURCE_EXHAUSTED, ABORTED, INTERNAL, UNAVAILABLE}
PERHAPS_AN_IMAGE = {DEADLINE_EXCEEDED, INTERNAL}  # an image may be what makes the service fail
NOT_ALLOWED, NOT_KNOWN = 7, 16  # "permission denied", "unauthenticated"

# Its packages warn that they get no updates for an old Python, which is of no use to who labels photos.
warnings.filterwarnings("ignore", category=FutureWarning, module=r"google\.")


class CallError(Exception):
    """A call that failed as a whole, with gRPC's code."""

    def __init__(self, code: int, message: object):
        super().__init__(one_line(message))
        self.code = code


def has_credentials() -> bool:
    """Whether :class:`GoogleAnnotator` would find its packages and credentials; credentials that are broken count."""
    try:
        import google.auth
        import google.cloud.vision
        import PIL
    except ImportError:
        return False
    if os.environ.get("VISION_EMULATOR_HOST") or os.environ.get("GOOGLE_APPLICATION_CREDENTIALS"):
        return True
    try:
        google.auth.default()
    except google.auth.exceptions.DefaultCredentialsError as error:
        return "not found" not in str(error)
    except Exception:  # a broken file of credentials may make anything of it
        return True
    return True


def make_client(endpoint: str | None = None):
    """The official client, with the usual credentials. Raises AnnotatorError where package or credentials miss."""
    try:
        import grpc
        import PIL
        from google.cloud import vision
        from google.cloud.vision_v1.services.image_annotator.transports import ImageAnnotatorGrpcTransport
    except ImportError:
        raise AnnotatorError(
            f"{NAME} needs the packages google-cloud-vision and pillow; install them with "
            f'python3 -m pip install "instahash[vision]", {DO_WITHOUT}'
        ) from None
    emulator = os.environ.get("VISION_EMULATOR_HOST")
    if emulator:
        channel = grpc.insecure_channel(emulator)
        return vision.ImageAnnotatorClient(transport=ImageAnnotatorGrpcTransport(channel=channel))
    try:
        return vision.ImageAnnotatorClient(client_options={"api_endpoint": endpoint} if endpoint else None)
    except Exception as error:  # a broken file of credentials may make anything of it
        given = os.environ.get("GOOGLE_APPLICATION_CREDENTIALS")
        what = (
            f"cannot use the credentials in '{given}' ({one_line(error)})"
            if given
            else "found no credentials that it can use"
        )
        raise AnnotatorError(
            f"{NAME} {what}; set GOOGLE_APPLICATION_CREDENTIALS to the file of a key, or run "
            f"'gcloud auth application-default login', {DO_WITHOUT}"
        ) from None


def call(client, images: Sequence[bytes], objects: bool, max_results: int, timeout: float):
    """The service's answer for each image, in order. Raises CallError."""
    from google.api_core.exceptions import GoogleAPICallError
    from google.auth.exceptions import GoogleAuthError
    from google.cloud import vision

    kinds = [vision.Feature.Type.LABEL_DETECTION] + [vision.Feature.Type.OBJECT_LOCALIZATION] * objects
    features = [vision.Feature(type_=kind, max_results=max_results) for kind in kinds]
    requests = [vision.AnnotateImageRequest(image=vision.Image(content=image), features=features) for image in images]
    try:
        # Retries are ours: the client's own leave out quotas, and would not keep to the rate.
        answer = client.batch_annotate_images(requests=requests, retry=None, timeout=timeout)
    except GoogleAPICallError as error:
        raise CallError(_code(error), error.message) from None
    except GoogleAuthError as error:
        raise CallError(NOT_KNOWN, str(error)) from None
    if len(answer.responses) != len(images):
        raise CallError(INTERNAL, f"{len(answer.responses)} answers for {len(images)} images")
    return answer.responses


def labels_of(answer) -> tuple[Label, ...]:
    """Labels and objects, each name once with its higher score, in the order of the answer."""
    scores: dict[str, Label] = {}
    for description, score in [
        *((label.description, label.score) for label in answer.label_annotations),
        *((thing.name, thing.score) for thing in answer.localized_object_annotations),
    ]:
        name = one_line(description)
        score = min(1.0, max(0.0, round(score, 4)))  # the service counts in float32
        known = scores.get(name.casefold())
        if name and (known is None or score > known.score):
            scores[name.casefold()] = Label(known.description if known else name, score)
    return tuple(scores.values())


def _code(error):
    """gRPC's number for an error of the client."""
    if error.grpc_status_code is None:
        return INTERNAL
    code = error.grpc_status_code.value[0]
    # A token that cannot be fetched comes as "unavailable"; one that is refused stays refused.
    return NOT_KNOWN if code == UNAVAILABLE and "invalid_" in str(error) and "plugin" in str(error) else code


def advice(error: CallError) -> str:
    """What to do about a call that is refused."""
    if error.code in (NOT_ALLOWED, NOT_KNOWN):
        return (
            f"check that the credentials may use the Vision API and that its project has billing enabled, {DO_WITHOUT}"
        )
    return "see https://cloud.google.com/vision/docs"


def one_line(text: object) -> str:
    """What the service says, as it may be shown."""
    return " ".join("".join(c if c.isprintable() else " " for c in str(text)).split()).rstrip(".")
