"""How many hashtags the platforms take, since when, and who says so. Importing it costs nothing.

Platforms change this without notice: the table is as it was looked up in LOOKED_UP, and `--platform NAME=N` has
another number.
"""

from __future__ import annotations

from typing import NamedTuple

from instahash.errors import SettingsError, plural

LOOKED_UP = "November 2026"
# How sure a limit is: the platform itself announced it; several others report it; they differ, and the lowest stands
# here.
ANNOUNCED, REPORTED, DISPUTED = "announced by the platform", "widely reported", "disputed"


class Platform(NamedTuple):
    """hashtags : at most so many a post.  characters : as many as a post's text may have, hashtags included; None where
    no source was found.  since : the date from which the limit holds, as far as it is known.  sure : one of the above.
    title, url : the source.
    """

    hashtags: int
    characters: int | None
    since: str
    sure: str
    title: str
    url: str


PLATFORMS = {
    # Announced that day on its account for creators, and taken into use for one account after another.
    "instagram": Platform(
        5, 2200, "18 December 2025", ANNOUNCED,
        "Instagram’s Implementing New Limits on Hashtag Use, Social Media Today",
        "https://www.socialmediatoday.com/news/instagrams-implementing-new-limits-on-hashtag-use/808309/",
    ),
    "threads": Platform(
        1, 500, "7 December 2023", ANNOUNCED,
        "Threads launches hashtag support, and it’s way better than Twitter, BGR",
        "https://bgr.com/tech/threads-launches-hashtag-support-and-its-way-better-than-twitter/",
    ),
    # The app says so.
    "tiktok": Platform(
        5, 2200, "August 2025", REPORTED,
        "TikTok Caps Hashtags At Five Per Post, Net Influencer",
        "https://www.netinfluencer.com/?p=37510",
    ),
    # With more than 15, or more than 60 as others have it, all hashtags of a video are ignored.
    "youtube": Platform(
        15, 5000, "", DISPUTED,
        "How Many Hashtags Should I Use on YouTube?, Hollyland",
        "https://www.hollyland.com/blog/tips/how-many-hashtags-should-i-use-on-youtube",
    ),
    "pinterest": Platform(
        20, 500, "", REPORTED,
        "Best practices for using hashtags, Social Curator",
        "https://help.socialcurator.com/en/articles/5555442-best-practices-for-using-hashtags",
    ),
    # Of tags, which there are no part of the text.
    "flickr": Platform(
        75, None, "January 2007", REPORTED,
        "Flickr Uproar, trovster",
        "https://www.trovster.com/blog/2007/01/flickr-uproar",
    ),
}  # fmt: skip


def platform_of(text: str) -> tuple[str, int]:
    """A platform's name and how many hashtags it takes, from "instagram", or "instagram=30" for another number.

    Case does not matter, and with a number of its own any name will do. Raises SettingsError for what is none of this.
    """
    name, given, number = text.strip().casefold().partition("=")
    name, number = name.strip(), number.strip()
    if given and not (number.isdecimal() and len(number) < 7 and int(number)):
        raise SettingsError(f"'{text}' has no number of hashtags, 1 or more; give {name or 'instagram'}=5")
    if given and name:
        return name, int(number)
    if name not in PLATFORMS:
        known = ", ".join(PLATFORMS)
        raise SettingsError(f"'{text}' is none of {known}; give one of these, or NAME=N with its number of hashtags")
    return name, PLATFORMS[name].hashtags


def hashtags_left(platform: str, top: int | None = None, n_chosen: int = 0) -> int:
    """How many hashtags may be added to `n_chosen` on a platform, at most `top`.

    platform : as :func:`platform_of` takes it. Raises SettingsError for another, and where no hashtag may be added.
    """
    name, most = platform_of(platform)
    left = most - n_chosen
    if left <= 0:
        chosen = f"{n_chosen} {'is' if n_chosen == 1 else 'are'} chosen"
        raise SettingsError(f"{name} takes {plural(most, 'hashtag')} and {chosen}; leave out some, or give {name}=N")
    return left if top is None else min(top, left)
