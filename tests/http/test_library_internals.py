"""The names of uvicorn that ``BoundedConnection`` overrides or reads, promised to nobody.

The bounds of uvicorn in ``pyproject.toml`` are what was tested; a release that moves one of these
names fails here first, and tells which.
"""

import ast
import asyncio
import inspect
from typing import Any

import pytest
import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle
from uvicorn.server import ServerState

from gfmdkg.http import connection
from gfmdkg.http.connection import BoundedConnection

# Each calls the one above it, or takes its place, so its parameters are uvicorn's.
_OVERRIDDEN = {
    "connection_made": ["transport"],
    "connection_lost": ["exc"],
    "data_received": ["data"],
    "on_message_begin": [],
    "on_headers_complete": [],
    "pause_writing": [],
    "resume_writing": [],
    "send_400_response": ["msg"],
}
_READ = ("connections", "cycle", "flow", "headers", "loop", "parser", "transport", "url")
_READ_OF_CYCLE = ("more_body", "response_complete", "response_started")


class _Transport(asyncio.Transport):
    """To nowhere."""

    def is_closing(self) -> bool:
        return False


async def _answer_nothing(scope: Any, receive: Any, send: Any) -> None:
    """An application that is as good as any: it is hardly asked."""


def _config() -> uvicorn.Config:
    return uvicorn.Config(_answer_nothing, log_config=None)


@pytest.mark.parametrize("name", _OVERRIDDEN)
def test_callback_is_there_with_its_parameters(name: str) -> None:
    theirs = inspect.signature(getattr(HttpToolsProtocol, name))
    assert list(theirs.parameters)[1:] == _OVERRIDDEN[name]


def test_the_list_above_names_all_that_is_used() -> None:
    inherited = set(dir(HttpToolsProtocol)) - set(dir(object))
    own = {name for name in vars(BoundedConnection) if not name.startswith("__")}
    assert own & inherited == set(_OVERRIDDEN)
    tree = ast.parse(inspect.getsource(connection))
    used = {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == "self"
    }
    mine = own | {name for name in used if name.startswith("_")}
    assert used - mine == set(_READ)


def test_state_that_is_read_is_there_before_the_head_is_read() -> None:
    async def scenario() -> None:
        protocol: Any = HttpToolsProtocol(_config(), ServerState(), {})
        # Made by the library where a request begins, or a connection does.
        later = {"flow", "headers", "transport", "url"}
        missing = [n for n in _READ if n not in later and not hasattr(protocol, n)]
        assert missing == []
        protocol.connection_made(_Transport())
        assert protocol.flow.read_paused is False
        protocol.on_message_begin()
        assert (protocol.url, protocol.headers) == (b"", [])

    asyncio.run(scenario())


def test_state_of_a_request_is_there() -> None:
    made = inspect.getsource(RequestResponseCycle.__init__)
    assert [name for name in _READ_OF_CYCLE if f"self.{name}" not in made] == []


def test_error_of_a_callback_is_turned_into_a_refusal() -> None:
    """An error in ``on_headers_complete`` refuses the request by ``send_400_response``."""

    class Refusing(HttpToolsProtocol):
        refused = False

        def on_headers_complete(self) -> None:
            raise ValueError("too long")  # and so nothing is asked of the application

        def send_400_response(self, msg: str) -> None:
            self.refused = True

    async def scenario() -> bool:
        protocol = Refusing(_config(), ServerState(), {})
        protocol.connection_made(_Transport())
        protocol.data_received(b"GET / HTTP/1.1\r\nHost: t\r\n\r\n")
        return protocol.refused

    assert asyncio.run(scenario())
