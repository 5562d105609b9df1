"""SPARQL updates: who may, all or nothing, valid or refused, and never lost."""

import os
import shutil
import signal
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path

import httpx
import pytest
from tests.listener import Listener

from gfmdkg.build import ensure_empty
from gfmdkg.curation.tokens import Role, TokenStore
from gfmdkg.settings import Settings
from gfmdkg.store.versions import VersionStore

Serve = Callable[[Settings], AbstractContextManager[str]]

UPDATE = {"content-type": "application/sparql-update"}
COUNT = "SELECT (COUNT(*) AS ?o) { GRAPH ?g { ?s <http://e/counter> ?o } }"
# It never ends by itself.
RUNAWAY = (
    "INSERT { <http://e/s> <http://e/p> 1 } WHERE {"
    + "".join(f"VALUES ?v{i} {{ {' '.join(map(str, range(200)))} }}" for i in range(6))
    + f"FILTER({' + '.join(f'?v{i}' for i in range(6))} < 0) }}"
)


def settings_of(store: Path, default_graph: str = "strict") -> Settings:
    return Settings(
        store=store,
        default_graph=default_graph,
        engines=1,
        engines_reserved=0,
        update_timeout_seconds=20.0,
        versions_kept=5,
        log_format="off",
    )


class Endpoint:
    """A service with a store of its own that began empty."""

    def __init__(self, url: str, store: Path, token: str) -> None:
        self.store = store
        self.versions = VersionStore(store)
        self.client = httpx.Client(
            base_url=url, headers={"authorization": f"Bearer {token}"}, timeout=30
        )

    def update(self, text: str, **parameters: object) -> httpx.Response:
        return self.client.post("/sparql", content=text, headers=UPDATE, params=parameters)  # type: ignore[arg-type]

    def done(self, text: str, **parameters: object) -> None:
        answer = self.update(text, **parameters)
        assert answer.status_code == 204, answer.text

    def select(self, query: str) -> list[tuple[str, ...]]:
        answer = self.client.get("/sparql", params={"query": query})
        assert answer.status_code == 200, answer.text
        document = answer.json()
        names = document["head"]["vars"]
        rows = document["results"]["bindings"]
        return sorted(tuple(row[name]["value"] for name in names if name in row) for row in rows)

    def ask(self, query: str) -> bool:
        return bool(self.client.get("/sparql", params={"query": query}).json()["boolean"])


def begin(store: Path, default_graph: str = "strict") -> str:
    ensure_empty(VersionStore(store), default_graph=default_graph)
    return TokenStore(store).create(name="test", role=Role.REVIEWER)[0]


@pytest.fixture
def endpoint(tmp_path: Path, serve: Serve) -> Iterator[Endpoint]:
    store = tmp_path / "store"
    token = begin(store)
    with serve(settings_of(store)) as url:
        endpoint = Endpoint(url, store, token)
        with endpoint.client:
            yield endpoint


@pytest.fixture(scope="module")
def shared_endpoint(tmp_path_factory: pytest.TempPathFactory, serve: Serve) -> Iterator[Endpoint]:
    store = tmp_path_factory.mktemp("updates") / "store"
    token = begin(store)
    with serve(settings_of(store)) as url:
        endpoint = Endpoint(url, store, token)
        with endpoint.client:
            yield endpoint


@pytest.fixture
def tidy(shared_endpoint: Endpoint) -> Endpoint:
    shared_endpoint.done("DROP ALL")
    return shared_endpoint


def writer_pids(store: Path) -> list[int]:
    """The writing processes of a store, by what they were started with."""
    children = Path(f"/proc/{os.getpid()}/task").glob("*/children")
    pids = [int(pid) for file in children for pid in file.read_text().split()]
    lines = {pid: Path(f"/proc/{pid}/cmdline").read_text() for pid in pids}
    return [p for p, line in lines.items() if "curation.worker" in line and str(store) in line]


def test_an_update_by_form_and_directly_makes_a_version_each(tidy: Endpoint) -> None:
    before = tidy.versions.require_current().number
    form = tidy.client.post(
        "/sparql", data={"update": "INSERT DATA { <http://e/s> a <http://e/A> }"}
    )
    direct = tidy.update("INSERT DATA { <http://e/s> a <http://e/B> }")
    assert (form.status_code, direct.status_code) == (204, 204)
    assert [a.headers["content-version"] for a in (form, direct)] == [
        str(before + 1),
        str(before + 2),
    ]
    assert len(tidy.select("SELECT ?t { ?s a ?t }")) == 2
    assert tidy.versions.require_current().message == "SPARQL update by test"


