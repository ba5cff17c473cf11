"""What a check raises."""


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
