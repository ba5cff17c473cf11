"""How often one system is preferred to another, and how sure that is."""

from __future__ import annotations

from math import sqrt
from typing import Any

Z95 = 1.959963984540054


def wilson(wins: float, n: int) -> tuple[float, float]:
    """The interval of a proportion of which `wins` of `n` were seen (Wilson 1927), at 95 %.

    It holds the p for which |wins/n - p| <= Z95 sqrt(p (1 - p) / n), so it never leaves [0, 1]. (0, 1) for n = 0.
    """
    if not n:
        return 0.0, 1.0
    p, of_n = wins / n, Z95 * Z95 / n
    middle = (p + of_n / 2) / (1 + of_n)
    half = Z95 / (1 + of_n) * sqrt(p * (1 - p) / n + of_n / n / 4)
    # Both ends are exact, where rounding would miss them.
    return middle - half if wins else 0.0, middle + half if wins < n else 1.0


def win_rates(wins: int, losses: int, ties: int) -> dict[str, dict[str, Any]]:
    """Both ways of counting ties, a dict of name -> {"wins", "n", "rate", "low", "high"}; the rate is None without n.

    without_ties : ties are left out.
    ties_half : a tie is half a win. Wilson's formula then takes halves for draws that vary more than they do, so that
        its interval is a little too wide.
    """
    return {"without_ties": _rate(wins, wins + losses), "ties_half": _rate(wins + ties / 2, wins + losses + ties)}


def _rate(wins: float, n: int) -> dict[str, Any]:
    low, high = wilson(wins, n)
    return {"wins": wins, "n": n, "rate": wins / n if n else None, "low": low, "high": high}
