"""Networks over HTTP: formats, filters, links, caching and errors."""

import asyncio
import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import networkx as nx
import pytest
from tests.sites import Site, open_site, publish, settings_for

from gfmdkg.app import create_app
from gfmdkg.namespaces import ID_BASE
from gfmdkg.networks.kinds import KINDS, MATRIX_KINDS
from gfmdkg.networks.network import EDGES_LIMIT
from gfmdkg.networks.routes import FILTER_NAMES, NETWORK_MEDIA
from gfmdkg.pages.operations import parameters_of
from gfmdkg.store.versions import VersionStore

SESSION = "gfmd-dialogue-gcm-2017-04-06-c1"
GCM, GFMD = f"{ID_BASE}instrument/gcm", f"{ID_BASE}process/gfmd"
# So many that all pairs of them are more edges than are worked out.
CROWD = 550
TURTLE_PREFIXES = """@base <https://example.org/> .
@prefix gfmd: <https://w3id.org/gfmdkg/ontology#> .
"""
LINK = """<l{number}-{cited}> a gfmd:Citation ; gfmd:passage <p{number}> ;
  gfmd:target <{cited}> ;
  gfmd:assertion <https://w3id.org/gfmdkg/scheme/assertion/explicit> ;
  gfmd:reviewStatus <https://w3id.org/gfmdkg/scheme/review-status/accepted> ."""
PROBLEM = "application/problem+json"


def ask(site: Site, path: str, **parameters: Any) -> dict[str, Any]:
    answer = site.get(f"/api/{path}", params=parameters or None)
    assert answer.status_code == 200, answer.text
    document: dict[str, Any] = answer.json()
    return document


def edges(document: dict[str, Any]) -> dict[tuple[str, str], int]:
    return {(e["source"], e["target"]): e["weight"] for e in document["edges"]}


def problem(site: Site, path: str, status: int, **parameters: Any) -> dict[str, Any]:
    answer = site.get(f"/api/{path}", params=parameters or None)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == PROBLEM
    document: dict[str, Any] = answer.json()
    return document


def sparql_edges(site: Site, document: dict[str, Any]) -> dict[tuple[str, str], int]:
    answer = site.get(
        document["links"]["sparql"], headers={"accept": "application/sparql-results+json"}
    )
    assert answer.status_code == 200, answer.text
    return {
        (row["source"]["value"], row["target"]["value"]): int(row["weight"]["value"])
        for row in answer.json()["results"]["bindings"]
    }


def test_the_kinds_are_listed_with_their_links(shipped_site: Site) -> None:
    document = ask(shipped_site, "network")
    assert [item["name"] for item in document["items"]] == list(KINDS)
    assert document["total"] == len(KINDS)
    for item in document["items"]:
        assert shipped_site.get(item["links"]["network"]).status_code == 200
        assert ("matrix" in item["links"]) == item["bipartite"]
        assert item["weight"]["meaning"].startswith("Number of")


def test_a_network_says_what_it_is(shipped_site: Site) -> None:
    document = ask(shipped_site, "network/cocitation")
    assert document["total"] == {"nodes": 21, "edges": 46, "unlinked": 3}
    assert document["left_out"] == {"nodes": 0, "edges": 0}
    assert document["version"] == "1"
    heaviest = document["edges"][0]
    assert (heaviest["source"], heaviest["target"]) == (GCM, GFMD)
    assert (heaviest["weight"], heaviest["evidence"]["total"]) == (7, 7)
    assert heaviest["evidence"]["items"][0]["label"]
    assert document["measures"]["betweenness"]["exact"]


@pytest.mark.parametrize("media", NETWORK_MEDIA, ids=lambda media: media.name)
def test_every_format_by_name_and_by_accept(shipped_site: Site, media: Any) -> None:
    path = "/api/network/cocitation"
    by_name = shipped_site.get(path, params={"format": media.name})
    by_accept = shipped_site.get(path, headers={"accept": media.media_type})
    for answer in (by_name, by_accept):
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith(media.media_type)
        assert answer.headers["content-version"] == "1"
    if media.name == "json":
        return  # its links differ
    assert by_name.content == by_accept.content


def test_the_files_hold_the_whole_graph_though_json_is_capped(shipped_site: Site) -> None:
    capped = ask(shipped_site, "network/cocitation", limit=4, edge_limit=3)
    assert len(capped["nodes"]) == 4
    assert len(capped["edges"]) == 3
    assert capped["left_out"] == {"nodes": 17, "edges": 43}
    for format_name, read in (("graphml", nx.read_graphml), ("gexf", nx.read_gexf)):
        link = capped["links"][format_name]
        graph = read(io.BytesIO(shipped_site.get(link).content))
        assert (len(graph), graph.number_of_edges()) == (21, 46)
    rows = csv.reader(io.StringIO(shipped_site.get(capped["links"]["csv"]).text))
    assert len(list(rows)) == 1 + 46
    few = shipped_site.get("/api/network/cocitation", params={"format": "csv", "edge_limit": 2})
    assert len(few.text.splitlines()) == 1 + 2


