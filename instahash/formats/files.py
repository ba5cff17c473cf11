"""The formats of single files, in the order in which they are tried. A new one is a file and its place here."""

from __future__ import annotations

from instahash.formats.answered import ANSWERED
from instahash.formats.apify import APIFY
from instahash.formats.fourcat import FOURCAT
from instahash.formats.gallerydl import GALLERY_DL
from instahash.formats.graphapi import GRAPH_API
from instahash.formats.graphimages import GRAPH_IMAGES
from instahash.formats.instagram import INSTAGRAM
from instahash.formats.instagrapi import INSTAGRAPI
from instahash.formats.instaloader import INSTALOADER
from instahash.formats.instapic import INSTAPIC
from instahash.formats.posts import POSTS
from instahash.formats.source import Format
from instahash.formats.zeeschuimer import ZEESCHUIMER

# Posts under usual names come last, since most tools use some of these, and before them a post alone in its file.
FILE_FORMATS: tuple[Format, ...] = (
    INSTAGRAM, GRAPH_IMAGES, APIFY, GALLERY_DL, INSTAGRAPI, ZEESCHUIMER, FOURCAT, GRAPH_API, INSTALOADER, INSTAPIC,
    ANSWERED, POSTS,
)  # fmt: skip
