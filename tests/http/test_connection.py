"""The time limits of a connection, shortened, around an application that reads and writes."""

import socket
import time
from collections.abc import Iterator

import pytest
import uvicorn
from starlette.types import Receive, Scope, Send
from tests.conftest import serve_app
from tests.sites import Site
from tests.waiting import wait_until

from gfmdkg.http import connection

SHORT, MARGIN = 0.3, 2.0
TICK = 0.01  # the loop counts whole milliseconds, and from a moment before the client does
CHUNK = b"x" * 1_000_000


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    """Reads the whole body, then sends 50 MB, or as much as there is a reader for."""
    while (message := await receive()).get("more_body"):
        pass
    if message["type"] == "http.disconnect":
        return
    await send({"type": "http.response.start", "status": 200, "headers": []})
    if scope["path"] == "/large":
        for _ in range(50):
            await send({"type": "http.response.body", "body": CHUNK, "more_body": True})
    await send({"type": "http.response.body", "body": b"end"})


@pytest.fixture
def serving(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[uvicorn.Server, int]]:
    for name in ("HEAD_SECONDS", "BODY_PAUSE_SECONDS", "SEND_PAUSE_SECONDS"):
        monkeypatch.setattr(connection, name, SHORT)
    monkeypatch.setattr(connection, "BODY_SECONDS", 3 * SHORT)
    monkeypatch.setattr(connection, "CONNECTIONS_LIMIT", 5)
    with serve_app(app, lifespan="off") as served:
        yield served


@pytest.fixture
def port(serving: tuple[uvicorn.Server, int]) -> int:
    return serving[1]


def talk(port: int, *pieces: bytes, pause: float = 0.0) -> tuple[bytes, float]:
    """What the server says until it closes, and after how many seconds it does."""
    began = time.monotonic()
    with socket.create_connection(("127.0.0.1", port), timeout=10) as client:
        answer = b""
        try:
            for piece in pieces:
                client.sendall(piece)
                time.sleep(pause)  # noqa: TID251 - the client is slow
            while part := client.recv(65536):
                answer += part
        except ConnectionError:
            pass
        return answer, time.monotonic() - began


def test_silent_connection_is_closed_without_a_word(port: int) -> None:
    answer, seconds = talk(port)
    assert answer == b""
    assert SHORT - TICK <= seconds < SHORT + MARGIN


@pytest.mark.parametrize("pieces", [(b"GET / HT",), (b"GET / HTTP/1.1\r\n", b"a: b\r\n")])
def test_head_that_does_not_end_is_timed_out(port: int, pieces: tuple[bytes, ...]) -> None:
    answer, seconds = talk(port, *pieces)
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert SHORT - TICK <= seconds < SHORT + MARGIN


def test_dripping_head_is_timed_out_from_its_first_byte(port: int) -> None:
    pieces = (b"GET / HTTP/1.1\r\n", *(b"a",) * 20)
    _, seconds = talk(port, *pieces, pause=0.05)
    assert seconds < 20 * 0.05 + MARGIN
    answer, _ = talk(port, *pieces[:4], pause=0.05)
    assert answer.startswith(b"HTTP/1.1 408 ")


def test_second_request_has_its_time_too(port: int) -> None:
    whole = b"GET / HTTP/1.1\r\nhost: t\r\n\r\n"
    answer, _ = talk(port, whole, whole, b"GET / HT", pause=0.1)
    assert answer.count(b"HTTP/1.1 200 ") == 2
    assert answer.count(b"HTTP/1.1 408 ") == 1


def test_body_that_pauses_is_timed_out(port: int) -> None:
    head = b"POST / HTTP/1.1\r\nhost: t\r\ncontent-length: 100\r\n\r\n"
    answer, seconds = talk(port, head, b"abc")
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert SHORT - TICK <= seconds < SHORT + MARGIN


def test_body_that_drips_is_timed_out_in_all(port: int) -> None:
    head = b"POST / HTTP/1.1\r\nhost: t\r\ncontent-length: 1000\r\n\r\n"
    answer, seconds = talk(port, head, *(b"a",) * 12, pause=0.1)
    assert answer.startswith(b"HTTP/1.1 408 ") or answer == b""
    assert seconds < 3 * SHORT + MARGIN


def test_slow_body_that_arrives_is_answered(port: int) -> None:
    head = b"POST / HTTP/1.1\r\nhost: t\r\nconnection: close\r\ncontent-length: 3\r\n\r\n"
    answer, _ = talk(port, head, b"a", b"b", b"c", pause=0.1)
    assert answer.startswith(b"HTTP/1.1 200 ")


def test_client_that_reads_nothing_is_dropped(serving: tuple[uvicorn.Server, int]) -> None:
    server, port = serving
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    client.settimeout(10)
    client.connect(("127.0.0.1", port))
    client.sendall(b"GET /large HTTP/1.1\r\nhost: t\r\n\r\n")
    received = len(client.recv(1))
    wait_until(lambda: not server.server_state.connections, "the client is dropped")
    try:
        while part := client.recv(1_000_000):
            received += len(part)
    except ConnectionError:
        pass
    finally:
        client.close()
    assert received < 50 * len(CHUNK)


def test_connections_over_the_limit_are_told_so(port: int) -> None:
    others = [socket.create_connection(("127.0.0.1", port)) for _ in range(5)]
    answer, seconds = talk(port)
    for each in others:
        each.close()
    assert answer.startswith(b"HTTP/1.1 503 ")
    assert b"/problems/busy" in answer
    assert seconds < SHORT + MARGIN


@pytest.mark.parametrize("host", ["a b", "[::1", "", "a/b", "[x]"])
def test_host_that_is_none_is_a_fault_of_the_request(site: Site, host: str) -> None:
    answer = site.get("/sparql", headers={"host": host})
    assert answer.status_code == 400
    assert "Host" in answer.json()["detail"]
