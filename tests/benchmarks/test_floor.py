"""The floor program: requests pass to the engine's own servers and back."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest
from benchmarks.load_client import Request
from benchmarks.peers import Floor
from tests.waiting import wait_until

QUERY = 'SELECT ?o { <http://example.org/s> <http://example.org/p> ?o FILTER (?o != "&=?%") }'


@pytest.fixture(scope="module")
def floor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Floor]:
    folder = tmp_path_factory.mktemp("floor")
    store = ox.Store(folder / "db")
    node = ox.NamedNode("http://example.org/s")
    store.add(ox.Quad(node, ox.NamedNode("http://example.org/p"), ox.Literal("one")))
    store.flush()
    del store
    floor = Floor(folder, database=folder / "db")
    floor.start()
    yield floor
    floor.end()


@pytest.mark.parametrize("method", ["GET", "form", "direct"])
@pytest.mark.parametrize(
    ("accept", "part"), [("text/csv", b"one\r\n"), ("application/sparql-results+json", b'"one"')]
)
def test_query_and_format_pass_by_every_method(
    floor: Floor, method: str, accept: str, part: bytes
) -> None:
    request = Request(text=QUERY, method=method, accept=accept)
    status, media_type, body = floor.ask(request, limit_seconds=10)
    assert (status, media_type) == ("200", accept)
    assert part in body


def test_what_the_engine_refuses_comes_back_with_its_status(floor: Floor) -> None:
    status, _, body = floor.ask(Request(text="SELECT nothing"), limit_seconds=10)
    assert status == "400"
    assert b"error" in body


def test_an_engine_server_that_has_ended_is_started_anew(floor: Floor) -> None:
    before = engine_servers(floor)
    assert len(before) == 3
    for pid in before:
        os.kill(pid, signal.SIGKILL)
    wait_until(lambda: not set(engine_servers(floor)) & set(before), "they have ended")
    for _ in range(4):
        assert floor.ask(Request(text=QUERY), limit_seconds=10)[0] == "200"
    after = engine_servers(floor)
    assert after
    assert not set(after) & set(before)


def engine_servers(floor: Floor) -> list[int]:
    found = []
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = file.read_bytes().split(b"\0")
        except OSError:
            continue
        if b"serve-read-only" in words and str(floor.folder / "db").encode() in words:
            found.append(int(file.parent.name))
    return found
