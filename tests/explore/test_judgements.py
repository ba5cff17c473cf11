"""What is kept of judging, and how it is counted; the order of sides; several judges; reloads and steps back."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor

import pytest

from instahash.annotate import Cache
from instahash.data import Label, Post
from instahash.errors import DataError, ImageError, SettingsError
from instahash.explore.judgements import Judgements, format_report
from instahash.explore.judging import Judging
from instahash.explore.systems import System, baselines_of, model_name, two_systems

AB = ("system a", "system b")
POSTS = [Post(f"post {i}", labels=(Label("dog", 0.9), Label("fog", 0.2))) for i in range(8)]


class Always(System):
    """Always the same hashtags, but for some posts."""

    def hashtags(self, post):
        return ["same"] if post.id in self.baseline else [self.name]


@pytest.fixture
def file(tmp_path):
    with Judgements(tmp_path / "judgements.sqlite") as judgements:
        yield judgements


@pytest.fixture
def judging(file, models):
    systems = [Always(name, models["best"], {"post 2"}) for name in AB]
    return Judging(systems, POSTS, file)


def rows(judgements):
    with sqlite3.connect(judgements.path) as database:
        database.row_factory = sqlite3.Row
        return [dict(row) for row in database.execute("SELECT * FROM pairs ORDER BY pair")]


def test_a_pair_is_written_down_before_it_is_shown_and_stays_as_it_is(judging, file):
    first = judging.next("anna")
    (row,) = rows(file)
    assert (row["session"], row["post"], row["choice"], row["judged_at"]) == ("anna", "post 0", None, None)
    assert (row["system_a"], row["system_b"]) == AB and row["shown_at"] > 1.6e9
    left = AB[0] if row["a_is_left"] else AB[1]
    assert (first["left"], first["right"]) == ([left], [next(name for name in AB if name != left)])
    assert first["labels"] == ["dog"]  # the other is not believed
    for _ in range(5):
        assert judging.next("anna") == first


def test_both_orders_are_drawn(judging, file):
    for session in range(60):
        judging.next(f"session {session}")
    n_left = sum(row["a_is_left"] for row in rows(file))
    assert 10 < n_left < 50  # misses once in 10^7


def test_a_judge_gets_every_post_once_and_lists_that_are_the_same_never(judging, file):
    pair, seen = judging.next("anna"), []
    while "pair" in pair:
        seen.append(rows(file)[-1]["post"])
        pair = judging.choose("anna", pair["pair"], "left")
    assert seen == [post.id for post in POSTS if post.id != "post 2"]
    assert pair == {"judged": 7, "posts": 8}
    (same,) = [row for row in rows(file) if row["choice"] == "same"]
    assert same["post"] == "post 2" and same["judged_at"] is None


def test_one_step_back_after_the_other(judging, file):
    first = judging.next("anna")
    second = judging.choose("anna", first["pair"], "left")
    third = judging.choose("anna", second["pair"], "equal")
    assert third["judged"] == 2 and [row["choice"] for row in rows(file)][:2] == ["left", "equal"]
    back = judging.undo("anna")
    assert {**back, "judged": second["judged"]} == second and back["judged"] == 1
    assert judging.undo("anna")["pair"] == first["pair"]
    assert judging.undo("anna")["pair"] == first["pair"]  # there is no further back
    assert not any(row["judged_at"] for row in rows(file))
    # Forward again: the same pairs in the same order.
    for expected in (second, third):
        assert judging.choose("anna", judging.next("anna")["pair"], "right")["pair"] == expected["pair"]


def test_a_pair_is_judged_once_and_by_its_own_session(judging, file):
    pair = judging.next("anna")["pair"]
    with pytest.raises(DataError, match="never shown here"):
        judging.choose("ben", pair, "left")
    judging.choose("anna", pair, "left", "Anna")
    judging.choose("anna", pair, "left", "Anna")  # sent twice: nothing more happens
    with pytest.raises(DataError, match="judged already"):
        judging.choose("anna", pair, "right")
    assert [(row["choice"], row["judge"]) for row in rows(file)][0] == ("left", "Anna")
    assert sum(row["choice"] is not None for row in rows(file)) == 1


def test_judges_at_the_same_time_do_not_meet(judging, file):
    def play(session):
        pair = judging.next(session)
        while "pair" in pair:
            pair = judging.choose(session, pair["pair"], "equal")
        return pair["judged"]

    with ThreadPoolExecutor(6) as threads:
        assert list(threads.map(play, [f"judge {i % 3}" for i in range(6)])) == [7] * 6  # each in two windows
    assert len(rows(file)) == 3 * len(POSTS)
    assert len({(row["session"], row["post"]) for row in rows(file)}) == 3 * len(POSTS)


def test_another_process_goes_on_where_one_stopped(tmp_path, judging, file):
    pair = judging.choose("anna", judging.next("anna")["pair"], "right")
    with Judgements(file.path) as again:
        assert Judging(judging.systems, POSTS, again).next("anna") == pair
        # With other posts, the pair that waits is not among them.
        others = Judging(judging.systems, [Post("another", labels=(Label("cat", 0.9),))], again)
        assert others.next("anna")["labels"] == ["cat"]
        # Nor is what was judged counted here, or taken back.
        assert others.undo("anna")["judged"] == 0 and rows(again)[0]["choice"] == "right"
        assert others.choose("anna", others.next("anna")["pair"], "left") == {"judged": 1, "posts": 1}
        assert others.undo("anna")["labels"] == ["cat"]
        # With another system to compare with, nothing is judged yet.
        systems = [judging.systems[0], Always("system c", judging.systems[0].model, set())]
        assert Judging(systems, POSTS, again).next("anna")["judged"] == 0


def judge(file, session, post, a_is_left, choice, systems=AB, lists=(["x"], ["y"]), name=""):
    """A judgement with a known order."""
    file.show(session, name, post, 0, systems, lists)
    with sqlite3.connect(file.path) as database:
        (pair,) = database.execute(
            "SELECT pair FROM pairs WHERE session=? AND post=? AND system_b=?", (session, post, systems[1])
        ).fetchone()
        database.execute("UPDATE pairs SET a_is_left=? WHERE pair=?", (a_is_left, pair))
    if choice:
        file.choose(session, pair, choice, name)


def test_the_report_names_a_system_by_directory_and_mode(file):
    ours, cooccurrence, paper = (
        "my model best 00000001",
        "cooccurrence of my model best 00000001",
        "paper paper 0000000b",
    )
    for other in (cooccurrence, paper):
        judge(file, "anna", "1", True, "left", (ours, other))
    named = [(part["a"], part["b"]) for part in file.report()]
    first = "my model (mode best)"
    assert named == [(first, f"cooccurrence of {first}"), (first, "paper (mode paper)")]
    again = "my model best 00000002"  # trained anew, or another directory of that name
    judge(file, "anna", "2", True, "left", (again, paper))
    assert [part["a"] for part in file.report()] == [f"{first} 00000001"] * 2 + [f"{first} 00000002"]
    assert "my model (mode best) 00000002  against  paper (mode paper)" in format_report(file.report())


def test_the_report_counted_by_hand(file):
    judge(file, "anna", "1", True, "left", name="Anna")  # a
    judge(file, "anna", "2", False, "left", name="Anna")  # b
    judge(file, "anna", "3", False, "right", name="Anna")  # a
    judge(file, "anna", "4", True, "equal", name="Anna")
    judge(file, "anna", "5", True, None)  # not judged yet
    judge(file, "anna", "6", True, None, lists=(["x"], ["x"]))  # the same
    judge(file, "ben", "1", False, "right")  # a, as Anna
    judge(file, "ben", "2", True, "left")  # a, against Anna
    judge(file, "ben", "1", True, "right", ("system a", "system c"))
    first, second = file.report()
    assert (first["a"], first["b"]) == AB and (second["b"], second["wins_b"]) == ("system c", 1)
    assert (first["wins_a"], first["wins_b"], first["ties"], first["same"]) == (4, 1, 1, 1)
    assert (first["left"], first["right"]) == (3, 2)
    assert (first["posts"], first["sessions"], first["judges"]) == (4, 2, ["Anna"])
    assert (first["judged_twice"], first["agreed"]) == (2, 1)
    assert first["without_ties"]["rate"] == 0.8 and first["ties_half"]["rate"] == 0.75
    text = format_report(file.report())
    assert "4 the first, 1 the second, 1 equal" in text and "80.0% of 5, ties left out" in text
    assert "75.0% of 6, a tie as half a win" in text and "system a  against  system c" in text
    assert "4 posts, 2 sessions (Anna)" in text
    assert "both lists were the same: 1 post.\n" in text
    assert format_report([]) == "no judgement yet; start instahash-explore with --posts, and judge some at /judge"


def test_files_of_something_else_are_left_alone(tmp_path):
    (tmp_path / "text").write_text("no database, but a text that is long enough to be looked at\n" * 20)
    with Cache(tmp_path / "labels", "settings"):
        pass
    with sqlite3.connect(tmp_path / "other") as database:
        database.execute("CREATE TABLE something (of TEXT)")
    before = {name: (tmp_path / name).read_bytes() for name in ("text", "labels", "other")}
    with pytest.raises(DataError, match="cannot use the judgements"):
        Judgements(tmp_path / "text")
    for name in ("labels", "other"):
        with pytest.raises(DataError, match="cannot use the judgements .* of something else"):
            Judgements(tmp_path / name)
    with pytest.raises(DataError, match="cannot use the judgements"):
        Judgements(tmp_path / "no folder" / "file")
    with pytest.raises(DataError, match="there is no file"):
        Judgements(tmp_path / "nothing", make=False)
    assert before == {name: (tmp_path / name).read_bytes() for name in before} and not (tmp_path / "nothing").exists()


def test_a_post_names_no_photo_outside_its_folder(judging, tmp_path):
    image = pytest.importorskip("PIL.Image", reason="Pillow is not installed")
    (tmp_path / "photos" / "deep").mkdir(parents=True)
    for name in ("photos/a.png", "photos/deep/b.png", "secret.png"):
        image.new("RGB", (20, 10), "red").save(tmp_path / name)
    (tmp_path / "photos" / "text.png").write_text("no image")
    (tmp_path / "photos" / "link.png").symlink_to(tmp_path / "secret.png")
    inside = ["a.png", "deep/b.png", "deep/../a.png", "text.png"]
    outside = ["../secret.png", str(tmp_path / "secret.png"), "link.png", "deep", "", "no.png", "a\0b", "x" * 5000]
    posts = [Post(name) for name in inside + outside]
    judging = Judging(judging.systems, posts, judging.judgements, tmp_path / "photos")
    pair = judging.next("anna")
    found, pairs = [], []
    while "pair" in pair:
        found.append(pair["photo"])
        pairs.append(pair["pair"])
        pair = judging.choose("anna", pair["pair"], "left")
    assert found == [True] * len(inside) + [False] * len(outside)
    assert judging.photo("anna", pairs[0]).startswith(b"\xff\xd8\xff")
    for number in (3, 4, 6, 8):
        with pytest.raises(ImageError):
            judging.photo("anna", pairs[number])
    with pytest.raises(ImageError):
        judging.photo("ben", pairs[0])
    assert [post["id"] for post in judging.rated()["posts"]] == inside
    assert judging.photo_at(0) == judging.photo("anna", pairs[0])
    for place in (4, 6, len(posts)):
        with pytest.raises(ImageError):
            judging.photo_at(place)


def test_forty_posts_are_rated(judging):
    posts = [Post(f"post {i}", labels=(Label("dog", 0.9), Label("fog", 0.2))) for i in range(50)]
    value = Judging(judging.systems, posts, judging.judgements).rated()
    assert value["system"] == AB[0] and [post["place"] for post in value["posts"]] == list(range(40))
    first = {"id": "post 0", "place": 0, "labels": ["dog"], "photo": False, "hashtags": [AB[0]]}
    assert value["posts"][0] == first


def test_the_systems(models, folders):
    model, other = models["best"], models["paper"]
    post = Post("1", labels=(Label("dog", 0.9), Label("beach", 0.3)))
    ours, theirs = two_systems(folders["best"], model, str(folders["paper"]), lambda folder: other)
    assert ours.hashtags(post) == model.recommend(post.labels, 10).hashtags
    assert theirs.hashtags(post) == other.recommend(["dog"], 10).hashtags
    assert ours.name == model_name(folders["best"], model) != theirs.name and ours.name.startswith("best best ")
    assert baselines_of(other)[-1] == "autorec"
    for name in baselines_of(model):
        _, baseline = two_systems(folders["best"], model, name, None)
        ids = model.rankings(model.queries([("dog", 0.9)]).description, 10)[name][0]
        assert baseline.hashtags(post) == model.vocabulary.spelled(ids) and len(baseline.hashtags(post)) == 10
        assert name in baseline.name
        assert len(baseline.hashtags(Post("2", labels=(Label("never seen", 0.9),)))) in (0, 10)
    with pytest.raises(SettingsError, match="compare it with another"):
        two_systems(folders["best"], model, str(folders["best"]), lambda folder: model)
