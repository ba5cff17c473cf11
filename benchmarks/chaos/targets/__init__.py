"""The targets of all files of this folder, by name."""

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
