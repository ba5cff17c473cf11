"""Photos and posts find each other by their names."""

import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from instahash.archive import IMAGES
from instahash.errors import DataError
from instahash.formats.joining import match, summary


def joined(posts, photos):
    return [[photos[i] for i in members] for members in match(posts, photos).photos]


PATH = "media/posts/202405/443_n.jpg"


@pytest.mark.parametrize(
    "post, photo",
    [
        ([PATH], PATH),
        ([PATH], f"./export/{PATH}"),
        ([PATH], "202405/443_n.jpg"),
        ([PATH], "other/443_n.jpg"),
        ([PATH], "other/443_n.webp"),
        ([f".\\{PATH}".replace("/", "\\")], PATH),
        (["IMG_0001.jpg"], "camera/img_0001.JPG"),
        (["v1.2 draft"], "v1.2 draft.jpeg"),
        (["caf\u00e9.jpg"], "cafe\u0301.jpg"),
        (["Stra\u00dfe.jpg"], "STRASSE.JPG"),
        (["2023-02-01_10-00-00_UTC"], "anna/2023-02-01_10-00-00_UTC.jpg"),
        (["2023-02-01_10-00-00_UTC"], "anna/2023-02-01_10-00-00_UTC_12.jpg"),
        (["2023-02-01_10-00-00_UTC"], "anna_2023-02-01_10-00-00_UTC.jpg"),
        (["3000000000000000001"], "anna_3000000000000000001.jpg"),
        (["3000000000000000001"], "3000000000000000001_3000000000000000002.jpg"),
        (["CmAaaaaaaa1"], "2023-01-01 - CmAaaaaaaa1 [1].jpg"),
        (["CmAaaaaaaa1"], "anna_CmAaaaaaaa1_2.jpg"),
        (["CmAaaaaaaa1"], "ANNA_CMAAAAAAAA1_2.JPG"),
        (["-m_Aaaaaaa_"], "anna_-m_Aaaaaaa__2.jpg"),
        (["x", "CmAaaaaaaa1"], "CmAaaaaaaa1.jpg"),
    ],
)
def test_a_photo_finds_its_post(post, photo):
    assert match([["another"], post, ["b/other.jpg"]], [photo]) == ([[], [0], []], [], [])


@pytest.mark.parametrize(
    "post, photo",
    [
        (["443_n.jpg"], "1443_n.jpg"),
        (["IMG"], "IMG_0001.jpg"),
        (["v1"], "v1.2.jpg"),
        (["a_1.jpg"], "a_2.jpg"),
        (["CmAa1"], "anna_CmAa1.jpg"),
        (["example"], "anna_example.jpg"),
        (["CmAaaaaaaa1"], "CmAaaaaaaa12_x.jpg"),
        (["2023-02-01_10-00-00_UTC"], "2023-02-01_10-00-00_UTC_profile_pic.jpg"),
        (["", "."], "./"),
    ],
)
def test_a_photo_of_no_post(post, photo):
    assert match([post], [photo]) == ([[]], [0], [])


@pytest.mark.parametrize(
    "posts, photos, expected",
    [
        ([["anna/1.jpg"], ["ben/1.jpg"]], ["x/anna/1.jpg", "x/ben/1.jpg"], [[0], [1]]),
        ([["anna/1.jpg", "1.jpg", "1"]], ["x/ben/1.jpg", "x/anna/1.jpg"], [[1]]),
        ([["u/anna/1.jpg"], ["u/ben/1.jpg"]], ["v/ben/1.jpg"], [[], [0]]),
        ([["a.jpg"], ["a.png"]], ["a.png", "a.jpg"], [[1], [0]]),
        ([["a_1"], ["a"]], ["a_2.jpg", "a_1.jpg"], [[1], [0]]),
        ([["CmAaaaaaaa1"]], ["CmAaaaaaaa1.jpg", "x_CmAaaaaaaa1.jpg"], [[0]]),
        ([["CmAaaaaaaa1", "a/1.jpg"]], ["a/1.jpg", "x_CmAaaaaaaa1.jpg"], [[0]]),
        ([["1.jpg", "anna/1.jpg"], ["ben/1.jpg"]], ["1.jpg"], [[0], []]),
        ([["x/anna/1.jpg"], ["1.jpg"]], ["anna/1.jpg"], [[0], []]),
        ([["CmAaaa1"], ["CmAaaa1-b"]], ["anna_CmAaaa1-b.jpg"], [[], [0]]),
        ([["CmAa1aa"], ["CMaa1aa"]], ["CMaa1aa.jpg", "CmAa1aa.jpg"], [[1], [0]]),
        ([["CmAa1aa"]], ["CMaa1aa.jpg", "CmAa1aa.jpg"], [[1]]),
        ([["a.jpg", "b.jpg"]], ["a.jpg", "B.JPG"], [[0, 1]]),
        ([["1.jpg"]], ["b/1.jpg", "a/1.jpg"], [[1, 0]]),
        ([["x", "b.jpg", "a.jpg"]], ["a.jpg", "b.jpg"], [[1, 0]]),
        ([["k"]], ["k_10.jpg", "k_2.jpg", "k_1.jpg", "a/k_3.jpg"], [[2, 1, 3, 0]]),
        ([["anna11", "x"], ["anna11", "CmAa1"], ["CmAa-Bb1"]], ["anna11_CmAa-Bb1.jpg"], [[], [], [0]]),
    ],
)
def test_the_more_specific_rule_holds(posts, photos, expected):
    matches = match(posts, photos)
    assert matches.photos == expected
    assert matches.unmatched == sorted(set(range(len(photos))) - set(sum(expected, []))) and not matches.ambiguous


