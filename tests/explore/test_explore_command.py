"""The command as people start it: what it prints, what it refuses, and what it does without its packages."""

import os
import socket
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from instahash.cli import explore
from instahash.data import Label, Post
from instahash.explore.judgements import Judgements
from instahash.formats import write_posts

START = "import sys; from instahash.cli.explore import main; sys.exit(main())"


def needs_web():
    for package in ("fastapi", "jinja2", "uvicorn"):
        pytest.importorskip(package, reason=f"{package} is not installed: `python3 -m pip install -e '.[test]'`")
    if os.environ.get("NUMBA_DISABLE_JIT", "0") != "0":
        pytest.skip("has no kernel of its own: run once, compiled")


def run(*args, before=""):
    command = [sys.executable, "-c", before + START, *map(str, args)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120)


def refused(answer, *parts):
    """Exit code 2 and one line, which has all the parts."""
    assert answer.returncode == 2 and answer.stderr.count("\n") == 1 and "Traceback" not in answer.stderr, answer
    for part in parts:
        assert part in answer.stderr
    return True


def test_help_shows_an_example_and_imports_nothing_heavy():
    code = "import sys\nfrom instahash.cli.explore import main\ntry: main(['--help'])\n"
    code += "finally: print([name for name in ('numpy', 'fastapi', 'jinja2', 'uvicorn') if name in sys.modules])"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert "example:\n  instahash-explore" in answer.stdout and answer.stdout.endswith("[]\n")


@pytest.mark.parametrize("package", ["fastapi", "pydantic", "jinja2", "uvicorn"])
def test_without_the_extra_one_line_says_how_to_get_it(folders, package):
    answer = run("--model-dir", folders["best"], before=f"import sys; sys.modules['{package}'] = None\n")
    refused(answer, package, 'python3 -m pip install "instahash[web]"')


def test_everything_else_works_without_the_extra(tmp_path, folders, models):
    """The packages are imported, a model explained and a report printed where the extra's packages are not."""
    with Judgements(tmp_path / "j.sqlite") as judgements:
        judgements.show("anna", "Anna", "1", 0, ("a", "b"), (["x"], ["y"]))
        judgements.choose("anna", 1, "equal", "Anna")
    packages = ("fastapi", "starlette", "pydantic", "jinja2", "uvicorn", "httpx", "PIL")
    absent = f"import sys\nsys.modules |= dict.fromkeys({packages})\n"
    answer = run("--report-judgements", tmp_path / "j.sqlite", before=absent)
    assert answer.returncode == 0 and "0 the first, 0 the second, 1 equal" in answer.stdout, answer
    code = (
        absent
        + f"""
from instahash import InstaHash
from instahash.explore import explain, judging, map, photos, systems
print(explain.Explainer(InstaHash.load({str(folders["best"])!r})).explain(["dog"])["description"])"""
    )
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert answer.stdout == "['dog']\n", answer.stderr


def test_a_report_of_nothing(tmp_path):
    refused(run("--report-judgements", tmp_path / "none.sqlite"), "there is no file of judgements")
    (tmp_path / "text").write_text("no database at all, whatever its name may be" * 30)
    refused(run("--report-judgements", tmp_path / "text"), "cannot use the judgements")
    assert not (tmp_path / "none.sqlite").exists()


def test_bad_use_is_one_line(folders, tmp_path, capsys, monkeypatch):
    needs_web()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(explore, "set_blas_threads", lambda n_threads: None)  # of this process
    monkeypatch.setattr("instahash.explore.connections.serve", lambda *args: pytest.fail("it is served all the same"))
    posts = tmp_path / "posts.jsonl"
    write_posts(posts, [Post("1", labels=(Label("dog", 0.9),))])
    (tmp_path / "text").write_text("no folder")

    def complains(*parts, **options):
        options = {"port": 0, "model_dir": folders["best"], **options}
        args = [f"--{name.replace('_', '-')}={value}" for name, value in options.items()]
        try:
            code = explore.main(args)
        except SystemExit as end:  # of the parser
            code = end.code
        error = capsys.readouterr().err
        assert code == 2 and error.count("\n") == 1 and all(part in error for part in parts), error

    complains("there is no model", model_dir=tmp_path / "none")
    complains("--port", port=70000)
    complains("argument --annotator: invalid choice: 'nobody'", annotator="nobody")
    complains("cannot listen at no.such.host.invalid", host="no.such.host.invalid")
    complains("there is no file", posts=tmp_path / "none")
    complains(
        "cooccurrence, popularity, word2vec, softmax", "--mode paper --model-dir 'pa pr'", posts=posts, compare="pa pr"
    )
    complains("there is no model", posts=posts, compare=tmp_path)
    complains("--posts sample", compare="popularity")
    complains("--posts sample", photos=tmp_path)
    complains("compare it with another", posts=posts, compare=folders["best"])
    complains("there is no folder", posts=posts, photos=tmp_path / "text")
    complains("cannot use the judgements", posts=posts, judgements=another_database(tmp_path))
    with socket.create_server(("127.0.0.1", 0)) as taken:
        complains("cannot listen", "another --port", port=taken.getsockname()[1])
    monkeypatch.setitem(sys.modules, "PIL", None)
    complains("pillow", annotator="offline")
    complains("pillow", posts=posts, photos=tmp_path)
    assert not Path("judgements.sqlite").exists()


def another_database(folder):
    with sqlite3.connect(folder / "other.sqlite") as database:
        database.execute("CREATE TABLE labels (image TEXT)")
    return folder / "other.sqlite"


def test_it_warns_where_others_can_reach_it(folders):
    needs_web()
    for host, warned in (("0.0.0.0", True), ("127.0.0.1", False)):
        command = [sys.executable, "-c", START, "--model-dir", str(folders["best"]), "--host", host, "--port", "0"]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        assert process.stdout.readline().startswith(f"instahash-explore: http://{host}:")
        process.kill()
        complaints = process.communicate()[1]
        assert (f"warning: whoever reaches {host} can use this page" in complaints) == warned