@pytest.mark.parametrize(
    "filters",
    [
        {},
        {"kind": "political"},
        {"kind": "-political"},
        {"topics": "human-rights", "session": SESSION},
        {"instruments": "GCM,CMW"},
        {"q": "detention"},
        {"year": "2017", "passage_type": "paragraph"},
        {"year": "1999"},
        {"assertions": ["explicit", "inferred"], "confidence": "0.8"},
        {"assertions": "-retrospective", "topics": "human-rights"},
        {"minimum": "2"},
    ],
)
@pytest.mark.parametrize("kind", ["cocitation", "sdg-instrument", "similarity"])
def test_the_offered_sparql_gives_the_same_edges(
    shipped_site: Site, kind: str, filters: dict[str, Any]
) -> None:
    document = ask(shipped_site, f"network/{kind}", **filters, include="sparql")
    assert sparql_edges(shipped_site, document) == edges(document)


def test_a_network_is_made_of_the_passages_that_the_list_has(shipped_site: Site) -> None:
    filters = {"topics": "human-rights", "kind": "political"}
    items = ask(shipped_site, "passages", **filters, per_page=100)["items"]
    listed = {item["passage"]["iri"] for item in items}
    network = ask(shipped_site, "network/session-instrument", **filters)
    used = {i["iri"] for edge in network["edges"] for i in edge["evidence"]["items"]}
    assert used
    assert used <= listed


def test_a_filter_that_all_passages_pass_changes_nothing(shipped_site: Site) -> None:
    for kind in KINDS:
        whole = ask(shipped_site, f"network/{kind}", assertions=["explicit", "inferred"])
        same = ask(
            shipped_site, f"network/{kind}", assertions=["explicit", "inferred"], year="2017"
        )
        assert edges(whole) == edges(same)


def test_links_lead_to_the_same_network_in_other_forms(shipped_site: Site) -> None:
    document = ask(shipped_site, "network/instrument-topic", kind="political", version=1)
    links = document["links"]
    assert ask(shipped_site, links["network"].removeprefix("/api/")) == document
    matrix = ask(shipped_site, links["matrix"].removeprefix("/api/"))
    assert matrix["total"] == sum(edges(document).values())
    assert shipped_site.get(links["matrix_csv"]).text.startswith("instrument,label,")


def test_the_evidence_of_an_edge_is_found_by_its_link(shipped_site: Site) -> None:
    network = ask(shipped_site, "network/cocitation", passage_type="paragraph")
    template = network["links"]["evidence"]
    assert template.endswith("{&source,target}")
    path = template.removesuffix("{&source,target}")
    answer = shipped_site.get(f"{path}&source={GCM}&target={GFMD}&per_page=2&include=sparql")
    document = answer.json()
    assert document["total"] == edges(network)[GCM, GFMD] == 7
    assert len(document["items"]) == 2
    assert 'rel="next"' in answer.headers["link"]
    assert document["links"]["next"].endswith("page=2")
    headers = {"accept": "application/sparql-results+json"}
    rows = shipped_site.get(document["links"]["sparql"], headers=headers).json()
    found = [row["passage"]["value"] for row in rows["results"]["bindings"]]
    assert [item["iri"] for item in document["items"]] == found[:2]
    assert len(found) == 7
    assert all(item["matched_text"] for item in document["items"])


def test_the_ends_of_an_edge_may_be_named_in_any_way(shipped_site: Site) -> None:
    by_name = ask(shipped_site, "network/cocitation/evidence", source="CMW", target="gcm")
    assert by_name["total"] == 1
    assert by_name["target"] == {
        "iri": GCM,
        "label": "Global Compact for Safe, Orderly and Regular Migration",
        "code": "GCM",
    }


@pytest.mark.parametrize("kind", MATRIX_KINDS)
def test_a_matrix_adds_up(shipped_site: Site, kind: str) -> None:
    matrix = ask(shipped_site, f"matrix/{kind}", assertions=["explicit", "inferred"])
    network = ask(shipped_site, f"network/{kind}", assertions=["explicit", "inferred"])
    assert matrix["total"] == sum(edges(network).values()) > 0
    assert [row["total"] for row in matrix["rows"]] == [sum(cells) for cells in matrix["cells"]]
    columns = zip(*matrix["cells"], strict=True)
    assert [column["total"] for column in matrix["columns"]] == [sum(cells) for cells in columns]


