"""Requests that nobody sends in good faith, by the thousand: the service goes on as before."""

import gzip
import random
import socket
import string
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from time import perf_counter
from urllib.parse import quote

import pytest
from tests.http.server_process import (
    ServerProcess,
    publish_triples,
    serving,
)
from tests.service.test_runaways_over_http import holdings, percentile, wait_until_quiet
from tests.waiting import wait_until

MIB = 1024 * 1024
# What a client's buffers and the allocator may keep of the largest bodies that are ever held.
GROWTH_BYTES = 32 * MIB
# One request, in seconds, on a machine that does other work beside; S1 stood still for minutes.
LIMIT_SECONDS = 5.0
QUERY_LIMIT_SECONDS = 1.0
PATHS = (
    "/", "/sparql", "/api/search", "/api/suggest", "/api/recommendations", "/api/resource",
    "/id/instrument/universal-declaration,x", "/graphs", "/api/validate", "/api/networks",
    "/api/queries/recommendations-citing", "/versions", "/changes", "/openapi.json", "/ontology",
)  # fmt: skip
TYPES = (
    "application/x-www-form-urlencoded", "application/sparql-query", "application/sparql-update",
    "text/turtle", "application/json", "multipart/form-data", "multipart/form-data; boundary=",
    "text/turtle; charset=utf-7", "application/ld+json", ";;;", "a/b/c", "*/*", "\xff",
)  # fmt: skip
METHODS = ("GET", "POST", "PUT", "HEAD", "OPTIONS", "DELETE", "PATCH", "TRACE", "get", "G\x00T")
ODD = ("%", "%%%", "%zz", "%25%32%35", "%c3%28", "%ed%a0%80", "%00", "%0d%0a",
       "%u0041", "+" * 99,
       "%252e%252e%252f", "\\", '"',
        "[", "]", "{", ",", "'", "é", "&&&", "=", ";", "#")  # fmt: skip


