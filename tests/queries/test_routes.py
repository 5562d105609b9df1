"""Canned queries over REST."""

import csv
import io
import xml.etree.ElementTree as ET
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from tests.sites import Site

from gfmdkg.paths import shipped_content

CITING = "/api/queries/recommendations-citing"
BASE = "https://w3id.org/gfmdkg/"
KINDS = ["action", "commitment", "pledge", "political", "practical", "recommendation", "target"]


def test_citing_query_answers_with_its_evidence(site: Site) -> None:
    document = site.get(CITING, params={"instrument": "PSS"}).json()
    (item,) = document["items"]
    assert item["recommendation"] == {
        "iri": BASE + "id/passage/harbour-2031/pol-01",
        "label": "Join the pact",
    }
    assert item["matched_text"] == "the Sea Pact"
    assert item["confidence"] == 1.0
    assert item["number"] == "1"
    assert item["date"] == "2031-05-04"
    assert (document["total"], document["page"], document["per_page"]) == (1, 1, 50)
    assert document["version"] == "2"


@pytest.mark.parametrize(
    "name", ["PSS", "pss", "Pact on Safety at Sea", "sea-pact", BASE + "id/instrument/sea-pact"]
)
def test_every_name_of_an_instrument_finds_the_same(site: Site, name: str) -> None:
    document = site.get(CITING, params={"instrument": name}).json()
    assert [i["recommendation"]["label"] for i in document["items"]] == ["Join the pact"]


def test_several_values_of_a_parameter_are_alternatives(site: Site) -> None:
    path = "/api/queries/passages-citing?instrument=PSS&instrument=PC"
    cited = {item["instrument"]["label"] for item in site.get(path).json()["items"]}
    assert cited == {"Pact on Safety at Sea", "Code of Ports"}


def test_empty_answer_says_where_it_is_cited_instead(site: Site) -> None:
    document = site.get(CITING, params={"instrument": "PC"}).json()
    assert (document["items"], document["total"]) == ([], 0)
    hint = document["hint"]
    assert hint["query"] == "passages-citing"
    assert "Ports as first contact" in str(hint["items"])
    follow = site.get(hint["links"]["query"]).json()
    assert follow["items"] == hint["items"]


def test_empty_answer_without_an_alternative_has_no_hint(site: Site) -> None:
    document = site.get(CITING, params={"instrument": "Tide Table"}).json()
    assert document["total"] == 0
    assert "hint" not in document


def test_link_to_the_endpoint_carries_the_very_query(site: Site) -> None:
    asked = {"instrument": "PSS", "include": "sparql"}
    link = site.get(CITING, params=asked).json()["links"]["sparql"]
    path = urlsplit(link)
    assert path.path == "/sparql"
    (text,) = parse_qs(path.query)["query"]
    assert f"VALUES ?instrument {{ <{BASE}id/instrument/sea-pact> }}" in text


def test_value_cannot_break_out_of_its_slot(site: Site) -> None:
    value = 'PSS" } UNION { ?s ?p ?o } VALUES ?kind { UNDEF'
    answer = site.get(CITING, params={"instrument": value})
    assert answer.status_code == 404
    assert answer.json()["name"] == value


def test_csv_by_accept(site: Site) -> None:
    answer = site.get(CITING, params={"instrument": "PSS"}, headers={"accept": "text/csv"})
    assert answer.headers["content-type"] == "text/csv; charset=utf-8; header=present"
    (row,) = csv.DictReader(io.StringIO(answer.text))
    assert row["recommendation"] == BASE + "id/passage/harbour-2031/pol-01"
    assert row["matched_text"] == "the Sea Pact"


@pytest.mark.parametrize(
    ("name", "media_type", "start"),
    [
        ("json", "application/json", '{"items"'),
        ("csv", "text/csv; charset=utf-8; header=present", "recommendation,"),
        ("tsv", "text/tab-separated-values; charset=utf-8", "?recommendation\t"),
        ("srj", "application/sparql-results+json", '{"head"'),
        ("srx", "application/sparql-results+xml", "<?xml"),
    ],
)
def test_format_parameter_goes_before_accept(
    site: Site, name: str, media_type: str, start: str
) -> None:
    parameters = {"instrument": "PSS", "format": name}
    answer = site.get(CITING, params=parameters, headers={"accept": "text/turtle"})
    assert answer.headers["content-type"] == media_type
    assert answer.text.startswith(start)


def test_xml_answer_is_well_formed(site: Site) -> None:
    answer = site.get("/api/queries/recommendations?format=srx")
    assert len(ET.fromstring(answer.content).findall("{*}results/{*}result")) == 3


def test_browser_gets_json_from_the_api(site: Site) -> None:
    accept = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
    answer = site.get("/api/queries/recommendations", headers={"accept": accept})
    assert answer.headers["content-type"] == "application/json"


def test_pages_are_walked_by_their_links(site: Site) -> None:
    seen: list[str] = []
    path: str | None = "/api/queries/recommendations?per_page=2"
    while path:
        document = site.get(path).json()
        assert document["total"] == 3
        seen += [item["recommendation"]["label"] for item in document["items"]]
        path = document["links"].get("next")
    assert seen == ["Join the pact", "Train the pilots", "Light the quays"]


def test_link_header_says_what_the_body_says(site: Site) -> None:
    answer = site.get("/api/queries/recommendations?per_page=1&page=2")
    links = {name: link["url"] for name, link in answer.links.items() if name}
    assert links == answer.json()["links"]
    assert set(links) == {"first", "prev", "next", "last"}


