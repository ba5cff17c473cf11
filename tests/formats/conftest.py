"""Files of posts as people have them, made in a folder of each test."""

import json

import pytest

from instahash.formats import Reading, read_posts


@pytest.fixture
def read(tmp_path):
    """A function from a file's name and content, or what it is as JSON, to its posts and the lines of its reading."""

    def of(name, content, **options):
        path = tmp_path / name
        if not isinstance(content, (str, bytes)):
            content = json.dumps(content)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        reading = Reading()
        posts = list(read_posts(path, reading=reading, **options))
        return posts, [line.replace(str(path), name) for line in reading.lines()]

    return of
