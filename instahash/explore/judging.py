"""The game that a judge plays: the next pair, a choice, one step back. Which system is which is told to nobody."""

from __future__ import annotations

from pathlib import Path

from instahash.annotate import Photo
from instahash.errors import ImageError


class Judging:
    """systems : two System.  posts : list of Post, of which each id counts once.  judgements : Judgements.

    photos : a folder in which the photos of posts are looked for under their ids, or None.
    """

    def __init__(self, systems, posts, judgements, photos=None):
        self.systems, self.judgements = systems, judgements
        self.posts = list({post.id: post for post in reversed(posts)}.values())[::-1]
        self._place = {post.id: place for place, post in enumerate(self.posts)}
        self._names = tuple(system.name for system in systems)
        self._photos = None if photos is None else Path(photos).resolve()

    def next(self, session, judge=""):
        """The pair to be judged next as the page gets it, without a pair where the session has had all posts."""
        more = True
        while (pair := self._waiting(session)) is None and more:  # another window may show or judge one meanwhile
            more = self._write_next(session, judge)
        progress = {"judged": len(self._judged(session)), "posts": len(self.posts)}
        return progress if pair is None else {**progress, **self._shown(pair)}

    def choose(self, session, pair, choice, judge=""):
        """Judge a pair, then the next one."""
        self.judgements.choose(session, pair, choice, judge)
        return self.next(session, judge)

    def undo(self, session, judge=""):
        """Take the last judgement back; its pair is the next one."""
        for last in self._judged(session)[-1:]:
            self.judgements.undo(session, last)
        return self.next(session, judge)

    def photo(self, session, pair):
        """A JPEG of the photo of a pair's post, without metadata. Raises ImageError where there is none."""
        from instahash.annotate.images import jpeg

        shown = self.judgements.pair(session, pair)
        path = shown and self._photo_of(shown["post"])
        if not path:
            raise ImageError("there is no photo of this post")
        return jpeg(Photo(shown["post"], path).read(), 1024)

    def _write_next(self, session, judge):
        """Write down the next pair of lists that differ; returns whether there was a post left for it."""
        seen = self.judgements.seen(session, self._names)
        unseen = [post for post in self.posts if post.id not in seen]
        for post in unseen:
            lists = [system.hashtags(post) for system in self.systems]
            self.judgements.show(session, judge, post.id, self._place[post.id], self._names, lists)
            if lists[0] != lists[1]:
                break
        return bool(unseen)

    # Pairs whose post is among ours: an earlier file may have had others

    def _judged(self, session):
        """The pairs judged, the last one last."""
        return [pair for pair, post in self.judgements.judged(session, self._names) if post in self._place]

    def _waiting(self, session):
        """The first pair shown and not judged."""
        pairs = self.judgements.waiting(session, self._names)
        return next((pair for pair in pairs if pair["post"] in self._place), None)

    def _shown(self, pair):
        labels, least = self.posts[self._place[pair["post"]]].labels, self.systems[0].model.settings.data.min_score
        return {
            "pair": pair["pair"],
            "labels": [label.description for label in labels if label.score >= least],
            "photo": self._photo_of(pair["post"]) is not None,
            "left": pair["left"],
            "right": pair["right"],
        }

    def _photo_of(self, post_id):
        """The file of that name below the folder of photos, or None; a post cannot name one outside of it."""
        if self._photos is None:
            return None
        try:
            path = (self._photos / post_id).resolve()
            return path if path.is_relative_to(self._photos) and path.is_file() else None
        except (OSError, ValueError):  # a name too long, or with a NUL
            return None
