"""The pages, made from templates, and the files beside them; all but the report are made once, at the start."""

from __future__ import annotations

from importlib import resources
from typing import Any

from starlette.responses import HTMLResponse

from instahash import palette
from instahash.decoding.limits import LIVE_PHOTO, VIDEO
from instahash.errors import plural
from instahash.explore.explain import Explainer
from instahash.explore.gate import MOST_IMAGE
from instahash.explore.groups import GROUPS
from instahash.explore.limits import limits
from instahash.names import DOUBTS
from instahash.templates import environment

TYPES = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}


class Pages:
    """files : dict of path -> (content, content type). No path of a request is ever looked for on the disk.

    openapi : the API's description, for /docs.  judged : whether there are posts to judge.
    platform : the first that the page offers, or None; see :func:`limits`.
    """

    def __init__(self, explainer: Explainer, openapi: dict[str, Any], judged: bool, platform: str | None = None):
        self.templates = environment("instahash.explore")
        settings = explainer.model.settings
        self.templates.globals.update(
            explainer=explainer,
            judged=judged,
            settings=settings,
            paper=settings.mode == "paper",
            plural=plural,
            most_image=MOST_IMAGE,
            video=VIDEO,
            live_photo=LIVE_PHOTO,
            doubts={source: doubt.told(settings.data.min_score).to_json() for source, doubt in DOUBTS.items()},
            groups=GROUPS,
            limits=limits(platform),
        )
        self.files: dict[str, tuple[Any, str]] = {"/static/palette.css": (palette.css(), TYPES["css"])}
        for file in resources.files("instahash.explore").joinpath("static").iterdir():
            self.files[f"/static/{file.name}"] = file.read_bytes(), TYPES[file.name.rpartition(".")[2]]
        self.files["/favicon.ico"] = self.files["/static/icon.svg"]  # where browsers look beside answers without pages
        pages = {"/": "explore", "/judge": "judge", "/rate": "rate", "/move": "move", "/docs": "docs"}
        for path, name in pages.items():
            self.files[path] = self.html(f"{name}.html", api=openapi).body, "text/html"

    def html(self, name: str, status: int = 200, **values: Any) -> HTMLResponse:
        return HTMLResponse(self.templates.get_template(name).render(values), status)
