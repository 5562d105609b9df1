"""The SPARQL 1.1 Protocol for queries, over a real connection."""

import json
import re
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from urllib.parse import parse_qsl, quote

import httpx
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.listener import Listener

from gfmdkg.build import ensure_empty
from gfmdkg.curation.tokens import Role, TokenStore
from gfmdkg.errors import RequestError
from gfmdkg.settings import Settings
from gfmdkg.sparql.request import parse_parameters
from gfmdkg.store.versions import VersionStore

JSON, TURTLE = "application/sparql-results+json", "text/turtle"
ASK = "ASK { ?s ?p ?o }"
SELECT = "SELECT ?o { <http://e/s> <http://e/p> ?o } ORDER BY ?o"
CONSTRUCT = "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }"
DATA = """
INSERT DATA {
  <http://e/s> <http://e/p> 1 .
  GRAPH <http://e/g> { <http://e/s> <http://e/p> 2 }
  GRAPH <http://e/h> { <http://e/s> <http://e/p> 3 }
}
"""
# It never ends by itself.
MANY = " ".join(map(str, range(200)))
ENDLESS = (
    "ASK {"
    + "".join(f"VALUES ?v{i} {{ {MANY} }}" for i in range(6))
    + f"FILTER({' + '.join(f'?v{i}' for i in range(6))} < 0) }}"
)


@pytest.fixture(scope="module")
def client(
    tmp_path_factory: pytest.TempPathFactory,
    serve: Callable[[Settings], AbstractContextManager[str]],
) -> Iterator[httpx.Client]:
    store = tmp_path_factory.mktemp("sparql") / "store"
    settings = Settings(
        store=store,
        default_graph="strict",
        engines=2,
        engines_reserved=0,
        query_timeout_seconds=2.0,
        query_limit_bytes=20_000,
        body_limit_bytes=100_000,
        log_format="off",
    )
    ensure_empty(VersionStore(store), default_graph="strict")
    secret, _ = TokenStore(store).create(name="test", role=Role.REVIEWER)
    with serve(settings) as url, httpx.Client(base_url=url, timeout=20) as client:
        answer = client.post(
            "/sparql",
            content=DATA,
            headers={
                "content-type": "application/sparql-update",
                "authorization": f"Bearer {secret}",
            },
        )
        assert answer.status_code == 204, answer.text
        yield client


def values(answer: httpx.Response) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [row["o"]["value"] for row in answer.json()["results"]["bindings"]]


def problem(answer: httpx.Response) -> str:
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    document = answer.json()
    assert document["status"] == answer.status_code
    return str(document["type"]).rpartition("/")[2]


def direct(client: httpx.Client, text: str, **options: object) -> httpx.Response:
    return client.post(
        "/sparql",
        content=text,
        headers={"content-type": "application/sparql-query"},
        **options,  # type: ignore[arg-type]
    )


def test_a_query_is_answered_by_get_by_form_and_directly(client: httpx.Client) -> None:
    answers = (
        client.get("/sparql", params={"query": SELECT}),
        client.post("/sparql", data={"query": SELECT}),
        direct(client, SELECT),
    )
    for answer in answers:
        assert values(answer) == ["1"]
        assert answer.headers["content-type"] == JSON
        assert answer.headers["content-version"] == "2"


def test_the_dataset_may_stand_in_the_address_of_a_form(client: httpx.Client) -> None:
    params = {"default-graph-uri": "http://e/g"}
    assert values(client.post("/sparql", params=params, data={"query": SELECT})) == ["2"]
    assert values(direct(client, SELECT, params=params)) == ["2"]


def test_default_graphs_of_the_request_are_merged(client: httpx.Client) -> None:
    params = {"query": SELECT, "default-graph-uri": ["http://e/g", "http://e/h"]}
    assert values(client.get("/sparql", params=params)) == ["2", "3"]


def test_named_graphs_of_the_request_are_the_only_ones(client: httpx.Client) -> None:
    query = "SELECT ?o { GRAPH ?g { ?s ?p ?o } }"
    assert len(values(client.get("/sparql", params={"query": query}))) == 2
    params = {"query": query, "named-graph-uri": "http://e/h"}
    assert values(client.get("/sparql", params=params)) == ["3"]
    params = {"query": SELECT, "named-graph-uri": "http://e/h"}
    assert values(client.get("/sparql", params=params)) == []


def test_the_dataset_of_the_request_wins_over_from(client: httpx.Client) -> None:
    query = "SELECT ?o FROM <http://e/g> { ?s ?p ?o }"
    assert values(client.get("/sparql", params={"query": query})) == ["2"]
    params = {"query": query, "default-graph-uri": "http://e/h"}
    assert values(client.get("/sparql", params=params)) == ["3"]


