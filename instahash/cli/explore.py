"""instahash-explore: a page that gives photos hashtags and shows how, and one on which two systems are judged."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from instahash.cli.common import (
    MODEL_DIR,
    Parser,
    add_annotator_name,
    add_any_model,
    amount,
    any_model,
    note,
    platform,
    port,
    run,
    set_blas_threads,
)
from instahash.cli.hints import POSTS
from instahash.errors import plural
from instahash.names import NETWORKS, SIMPLER

EXAMPLE = """example:
  instahash-explore
  instahash-explore --model-dir my-model --posts sample-held-out --compare popularity --judgements judgements.sqlite
  instahash-explore --report-judgements judgements.sqlite
"""


def parser() -> ArgumentParser:
    command = Parser(
        "instahash-explore",
        "Give photos hashtags in a browser, show how labels become them, and let two systems be judged blindly.",
        EXAMPLE,
    )
    add = command.add_argument
    add_any_model(command)
    add("--host", default="127.0.0.1", metavar="ADDRESS",
        help="where to listen; at most addresses others can use the page too (default: %(default)s)")  # fmt: skip
    add("--port", type=port, default=8000, metavar="N", help="0 for any that is free (default: %(default)s)")
    add_annotator_name(command)
    add("--max-cost", type=amount, metavar="USD", help="google: send no photo that would cost more (default: no limit)")
    add("--platform", type=platform, metavar="NAME[=N]",
        help="what the page counts hashtags for first, or N hashtags (default: instagram)")  # fmt: skip
    add("--posts", metavar="POSTS", help="posts to judge hashtags for, at /judge and /rate: a file, or 'sample'")
    add("--photos", metavar="DIR", help="where the photos of these posts are, under the posts' ids")
    networks = ", ".join(f"{network} in mode {mode}" for mode, network in NETWORKS.items())
    add("--compare", metavar="DIR|NAME",
        help=f"judge this model against another one, or against what it has itself: {', '.join(SIMPLER)}, or its "
        f"network, {networks} (default: {SIMPLER[0]})")  # fmt: skip
    add("--judgements", default="judgements.sqlite", metavar="FILE", help="kept here (default: %(default)s)")
    add("--report-judgements", metavar="FILE", help="print what was judged, and nothing else")
    command.takes = {POSTS: "--posts"}
    command.set_defaults(command="explore")
    return command


def work(args: Namespace) -> None:
    if args.report_judgements:
        _report(args.report_judgements)
        return
    set_blas_threads(1)  # requests have threads of their own
    from instahash.errors import SettingsError

    if not args.posts and (args.compare or args.photos):
        raise SettingsError("--compare and --photos are about posts to judge; name them too, as in --posts sample")
    server, connections = _server()
    from instahash.explore.gate import is_loopback
    from instahash.explore.renewal import Renewal, file_state
    from instahash.pipeline import InstaHash
    from instahash.storage import MODEL

    listener = connections.open_socket(args.host, args.port)
    seen = file_state(Path(args.model_dir or MODEL_DIR, MODEL))  # before it is read, so that no later one is missed
    model = any_model(args)
    site = _site(args, model)
    if args.annotator:
        site.labeller.require()
    judging = _judging(args, model, InstaHash.load) if args.posts else None
    app = server.application(site._replace(judging=judging), args.host)

    def renewed() -> Any:
        # What is compared stays the same to the end: only a new start judges the new model.
        return _site(args, InstaHash.load(args.model_dir))._replace(judging=judging)

    def take(site: Any) -> None:
        server.take_up(app, site)

    def say(line: str) -> None:
        note("explore", line)

    path = Path(args.model_dir, MODEL)
    renewal = Renewal(path, seen or file_state(path), renewed, take, say)
    host = f"[{args.host}]" if ":" in args.host else args.host
    if not is_loopback(args.host):
        note("explore", f"warning: whoever reaches {args.host} can use this page, without a password or encryption")
    print(f"instahash-explore: http://{host}:{listener.getsockname()[1]} (end with Ctrl-C)", flush=True)
    if judging:
        note("explore", f"at /judge and /rate {plural(len(judging.posts), 'post')}, judgements in '{args.judgements}'")
    connections.serve(connections.server(app, renewal.check), listener)
    note("explore", "ended")


def _site(args: Namespace, model: Any) -> Any:
    """What the pages show of a model."""
    from instahash.explore.explain import Explainer
    from instahash.explore.map import hashtag_map
    from instahash.explore.photos import Labeller
    from instahash.explore.server import Site

    explainer = Explainer(model)
    explainer.warm_up()
    labeller = Labeller(args.annotator, args.max_cost, model.reads_photos)
    return Site(explainer, hashtag_map(model), labeller, platform=args.platform)


def _server() -> tuple[Any, Any]:
    """The modules that need the extra `web`."""
    from instahash.errors import SettingsError

    try:
        from instahash.explore import connections, server
    except ImportError as error:
        packages = ("fastapi", "starlette", "pydantic", "uvicorn", "jinja2", "anyio", "h11")
        if (error.name or "").partition(".")[0] not in packages:
            raise
        raise SettingsError(
            f'the page needs the package {error.name}; install it with: python3 -m pip install "instahash[web]"'
        ) from None
    return server, connections


def _judging(args: Namespace, model: Any, load: Callable[[str], Any]) -> Any:
    from instahash.explore.judgements import Judgements
    from instahash.explore.judging import Judging
    from instahash.explore.systems import two_systems
    from instahash.formats import read_posts

    photos, posts = _folder(args.photos), list(read_posts(args.posts))
    systems = two_systems(args.model_dir, model, args.compare or SIMPLER[0], load)
    return Judging(systems, posts, Judgements(args.judgements), photos)


def _folder(path: str | None) -> str | None:
    """The folder of photos, which are decoded before they are shown."""
    from instahash.errors import DataError, SettingsError

    if path is None:
        return None
    if not Path(path).is_dir():
        raise DataError(f"there is no folder '{path}'; --photos takes the folder of the posts' photos")
    try:
        import PIL  # noqa: F401
    except ImportError:
        raise SettingsError("--photos needs the package pillow; python3 -m pip install pillow") from None
    return path


def _report(path: str) -> None:
    from instahash.explore.judgements import Judgements, format_report

    with Judgements(path, make=False) as judgements:
        print(format_report(judgements.report()))


def main(argv: Sequence[str] | None = None) -> int:
    return run(parser(), work, argv)