def test_where_nothing_is_linked_the_answer_says_what_to_ask(shipped_site: Site) -> None:
    document = ask(shipped_site, "network/sdg-instrument")
    assert document["edges"] == []
    hint = document["hint"]
    again = ask(shipped_site, "network/sdg-instrument", assertions=hint["assertions"])
    assert len(again["edges"]) == hint["edges"] == 23
    grounds = {ground for edge in again["edges"] for ground in edge["assertions"]}
    assert grounds == {"explicit", "inferred"}


def test_an_answer_has_a_tag_by_which_it_is_not_sent_again(shipped_site: Site) -> None:
    first = shipped_site.get("/api/network/similarity?kind=political")
    again = shipped_site.get(
        "/api/network/similarity?kind=political", headers={"if-none-match": first.headers["etag"]}
    )
    assert again.status_code == 304
    pinned = shipped_site.get("/api/network/similarity?version=1")
    assert "immutable" in pinned.headers["cache-control"]
    assert shipped_site.request("HEAD", "/api/network/similarity").status_code == 200


def test_an_old_version_has_its_own_network(site: Site) -> None:
    # The first version lacks an instrument that nothing cites: the same edges, another version.
    first = site.get("/api/network/session-instrument", params={"version": 1})
    assert first.headers["content-version"] == first.json()["version"] == "1"
    now = site.get("/api/network/session-instrument")
    assert now.headers["content-version"] == "2"
    assert edges(now.json()) == edges(first.json())
    assert problem(site, "network/cocitation", 404, version=99)["name"] == "99"


def test_requests_at_the_same_time_are_answered_each_with_its_own(shipped_site: Site) -> None:
    async def both() -> list[Any]:
        client = shipped_site._client
        return await asyncio.gather(
            *(client.get(f"/api/network/{kind}?year=2017") for kind in list(KINDS) * 2)
        )

    answers = shipped_site.do(both())
    assert [a.json()["kind"] for a in answers] == list(KINDS) * 2


@pytest.mark.parametrize(
    ("path", "status", "members"),
    [
        ("network/friendship", 404, {"name": "friendship"}),
        ("matrix/cocitation", 404, {"name": "cocitation"}),
        ("network/cocitation?format=xml", 422, {"parameter": "format"}),
        ("matrix/session-instrument?format=gexf", 422, {"allowed": ["json", "csv"]}),
        ("network/cocitation?limit=0", 422, {"parameter": "limit"}),
        ("network/cocitation?limit=1000000", 422, {"parameter": "limit"}),
        ("network/cocitation?minimum=few", 422, {"parameter": "minimum"}),
        ("network/cocitation?assertions=rumour", 422, {"parameter": "assertions"}),
        ("network/cocitation?confidence=2", 422, {"parameter": "confidence"}),
        ("network/cocitation?rows=3", 400, {"parameter": "rows"}),
        ("network?limit=3", 400, {"parameter": "limit"}),
        ("matrix/session-instrument?limit=3", 400, {"parameter": "limit"}),
        ("network/cocitation?instruments=Nothing+at+all", 404, {"name": "Nothing at all"}),
        ("network/cocitation/evidence?source=CMW", 422, {"parameter": "target"}),
        ("network/cocitation/evidence?source=CMW&target=nowhere", 404, {"name": "nowhere"}),
        ("network/instrument-topic/evidence?source=labour-rights&target=CMW", 404, {}),
        (
            "network/cocitation/evidence?source=CMW&target=GCM&format=csv",
            422,
            {"allowed": ["json"]},
        ),
    ],
)
def test_what_is_wrong_is_said(
    shipped_site: Site, path: str, status: int, members: dict[str, Any]
) -> None:
    document = problem(shipped_site, path, status)
    assert {name: document.get(name) for name in members} == members, document


def test_an_accept_header_that_nothing_fits(shipped_site: Site) -> None:
    answer = shipped_site.get("/api/network/cocitation", headers={"accept": "image/png"})
    assert answer.status_code == 406
    assert "application/gexf+xml" in answer.json()["offered"]


@pytest.fixture
def hurried_site(shipped_store: Path) -> Iterator[Site]:
    """A service that gives networks no time."""
    yield from open_site(create_app(settings_for(shipped_store, network_timeout_seconds=0.01)))


def test_a_network_that_takes_too_long_is_stopped(hurried_site: Site) -> None:
    document = problem(hurried_site, "network/cocitation", 504)
    assert document["limit_seconds"] == 0.01
    assert hurried_site.get("/api/network").status_code == 200