def test_page_after_the_last_is_empty_and_keeps_the_total(site: Site) -> None:
    document = site.get("/api/queries/recommendations?per_page=2&page=9").json()
    assert (document["items"], document["total"]) == ([], 3)
    assert document["links"]["prev"].endswith("page=2")
    assert "hint" not in document


def test_tables_are_whole_unless_a_page_is_asked_for(site: Site) -> None:
    whole = site.get("/api/queries/recommendations?format=csv").text.splitlines()
    page = site.get("/api/queries/recommendations?format=csv&per_page=2&page=2")
    assert len(whole) == 4
    assert page.text.splitlines() == [whole[0], whole[3]]
    assert page.links["prev"]["url"].endswith("page=1")


def test_empty_values_count_as_not_given(site: Site) -> None:
    answer = site.get(CITING + "?instrument=PSS&kind=&session=&page=&format=")
    assert answer.json()["total"] == 1


@pytest.mark.parametrize(
    ("query", "status", "problem", "members"),
    [
        ("", 422, "bad-parameter", {"parameter": "instrument"}),
        ("instrument=PSS&colour=red", 400, "unknown-parameter", {"parameter": "colour"}),
        ("instrument=PSS&colour=", 400, "unknown-parameter", {"parameter": "colour"}),
        (
            "instrument=PSS&kind=moral",
            422,
            "bad-parameter",
            {"parameter": "kind", "value": "moral", "allowed": KINDS},
        ),
        ("instrument=PSS&page=0", 422, "bad-parameter", {"parameter": "page", "value": "0"}),
        ("instrument=PSS&page=x", 422, "bad-parameter", {"parameter": "page"}),
        ("instrument=PSS&page=1&page=2", 422, "bad-parameter", {"parameter": "page"}),
        ("instrument=PSS&per_page=1001", 422, "bad-parameter", {"parameter": "per_page"}),
        ("instrument=PSS&version=-1", 422, "bad-parameter", {"parameter": "version"}),
        ("instrument=PSS&version=77", 404, "not-found", {"name": "77"}),
        (
            "instrument=PSS&format=pdf",
            422,
            "bad-parameter",
            {"parameter": "format", "allowed": ["json", "csv", "tsv", "srj", "srx"]},
        ),
        ("instrument=Pact+on+Safty+at+Sea", 404, "not-found", {}),
        ("instrument=Shared+Name", 409, "ambiguous", {"name": "Shared Name"}),
    ],
)
def test_bad_request_is_a_problem_with_typed_members(
    site: Site, query: str, status: int, problem: str, members: dict[str, Any]
) -> None:
    answer = site.get(f"{CITING}?{query}")
    document = answer.json()
    assert answer.status_code == document["status"] == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert document["type"] == f"{BASE}problems/{problem}"
    assert document["title"]
    assert document["detail"]
    assert {name: document[name] for name in members} == members


def test_unknown_instrument_suggests_the_nearest(site: Site) -> None:
    document = site.get(CITING, params={"instrument": "Pact on Safty at Sea"}).json()
    assert document["candidates"][0] == {
        "iri": BASE + "id/instrument/sea-pact",
        "label": "Pact on Safety at Sea",
    }


def test_shared_label_is_answered_with_its_owners(site: Site) -> None:
    document = site.get(CITING, params={"instrument": "Shared Name"}).json()
    labels = {candidate["label"] for candidate in document["candidates"]}
    assert labels == {"Code of Ports", "Code of Quays"}


def test_unknown_query_suggests_the_nearest(site: Site) -> None:
    answer = site.get("/api/queries/recommendation-citing")
    assert answer.status_code == 404
    assert answer.json()["candidates"][0]["label"] == "recommendations-citing"


def test_format_that_is_not_offered_is_not_acceptable(site: Site) -> None:
    answer = site.get(CITING, params={"instrument": "PSS"}, headers={"accept": "image/png"})
    assert answer.status_code == 406
    assert "text/csv" in answer.json()["offered"]


def test_list_of_queries_describes_each(site: Site) -> None:
    document = site.get("/api/queries").json()
    files = {path.stem for path in shipped_content().queries.rglob("*.rq")}
    assert {item["name"] for item in document["items"]} == files
    (citing,) = (i for i in document["items"] if i["name"] == "recommendations-citing")
    assert citing["parameters"][0]["name"] == "instrument"
    assert citing["parameters"][0]["required"] is True
    assert site.get(citing["links"]["run"], params={"instrument": "PSS"}).status_code == 200
    assert site.get("/api/queries?x=1").status_code == 400


@pytest.mark.parametrize("name", sorted(p.stem for p in shipped_content().queries.rglob("*.rq")))
def test_every_canned_query_answers_its_own_examples(shipped_site: Site, name: str) -> None:
    listed = shipped_site.get("/api/queries").json()["items"]
    (described,) = (item for item in listed if item["name"] == name)
    required = {p["name"]: p["example"] for p in described["parameters"] if p["required"]}
    answer = shipped_site.get(f"/api/queries/{name}", params=required)
    assert answer.status_code == 200, answer.text
    columns = [column["name"] for column in described["columns"]]
    assert all(list(item) == columns for item in answer.json()["items"])


def test_shipped_graph_answers_the_question_that_it_is_measured_by(shipped_site: Site) -> None:
    items = shipped_site.get(CITING, params={"instrument": "CMW"}).json()["items"]
    assert [(i["kind"]["label"], i["number"]) for i in items] == [("Political", "3")]
