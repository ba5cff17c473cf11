"""The pages and the API over HTTP. Models are queried in threads: the event loop waits for none of them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from functools import partial
from typing import Annotated, Any, NamedTuple

from fastapi import APIRouter, Depends, FastAPI, Query, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.routing import Route

from instahash.errors import DataError, ImageError, InstahashError, SettingsError, UnknownWordError, cut
from instahash.explore import moving, schemas
from instahash.explore.explain import Explainer, text_of_features
from instahash.explore.gate import MOST_IMAGE, Gate, Line, Refused, refusal
from instahash.explore.judging import Judging
from instahash.explore.pages import Pages
from instahash.explore.photos import Labeller

NO_PAGE = "there is no such page"
NOTHING_TO_JUDGE = "there is nothing to judge: start with instahash-explore --posts FILE or sample-held-out"
# Two queries of models at a time. Of photos more, each opened by a process: the system shares its cores among these, so
# that an ordinary one is through long before one that takes all of its ten seconds.
MODEL_THREADS, PHOTO_THREADS = ThreadPoolExecutor(2), ThreadPoolExecutor(8)


class Site(NamedTuple):
    """What the pages are about.

    hashtags : see :func:`hashtag_map`.  judging : None where nothing is judged.  platform : see :func:`limits`.
    """

    explainer: Explainer
    hashtags: dict[str, Any]
    labeller: Labeller
    judging: Judging | None = None
    platform: str | None = None


async def _site(request: Request) -> Any:
    return request.app.state.site


Here = Annotated[Site, Depends(_site)]


async def _judging(site: Here) -> Judging:
    if site.judging is None:
        raise Refused(404, NOTHING_TO_JUDGE)
    return site.judging


Judged = Annotated[Judging, Depends(_judging)]


async def _is_json(request: Request) -> None:
    """A page of another origin can send forms and plain text without permission, but not this type."""
    kind = _content_type(request)
    if kind != "application/json":
        raise Refused(415, f"the content type is '{cut(kind)}'; it must be application/json")
    try:
        (await request.body()).decode()
    except UnicodeDecodeError:
        raise Refused(400, schemas.NO_JSON) from None


async def _is_image(request: Request) -> None:
    kind = _content_type(request)
    if not (kind.startswith("image/") or kind == "application/octet-stream"):
        raise Refused(415, "a photo must be sent as it is, with the content type of an image")


def _content_type(request: Request) -> str:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


async def _run(threads: Executor, work: Callable[..., Any], *args: Any, **options: Any) -> Any:
    return await asyncio.get_running_loop().run_in_executor(threads, partial(work, *args, **options))


def _timed(work: Callable[..., Any], *args: Any, **options: Any) -> Line:
    """The answer, with the milliseconds that it took in a header."""
    began = time.perf_counter()
    line = Line(work(*args, **options))
    line.headers["server-timing"] = f"answer;dur={1000 * (time.perf_counter() - began):.2f}"
    return line


REFUSED = {"description": "The request is refused; `error` says why in one line."}
api = APIRouter(prefix="/api", responses={"4XX": REFUSED})
IS_JSON = [Depends(_is_json)]


@api.get("/model")
async def model(site: Here) -> Line:
    """The model's mode, its sizes, and the settings that the page shows."""
    settings, vocabulary = site.explainer.model.settings, site.explainer.vocabulary
    sizes = {"words": len(vocabulary), "hashtags": len(vocabulary.hashtag_ids), "most_image": MOST_IMAGE}
    shown = {"min_score": settings.data.min_score, "novelty": site.explainer.novelty}
    return Line({"mode": settings.mode, **sizes, **shown})


@api.get("/map")
async def hashtag_map(site: Here) -> Line:
    """All hashtags, in how many posts each is, and their coordinates in a plane."""
    return Line(site.hashtags)


@api.get("/annotator")
async def annotator(site: Here) -> Line:
    """What labels photos and its price in USD a photo, or why nothing does."""
    return Line(await _run(PHOTO_THREADS, site.labeller.state))


@api.post("/explain", dependencies=IS_JSON)
async def explain(site: Here, query: schemas.Query) -> Any:
    """The hashtags for some labels, and every step to them.

    `hashtags` is the recommendation, `source` where it comes from, `scores_are` what its scores mean. Each hashtag has
    `posts`, in how many posts of the training it is, and its `group`: `big` are the most used ones that have a third of
    all uses together, `middle` those of the next third, `niche` the others. `labels` is how each label was read,
    `description` the known words, `word2vec` the words nearest to them, `networks` how each network came to its
    ranking. Mode "best" adds `experts`, mode "paper" `positive` and `combined`.
    """
    return await _run(MODEL_THREADS, _timed, site.explainer.explain, **query.model_dump())


@api.get("/neighbours")
async def neighbours(site: Here, word: Annotated[schemas.Word, Query()]) -> Any:
    """The words whose vectors are nearest to that of a word, by cosine."""
    return await _run(MODEL_THREADS, _timed, site.explainer.neighbours, word)


@api.post("/photo", dependencies=[Depends(_is_image)])
async def photo(site: Here, request: Request) -> Line:
    """The labels of a photo, which is the body of the request, with the content type of an image, and
    `photo_features` for a query, where the model has learnt from such.
    """
    content = await request.body()  # nobody waits for a photo that is not there yet
    found = await _run(PHOTO_THREADS, site.labeller.annotation, content)
    seen: dict[str, Any] = {"labels": [label._asdict() for label in found.labels]}
    if found.photo_features is not None:
        seen["photo_features"] = text_of_features(found.photo_features)
    return Line(seen)