@pytest.mark.parametrize(
    ("path", "asked"),
    [
        ("/api/network", "network"),
        ("/api/network/{network}", "network/cocitation"),
        ("/api/network/{network}", "network/sdg-instrument"),
        ("/api/network/{network}", "network/sdg-instrument?assertions=explicit,inferred"),
        ("/api/network/{network}", "network/similarity?limit=2&kind=political"),
        ("/api/matrix/{matrix}", "matrix/instrument-topic?rows=2"),
        ("/api/matrix/{matrix}", "matrix/sdg-instrument"),
        ("/api/network/{network}/evidence", "network/cocitation/evidence?source=CMW&target=GCM"),
    ],
)
def test_answers_keep_to_the_description(shipped_site: Site, path: str, asked: str) -> None:
    document = shipped_site.get("/openapi.json").json()
    described = document["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]
    schema = {**described["schema"], "components": document["components"]}
    validator = jsonschema_rs.validator_for(schema)
    answer = ask(shipped_site, asked)
    validator.validate(answer)
    # What an answer has, the description names.
    assert answer.keys() <= set(members(document, described["schema"]))


def members(document: Any, schema: Any) -> Iterator[str]:
    """The members that a schema names, by itself or by those that it is made of."""
    if "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    yield from schema.get("properties", ())
    for part in schema.get("allOf", ()):
        yield from members(document, part)


def test_filters_are_described_as_the_list_of_passages_has_them(shipped_site: Site) -> None:
    document = shipped_site.get("/openapi.json").json()

    def parameters(path: str) -> list[Any]:
        return parameters_of(document, document["paths"][path]["get"])

    def names(path: str) -> set[str]:
        return {parameter["name"] for parameter in parameters(path)}

    of_lists = {"facet_limit", "facets", "fields", "page", "per_page", "sort"}
    own = {"network", "limit", "edge_limit", "minimum"}
    for path in (
        "/api/network/{network}",
        "/api/network/{network}/evidence",
        "/api/matrix/{matrix}",
    ):
        places = [(p["name"], p["in"]) for p in parameters(path)]
        assert len(places) == len(set(places))
    filters = {"include", *names("/api/passages")} - of_lists
    assert names("/api/network/{network}") == filters | own


@pytest.fixture(scope="module")
def crowded_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A service over recommendations that all cite one instrument, and two of them another."""
    lines = [TURTLE_PREFIXES]
    for number in range(CROWD):
        cited = ["one", *(["other"] if number < 2 else [])]
        lines.append(f"<p{number}> a gfmd:Recommendation .")
        lines += [LINK.format(number=number, cited=each) for each in cited]
    store = tmp_path_factory.mktemp("crowd") / "store"
    files = {"data/crowd.ttl": "\n".join(lines).encode()}
    publish(VersionStore(store), message="crowd", files=files)
    yield from open_site(create_app(settings_for(store)))


def test_the_problem_of_a_large_network_says_how_to_make_it_smaller(crowded_site: Site) -> None:
    document = problem(crowded_site, "network/similarity", 413)
    assert document["type"].endswith("network-too-large")
    assert document["limit_edges"] == EDGES_LIMIT
    assert document["edges"] == CROWD * (CROWD - 1) // 2
    assert document["minimum"] == 2
    smaller = ask(crowded_site, "network/similarity", minimum=document["minimum"])
    assert edges(smaller) == {("https://example.org/p0", "https://example.org/p1"): 2}


GUIDE = (Path(__file__).parents[2] / "docs" / "networks.md").read_text("utf-8")
URLS = re.findall(r"curl '(http://127\.0\.0\.1:8000[^']*)'(?: -H '([^']*)')?", GUIDE)


@pytest.mark.parametrize(("url", "header"), URLS)
def test_an_example_of_the_guide_runs(shipped_site: Site, url: str, header: str) -> None:
    headers = dict([header.split(": ")]) if header else {}
    answer = shipped_site.get(url.removeprefix("http://127.0.0.1:8000"), headers=headers)
    assert answer.status_code == 200, answer.text
    if header:
        assert answer.headers["content-type"].startswith(headers["Accept"])
    if answer.headers["content-type"] == "application/json":
        document = answer.json()
        assert document.get("items") or document.get("edges") or document.get("rows")


def test_the_guide_names_every_kind_format_and_filter() -> None:
    assert len(URLS) > 8
    for name in (*KINDS, *(media.media_type for media in NETWORK_MEDIA)):
        assert f"`{name}`" in GUIDE
    for name in FILTER_NAMES - {"assertion", "confidence"}:
        assert f"`{name}`" in GUIDE