@pytest.mark.parametrize(
    "posts, photo",
    [
        ([["CmAaaaaaaa1"], ["CmAaaaaaaa1"]], "CmAaaaaaaa1.jpg"),
        ([["CmAaaaaaaa1"], ["CmAaaaaaaa1"]], "anna_CmAaaaaaaa1.jpg"),
        ([["CmAaaaaaaa1"], ["CmAaaaaaaa2"]], "CmAaaaaaaa1-CmAaaaaaaa2.jpg"),
        ([["anna/1.jpg"], ["ben/1.jpg"]], "1.jpg"),
        ([["anna/1.jpg"], ["ben/1.jpg"]], "cara/1.jpg"),
        ([["CmAaa"], ["CMaaa"]], "cmaaa.jpg"),
        ([["a_2"], ["a_2"], ["a"]], "a_2.jpg"),
    ],
)
def test_a_photo_of_several_posts_belongs_to_none(posts, photo):
    assert match(posts, [photo]) == ([[] for _ in posts], [], [0])


def test_the_suffixes_are_those_of_photos():
    assert all(joined([["a"]], [f"a{suffix}"]) == [[f"a{suffix}"]] for suffix in IMAGES)


def test_one_line_for_people():
    posts, photos = [["a"], ["b"], ["c"], ["c"]], ["a_1.jpg", "a_2.jpg", "c.jpg", "d.jpg"]
    line = "2 of 4 photos belong to 1 of 4 posts; 1 could belong to several posts"
    assert summary(posts, photos, match(posts, photos)) == line
    with pytest.raises(
        DataError, match=r"none of 1 photo \('d.jpg'\) belongs to one of 2 posts \('a', 'b'\); name posts "
    ):
        summary(posts[:2], photos[3:], match(posts[:2], photos[3:]))


WORDS = st.sampled_from(
    ["a", "A", "b", "1", "CmAa11", "CMAA11", "caf\u00e9", "_1", "_2", "_", "-", ".jpg", ".JPG", "/"]
)
NAMES = st.lists(WORDS, max_size=6).map("".join)
POSTS = st.lists(st.lists(NAMES, max_size=3), max_size=5)
PHOTOS = st.lists(NAMES, max_size=6, unique=True)


@given(POSTS, PHOTOS, st.randoms())
def test_order_decides_nothing(posts, photos, random):
    rows, columns = list(range(len(posts))), list(range(len(photos)))
    random.shuffle(rows), random.shuffle(columns)
    expected, shuffled = match(posts, photos), [photos[i] for i in columns]
    found = match([posts[i] for i in rows], shuffled)
    assert [[shuffled[i] for i in m] for m in found.photos] == [[photos[i] for i in expected.photos[j]] for j in rows]
    assert {shuffled[i] for i in found.ambiguous} == {photos[i] for i in expected.ambiguous}


@given(POSTS, PHOTOS)
def test_each_photo_is_in_one_place(posts, photos):
    matches = match(posts, photos)
    assert sorted(sum(matches.photos, matches.unmatched + matches.ambiguous)) == list(range(len(photos)))
    assert matches.n_posts == sum(members != [] for members in matches.photos)


@given(POSTS, PHOTOS)
def test_a_path_that_is_a_name_of_one_post_belongs_to_it(posts, photos):
    def plain(name):
        return [part for part in name.split("/") if part]

    belongs = match(posts, photos).photos
    for i, photo in enumerate(photos):
        owners = {j for j, names in enumerate(posts) for name in names if plain(name) == plain(photo) != []}
        if len(owners) == 1:
            assert i in belongs[owners.pop()]


@given(POSTS, PHOTOS)
def test_case_and_composition_decide_nothing_else(posts, photos):
    posts = [[name.lower().replace("cmaa", "CmAa") for name in names] for names in posts]
    photos = list(dict.fromkeys(photo.lower().replace("cmaa", "CmAa") for photo in photos))
    assert match(posts, [photo.upper() for photo in photos]) == match(posts, photos)
    assert match(posts, [unicodedata.normalize("NFD", photo) for photo in photos]) == match(posts, photos)


def seconds(posts, photos):
    start = time.process_time()
    match(posts, photos)
    return time.process_time() - start


@pytest.mark.parametrize("part", ["a1_", "a/", "/", "_1", ".jpg", "e\u0301"])
def test_hostile_names_take_linear_time(part):
    name = part * 100_000
    assert seconds([[name, "a1_a1b", "1.jpg"]], [name, f"{name}x.jpg", f"b/{name}"]) < 10


def test_many_posts_of_one_file_name_take_linear_time():
    names = [f"{i}/1.jpg" for i in range(20_000)]
    assert seconds([[name] for name in names], [f"x/{name}" for name in names]) < 10