def test_a_graph_that_is_no_iri_is_named_as_a_bad_parameter(client: httpx.Client) -> None:
    answer = client.get("/sparql", params={"query": ASK, "default-graph-uri": "not an iri"})
    assert (answer.status_code, problem(answer)) == (422, "bad-parameter")
    assert answer.json()["parameter"] == "default-graph-uri"


@pytest.mark.parametrize(
    ("query", "accept", "expected"),
    [
        (SELECT, None, JSON),
        (SELECT, "*/*", JSON),
        (SELECT, "application/json", JSON),
        (SELECT, "text/csv", "text/csv; charset=utf-8; header=present"),
        (SELECT, "text/*", "text/csv; charset=utf-8; header=present"),
        (SELECT, "text/tab-separated-values", "text/tab-separated-values; charset=utf-8"),
        (SELECT, "application/sparql-results+xml", "application/sparql-results+xml"),
        (SELECT, "text/csv;q=0.5, application/sparql-results+xml;q=0.9, */*;q=0.1",
         "application/sparql-results+xml"),
        (SELECT, "application/sparql-results+json;q=0, */*", "application/sparql-results+xml"),
        (SELECT, "text/turtle, application/sparql-results+json;q=0.1", JSON),
        (SELECT, "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", JSON),
        (ASK, "application/sparql-results+xml", "application/sparql-results+xml"),
        (CONSTRUCT, None, "text/turtle; charset=utf-8"),
        (CONSTRUCT, "application/n-triples", "application/n-triples"),
        (CONSTRUCT, "application/ld+json", "application/ld+json"),
        (CONSTRUCT, "application/json", "application/ld+json"),
        (CONSTRUCT, "application/rdf+xml", "application/rdf+xml"),
        (CONSTRUCT, "application/trig", "application/trig"),
        (CONSTRUCT, "application/n-quads", "application/n-quads"),
        ("DESCRIBE <http://e/s>", "text/turtle", "text/turtle; charset=utf-8"),
    ],
)  # fmt: skip
def test_the_accept_header_decides(
    client: httpx.Client, query: str, accept: str | None, expected: str
) -> None:
    headers = {} if accept is None else {"accept": accept}
    answer = client.get("/sparql", params={"query": query}, headers=headers)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == expected
    assert "accept" in answer.headers["vary"].lower()


@pytest.mark.parametrize(
    ("query", "accept"),
    [
        (SELECT, "text/turtle"),
        (CONSTRUCT, "text/csv"),
        (SELECT, "image/png"),
        (SELECT, "application/sparql-results+json;charset=utf-16"),
        (ASK, "*/*;q=0"),
    ],
)
def test_what_the_form_cannot_be_written_in_is_not_acceptable(
    client: httpx.Client, query: str, accept: str
) -> None:
    answer = client.get("/sparql", params={"query": query}, headers={"accept": accept})
    assert (answer.status_code, problem(answer)) == (406, "not-acceptable")
    assert answer.json()["offered"]


@pytest.mark.parametrize(
    ("name", "query", "expected"),
    [
        ("csv", SELECT, "text/csv; charset=utf-8; header=present"),
        ("json", SELECT, JSON),
        ("json", CONSTRUCT, "application/ld+json"),
        ("xml", CONSTRUCT, "application/rdf+xml"),
        ("ttl", CONSTRUCT, "text/turtle; charset=utf-8"),
        ("turtle", CONSTRUCT, "text/turtle; charset=utf-8"),
        ("nq", CONSTRUCT, "application/n-quads"),
    ],
)
def test_a_format_by_its_short_name_goes_before_accept(
    client: httpx.Client, name: str, query: str, expected: str
) -> None:
    params = {"query": query, "format": name}
    answer = client.get("/sparql", params=params, headers={"accept": "image/png"})
    assert answer.headers["content-type"] == expected


def test_the_three_names_that_clients_send_for_a_format_are_one(client: httpx.Client) -> None:
    same = {"query": SELECT, "format": "csv", "output": "csv", "results": "csv"}
    assert client.get("/sparql", params=same).headers["content-type"].startswith("text/csv")
    answer = client.get("/sparql", params=same | {"output": "json"})
    assert (answer.status_code, problem(answer)) == (422, "bad-parameter")


def test_an_unknown_format_is_refused_with_those_there_are(client: httpx.Client) -> None:
    answer = client.get("/sparql", params={"query": SELECT, "format": "yaml"})
    assert answer.status_code == 422
    assert "json" in answer.json()["allowed"]


