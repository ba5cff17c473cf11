"""What a check raises, and by what two of these are one mistake."""

from typing import Any

# What of a place is the same at all sizes.
WORDS = ("entr", "row", "column", "axis", "block", "every", "diagonal", "off", "triangle", "border", "where", "parts")

# What is said of a parameter where nothing more can be.
UNEXPLAINED = "no one kind of mistake explains it"
# What to try then.
NEXT = "try smaller sizes, as check_sizes does, or one part at a time"


class GradientError(AssertionError):
    """A gradient that is not the derivative of its loss.

    kinds, places : map parameters' names to the kinds of mistake, None where none is known, and to where what is wrong
        sits, as in "on the diagonal", or "".
    """

    __module__ = "instahash.testing"  # as tracebacks name it

    def __init__(
        self, text: str, kinds: dict[str, str | None] | None = None, places: dict[str, str] | None = None
    ) -> None:
        super().__init__(text)
        self.kinds, self.places = kinds or {}, places or {}


class NotSmoothError(GradientError):
    """The loss has a kink at the point, or ends there, so that it has no derivative to compare with."""

    __module__ = "instahash.testing"


def is_unexplained(error: GradientError) -> bool:
    """Whether no parameter has a kind or a place, and one has nothing at all."""
    return UNEXPLAINED in str(error) and not any(error.kinds.values()) and not any(error.places.values())


def marks_of(error: GradientError) -> Any:
    """What is the same of one mistake at points of other sizes: kinds, sorts of places, whether all is explained."""
    places = {name: [word for word in WORDS if word in place] for name, place in error.places.items()}
    return type(error), error.kinds, places, UNEXPLAINED in str(error)
