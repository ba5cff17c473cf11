"""One file a photo: captions, XMP sidecars, copies with keywords."""

from __future__ import annotations

import os
import sys
from argparse import Namespace
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeAlias

from instahash.cli.common import SomeFailed, hashtag_line, note
from instahash.cli.inputs import check_out
from instahash.cli.photos import LISTED_FAILURES
from instahash.errors import DataError, InstahashError

# Takes the id of a post or photo and its answer, which is what --json prints.
Put: TypeAlias = Callable[[str, dict[str, Any]], None]
ADVICE = "see that there is room and who may write there"


def caption(answer: dict[str, Any]) -> str:
    """The hashtags of an answer, ready to paste."""
    return hashtag_line(answer["hashtags"]) if answer["hashtags"] else ""


class Failures:
    """Counts what is written and what is not; of the latter each has a line, up to LISTED_FAILURES."""

    def __init__(self) -> None:
        self.n_before = self.n_failed = self.n_written = 0

    @contextmanager
    def counted(self, id: str) -> Iterator[None]:
        from tqdm import tqdm

        try:
            yield
            self.n_written += 1
        except (InstahashError, OSError) as error:
            self.n_failed += 1
            if self.n_failed <= LISTED_FAILURES:
                with tqdm.external_write_mode(sys.stderr):
                    note("recommend", f"{id!r}: {getattr(error, 'strerror', None) or error}")

    def end(self) -> None:
        if self.n_failed > LISTED_FAILURES:
            note("recommend", f"and {self.n_failed - LISTED_FAILURES} more were not written")
        if self.n_failed and not self.n_written:
            raise DataError("of the files for single photos none could be written; each line above says why")
        if self.n_failed or self.n_before:
            raise SomeFailed


def captions(out: str, photos: Sequence[Any], inputs: set[tuple[int, int]], failures: Failures) -> Put:
    """Writes photo.txt for photo.jpg, as tools that download or schedule posts keep captions.

    Raises DataError where nothing can be written there.
    """
    from instahash.archive import is_image

    names = _Names(out, photos)
    folders = {Path(str(photo.source)).resolve().parent for photo in photos}

    def put(id: str, answer: dict[str, Any]) -> None:
        with failures.counted(id):
            name = names.of(id)
            stem = name.rpartition(".")[0] if is_image(name) else name
            path = names.claimed(id, f"{stem}.txt", f"{name}.txt")
            check_out("--out", path, inputs)
            new = f"{caption(answer)}\n".encode("utf-8", "backslashreplace")
            old = path.read_bytes() if path.exists() else new
            if not all(word.startswith("#") for word in old.decode("utf-8", "replace").split()):
                raise DataError(f"'{path}' holds more than hashtags, and is kept; name another folder")
            if old.strip() and old != new and path.resolve().parent in folders:
                raise DataError(f"'{path}' may be the caption of the photo's author, and is kept; name another folder")
            _write(path, new)

    return put


def metadata(args: Namespace, photos: Sequence[Any], inputs: set[tuple[int, int]], failures: Failures) -> Put:
    """Writes hashtags as keywords, into sidecars or copies. Raises DataError, AnnotatorError where nothing can be."""
    from instahash.annotate import Photo
    from instahash.annotate.metadata import require_exiv2, same_photo, sidecar, with_keywords
    from instahash.archive import Member

    where, *folder = args.write_metadata
    if not photos:
        raise DataError("--write-metadata writes keywords of photos; give photos with --image")
    if (where, len(folder)) not in (("sidecar", 0), ("copies", 1)):
        given = " ".join(args.write_metadata)
        raise DataError(f"--write-metadata is '{given}'; it must be 'sidecar', or 'copies' and a folder")
    require_exiv2()
    by_id = {photo.id: photo for photo in photos}
    names = _Names(folder[0], photos, args.image) if folder else None

    def put(id: str, answer: dict[str, Any]) -> None:
        with failures.counted(id):
            content = by_id[id].read()
            if not names and isinstance(by_id[id].source, Member):
                raise DataError("it lies in a zip file; unpack that, or write copies")
            path = names.claimed(id, names.of(id)) if names else Path(f"{by_id[id].source}.xmp")
            check_out("--write-metadata", path, inputs)
            old = Photo(id, path).read() if os.path.lexists(path) else None
            if names:
                new = with_keywords(content, answer["hashtags"])
            else:
                new = sidecar(content, answer["hashtags"], old)
            if names and old is not None and not same_photo(old, content):
                raise DataError(f"'{path}' is another photo, and is kept; name another folder")
            if new != old:
                _write(path, new)

    return put


def _write(path: Path, content: bytes) -> None:
    from instahash.files import writing

    path.parent.mkdir(parents=True, exist_ok=True)
    with writing(path, advice=ADVICE) as file:
        file.write(content)


class _Names:
    """Names of files in a folder: photos lie there as they lie below the folder that they have in common.

    apart_from : files and folders; the folder may not be in one of these.

    Raises DataError where nothing can be written there.
    """

    def __init__(self, folder: str, photos: Sequence[Any], apart_from: Iterable[str] = ()):
        from instahash.files import check_writable

        for source in apart_from:
            if os.path.isdir(source) and Path(folder).resolve().is_relative_to(Path(source).resolve()):
                raise DataError(f"'{folder}' is in '{source}', whose photos are read; name a folder elsewhere")
        try:
            os.makedirs(folder, exist_ok=True)
        except OSError as error:
            raise DataError(f"cannot make the folder '{folder}': {error.strerror}; {ADVICE}") from None
        check_writable(Path(folder, "photo"))
        self._folder = Path(folder)
        self._taken: dict[str, str] = {}
        paths = {photo.id: Path(os.path.abspath(str(photo.source))).parts for photo in photos}
        n_common = len(os.path.commonprefix([path[:-1] for path in paths.values()]))
        self._below = {id: "/".join(path[n_common:]) for id, path in paths.items()}

    def of(self, id: str) -> str:
        """The name for an id, which may be any text, below the folder whatever it is."""
        text = self._below.get(id, id)
        text = "".join(c if c.isprintable() and c not in '<>:"\\|?*' else "_" for c in text)
        return "/".join(part for part in text.split("/") if part not in ("", ".", "..")) or "_"

    def claimed(self, id: str, *names: str) -> Path:
        """The path of the first name that no other id has. Raises DataError where there is none."""
        for name in names:
            if self._taken.setdefault(name.casefold(), id) == id:
                return self._folder / name
        raise DataError(f"another has the name '{names[-1]}' already; rename one of them")
