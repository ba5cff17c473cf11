"""What the commands share: a parser that complains in one line, exit codes, argument types, lines for people."""

from __future__ import annotations

import os
import re
import sys
import warnings
from argparse import Action, ArgumentError, ArgumentParser, ArgumentTypeError, Namespace, RawDescriptionHelpFormatter
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NoReturn, TextIO

from instahash import __version__
from instahash.cli.hints import hint
from instahash.errors import InstahashError, ModelError, SettingsError, line, printable, shown
from instahash.files import model_folder
from instahash.names import ANNOTATORS
from instahash.platforms import platform_of

_JOINERS = "\u200c\u200d"
MODEL_DIR = "instahash-model"  # where models are trained and looked for


class Once(Action):
    """Keeps the value of an option, which is given once: of two values one would be lost without a word."""

    def __call__(self, parser: Any, namespace: Namespace, values: Any, option: str | None = None) -> None:
        if self.dest in parser.given:
            raise ArgumentError(self, f"given twice, with {shown(getattr(namespace, self.dest))} and {shown(values)}")
        if option:
            parser.given.add(self.dest)
        setattr(namespace, self.dest, values)


class Parser(ArgumentParser):
    """Complains in one line, exit 2; shows the example of its epilog as it was written."""

    def __init__(self, prog: str, description: str, epilog: str):
        super().__init__(prog, None, description, epilog, formatter_class=RawDescriptionHelpFormatter)
        self.register("action", None, Once)  # that of an argument which names no other
        self.register("action", "store", Once)
        self.given = set[str]()  # options, by their place in what is parsed
        self.takes: dict[str, str] = {}  # the option for photos, posts and labels, see :mod:`.hints`
        self.one_of: tuple[str, ...] = ()  # options of which at least one is there
        self.came: list[str] = []
        self.add_argument("--version", action="version", version=f"%(prog)s {__version__}")

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        self.given.clear()
        self.came = [*map(str, sys.argv[1:] if args is None else args)]
        parsed, rest = super().parse_known_args(self.came, namespace)
        if self.one_of and all(getattr(parsed, option.strip("-")) is None for option in self.one_of):
            self.error(f"one of the arguments {' '.join(self.one_of)} is required")
        return parsed, rest

    def error(self, message: str) -> NoReturn:
        if advice := hint(message, self.came, self._option_string_actions, self.takes):
            message += f"; {advice}"
        self.exit(2, line(f"{self.prog}: error: {message} (see {self.prog} --help)") + "\n")


class SomeFailed(Exception):
    """Of many things asked for some were done; what failed has been said."""


def run(parser: ArgumentParser, work: Callable[[Namespace], None], argv: Sequence[str] | None) -> int:
    """Call work(args); turn what it raises into an exit code and one line on standard error."""
    args = parser.parse_args(argv)
    as_before = warnings.formatwarning
    warnings.formatwarning = lambda message, *_, **__: line(f"{parser.prog}: {message}") + "\n"
    # An id may hold what the terminal's encoding cannot show; it is then escaped, as JSON does it.
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        work(args)
        sys.stdout.flush()
        return 0
    except InstahashError as error:
        print(line(f"{parser.prog}: error: {error}"), file=sys.stderr)
        return 2
    except MemoryError:
        print(f"{parser.prog}: error: it takes more memory than there is; give less at once", file=sys.stderr)
        return 2
    except SomeFailed:
        return 1
    except KeyboardInterrupt as interrupt:  # which may know what is kept
        print(f"\n{parser.prog}: interrupted{''.join(interrupt.args)}", file=sys.stderr)
        return 130
    except BrokenPipeError:  # the reader, `head` say, has enough
        _close(sys.stdout)
        return 0
    except OSError as error:  # the disk that is printed to is full, say
        print(line(f"{parser.prog}: error: {error.strerror or error}"), file=sys.stderr)
        _close(sys.stdout)
        return 2
    finally:
        warnings.formatwarning = as_before


