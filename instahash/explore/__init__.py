"""A page on this machine that gives photos hashtags and shows how, and pages on which people judge them.

explain.py      every step from labels to hashtags as plain values; network.py, those of a network; words.py, of a word
limits.py       how many hashtags platforms take
groups.py       big, middle and niche hashtags
map.py          the hashtags' vectors in a plane
moving.py       the next steps of small models that are trained before one's eyes; scenes.py, what they learn from
photos.py       labels of a photo, one photo at a time
systems.py      the two systems that are judged, and what they recommend
judging.py      the next pair, a choice, one step back; posts to rate
judgements.py   what was judged, in a SQLite file
winrate.py      wins, ties and an interval for them
gate.py         whose requests are answered, and how large they may be
schemas.py      the forms of requests
pages.py        the pages, from templates/, and the files beside them, from static/
server.py       routes, and a server on a socket

The last four need the packages of the extra `web`.
"""
