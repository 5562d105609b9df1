"""Clients that are slow, silent or gone: each costs little, and nobody else notices."""

import socket
import statistics
import threading
from collections.abc import Iterator
from time import monotonic, perf_counter

import httpx
import pytest
from tests.http.server_process import (
    ServerProcess,
    publish_triples,
    serving,
    wait_until_busy,
)
from tests.waiting import wait_until

from gfmdkg.http import connection

RUNAWAY = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l } ORDER BY ?a ?d LIMIT 1"
# About 12 MB as JSON, from a graph of some hundred triples.
LARGE = "SELECT * { ?a ?b ?c . ?d ?e ?f } LIMIT 50000"
IN_PROGRESS = "gfmdkg_requests_in_progress"
MIB = 1024 * 1024


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    store = tmp_path_factory.mktemp("slow") / "store"
    publish_triples(store, 500)
    # Limits that a busy machine does not reach: none of these tests is about them.
    with serving(store, ENGINES=2, QUERY_TIMEOUT_SECONDS=120, QUERY_QUEUE_SECONDS=120) as server:
        yield server


@pytest.fixture(autouse=True)
def nothing_is_left_behind(server: ServerProcess) -> Iterator[None]:
    yield
    wait_until(lambda: server.figures()[IN_PROGRESS] == 1, "only the scrape is in progress")
    wait_until_busy(server, 0)


def canary(server: ServerProcess, rounds: int = 100) -> float:
    """How long a small question takes that no cache knows, in seconds: the median of many.

    What holds up the service holds up all of them; a busy machine holds up some.
    """
    taken = []
    with httpx.Client(base_url=server.url, timeout=10, verify=False) as client:
        for number in range(rounds):
            began = perf_counter()
            query = f"ASK {{ ?s ?p {number}{perf_counter_ns_text()} }}"
            assert client.get("/sparql", params={"query": query}).status_code == 200
            taken.append(perf_counter() - began)
    return statistics.median(taken)


def perf_counter_ns_text() -> str:
    return f"{perf_counter() * 1e9:.0f}"


def request_for(query: str) -> bytes:
    target = httpx.URL("http://t/sparql", params={"query": query}).raw_path
    return b"GET " + target + b" HTTP/1.1\r\nHost: t\r\n"


def read_all(client: socket.socket) -> bytes:
    parts = []
    while part := client.recv(65536):
        parts.append(part)
    return b"".join(parts)


def test_500_idle_connections_change_nothing(server: ServerProcess) -> None:
    idle = [server.connect() for _ in range(500)]
    try:
        assert server.figures()["gfmdkg_open_files"] > 500
        assert canary(server) < 0.25
    finally:
        for each in idle:
            each.close()
    wait_until(lambda: server.figures()["gfmdkg_open_files"] < 100, "connections are closed")


def test_heads_and_bodies_that_drip_change_nothing(server: ServerProcess) -> None:
    over = threading.Event()
    heads, bodies = ([server.connect() for _ in range(50)] for _ in range(2))

    def drip() -> None:
        for each in heads:
            each.sendall(b"GET /health HTTP/1.1\r\n")
        for each in bodies:
            each.sendall(
                b"POST /sparql HTTP/1.1\r\nHost: t\r\nContent-Length: 5000\r\n"
                b"Content-Type: application/sparql-query\r\n\r\n"
            )
        while not over.wait(0.05):
            for each in (*heads, *bodies):
                each.sendall(b"a")

    thread = threading.Thread(target=drip)
    thread.start()
    try:
        assert canary(server) < 0.25
    finally:
        over.set()
        thread.join()
        for each in (*heads, *bodies):
            each.close()


def test_aborted_upload_leaves_nothing(server: ServerProcess) -> None:
    for _ in range(20):
        client = server.connect()
        client.sendall(
            b"POST /sparql HTTP/1.1\r\nHost: t\r\nContent-Length: 50000\r\n"
            b"Content-Type: application/sparql-query\r\n\r\nSELECT"
        )
        client.close()
    assert canary(server, 20) < 0.25


def test_client_that_leaves_frees_its_worker_at_once(server: ServerProcess) -> None:
    client = server.connect()
    client.sendall(request_for(RUNAWAY) + b"\r\n")
    wait_until_busy(server, 1)
    left = monotonic()
    client.close()
    wait_until_busy(server, 0, within_seconds=3)
    assert monotonic() - left < 1.5


def test_slow_reader_of_a_large_answer_keeps_neither_worker_nor_memory(
    server: ServerProcess,
) -> None:
    assert len(server.get("/sparql", params={"query": LARGE}).content) > 10 * MIB
    before = server.figures()["gfmdkg_resident_memory_bytes"]
    readers = []
    for _ in range(4):
        client = socket.socket()
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.connect((server.host, server.port))
        client.sendall(request_for(LARGE) + b"\r\n")
        readers.append(client)
    try:
        for each in readers:
            each.settimeout(60)
            assert each.recv(1) == b"H"  # the answer is there, and is being sent
        wait_until_busy(server, 0)
        figures = server.figures()
        assert figures[IN_PROGRESS] == len(readers) + 1  # and the one that asks for the figures
        assert figures["gfmdkg_resident_memory_bytes"] - before < 24 * MIB
        assert canary(server, 50) < 0.25
    finally:
        for each in readers:
            each.close()


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (b"GET /" + b"a" * (connection.TARGET_LIMIT_BYTES + 1) + b" HTTP/1.1\r\n\r\n", b"414"),
        (b"GET / HTTP/1.1\r\n" + b"".join(b"x%d: 1\r\n" % n for n in range(200)) + b"\r\n", b"431"),
        (b"GET / HTTP/1.1\r\nx: " + b"a" * (connection.HEAD_LIMIT_BYTES + 300_000), b"431"),
        (b"nonsense\r\n\r\n", b"400"),
    ],
    ids=["target", "lines", "bytes", "nonsense"],
)
def test_heads_out_of_bounds_are_refused_as_problems(
    server: ServerProcess, head: bytes, status: bytes
) -> None:
    client = server.connect()
    answer = b""
    try:
        client.sendall(head)
        answer = read_all(client)
    except ConnectionError:  # it was refused before all of it had arrived
        assert len(head) > connection.HEAD_LIMIT_BYTES
        return
    finally:
        client.close()
    assert answer.startswith(b"HTTP/1.1 " + status)
    assert b"application/problem+json" in answer
    assert b"/problems/bad-request" in answer


def test_requests_in_one_packet_are_answered_in_turn(server: ServerProcess) -> None:
    client = server.connect()
    client.sendall(b"GET /health HTTP/1.1\r\nHost: t\r\n\r\n" * 3)
    client.sendall(b"GET /health HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\r\n")
    assert read_all(client).count(b"HTTP/1.1 200 OK") == 4
    client.close()
