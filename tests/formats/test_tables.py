"""CSV and TSV as people's programs write them."""

import pytest

from instahash.errors import DataError
from instahash.formats import Reading, read_posts

ROWS = [("a", ("cat", "pet"), "anna"), ("b", ("dog",), "ben")]


def found(posts):
    return [(post.id, post.hashtags, post.user) for post in posts]


@pytest.mark.parametrize(
    "name, content",
    [
        ("a.csv", "id,hashtags,user\na,#cat #pet,anna\nb,dog,ben\n"),
        ("a.CSV", "\ufeffID,Hashtags,User Name\r\na,#cat #pet,anna\r\nb,dog,ben\r\n"),
        ("a.csv", "id;hashtags;user\na;cat, pet;anna\nb;dog;ben"),
        ("a.csv", "sep=;\r\nid;hashtags;user\r\na;cat, pet;anna\r\nb;dog;ben\r\n"),
        ("a.tsv", "id\thashtags\tuser\na\tcat,pet\tanna\nb\tdog\tben\n"),
        ("a.txt", "id|hashtags|user\na|cat,pet|anna\nb|dog|ben\n"),
        ("a.csv", "id,hashtags,user\ra,cat pet,anna\rb,dog,ben\r"),
        ("a.csv", 'id, hashtags, user\na, "#cat, #pet", anna\nb, dog, ben\n'),
        ("r.csv", '"","id","hashtags","user"\n"1","a","cat,pet","anna"\n"2","b","dog","ben"\n'),
        ("pandas.csv", "id,hashtags,user\na,\"['cat', 'pet']\",anna\nb,['dog'],ben\n"),
        ("numpy.csv", "id,hashtags,user\na,\"['cat'\n 'pet']\",anna\nb,\"array(['dog'], dtype=object)\",ben\n"),
        ("json.csv", 'id,hashtags,user\na,"[""cat"", ""pet""]",anna\nb,"[""dog""]",ben\n'),
        ("set.csv", "id,hashtags,user\na,\"{'pet', 'cat'}\",anna\nb,{'dog'},ben\n"),
        ("apify.csv", "id,hashtags/0,hashtags/1,user\na,cat,pet,anna\nb,dog,,ben\n"),
        ("twice.csv", "id,hashtags,hashtags,user\na,cat,pet,anna\nb,dog,,ben\n"),
        ("joined.csv", "\ufeffid,hashtags,user\na,cat pet,anna\n\n\ufeffid,hashtags,user\nb,dog,ben\n"),
        ("quoted.csv", 'id,caption,user\na,"Two lines\nof #cat, ""#pet""",anna\nb,#dog,ben\n'),
        ("blank.csv", "\n,,\n\nid,hashtags,user\na,cat pet,anna\nb,dog,ben\n"),
        ("zeros.csv", "id,hashtags,user\na\0,cat pet,anna\nb,dog,ben\n"),
        ("a.csv", "id,hashtags,user\na,cat pet,anna\nb,dog,ben\n".encode("utf-16")),
    ],
)
def test_tables(read, name, content):
    posts, said = read(name, content)
    assert found(posts) == ROWS and not said


def test_excel_writes_windows_1252_and_dates_of_its_country(read):
    ((post,), said) = read(
        "a.csv", "Nr;Text;Date\r\n1;#café;31.5.2024 12:00\r\n".encode("cp1252"), columns={"id": "Nr"}
    )
    assert (post.id, post.hashtags, post.created_at) == ("1", ("café",), "2024-05-31 12:00") and not said


def test_labels_in_cells(read):
    rows = [
        '"cat:0.5, dog"',
        "\"[{'description': 'cat', 'score': np.float64(0.5)}, {'description': 'dog', 'score': 1}]\"",
    ]
    rows += ["\"[{'description': 'cat', 'score': 0.5}, ('dog', 1.0)]\"", "\"{'cat': 0.5, 'dog': 1}\""]
    posts, said = read("a.csv", "id,labels\n" + "".join(f"x,{row}\n" for row in rows))
    assert [post.labels for post in posts] == [(("cat", 0.5), ("dog", 1))] * 4 and not said


