"""Caches and files of judgements that strangers made: one line each, or what is sound of them."""

import sqlite3
import time

import numpy as np
import pytest

from instahash.annotate import Cache
from instahash.data import Label
from instahash.errors import AnnotatorError, DataError
from instahash.explore.judgements import Judgements, format_report, sides

AB = ("system a", "system b")


def changed(path, *statements):
    with sqlite3.connect(path) as database:
        for statement, *values in statements:
            database.execute(statement, values)
    database.close()


@pytest.fixture
def cache(tmp_path):
    path = tmp_path / "labels.sqlite"
    with Cache(path, "settings") as cache:
        cache.put("image", [Label("dog", 0.5)])
        cache.put_features("image", "settings", np.ones(4, np.float16))
    return path


@pytest.fixture
def judged(tmp_path):
    path = tmp_path / "judgements.sqlite"
    with Judgements(path) as file:
        file.show("anna", "", "post", 0, AB, (["x"], ["y"]))
        file.choose("anna", 1, "left", "Anna")
    return path


LABELS = [
    *("5", "null", "{}", '[["dog"]]', '[["dog", 2]]', '[["dog", NaN]]', '[["dog", true]]', "[[5, 0.5]]", "[" * 10**5),
    *(b"\xff\xfe", 7, b"", '[["dog", 0.5, 1]]', '"ab"', "[[[], []]]", '[["dog", 1e999]]', "9" * 5000),
]


@pytest.mark.parametrize("labels", LABELS, ids=range(len(LABELS)))
def test_labels_that_are_none(cache, labels):
    changed(cache, ("UPDATE labels SET labels=?", labels))
    with Cache(cache, "settings") as opened:
        if labels == "{}":
            assert opened.get(["image"]) == {"image": ()}
            return
        with pytest.raises(AnnotatorError, match=r"cannot use the cache .*; give another file"):
            opened.get(["image"])


@pytest.mark.parametrize("features", [b"", b"abc", "text", 7, np.full(4, np.nan, np.float16).tobytes()])
def test_features_that_are_none(cache, features):
    changed(cache, ("UPDATE features SET features=?", features))
    with Cache(cache, "settings") as opened, pytest.raises(AnnotatorError, match="cannot use the cache"):
        opened.get_features("image", "settings")


@pytest.mark.parametrize("until", [1e18, time.time() + 10**6, float("inf"), "zzz", b"x"])
def test_a_claim_without_end_is_none(cache, until):
    changed(cache, ("INSERT INTO claims VALUES ('other', 'settings', 'owner', 1, ?)", until))
    with Cache(cache, "settings") as opened:
        assert opened.claim(["other"]) == ["other"]


STRANGE = [
    "CREATE TRIGGER t AFTER INSERT ON {0} BEGIN DELETE FROM {0}; END",
    "CREATE VIEW v AS SELECT * FROM {0}",
]


@pytest.mark.parametrize("statement", STRANGE)
def test_triggers_and_views_are_refused(cache, judged, statement):
    changed(cache, (statement.format("claims"),))
    changed(judged, (statement.format("pairs"),))
    with pytest.raises(AnnotatorError, match="it has triggers or views"):
        Cache(cache, "settings")
    with pytest.raises(DataError, match="it has triggers or views"):
        Judgements(judged)


@pytest.mark.parametrize("name", ["labels", "claims", "features", "pairs"])
def test_other_tables_of_these_names(cache, judged, name):
    path = judged if name == "pairs" else cache
    changed(path, (f"DROP TABLE {name}",), (f"CREATE TABLE {name} (x)",), (f"INSERT INTO {name} VALUES (1)",))
    with pytest.raises((AnnotatorError, DataError), match="cannot use the"):
        if name == "pairs":
            with Judgements(path) as file:
                file.report()
        else:
            with Cache(path, "settings") as opened:
                opened.get(["image"]), opened.claim(["image"]), opened.get_features("image", "settings")


@pytest.mark.parametrize("value", [5, b"\xff\xfe", None, "x" * 10**6])
@pytest.mark.parametrize("column", ["judge", "system_a", "post", "a_is_left"])
def test_a_report_of_any_values(judged, column, value):
    changed(judged, ("CREATE TABLE new AS SELECT * FROM pairs",), ("DROP TABLE pairs",),
            ("ALTER TABLE new RENAME TO pairs",), (f"UPDATE pairs SET {column}=?", value))  # fmt: skip
    with Judgements(judged) as file:
        try:
            text = format_report(file.report())
        except DataError as error:
            text = str(error)
            assert len(text) <= 300
        assert text.replace("\n", "").isprintable() and len(text) < 2000


def test_lists_that_are_none(judged):
    for value in ("{}", "[1]", 5, None, "[" * 10**5):
        changed(judged, ("UPDATE OR IGNORE pairs SET hashtags_b=?", "[]" if value is None else value))
        with Judgements(judged) as file:
            (row,) = file.pairs("anna", AB)
            if value is None:
                assert sorted(map(tuple, sides(row).values())) == [(), ("x",)]
                continue
            with pytest.raises(DataError, match="is damaged"):
                sides(row)


def test_a_judge_cannot_forge_a_report(judged):
    name = "Anna\n\nsystem a  against  system b\n  preferred: 99 the first\x1b[2J\u202e" + "x" * 500
    with Judgements(judged) as file:
        file.show("ben", name, "2", 0, AB, (["x"], ["y"]))
        file.choose("ben", 2, "left", name)
        (written,) = file.pairs("ben", AB)
        assert written["judge"].isprintable() and len(written["judge"]) <= 80
    changed(judged, ("UPDATE pairs SET judge=?, system_a=?", name, name))
    with Judgements(judged) as file:
        text = format_report(file.report())
    assert [line for line in text.splitlines() if line.lstrip().startswith("preferred: 99")] == []
    assert text.replace("\n", "").isprintable()
