"""Where answers go: to the terminal, into a table, JSON Lines or captions, and as keywords to photo managers."""

from __future__ import annotations

import csv
import io
import json
import os
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from itertools import chain, repeat
from pathlib import Path
from typing import Any, NamedTuple

from instahash.cells import as_cell
from instahash.cli.common import SomeFailed, hashtag_line, named
from instahash.cli.inputs import check_out, identities
from instahash.cli.per_photo import Failures, Put, caption, captions, metadata
from instahash.errors import DataError, printable
from instahash.names import DOUBTS


class Kind(NamedTuple):
    """A kind of file: how it begins, what it has of an answer, and what stands between answers and at the end."""

    head: str
    entry: Callable[[str, dict[str, Any]], str]
    between: str = ""
    tail: str = ""


def _row(delimiter: str, *cells: str) -> str:
    line = io.StringIO()
    csv.writer(line, delimiter=delimiter).writerow(map(as_cell, cells))
    return line.getvalue()


def _table(delimiter: str) -> Kind:
    """With a byte order mark, without which Excel takes UTF-8 for something else."""
    head = "\ufeff" + _row(delimiter, "id", "hashtags", "doubt")
    return Kind(head, lambda id, answer: _row(delimiter, id, caption(answer), _mark(answer)))


def _mark(answer: dict[str, Any], form: str = "{}") -> str:
    """What an answer is where it is about nothing sure, in this form; else ""."""
    doubt = DOUBTS.get(answer["source"])
    return form.format(doubt.mark) if doubt else ""


def _block(id: str, answer: dict[str, Any]) -> str:
    return f"{printable(id)}{_mark(answer, ' ({})')}\n{caption(answer)}\n\n"


def _json(id: str, answer: dict[str, Any]) -> str:
    return json.dumps(answer, ensure_ascii=False)


_LINES = Kind("", lambda id, answer: _json(id, answer) + "\n")
_ARRAY = Kind("[\n", _json, ",\n", "\n]\n")
_CAPTIONS = Kind("", _block)
KINDS = {".csv": _table(","), ".tsv": _table("\t"), ".jsonl": _LINES, ".json": _ARRAY, ".txt": _CAPTIONS}


def add_output(command: ArgumentParser) -> None:
    """The arguments that say where answers go."""
    instead = command.add_mutually_exclusive_group()
    instead.add_argument(
        "--json", action="store_true", help="print JSON; for --posts and --image one object a line with its id"
    )
    kinds = ", ".join(KINDS)
    instead.add_argument("--out", type=named, metavar="FILE",
        help=f"write a file ({kinds}; also .gz, .xz, .bz2), or, as DIR/, one for each photo")  # fmt: skip
    command.add_argument("--write-metadata", nargs="+", metavar=("WHERE", "DIR"),
        help="write keywords: 'sidecar', into photo.jpg.xmp beside photo.jpg; 'copies DIR', into copies")  # fmt: skip


def wants_json(args: Namespace) -> bool:
    """Whether answers are printed or written as JSON."""
    return bool(args.json or (args.out and not _is_folder(args.out) and _kind(args.out) in (_LINES, _ARRAY)))


@contextmanager
def output(args: Namespace, photos: Sequence[Any] = ()) -> Iterator[Put]:
    """A function that takes each answer to where the arguments say.

    Raises DataError at the start where nothing can be written, and at the end where nothing was; SomeFailed at the end
    where something was not, or where the block raises it: what there is, is written all the same.
    """
    failures = Failures()
    inputs = identities(_inputs(args, photos)) if args.out or args.write_metadata else set()
    with ExitStack() as stack:
        puts = [metadata(args, photos, inputs, failures)] if args.write_metadata else []
        if not args.out:
            puts.append(_printed(args, alone=not args.posts and len(photos) < 2))
        elif _is_folder(args.out):
            puts.append(captions(args.out, photos, inputs, failures))
        else:
            puts.append(stack.enter_context(_in_file(args.out, inputs)))

        def put(id: str, answer: dict[str, Any]) -> None:
            for one in puts:
                one(id, answer)

        try:
            yield put
        except SomeFailed:
            failures.n_before += 1
    failures.end()


def _inputs(args: Namespace, photos: Sequence[Any]) -> list[Any]:
    from instahash.annotate import default_cache
    from instahash.storage import MODEL

    cache = [args.cache or default_cache()] if photos else []
    named = [path for path in (args.posts, args.banned) if path]
    return [*(photo.source for photo in photos), *named, *cache, Path(args.model_dir, MODEL)]


def _printed(args: Namespace, alone: bool) -> Put:
    def put(id: str, answer: dict[str, Any]) -> None:
        text = hashtag_line(answer["hashtags"])
        if not alone:
            text = f"{printable(id)}\t{text}" + _mark(answer, "\t({})")
        # A photo takes its time to be labelled, and is then to be seen.
        print(json.dumps(answer, ensure_ascii=False) if args.json else text, flush=bool(args.image))

    return put


def _is_folder(out: str) -> bool:
    return out.endswith(("/", os.sep)) or os.path.isdir(out)


def _kind(out: str) -> Kind:
    from instahash.formats.source import Source

    suffix = Source(Path(out)).suffix
    if suffix not in KINDS:
        raise DataError(f"--out is '{out}'; it must end in {', '.join(KINDS)}, or in / for a folder of captions")
    return KINDS[suffix]


@contextmanager
def _in_file(out: str, inputs: set[tuple[int, int]]) -> Iterator[Put]:
    from instahash.files import writing

    kind = _kind(out)
    check_out("--out", out, inputs)
    with writing(out) as file:

        def write(text: str) -> None:
            # UTF-8 has no half of a surrogate pair; backslashreplace writes one as JSON does.
            file.write(text.encode("utf-8", "backslashreplace"))

        write(kind.head)
        between = chain([""], repeat(kind.between))
        yield lambda id, answer: write(next(between) + kind.entry(id, answer))
        write(kind.tail)
