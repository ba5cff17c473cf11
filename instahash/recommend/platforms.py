"""How many hashtags the platforms take."""

from __future__ import annotations

from instahash.errors import SettingsError

# Instagram refuses a post with more than 30 (its help centre); the others are what they advise at most.
LIMITS = {"instagram": 30, "pinterest": 20, "tiktok": 8}


def hashtags_left(platform: str, top: int | None = None, n_chosen: int = 0) -> int:
    """How many hashtags may be added to `n_chosen` on a platform, at most `top`; SettingsError where it is none."""
    if platform not in LIMITS:
        raise SettingsError(f"the platform is '{platform}'; it must be one of {', '.join(sorted(LIMITS))}")
    left = LIMITS[platform] - n_chosen
    if left <= 0:
        raise SettingsError(
            f"{platform} takes {LIMITS[platform]} hashtags and {n_chosen} are chosen; leave out some of them"
        )
    return left if top is None else min(top, left)
