"""The whole page: one HTML file that needs nothing else, neither network nor scripts."""

from __future__ import annotations

import base64
import hashlib

from instahash.errors import DataError
from instahash.report.about import About
from instahash.report.costs import costs
from instahash.report.distributions import distributions
from instahash.report.examples import examples
from instahash.report.markup import Markup, element
from instahash.report.results import results
from instahash.report.style import STYLE
from instahash.report.summary import summary
from instahash.report.weaknesses import weaknesses

SECTIONS = {
    "summary": ("Summary", summary),
    "results": ("Results", results),
    "distributions": ("Distributions", distributions),
    "examples": ("Worked examples", examples),
    "failures": ("Where it fails", weaknesses),
    "costs": ("Cost and settings", costs),
}


def page(result, about: About | None = None) -> str:
    """The report of an evaluation as HTML.

    result : Evaluation, with details.  about : what was evaluated, on what, and at what cost.

    Raises DataError for an evaluation without details.
    """
    if result.details is None:
        raise DataError("the evaluation has kept no single post; evaluate with details=True for a report")
    about = about or About()
    title = "How good the hashtags are"
    links = [element("li", element("a", name, href=f"#{key}")) for key, (name, _) in SECTIONS.items()]
    subject = " on ".join(part for part in (about.model, about.data) if part)
    body = element(
        "body",
        element("a", "Skip to the summary", href="#summary", class_="skip"),
        element("header", element("h1", title), element("p", subject, class_="quiet") if subject else None),
        element("nav", element("ul", links), aria_label="Sections"),
        element("main", [write(result, about) for _, write in SECTIONS.values()]),
        element("footer", element("p", f"Made by instahash{' on ' + about.date if about.date else ''}.")),
    )
    digest = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=policy),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="color-scheme", content="light dark"),
        element("title", f"{title}: {subject}" if subject else title),
        element("style", Markup(STYLE)),
    )
    return f"<!DOCTYPE html>\n{element('html', head, body, lang='en')}\n"
