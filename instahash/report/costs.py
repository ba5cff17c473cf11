"""Settings, seconds, sizes and versions."""

from __future__ import annotations

from typing import Any


def costs(about: Any) -> dict[str, Any]:
    """What the template of the costs needs of an About."""
    header = about.header
    trained, now = header.get("versions", {}), about.versions
    settings, defaults = _sections(header.get("settings", {})), _sections(about.defaults)
    tables, changed = {}, []
    for section, values in settings.items():
        tables[section] = []
        for key, value in values.items():
            default = defaults.get(section, {}).get(key, value)
            tables[section].append([key, _number(value), "" if value == default else _number(default)])
            if value != default:
                changed.append(f"{'' if section == 'all' else section + '.'}{key}={_number(value)}")
    return {
        "seconds": [[name, f"{value:.1f}"] for name, value in about.seconds.items()],
        "versions": [[name, trained.get(name, "–"), now.get(name, "–")] for name in trained | now],
        "files": [[name, f"{size / 1000:,.1f}"] for name, size in about.files.items()],
        "sizes": _rows(header.get("sizes", {})),
        "trained_on": _rows(header.get("summary", {})),
        "settings": tables,
        "changed": changed,
    }


def _sections(settings: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Settings by section; those of none are in "all"."""
    alone = {name: value for name, value in settings.items() if not isinstance(value, dict)}
    return ({"all": alone} if alone else {}) | {name: value for name, value in settings.items() if name not in alone}


def _rows(values: dict[str, Any]) -> list[list[str]]:
    return [[name.replace("_", " "), _number(value)] for name, value in values.items()]


def _number(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:,}" if isinstance(value, int) else f"{value:,.6g}" if isinstance(value, float) else str(value)