@pytest.mark.parametrize(
    "target",
    [
        f"/sparql?query={quote(ASK)}&query={quote(ASK)}",
        "/sparql?default-graph-uri=http%3A%2F%2Fe%2Fg",
        "/sparql?update=CLEAR%20ALL",
        "/sparql?query=%ff",
        f"/sparql?query={quote(ASK)}&update=CLEAR%20ALL",
    ],
)
def test_other_than_one_query_is_a_bad_request(client: httpx.Client, target: str) -> None:
    answer = client.get(target)
    assert (answer.status_code, problem(answer)) == (400, "bad-request")


def test_a_query_in_body_and_address_is_two(client: httpx.Client) -> None:
    answer = direct(client, ASK, params={"query": ASK})
    assert (answer.status_code, problem(answer)) == (400, "bad-request")


def test_an_unknown_parameter_is_refused(client: httpx.Client) -> None:
    answer = client.get("/sparql", params={"query": ASK, "defualt-graph-uri": "http://e/g"})
    assert (answer.status_code, problem(answer)) == (400, "unknown-parameter")
    assert "default-graph-uri" in answer.json()["allowed"]


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("text/plain", ASK.encode()),
        ("", ASK.encode()),
        ("application/sparql-query; charset=utf-16", ASK.encode("utf-16")),
        ("application/sparql-query; charset=iso-8859-1", ASK.encode()),
        ("application/json", b"{}"),
    ],
)
def test_other_bodies_are_unsupported(client: httpx.Client, content_type: str, body: bytes) -> None:
    answer = client.post("/sparql", content=body, headers={"content-type": content_type})
    assert (answer.status_code, problem(answer)) == (415, "unsupported-media-type")


def test_utf_8_may_be_said(client: httpx.Client) -> None:
    headers = {"content-type": 'application/sparql-query; charset="UTF-8"'}
    answer = client.post("/sparql", content="ASK { FILTER('é' = 'é') }".encode(), headers=headers)
    assert answer.json()["boolean"] is True


def test_a_body_that_is_not_utf_8_is_a_bad_request(client: httpx.Client) -> None:
    headers = {"content-type": "application/sparql-query"}
    answer = client.post("/sparql", content=b"ASK { FILTER('\xe9' = '') }", headers=headers)
    assert (answer.status_code, problem(answer)) == (400, "bad-request")


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
def test_other_methods_are_refused_with_those_there_are(client: httpx.Client, method: str) -> None:
    answer = client.request(method, "/sparql", params={"query": ASK})
    assert (answer.status_code, problem(answer)) == (405, "method-not-allowed")
    assert answer.headers["allow"] == "GET, HEAD, OPTIONS, POST"


def test_head_says_what_get_would(client: httpx.Client) -> None:
    got, head = (client.request(m, "/sparql", params={"query": SELECT}) for m in ("GET", "HEAD"))
    assert head.status_code == 200
    assert head.content == b""
    for name in ("content-type", "content-length", "etag", "content-version"):
        assert head.headers[name] == got.headers[name], name


def test_a_preflight_is_answered(client: httpx.Client) -> None:
    headers = {"origin": "https://e.example", "access-control-request-method": "POST"}
    answer = client.options("/sparql", headers=headers)
    assert answer.status_code == 204
    assert "POST" in answer.headers["access-control-allow-methods"]
    assert "authorization" in answer.headers["access-control-allow-headers"].lower()
    for each in (answer, client.get("/sparql", params={"query": ASK})):
        assert each.headers["access-control-allow-origin"] == "*"


def test_an_answer_that_the_client_has_is_not_sent_again(client: httpx.Client) -> None:
    first = client.get("/sparql", params={"query": SELECT})
    headers = {"if-none-match": first.headers["etag"]}
    again = client.get("/sparql", params={"query": SELECT}, headers=headers)
    assert (again.status_code, again.content) == (304, b"")
    headers["accept"] = "text/csv"
    assert client.get("/sparql", params={"query": SELECT}, headers=headers).status_code == 200


def test_what_differs_each_time_is_not_kept(client: httpx.Client) -> None:
    params = {"query": "SELECT (RAND() AS ?o) {}"}
    first, second = (client.get("/sparql", params=params) for _ in range(2))
    assert values(first) != values(second)
    assert first.headers["cache-control"] == "no-store"
    assert "etag" not in first.headers


