"""Keywords in photos and in XMP sidecars, as photo managers read them; pixels and other metadata stay as they are."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from typing import Any

from instahash.errors import ImageError

# What keywords are written into; other kinds of photos can have a sidecar.
TAKES_KEYWORDS = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WebP", "image/tiff": "TIFF"}
XMP = "application/rdf+xml"
SUBJECT, KEYWORDS, CHARACTER_SET = "Xmp.dc.subject", "Iptc.Application2.Keywords", "Iptc.Envelope.CharacterSet"
# Keywords as paths, "places/sea" or "places|sea", to which digiKam and Lightroom listen first where there are any.
TREES = ("Xmp.digiKam.TagsList", "Xmp.lr.hierarchicalSubject")
UTF_8 = "\x1b%G"
IPTC_BYTES = 64  # the longest keyword that IPTC allows; XMP has no limit


def with_keywords(content: bytes, keywords: Iterable[str]) -> bytes:
    """The content of a photo, with the keywords that it does not have yet, in any case, behind those that it has.

    content : of a JPEG, PNG, WebP or TIFF file. Keywords are in its XMP (`dc:subject`), and in the IPTC of a JPEG too.
        IPTC that is not in UTF-8 stays as it is; XMP that cannot be read is replaced.

    Raises ImageError, without the photo's name.
    """
    exiv2 = load_exiv2()
    try:
        image = _read(exiv2, content)
        if image.mimeType() not in TAKES_KEYWORDS:
            kinds = ", ".join(TAKES_KEYWORDS.values())
            raise ImageError(f"keywords can be written into {kinds} alone; write a sidecar, or save it as JPEG")
        found = _merged(_keywords(image), keywords)
        _put_xmp(exiv2, image, found)
        if image.mimeType() == "image/jpeg" and image.iptcData().detectCharset():
            _put_iptc(exiv2, image, found)
        copy = _written(image)
        # Of a broken file, Exiv2 may drop them without a word.
        if _keywords(_read(exiv2, copy)) != found:
            raise ImageError("keywords cannot be written into it, which is broken; write a sidecar")
        return copy
    except exiv2.Exiv2Error as error:
        raise ImageError(f"keywords cannot be written into it: {error.message}; write a sidecar") from None


def sidecar(photo: bytes, keywords: Iterable[str], old: bytes | None = None) -> bytes:
    """An XMP sidecar for a photo, with the keywords that it does not have yet, in any case, behind those that it has.

    photo : the content of the photo. A new sidecar starts with its XMP and its keywords, since some photo managers read
        nothing else where there is a sidecar.
    old : the content of the photo's sidecar, where it has one; all properties in it are kept.

    Raises ImageError, without the photo's name.
    """
    exiv2 = load_exiv2()
    image, found = exiv2.ImageFactory.create(exiv2.ImageType.xmp), []
    try:
        source = _read(exiv2, photo if old is None else old)
    except exiv2.Exiv2Error:
        source = None  # a photo of a kind that holds no metadata
    if old is not None and (source is None or source.mimeType() != XMP or source.xmpData().empty()):
        raise ImageError("its sidecar is broken, or no XMP; move that away")
    try:
        if source is not None:
            image.setXmpData(source.xmpData())
            found = _keywords(source)
        _put_xmp(exiv2, image, _merged(found, keywords))
        return _written(image)
    except exiv2.Exiv2Error as error:
        raise ImageError(f"its sidecar cannot be made: {error.message}") from None


def bare_digest(content: bytes) -> bytes:
    """The SHA-256 of a photo without its metadata. Raises ImageError where it is of a kind that cannot be written."""
    exiv2 = load_exiv2()
    try:
        image = _read(exiv2, content)
        image.clearMetadata()
        return hashlib.sha256(_written(image)).digest()
    except exiv2.Exiv2Error as error:
        raise ImageError(f"its metadata cannot be taken out: {error.message}") from None


def load_exiv2() -> Any:
    """The package that reads and writes metadata. Raises ImportError."""
    import exiv2

    exiv2.LogMsg.setLevel(exiv2.LogMsg.Level.mute)
    return exiv2


def _read(exiv2: Any, content: bytes) -> Any:
    image = exiv2.ImageFactory.open(content)
    image.readMetadata()
    return image


def _written(image: Any) -> bytes:
    image.writeMetadata()
    file = image.io()
    file.open()
    try:
        return bytes(file.mmap())
    finally:
        file.munmap()
        file.close()


def _keywords(image: Any) -> list[str]:
    """The keywords in the XMP and in the IPTC of a photo, each once."""
    xmp, iptc = image.xmpData(), image.iptcData()
    in_iptc = [part.toString() for part in iptc if part.key() == KEYWORDS] if iptc.detectCharset() else []
    return _merged(_texts(xmp, SUBJECT), in_iptc)


def _texts(xmp: Any, key: str) -> list[str]:
    return [str(text) for text in xmp[key].value()] if key in xmp else []


def _merged(old: Iterable[str], new: Iterable[str]) -> list[str]:
    merged: dict[str, str] = {}
    for keyword in [*old, *new]:
        merged.setdefault(keyword.casefold(), keyword)
    return list(merged.values())


def _put_xmp(exiv2: Any, image: Any, keywords: list[str]) -> None:
    xmp = image.xmpData()
    if keywords:
        xmp[SUBJECT] = exiv2.XmpArrayValue(keywords, exiv2.TypeId.xmpBag)
    for key in TREES:
        if key in xmp:
            old, kind = _texts(xmp, key), xmp[key].typeId()
            known = {re.split(r"[/|]", path)[-1].casefold() for path in old}
            xmp[key] = exiv2.XmpArrayValue(old + [word for word in keywords if word.casefold() not in known], kind)


def _put_iptc(exiv2: Any, image: Any, keywords: list[str]) -> None:
    iptc, key = image.iptcData(), exiv2.IptcKey(KEYWORDS)
    while KEYWORDS in iptc:
        del iptc[KEYWORDS]
    iptc[CHARACTER_SET] = UTF_8
    for keyword in keywords:
        if len(keyword.encode()) <= IPTC_BYTES:
            iptc.add(key, exiv2.StringValue(keyword))
