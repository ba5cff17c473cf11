"""The whole page: one HTML file that needs nothing else, neither network nor scripts."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from jinja2 import Environment
from markupsafe import Markup

from instahash import palette
from instahash.data.sample import SAMPLES
from instahash.errors import DataError, plural
from instahash.evaluation import EVERYBODY
from instahash.names import PROTOCOLS, name_of
from instahash.report.distributions import distributions
from instahash.report.examples import ABSTRACT, LEAST_POSTS, LEAST_USES, examples
from instahash.report.failures import LARGEST, NEAR_COSINE, SMALLEST, failures
from instahash.report.results import RECIPE_POSTS, measure, results
from instahash.report.wording import decimals, displayable, number, percent, plain
from instahash.templates import environment


@dataclass(frozen=True)
class About:
    """What the page says besides the result. All of it is shown as given; what is empty is left out.

    data, model, baselines : names of the posts, of the model and of the posts that baselines were fitted on.
    header : "mode", "settings", "sizes", "summary", "history" and "versions" as the model's file has them.
    defaults : the mode's own settings, in the form of header["settings"].
    seconds : step -> seconds.  arrays : part of the model -> bytes of its arrays.  versions : package -> version.
    warning : why not to trust the figures.
    """

    data: str = ""
    model: str = ""
    baselines: str = ""
    header: dict[str, Any] = field(default_factory=dict)
    defaults: dict[str, Any] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    arrays: dict[str, int] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)
    posts_read: int = 0
    seed: int = 0
    date: str = ""
    warning: str = ""


@cache
def templates() -> Environment:
    """The templates of this package, with what they call."""
    jinja = environment("instahash.report")
    jinja.filters |= {written.__name__: written for written in (decimals, name_of, number, percent, plain)}
    jinja.filters["plural"] = plural
    jinja.globals = {
        "abstract": ABSTRACT, "least_posts": LEAST_POSTS, "least_uses": LEAST_USES,
        "largest": LARGEST, "smallest": SMALLEST, "near": NEAR_COSINE, "recipe_posts": RECIPE_POSTS, "samples": SAMPLES,
        "protocols": PROTOCOLS, "having": EVERYBODY,
    }  # fmt: skip
    return jinja


def page(result: Any, about: About | None = None) -> str:
    """The report of an Evaluation as HTML. Raises DataError where it has no details."""
    if result.details is None:
        raise DataError("the evaluation has kept no single post; evaluate with details=True for a report")
    about = about or About()
    jinja = templates()
    style = palette.css() + jinja.get_template("style.css").render()
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    html = jinja.get_template("page.html").render(
        **results(result),
        **distributions(result, about.header.get("history", {})),
        **examples(result),
        **failures(result),
        **_costs(about),
        result=result,
        about=about,
        measure=measure,
        # The network whose words stand beside Word2Vec's, by mode.
        network=name_of("autorec").title if "autorec" in result.details.answers[0].trace else "the network",
        style=Markup(style),
        digest=digest,
    )
    return displayable(html) + "\n"


def _costs(about: About) -> dict[str, Any]:
    """What the template of the costs needs: rows of its tables."""
    header, now = about.header, about.versions
    trained, defaults = header.get("versions", {}), _sections(about.defaults)
    settings, changed = {}, []
    for section, values in _sections(header.get("settings", {})).items():
        own = {**values, **defaults.get(section, {})}
        settings[section] = [[key, value, "" if value == own[key] else own[key]] for key, value in values.items()]
        prefix = "" if section == "all" else f"{section}."
        changed += [f"{prefix}{key}={plain(value)}" for key, value in values.items() if value != own[key]]
    return {
        "seconds": [[name, f"{value:.1f}"] for name, value in about.seconds.items()],
        "versions": [[name, trained.get(name, "–"), now.get(name, "–")] for name in trained | now],
        "arrays": [[name.replace("_", " "), f"{size / 1000:,.1f}"] for name, size in about.arrays.items()],
        "sizes": [[name.replace("_", " "), size] for name, size in header.get("sizes", {}).items()],
        "trained_on": [[name.replace("_", " "), n] for name, n in header.get("summary", {}).items()],
        "settings": settings,
        "changed": changed,
    }


def _sections(settings: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Settings by section; those of none are in "all"."""
    alone = {name: value for name, value in settings.items() if not isinstance(value, dict)}
    return ({"all": alone} if alone else {}) | {name: value for name, value in settings.items() if name not in alone}