class Hostile:
    """Makes requests as bytes; the same seed makes the same ones."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.kinds: tuple[Callable[[], bytes], ...] = (
            self.odd_target,
            self.odd_target,
            self.many_parameters,
            self.huge_form,
            self.deep_query,
            self.unlikely_query,
            self.oversized_body,
            self.broken_gzip,
            self.wrong_type,
            self.wrong_type,
            self.pipelined_junk,
            self.many_headers,
            self.long_header,
            self.odd_headers,
            self.false_length,
            self.broken_chunks,
            self.noise,
        )

    def __iter__(self) -> Iterator[tuple[str, bytes]]:
        while True:
            kind = self.chance.choice(self.kinds)
            yield kind.__name__, kind()

    def text(self, most: int) -> str:
        size = self.chance.randrange(1, most)
        return "".join(self.chance.choices(string.printable + "é\x00", k=size))

    def request(self, method: str, target: str, *lines: str, body: bytes = b"") -> bytes:
        head = "\r\n".join((f"{method} {target} HTTP/1.1", "Host: t", *lines))
        length = f"\r\nContent-Length: {len(body)}" if body else ""
        return f"{head}{length}\r\n\r\n".encode("utf-8", "replace") + body

    def path(self) -> str:
        return self.chance.choice(PATHS)

    def odd_target(self) -> bytes:
        pieces = "".join(self.chance.choices(ODD, k=self.chance.randrange(1, 40)))
        between = self.chance.choice(("/", "?q=", "?query=", "?", ",", "?page="))
        return self.request(self.chance.choice(METHODS), f"{self.path()}{between}{pieces}")

    def many_parameters(self) -> bytes:
        count = self.chance.randrange(50, 5000)
        name = self.chance.choice(("q", "", "facet", "a%5b%5d", "query"))
        pairs = "&".join(f"{name}={n}" for n in range(count))
        return self.request("GET", f"{self.path()}?{pairs}")

    def huge_form(self) -> bytes:
        unit = self.chance.choice(("%20", "%c3%a9", "a=b&", "&", "%", "+", "query=ASK{}&"))
        size = self.chance.randrange(1000, 600_000)
        body = ("query=" + unit * (size // len(unit))).encode()
        return self.request("POST", "/sparql", f"Content-Type: {TYPES[0]}", body=body)

    def deep_query(self) -> bytes:
        depth = self.chance.randrange(10, 20_000)
        opening, closing = self.chance.choice(("{}", "()", "[]", "<>", "{(", '""', "\\u"))
        text = f"SELECT * {{ {opening * depth}{closing * self.chance.randrange(depth)}"
        return self.request("POST", "/sparql", f"Content-Type: {TYPES[1]}", body=text.encode())

    def unlikely_query(self) -> bytes:
        words = ("SELECT", "*", "{", "}", "?s", "a", "SERVICE", "<http://127.0.0.1:9/>", "FILTER",
                 "(", ")", "LOAD", "\\u0053ERVICE", "#", "'''", '"', "VALUES", "GRAPH", "<", "\x00",
                 "BIND", "1", "e:", ";", ".", "UNION", "MINUS", "^", "?",
                 "*", "/", "|", "!")  # fmt: skip
        text = " ".join(self.chance.choices(words, k=self.chance.randrange(1, 200)))
        return self.request("GET", "/sparql?query=" + quote(text))

    def oversized_body(self) -> bytes:
        # That many are announced, and no client sends them all.
        size = self.chance.choice((2 * MIB, 65 * MIB, 10**12, 10**30))
        kind = self.chance.choice(TYPES[:5])
        lines = f"Content-Type: {kind}", f"Content-Length: {size}"
        return self.request("POST", self.path(), *lines) + b"x" * self.chance.randrange(300_000)

    def broken_gzip(self) -> bytes:
        body = bytearray(gzip.compress(b"query=ASK{}" * self.chance.choice((1, 9, 300_000))))
        if self.chance.random() < 0.8:
            body[self.chance.randrange(len(body))] ^= 0xFF
        encoding = self.chance.choice(("gzip", "deflate", "br", "gzip, gzip", "zstd"))
        lines = f"Content-Type: {TYPES[0]}", f"Content-Encoding: {encoding}"
        return self.request("POST", self.path(), *lines, body=bytes(body))

    def wrong_type(self) -> bytes:
        method = self.chance.choice(("POST", "POST", "PUT", "DELETE"))
        lines = (
            f"Content-Type: {self.chance.choice(TYPES)}",
            f"Accept: {self.chance.choice((*TYPES, ',' * 500, '*/*;q=' + '9' * 300))}",
            f"Authorization: {self.chance.choice(('Bearer x', 'Basic !', 'Bearer ' + 'a' * 999))}",
        )
        return self.request(method, self.path(), *lines, body=self.text(2000).encode())

    def pipelined_junk(self) -> bytes:
        good = self.request("GET", "/health")
        junk = self.chance.choice((b"\r\n" * 400, b"\0" * 90, b"GET", b"HTTP/1.1 200 OK\r\n\r\n"))
        return good * self.chance.randrange(1, 20) + junk + good

    def many_headers(self) -> bytes:
        count = self.chance.randrange(90, 3000)
        return self.request("GET", self.path(), *(f"x{n}: {n}" for n in range(count)))

    def long_header(self) -> bytes:
        name = self.chance.choice(("Cookie", "If-None-Match", "Accept", "Accept-Language", "Range"))
        value = self.chance.choice((",", 'W/"x",', "a/b;q=1,", "bytes=0-1,", " ", "\t"))
        return self.request("GET", self.path(), f"{name}: {value * self.chance.randrange(40_000)}")

    def odd_headers(self) -> bytes:
        line = self.chance.choice(
            ("Host: a b", "Host: [::1", "Host:", "Transfer-Encoding: chunked, identity", ": x",
             " folded: x", "Upgrade: h2c\r\nConnection: Upgrade", "Expect: 100-continue",
             "X-Forwarded-Proto: javascript", "Origin: null", "Content-Length: -1")
        )  # fmt: skip
        return self.request("GET", self.path(), line)

    def false_length(self) -> bytes:
        line = f"Content-Type: {self.chance.choice(TYPES[:4])}"
        whole = self.request("POST", self.path(), line, body=b"x" * self.chance.randrange(1, 9000))
        return whole[: -self.chance.randrange(1, len(whole))]

    def broken_chunks(self) -> bytes:
        size = self.chance.choice((b"ffffffffffffffffff", b"-1", b"zz", b"5;" + b"e" * 9000, b"5"))
        head = self.request("POST", self.path(), "Transfer-Encoding: chunked")
        return head + size + b"\r\nhello" + self.chance.choice((b"", b"\r\n0\r\n\r\n", b"!!"))

    def noise(self) -> bytes:
        return self.chance.randbytes(self.chance.randrange(1, 4000))


# The server waits for the rest of these, unless it is told that there is none.
INCOMPLETE = {"oversized_body", "odd_headers", "false_length", "broken_chunks", "noise"}


def send(server: ServerProcess, kind: str, data: bytes, chance: random.Random) -> bytes:
    """Send it in one of the ways in which clients misbehave; gives what came back."""
    client = server.connect()
    client.settimeout(LIMIT_SECONDS)
    with client, suppress(ConnectionError):
        way = chance.random()
        if way < 0.1:  # leaves in the middle
            client.sendall(data[: chance.randrange(len(data) + 1)])
            return b""
        if way < 0.2:  # by pieces
            middle = chance.randrange(len(data) + 1)
            client.sendall(data[:middle])
            time.sleep(0.001)  # noqa: TID251 - the client's own pause, so that the pieces arrive as such
            client.sendall(data[middle:])
        else:
            client.sendall(data)
        if way < 0.3:  # does not wait for an answer
            return b""
        if kind in INCOMPLETE or way > 0.9:
            end_sending(client)
        return client.recv(65536)
    return b""


def end_sending(client: socket.socket) -> None:
    with suppress(OSError):  # the server was quicker, and closed the connection
        client.shutdown(socket.SHUT_WR)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    store: Path = tmp_path_factory.mktemp("hostile") / "store"
    publish_triples(store, 300)
    with serving(
        store,
        ENGINES=2,
        QUERY_TIMEOUT_SECONDS=QUERY_LIMIT_SECONDS,
        CACHE_LIMIT_BYTES=MIB,
        LOG_FORMAT="off",
    ) as server:
        yield server


def ask(server: ServerProcess, number: int) -> float:
    """How long a small question takes that no cache knows, in seconds."""
    began = perf_counter()
    query = f"SELECT ?o {{ <http://e/1/{number % 300}> ?p ?o }} #{began}"
    answer = server.get("/sparql", params={"query": query})
    assert answer.status_code == 200
    assert len(answer.json()["results"]["bindings"]) == 1
    return perf_counter() - began


def withstand(server: ServerProcess, count: int, seed: int, *, before_count: int = 60) -> None:
    hostile = Hostile(seed)
    requests = iter(hostile)
    for _ in range(before_count):  # what is loaded at its first use, and the first large bodies
        send(server, *next(requests), hostile.chance)
    wait_until_quiet(server)
    before = holdings(server)
    failures_before = server.figures()["gfmdkg_engine_failures_total"]
    faults: list[str] = []
    taken: dict[str, float] = {}
    seconds: list[float] = []
    for number in range(count):
        kind, data = next(requests)
        began = perf_counter()
        try:
            answer = send(server, kind, data, hostile.chance)
        except TimeoutError:
            answer = b"no answer"
            faults.append(f"{kind}: no answer in {LIMIT_SECONDS:g} s to {data[:300]!r}")
        taken[kind] = max(taken.get(kind, 0), perf_counter() - began)
        if answer.startswith(b"HTTP/1.1 5"):
            faults.append(f"{kind}: {answer[:300]!r} to {data[:300]!r}")
        if number % 20 == 0:
            seconds.append(ask(server, number))
    assert not faults, "\n".join(faults[:20])
    assert server.process.poll() is None

    def is_as_before() -> bool:
        now = holdings(server)
        return now.files <= before.files + 8 and now.processes <= before.processes + 2

    wait_until(is_as_before, "no more is held than before", within_seconds=30)
    after = holdings(server)
    print(f"{count} requests; slowest:", {kind: round(each, 3) for kind, each in taken.items()})
    print(f"questions beside: p50 {percentile(seconds, 0.5) * 1e3:.1f} ms,"
          f" p99 {percentile(seconds, 0.99) * 1e3:.1f} ms", before, after)  # fmt: skip
    assert set(taken) == {kind.__name__ for kind in hostile.kinds}
    assert percentile(seconds, 0.99) < 1.0
    assert after.resident_bytes - before.resident_bytes < GROWTH_BYTES
    figures = server.figures()
    assert figures["gfmdkg_requests_in_progress"] == 1  # the scrape
    failed = {k: v for k, v in figures.items() if 'outcome="error"' in k and "_total" in k}
    assert failed == {}
    assert figures["gfmdkg_engine_failures_total"] == failures_before, "an engine died"
    # The roles still have a process that answers: validation was once broken until a restart.
    sent = server.get("/ready")
    assert sent.status_code == 200
    assert_validates(server)


def assert_validates(server: ServerProcess) -> None:
    body = b"<http://e/s> <http://e/p> 1 ."
    request = (
        b"POST /api/validate HTTP/1.1\r\nHost: t\r\nConnection: close\r\n"
        b"Content-Type: text/turtle\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)
    )
    with server.connect() as client:
        client.settimeout(60)
        client.sendall(request)
        assert client.recv(65536).startswith(b"HTTP/1.1 200")


def test_hundreds_of_hostile_requests_change_nothing(server: ServerProcess) -> None:
    withstand(server, 300, seed=1)


@pytest.mark.soak
def test_ten_thousand_hostile_requests_change_nothing(server: ServerProcess) -> None:
    withstand(server, 10_000, seed=2, before_count=2000)
