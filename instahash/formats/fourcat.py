"""4CAT's CSV and NDJSON.

A row is {"id", "thread_id", "parent_id", "body", "author", "timestamp", "unix_timestamp", "hashtags", "image_urls"};
the parent of a comment is another. A line of NDJSON is what the platform sent, with "__import_meta" added.
"""

from __future__ import annotations

import re
from typing import Any

from instahash.formats.fields import usual
from instahash.formats.items import Parts, item_format
from instahash.formats.node import named, url_names
from instahash.formats.source import Source
from instahash.formats.zeeschuimer import data_parts

META = "__import_meta"
URLS = ("image_urls", "image_url", "media_urls", "media_url")


def _parts(item: dict[str, Any], source: Source) -> Parts:
    if META in item:
        return data_parts(item, source)
    if item.get("type") == "comment" or item.get("parent_id") not in (None, "", item.get("id")):
        return "a comment"
    parts = {"caption": item.get("body"), "user": item.get("author")} | usual(item)
    urls = [url for name in URLS for url in re.split(",(?=http)", str(item.get(name) or ""))]
    time = item.get("unix_timestamp") or parts.get("created_at")
    own = {"created_at": time, "photos": [*named(item.get("id")), *url_names(*urls)]}
    return parts | own | {part: item[name] for part, name in source.columns.items() if name in item}


FOURCAT = item_format("4cat", "4CAT's files", lambda item: {"thread_id", "body"} <= item.keys() or META in item, _parts)
