"""Photos and posts find each other by their names, as download tools and people give them.

A photo finds its post by the first of these rules that fits:

1. The whole name of the post is the end of the photo's path, or the whole path the end of the name: `443_n.jpg` and
   `media/posts/443_n.jpg`. Of several such names the longest holds.
2. The same without the suffixes of images; 3. and without the photo's counter, as in `2023-02-01_10-00-00_UTC_2.jpg`.
4. to 6. The ends of both are equal, at least their file names, as in 1. to 3.; the longest such end holds.
7. A part of the photo's file name is a name of the post: `anna_CmAaaaaaaa1_2.jpg` and `CmAaaaaaaa1`.

Within a rule, names equal in case hold before those that are not. A post with photos by one rule takes none by a later
one, and a photo that fits a post by one rule is tried by no later one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple, TypeAlias, TypeVar
from unicodedata import normalize

from instahash.errors import DataError, plural

_SUFFIX = re.compile(r"(?<=.)\.(?:jpe?g|jpe|png|webp|gif|bmp|tiff?|hei[cf]|avif|mpo)\Z", re.IGNORECASE | re.DOTALL)
_COUNTER = re.compile(r"(?<=.)_[0-9]{1,3}\Z", re.DOTALL)
_SEPARATOR = re.compile(r"[\s_\-.()\[\]{}]")
_NO_POST = ("_profile_pic", "_hashtag_pic", "_cover")  # what else Instaloader names by a time
_SHORTEST, _MOST_PARTS = 6, 16  # of a name that is looked for inside of file names

_Name: TypeAlias = tuple[int, int]  # a post, and which of its names
_SEVERAL = (-1, -1)  # in place of a name: those of several posts
_Path: TypeAlias = list[str]  # the components of a path
_Key = TypeVar("_Key", int, str)


class Matches(NamedTuple):
    """Which photos belong to which posts; all are indices.

    photos : for each post its photos, by the order of its names, then by their own names, `_2` before `_10`.
    unmatched : photos that fit no post.
    ambiguous : photos that fit several posts, and so belong to none.
    """

    photos: list[list[int]]
    unmatched: list[int]
    ambiguous: list[int]

    @property
    def n_posts(self) -> int:
        """How many posts have a photo."""
        return sum(map(bool, self.photos))


def match(posts: Sequence[Sequence[str]], photos: Sequence[str]) -> Matches:
    """The photos of each post, by the rules above, in linear time.

    posts : for each post its names: id, shortcode, number; paths, file names or stems of its photos.
    photos : paths, as found in a folder or zip.
    """
    cases = [(_rules(posts, fold), [_components(photo, fold) for photo in photos]) for fold in (False, True)]
    found: dict[int, _Name] = {}
    ambiguous: list[int] = []
    waiting = list(range(len(photos)))
    for rule in range(len(cases[0][0])):
        before = {post for post, _ in found.values()}
        for rules, paths in cases:
            taken = set(found.values())  # so that CMaa.jpg does not fall to CmAa, which has its own photo
            hits = {photo: name for photo in waiting if (name := rules[rule](paths[photo]))}
            waiting = [photo for photo in waiting if photo not in hits]
            ambiguous += [photo for photo, name in hits.items() if name == _SEVERAL]
            taken.add(_SEVERAL)
            found |= {photo: name for photo, name in hits.items() if name not in taken and name[0] not in before}
    joined: list[list[int]] = [[] for _ in posts]
    for photo, (post, _) in found.items():
        joined[post].append(photo)
    for several in filter(lambda members: len(members) > 1, joined):
        several.sort(key=lambda photo: (found[photo][1], _order(cases[1][1][photo]), photos[photo], photo))
    return Matches(joined, sorted(set(range(len(photos))).difference(found, ambiguous)), sorted(ambiguous))


def summary(posts: Sequence[Sequence[str]], photos: Sequence[str], matches: Matches) -> str:
    """One line for people: how many photos belong to how many posts.

    Raises DataError, which shows names of both sides and says what fits, where no photo belongs to a post.
    """
    n_photos, n_posts = plural(len(photos), "photo"), plural(len(posts), "post")
    several = f"; {len(matches.ambiguous):,} could belong to several posts" if matches.ambiguous else ""
    if n_joined := len(photos) - len(matches.unmatched) - len(matches.ambiguous):
        belong = "belongs" if n_joined == 1 else "belong"
        return f"{n_joined:,} of {n_photos} {belong} to {matches.n_posts:,} of {n_posts}{several}"
    sides = photos[:3], [name for names in posts[:3] for name in names[:2]]
    found, wanted = (", ".join(f"{name[-60:]!r}" for name in side) or "no name" for side in sides)
    advice = "its path, file name, name without suffix, or a shortcode or number in the file's name"
    raise DataError(
        f"none of {n_photos} ({found}) belongs to one of {n_posts} ({wanted}){several}; name it by {advice}"
    )


def _components(path: str, fold: bool) -> _Path:
    path = normalize("NFC", normalize("NFD", path).casefold() if fold else path)
    return [part for part in path.replace("\\", "/").split("/") if part not in ("", ".")]


def _cut(path: _Path, cuts: tuple[re.Pattern[str], ...]) -> _Path:
    for cut in cuts:
        path = [*path[:-1], *(cut.sub("", part) for part in path[-1:])]
    return path


def _order(path: _Path) -> list[list[str | tuple[int, str]]]:
    """Sorts file names, then paths, with numbers by their size."""
    texts = ["".join(_cut(path, (_SUFFIX,))[-1:]), "/".join(path)]
    # Every second piece is a number: it is compared by its length, then by its digits.
    pieces = [re.split("0*([0-9]+)", text) for text in texts]
    return [[(len(piece), piece) if i % 2 else piece for i, piece in enumerate(row)] for row in pieces]


def _rules(posts: Sequence[Sequence[str]], fold: bool) -> list[Callable[[_Path], _Name | None]]:
    """Each rule as a function of a photo's path: the name that it fits, _SEVERAL, or None."""
    names = [[_components(name, fold) for name in post] for post in posts]
    full, stems = _Ends(names), _Ends([[_cut(name, (_SUFFIX,)) for name in post] for post in names])
    ways = [(full, ()), (stems, (_SUFFIX,)), (stems, (_SUFFIX, _COUNTER))]
    ends = [partial(tree.find, cuts=cuts, whole=whole) for whole in (True, False) for tree, cuts in ways]
    return [*ends, _Parts(posts, fold).find]


