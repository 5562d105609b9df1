"""The Graph Store Protocol, over a real connection."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

import httpx
import pytest

from gfmdkg.build import ensure_empty
from gfmdkg.curation.tokens import Role, TokenStore
from gfmdkg.settings import Settings
from gfmdkg.store.versions import VersionStore

ONE, TWO = b"<http://e/s> <http://e/p> 1 .", b"<http://e/s> <http://e/p> 2 ."
N_TRIPLES = {"accept": "application/n-triples"}
TURTLE = {"content-type": "text/turtle"}

Serve = Callable[[Settings], AbstractContextManager[str]]


def open_client(
    root: Any, serve: Serve, *, default_graph: str
) -> Iterator[tuple[httpx.Client, str]]:
    store = root / "store"
    settings = Settings(
        store=store,
        default_graph=default_graph,
        engines=1,
        engines_reserved=0,
        body_limit_bytes=10_000,
        log_format="off",
    )
    ensure_empty(VersionStore(store), default_graph=default_graph)
    tokens = TokenStore(store)
    secret, _ = tokens.create(name="test", role=Role.REVIEWER)
    weak, _ = tokens.create(name="weak", role=Role.SUBMITTER)
    headers = {"authorization": f"Bearer {secret}"}
    with serve(settings) as url, httpx.Client(base_url=url, headers=headers, timeout=20) as client:
        yield client, weak


@pytest.fixture(scope="module")
def strict(
    tmp_path_factory: pytest.TempPathFactory, serve: Serve
) -> Iterator[tuple[httpx.Client, str]]:
    yield from open_client(tmp_path_factory.mktemp("gsp"), serve, default_graph="strict")


@pytest.fixture(scope="module")
def client(strict: tuple[httpx.Client, str]) -> httpx.Client:
    return strict[0]


@pytest.fixture(scope="module")
def union(tmp_path_factory: pytest.TempPathFactory, serve: Serve) -> Iterator[httpx.Client]:
    for client, _ in open_client(tmp_path_factory.mktemp("union"), serve, default_graph="union"):
        yield client


def triples(answer: httpx.Response) -> set[str]:
    assert answer.status_code == 200, answer.text
    return {line.removesuffix(" .") for line in answer.text.splitlines() if line}


def objects(answer: httpx.Response) -> set[str]:
    return {line.split()[2].partition("^^")[0].strip('"') for line in triples(answer)}


@pytest.mark.parametrize("path", ["/graphs?graph=http%3A%2F%2Fe%2Fa", "/graphs/a/b.ttl"])
def test_a_graph_is_made_read_replaced_added_to_and_removed(
    client: httpx.Client, path: str
) -> None:
    assert client.get(path).status_code == 404
    assert client.head(path).status_code == 404
    assert client.put(path, content=ONE, headers=TURTLE).status_code == 201
    assert objects(client.get(path, headers=N_TRIPLES)) == {"1"}
    assert client.put(path, content=TWO, headers=TURTLE).status_code == 204
    assert objects(client.get(path, headers=N_TRIPLES)) == {"2"}
    added = client.post(path, content=ONE, headers=TURTLE)
    assert added.status_code == 204
    read = client.get(path, headers=N_TRIPLES)
    assert objects(read) == {"1", "2"}
    assert read.headers["content-version"] == added.headers["content-version"]
    assert client.head(path, headers=N_TRIPLES).headers["content-length"] == str(len(read.content))
    assert client.delete(path).status_code == 204
    assert client.get(path).status_code == 404
    assert client.delete(path).status_code == 404


def test_the_address_of_a_direct_graph_is_its_name_and_base(client: httpx.Client) -> None:
    body = b"<> <http://e/p> <x> ."
    assert client.put("/graphs/base/doc", content=body, headers=TURTLE).status_code == 201
    name = f"{str(client.base_url).rstrip('/')}/graphs/base/doc"
    answer = client.get("/graphs", params={"graph": name}, headers=N_TRIPLES)
    assert triples(answer) == {f"<{name}> <http://e/p> <{name.removesuffix('doc')}x>"}


def test_graphs_of_the_project_dereference(client: httpx.Client) -> None:
    name = "https://w3id.org/gfmdkg/graph/data/x"
    client.put("/graphs", params={"graph": name}, content=ONE, headers=TURTLE)
    assert objects(client.get("/graph/data/x", headers=N_TRIPLES)) == {"1"}


def test_percent_signs_in_a_name_are_part_of_it(client: httpx.Client) -> None:
    for name, body in (("http://e/a%2Fb", ONE), ("http://e/a/b", TWO)):
        client.put("/graphs", params={"graph": name}, content=body, headers=TURTLE)
    for name, value in (("http://e/a%2Fb", "1"), ("http://e/a/b", "2")):
        answer = client.get("/graphs", params={"graph": name}, headers=N_TRIPLES)
        assert objects(answer) == {value}


def test_an_empty_graph_is_there(client: httpx.Client) -> None:
    path = "/graphs/empty"
    assert client.put(path, content=b"", headers=TURTLE).status_code == 201
    assert triples(client.get(path, headers=N_TRIPLES)) == set()


def test_a_graph_without_name_gets_one(client: httpx.Client) -> None:
    answer = client.post("/graphs", content=ONE, headers=TURTLE)
    assert answer.status_code == 201
    location = answer.headers["location"]
    assert objects(client.get(location, headers=N_TRIPLES)) == {"1"}
    assert location != client.post("/graphs", content=ONE, headers=TURTLE).headers["location"]


def test_the_default_graph_of_a_strict_store_is_written(client: httpx.Client) -> None:
    for method, body, expected in (("PUT", ONE, {"1"}), ("POST", TWO, {"1", "2"})):
        assert client.request(method, "/graphs?default", content=body, headers=TURTLE).is_success
        assert objects(client.get("/graphs?default", headers=N_TRIPLES)) == expected
    assert client.delete("/graphs?default").status_code == 204
    assert triples(client.get("/graphs?default", headers=N_TRIPLES)) == set()


def test_the_default_graph_of_a_union_is_read_only_and_says_the_way_out(
    union: httpx.Client,
) -> None:
    assert union.put("/graphs/u", content=ONE, headers=TURTLE).status_code == 201
    assert objects(union.get("/graphs?default", headers=N_TRIPLES)) == {"1"}
    for method in ("PUT", "POST", "DELETE"):
        answer = union.request(method, "/graphs?default", content=TWO, headers=TURTLE)
        assert answer.status_code == 409
        assert "?graph=" in answer.json()["detail"]
    assert union.delete("/graphs/u").status_code == 204
    assert triples(union.get("/graphs?default", headers=N_TRIPLES)) == set()


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("text/turtle", "<http://e/s> <http://e/p> 'é' ."),
        ("text/turtle; charset=utf-8", "<http://e/s> <http://e/p> 'é' ."),
        ("application/n-triples", '<http://e/s> <http://e/p> "é" .'),
        ("application/ld+json", '{"@id": "http://e/s", "http://e/p": "é"}'),
        (
            "application/rdf+xml",
            (
                '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"'
                ' xmlns:e="http://e/"><rdf:Description rdf:about="http://e/s"><e:p>é</e:p>'
                "</rdf:Description></rdf:RDF>"
            ),
        ),
    ],
)
def test_each_format_of_one_graph_is_read(
    client: httpx.Client, content_type: str, body: str
) -> None:
    headers = {"content-type": content_type}
    assert client.put("/graphs/f", content=body.encode(), headers=headers).is_success
    answer = client.get("/graphs/f", headers=N_TRIPLES)
    assert triples(answer) == {'<http://e/s> <http://e/p> "é"'}


@pytest.mark.parametrize(
    "accept", ["text/turtle", "application/ld+json", "application/rdf+xml", "application/n-quads"]
)
def test_each_format_is_written(client: httpx.Client, accept: str) -> None:
    client.put("/graphs/w", content=ONE, headers=TURTLE)
    answer = client.get("/graphs/w", headers={"accept": accept})
    assert answer.headers["content-type"].partition(";")[0] == accept
    assert "http://e/s" in answer.text


@pytest.mark.parametrize(
    "content_type", ["application/trig", "application/n-quads", "text/csv", "text/turtle;charset=x"]
)
def test_other_bodies_are_unsupported(client: httpx.Client, content_type: str) -> None:
    headers = {"content-type": content_type}
    assert client.put("/graphs/n", content=ONE, headers=headers).status_code == 415
    assert client.get("/graphs/n").status_code == 404


def test_a_document_that_names_graphs_cannot_write_to_them(client: httpx.Client) -> None:
    body = b'{"@id": "http://e/other", "@graph": [{"@id": "http://e/s", "http://e/p": 1}]}'
    headers = {"content-type": "application/ld+json"}
    answer = client.put("/graphs/n", content=body, headers=headers)
    assert answer.status_code == 400
    assert "http://e/other" in answer.json()["faults"][0]["message"]
    for name in ("/graphs/n", "/graphs?graph=http://e/other"):
        assert client.get(name).status_code == 404


def test_a_malformed_document_is_refused_with_its_place(client: httpx.Client) -> None:
    answer = client.put("/graphs/n", content=b"<http://e/s>\n  <http://e/p> .", headers=TURTLE)
    assert answer.status_code == 400
    assert answer.json()["faults"][0]["line"] == 2
    assert client.get("/graphs/n").status_code == 404


def test_parts_of_a_form_are_added_and_keep_their_blank_nodes_apart(client: httpx.Client) -> None:
    part = "_:a <http://e/p> {} ."
    files = [
        ("a", ("a.ttl", part.format(1), "text/turtle")),
        ("b", ("b.nt", part.format('"2"'), "application/n-triples")),
    ]
    assert client.post("/graphs/parts", files=files).status_code == 201
    lines = triples(client.get("/graphs/parts", headers=N_TRIPLES))
    assert len({line.split()[0] for line in lines}) == 2


@pytest.mark.parametrize(
    "target",
    ["/graphs", "/graphs?graph=http://e/a&default", "/graphs?graph=http://e/a&graph=http://e/b"],
)
def test_a_request_names_one_graph(client: httpx.Client, target: str) -> None:
    assert client.get(target).status_code == 400
    assert client.put(target, content=ONE, headers=TURTLE).status_code == 400


def test_a_name_that_is_no_iri_is_a_bad_parameter(client: httpx.Client) -> None:
    for name in ("relative", "", "http://e/ space"):
        assert client.get("/graphs", params={"graph": name}).status_code == 422


def test_an_unknown_parameter_is_refused(client: httpx.Client) -> None:
    assert client.get("/graphs?default&lang=en").status_code == 400
    assert client.get("/graphs/a?graph=http://e/a").status_code == 400


def test_without_a_token_only_reading_is_allowed(strict: tuple[httpx.Client, str]) -> None:
    client, weak = strict
    for token, status in ((None, 401), ("Bearer wrong", 401), (f"Bearer {weak}", 403)):
        headers = TURTLE if token is None else TURTLE | {"authorization": token}
        for method in ("PUT", "POST", "DELETE"):
            answer = httpx.request(
                method, f"{client.base_url}/graphs/t", content=ONE, headers=headers
            )
            assert answer.status_code == status
            assert ("www-authenticate" in answer.headers) == (status == 401)
    assert httpx.get(f"{client.base_url}/graphs?default").status_code == 200
    assert client.get("/graphs/t").status_code == 404


def test_other_methods_are_refused_with_those_there_are(client: httpx.Client) -> None:
    answer = client.patch("/graphs/a")
    assert answer.status_code == 405
    assert answer.headers["allow"] == "DELETE, GET, HEAD, OPTIONS, POST, PUT"
    assert "PUT" in client.options("/graphs/a").headers["access-control-allow-methods"]


def test_what_no_graph_is_written_in_is_not_acceptable(client: httpx.Client) -> None:
    answer = client.get("/graphs?default", headers={"accept": "text/csv"})
    assert answer.status_code == 406
    assert "text/turtle" in answer.json()["offered"]


def test_a_graph_that_the_client_has_is_not_sent_again(client: httpx.Client) -> None:
    client.put("/graphs/etag", content=ONE, headers=TURTLE)
    tag = client.get("/graphs/etag").headers["etag"]
    again = {"if-none-match": tag}
    assert client.get("/graphs/etag", headers=again).status_code == 304
    client.put("/graphs/etag", content=TWO, headers=TURTLE)
    assert client.get("/graphs/etag", headers=again).status_code == 200


def test_an_older_version_is_read(client: httpx.Client) -> None:
    first = client.put("/graphs/old", content=ONE, headers=TURTLE).headers["content-version"]
    client.put("/graphs/old", content=TWO, headers=TURTLE)
    answer = client.get("/graphs/old", params={"version": first}, headers=N_TRIPLES)
    assert objects(answer) == {"1"}


def test_a_document_over_the_limit_is_refused(client: httpx.Client) -> None:
    answer = client.put("/graphs/big", content=b"#" * 20_000, headers=TURTLE)
    assert answer.status_code == 413
    assert answer.json()["limit_bytes"] == 10_000
