"""What tools write, with anything in the place of any value: nothing but a DataError is ever raised."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from instahash.data import Post
from instahash.errors import DataError
from instahash.formats import FORMATS, Reading, read_posts

TOOLS = "apify fourcat gallerydl graphapi graphimages instagram instagrapi instaloader zeeschuimer".split()
NOTHING = object()
ODD = st.sampled_from(
    [NOTHING, None, True, 0, -1, 10**400, 1e300, float("nan"), "", "#x", "\ud83d", "http://[", [], [None], [[]], {}]
    + [["#a", 3], {"text": None}, {"edges": [None]}, {"a": {"b": []}}]
)


def places(value, path=()):
    """The paths to all values in a JSON value, its own too."""
    yield path
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, entry in inner:
        yield from places(entry, (*path, key))


def changed(value, path, new):
    if not path:
        return new
    key, *rest = path
    if isinstance(value, list):
        return [
            changed(entry, rest, new) if i == key else entry
            for i, entry in enumerate(value)
            if rest or i != key or new is not NOTHING
        ]
    return {
        name: changed(entry, rest, new) if name == key else entry
        for name, entry in value.items()
        if rest or name != key or new is not NOTHING
    }


@pytest.mark.parametrize("tool", TOOLS)
@given(data=st.data())
def test_mutations(tmp_path_factory, load_module, tool, data):
    examples = load_module(Path(__file__).with_name(f"test_{tool}.py")).EXAMPLES
    value = data.draw(st.sampled_from(examples))
    for _ in range(data.draw(st.integers(1, 2))):
        path, new = data.draw(st.sampled_from(list(places(value)))), data.draw(ODD)
        value = value if new is NOTHING and not path else changed(value, path, new)
    folder = tmp_path_factory.mktemp("mutated")
    (folder / "a.json").write_text(json.dumps(value))
    lines = value if isinstance(value, list) else [value]
    (folder / "b.jsonl").write_text("\n".join(map(json.dumps, lines)))
    for source in (folder / "a.json", folder / "b.jsonl", folder):
        for name in ("auto", *(format.name for format in FORMATS[1:-1] if not source.is_dir())):
            try:
                assert all(isinstance(post, Post) for post in read_posts(source, name, reading=Reading()))
            except DataError as error:
                assert "\n" not in str(error)


def test_mutations_change_what_they_should():
    value = {"a": [1, {"b": 2}]}
    assert list(places(value)) == [(), ("a",), ("a", 0), ("a", 1), ("a", 1, "b")]
    assert changed(value, ("a", 1, "b"), 3) == {"a": [1, {"b": 3}]}
    assert changed(value, ("a", 0), NOTHING) == {"a": [{"b": 2}]} and changed(value, ("a",), NOTHING) == {}
