"""Mutations of a zip file: of one of its members, whose checksum is right again, and of how it holds them."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Mapping, Sequence
from random import Random

from chaos.mutations import INTEGERS, TEXTS, Mutation

Members = list[tuple[str, bytes]]


def members(content: bytes) -> Members | None:
    """(name, content) of the members, None where it is no sound zip file any more."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return [(info.filename, archive.read(info)) for info in archive.infolist()]
    except Exception:
        return None


def packed(own: Members, compression: int = zipfile.ZIP_STORED) -> bytes:
    """A zip file of these members, names that stand there twice too."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", compression) as archive:
        archive._didModify = True  # an empty one is written too
        for name, content in own:
            info = zipfile.ZipInfo(name)
            info.compress_type = compression
            archive.NameToInfo.pop(name, None)  # without it a warning is given where a name comes twice
            archive.writestr(info, content)
    return file.getvalue()


def in_member(mutation: Mutation, chosen: Callable[[str], bool] = lambda name: True) -> Mutation:
    """Change the content of one of the members that are `chosen` by name, others of which it may be spliced with."""

    def change(rng: Random, content: bytes, others: Sequence[bytes]) -> bytes:
        own = members(content)
        places = [i for i, (name, _) in enumerate(own or []) if chosen(name)]
        if own is None or not places:
            return content
        at = rng.choice(places)
        own[at] = own[at][0], mutation(rng, own[at][1], [own[i][1] for i in places])
        return packed(own)

    return change


def in_members(table: Mapping[str, Mutation], suffix: str = "") -> dict[str, Mutation]:
    """The same for a table of mutations, of members whose names end in `suffix`."""
    return {name: in_member(mutation, lambda text: text.endswith(suffix)) for name, mutation in table.items()}


def listing(rng: Random, content: bytes, others: Sequence[bytes]) -> bytes:
    """A member is missing, there twice, exchanged with another, renamed, or a strange one is added."""
    own = members(content)
    if not own:
        return content
    at, other = rng.randrange(len(own)), rng.randrange(len(own))
    if (case := rng.randrange(6)) == 0:
        del own[at]
    elif case == 1:
        own.append((own[at][0], rng.choice([own[at][1], own[other][1], b""])))
    elif case == 2:
        own[at], own[other] = (own[at][0], own[other][1]), (own[other][0], own[at][1])
    elif case == 3:
        own[at] = rng.choice([own[at][0] + "x", own[at][0].upper(), *_names()]), own[at][1]
    elif case == 4:
        own.insert(at, (rng.choice(_names()), rng.choice([b"", own[at][1], b"\0" * 100_000])))
    else:
        theirs = members(rng.choice(others)) if others else None
        own[at] = rng.choice(theirs) if theirs else own[at]
    return packed(own)


def _names() -> list[str]:
    texts = [text for text in TEXTS if len(text) < 60_000 and text.isprintable() and text.strip()]
    return [*texts, "folder/", "../up.npy", "/abs.npy", "header.json/", ".npy", "a.b.c.npy", "NUL"]


def compression(rng: Random, content: bytes, others: Sequence[bytes]) -> bytes:
    """Its members are compressed, some of them to much less than they hold."""
    own = members(content)
    if own is None:
        return content
    if own and rng.random() < 0.5:
        at = rng.randrange(len(own))
        own[at] = own[at][0], own[at][1] + rng.choice([b"\0", b" ", b"[", b"9"]) * rng.choice([10**5, 2 * 10**6])
    return packed(own, rng.choice([zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA]))


def directory(rng: Random, content: bytes, others: Sequence[bytes]) -> bytes:
    """Fields of a member in the list of members say something else: flags, method, checksum, sizes, places.

    Also those before the member itself, and those at the end of the file.
    """
    changed = bytearray(content)
    beginnings = {b"PK\1\2": 46, b"PK\3\4": 30, b"PK\5\6": 22, b"PK\6\6": 56, b"PK\6\7": 20}
    mark = rng.choice(list(beginnings) if rng.random() < 0.5 else [b"PK\1\2"])
    found, at = [], content.find(mark)
    while at >= 0 and len(found) < 5000:
        found.append(at)
        at = content.find(mark, at + 1)
    if not found:
        return content
    start = rng.choice(found)
    for _ in range(rng.randint(1, 3)):
        width = rng.choice([2, 4])
        place = start + rng.randrange(4, beginnings[mark] - width + 1, 2)
        number = rng.choice([*INTEGERS, 1, 8, 9, 12, 14, 99, 0x800, 0x41, len(content)])
        if place + width <= len(changed):
            struct.pack_into("<H" if width == 2 else "<I", changed, place, number % 2 ** (8 * width))
    return bytes(changed)


def mended(rng: Random, content: bytes, others: Sequence[bytes]) -> bytes:
    """Bytes of a member's content are others, and all checksums of it right."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            infos = [info for info in archive.infolist() if info.file_size and info.compress_type == 0]
    except Exception:
        return content
    if not infos:
        return content
    info, changed = rng.choice(infos), bytearray(content)
    start = content.find(info.filename.encode(), info.header_offset) + len(info.filename.encode())
    start += int.from_bytes(content[info.header_offset + 28 : info.header_offset + 30], "little")
    for _ in range(rng.randint(1, 4)):
        if (at := start + rng.randrange(info.file_size)) < len(changed):
            changed[at] = rng.randrange(256)
    right = zlib.crc32(changed[start : start + info.file_size]).to_bytes(4, "little")
    wrong = info.CRC.to_bytes(4, "little")
    return bytes(changed).replace(wrong, right) if info.CRC else bytes(changed)


ZIP: dict[str, Mutation] = {
    "zip members": listing,
    "zip compression": compression,
    "zip directory": directory,
    "zip content": mended,
}
