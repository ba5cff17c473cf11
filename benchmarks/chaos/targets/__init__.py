"""The targets of all files of this folder, by name: whatever reads what a stranger may have made.

arrays       arrays that callers give                         databases  caches of labels, judgements
calls        Python's arguments, commands' options, --banned  features   features of photos beside posts
learn        a student's progress and files                   models     model files and checkpoints, of shards too
pages        requests to the explorer                         photos     photos, keywords in them, sidecars
posts        posts of each format, answers of services        settings   settings and --set
texts        labels, captions, times, names, arguments        vectors    files of word vectors

Not here: the network's weights, of which the one file with the known SHA-256 is opened; what is shipped with the
package; and what a training keeps of shards in a folder that it makes itself.
"""

from __future__ import annotations

import importlib
import pkgutil

from chaos.target import Target


def all_targets() -> dict[str, Target]:
    found: dict[str, Target] = {}
    for module in sorted(pkgutil.iter_modules(__path__), key=lambda module: module.name):
        for target in importlib.import_module(f"{__name__}.{module.name}").TARGETS:
            if target.name in found:
                raise ValueError(f"two targets have the name {target.name}")
            found[target.name] = target
    return found
