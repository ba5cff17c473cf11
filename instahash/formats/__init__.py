"""Files of posts: one file a format.

jsonlines.py     read_posts: any source of posts, by its name; JSON Lines in and out
harrison.py      HARRISON's three-file folder
instagram.py     JSON as Instaloader writes it, and as InstaPIC-1.1M comes
"""

from instahash.formats.jsonlines import read_posts, write_posts

__all__ = ["read_posts", "write_posts"]
