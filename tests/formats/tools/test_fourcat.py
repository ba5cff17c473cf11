"""4CAT's tables."""

HEADER = "id,timestamp,thread_id,parent_id,url,body,author,type,image_urls,hashtags,unix_timestamp\n"
ROW = (
    'Fc1,2023-01-01 11:00:00,Fc1,Fc1,https://example.invalid/p/Fc1,"#Ant, #bee",hal_example,picture,'
    '"https://example.invalid/1_n.jpg?x=1,https://example.invalid/2_n.jpg","Ant,bee",1672567200\n'
)
COMMENT = "9,2023-01-01 11:00:00,Fc1,Fc1,,#no,others,comment,,no,1672567200\n"
EXAMPLES = [[{"id": "Fc1", "thread_id": "Fc1", "parent_id": "Fc1", "body": "#Ant", "author": "hal_example"}]]


def test_posts_and_comments(posts_of):
    (post,), left = posts_of({"a.csv": HEADER + ROW + COMMENT}, "a.csv")
    assert post[:2] == ("Fc1", ("Ant", "bee")) and post.user == "hal_example"
    assert post.created_at == "2023-01-01T10:00:00+00:00"  # and not the clock of 4CAT's server
    assert post.photos == ("Fc1", "1_n.jpg", "2_n.jpg")
    assert left == [("other", "a comment")]
