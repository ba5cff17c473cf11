"""Files of tools, written and read."""

import json
import lzma

import pytest

from instahash.formats import Reading, read_posts


@pytest.fixture
def posts_of(tmp_path):
    """A function from {path: content} to the posts of the folder, or of one file of it, and to what was left out.

    A content that is no text and no bytes is written as JSON. What was left out is a list of (kind, reason).
    """

    def posts_of(files, name=""):
        for path, content in files.items():
            file = tmp_path / path
            file.parent.mkdir(parents=True, exist_ok=True)
            text = content if isinstance(content, (str, bytes)) else json.dumps(content)
            raw = text if isinstance(text, bytes) else text.encode()
            file.write_bytes(lzma.compress(raw) if path.endswith(".xz") and text is not content else raw)
        reading = Reading()
        return list(read_posts(tmp_path / name, reading=reading)), list(reading.reasons.elements())

    return posts_of
