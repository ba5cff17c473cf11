"""gallery-dl's JSON: beside each photo a file NAME.jpg.json with what is known of it, from many sites.

Instagram's: {"category": "instagram", "subcategory", "post_id", "post_shortcode", "media_id", "num", "description",
"tags", "username", "post_date", "filename", "extension"}. The photos of one post share its id. An info.json says of a
folder what its first photo's file says, without a name of a photo.
"""

from __future__ import annotations

from typing import Any

from instahash.data import hashtags_in
from instahash.formats.fields import usual
from instahash.formats.items import Parts, first, item_format
from instahash.formats.source import Format, Source

INFO = "info.json"
NO_POSTS = {
    "stories": "a story", "highlights": "a story", "story": "a story", "highlight": "a story",
    "avatar": "a profile photo",
}  # fmt: skip
IDS = ("post_id", "post_shortcode", "tweet_id")
# Before "user", which is the one whose page was downloaded.
AUTHORS = ("username", "owner", "author", "blog_name", "uploader", "pinner")


def _parts(item: dict[str, Any], source: Source) -> Parts:
    for name in ("subcategory", "type"):
        if what := NO_POSTS.get(str(item.get(name))):
            return what
    if "extension" not in item and not any(item.get(name) for name in IDS):
        return "what gallery-dl says of a folder"
    parts = {"caption": None} | usual(item, source.columns)
    own = next((item[name] for name in IDS if item.get(name)), parts.get("id"))
    user = next((item[name] for name in AUTHORS if item.get(name)), parts.get("user"))
    caption = parts["caption"]
    if item.get("category") == "instagram" and isinstance(caption, str) and hashtags_in(caption):
        parts["hashtags"] = None  # which are sorted, and cut off at an emoji
    photos = [source.stem, *parts.get("photos", ())] if "extension" in item else []
    time = item.get("post_date") or parts.get("created_at")
    return parts | {"id": own, "user": user, "created_at": time, "photos": photos}


def _matches(source: Source) -> bool:
    item = first(source)
    return {"category", "subcategory"} <= item.keys() and ("extension" in item or source.name.lower() == INFO)


GALLERY_DL = Format("gallery-dl", "gallery-dl's files", _matches, item_format("", "", bool, _parts).read)
