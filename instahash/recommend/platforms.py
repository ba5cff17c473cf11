"""How many hashtags the platforms take."""

from __future__ import annotations

from instahash.errors import SettingsError
from instahash.names import PLATFORMS


def hashtags_left(platform: str, top: int | None = None, n_chosen: int = 0) -> int:
    """How many hashtags may be added to `n_chosen` on a platform, at most `top`; SettingsError where it is none."""
    left = PLATFORMS[platform] - n_chosen
    if left <= 0:
        taken = f"{platform} takes {PLATFORMS[platform]} hashtags"
        raise SettingsError(f"{taken} and {n_chosen} are chosen; leave out some of them")
    return left if top is None else min(top, left)
