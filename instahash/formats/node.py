"""A post as Instagram's own pages and apps have it, which many tools hand on.

Pages: {"id", "shortcode", "edge_media_to_caption": {"edges": [{"node": {"text"}}]}, "owner": {"id", "username"},
"taken_at_timestamp", "display_url", "edge_sidecar_to_children": {"edges": [{"node": {...}}]}}.
Apps: {"pk", "id", "code", "caption": {"text"}, "user": {"pk", "username"}, "taken_at", "image_versions2":
{"candidates": [{"url"}]}, "carousel_media": [{...}]}; Instaloader keeps such a one in the other as "iphone_struct".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from instahash.formats.fields import usual

NAMES = ("shortcode", "code", "id", "pk")  # under which a post or one of its photos is known
_WITH_NAMES = {"caption", "taken_at", "taken_at_timestamp", "date", "owner", "user"}
_NO_CAPTION: tuple[Any, ...] = (None, {"edges": []})


def is_node(item: Any) -> bool:
    """Whether an object is such a post."""
    if not isinstance(item, Mapping):
        return False
    return "edge_media_to_caption" in item or bool({"shortcode", "code"} & item.keys() and _WITH_NAMES & item.keys())


def node_parts(node: Mapping[str, Any], columns: Mapping[str, str], photo: str | None = None) -> dict[str, Any] | str:
    """The parts of the post, or why it is none.

    columns : part of a post -> the name under which the user says it stands.
    photo : what the names of its photos begin with.
    """
    if node.get("product_type") == "story" or "Story" in str(node.get("__typename")):
        return "a story"
    forms = [form for form in (node.get("iphone_struct"), node) if isinstance(form, Mapping)]
    parts: dict[str, Any] = {}
    for form in forms:
        parts |= {part: value for part, value in usual(form, columns).items() if value not in _NO_CAPTION}
    # An owner may be a number alone.
    users = [form.get(name) for form in forms for name in ("owner", "user")]
    user = next((user for user in users if isinstance(user, Mapping) and user.get("username")), parts.get("user"))
    photos = [name for form in reversed(forms) for name in _photos(form)]
    return {"caption": None} | parts | {"user": user, "photos": list(dict.fromkeys(named(photo) + photos))}


def named(*values: Any) -> list[str]:
    """Those values that are names or numbers, as texts."""
    return [str(value) for value in values if value and isinstance(value, (str, int)) and not isinstance(value, bool)]


def url_names(*urls: Any) -> list[str]:
    """What downloads of these addresses are called: the last part of each."""
    return named(*(url.partition("?")[0].rpartition("/")[2] for url in urls if isinstance(url, str)))


def within(value: Any, *keys: str | int) -> Any:
    """What stands in objects and lists under these keys, one in the other; None where nothing does."""
    for key in keys:
        try:
            value = value[key]
        except (KeyError, IndexError, TypeError):
            return None
    return value


def each(value: Any, kind: type[Any] = dict) -> Iterator[Any]:
    """The entries of a list that are of a kind; none of what is no list."""
    return (entry for entry in value if isinstance(entry, kind)) if isinstance(value, list) else iter(())


def _photos(node: Mapping[str, Any]) -> Iterator[str]:
    """The names of a post, then those of its photos."""
    yield from named(*map(node.get, NAMES))
    edges = each(within(node, "edge_sidecar_to_children", "edges"))
    children = [edge["node"] for edge in edges if isinstance(edge.get("node"), dict)]
    for photo in [node, *children, *each(node.get("carousel_media"))]:
        if photo is not node:
            yield from named(*map(photo.get, NAMES))
        yield from url_names(photo.get("display_url"), within(photo, "image_versions2", "candidates", 0, "url"))
