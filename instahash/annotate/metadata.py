"""Keywords in photos and in XMP sidecars, which are opened in a process of their own, within limits."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.util import find_spec

from instahash.decoding.process import opened
from instahash.errors import AnnotatorError, ImageError


def with_keywords(content: bytes, keywords: Iterable[str]) -> bytes:
    """The content of a photo, with the keywords that it does not have yet, in any case, behind those that it has.

    content : of a JPEG, PNG, WebP or TIFF file. Keywords are in its XMP (`dc:subject`), and in the IPTC of a JPEG too.
        IPTC that is not in UTF-8 stays as it is; XMP that cannot be read is replaced.

    Raises ImageError, without the photo's name; AnnotatorError where the package is missing.
    """
    require_exiv2()
    return opened("with_keywords", [content], list(keywords))


def sidecar(photo: bytes, keywords: Iterable[str], old: bytes | None = None) -> bytes:
    """An XMP sidecar for a photo, with the keywords that it does not have yet, in any case, behind those that it has.

    photo : the content of the photo. A new sidecar starts with its XMP and its keywords, since some photo managers read
        nothing else where there is a sidecar.
    old : the content of the photo's sidecar, where it has one; all properties in it are kept.

    Raises ImageError, without the photo's name; AnnotatorError where the package is missing.
    """
    require_exiv2()
    if old is None:
        return opened("new_sidecar", [photo], list(keywords))
    return opened("sidecar", [photo, old], list(keywords))


def same_photo(one: bytes, other: bytes) -> bool:
    """Whether two files differ in nothing but their metadata. Raises AnnotatorError where the package is missing."""
    require_exiv2()
    try:
        return one == other or opened("bare_digest", [one]) == opened("bare_digest", [other])
    except ImageError:
        return False


def require_exiv2() -> None:
    """Raises AnnotatorError where the package that reads and writes metadata is missing."""
    if find_spec("exiv2") is None:
        advice = 'install it with: python3 -m pip install "instahash[metadata]"'
        raise AnnotatorError(f"keywords are written with the package exiv2, which is missing; {advice}")