def test_an_answer_is_never_older_than_an_acknowledged_update(tidy: Endpoint) -> None:
    for number in range(3):
        tidy.done(f"INSERT DATA {{ <http://e/s> <http://e/p> {number} }}")
        assert len(tidy.select("SELECT ?o { ?s ?p ?o }")) == number + 1


def test_writing_needs_the_token_of_a_reviewer(tidy: Endpoint) -> None:
    weak, _ = TokenStore(tidy.store).create(name="weak", role=Role.SUBMITTER)
    gone, record = TokenStore(tidy.store).create(name="gone", role=Role.REVIEWER)
    TokenStore(tidy.store).revoke(record.id)
    before = tidy.versions.require_current().number
    url = f"{tidy.client.base_url}/sparql"
    for header, status in (
        ({}, 401),
        ({"authorization": f"Bearer {gone}"}, 401),
        ({"authorization": "Basic eDp5"}, 401),
        ({"authorization": f"Bearer {weak}"}, 403),
    ):
        for answer in (
            httpx.post(url, content="CLEAR ALL", headers=UPDATE | header),
            httpx.post(url, data={"update": "CLEAR ALL"}, headers=header),
        ):
            assert answer.status_code == status
            assert ("www-authenticate" in answer.headers) == (status == 401)
    assert tidy.versions.require_current().number == before


def test_using_parameters_choose_what_where_reads(tidy: Endpoint) -> None:
    tidy.done(
        "INSERT DATA { GRAPH <http://e/a> { <http://e/s> <http://e/p> 1 }"
        " GRAPH <http://e/b> { <http://e/s> <http://e/p> 2 } }"
    )
    text = "INSERT { GRAPH <http://e/to> { ?s ?p ?o } } WHERE { ?s ?p ?o }"
    tidy.done(text)
    assert tidy.select("SELECT ?o { GRAPH <http://e/to> { ?s ?p ?o } }") == []
    tidy.done(text, **{"using-graph-uri": "http://e/b"})
    assert tidy.select("SELECT ?o { GRAPH <http://e/to> { ?s ?p ?o } }") == [("2",)]
    text = "DELETE { GRAPH ?g { ?s ?p ?o } } WHERE { GRAPH ?g { ?s ?p ?o } }"
    tidy.done(text, **{"using-named-graph-uri": "http://e/b"})
    assert tidy.select("SELECT ?g { GRAPH ?g { ?s ?p ?o } }") == [("http://e/a",), ("http://e/to",)]


def test_delete_where_is_restricted_too(tidy: Endpoint) -> None:
    tidy.done(
        "INSERT DATA { <http://e/s> <http://e/p> 1, 2 ."
        " GRAPH <http://e/a> { <http://e/s> <http://e/p> 2 } }"
    )
    tidy.done("DELETE WHERE { ?s ?p ?o }", **{"using-graph-uri": "http://e/a"})
    assert tidy.select("SELECT ?o { ?s ?p ?o }") == [("1",)]


@pytest.mark.parametrize(
    "text",
    [
        "WITH <http://e/a> DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }",
        "DELETE { ?s ?p ?o } USING <http://e/a> WHERE { ?s ?p ?o }",
        "INSERT DATA { <http://e/s> a <http://e/A> } ; DELETE {} USING NAMED <http://e/a> WHERE {}",
        "PREFIX a: <http://e/> WITHa:a DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }",
        "PREFIX a: <http://e/> DELETE { ?s ?p ?o }USINGa:a WHERE { ?s ?p ?o }",
        "DELETEWHERE { ?s ?p ?o }",
    ],
)
def test_a_dataset_of_the_text_and_of_the_request_conflict(tidy: Endpoint, text: str) -> None:
    answer = tidy.update(text, **{"using-graph-uri": "http://e/a"})
    assert answer.status_code == 400
    assert answer.json()["line"] == 1


def test_other_parameters_are_refused(tidy: Endpoint) -> None:
    for name in ("default-graph-uri", "version", "query"):
        assert tidy.update("CLEAR ALL", **{name: "http://e/a"}).status_code == 400
    twice = tidy.client.post(
        "/sparql",
        content="update=CLEAR%20ALL&update=CLEAR%20ALL",
        headers={"content-type": "application/x-www-form-urlencoded"},
    )
    assert twice.status_code == 400


def test_an_update_of_several_operations_is_all_or_nothing(tidy: Endpoint) -> None:
    before = tidy.versions.require_current().number
    answer = tidy.update(
        "INSERT DATA { <http://e/s> <http://e/p> 1 } ; CREATE GRAPH <http://e/g> ;"
        " CREATE GRAPH <http://e/g>"
    )
    assert answer.status_code == 400
    assert tidy.versions.require_current().number == before
    assert not tidy.ask("ASK { ?s ?p ?o }")


