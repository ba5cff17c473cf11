"""How many hashtags each platform takes, as the page offers them, with what there is to say of it."""

from __future__ import annotations

from typing import NamedTuple

from instahash.errors import plural
from instahash.platforms import LOOKED_UP, PLATFORMS, platform_of


class Limit(NamedTuple):
    """hashtags, characters : at most so many a post; None where there is no limit or none is known.
    says : where the limit is from, in a sentence.
    """

    name: str
    hashtags: int | None
    characters: int | None
    says: str


ANY = Limit("any", None, None, "No limit: all hashtags are copied.")


def limits(wanted: str | None = None) -> list[Limit]:
    """The platforms of the table, and any.

    wanted : the one that is to be the first, as :func:`platform_of` takes it. Raises SettingsError for another.
    """
    table = [Limit(name, platform.hashtags, platform.characters, _said(name)) for name, platform in PLATFORMS.items()]
    if wanted is None:
        return [*table, ANY]
    name, most = platform_of(wanted)
    first = next((limit for limit in table if limit.name == name), None)
    others = [limit for limit in table if limit is not first]
    if first is None:
        first = Limit(name, most, None, f"{name} is not in the table of limits; --platform says {most}.")
    elif most != first.hashtags:
        first = first._replace(hashtags=most, says=f"{first.says} --platform says {most}.")
    return [first, *others, ANY]


def _said(name: str) -> str:
    platform = PLATFORMS[name]
    since = f" since {platform.since}" if platform.since else ""
    return f"{name} takes {plural(platform.hashtags, 'hashtag')} a post{since}: {platform.sure}, as of {LOOKED_UP}."
