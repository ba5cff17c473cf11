"""Photos and posts find each other by their names, as download tools and people give them.

A photo finds its post by the first of these rules that fits:

1. The whole name of the post is the end of the photo's path, or the whole path the end of the name: `443_n.jpg` and
   `media/posts/443_n.jpg`. Of several such names the longest holds.
2. The same without the suffixes of images; 3. and without the photo's counter, as in `2023-02-01_10-00-00_UTC_2.jpg`.
4. to 6. The ends of both are equal, at least their file names, as in 1. to 3.; the longest such end holds.
7. A part of the photo's file name is a name of the post: `anna_CmAaaaaaaa1_2.jpg` and `CmAaaaaaaa1`.

Within a rule, names equal in case hold before those that are not. A post with photos by one rule takes none by a later
one, and a photo that fits a post by one rule is tried by no later one. Of a path the last 32 components count.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache, cached_property
from typing import NamedTuple, TypeAlias
from unicodedata import normalize

from instahash.archive import IMAGES
from instahash.data.words import few_marks
from instahash.errors import DataError, plural

_SUFFIX = re.compile(rf"(?<=.)(?:{'|'.join(map(re.escape, IMAGES))})\Z", re.IGNORECASE | re.DOTALL)
_COUNTER = re.compile(r"(?<=[^/])_[0-9]{1,3}\Z")
_SEPARATOR = re.compile(r"[\s_\-.()\[\]{}]")
_NO_POST = ("_profile_pic", "_hashtag_pic", "_cover")  # what else Instaloader names by a time
_DEEPEST = 32  # components of a path
_SHORTEST, _MOST_PARTS = 6, 16  # of a name that is looked for inside of file names

_Name: TypeAlias = tuple[int, int]  # a post, and which of its names
_SEVERAL = (-1, -1)  # in place of a name: those of several posts


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
    names_of = cache(lambda fold: _Names(posts, fold))
    forms_of = cache(lambda fold: [names_of(fold).forms(_path(photo, fold)) for photo in photos])
    found: dict[int, _Name] = {}
    ambiguous: list[int] = []
    waiting: Iterable[int] = range(len(photos))
    for rule in range(7):
        before = {post for post, _ in found.values()}
        for fold in (False, True):
            if not waiting:
                break
            # A name that has photos of equal case takes no others: CMaa.jpg is not of CmAa, which has CmAa.jpg.
            taken = {_SEVERAL, *found.values()}
            names, forms = names_of(fold), forms_of(fold)
            hits = {i: name for i in waiting if (name := names.find(rule, forms[i]))}
            found |= {i: name for i, name in hits.items() if name not in taken and name[0] not in before}
            ambiguous += [i for i, name in hits.items() if name == _SEVERAL]
            waiting = [i for i in waiting if i not in hits]
    joined: list[list[int]] = [[] for _ in posts]
    for i, (post, _) in found.items():
        joined[post].append(i)
    for several in joined:
        if len(several) > 1:
            several.sort(key=lambda i: (found[i][1], *_order(_path(photos[i], True)), photos[i], i))
    return Matches(joined, sorted(set(range(len(photos))).difference(found, ambiguous)), sorted(ambiguous))


def summary(posts: Sequence[Sequence[str]], photos: Sequence[str], matches: Matches) -> str:
    """One line for people: how many photos belong to how many posts.

    Raises DataError, which shows names of both sides and says what fits, where no photo belongs to a post.
    """
    n_photos, n_posts = plural(len(photos), "photo"), plural(len(posts), "post")
    several = f"; {len(matches.ambiguous):,} could belong to several posts" if matches.ambiguous else ""
    if n_joined := sum(map(len, matches.photos)):
        belong = "belongs" if n_joined == 1 else "belong"
        return f"{n_joined:,} of {n_photos} {belong} to {matches.n_posts:,} of {n_posts}{several}"
    sides = photos[:2], [name for names in posts[:2] for name in names[:1]]
    found, wanted = (", ".join(f"{name[-25:]!r}" for name in side) or "no name" for side in sides)
    advice = "name posts by path, file name, name without suffix, or a shortcode or number in the file's name"
    raise DataError(f"none of {n_photos} ({found}) belongs to one of {n_posts} ({wanted}){several}; {advice}")


def _path(name: str, fold: bool) -> str:
    name = few_marks(name)
    name = normalize("NFC", normalize("NFD", name).casefold() if fold else name)
    return "/".join([part for part in name.replace("\\", "/").split("/") if part not in ("", ".")][-_DEEPEST:])


def _file(path: str) -> str:
    return path.rpartition("/")[2]


def _order(path: str) -> Iterable[list[str | tuple[int, str]]]:
    """Sorts by file name, then by path, with numbers by their size: by how many digits, then by digits."""
    for text in (_SUFFIX.sub("", _file(path)), path):
        pieces = re.split("0*([0-9]+)", text)
        yield [(len(piece), piece) if i % 2 else piece for i, piece in enumerate(pieces)]


def _mark(marks: dict[str, _Name], key: str, name: _Name) -> None:
    if marks.setdefault(key, name)[0] != name[0]:
        marks[key] = _SEVERAL


class _Names:
    """The names of all posts, as they are or without case."""

    def __init__(self, posts: Sequence[Sequence[str]], fold: bool) -> None:
        self.posts = [[_path(name, fold) for name in names] for names in posts]
        self.stems = [[_SUFFIX.sub("", name) for name in names] for names in self.posts]
        self.files = {_file(stem) for names in self.stems for stem in names}
        self.peculiar: dict[str, _Name] = {}  # those that are looked for inside of file names
        for post, names in enumerate(posts):
            for i, name in enumerate(names):
                stem = self.stems[post][i]
                if "/" not in stem and _is_peculiar(_SUFFIX.sub("", _path(name, False))):
                    _mark(self.peculiar, stem, (post, i))
        self.lengths = set(map(len, self.peculiar))

    @cached_property
    def ends(self) -> _Ends:
        return _Ends(self.posts)

    @cached_property
    def ends_of_stems(self) -> _Ends:
        return _Ends(self.stems)

    def forms(self, path: str) -> tuple[str, str, str, str]:
        """A photo's path, without suffix, without counter, each empty where no name is near; its file's stem."""
        stem = _SUFFIX.sub("", path)
        bare = _COUNTER.sub("", stem)
        is_near = _file(stem) in self.files
        return path if is_near else "", stem if is_near else "", bare if _file(bare) in self.files else "", _file(stem)

    def find(self, rule: int, forms: tuple[str, str, str, str]) -> _Name | None:
        """The name that a photo's forms fit by a rule (from 0), _SEVERAL, or None."""
        if rule == 6:
            return self._find_inside(forms[3])
        if not (form := forms[rule % 3]):
            return None
        return (self.ends_of_stems if rule % 3 else self.ends).find(form, rule < 3)

    def _find_inside(self, stem: str) -> _Name | None:
        """By runs of parts of a file name, the longest from each place."""
        if not self.peculiar or stem.casefold().endswith(_NO_POST):
            return None
        ends = [*(separator.start() for separator in _SEPARATOR.finditer(stem)), len(stem)]
        hits, after = {}, 0
        for i, start in enumerate([0, *(end + 1 for end in ends[:-1])]):
            for end in reversed(ends[i : i + _MOST_PARTS]) if start >= after else ():
                if end - start in self.lengths and (name := self.peculiar.get(stem[start:end])):
                    hits[name[0]], after = name, end
                    break
        one = [name for name in hits.values() if name != _SEVERAL]
        return one[0] if len(one) == 1 else _SEVERAL if hits else None