def test_a_syntax_error_has_its_place(tidy: Endpoint) -> None:
    answer = tidy.update("INSERT DATA {\n <http://e/s> <http://e/p> }")
    assert (answer.status_code, answer.json()["line"]) == (400, 2)
    assert tidy.update("ASK {}").status_code == 400


def test_an_update_that_never_ends_is_stopped_and_leaves_no_trace(tidy: Endpoint) -> None:
    before = tidy.versions.require_current().number
    started = time.monotonic()
    answer = tidy.update(RUNAWAY, timeout="0.5")
    assert time.monotonic() - started < 2.5
    assert answer.status_code == 504
    assert answer.json()["limit_seconds"] == 0.5
    assert tidy.versions.require_current().number == before
    tidy.done("INSERT DATA { <http://e/s> <http://e/p> 2 }")
    assert tidy.select("SELECT ?o { ?s ?p ?o }") == [("2",)]
    assert list((tidy.store / "staging").iterdir()) == []


LOADS = [
    "LOAD <URL>",
    "lOaD SILENT <URL> INTO GRAPH <http://e/g>",
    "LOAD#c\n<URL>",
    "CLEAR ALL ; LOAD <URL>",
    "\\u004COAD <URL>",
    "PREFIX x: <URL> LOADx:y",
    "INSERT { ?s ?p ?o } WHERE { SERVICE <URL> { ?s ?p ?o } }",
    "DELETE { ?s ?p ?o } WHERE { { SELECT * { SERVICE SILENT <URL> { ?s ?p ?o } } } }",
    "PREFIX x: <URL> INSERT { ?s ?p ?o } WHERE { trueSERVICEx:y { ?s ?p ?o } }",
]


def test_load_and_service_in_any_disguise_open_no_connection(
    tidy: Endpoint, listener: Listener
) -> None:
    for text in LOADS:
        answer = tidy.update(text.replace("URL", listener.url))
        assert answer.status_code == 400, text
        assert answer.json()["line"] >= 1, text
    assert listener.count_callers() == 0


def test_in_a_union_an_insert_without_graph_is_kept_and_found(tmp_path: Path, serve: Serve) -> None:
    store = tmp_path / "store"
    token = begin(store, "union")
    with serve(settings_of(store, "union")) as url:
        endpoint = Endpoint(url, store, token)
        with endpoint.client:
            endpoint.done("INSERT DATA { <http://e/s> <http://e/p> 1 }")
            endpoint.done("INSERT DATA { GRAPH <http://e/g> { <http://e/s> <http://e/p> 1, 2 } }")
            assert endpoint.select("SELECT ?o { ?s ?p ?o }") == [("1",), ("2",)]
            local = "https://w3id.org/gfmdkg/graph/local"
            assert endpoint.select(f"SELECT ?o {{ GRAPH <{local}> {{ ?s ?p ?o }} }}") == [("1",)]
            endpoint.done("DELETE DATA { <http://e/s> <http://e/p> 1 }")
            assert endpoint.select("SELECT ?o { GRAPH ?g { ?s ?p ?o } }") == [("2",)]


INVALID = """
INSERT DATA { GRAPH <http://e/g> {
  <https://w3id.org/gfmdkg/id/instrument/odd> a gfmd:Instrument ; skos:prefLabel "Odd"@en .
} }
"""


ODD = b"""
@prefix gfmd: <https://w3id.org/gfmdkg/ontology#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
<https://w3id.org/gfmdkg/id/instrument/odd> a gfmd:Instrument ; skos:prefLabel "Odd"@en .
"""


def test_triples_that_break_the_shapes_are_refused_with_the_report(endpoint: Endpoint) -> None:
    answer = endpoint.update(INVALID)
    assert answer.status_code == 422, answer.text
    document = answer.json()
    assert document["type"].endswith("/problems/data-rejected")
    remedies = " ".join(fault["remedy"] for fault in document["faults"])
    assert "gfmd:instrumentType" in remedies
    assert "odd" in document["faults"][0]["message"] or "Odd" in document["faults"][0]["message"]
    assert endpoint.versions.require_current().number == 1
    assert list((endpoint.store / "staging").iterdir()) == []
    put = endpoint.client.put(
        "/graphs/g",
        content=ODD,
        headers={"content-type": "text/turtle"},
    )
    assert put.status_code == 422, put.text
    assert not endpoint.ask("ASK { GRAPH ?g { ?s ?p ?o } }")


def test_valid_records_enter_a_store_that_began_empty(endpoint: Endpoint) -> None:
    endpoint.done(
        INVALID.replace(
            '"Odd"@en .',
            '"Odd"@en ; gfmd:legallyBinding true ; gfmd:instrumentType '
            "<https://w3id.org/gfmdkg/scheme/instrument-type/treaty> .",
        )
    )
    assert endpoint.ask("ASK { GRAPH ?g { ?s a gfmd:Instrument } }")


