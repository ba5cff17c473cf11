"""Mutations of bytes and of lines of text, and how one is chosen.

A mutation is a function of a generator, a sound input and a list of others like it, which returns a new input; it may
return the input itself where it has no place to begin. A table of them has a name for each, under which it is counted.
"""

from __future__ import annotations

import bz2
import gzip
import lzma
import zlib
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from random import Random
from typing import Any

Mutation = Callable[[Random, Any, Sequence[Any]], Any]
# Numbers at which sizes, counts and types end.
INTEGERS = [
    *(0, 1, -1, 2, 7, 127, 128, 255, 256, -128, 32767, 65535, 2**24, 2**31 - 1, 2**31, -(2**31), 2**32 - 1, 2**32),
    *(2**40, 2**53, 2**53 + 1, 2**62, 2**63 - 1, 2**63, -(2**63), 2**64 - 1, 2**64, 10**18, 10**30, -(10**30)),
]
FLOATS = [0.0, -0.0, 0.5, 1.0, -1.0, 1e-320, 1e-30, 1e30, 3.5e38, 1e308, float("inf"), float("-inf"), float("nan")]
# Texts in which a reader or a terminal may get lost.
TEXTS = [
    *("", " ", "\0", "\n", "\r\n", "\x1b[2J\x1b[31m", "\x07\x08\x7f", "\x85\u2028\u2029", "\u202e\u2066abc\u2069"),
    *("\ufeff", "\u200b\u200d\ufe0f", "\ud800", "\udfff\udc00", "\U0010ffff", "e\u0301" * 40, "\u0661\u0662", "İıſß"),
    *("a" * 5000, "a " * 5000, "#" * 3000, "🏖️" * 999, "../../etc/passwd", "/dev/stdin", "C:\\CON", "%s%n{0}", "$(id)"),
    *("nan", "-inf", "1e999", "-1", "0x10", "1_000", "9" * 30, "9" * 5000, "null", "true", "[]", "{}", "'\"`<b>&amp;"),
]
SPLICE = 4096


def mutated(rng: Random, table: Mapping[str, Mutation], value: Any, others: Sequence[Any]) -> tuple[str, Any]:
    """(name, new input) of a mutation of the table, in one of four cases with a second one behind it."""
    kind = rng.choice(list(table))
    value = table[kind](rng, value, others)
    if rng.random() < 0.25:
        value = table[rng.choice(list(table))](rng, value, others)
    return kind, value


def span(rng: Random, size: int, most: int = SPLICE) -> slice:
    """A part of so many items, most often a short one."""
    start = rng.randrange(size + 1)
    return slice(start, start + min(int(2 ** rng.uniform(0, 12)), most))


# Bytes


def flip(rng: Random, content: bytes, others: Sequence[bytes]) -> bytes:
    """One to eight bits are the other way round."""
    changed = bytearray(content)
    for _ in range(rng.randint(1, 8) if changed else 0):
        changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(8)
    return bytes(changed)


def cut(rng: Random, content: bytes, others: Sequence[bytes]) -> bytes:
    """The end is missing, or a part of the middle."""
    if rng.random() < 0.5:
        return content[: rng.randrange(len(content) + 1)]
    part = span(rng, len(content))
    return content[: part.start] + content[part.stop :]


def repeat(rng: Random, content: bytes, others: Sequence[bytes]) -> bytes:
    """A part stands there several times."""
    part = span(rng, len(content), 256)
    return content[: part.start] + content[part] * rng.randint(2, 50) + content[part.stop :]


def splice(rng: Random, content: bytes, others: Sequence[bytes]) -> bytes:
    """The beginning of one input and the end of another."""
    other = rng.choice(others) if others else content
    return content[: rng.randrange(len(content) + 1)] + other[rng.randrange(len(other) + 1) :]


def integer(rng: Random, content: bytes, others: Sequence[bytes]) -> bytes:
    """Some bytes are an interesting number, in one of the usual widths and orders."""
    width, order = rng.choice([1, 2, 4, 8]), rng.choice(["little", "big"])
    at = rng.randrange(max(len(content) - width, 0) + 1)
    number = rng.choice(INTEGERS) % 2 ** (8 * width)
    return content[:at] + number.to_bytes(width, order) + content[at + width :]


