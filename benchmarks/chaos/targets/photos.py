"""Files of photos of each format: their bytes, and their parts, whose sizes and checksums are right again."""

from __future__ import annotations

import io
import re
import zlib
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path
from random import Random
from typing import Literal

import numpy as np
from PIL import Image, features

from chaos.mutations import BYTES, LINES, Mutation
from chaos.target import Target, Wrong
from instahash.annotate.images import jpeg, square
from instahash.annotate.metadata import sidecar, with_keywords
from instahash.decoding import process
from instahash.errors import ImageError

process.SECONDS = 1.0  # so that all calls of one input are through in time
MARKER = re.compile(rb"\xff[^\0\xff\xd0-\xd7]")  # that ends the data of a JPEG's scan


def encoded(picture: Image.Image, kind: str, **how: object) -> bytes:
    file = io.BytesIO()
    picture.copy().save(file, kind, **how)  # it would be changed
    return file.getvalue()


def sound(folder: Path) -> list[bytes]:
    """Small photos of all formats, modes and metadata."""
    noise = np.random.default_rng(0).integers(0, 256, (9, 12, 3), np.uint8)
    photo = Image.fromarray(noise).resize((96, 72), Image.Resampling.BICUBIC)
    other, grey = photo.rotate(180), Image.fromarray(np.arange(3000, dtype=np.uint16).reshape(50, 60))
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = 6, "a description"
    exif.get_ifd(0x8825).update({1: "N", 2: (48.0, 8.0, 14.0)})
    more = {"save_all": True, "append_images": [other, photo]}
    files = [
        encoded(photo, "JPEG", exif=exif, comment=b"a comment", xmp=b"<x:xmpmeta xmlns:x='adobe:ns:meta/'/>"),
        encoded(photo, "JPEG", progressive=True, quality=90, icc_profile=bytes(500)),
        encoded(photo.convert("CMYK"), "JPEG"),
        encoded(photo, "JPEG", restart_marker_rows=1, subsampling=0),
        encoded(photo, "MPO", **more),
        encoded(photo, "PNG", exif=exif, icc_profile=bytes(500), dpi=(300, 300)),
        encoded(photo.convert("P"), "PNG", transparency=3),
        encoded(photo.convert("RGBA"), "PNG", **more),
        encoded(grey, "PNG"),
        encoded(photo, "WEBP", exif=exif),
        encoded(photo, "WEBP", lossless=True),
        encoded(photo, "WEBP", **more),
        encoded(photo, "GIF", **more),
        encoded(photo, "BMP"),
        run_lengths(),
        *(encoded(photo, "TIFF", compression=f"tiff_{how}") for how in ("lzw", "jpeg", "adobe_deflate")),
        encoded(grey, "TIFF"),
        encoded(photo, "TIFF", save_all=True, append_images=[other.copy()]),
        encoded(photo.convert("1"), "TIFF", compression="group4"),
    ]
    return files + ([encoded(photo, "AVIF", exif=exif)] if features.check("avif") else [])


def run_lengths() -> bytes:
    """A BMP of 256 colours, 60 x 50, whose rows are runs."""
    runs = b"\x1e\x05\x1e\x09\x00\x00" * 50 + b"\x00\x01"
    sizes = [40, 60, 50, 1 | 8 << 16, 1, len(runs), 0, 0, 256, 0]
    info = b"".join(size.to_bytes(4, "little") for size in sizes) + bytes(range(256)) * 4
    start = 14 + len(info)
    return b"BM" + b"".join(size.to_bytes(4, "little") for size in (start + len(runs), 0, start)) + info + runs


# Parts of a file: (name, content, what follows it uncounted, which are the data of a JPEG's scan)

Part = tuple[bytes, bytes, bytes]


def parts_of(content: bytes) -> tuple[list[Part], Callable[[list[Part]], bytes]]:
    """The parts of a file, and what makes a file of parts; none where its format has none."""
    if content.startswith(b"\xff\xd8"):
        return segments(content)
    if content.startswith(b"\x89PNG"):
        places = sizes(content, 8, "big", 12)
        return [(content[at + 4 : at + 8], content[at + 8 : at + 8 + n], b"") for at, n in places], png
    if content[8:12] == b"WEBP":
        places = sizes(content, 12, "little", 8)
        return [(content[at : at + 4], content[at + 8 : at + 8 + n], b"") for at, n in places], webp
    if content[4:8] == b"ftyp":
        places = sizes(content, 0, "big", 0)
        return [(content[at + 4 : at + 8], content[at + 8 : at + n], b"") for at, n in places], avif
    return [], lambda _: content


def sizes(content: bytes, at: int, order: Literal["big", "little"], beside: int) -> Iterator[tuple[int, int]]:
    """(where a part begins, the size it says) of each; `beside` are bytes that the size does not count."""
    while at + 8 <= len(content):
        size = content[at : at + 4] if order == "big" else content[at + 4 : at + 8]
        n_bytes = int.from_bytes(size, order)
        yield at, n_bytes
        at += max(8, n_bytes + beside + (n_bytes % 2 if order == "little" else 0))


def segments(content: bytes) -> tuple[list[Part], Callable[[list[Part]], bytes]]:
    """The parts of a JPEG."""
    found, at = [], 2
    while at + 4 <= len(content) and content[at] == 0xFF and content[at + 1] != 0xD9:
        end = behind = at + 2 + int.from_bytes(content[at + 2 : at + 4], "big")
        if content[at + 1] == 0xDA:
            marker = MARKER.search(content, end)
            behind = marker.start() if marker else len(content)
        found.append((content[at : at + 2], content[at + 4 : end], content[end:behind]))
        at = max(behind, at + 4)

    def jpeg_of(parts: list[Part]) -> bytes:
        body = b"".join(name + (len(part) + 2).to_bytes(8, "big")[-2:] + part + data for name, part, data in parts)
        return content[:2] + body + content[at:]

    return found, jpeg_of


