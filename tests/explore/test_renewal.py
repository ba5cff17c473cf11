"""A model that is written while its pages are open is taken up whole, or one line says why not."""

import asyncio
import os

import pytest

from instahash import InstaHash
from instahash.errors import ModelError
from instahash.explore.renewal import Renewal, file_state
from instahash.storage import MODEL


def ticks(renewal, n):
    """Look n times, each time until what was begun has ended."""

    async def scene():
        for _ in range(n):
            await renewal.check()
            for task in asyncio.all_tasks() - {asyncio.current_task()}:
                await task

    asyncio.run(scene())


@pytest.fixture
def watched(tmp_path):
    """(file, Renewal, what was taken, what was said) of a model that is its file's text."""
    file, taken, said = tmp_path / MODEL, [], []
    file.write_text("old")

    def make():
        text = file.read_text()
        if "broken" in text:
            raise ModelError("it is damaged")
        if "odd" in text:
            raise ZeroDivisionError
        return text

    return file, Renewal(file, file_state(file), make, taken.append, said.append), taken, said


def replace(file, text):
    (file.parent / "new").write_text(text)
    os.replace(file.parent / "new", file)


def test_a_new_file_is_taken_up_once(watched):
    file, renewal, taken, said = watched
    ticks(renewal, 3)
    assert taken == said == []
    replace(file, "new")
    ticks(renewal, 4)
    assert taken == ["new"]
    assert said == [f"the pages now use the new model in '{file.parent}'"]


def test_a_file_that_is_still_being_written_is_waited_for(watched):
    file, renewal, taken, _ = watched
    for text in ("n", "ne", "new"):
        file.write_text(text)
        ticks(renewal, 1)
    assert taken == []
    ticks(renewal, 1)
    assert taken == ["new"]


@pytest.mark.parametrize("text, why", [("broken", "it is damaged"), ("odd", "ZeroDivisionError()")])
def test_a_file_that_cannot_be_used_is_named_once_and_the_next_is_taken_up(watched, text, why):
    file, renewal, taken, said = watched
    replace(file, text)
    ticks(renewal, 4)
    assert taken == []
    assert said == [f"the new model in '{file.parent}' cannot be used, the pages go on with the old one: {why}"]
    file.unlink()
    ticks(renewal, 3)
    replace(file, "good")
    ticks(renewal, 3)
    assert taken == ["good"] and len(said) == 2


def test_each_request_is_answered_by_one_model(models):
    """What a request began with it keeps, and the next one has the new model's pages, sizes and answers."""
    pytest.importorskip("fastapi", reason="the extra `web` is not installed")
    httpx = pytest.importorskip("httpx", reason="httpx is not installed")
    from instahash.explore import server
    from instahash.explore.explain import Explainer

    class Taking(Explainer):
        def explain(self, labels, **others):
            server.take_up(app, server.Site(Explainer(models["paper"]), {}, None))
            return {"mode": self.model.settings.mode}

    app = server.application(server.Site(Taking(models["best"]), {}, None), "127.0.0.1")

    async def scene():
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            assert 'data-mode="best"' in (await client.get("/")).text
            assert (await client.post("/api/explain", json={"labels": ["dog"]})).json() == {"mode": "best"}
            assert (await client.get("/api/model")).json()["mode"] == "paper"
            assert 'data-mode="paper"' in (await client.get("/")).text
            assert "combined" in (await client.post("/api/explain", json={"labels": ["dog"]})).json()

    asyncio.run(scene())


def test_a_broken_model_file_is_refused_in_one_line(folders, tmp_path):
    file, taken, said = tmp_path / MODEL, [], []
    file.write_bytes((folders["best"] / MODEL).read_bytes())
    renewal = Renewal(file, file_state(file), lambda: InstaHash.load(tmp_path), taken.append, said.append)
    file.write_bytes(b"PK\x03\x04" + bytes(5000))
    ticks(renewal, 3)
    assert taken == [] and len(said) == 1 and "is damaged or no model" in said[0] and "\n" not in said[0]
