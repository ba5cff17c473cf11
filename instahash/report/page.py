"""The whole page: one HTML file that needs nothing else, neither network nor scripts."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from instahash.data.sample import SAMPLES
from instahash.errors import DataError
from instahash.report.costs import costs
from instahash.report.distributions import distributions
from instahash.report.examples import examples
from instahash.report.results import measure, results
from instahash.report.weaknesses import weaknesses
from instahash.report.wording import decimals, displayable, number, percent, plural, system


@dataclass(frozen=True)
class About:
    """What the page says besides the result. All of it is shown as given; what is empty is left out.

    data, model, baselines : names of the posts, of the model and of the posts that baselines were fitted on.
    header : "mode", "settings", "sizes", "summary", "history" and "versions" as the model's file has them.
    defaults : the mode's own settings, in the form of header["settings"].
    seconds : step -> seconds.  files : file name -> bytes.  versions : package -> version.
    warning : why not to trust the figures.
    """

    data: str = ""
    model: str = ""
    baselines: str = ""
    header: dict[str, Any] = field(default_factory=dict)
    defaults: dict[str, Any] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    files: dict[str, int] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)
    posts_read: int = 0
    seed: int = 0
    date: str = ""
    warning: str = ""


@cache
def templates() -> Environment:
    """The templates of this room; what is not Markup is escaped."""
    jinja = Environment(
        loader=PackageLoader("instahash.report"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    jinja.filters |= {"decimals": decimals, "number": number, "percent": percent, "plural": plural, "system": system}
    return jinja


def page(result: Any, about: About | None = None) -> str:
    """The report of an Evaluation with details as HTML.

    Raises DataError for an evaluation without details.
    """
    if result.details is None:
        raise DataError("the evaluation has kept no single post; evaluate with details=True for a report")
    about = about or About()
    jinja = templates()
    style = jinja.get_template("style.css").render()
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    html = jinja.get_template("page.html").render(
        **results(result),
        **distributions(result, about.header.get("history", {})),
        **examples(result),
        **weaknesses(result),
        **costs(about),
        result=result,
        about=about,
        measure=measure,
        # The network whose words stand beside Word2Vec's, by mode.
        network="the network" if "softmax" in result.details.answers[0].trace else "AutoRec",
        samples=SAMPLES,
        style=Markup(style),
        digest=digest,
    )
    return displayable(html) + "\n"
