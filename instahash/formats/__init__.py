"""Files of posts: one file a format. A new format is one file that defines a Format, and its line in FORMATS.

source.py        Source, what a format is given; Format, what it is
registry.py      FORMATS, and read_posts, which finds the format of a source
jsonlines.py     posts as JSON Lines, read and written
jsonlist.py      a JSON list of posts
instaloader.py   posts as Instaloader keeps them
instapic.py      InstaPIC-1.1M
harrison.py      HARRISON's three files
instagram.py     what JSON from Instagram has in common
"""

from instahash.formats.jsonlines import write_posts
from instahash.formats.registry import FORMATS, read_posts
from instahash.formats.source import Format, Source

__all__ = ["FORMATS", "Format", "Source", "read_posts", "write_posts"]
