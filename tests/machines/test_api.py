"""The API behind the tools: bounds, faults, and the life of a service in this process."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx2
import pytest
from tests.http.conftest import settings_for

from gfmdkg.errors import AnswerTooLarge, NotFound
from gfmdkg.mcp.api import Api, NoService, open_api
from gfmdkg.mcp.tools import Tools
from gfmdkg.settings import Settings

Handler = Callable[[httpx2.Request], httpx2.Response]


def answering(handler: Handler) -> Api:
    transport = httpx2.MockTransport(handler)
    return Api(httpx2.AsyncClient(transport=transport, base_url="http://e.example/sub/"))


def description(**paths: Any) -> dict[str, Any]:
    return {"info": {"title": "gfmdkg"}, "paths": paths, "components": {"schemas": {}}}


def tide(parameters: list[dict[str, Any]]) -> dict[str, Any]:
    schema = {"type": "object"}
    return {
        "get": {
            "operationId": "any",
            "summary": "Tides",
            "parameters": parameters,
            "responses": {"200": {"content": {"application/json": {"schema": schema}}}},
        }
    }


async def tools_with(handler: Handler, document: dict[str, Any]) -> Tools:
    def answer(request: httpx2.Request) -> httpx2.Response:
        if request.url.path.endswith("/openapi.json"):
            return httpx2.Response(200, json=document)
        return handler(request)

    return await Tools.of(answering(answer))


def test_address_may_have_a_path_of_its_own() -> None:
    def echo(request: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(200, text=str(request.url), headers={"content-version": "4"})

    reply = asyncio.run(answering(echo).get("/api/tides", [("day", "1"), ("day", "2")]))
    assert reply.body == b"http://e.example/sub/api/tides?day=1&day=2"
    assert (reply.version, reply.is_problem) == ("4", False)


def test_body_over_the_limit_is_not_read_to_its_end() -> None:
    read = 0

    async def chunks() -> Any:
        nonlocal read
        for _ in range(100):
            read += 1
            yield b"x" * 1000

    api = answering(lambda _: httpx2.Response(200, content=chunks()))
    with pytest.raises(AnswerTooLarge):
        asyncio.run(api.get("/api/tides", limit_bytes=2500))
    assert read < 10


def test_broken_connection_is_an_outcome_that_names_the_address() -> None:
    def refuse(_: httpx2.Request) -> httpx2.Response:
        raise httpx2.ConnectError("refused")

    async def ask() -> Any:
        tools = await tools_with(refuse, description(**{"/api/queries/tides": tide([])}))
        return await tools.call("tides", {})

    outcome = asyncio.run(ask())
    assert outcome.is_error
    assert "no service at http://e.example/sub/: refused" in outcome.text


def test_page_of_a_proxy_becomes_a_problem() -> None:
    async def ask() -> Any:
        page = httpx2.Response(
            502, text="<h1>Bad gateway</h1>", headers={"content-type": "text/html"}
        )
        tools = await tools_with(lambda _: page, description(**{"/api/queries/tides": tide([])}))
        return await tools.call("tides", {})

    outcome = asyncio.run(ask())
    assert outcome.is_error
    assert outcome.text.startswith("Unexpected answer (502): <h1>Bad gateway")


def test_list_that_is_too_long_is_refused_with_a_way_out() -> None:
    async def ask() -> Any:
        long = httpx2.Response(200, json={"items": ["x" * 300_000], "total": 1})
        tools = await tools_with(lambda _: long, description(**{"/api/queries/tides": tide([])}))
        return await tools.call("tides", {})

    outcome = asyncio.run(ask())
    assert outcome.document["status"] == 413
    assert "fewer per_page" in outcome.text


def test_argument_in_the_path_cannot_leave_its_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gfmdkg.mcp.operations._TOOLS", {"any": "tide"})
    kind = {"name": "kind", "in": "path", "required": True, "schema": {"type": "string"}}
    seen: list[str] = []

    def note(request: httpx2.Request) -> httpx2.Response:
        seen.append(request.url.raw_path.decode())
        return httpx2.Response(200, json={"items": [], "total": 0})

    async def ask() -> Any:
        tools = await tools_with(note, description(**{"/api/tide/{kind}/heights": tide([kind])}))
        await tools.call("tide", {"kind": "a/b?c"})
        return await tools.call("tide", {})

    outcome = asyncio.run(ask())
    assert seen == ["/sub/api/tide/a%2Fb%3Fc/heights"]
    assert outcome.document["parameter"] == "kind"


@pytest.mark.parametrize("document", [{}, {"info": {"title": "Another service"}}])
def test_another_service_is_refused(document: dict[str, Any]) -> None:
    with pytest.raises(NoService, match="no gfmdkg service"):
        asyncio.run(tools_with(lambda _: httpx2.Response(404), document))


def test_service_in_this_process_answers_and_leads_nowhere(shipped_store: Path) -> None:
    async def ask() -> None:
        async with open_api(settings_for(shipped_store)) as api:
            reply = await api.get("/ready")
            assert json.loads(reply.body)["status"] == "ready"
            assert api.without_address(f"at {api.address}/x") == "at /x"

    asyncio.run(ask())


def test_what_keeps_the_service_from_starting_is_raised(tmp_path: Path) -> None:
    (tmp_path / "CURRENT").write_text("7")

    async def begin() -> None:
        async with open_api(Settings(store=tmp_path, log_format="off")):
            raise AssertionError("it started")

    with pytest.raises(NotFound):
        asyncio.run(begin())
