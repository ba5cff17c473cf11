"""What a target is: sound inputs, mutations of them, and a call that takes one; and what may be said of bad ones."""

from __future__ import annotations

import contextlib
import io
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chaos.mutations import Mutation

# Characters of an error line, and megabytes that a call may take beside those that its input asks for.
LONGEST_LINE, MEMORY = 300, 200


class Wrong(Exception):
    """A call ended well and gave what cannot be right."""


@dataclass(frozen=True)
class Target:
    """
    name : without blanks.
    inputs : called once with an empty folder, gives the sound inputs: contents of files, or any other values.
    mutations : table of them, see :mod:`.mutations`.
    call : is given an input and an empty folder of its own. It ends well, or in a one-line InstahashError. What is
        loaded must be used, too: wrong numbers show as a crash or as what cannot be right, for which it raises Wrong.
    memory : megabytes that it may take beside twice the size of an input that is bytes; above 1,000 in all is a fault.
    share : how many inputs it gets, where 1 is usual.
    """

    name: str
    inputs: Callable[[Path], Sequence[Any]]
    mutations: Mapping[str, Mutation]
    call: Callable[[Any, Path], object]
    memory: int = MEMORY
    share: float = 1.0


def on_file(name: str, use: Callable[[Path], object]) -> Callable[[bytes, Path], object]:
    """A call that writes its input to a file of that name and has it used."""

    def call(content: bytes, folder: Path) -> object:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return use(path)

    return call


def contents(path: Path) -> bytes:
    return path.read_bytes()


def fault_of_line(text: str) -> str:
    """What is wrong with a line that a user is shown, "" where nothing is."""
    if not text.strip():
        return "an empty line"
    if len(text) > LONGEST_LINE:
        return f"a line of {len(text):,} characters"
    odd = [c for c in text if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp")]
    return f"a line with the character U+{ord(odd[0]):04X}" if odd else ""


def run_command(main: Callable[[list[str]], object], *arguments: object) -> None:
    """A command within this process. Raises Wrong where it ends in another way than with 0, or 2 and sound lines."""
    out, err = io.StringIO(), io.StringIO()
    code: object = 0
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            code = main([str(argument) for argument in arguments])
        except SystemExit as end:
            code = end.code
    if isinstance(code, str):
        err.write(code)
        code = 2
    if code not in (0, 2, None):
        raise Wrong(f"exit status {code!r}")
    lines = err.getvalue().split("\n")
    for line in lines if code == 2 else []:
        if line.strip() and not line.startswith(("usage:", " ")) and (fault := fault_of_line(line)):
            raise Wrong(f"{fault}: {line[:200]!r}")
