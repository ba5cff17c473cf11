"""Instaloader's JSON: one post a file, {"node": {"shortcode", "edge_media_to_caption", "owner", ...}, ...}, or a folder
of such files, plain (.json) or compressed (.json.xz)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from instahash.data import Post
from instahash.formats.instagram import is_post, post_from_item
from instahash.formats.source import Format, Source


def _files(source: Source) -> list[Source]:
    return [Source(path) for path in sorted([*source.path.rglob("*.json"), *source.path.rglob("*.json.xz")])]


def _matches(source: Source) -> bool:
    if source.path.is_dir():
        return bool(_files(source))
    return isinstance(source.value, dict) and ("node" in source.value or is_post(source.value))


def _is_post(value: Any) -> bool:
    """Files of profiles and stories lie in the same folder."""
    return isinstance(value, dict) and isinstance(value.get("node"), dict) and is_post(value["node"])


def _read(source: Source) -> Iterator[Post]:
    files = (file for file in _files(source) if _is_post(file.value)) if source.path.is_dir() else [source]
    for file in files:
        yield post_from_item(file.value, f"'{file.path}'")


INSTALOADER = Format("a post or a folder of Instaloader", _matches, _read)
