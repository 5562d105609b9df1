"""`kill -9` of the server process, of its writer and of its engines, while clients write."""

import os
import random
import signal
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
from tests.http.server_process import (
    ServerProcess,
    descendants,
    serving,
    wait_for_the_end,
)
from tests.waiting import wait_until

from gfmdkg.build import ensure_empty
from gfmdkg.curation.tokens import Role, TokenStore
from gfmdkg.store.versions import VersionStore

ROWS = 100  # triples of one write
UPDATE = {"content-type": "application/sparql-update"}
WRITER, ENGINE = "gfmdkg.curation.worker", "serve-read-only"
INCREMENT = """
INSERT DATA { GRAPH <http://e/steps> { <http://e/CLIENT> <http://e/step> STEP } } ;
DELETE { <http://e/CLIENT> <http://e/total> ?n }
INSERT { <http://e/CLIENT> <http://e/total> ?m }
WHERE { OPTIONAL { <http://e/CLIENT> <http://e/total> ?n } BIND(COALESCE(?n, 0) + 1 AS ?m) }
"""


def begin(store: Path) -> str:
    """An empty store, and the token of one who may write."""
    ensure_empty(VersionStore(store), default_graph="strict")
    return TokenStore(store).create(name="test", role=Role.REVIEWER)[0]


@contextmanager
def open_server(store: Path) -> Iterator[ServerProcess]:
    with serving(
        store,
        DEFAULT_GRAPH="strict",
        VERSIONS_KEPT=5,
        UPDATE_TIMEOUT_SECONDS=30,
        LOG_FORMAT="off",
    ) as server:
        yield server


@contextmanager
def open_client(server: ServerProcess, token: str) -> Iterator[httpx.Client]:
    headers = {"authorization": f"Bearer {token}"}
    with httpx.Client(base_url=server.url, headers=headers, timeout=40, verify=False) as client:
        yield client


@dataclass
class Ledger:
    """The writes of one client: those that were acknowledged, and those nobody answered."""

    name: str
    sent: int = 0
    acknowledged: dict[str, list[int]] = field(
        default_factory=lambda: {"insert": [], "increment": [], "put": []}
    )
    unanswered: dict[str, list[int]] = field(
        default_factory=lambda: {"insert": [], "increment": [], "put": []}
    )

    @property
    def count(self) -> int:
        return sum(map(len, self.acknowledged.values()))


def send(client: httpx.Client, ledger: Ledger, kind: str, number: int) -> httpx.Response:
    match kind:
        case "insert":
            subject = f"<http://e/{ledger.name}/{number}>"
            rows = " . ".join(f"{subject} <http://e/row> {row}" for row in range(ROWS))
            text = f"INSERT DATA {{ GRAPH <http://e/rows> {{ {rows} }} }}"
            return client.post("/sparql", content=text, headers=UPDATE)
        case "increment":
            text = INCREMENT.replace("CLIENT", ledger.name).replace("STEP", str(number))
            return client.post("/sparql", content=text, headers=UPDATE)
        case _:
            rows = "\n".join(f"<http://e/s{row}> <http://e/put> {number} ." for row in range(ROWS))
            return client.put(
                "/graphs",
                params={"graph": f"http://e/put/{ledger.name}"},
                content=rows,
                headers={"content-type": "text/turtle"},
            )


def write_until(over: threading.Event, client: httpx.Client, ledger: Ledger) -> None:
    """Write one thing after the other; ends where the server process is gone."""
    while not over.is_set():
        kind = ("insert", "increment", "put")[ledger.sent % 3]
        number = ledger.sent
        ledger.sent += 1
        try:
            answer = send(client, ledger, kind, number)
        except httpx.HTTPError:
            ledger.unanswered[kind].append(number)
            return
        if answer.is_success:
            ledger.acknowledged[kind].append(number)
        else:  # the writer or an engine was killed: that is told, and may be tried again
            assert answer.status_code == 503, answer.text
            ledger.unanswered[kind].append(number)


def select(client: httpx.Client, query: str) -> list[tuple[str, ...]]:
    answer = client.get("/sparql", params={"query": query})
    assert answer.status_code == 200, answer.text
    document = answer.json()
    names = document["head"]["vars"]
    rows = document["results"]["bindings"]
    return [tuple(row[name]["value"] for name in names) for row in rows]


def verify(client: httpx.Client, ledger: Ledger) -> None:
    """Every acknowledged write is there, and none by half."""
    name = ledger.name
    rows = select(
        client,
        "SELECT ?s (COUNT(?o) AS ?n) { GRAPH <http://e/rows> { ?s <http://e/row> ?o }"
        f' FILTER STRSTARTS(STR(?s), "http://e/{name}/") }} GROUP BY ?s',
    )
    assert {count for _, count in rows} <= {str(ROWS)}, "an insert is there by half"
    found = {int(subject.rpartition("/")[2]) for subject, _ in rows}
    assert set(ledger.acknowledged["insert"]) <= found
    assert found <= {*ledger.acknowledged["insert"], *ledger.unanswered["insert"]}

    step_query = (
        f"SELECT ?n {{ GRAPH <http://e/steps> {{ <http://e/{name}> <http://e/step> ?n }} }}"
    )
    steps = {int(step) for (step,) in select(client, step_query)}
    assert set(ledger.acknowledged["increment"]) <= steps
    totals = select(client, f"SELECT ?n {{ <http://e/{name}> <http://e/total> ?n }}")
    assert totals == ([(str(len(steps)),)] if steps else []), "an increment is there by half"

    put = select(
        client,
        f"SELECT ?n (COUNT(?s) AS ?c) {{ GRAPH <http://e/put/{name}> {{ ?s <http://e/put> ?n }} }}"
        " GROUP BY ?n",
    )
    last = max(ledger.acknowledged["put"], default=-1)
    later = {number for number in ledger.unanswered["put"] if number > last}
    assert len(put) <= 1, "a graph is replaced by half"
    if put:
        assert put[0][1] == str(ROWS), "a graph is there by half"
        assert int(put[0][0]) in {last, *later}
    else:
        assert last == -1