def _close(file: TextIO) -> None:
    """What is in its buffer, or still to come, goes nowhere, so that the end of the process says nothing of it."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), file.fileno())


def set_blas_threads(n_threads: int) -> None:
    """Give BLAS n_threads threads; works only before NumPy is imported for the first time."""
    for variable in ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"):
        os.environ[variable] = str(n_threads)


def add_model_dir(command: ArgumentParser, help: str = "a directory written by instahash-train") -> None:
    """The argument --model-dir."""
    help += " (default: %(default)s)"
    command.add_argument("--model-dir", type=model_dir, default=MODEL_DIR, metavar="DIR", help=help)


def add_verbose(command: ArgumentParser) -> None:
    """The argument --verbose."""
    add = command.add_argument
    add(
        "--verbose", action="store_true", help="also say how a training goes: sizes, trainers, losses, experts' weights"
    )


def told(args: Namespace, tell: Callable[[str], object]) -> Callable[[str], None]:
    """What takes the lines of a training, and tells those that are asked for."""
    from instahash.trainer import Detail

    def report(line: str) -> None:
        if args.verbose or not isinstance(line, Detail):
            tell(line)

    return report


def add_any_model(command: ArgumentParser) -> None:
    """The argument --model-dir of commands that :func:`any_model` gives a model where there is none yet."""
    default = f"{MODEL_DIR} where it is there, else a model of the embedded sample, trained on the first call"
    where = f"a directory written by instahash-train (default: {default})"
    command.add_argument("--model-dir", type=model_dir, metavar="DIR", help=where)
    add_verbose(command)


def any_model(args: Namespace, needed: Callable[[], object] = lambda: None) -> Any:
    """The model of --model-dir; where that is left out of a directory that is then put there.

    needed : called before a training, raises what would make that vain.
    """
    from instahash.pipeline import InstaHash, sample_model
    from instahash.storage import MODEL

    if args.model_dir is not None:
        return _named_model(args.model_dir)
    if os.path.exists(os.path.join(MODEL_DIR, MODEL)):
        args.model_dir = MODEL_DIR
        note(args.command, f"with the model in '{MODEL_DIR}'; --model-dir takes another")
        return InstaHash.load(MODEL_DIR)
    note(args.command, "with the model of the embedded sample; --model-dir takes one of your own posts")

    def say(text: str) -> None:
        needed()
        note(args.command, text)

    def tell(text: str) -> None:
        for part in text.splitlines():
            note(args.command, part)

    model, args.model_dir = sample_model(say, progress=True, report=told(args, tell))
    return model


def _named_model(directory: str) -> Any:
    from instahash.pipeline import InstaHash

    try:
        return InstaHash.load(directory)
    except ModelError as error:
        if os.path.exists(directory):
            raise
        raise ModelError(f"{error}; without --model-dir there is one of the sample") from None


def add_annotator_name(command: ArgumentParser) -> None:
    """The argument --annotator."""
    who = "what labels photos (default: google where credentials are found, else offline)"
    command.add_argument("--annotator", choices=ANNOTATORS, help=who)


def _number(kind: Callable[[str], Any], name: str, holds: Callable[[Any], bool], wanted: str) -> Callable[[str], Any]:
    def number(text: str) -> Any:
        value = kind(text)
        if not holds(value):
            raise ArgumentTypeError(f"{text} is not {wanted}")
        return value

    number.__name__ = name  # argparse names it where `kind` fails
    return number


def named(text: str) -> str:
    """An argparse type: the name of a file or folder, which "" is not."""
    if not text:
        raise ArgumentTypeError("the name is empty; name a file or folder")
    if text == "-":
        raise ArgumentTypeError("'-' names no file: standard input and output are not taken; name a file or folder")
    return text


def model_dir(text: str) -> str:
    """An argparse type: a model's directory, which its file names too."""
    return str(model_folder(named(text)))


def platform(text: str) -> str:
    """An argparse type: a platform that is known, or any with a number."""
    try:
        platform_of(text)
    except SettingsError as error:
        raise ArgumentTypeError(str(error)) from None
    return text


def at_least(least: int) -> Callable[[str], int]:
    """An argparse type: a whole number not below `least`."""
    return _number(int, "whole number", lambda value: value >= least, f"{least} or more")


# Argparse types: a number in [0, 1], a finite number not below 0, a port's number or 0.
fraction = _number(float, "number", lambda value: 0 <= value <= 1, "in [0, 1]")
amount = _number(float, "number", lambda value: 0 <= value < float("inf"), "an amount")
port = _number(int, "port", lambda value: 0 <= value < 2**16, "a port")


def say(text: str, file: TextIO | None = None) -> None:
    """A line on standard output, or in `file`, beside the work: it goes on where its reader, `head` say, has enough."""
    file = file or sys.stdout
    try:
        print(text, file=file, flush=True)
    except BrokenPipeError:
        _close(file)


def note(command: str, text: str) -> None:
    """A line on standard error that is no failure of the command."""
    say(line(f"instahash-{command}: {text}"), sys.stderr)


def hashtag_line(hashtags: Iterable[str]) -> str:
    """Hashtags as people write them, on one line, with the joiners that emoji and some scripts have."""
    text = " ".join(f"#{hashtag}" for hashtag in hashtags) or "(no hashtag)"
    return "".join(part if part in _JOINERS else printable(part) for part in re.split(f"([{_JOINERS}])", text))


def label_line(labels: Iterable[Any]) -> str:
    """Labels with their scores, on one line."""
    return ", ".join(f"{printable(label.description)} {label.score:.2f}" for label in labels) or "(no label)"
