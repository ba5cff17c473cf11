"""Posts as each tool and service writes them, two or three of each."""

from __future__ import annotations

from typing import Any

TIME = "2024-05-31T12:00:00Z"
CAPTION = "Morning at the sea! #beach #sea #日の出 #☕️"
LABELS = [{"description": "body of water", "score": 0.93}, {"description": "café", "score": 0.4}]
OWN = [
    {"id": "a/1.jpg", "hashtags": ["beach", "sea"], "labels": LABELS, "user": "u1", "created_at": TIME},
    {"id": "2.jpg", "hashtags": ["T-shirt"], "labels": ["dog"], "user_features": ["country:pt"], "made_up": True},
    {"id": 3, "caption": CAPTION, "labels": {"sea": 0.5}, "created_at": 1717156800000, "photos": ["3.jpg"]},
]
ROWS = (
    "id,hashtags,labels,user,created_at,media/0,media/1\n"
    '1.jpg,"#beach #sea","cat:0.9, dog",anna,31.05.2024 12:00,a,b\n'
    "2.jpg,\"['beach', 'sea']\",\"[{'name': 'dog', 'score': 0.5}]\",,1717156800,,\n"
    '3.jpg,"[""x"", ""y""]","{""dog"": 0.5}",b,NaN,c,\n'
)
NODE = {
    "shortcode": "CmAa1",
    "edge_media_to_caption": {"edges": [{"node": {"text": CAPTION}}]},
    "id": "17",
    "owner": {"id": "5", "username": "anna"},
    "taken_at_timestamp": 1717156800,
    "display_url": "https://a/b/443_n.jpg?x",
    "edge_sidecar_to_children": {"edges": [{"node": {"shortcode": "CmAa2", "display_url": "https://a/c.jpg"}}]},
}
APP = {
    "pk": 17,
    "code": "CmAa1",
    "caption": {"text": CAPTION},
    "user": {"pk": 5, "username": "anna"},
    "taken_at": 1717156800,
    "carousel_media": [{"id": "1", "image_versions2": {"candidates": [{"url": "https://a/d.jpg"}]}}],
}
VALUES: dict[str, Any] = {
    "list": OWN,
    "object": {"posts": OWN},
    "columns": {"id": {"0": "a", "1": "b"}, "hashtags": {"0": ["x"], "1": ["y"]}},
    "captions": {"1.jpg": CAPTION, "2.jpg": "#cat"},
    "export": [
        {"media": [{"uri": "media/posts/1.jpg", "creation_timestamp": 1717156800, "title": CAPTION}]},
        {
            "media": [{"uri": "2.jpg"}, {"uri": "3.jpg"}],
            "title": "caf\u00c3\u00a9 #x",
            "creation_timestamp": 1717156800,
        },
        {
            "media": [{"uri": "4.jpg"}],
            "label_values": [{"label": "Caption", "value": CAPTION}],
            "timestamp": 1717156800,
        },
    ],
    "media": {"photos": [{"caption": CAPTION, "taken_at": TIME, "path": "a.jpg"}], "stories": [{}]},
    "node": NODE,
    "graphimages": {"GraphImages": [NODE], "GraphProfileInfo": {"username": "anna"}},
    "instaloader": {"node": NODE | {"iphone_struct": APP}, "instaloader": {"node_type": "Post"}},
    "app": [APP],
    "apify": [
        {
            "id": "1",
            "shortCode": "C1",
            "caption": CAPTION,
            "hashtags": ["sea"],
            "ownerUsername": "anna",
            "timestamp": TIME,
            "displayUrl": "https://a/1.jpg",
            "images": ["https://a/2.jpg"],
            "childPosts": [{"id": "2", "shortCode": "C2"}],
        },
        {"username": "ben", "latestPosts": [{"shortCode": "C3", "caption": "#a"}], "topPosts": []},
        {"error": "not_found", "errorDescription": "gone"},
    ],
    "zeeschuimer": [
        {"item_id": "1", "source_platform": "instagram.com", "timestamp_collected": 1, "data": APP},
        {
            "item_id": "2",
            "source_platform": "tiktok.com",
            "data": {
                "desc": CAPTION,
                "author": {"uniqueId": "anna"},
                "createTime": 1717156800,
                "textExtra": [{"hashtagName": "a"}],
            },
        },
        {
            "item_id": "3",
            "source_platform": "x",
            "data": {"legacy": {"full_text": "#a", "entities": {"hashtags": [{"text": "a"}]}}},
        },
    ],
    "mongo": [{"_id": {"$oid": "1"}, "tags": [{"name": "a"}], "date": {"$date": {"$numberLong": "1717156800000"}}}],
    "google": {
        "responses": [
            {"labelAnnotations": [{"description": "Dog", "score": 0.9}], "context": {"uri": "gs://a/1.jpg"}},
            {"error": {"code": 3, "message": "Bad image data."}},
        ]
    },
    "rekognition": {"1.jpg": {"Labels": [{"Name": "Dog", "Confidence": 93.2, "Parents": [{"Name": "Animal"}]}]}},
    "azure": [
        {"image": "1.jpg", "answer": {"tags": [{"name": "dog", "confidence": 0.9}], "objects": [], "requestId": "x"}}
    ],
    "clarifai": {
        "outputs": [
            {"data": {"concepts": [{"name": "dog", "value": 0.9}]}, "input": {"id": "1.jpg"}, "status": {"code": 10000}}
        ]
    },
}
