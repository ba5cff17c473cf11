"""Items of Apify's scrapers."""

import pytest

from instahash.errors import DataError

POST = {
    "inputUrl": "https://www.instagram.com/dora_example",
    "id": "71",
    "type": "Sidecar",
    "shortCode": "Ap1",
    "caption": "#Tea, #pot",
    "hashtags": ["Tea", "pot"],
    "latestComments": [{"text": "#others"}],
    "displayUrl": "https://example.invalid/v/9_n.jpg?se=7",
    "images": ["https://example.invalid/v/9_n.jpg?se=7"],
    "childPosts": [{"id": "72", "shortCode": "Ap2", "displayUrl": "https://example.invalid/v/10_n.jpg"}],
    "timestamp": "2023-01-01T10:00:00.000Z",
    "ownerUsername": "dora_example",
}
ERROR = {"url": "https://www.instagram.com/nobody", "error": "not_found", "errorDescription": "Page not found"}
HASHTAG = {"id": "1", "name": "tea", "topPosts": [POST], "latestPosts": [POST], "posts": [{**POST, "shortCode": "Ap3"}]}
PROFILE = {
    "inputUrl": "x",
    "username": "emil_example",
    "biography": "#me",
    "latestPosts": [{"id": "8", "caption": "#a"}],
}
EXAMPLES = [[POST, ERROR, POST], [HASHTAG, PROFILE]]


def test_posts_and_errors(posts_of):
    posts, left = posts_of({"a.json": [ERROR, POST, ERROR]}, "a.json")
    (post,) = posts
    assert post[:2] == ("71", ("Tea", "pot")) and post.user == "dora_example"
    assert post.created_at == "2023-01-01T10:00:00.000Z"
    assert post.photos == ("Ap1", "71", "Ap2", "72", "9_n.jpg", "10_n.jpg")
    assert left == [("other", "an error of the tool instead of a post")] * 2


def test_csv(posts_of):
    header = "inputUrl,id,shortCode,caption,hashtags/0,hashtags/1,ownerUsername,timestamp,latestComments/0/text,error\n"
    rows = "u,71,Ap1,hi,Tea,pot,dora_example,2023-01-01T10:00:00.000Z,#others,\nu,,,,,,,,,not_found\n"
    (post,), left = posts_of({"a.csv": header + rows}, "a.csv")
    assert post[:2] == ("71", ("Tea", "pot")) and post.user == "dora_example" and len(left) == 1


def test_a_hashtag_and_a_profile_hold_posts(posts_of):
    posts, left = posts_of({"a.json": [HASHTAG, PROFILE, {**PROFILE, "latestPosts": []}]}, "a.json")
    assert [(post.hashtags, post.user) for post in posts] == [
        (("Tea", "pot"), "dora_example"),
        (("Tea", "pot"), "dora_example"),
        (("a",), "emil_example"),
    ]
    assert left == [("other", "a profile or hashtag without posts")]


def test_comments_are_no_posts(posts_of):
    comment = {"postUrl": "p", "commentUrl": "c", "id": "1", "text": "#no", "ownerUsername": "x"}
    with pytest.raises(DataError, match="there is no post in"):
        posts_of({"a.json": [comment]}, "a.json")
