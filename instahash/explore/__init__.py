"""A page on this machine that shows how labels become hashtags, and one on which two systems are judged blindly.

explain.py      every step from labels to hashtags as plain values
map.py          the hashtags' vectors in a plane
photos.py       labels of a photo, one photo at a time
systems.py      the two systems that are judged, and what they recommend
judging.py      the next pair, a choice, one step back
judgements.py   what was judged, in a SQLite file
winrate.py      wins, ties and an interval for them
limits.py       which requests are taken: whose, how large, of what form
server.py       routes, and a server on a socket
static/         the pages, as they are sent

Only server.py needs the packages of the extra `web`.
"""
