"""The terminal of `watch`: keys without Enter, and a screen that is cleared; neither where there is no terminal."""

from __future__ import annotations

import os
import select
import shutil
import sys
from contextlib import suppress
from typing import Any


class Terminal:
    """Keys and screen while it is entered.

    interactive : whether there is a person at a screen with keys; else nothing is ever pressed or cleared.
    """

    def __init__(self) -> None:
        self.interactive = bool(sys.stdin and sys.stdin.isatty() and sys.stdout.isatty())
        self._as_before: Any = None

    def __enter__(self) -> Terminal:
        if self.interactive and os.name == "posix":
            import termios
            import tty

            self._as_before = termios.tcgetattr(sys.stdin)
            tty.setcbreak(sys.stdin)  # Ctrl-C interrupts as ever
        return self

    def __exit__(self, *_: object) -> None:
        if self._as_before is not None:
            import termios

            termios.tcsetattr(sys.stdin, termios.TCSADRAIN, self._as_before)

    def pressed(self) -> str:
        """The key that was pressed, in small letters; an empty text if none was."""
        if not self.interactive:
            return ""
        if os.name == "nt":
            import msvcrt

            console: Any = msvcrt
            return console.getwch().lower() if console.kbhit() else ""
        if not select.select([sys.stdin], [], [], 0)[0]:
            return ""
        with suppress(OSError):
            if key := os.read(sys.stdin.fileno(), 64):
                return key[:1].decode("ascii", "ignore").lower()
        self.interactive = False  # the terminal has gone
        return ""

    def clear(self) -> None:
        """Make the screen empty; what has scrolled away stays."""
        if self.interactive:
            if os.name == "nt":
                os.system("cls")
            else:
                sys.stdout.write("\033[H\033[2J")

    @property
    def columns(self) -> int:
        """How long a line may be; 0 where nothing says."""
        return _size()[0] if self.interactive else 0

    @property
    def rows(self) -> int:
        """How many lines are seen at once, without the one that the cursor is in; 0 where nothing says."""
        return max(_size()[1] - 1, 1) if self.interactive else 0

    def bold(self, text: str) -> str:
        """The text in bold, where that can be shown."""
        return f"\033[1m{text}\033[0m" if self.interactive and os.name == "posix" else text


def _size() -> tuple[int, int]:
    """Columns and lines of the terminal, 80 and 24 where it does not say: Python 3.10 has 0 for a terminal without."""
    columns, lines = shutil.get_terminal_size()
    return columns or 80, lines or 24