def png(parts: list[Part]) -> bytes:
    body = [(len(part), name + part) for name, part, _ in parts]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        n.to_bytes(4, "big") + named + zlib.crc32(named).to_bytes(4, "big") for n, named in body
    )


def webp(parts: list[Part]) -> bytes:
    body = b"".join(name + len(part).to_bytes(4, "little") + part + bytes(len(part) % 2) for name, part, _ in parts)
    return b"RIFF" + (len(body) + 4).to_bytes(4, "little") + b"WEBP" + body


def avif(parts: list[Part]) -> bytes:
    return b"".join((len(part) + 8).to_bytes(4, "big") + name + part for name, part, _ in parts)


def on_parts(change: Callable[[Random, list[Part], list[Part]], None]) -> Mutation:
    """The mutation of a file whose parts are changed; those of another file of its format are at hand."""

    def mutation(rng: Random, content: bytes, others: Sequence[bytes]) -> bytes:
        parts, made = parts_of(content)
        kin = [other for other in others if other[:3] == content[:3]]
        if parts:
            change(rng, parts, parts_of(rng.choice(kin))[0] if kin else parts)
        return made(parts)

    return mutation


def changed(mutation: Mutation) -> Mutation:
    """The same of what one part holds, or of the data of its scan."""

    def change(rng: Random, parts: list[Part], _: list[Part]) -> None:
        at = rng.randrange(len(parts))
        name, part, data = parts[at]
        if data and rng.random() < 0.5:
            parts[at] = name, part, mutation(rng, data, [data])
        else:
            parts[at] = name, mutation(rng, part, [part]), data

    return on_parts(change)


def many(rng: Random, parts: list[Part], _: list[Part]) -> None:
    """A part stands there many times."""
    at = rng.randrange(len(parts))
    parts[at:at] = [parts[at]] * rng.choice([1, 2, 90, 110, 2000])


def missing(rng: Random, parts: list[Part], _: list[Part]) -> None:
    del parts[rng.randrange(len(parts))]


def disordered(rng: Random, parts: list[Part], _: list[Part]) -> None:
    one, other = rng.randrange(len(parts)), rng.randrange(len(parts))
    parts[one], parts[other] = parts[other], parts[one]


def anothers(rng: Random, parts: list[Part], others: list[Part]) -> None:
    """A part of another file stands between the parts, or in the place of one."""
    at = rng.randrange(len(parts))
    parts[at : at + rng.randrange(2)] = [rng.choice(others or parts)]


def renamed(rng: Random, parts: list[Part], _: list[Part]) -> None:
    """A part has the name of another one, or one that none has."""
    at = rng.randrange(len(parts))
    name = rng.choice(parts)[0] if rng.random() < 0.7 else parts[at][0][:-1] + rng.randbytes(1)
    parts[at] = name, *parts[at][1:]


PARTS = {
    "many": on_parts(many),
    "missing": on_parts(missing),
    "disordered": on_parts(disordered),
    "another's": on_parts(anothers),
    "renamed": on_parts(renamed),
    **{f"in a part: {name}": changed(mutation) for name, mutation in BYTES.items()},
}
FILE = {**{f"bytes: {name}": mutation for name, mutation in BYTES.items()}, **PARTS}


@cache
def ordinary() -> tuple[bytes, bytes, bytes]:
    """A photo, and what it gives."""
    photo = sound(Path())[0]
    return photo, square(photo).tobytes(), jpeg(photo, 50)


def use(content: bytes, folder: Path) -> None:
    """Look at a photo in both ways, and at an ordinary one after it."""
    photo, pixels, small = ordinary()
    try:
        if square(content).shape != (224, 224, 3):
            raise Wrong("a square of another size")
        with Image.open(io.BytesIO(jpeg(content, 50))) as picture:
            if picture.format != "JPEG" or max(picture.size) > 50:
                raise Wrong(f"{picture.format} of {picture.size}")
    finally:
        if (square(photo).tobytes(), jpeg(photo, 50)) != (pixels, small):
            raise Wrong("an ordinary photo gave something else after it")


def write(content: bytes, folder: Path) -> None:
    """Keywords into a copy, more into that, and all into a sidecar, which nothing is added to."""
    try:
        copy = with_keywords(content, ["sea", "dog"])
    except ImageError:
        sidecar(content, ["sea"])
        raise
    with_keywords(copy, ["boat"])
    if b"sea" not in (made := sidecar(copy, ["boat"])) or sidecar(copy, ["sea"], made) != made:
        raise Wrong("a sidecar lacks what is in the photo, or changes without need")


def writable(folder: Path) -> list[bytes]:
    """Photos that keywords can be written into."""
    return [photo for photo in sound(folder) if photo[:2] not in (b"GI", b"BM") and photo[4:8] != b"ftyp"]


def sidecars(folder: Path) -> list[bytes]:
    """Sidecars of photos with other metadata, and with none."""
    return [sidecar(photo, ["sea", "dog"]) for photo in (ordinary()[0], sound(folder)[-1])]


def add(content: bytes, folder: Path) -> None:
    """Keywords into a sidecar that is there."""
    if b"boat" not in sidecar(ordinary()[0], ["boat"], content):
        raise Wrong("a sidecar lacks what was written into it")


TARGETS = [
    Target("photo", sound, FILE, use, share=2),
    Target("photo-keywords", writable, FILE, write),
    Target("photo-sidecar", sidecars, BYTES | LINES, add, share=0.5),
]