def test_a_version_is_pinned(client: httpx.Client) -> None:
    answer = client.get("/sparql", params={"query": SELECT, "version": "1"})
    assert values(answer) == []
    assert answer.headers["content-version"] == "1"
    assert "immutable" in answer.headers["cache-control"]
    assert client.get("/sparql", params={"query": SELECT, "version": "99"}).status_code == 404
    assert client.get("/sparql", params={"query": SELECT, "version": "x"}).status_code == 422


def test_a_syntax_error_has_its_place(client: httpx.Client) -> None:
    answer = direct(client, "SELECT *\nWHERE { ?s ?p }")
    assert (answer.status_code, problem(answer)) == (400, "query-rejected")
    assert answer.json()["line"] == 2


def test_an_update_sent_as_a_query_is_rejected(client: httpx.Client) -> None:
    assert problem(direct(client, "CLEAR ALL")) == "query-rejected"


def test_relative_iris_have_a_base_and_ours_need_no_prefix(client: httpx.Client) -> None:
    query = "SELECT (STR(<id/x>) AS ?o) (skos:Concept AS ?c) {}"
    assert values(client.get("/sparql", params={"query": query})) == [
        "https://w3id.org/gfmdkg/id/x"
    ]


def test_a_runaway_query_ends_at_the_limit_it_asked_for(client: httpx.Client) -> None:
    started = time.monotonic()
    answer = client.get("/sparql", params={"query": ENDLESS, "timeout": "0.5"})
    seconds = time.monotonic() - started
    assert (answer.status_code, problem(answer)) == (504, "query-timeout")
    assert answer.json()["limit_seconds"] == 0.5
    assert 0.5 <= seconds < 1.5


def test_nobody_gets_more_time_than_the_setting(client: httpx.Client) -> None:
    answer = client.get("/sparql", params={"query": ENDLESS, "timeout": "1000"})
    assert answer.json()["limit_seconds"] == 2.0


@pytest.mark.parametrize("timeout", ["0", "-1", "soon", "nan", "inf"])
def test_a_time_limit_is_a_positive_number(client: httpx.Client, timeout: str) -> None:
    answer = client.get("/sparql", params={"query": ASK, "timeout": timeout})
    assert (answer.status_code, problem(answer)) == (422, "bad-parameter")


def test_explain_gives_measured_stages_and_the_algebra(client: httpx.Client) -> None:
    answer = client.get("/sparql", params={"query": SELECT, "explain": "true"})
    document = answer.json()
    assert document["stages"][0]["name"] == "until the answer begins"
    assert all(stage["seconds"] >= 0 for stage in document["stages"])
    assert "OrderBy" in document["algebra"]
    assert "rdflib" in document["algebra_note"]
    assert answer.headers["cache-control"] == "no-store"


def test_explain_survives_a_query_that_only_the_engine_can_parse(client: httpx.Client) -> None:
    query = "SELECT * { LATERAL { SELECT ?s { ?s ?p ?o } LIMIT 1 } }"
    document = client.get("/sparql", params={"query": query, "explain": "true"}).json()
    assert document["algebra"] is None
    assert document["algebra_error"]
    assert document["stages"]


def test_a_long_query_is_refused_early(client: httpx.Client) -> None:
    text = f"ASK {{ FILTER('{'x' * 30_000}' = '') }}"
    answer = direct(client, text)
    assert (answer.status_code, problem(answer)) == (413, "body-too-large")
    answer = client.post("/sparql", data={"query": text})
    assert (answer.status_code, problem(answer)) == (400, "query-rejected")
    answer = client.post("/sparql", data={"query": "x" * 90_000})
    assert (answer.status_code, problem(answer)) == (413, "body-too-large")


def test_a_body_of_unknown_length_is_cut_off_at_the_limit(client: httpx.Client) -> None:
    def endless() -> Iterator[bytes]:
        for _ in range(100):
            yield b"#" * 1000 + b"\n"

    answer = client.post(
        "/sparql", content=endless(), headers={"content-type": "application/sparql-query"}
    )
    assert (answer.status_code, problem(answer)) == (413, "body-too-large")


def test_nesting_bombs_are_rejected_with_their_place(client: httpx.Client) -> None:
    answer = direct(client, "ASK " + "{" * 3000 + "}" * 3000)
    assert (answer.status_code, problem(answer)) == (400, "query-rejected")
    assert answer.json()["column"] > 100


