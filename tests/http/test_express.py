"""The express lane says, byte for byte, what the ordinary way says."""

import re
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import quote

import pytest
import uvicorn
from tests.http.conftest import settings_for

from gfmdkg.http import create_app
from gfmdkg.http.cache import FinishedAnswer
from gfmdkg.http.connection import BoundedConnection
from gfmdkg.http.express import ExpressConnection
from gfmdkg.http.request_head import HeadMemory, RequestHead

TIDE = "<https://w3id.org/gfmdkg/id/instrument/tide-table>"
LOOKUP = "/sparql?query=" + quote(f"SELECT ?p ?o {{ {TIDE} ?p ?o }}", safe="")
JOIN = "/sparql?query=" + quote("SELECT ?s { ?s a gfmd:Instrument ; skos:prefLabel ?l }", safe="")
HOST = "Host: t\r\nAccept: application/sparql-results+json\r\n"
DIFFERING = re.compile(rb"(?m)^(date|x-request-id): .*\r\n")


@contextmanager
def serving(store: Path, kind: type[BoundedConnection], **options: int) -> Iterator[int]:
    config = uvicorn.Config(
        create_app(settings_for(store)),
        port=0,
        http=kind,
        ws="none",
        lifespan="on",
        access_log=False,
        proxy_headers=False,
        server_header=False,
        log_level="critical",
        **options,  # type: ignore[arg-type]
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        assert thread.is_alive()
        time.sleep(0.01)
    yield server.servers[0].sockets[0].getsockname()[1]
    server.should_exit = True
    thread.join()


@pytest.fixture(scope="module")
def ports(harbour_store: Path) -> Iterator[tuple[int, int]]:
    """The ports of a service with the express lane, and of one without."""
    with (
        serving(harbour_store, ExpressConnection) as express,
        serving(harbour_store, BoundedConnection) as ordinary,
    ):
        for port in (express, ordinary):
            for number in range(3):  # the store is opened, and the look-ups' index made
                target = LOOKUP.replace("tide", f"t{number}")
                talk(port, f"GET {target} HTTP/1.1\r\n{HOST}Connection: close\r\n\r\n".encode())
                time.sleep(0.1)
        yield express, ordinary


def talk(port: int, *pieces: bytes) -> bytes:
    """What comes back for these pieces and a last one, which ends the connection.

    Each is sent when an answer to the one before has begun to come, or none does.
    """
    answer = b""
    with (
        socket.create_connection(("127.0.0.1", port), timeout=0.5) as client,
        suppress(ConnectionError),
    ):
        for piece in pieces:
            client.sendall(piece)
            with suppress(TimeoutError):
                answer += client.recv(65536)
        client.settimeout(10)
        client.sendall(b"GET /health HTTP/1.1\r\nhost: t\r\nconnection: close\r\n\r\n")
        while part := client.recv(65536):
            answer += part
    return DIFFERING.sub(b"", answer)


def get(target: str, more: str = "", method: str = "GET", version: str = "1.1") -> bytes:
    return f"{method} {target} HTTP/{version}\r\n{HOST}{more}\r\n".encode()


CONVERSATIONS = {
    "look-ups": [get(LOOKUP), get(LOOKUP), get(LOOKUP + "%20")],
    "in gzip": [get(LOOKUP, "Accept-Encoding: gzip\r\n")] * 2,
    "a join": [get(JOIN), get(JOIN)],
    "a page": [get("/"), get("/")],
    "pinned": [get(LOOKUP + "&version=1"), get(LOOKUP + "&version=1")],
    "head": [get(LOOKUP), get(LOOKUP, method="HEAD"), get(LOOKUP)],
    "close": [get(LOOKUP), get(LOOKUP, "Connection: close\r\n"), get(LOOKUP)],
    "keep-alive": [get(LOOKUP, "Connection: keep-alive\r\n")] * 2,
    "old protocol": [get(LOOKUP), get(LOOKUP, version="1.0")],
    "condition": [get(LOOKUP), get(LOOKUP, "If-None-Match: *\r\n"), get(LOOKUP)],
    "no cache": [get(LOOKUP, "Cache-Control: no-cache\r\n")] * 2,
    "pipelined": [get(LOOKUP), get(LOOKUP) + get(JOIN) + get(LOOKUP)],
    "in halves": [get(LOOKUP), get(LOOKUP)[:30], get(LOOKUP)[30:] + get(LOOKUP)],
    "a body": [get(LOOKUP, "Content-Length: 3\r\n") + b"abc", get(LOOKUP)],
    "upgrade": [get(LOOKUP, "Connection: upgrade\r\nUpgrade: x\r\n"), get(LOOKUP)],
    "escaped path": [get(LOOKUP.replace("sparql", "sp%61rql"))] * 2,
    "dots": [get("/sparql/../sparql")] * 2,
    "two slashes": [get("//sparql")] * 2,
    "fragment": [get(LOOKUP + "#part")] * 2,
    "unknown": [get("/none"), get("/none")],
    "rejected": [get("/sparql?query=SELECT")] * 2,
    "never kept": [get("/health"), get("/health")],
    "no request": [get(LOOKUP), b"nonsense\r\n\r\n"],
    "twice": [get(LOOKUP, "Accept: text/csv\r\n")] * 2,
    "post": [
        get(LOOKUP),
        get("/sparql", "Content-Type: application/sparql-query\r\nContent-Length: 6\r\n", "POST")
        + b"ASK {}",
        get(LOOKUP),
    ],
}


@pytest.mark.parametrize("name", CONVERSATIONS)
def test_a_conversation_is_the_same_on_both_ways(ports: tuple[int, int], name: str) -> None:
    pieces = CONVERSATIONS[name]
    first, second = (talk(port, *pieces) for port in ports)
    assert first == second
    assert first.startswith(b"HTTP/1.1 ")
    assert first == talk(ports[0], *pieces)  # with all that is known by now


def test_header_hidden_behind_a_lone_line_feed_is_not_learnt(ports: tuple[int, int]) -> None:
    lines = "Host: poison\r\n\r\n"
    hidden = f"GET {LOOKUP} HTTP/1.1\nAccept: text/csv\r\n{lines}".encode()
    plain = f"GET {LOOKUP} HTTP/1.1\r\n{lines}".encode()
    talk(ports[0], hidden, hidden)
    answer = talk(ports[0], plain, plain)
    assert answer.count(b"content-type: application/sparql-results+json") == 2
    assert answer == talk(ports[1], plain, plain)


def test_the_lane_is_taken_and_its_requests_are_counted(
    ports: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = []
    write = ExpressConnection._write

    def noting(self: ExpressConnection, answer: FinishedAnswer, request_id: str) -> None:
        taken.append(request_id)
        write(self, answer, request_id)

    monkeypatch.setattr(ExpressConnection, "_write", noting)

    def counted(port: int) -> float:
        lines = talk(port, get("/metrics")).split(b"\n")
        found = [line for line in lines if b"_count{" in line and b'route="/sparql"' in line]
        return sum(float(line.split()[-1]) for line in found)

    before = [counted(port) for port in ports]
    for port in ports:
        talk(port, *[get(LOOKUP)] * 5)
    after = [counted(port) for port in ports]
    assert [b - a for a, b in zip(before, after, strict=True)] == [5, 5]
    assert len(taken) >= 4


def test_connection_at_rest_is_closed_but_none_in_use(harbour_store: Path) -> None:
    with serving(harbour_store, ExpressConnection, timeout_keep_alive=1) as port:
        talk(port, get(LOOKUP))
        with socket.create_connection(("127.0.0.1", port), timeout=5) as client:
            for _ in range(8):
                client.sendall(get(LOOKUP))
                assert client.recv(65536).startswith(b"HTTP/1.1 200")
                time.sleep(0.2)
            began = time.monotonic()
            assert client.recv(10) == b""
            assert 0.5 < time.monotonic() - began < 3


def test_only_the_last_heads_are_remembered() -> None:
    memory = HeadMemory()
    head = RequestHead.of([(b"host", b"t")])
    for number in range(300):
        memory.learn(b"host: %d\r\n\r\n" % number, head)
    memory.learn(b"x" * 5000, head)
    assert memory.get(b"host: 299\r\n\r\n") is head
    assert memory.get(b"host: 0\r\n\r\n") is None
    assert memory.get(b"x" * 5000) is None


@pytest.mark.parametrize(
    "header",
    [
        (b"if-none-match", b"*"),
        (b"authorization", b"Bearer x"),
        (b"x-request-id", b"mine"),
        (b"cache-control", b"no-cache"),
        (b"content-length", b"0"),
        (b"expect", b"100-continue"),
        (b"host", b"again"),
    ],
)
def test_heads_that_mean_something_of_their_own_do_not_recur(header: tuple[bytes, bytes]) -> None:
    assert RequestHead.of([(b"host", b"t"), (b"accept", b"*/*")]).is_recurring
    assert not RequestHead.of([(b"host", b"t"), header]).is_recurring