class _Ends:
    """Ends of names: "c", "b/c" and "a/b/c" of "a/b/c"."""

    def __init__(self, posts: list[list[str]]) -> None:
        self.all: dict[str, _Name] = {}
        self.whole: dict[str, _Name] = {}
        self.longest: dict[str, _Name] = {}  # whole names that are no end of a longer one of the same post
        for post, names in enumerate(posts):
            shorter = {""}
            for i, name in enumerate(names):
                end = name
                while end:
                    _mark(self.all, end, (post, i))
                    end = end.partition("/")[2]
                    shorter.add(end)
            for i, name in enumerate(names):
                _mark(self.whole, name, (post, i))
                if name not in shorter:
                    _mark(self.longest, name, (post, i))

    def find(self, path: str, whole: bool) -> _Name | None:
        """The name with the longest end in common with a path; if `whole`, one of both must be that end."""
        best = name = None
        start = len(path) + 1
        while start and (longer := self.all.get(path[(start := path.rfind("/", 0, start - 1) + 1) :])):
            name, best = longer, self.longest.get(path[start:], best)
        if not whole:
            return name
        return self.whole.get(path) or self.all.get(path) or best


def _is_peculiar(name: str) -> bool:
    is_mixed = name not in (name.lower(), name.upper()) or re.search(r"\d", name)
    return bool(is_mixed) and len(name) >= _SHORTEST and len(_SEPARATOR.findall(name)) < _MOST_PARTS