def noise(rng: Random, content: bytes, others: Sequence[bytes]) -> bytes:
    """Bytes at random in the place of others, or between them."""
    part = span(rng, len(content), 64)
    behind = part.stop if rng.random() < 0.5 else part.start
    return content[: part.start] + rng.randbytes(part.stop - part.start) + content[behind:]


BYTES: dict[str, Mutation] = {
    "flip": flip,
    "cut": cut,
    "repeat": repeat,
    "splice": splice,
    "integer": integer,
    "noise": noise,
}

# Text: bytes in lines


def _line(rng: Random, content: bytes, change: Callable[[bytes], bytes]) -> bytes:
    lines = content.split(b"\n")
    at = rng.randrange(len(lines))
    lines[at] = change(lines[at])
    return b"\n".join(lines)


def odd_text(rng: Random, content: bytes, others: Sequence[bytes]) -> bytes:
    """Control or bidirectional characters, lone surrogates, or very long words, within a line or in its place."""
    odd = rng.choice(TEXTS).encode("utf-8", "surrogatepass")

    def change(line: bytes) -> bytes:
        at = rng.randrange(len(line) + 1)
        return rng.choice([line[:at] + odd + line[at:], odd, odd + line])

    return _line(rng, content, change)


def odd_number(rng: Random, content: bytes, others: Sequence[bytes]) -> bytes:
    """A number of the text is another one, of any size."""
    digits = [i for i, byte in enumerate(content) if 48 <= byte < 58]
    if not digits:
        return content
    start = end = rng.choice(digits)
    while end < len(content) and content[end : end + 1] in b"0123456789.eE":
        end += 1
    number = rng.choice([*map(str, INTEGERS), *map(str, FLOATS), "9" * 400, "1e", "--1", "0x1f", "1,5", "٣"])
    return content[:start] + number.encode() + content[end:]


def shuffle(rng: Random, content: bytes, others: Sequence[bytes]) -> bytes:
    """Lines are in another order, missing, or there many times."""
    lines = content.split(b"\n")
    at = rng.randrange(len(lines))
    if (case := rng.randrange(3)) == 0:
        rng.shuffle(lines)
    elif case == 1:
        del lines[at]
    else:
        lines[at:at] = [lines[at]] * rng.randint(2, 40)
    return b"\n".join(lines)


def deep(rng: Random, content: bytes, others: Sequence[bytes]) -> bytes:
    """Thousands of brackets within each other, closed or not."""
    opened, closed = rng.choice([(b"[", b"]"), (b'{"a":', b"}"), (b"(", b")"), (b"<a>", b"</a>")])
    depth = rng.choice([50, 900, 3000, 100_000])
    inside = opened * depth + rng.choice([b"", b"1" + closed * depth])
    return _line(rng, content, lambda line: rng.choice([inside, line + inside]))


LINES: dict[str, Mutation] = {
    "odd text": odd_text,
    "odd number": odd_number,
    "shuffled lines": shuffle,
    "deep": deep,
}


def compressed(
    table: Mapping[str, Mutation], compress: Callable[[bytes], bytes] = gzip.compress
) -> dict[str, Mutation]:
    """The mutations of what a compressed file holds: its checksum is right again."""
    pairs = {gzip.compress: gzip.decompress, bz2.compress: bz2.decompress, lzma.compress: lzma.decompress}
    expand = pairs[compress]
    again = partial(compress, mtime=0) if compress is gzip.compress else compress  # the same bytes at any time

    def within(mutation: Mutation) -> Mutation:
        def change(rng: Random, content: bytes, others: Sequence[bytes]) -> bytes:
            try:
                inner = [expand(other) for other in (content, *others[:1])]
            except (OSError, EOFError, zlib.error, lzma.LZMAError, ValueError):
                return content
            return again(mutation(rng, inner[0], inner[1:]))

        return change

    return {f"within: {name}": within(mutation) for name, mutation in table.items()}