def test_the_shipped_graph_takes_a_valid_change_and_refuses_another(
    shipped_store: Path, tmp_path: Path, serve: Serve
) -> None:
    store = tmp_path / "store"
    shutil.copytree(shipped_store, store)
    token, _ = TokenStore(store).create(name="test", role=Role.REVIEWER)
    with serve(settings_of(store, "union")) as url:
        endpoint = Endpoint(url, store, token)
        with endpoint.client:
            before = endpoint.versions.require_current()
            endpoint.done('INSERT DATA { <http://e/s> <http://e/p> "note" }')
            refused = endpoint.update(
                "DELETE { GRAPH ?g { ?i skos:prefLabel ?l } } INSERT {} WHERE {"
                " GRAPH ?g { ?i a gfmd:Instrument ; skos:prefLabel ?l } }"
            )
            assert refused.status_code == 422
            assert len(refused.json()["faults"]) >= 2
            current = endpoint.versions.require_current()
            assert (current.number, current.parent) == (before.number + 1, before.number)
            assert endpoint.ask("ASK { ?i a gfmd:Instrument ; skos:prefLabel ?l }")


# Crashes and concurrency


def kill_writers(endpoint: Endpoint, rounds: int) -> None:
    """Kill the writer again and again while it writes; what was acknowledged has to be there."""
    acknowledged: list[int] = []
    for number in range(rounds):
        endpoint.done("INSERT DATA { <http://e/warm> <http://e/up> 1 }")  # it is there to be killed
        (pid,) = writer_pids(endpoint.store)
        timer = threading.Timer((number % 10) * 0.006, os.kill, (pid, signal.SIGKILL))
        triples = " . ".join(f"<http://e/r{number}> <http://e/counter> {i}" for i in range(200))
        timer.start()
        answer = endpoint.update(f"INSERT DATA {{ GRAPH <http://e/g> {{ {triples} }} }}")
        timer.join()
        assert answer.status_code in (204, 503), answer.text
        if answer.status_code == 204:
            acknowledged.append(number)
    whole = "SELECT ?s (COUNT(?o) AS ?n) { GRAPH ?g { ?s <http://e/counter> ?o } } GROUP BY ?s"
    found = {row[0]: row[1] for row in endpoint.select(whole)}
    assert set(found.values()) <= {"200"}, "a write is there by half"
    assert {f"http://e/r{number}" for number in acknowledged} <= found.keys()
    endpoint.done("INSERT DATA { <http://e/last> <http://e/up> 1 }")
    assert list((endpoint.store / "staging").iterdir()) == []


def increment(endpoints: list[Endpoint], each: int) -> None:
    """Several server processes write at once; each increment is a row of its own."""

    def work(endpoint: Endpoint, name: int) -> None:
        for number in range(each):
            row = f"<http://e/w{name}> <http://e/counter> {number}"
            endpoint.done(
                f"INSERT DATA {{ GRAPH <http://e/g> {{ {row} }} }} ;"
                "DELETE { <http://e/total> <http://e/is> ?n }"
                "INSERT { <http://e/total> <http://e/is> ?m }"
                "WHERE { OPTIONAL { <http://e/total> <http://e/is> ?n }"
                " BIND(COALESCE(?n, 0) + 1 AS ?m) }"
            )

    with ThreadPoolExecutor(len(endpoints)) as threads:
        for future in [threads.submit(work, e, i) for i, e in enumerate(endpoints)]:
            future.result()
    total = str(len(endpoints) * each)
    assert endpoints[0].select(COUNT) == [(total,)]
    assert endpoints[-1].select("SELECT ?n { <http://e/total> <http://e/is> ?n }") == [(total,)]


def run_two_fronts(store: Path, serve: Serve, each: int) -> None:
    token = begin(store)
    with ExitStack() as stack:
        endpoints = []
        for _ in range(2):
            endpoint = Endpoint(stack.enter_context(serve(settings_of(store))), store, token)
            stack.enter_context(endpoint.client)
            endpoints.append(endpoint)
        increment(endpoints, each)


def test_a_writer_that_is_killed_loses_nothing_that_it_acknowledged(endpoint: Endpoint) -> None:
    kill_writers(endpoint, 5)


def test_two_fronts_that_write_at_once_lose_nothing(tmp_path: Path, serve: Serve) -> None:
    run_two_fronts(tmp_path / "store", serve, 10)


@pytest.mark.soak
def test_a_hundred_kills_lose_nothing(endpoint: Endpoint) -> None:
    kill_writers(endpoint, 100)


@pytest.mark.soak
def test_four_hundred_increments_of_two_fronts_are_all_there(tmp_path: Path, serve: Serve) -> None:
    run_two_fronts(tmp_path / "store", serve, 200)
