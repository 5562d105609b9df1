"""Queries that would never end, sent over HTTP: each has its end, and the others go on."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

import httpx
import pytest
from tests.engine.test_runaways import RUNAWAYS, TOO_LARGE
from tests.http.server_process import ServerProcess, descendants, serving
from tests.waiting import wait_until

from gfmdkg.build import ensure_empty
from gfmdkg.store.versions import Origin, VersionStore

LIMIT_SECONDS = 1.0
# 0.2 s on a machine that has nothing else to do; the tests run on those that have.
MARGIN_SECONDS = 1.0
MIB = 1024 * 1024
QUERY = {"content-type": "application/sparql-query"}
FORM = {"content-type": "application/x-www-form-urlencoded"}
LONG = b"SELECT * { ?s ?p ?o } # " + b"x" * (10 * MIB)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attack:
    """A request that shall do no harm, and how it is refused."""

    name: str
    body: bytes
    status: int
    problem: str
    headers: dict[str, str]


def attacks() -> Iterator[Attack]:
    for name, text in RUNAWAYS.items():
        status, problem = (413, "answer-too-large") if name in TOO_LARGE else (504, "query-timeout")
        yield Attack(name=name, body=text.encode(), status=status, problem=problem, headers=QUERY)
    bombs = {
        "nested groups": "SELECT * " + "{" * 50_000 + "}" * 50_000,
        "nested brackets": "SELECT * { FILTER" + "(" * 50_000 + "1" + ")" * 50_000 + " }",
        "nested lists": "SELECT * { ?s ?p " + "(" * 5_000 + "1" + ")" * 5_000 + " }",
        "nested and not closed": "ASK {" * 20_000,
    }
    for name, text in bombs.items():
        yield Attack(
            name=name, body=text.encode(), status=400, problem="query-rejected", headers=QUERY
        )
    too_large = {"status": 413, "problem": "body-too-large"}
    yield Attack(name="10 MB", body=LONG, headers=QUERY, **too_large)  # type: ignore[arg-type]
    form = b"query=" + LONG.replace(b" ", b"+").replace(b"#", b"%23")
    yield Attack(name="10 MB form", body=form, headers=FORM, **too_large)  # type: ignore[arg-type]
    # Who may write may send more in a form, because it could be an update; nobody else may.
    signed = FORM | {"authorization": "Bearer nobody"}
    yield Attack(name="10 MB signed form", body=form, headers=signed, **too_large)  # type: ignore[arg-type]


ATTACKS = tuple(attacks())


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    store = tmp_path_factory.mktemp("runaways") / "store"
    versions = VersionStore(store)
    base = ensure_empty(versions)
    triples = (
        f"<http://e/r{i // 10}> <http://e/p{i % 10}> "
        + (f'"text {i}" .' if i % 3 == 0 else f"<http://e/r{i * 7 % 300}> .")
        for i in range(3000)
    )
    with versions.writing() as draft:
        source = "\n".join(triples).encode()
        draft.store.load(source, media_type="application/n-triples", graph="")
        draft.publish(
            message="a web of links",
            origin=Origin.UPDATE,
            sources_hash=base.sources_hash,
            default_graph=base.default_graph,
        )
    with serving(
        store,
        QUERY_TIMEOUT_SECONDS=LIMIT_SECONDS,
        ENGINES=2,
        ANSWER_LIMIT_BYTES=MIB,
        # Small, so that answers kept for others do not count as held.
        CACHE_LIMIT_BYTES=MIB,
    ) as server:
        yield server


@contextmanager
def canary(server: ServerProcess) -> Iterator[list[float]]:
    """Small questions that no cache knows, one after the other; gives their seconds."""
    over = threading.Event()
    seconds: list[float] = []
    troubles: list[object] = []

    def sing() -> None:
        with httpx.Client(base_url=server.url, timeout=10, verify=False) as client:
            while not over.is_set():
                text = f"SELECT * {{ <http://e/r{len(seconds) % 300}> ?p ?o }} #{perf_counter()}"
                began = perf_counter()
                answer = client.get("/sparql", params={"query": text})
                seconds.append(perf_counter() - began)
                if answer.status_code != 200 or len(answer.json()["results"]["bindings"]) != 10:
                    troubles.append(answer.text)
                over.wait(0.01)

    thread = threading.Thread(target=sing)
    thread.start()
    try:
        yield seconds
    finally:
        over.set()
        thread.join()
    assert not troubles


@dataclass(frozen=True, slots=True, kw_only=True)
class Holdings:
    """What the server process holds: open files, processes, bytes of memory."""

    files: int
    processes: int
    resident_bytes: int


def holdings(server: ServerProcess) -> Holdings:
    pid = server.process.pid
    fields = Path(f"/proc/{pid}/statm").read_text().split()
    return Holdings(
        files=len(os.listdir(f"/proc/{pid}/fd")),  # noqa: PTH208 - a count
        processes=len(descendants(pid)),
        resident_bytes=int(fields[1]) * os.sysconf("SC_PAGE_SIZE"),
    )


def wait_until_quiet(server: ServerProcess) -> None:
    """Wait until nothing is asked, and all engines that were started are ready."""

    def is_quiet() -> bool:
        figures = server.figures()
        idle, *others = (
            figures[f'gfmdkg_engines{{state="{state}"}}']
            for state in ("idle", "running", "starting")
        )
        is_alone = figures["gfmdkg_requests_in_progress"] == 1  # the scrape
        return is_alone and idle > 0 and not any(others)

    wait_until(is_quiet, "the service is quiet")


def attack(server: ServerProcess, client: httpx.Client) -> dict[str, float]:
    """Send each attack in turn; gives the seconds each took."""
    seconds = {}
    for each in ATTACKS:
        began = perf_counter()
        answer = client.post("/sparql", content=each.body, headers=each.headers)
        seconds[each.name] = perf_counter() - began
        problem = answer.json()["type"].rpartition("/")[2]
        assert (answer.status_code, problem) == (each.status, each.problem), each.name
        assert seconds[each.name] < LIMIT_SECONDS + MARGIN_SECONDS, each.name
    assert server.process.poll() is None
    return seconds


def percentile(values: list[float], share: float) -> float:
    return sorted(values)[int(len(values) * share)]


def withstand(server: ServerProcess, rounds: int) -> None:
    """All attacks, again and again, beside a canary; then nothing is held that was not before."""
    # What is opened once, as many engines as are needed, the largest bodies it will ever hold.
    with canary(server), httpx.Client(base_url=server.url, timeout=30, verify=False) as client:
        attack(server, client)
    wait_until_quiet(server)
    before = holdings(server)
    worst: dict[str, float] = {}
    with canary(server) as seconds:
        for _ in range(rounds):
            with httpx.Client(base_url=server.url, timeout=30, verify=False) as client:
                for name, taken in attack(server, client).items():
                    worst[name] = max(worst.get(name, 0), taken)

    def is_as_before() -> bool:
        now = holdings(server)
        return now.files <= before.files and now.processes <= before.processes

    wait_until(is_as_before, "no more is held than before")
    after = holdings(server)
    print(f"{rounds} rounds; slowest:", {name: round(taken, 3) for name, taken in worst.items()})
    p50, p99 = (percentile(seconds, share) * 1e3 for share in (0.5, 0.99))
    print(f"canary: {len(seconds)} questions, p50 {p50:.1f} ms, p99 {p99:.1f} ms")
    print(before, after)
    assert after.resident_bytes - before.resident_bytes < 16 * MIB
    assert len(seconds) > 50 * rounds
    assert percentile(seconds, 0.99) < 0.25
    assert server.get("/health").status_code == 200
    assert server.figures()["gfmdkg_requests_in_progress"] == 1  # the scrape


def test_every_runaway_ends_while_others_are_answered(server: ServerProcess) -> None:
    withstand(server, 1)


@pytest.mark.soak
def test_nothing_is_held_after_fifty_rounds_of_runaways(server: ServerProcess) -> None:
    withstand(server, 50)