@api.post("/judge/next", dependencies=IS_JSON)
async def next_pair(judging: Judged, judge: schemas.Judge) -> Line:
    """The next pair of lists to judge; without `pair` where the session has judged all posts."""
    return Line(await _run(MODEL_THREADS, judging.next, **judge.model_dump()))


@api.post("/judge/choose", dependencies=IS_JSON)
async def choose(judging: Judged, judgement: schemas.Judgement) -> Line:
    """Judge a pair; the answer is the next one."""
    return Line(await _run(MODEL_THREADS, judging.choose, **judgement.model_dump()))


@api.post("/judge/undo", dependencies=IS_JSON)
async def undo(judging: Judged, judge: schemas.Judge) -> Line:
    """Take back the last judgement of a session; its pair is the answer."""
    return Line(await _run(MODEL_THREADS, judging.undo, **judge.model_dump()))


@api.get("/judge/photo")
async def judged_photo(
    judging: Judged, pair: Annotated[schemas.Pair, Query()], session: Annotated[schemas.Session, Query()]
) -> Response:
    """The photo of a pair's post, a JPEG."""
    return Response(await _run(PHOTO_THREADS, judging.photo, session, pair), media_type="image/jpeg")


@api.get("/rate")
async def rate(judging: Judged) -> Line:
    """Up to 40 posts and what this model recommends for each, to be rated by people."""
    return Line(await _run(MODEL_THREADS, judging.rated))


@api.get("/rate/photo")
async def rated_photo(judging: Judged, place: Annotated[schemas.Place, Query()]) -> Response:
    """The photo of a post to rate, a JPEG."""
    return Response(await _run(PHOTO_THREADS, judging.photo_at, place), media_type="image/jpeg")


@api.get("/judge/report")
async def report(judging: Judged) -> Line:
    """How often which system was preferred."""
    return Line({"comparisons": await _run(MODEL_THREADS, judging.judgements.report)})


@api.post("/move/words", dependencies=IS_JSON)
async def move_words(query: schemas.WordSteps) -> Any:
    """The next steps of gradient descent of a few word vectors, from those that are given, or from a start.

    `frames` has `W`, `C` and the mean `loss` a pair, first of what was given, then after each step. `note` says that
    the step is too large, where it is; `ended`, that numbers grew past all bounds. `noise` is how probable each word is
    as a negative.
    """
    return await _run(MODEL_THREADS, _timed, moving.move_words, **query.model_dump())


@api.post("/move/units", dependencies=IS_JSON)
async def move_units(query: schemas.UnitSteps) -> Any:
    """The next steps of gradient descent of a small autoencoder of 15 words. The `loss` is the RMSE of a rating."""
    return await _run(MODEL_THREADS, _timed, moving.move_units, **query.model_dump())


def application(site: Site, served: str) -> Gate:
    """The ASGI application.  served : the address that the server listens on."""
    # FastAPI's own page of the API loads its scripts from another server.
    pages: dict[str, Any] = {"docs_url": None, "redoc_url": None, "redirect_slashes": False}
    app = FastAPI(title="instahash-explore", exception_handlers=HANDLERS, **pages)
    app.include_router(api)
    gate = Gate(app, served)
    take_up(gate, site)
    app.router.routes += [
        Route("/judge/report", _judge_report),
        *(Route(path, _file) for path in app.state.pages.files),
    ]
    return gate


def take_up(gate: Gate, site: Site) -> None:
    """Answer from now on with this site; requests that are under way end with the one before."""
    app: Any = gate.app
    pages = Pages(site.explainer, app.openapi(), site.judging is not None, site.platform)
    app.state.pages, app.state.site = pages, site


async def _judge_report(request: Request) -> Any:
    judging = request.app.state.site.judging
    comparisons = await _run(MODEL_THREADS, judging.judgements.report) if judging else []
    return request.app.state.pages.html("report.html", comparisons=comparisons)


async def _file(request: Request) -> Response:
    content, kind = request.app.state.pages.files[request.scope["path"]]
    return Response(content, media_type=kind)


# Every fault is one line of JSON, but for a page that is not there.


async def _refused(request: Request, error: HTTPException) -> Any:
    line = error.detail
    if not isinstance(error, Refused):
        is_page = not request.scope["path"].startswith("/api/")
        if error.status_code == 404 and is_page and "text/html" in request.headers.get("accept", "").lower():
            return request.app.state.pages.html("missing.html", 404)
        lines = {400: schemas.NO_JSON, 404: NO_PAGE, 405: f"{request.method} is not answered here"}
        line = lines.get(error.status_code, line)
    return refusal(error.status_code, line, error.headers)


async def _invalid(request: Request, error: RequestValidationError) -> Response:
    return refusal(400, schemas.complaint(error.errors()[0]))


STATUS: dict[type[Exception], int] = {
    UnknownWordError: 404,
    ImageError: 422,
    DataError: 400,
    SettingsError: 400,
    ClientDisconnect: 400,
    InstahashError: 503,
}


async def _failed(request: Request, error: Exception) -> Response:
    status = next(status for kind, status in STATUS.items() if isinstance(error, kind))
    return refusal(status, str(error) or "the request ended early")


async def _fault(request: Request, error: Exception) -> Response:
    return refusal(500, "something went wrong here; the terminal says what")


HANDLERS: Any = {
    HTTPException: _refused,
    RequestValidationError: _invalid,
    InstahashError: _failed,
    ClientDisconnect: _failed,
    Exception: _fault,
}
