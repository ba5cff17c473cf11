"""The last section: settings, seconds, sizes and versions."""

from __future__ import annotations

from instahash.report.markup import element, folded, section, table


def costs(result, about):
    header = about.header
    trained, now = header.get("versions", {}), about.versions
    tables = {
        ("seconds", "Seconds of this evaluation", "step", "seconds"): [
            [name, f"{value:.1f}"] for name, value in about.seconds.items()
        ],
        ("versions", "Versions", "package", "training", "evaluation"): [
            [name, trained.get(name, "–"), now.get(name, "–")] for name in trained | now
        ],
        ("files", "Files of the model", "file", "kB"): [
            [name, f"{size / 1000:,.1f}"] for name, size in about.files.items()
        ],
        ("sizes", "Sizes of the model", "what", "number"): _rows(header.get("sizes", {})),
        ("summary-of-training", "Posts of the training", "what", "number"): _rows(header.get("summary", {})),
    }
    shown = [
        table(name, caption, columns, rows, scroll=False) for (name, caption, *columns), rows in tables.items() if rows
    ]
    baselines = f", with baselines fitted on {about.baselines}" if about.baselines else ""
    return section(
        "costs",
        "Cost and settings",
        element("div", shown, class_="figures"),
        element(
            "p",
            f"The evaluation drew with seed {about.seed}{baselines}. How long the training took is not kept in a model, so "
            "that the same seed gives the same files.",
        ),
        [element("h3", "Settings of the training"), _settings(header["settings"], about.defaults)]
        if "settings" in header
        else None,
    )


def _settings(settings, defaults):
    given, usual = _sections(settings), _sections(defaults)
    changed, tables = [], []
    for name, values in given.items():
        rows = []
        for key, value in values.items():
            default = usual.get(name, {}).get(key, value)
            rows.append([key, _number(value), "" if value == default else _number(default)])
            if value != default:
                changed.append(f"{name}.{key}={_number(value)}" if name != "all" else f"{key}={_number(value)}")
        tables.append(table(f"settings-{name}", name, ["setting", "value", "usual"], rows, scroll=False))
    said = f"Not the mode’s own: {', '.join(changed)}." if changed else "All are the mode’s own."
    return [element("p", said), folded("All settings", element("div", tables, class_="figures"))]


def _sections(settings):
    """Settings by section; those of none are in "all"."""
    alone = {name: value for name, value in settings.items() if not isinstance(value, dict)}
    return {"all": alone} | {name: value for name, value in settings.items() if isinstance(value, dict)}


def _rows(values):
    return [[name.replace("_", " "), _number(value)] for name, value in values.items()]


def _number(value):
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:,}" if isinstance(value, int) else f"{value:,.6g}" if isinstance(value, float) else str(value)
