"""Serving the protocol: over standard input and output, or over HTTP."""

import asyncio
import logging.config
import os
import signal
import socket
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import mcp_types as types
import uvicorn
from mcp.server import Server, ServerRequestContext
from mcp.server.stdio import stdio_server
from mcp.server.transport_security import TransportSecuritySettings
from mcp.shared.exceptions import MCPError

from gfmdkg.about import VERSION
from gfmdkg.http.connection import server_config
from gfmdkg.http.log import logging_config
from gfmdkg.http.rendering import render
from gfmdkg.mcp.api import Api, open_api
from gfmdkg.mcp.tools import Tools
from gfmdkg.namespaces import BASE
from gfmdkg.settings import Settings

__all__ = ["PATH", "serve_http", "serve_stdio"]

PATH = "/mcp"
"""Where streamable HTTP is served."""

_LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
# What a request may hold beside the query.
_ENVELOPE_BYTES = 64 * 1024
_INSTRUCTIONS = f"""\
An open knowledge graph of migration-governance dialogues: sessions, actors, instruments,
Sustainable Development Goals and recommendations, linked, with the evidence for each link.

{render("model-rules.md", {}).decode()}

Take the canned query that asks the question at hand, by run_query, such as recommendations-citing;
list narrows and counts, search finds names, describe tells all about an IRI, and sparql is for
what nothing else asks.
"""

Context = ServerRequestContext[Any]


def serve_stdio(settings: Settings, url: str | None = None) -> None:
    """Serve one client over standard input and output, until it closes them or a signal comes.

    The tools ask the service at ``url`` or, without one, a service in this process. Standard
    output carries the protocol and nothing else. Raises what ``open_api`` and ``Tools.of`` raise.
    """
    settings = _for_one_client(settings)
    logging.config.dictConfig(logging_config(settings.log_format))
    asyncio.run(_until_signal(_serve_stdio(settings, url)))


def serve_http(
    settings: Settings,
    listener: socket.socket,
    url: str | None = None,
    *,
    names: Sequence[str] = (),
    ready: Callable[[], object] = lambda: None,
) -> None:
    """Serve any number of clients over streamable HTTP at ``PATH``, until a signal comes.

    ``names`` are the host names, beside those of this machine to itself, by which clients
    call. Any other Host or Origin is refused, so that no web page reaches the tools under a
    name of its own making (DNS rebinding). ``ready`` is called once calls are answered, and
    signals heeded. Raises as ``serve_stdio`` does.
    """

    async def serve() -> None:
        async with open_api(settings, url) as api:
            app = (await _make_server(api)).streamable_http_app(
                streamable_http_path=PATH,
                # A call is a question and its answer; there is nothing to remember between calls.
                stateless_http=True,
                json_response=True,
                max_request_body_size=settings.query_limit_bytes + _ENVELOPE_BYTES,
                transport_security=_allowed(names),
            )
            server = _HttpServer(server_config(app, settings))
            _on_signal(server.end)
            ready()
            await server.serve(sockets=[listener])

    asyncio.run(_until_signal(serve()))


async def _make_server(api: Api) -> Server[Any]:
    tools = await Tools.of(api)

    async def list_tools(
        _: Context, __: types.PaginatedRequestParams | None
    ) -> types.ListToolsResult:
        return types.ListToolsResult(tools=tools.listed())

    async def call_tool(_: Context, params: types.CallToolRequestParams) -> types.CallToolResult:
        if params.name not in tools:
            raise MCPError(types.INVALID_PARAMS, f"there is no tool {params.name}")
        return await tools.call(params.name, params.arguments or {})

    return Server(
        "gfmdkg",
        version=VERSION,
        title="gfmdkg",
        instructions=_INSTRUCTIONS,
        website_url=BASE,
        on_list_tools=list_tools,
        on_call_tool=call_tool,
    )


async def _until_signal(work: Coroutine[Any, Any, None]) -> None:
    """Run ``work``, which SIGINT and SIGTERM cancel unless it finds a better ending itself."""
    task = asyncio.create_task(work)
    _on_signal(task.cancel)
    await asyncio.wait((task,))
    if task.cancelled():
        # The SDK reads standard input in a thread that nothing ends but the process itself.
        os._exit(0)
    task.result()


def _on_signal(end: Callable[[], object]) -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, end)


def _for_one_client(settings: Settings) -> Settings:
    """What a service needs that one client alone asks, unless somebody set it otherwise.

    A client shows what comes on standard error, and a line a request is too much there.
    """
    fewer = {"engines": 2, "engines_reserved": 1}
    own: dict[str, Any] = {} if fewer.keys() & settings.origins.keys() else {**fewer}
    if "log_format" not in settings.origins:
        own["log_format"] = "off"
    return replace(settings, **own)


async def _serve_stdio(settings: Settings, url: str | None) -> None:
    async with open_api(settings, url) as api:
        talk = asyncio.create_task(_talk(await _make_server(api)))
        # Whoever cancels this leaves the talk behind, and closes the service.
        await asyncio.wait((talk,))
        talk.result()


async def _talk(server: Server[Any]) -> None:
    async with stdio_server() as (reading, writing):
        await server.run(reading, writing, server.create_initialization_options())


class _HttpServer(uvicorn.Server):
    """A server that leaves signals to us: its own raises them again, amid our cleaning up."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield

    def end(self) -> None:
        """Finish what is running, then stop."""
        self.should_exit = True


def _allowed(names: Sequence[str]) -> TransportSecuritySettings:
    # With any port, and without: a proxy may serve the name at the usual one.
    hosts = [form for name in (*_LOOPBACK, *names) for form in (name, f"{name}:*")]
    origins = [f"{scheme}://{host}" for scheme in ("http", "https") for host in hosts]
    return TransportSecuritySettings(allowed_hosts=hosts, allowed_origins=origins)
