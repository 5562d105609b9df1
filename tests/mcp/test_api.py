"""The API behind the tools: bounds, faults, and the life of a service in this process."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx2
import mcp_types as types
import pytest
from tests.mcp.conftest import text_of
from tests.sites import settings_for

from gfmdkg.errors import AnswerTooLarge, NotFound
from gfmdkg.mcp.api import Api, NoService, open_api
from gfmdkg.mcp.tools import Tools
from gfmdkg.settings import Settings

Handler = Callable[[httpx2.Request], httpx2.Response]
TIDES = {"name": "tides", "summary": "Tides", "description": "When.", "parameters": []}


def answering(handler: Handler) -> Api:
    transport = httpx2.MockTransport(handler)
    return Api(httpx2.AsyncClient(transport=transport, base_url="http://e.example/sub/"))


async def call_with(handler: Handler, tool: str, **arguments: object) -> types.CallToolResult:
    """A call of a tool of a service that has one canned query, and answers otherwise thus."""

    def answer(request: httpx2.Request) -> httpx2.Response:
        if request.url.path.endswith("/api/queries"):
            return httpx2.Response(200, json={"items": [TIDES]})
        return handler(request)

    return await (await Tools.of(answering(answer))).call(tool, arguments)


def test_address_may_have_a_path_of_its_own() -> None:
    def echo(request: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(200, text=str(request.url), headers={"content-version": "4"})

    reply = asyncio.run(answering(echo).ask("/api/tides", [("day", "1"), ("day", "2")]))
    assert reply.body == b"http://e.example/sub/api/tides?day=1&day=2"
    assert (reply.version, reply.problem()) == ("4", None)


def test_body_over_the_limit_is_not_read_to_its_end() -> None:
    read = 0

    async def chunks() -> Any:
        nonlocal read
        for _ in range(100):
            read += 1
            yield b"x" * 1000

    api = answering(lambda _: httpx2.Response(200, content=chunks()))
    with pytest.raises(AnswerTooLarge):
        asyncio.run(api.ask("/api/tides", limit_bytes=2500))
    assert read < 10


def test_broken_connection_is_an_error_that_names_the_address() -> None:
    def refuse(_: httpx2.Request) -> httpx2.Response:
        raise httpx2.ConnectError("refused")

    result = asyncio.run(call_with(refuse, "run_query", name="tides"))
    assert result.is_error
    assert "no service at http://e.example/sub/: refused" in text_of(result)


def test_page_of_a_proxy_becomes_a_problem() -> None:
    html = {"content-type": "text/html"}
    page = httpx2.Response(502, text="<h1>Bad gateway</h1>", headers=html)
    result = asyncio.run(call_with(lambda _: page, "run_query", name="tides"))
    assert result.is_error
    assert text_of(result).startswith("Unexpected answer (502): <h1>Bad gateway")


def test_list_that_is_too_long_is_refused_with_a_way_out() -> None:
    long = httpx2.Response(200, json={"items": ["x" * 300_000], "total": 1})
    result = asyncio.run(call_with(lambda _: long, "run_query", name="tides"))
    assert result.structured_content["status"] == 413
    assert "ask for fewer" in text_of(result)


def test_argument_in_the_path_cannot_leave_its_place() -> None:
    seen: list[str] = []

    def note(request: httpx2.Request) -> httpx2.Response:
        seen.append(request.url.raw_path.decode())
        return httpx2.Response(200, json={})

    asyncio.run(call_with(note, "diff", first="1/../../changes?x", last=2))
    assert seen == ["/sub/api/versions/1%2F..%2F..%2Fchanges%3Fx/diff/2"]


def test_members_of_an_object_are_parameters_beside_an_argument_of_their_name() -> None:
    seen: list[str] = []

    def note(request: httpx2.Request) -> httpx2.Response:
        seen.append(str(request.url))
        return httpx2.Response(200, json={})

    filters = {"kind": ["-political", "practical"]}
    asyncio.run(call_with(note, "network", kind="cocitation", filters=filters, minimum=2))
    assert seen[0].startswith("http://e.example/sub/api/network/cocitation?")
    assert "kind=-political&kind=practical" in seen[0]
    assert "minimum=2" in seen[0]


@pytest.mark.parametrize("document", [{}, {"info": {"title": "Another service"}}])
def test_another_service_is_refused(document: dict[str, object]) -> None:
    with pytest.raises(NoService, match="no gfmdkg service"):
        asyncio.run(Tools.of(answering(lambda _: httpx2.Response(200, json=document))))


def test_service_in_this_process_answers(shipped_store: Path) -> None:
    async def ask() -> None:
        async with open_api(settings_for(shipped_store)) as api:
            reply = await api.ask("/ready")
            assert json.loads(reply.body)["status"] == "ready"

    asyncio.run(ask())


def test_what_keeps_the_service_from_starting_is_raised(tmp_path: Path) -> None:
    (tmp_path / "CURRENT").write_text("7")

    async def begin() -> None:
        async with open_api(Settings(store=tmp_path, log_format="off")):
            raise AssertionError("it started")

    with pytest.raises(NotFound):
        asyncio.run(begin())
