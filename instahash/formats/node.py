"""A post as Instagram's own pages have it, in the older form of its graph or the newer one of its apps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from instahash.formats.fields import usual


def is_node(item: Any) -> bool:
    """Whether an object is such a post."""
    return isinstance(item, Mapping) and bool({"shortcode", "code", "edge_media_to_caption"} & item.keys())


def node_parts(node: Mapping[str, Any], photo: str | None = None) -> dict[str, Any]:
    """The parts of the post; `photo` is what the names of its photos begin with."""
    inner = node.get("iphone_struct")
    parts = usual(inner) if isinstance(inner, Mapping) else {}
    parts |= {part: value for part, value in usual(node).items() if value is not None}
    if parts.get("user") is None and isinstance(inner, Mapping):
        parts["user"] = inner.get("user")
    photos = [node.get(name) for name in ("shortcode", "code", "id", "pk")]
    return parts | {"photos": [str(name) for name in [photo, *photos] if name]}