def _mark(marks: dict[_Key, _Name], key: _Key, name: _Name) -> None:
    if marks.setdefault(key, name)[0] != name[0]:
        marks[key] = _SEVERAL


class _Ends:
    """Names as a tree from their last component to their first; a node is an end of names."""

    def __init__(self, posts: list[list[_Path]]) -> None:
        self.nodes: dict[tuple[int, str], int] = {}
        self.equal: dict[int, _Name] = {}  # the names that are this end
        self.longest: dict[int, _Name] = {}  # those of them that are no end of a longer name of the same post
        self.through: dict[int, _Name] = {}  # the names that have this end
        for post, names in enumerate(posts):
            trails = [(self._add(path, (post, i)), (post, i)) for i, path in enumerate(names) if path]
            inner = {node for trail, _ in trails for node in trail[:-1]}
            for trail, name in trails:
                _mark(self.equal, trail[-1], name)
                if trail[-1] not in inner:
                    _mark(self.longest, trail[-1], name)

    def _add(self, path: _Path, name: _Name) -> list[int]:
        trail = [0]
        for part in reversed(path):
            trail.append(self.nodes.setdefault((trail[-1], part), len(self.nodes) + 1))
            _mark(self.through, trail[-1], name)
        return trail

    def find(self, path: _Path, cuts: tuple[re.Pattern[str], ...], whole: bool) -> _Name | None:
        """The name with the longest end in common with a path; if `whole`, one of both must be that end."""
        node, best = 0, None
        for part in reversed(_cut(path, cuts)):
            if (step := self.nodes.get((node, part))) is None:
                break
            node, best = step, self.longest.get(step, best)
        else:
            best = self.equal.get(node) or self.through.get(node)
        return best if whole else self.through.get(node)


class _Parts:
    """Names without folders that are long and peculiar enough to be looked for inside of file names."""

    def __init__(self, posts: Sequence[Sequence[str]], fold: bool) -> None:
        self.names: dict[str, _Name] = {}
        for post, names in enumerate(posts):
            for i, text in enumerate(names):
                exact, path = _cut(_components(text, False), (_SUFFIX,)), _cut(_components(text, fold), (_SUFFIX,))
                if len(path) == 1 and _is_peculiar(exact[0]):
                    _mark(self.names, path[0], (post, i))
        self.lengths = set(map(len, self.names))

    def find(self, path: _Path) -> _Name | None:
        """The name that is a run of parts of a file name, the longest from each place."""
        stem = "".join(_cut(path, (_SUFFIX,))[-1:])
        if not self.names or stem.casefold().endswith(_NO_POST):
            return None
        ends = [*(separator.start() for separator in _SEPARATOR.finditer(stem)), len(stem)]
        starts = [0, *(end + 1 for end in ends[:-1])]
        hits, after = {}, 0
        for i, start in enumerate(starts):
            for end in reversed(ends[i : i + _MOST_PARTS]) if start >= after else ():
                if end - start in self.lengths and (name := self.names.get(stem[start:end])):
                    hits[name[0]], after = name, end
                    break
        one = [name for name in hits.values() if name != _SEVERAL]
        return one[0] if len(one) == 1 else _SEVERAL if hits else None


def _is_peculiar(name: str) -> bool:
    is_mixed = name not in (name.lower(), name.upper()) or re.search(r"\d", name)
    return bool(is_mixed) and len(name) >= _SHORTEST and len(_SEPARATOR.findall(name)) < _MOST_PARTS
