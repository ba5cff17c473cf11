"""The model of the embedded sample, for who has none yet: trained when first asked for, then kept in the cache."""

from __future__ import annotations

import atexit
import hashlib
import json
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from instahash import __version__
from instahash.errors import ModelError
from instahash.experts import BestSettings
from instahash.files import cache_folder
from instahash.parameters import to_json
from instahash.pipeline.system import InstaHash


def sample_model(
    say: Callable[[str], object], progress: bool = False, report: Callable[[str], object] = lambda line: None
) -> tuple[InstaHash, Path]:
    """The model of the sample with the settings of mode "best", and the directory that it is in.

    say : called with a line before it is trained, and with another where it cannot be kept: then it is in a temporary
    directory, which is gone after the process.  progress : show bars where standard error is a terminal.
    report : called with what the training says.

    Processes that ask at once train one each, and write the same file whole. Raises ModelError where there is no place
    at all.
    """
    settings, folder = BestSettings(), cache_folder()
    directory = None if folder is None else folder / "models" / _named(settings) / "sample"
    if directory is not None:
        with suppress(ModelError):  # none, or a damaged one
            return InstaHash.load(directory), directory
    say("training a model of the embedded sample first, once; that takes less than a minute")
    model = InstaHash(settings).fit("sample", progress=progress, report=report)
    try:
        if directory is None:
            raise ModelError("this user has no home folder")
        model.save(directory)
    except ModelError as error:
        why = str(error).partition(";")[0]
        say(f"it is not kept, so that the next call trains again: {why}; train one to keep with instahash-train")
        temporary = tempfile.TemporaryDirectory(prefix="instahash-")
        atexit.register(temporary.cleanup)
        directory = Path(temporary.name, "sample")
        model.save(directory)
    return model, directory


def _named(settings: BestSettings) -> str:
    """Names what makes the model: the settings, and the source of this version, which a checkout may change."""
    digest = hashlib.sha256(json.dumps([__version__, to_json(settings)], sort_keys=True).encode())
    package = Path(__file__).parents[1]
    for path in sorted(path for path in package.rglob("*") if path.suffix in (".py", ".txt")):
        digest.update(path.read_bytes())
    return f"{__version__}-{digest.hexdigest()[:16]}"
