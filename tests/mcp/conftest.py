"""Clients of the protocol's own SDK, connected as users connect theirs."""

import os
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import mcp_types as types
import pytest
from anyio.from_thread import BlockingPortal, start_blocking_portal

from mcp import Client, StdioServerParameters

LIMIT_SECONDS = 1.0
"""Time limit of a query in the services under test."""
COMMAND = ("-m", "gfmdkg.cli", "mcp")

Result = TypeVar("Result")


class Caller:
    """A connected client, asked from ordinary functions."""

    def __init__(self, portal: BlockingPortal, client: Client) -> None:
        self._portal, self.client = portal, client

    def do(self, work: Callable[..., Awaitable[Result]], *arguments: object) -> Result:
        return self._portal.call(partial(work, *arguments))

    def call(self, tool: str, **arguments: object) -> types.CallToolResult:
        result = self.do(self.client.call_tool, tool, arguments)
        assert isinstance(result, types.CallToolResult)
        return result

    def ask(self, tool: str, **arguments: object) -> tuple[dict[str, Any], str]:
        """The document and the text of a call that has to go well."""
        result = self.call(tool, **arguments)
        assert not result.is_error, text_of(result)
        return result.structured_content, text_of(result)

    def run(self, query: str, **parameters: object) -> tuple[dict[str, Any], str]:
        """What a canned query answers."""
        return self.ask("run_query", name=query, parameters=parameters)

    def tools(self) -> dict[str, types.Tool]:
        return {tool.name: tool for tool in self.do(self.client.list_tools).tools}


def text_of(result: types.CallToolResult) -> str:
    (content,) = result.content
    assert isinstance(content, types.TextContent)
    return content.text


@contextmanager
def connected(server: StdioServerParameters | str, mode: str) -> Iterator[Caller]:
    with (
        start_blocking_portal() as portal,
        portal.wrap_async_context_manager(Client(server, mode=mode)) as client,
    ):
        yield Caller(portal, client)


def environment(store: Path, **variables: object) -> dict[str, str]:
    given = {"STORE": store, "QUERY_TIMEOUT_SECONDS": LIMIT_SECONDS, **variables}
    return os.environ | {f"GFMDKG_{name}": str(value) for name, value in given.items()}


@contextmanager
def serving_http(
    store: Path, *options: str, **variables: object
) -> Iterator[tuple[str, "subprocess.Popen[str]"]]:
    """`gfmdkg mcp --http`: its address, and the process."""
    with subprocess.Popen(
        [sys.executable, *COMMAND, "--http", "--port", "0", *options],
        env=environment(store, **variables),
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            yield process.stdout.readline().strip(), process
        finally:
            if process.poll() is None:
                process.terminate()


def over_stdio(store: Path, *options: str) -> StdioServerParameters:
    return StdioServerParameters(
        command=sys.executable, args=[*COMMAND, *options], env=environment(store)
    )


@pytest.fixture(scope="session", params=["stdio", "http"])
def caller(request: pytest.FixtureRequest, shipped_store: Path) -> Iterator[Caller]:
    """A client of the shipped graph, by either transport; of the protocol's old and new form."""
    if request.param == "stdio":
        with connected(over_stdio(shipped_store), mode="legacy") as caller:
            yield caller
    else:
        with (
            serving_http(shipped_store) as (url, _),
            connected(url, mode="auto") as caller,
        ):
            yield caller