@pytest.mark.parametrize("nothing", ["", "NA", "NaN", "nan", "NULL", "None", "\\N"])
def test_empty_cells(read, nothing):
    ((_, post), said) = read("a.csv", f"id,hashtags,caption,user\na,cat,,anna\n,{nothing},#dog,{nothing}\n")
    assert (post.id, post.hashtags, post.user) == ("a.csv 2", ("dog",), None) and not said


def test_a_row_without_hashtags_is_no_odd_row(read):
    posts, said = read("a.csv", "id,hashtags\na,cat\nb,\n")
    assert posts[1].hashtags == () and not said


def test_more_cells_than_columns(read):
    posts, said = read("a.csv", "id,hashtags\na,cat,dog,\nb,cat,,\n")
    assert [post.hashtags for post in posts] == [("cat",)] * 2
    assert said == ["read without a part: 'a.csv' row 1: has more cells than there are columns"]


@pytest.mark.parametrize("content", ["foo,bar\n1,2\n", "foo;bar\n1;2\n3;4\n"])
def test_columns_without_usual_names_are_listed(read, content):
    with pytest.raises(DataError, match=r"--columns gives \(hashtags=NAME\), not only foo, bar"):
        read("a.csv", content)
    with pytest.raises(DataError, match="is in none of the formats"):
        read("a.txt", content)
    ((post, *_), said) = read("a.txt", content, columns={"hashtags": "bar"})
    assert post.hashtags == ("2",) and not said


def test_columns_of_which_only_the_id_is_known_are_said(read):
    _, (line,) = read("a.csv", "id,Stichworte\na,cat\nb,dog\n")
    assert "must have hashtags" in line and line.endswith("not only id, Stichworte (and 1 more)")


def test_only_a_header(read):
    with pytest.raises(DataError, match="there is no post in"):
        read("a.csv", "id,hashtags\n")


def test_what_csv_cannot_be(read, monkeypatch):
    monkeypatch.setattr("instahash.formats.table.MOST_ITEM", 100)
    with pytest.raises(DataError, match="is not as CSV is .a row has more than"):
        read("a.csv", "id,hashtags\na," + "x" * 200)


def test_a_name_of_a_column_with_a_line_end_makes_one_line_all_the_same(tmp_path):
    (tmp_path / "posts.csv").write_text('id,"a\nb"\n1,x\n')
    counts = Reading()
    assert len(list(read_posts(tmp_path / "posts.csv", reading=counts))) == 1
    assert [line for line in counts.lines() if "a b" in line and "\n" not in line]


def test_a_quote_that_is_not_closed(read):
    rows = [f"{number},#sea" for number in range(100)]
    rows[50] = '50,5" #cat'  # within a cell it is one of its characters
    rows[51] = '51,5" #cat,"in two\nlines"'
    rows[97] = '97,"Look! #cat'
    posts, said = read("a.csv", "\n".join(["id,caption,place", *rows]))
    assert len(posts) == 97 and posts[50].hashtags == ("cat",)
    assert said == ["left out: 'a.csv' row 98: has a quote that is not closed; 2 lines behind it cannot be read"]
    rows[80] = '80,"Look! #cat'
    with pytest.raises(DataError, match="row 81 has a quote that is not closed; 16 lines behind it cannot be read"):
        read("a.csv", "\n".join(["id,caption,place", *rows[:97]]))


def test_a_column_that_is_not_there_is_said(read):
    content = "id,tags,Stichworte/0,Stichworte/1\na,cat,dog,pet\n"
    with pytest.raises(DataError, match="a.csv' has no 'Stichwort'; it has id, tags, Stichworte/0, Stichworte/1$"):
        read("a.csv", content, columns={"hashtags": "Stichwort"})
    ((post,), said) = read("a.csv", content, columns={"hashtags": "Stichworte"})
    assert post.hashtags == ("dog", "pet") and not said
