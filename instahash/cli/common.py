"""What the commands share: a parser that complains in one line, exit codes, the number of BLAS threads."""

from __future__ import annotations

import argparse
import os
import sys

from instahash import __version__
from instahash.errors import InstahashError

ANNOTATORS = ("google", "offline")  # those of instahash.annotate, which is not imported for --help


class Parser(argparse.ArgumentParser):
    """Complains in one line, exit 2; shows the example of its epilog as it was written."""

    def __init__(self, **options):
        super().__init__(formatter_class=argparse.RawDescriptionHelpFormatter, **options)
        self.add_argument("--version", action="version", version=f"%(prog)s {__version__}")

    def error(self, message):
        self.exit(2, f"{self.prog}: error: {message} (see {self.prog} --help)\n")


class SomeFailed(Exception):
    """Of many things asked for some were done; what failed has been said."""


def run(parser, work, argv, interrupted=""):
    """Call work(args); turn what it raises into an exit code and one line on standard error."""
    args = parser.parse_args(argv)
    # An id may hold what the terminal's encoding cannot show; it is then escaped, as JSON does it.
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        work(args)
        sys.stdout.flush()
        return 0
    except InstahashError as error:
        print(f"{parser.prog}: error: {error}", file=sys.stderr)
        return 2
    except SomeFailed:
        return 1
    except KeyboardInterrupt:
        print(f"\n{parser.prog}: interrupted{interrupted}", file=sys.stderr)
        return 130
    except BrokenPipeError:  # the reader, `head` say, has enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:  # what is printed has no room left, say
        print(f"{parser.prog}: error: {error.strerror or error}", file=sys.stderr)
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 2


def set_blas_threads(n_threads):
    """Give BLAS n_threads threads; works only before NumPy is imported for the first time."""
    for variable in ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"):
        os.environ[variable] = str(n_threads)


def at_least(least):
    """An argparse type: a whole number not below `least`."""

    def number(text):
        value = int(text)
        if value < least:
            raise argparse.ArgumentTypeError(f"{value} is below {least}")
        return value

    number.__name__ = "whole number"
    return number


def share(text):
    """An argparse type: a number in [0, 1]."""
    value = float(text)
    if not 0 <= value <= 1:
        raise argparse.ArgumentTypeError(f"{text} is not in [0, 1]")
    return value


share.__name__ = "number"


def amount(text):
    """An argparse type: a finite number not below 0."""
    value = float(text)
    if not 0 <= value < float("inf"):
        raise argparse.ArgumentTypeError(f"{text} is not an amount")
    return value


amount.__name__ = "number"


def note(command, text):
    """A line on standard error that is no failure of the command."""
    print(f"instahash-{command}: {shown(text)}", file=sys.stderr, flush=True)


def shown(text):
    """A text from outside as one line that a terminal only shows: what would steer it is escaped."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def hashtag_line(hashtags):
    """Hashtags as people write them, on one line."""
    return " ".join(f"#{hashtag}" for hashtag in hashtags) or "(no hashtag)"


def label_line(labels):
    """Labels with their scores, on one line."""
    return ", ".join(f"{shown(label.description)} {label.score:.2f}" for label in labels) or "(no label)"