def victim_of(server: ServerProcess, kind: str) -> int | None:
    if kind == "process":
        return server.process.pid
    module = {"writer": WRITER, "engine": ENGINE}[kind]
    for pid in descendants(server.process.pid):
        try:
            line = Path(f"/proc/{pid}/cmdline").read_text()
        except OSError:
            continue
        if module in line:
            return pid
    return None  # it was killed before and is not there again yet


def run_round(
    server: ServerProcess, token: str, ledgers: list[Ledger], kind: str, chance: random.Random
) -> None:
    """Two clients write, and one process is killed at a moment that nobody knows before."""
    over = threading.Event()

    def wait_until_each_wrote() -> None:
        before = [ledger.count for ledger in ledgers]
        wait_until(
            lambda: all(led.count > old for led, old in zip(ledgers, before, strict=True)),
            "each client has written something",
            within_seconds=40,
        )

    with ExitStack() as stack:
        threads = stack.enter_context(ThreadPoolExecutor(len(ledgers)))
        clients = [stack.enter_context(open_client(server, token)) for _ in ledgers]
        work = [
            threads.submit(write_until, over, *pair) for pair in zip(clients, ledgers, strict=True)
        ]
        try:
            wait_until_each_wrote()
            time.sleep(chance.uniform(0, 0.3))  # noqa: TID251 - the moment of the kill
            pid = wait_until(lambda: victim_of(server, kind), f"there is a {kind} to kill")
            assert pid is not None
            os.kill(pid, signal.SIGKILL)
            if kind != "process":
                wait_until_each_wrote()
        finally:
            over.set()
        for each in work:
            each.result()


def check(store: Path, server: ServerProcess, token: str, ledgers: list[Ledger]) -> None:
    """What was written is right, and the service still takes a write, and sweeps up."""
    with open_client(server, token) as client:
        for ledger in ledgers:
            verify(client, ledger)
        answer = client.post("/sparql", content="INSERT DATA { <x:a> <x:b> 1 }", headers=UPDATE)
        assert answer.status_code == 204, answer.text
        assert list((store / "staging").iterdir()) == [], "a draft was left behind"


def storm(store: Path, kinds: list[str], seed: int) -> list[Ledger]:
    """A round for each of ``kinds``; after each, all is checked on a service that lives."""
    token, chance = begin(store), random.Random(seed)
    ledgers = [Ledger("anna"), Ledger("berta")]
    left = list(kinds)
    while True:
        with open_server(store) as server:
            check(store, server, token, ledgers)
            if not left:
                break
            while left:
                kind = left.pop(0)
                family = [server.process.pid, *descendants(server.process.pid)]
                run_round(server, token, ledgers, kind, chance)
                if kind == "process":
                    server.process.wait(10)
                    wait_for_the_end(family, within_seconds=20)
                    break
                check(store, server, token, ledgers)
    unanswered = sum(len(numbers) for led in ledgers for numbers in led.unanswered.values())
    print(f"{len(kinds)} kills, {sum(led.count for led in ledgers)} acknowledged writes,"
          f" {unanswered} unanswered")  # fmt: skip
    return ledgers


def increment_at_once(store: Path, each: int) -> None:
    """Two services on one store, a client each; every increment has to be there."""
    token = begin(store)
    with ExitStack() as stack:
        servers = [stack.enter_context(open_server(store)) for _ in range(2)]
        clients = [stack.enter_context(open_client(server, token)) for server in servers]

        def work(client: httpx.Client, name: str) -> None:
            for number in range(each):
                text = INCREMENT.replace("CLIENT> <http://e/step", f"{name}> <http://e/step")
                text = text.replace("CLIENT", "both").replace("STEP", str(number))
                answer = client.post("/sparql", content=text, headers=UPDATE)
                assert answer.status_code == 204, answer.text

        with ThreadPoolExecutor(2) as threads:
            both = [threads.submit(work, clients[0], "a"), threads.submit(work, clients[1], "b")]
            for each_client in both:
                each_client.result()
        for client in clients:
            assert select(client, "SELECT ?n { <http://e/both> <http://e/total> ?n }") == [
                (str(2 * each),)
            ]
            count = "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s <http://e/step> ?o } }"
            assert select(client, count) == [(str(2 * each),)]
        family = [pid for server in servers for pid in descendants(server.process.pid)]
        assert family
    wait_for_the_end(family)


def test_no_acknowledged_write_is_lost_when_processes_are_killed(tmp_path: Path) -> None:
    storm(tmp_path / "store", ["writer", "engine", "process"], seed=3)


def test_two_fronts_on_one_store_lose_no_increment(tmp_path: Path) -> None:
    increment_at_once(tmp_path / "store", 15)


@pytest.mark.soak
def test_no_acknowledged_write_is_lost_in_a_hundred_kills(tmp_path: Path) -> None:
    kinds = ["process", "writer", "process", "engine"] * 25
    ledgers = storm(tmp_path / "store", kinds, seed=random.randrange(1000))
    assert all(ledger.count > 100 for ledger in ledgers)


@pytest.mark.soak
def test_four_hundred_increments_of_two_fronts_are_all_there(tmp_path: Path) -> None:
    increment_at_once(tmp_path / "store", 200)