DISGUISES = [
    "SELECT * { SERVICE <URL> { ?s ?p ?o } }",
    "SELECT * { sErViCe SILENT <URL> { ?s ?p ?o } }",
    "SELECT * { SERVICE#c\n<URL> { ?s ?p ?o } }",
    "SELECT * { \\u0053ERVICE <URL> { ?s ?p ?o } }",
    "SELECT * { { SELECT * { SERVICE <URL> { ?s ?p ?o } } } }",
    "SELECT * { OPTIONAL { SERVICE <URL> { ?s ?p ?o } } }",
    "ASK { FILTER EXISTS { SERVICE <URL> { ?s ?p ?o } } }",
    "SELECT * { FILTER(true)SERVICE <URL> { ?s ?p ?o } }",
    "PREFIX x: <URL> SELECT * { SERVICEx:y { ?s ?p ?o } }",
    "SELECT * { BIND(<URL> AS ?u) SERVICE ?u { ?s ?p ?o } }",
    "CONSTRUCT { ?s ?p ?o } WHERE { SERVICE <URL> { ?s ?p ?o } }",
    "DESCRIBE ?s { SERVICE <URL> { ?s ?p ?o } }",
    "ASK { FILTER(1<'>' || 'SERVICE <URL> {' = '') SERVICE <URL> { ?s ?p ?o } }",
]


@pytest.mark.parametrize("disguise", DISGUISES)
def test_service_in_any_disguise_opens_no_connection(
    client: httpx.Client, listener: Listener, disguise: str
) -> None:
    answer = direct(client, disguise.replace("URL", listener.url))
    assert (answer.status_code, problem(answer)) == (400, "query-rejected")
    assert answer.json()["line"] >= 1
    assert listener.count_callers() == 0


def test_the_word_service_in_strings_and_iris_is_harmless(client: httpx.Client) -> None:
    query = "SELECT ?o { BIND('SERVICE <http://e/>' AS ?o) } # SERVICE <http://e/> {}"
    assert values(client.get("/sparql", params={"query": query})) == ["SERVICE <http://e/>"]


def test_a_bare_get_describes_the_service(client: httpx.Client) -> None:
    answer = client.get("/sparql", headers={"accept": "text/turtle"})
    assert answer.headers["content-type"] == "text/turtle; charset=utf-8"
    assert f"<{client.base_url}/sparql>" in answer.text
    assert "SPARQL11Query" in answer.text


def test_a_browser_gets_a_form_without_script(client: httpx.Client) -> None:
    accept = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
    answer = client.get("/sparql", headers={"accept": accept})
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert '<form action="/sparql" method="get">' in answer.text
    assert "<script" not in answer.text


def test_a_bare_get_for_results_says_what_is_missing(client: httpx.Client) -> None:
    answer = client.get("/sparql", headers={"accept": JSON})
    assert (answer.status_code, problem(answer)) == (400, "bad-request")
    assert "query" in answer.json()["detail"]


def test_figures_of_the_description_follow_the_graph(client: httpx.Client) -> None:
    answer = client.get("/.well-known/void", headers={"accept": "application/n-triples"})
    assert answer.headers["content-version"] == "2"
    assert '<http://rdfs.org/ns/void#triples> "1"' in answer.text
    assert "<http://rdfs.org/ns/void#property> <http://e/p>" in answer.text
    older = client.get("/dataset", params={"version": "1", "format": "nt"})
    assert '<http://rdfs.org/ns/void#triples> "0"' in older.text


def test_a_store_without_a_version_is_a_documented_problem(
    tmp_path: Path, serve: Callable[[Settings], AbstractContextManager[str]]
) -> None:
    settings = Settings(store=tmp_path / "store", engines=1, log_format="off")
    with serve(settings) as url:
        answer = httpx.get(f"{url}/sparql", params={"query": ASK})
    assert (answer.status_code, problem(answer)) == (503, "content")
    assert json.dumps(answer.json()["faults"]).count("gfmdkg build") == 1


@given(st.binary(max_size=60) | st.from_regex(rb"(?:[a=&+ \n]|%[0-9a-fA-F]{0,2})*"))
@example(b"%C2\x80")
def test_parameters_are_decoded_as_forms_are(encoded: bytes) -> None:
    # A byte that stands for itself may be one half of a character, and its escape the other.
    escaped = re.sub(rb"[\x80-\xff]", lambda byte: b"%%%02X" % byte[0][0], encoded)
    try:
        expected = parse_qsl(escaped.decode(), keep_blank_values=True, errors="strict")
    except UnicodeDecodeError:
        with pytest.raises(RequestError):
            parse_parameters(encoded)
    else:
        assert list(parse_parameters(encoded)) == expected


def test_form_of_megabytes_is_decoded_in_no_time() -> None:
    began = time.process_time()
    parse_parameters(b"query=" + b"%41" * 1_300_000)
    assert time.process_time() - began < 0.3
