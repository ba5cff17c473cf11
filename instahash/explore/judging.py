"""What a judge does: the next pair, a choice, one step back. The judge is not told which system is which."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from instahash.annotate import Photo
from instahash.annotate.images import jpeg
from instahash.data import Post
from instahash.errors import ImageError
from instahash.explore.judgements import Judgements, sides
from instahash.explore.systems import System

MOST_RATED = 40  # photos on one page


class Judging:
    """systems : two.  posts : each id counts once.

    photos : a folder in which the photos of posts are looked for under their ids, or None.
    """

    def __init__(
        self,
        systems: Sequence[System],
        posts: Sequence[Post],
        judgements: Judgements,
        photos: str | Path | None = None,
    ):
        self.systems, self.judgements = systems, judgements
        self.posts = list({post.id: post for post in reversed(posts)}.values())[::-1]
        self._place = {post.id: place for place, post in enumerate(self.posts)}
        self._names = [system.name for system in systems]
        self._photos = None if photos is None else Path(photos).resolve()

    def next(self, session: str, judge: str = "") -> dict[str, Any]:
        """The pair to judge next, and the progress; only the progress where the session has had all posts."""
        pairs = self._pairs(session)
        while (pair := _waiting(pairs)) is None and self._write_next(session, judge, {pair["post"] for pair in pairs}):
            pairs = self._pairs(session)  # another window may have written or judged the pair meanwhile
        progress = {"judged": len(_judged(pairs)), "posts": len(self.posts)}
        return progress if pair is None else progress | self._on_page(pair)

    def choose(self, session: str, pair: int, choice: str, judge: str = "") -> dict[str, Any]:
        """Judge a pair, then the next one."""
        self.judgements.choose(session, pair, choice, judge)
        return self.next(session, judge)

    def undo(self, session: str, judge: str = "") -> dict[str, Any]:
        """Take the last judgement back; its pair is the next one."""
        for last in _judged(self._pairs(session))[-1:]:
            self.judgements.undo(session, last["pair"])
        return self.next(session, judge)

    def photo(self, session: str, pair: int) -> bytes:
        """A JPEG of the photo of a pair's post, without metadata. Raises ImageError where there is none."""
        return self._jpeg(next((row["post"] for row in self._pairs(session) if row["pair"] == pair), None))

    def rated(self) -> dict[str, Any]:
        """The first posts, of those with a photo where any has one, and what this model recommends for each."""
        system = self.systems[0]
        posts = [post for post in self.posts if self._photo_of(post.id)] or self.posts
        return {
            "system": system.name,
            "posts": [
                {
                    "id": post.id,
                    "place": self._place[post.id],
                    "labels": [label.description for label in system.believed(post)],
                    "photo": self._photo_of(post.id) is not None,
                    "hashtags": system.hashtags(post),
                }
                for post in posts[:MOST_RATED]
            ],
        }

    def photo_at(self, place: int) -> bytes:
        """A JPEG of the photo of the post at a place. Raises ImageError where there is none."""
        return self._jpeg(self.posts[place].id if place < len(self.posts) else None)

    def _jpeg(self, post_id: str | None) -> bytes:
        path = None if post_id is None else self._photo_of(post_id)
        if post_id is None or path is None:
            raise ImageError("there is no photo of this post")
        return jpeg(Photo(post_id, path).read(), 1024)

    def _pairs(self, session: str) -> list[sqlite3.Row]:
        """What the session was shown of our posts: the file may hold judgements of others."""
        return [pair for pair in self.judgements.pairs(session, self._names) if pair["post"] in self._place]

    def _write_next(self, session: str, judge: str, seen: Iterable[str]) -> bool:
        """Write the next pair of lists that differ; returns whether there was a post left for it."""
        unseen = [post for post in self.posts if post.id not in seen]
        for post in unseen:
            lists = [system.hashtags(post) for system in self.systems]
            self.judgements.show(session, judge, post.id, self._place[post.id], self._names, lists)
            if lists[0] != lists[1]:
                break
        return bool(unseen)

    def _on_page(self, pair: sqlite3.Row) -> dict[str, Any]:
        labels = self.systems[0].believed(self.posts[self._place[pair["post"]]])
        return {
            "pair": pair["pair"],
            "labels": [label.description for label in labels],
            "photo": self._photo_of(pair["post"]) is not None,
            **sides(pair),
        }

    def _photo_of(self, post_id: str) -> Path | None:
        """The file of that name below the folder of photos, or None; a post cannot name one outside of it."""
        if self._photos is None:
            return None
        try:
            path = (self._photos / post_id).resolve()
            return path if path.is_relative_to(self._photos) and path.is_file() else None
        except (OSError, ValueError):  # a name too long, or with a NUL
            return None


def _waiting(pairs: list[sqlite3.Row]) -> sqlite3.Row | None:
    """The first pair that is not judged."""
    return next((pair for pair in pairs if pair["choice"] is None), None)


def _judged(pairs: list[sqlite3.Row]) -> list[sqlite3.Row]:
    """The pairs that the judge chose of, the last choice last."""
    judged = [pair for pair in pairs if pair["judged_at"] is not None]
    return sorted(judged, key=lambda pair: (pair["judged_at"], pair["pair"]))
