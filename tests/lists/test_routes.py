"""Lists over HTTP: filters, facets, orders, pages, fields, formats and errors."""

import csv
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rdflib import Graph, URIRef
from tests.conftest import REPOSITORY
from tests.sites import Site, open_site, publish, settings_for

from gfmdkg.app import create_app
from gfmdkg.lists.definitions import LISTS
from gfmdkg.store.versions import VersionStore

RECOMMENDATIONS = "/api/recommendations"
TURTLE = """
@base <https://w3id.org/gfmdkg/id/> .
@prefix gfmd: <https://w3id.org/gfmdkg/ontology#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
<instrument/{slug}> a gfmd:Instrument ; skos:prefLabel "{title}"@en .
"""


def listed(site: Site, path: str, **parameters: Any) -> dict[str, Any]:
    """A list with all facets and the query for its items, unless asked for otherwise."""
    answer = site.get(path, params={"facets": "all", "include": "sparql", **parameters})
    assert answer.status_code == 200, answer.text
    document: dict[str, Any] = answer.json()
    return document


def labels(document: dict[str, Any]) -> list[str]:
    return [next(iter(item.values()))["label"] for item in document["items"]]


def iris(document: dict[str, Any]) -> list[str]:
    return [next(iter(item.values()))["iri"] for item in document["items"]]


def counts(document: dict[str, Any], facet: str) -> dict[str, int]:
    return {
        value["value"]["label"] if isinstance(value["value"], dict) else value["value"]: value[
            "count"
        ]
        for value in document["facets"][facet]["values"]
    }


def asked(site: Site, document: dict[str, Any]) -> list[str]:
    """What the offered query gives at the endpoint."""
    if "sparql" in document["links"]:
        answer = site.get(document["links"]["sparql"])
    else:
        answer = site.request("POST", "/sparql", data={"query": document["sparql"]})
    assert answer.status_code == 200, answer.text
    return [row["item"]["value"] for row in answer.json()["results"]["bindings"]]


@pytest.mark.parametrize("name", LISTS)
def test_every_list_has_items_facets_and_a_query_for_them(shipped_site: Site, name: str) -> None:
    document = listed(shipped_site, f"/api/{name}", per_page=1000)
    assert document["total"] == len(document["items"]) > 0
    assert list(document["facets"]) == list(LISTS[name].facets)
    assert document["facets_cut"] == []
    assert asked(shipped_site, document) == iris(document)
    assert all(list(item) == list(LISTS[name].fields) for item in document["items"])


@pytest.mark.parametrize("name", LISTS)
def test_every_filter_takes_its_own_example(shipped_site: Site, name: str) -> None:
    for parameter in LISTS[name].parameters():
        document = listed(shipped_site, f"/api/{name}", **{parameter.name: parameter.example})
        assert asked(shipped_site, document) == iris(document), parameter.name


@pytest.mark.parametrize(
    "filters",
    [
        {},
        {"kind": "political"},
        {"topics": ["labour-rights", "detention"]},
        {"addressees": "gfmd", "kind": "practical"},
        {"population_groups": "migrant-children"},
        {"instruments": "CMW"},
        {"instruments": ["2030 Agenda", "GCM"], "topics": "human-rights"},
        {"instruments": "2030 Agenda, GCM", "kind": "political,practical"},
    ],
)
def test_filters_mean_what_those_of_the_canned_query_mean(
    shipped_site: Site, filters: dict[str, Any]
) -> None:
    ours = listed(shipped_site, RECOMMENDATIONS, **filters)
    # A row of the query holds one value where an item of the list holds several.
    filters = {name.removesuffix("s"): value for name, value in filters.items()}
    canned = shipped_site.get("/api/queries/recommendations", params=filters).json()
    assert iris(ours) == iris(canned)
    assert ours["total"] == canned["total"]


@pytest.mark.parametrize("name", ["instruments", "actors", "sessions", "sdgs", "topics"])
def test_list_has_the_things_of_the_canned_query_of_its_name(shipped_site: Site, name: str) -> None:
    ours = listed(shipped_site, f"/api/{name}", per_page=1000)
    canned = shipped_site.get(f"/api/queries/{name}?per_page=1000").json()
    item = name.removesuffix("s")
    assert set(iris(ours)) == {row[item]["iri"] for row in canned["items"]}


def test_counts_are_under_the_other_filters(site: Site) -> None:
    document = listed(site, RECOMMENDATIONS, kind="political", instruments="PSS")
    assert labels(document) == ["Join the pact"]
    # Its own choice does not count for a facet, the others do.
    assert counts(document, "kind") == {"Political": 1}
    assert counts(document, "instruments") == {"Pact on Safety at Sea": 1}
    assert counts(listed(site, RECOMMENDATIONS, kind="political"), "kind") == {
        "Practical": 2,
        "Political": 1,
    }


def test_what_is_chosen_and_excluded_is_marked(site: Site) -> None:
    document = listed(site, RECOMMENDATIONS, kind=["practical", "-political"])
    values = {v["value"]["label"]: v for v in document["facets"]["kind"]["values"]}
    assert labels(document) == ["Train the pilots", "Light the quays"]
    assert (values["Practical"]["selected"], values["Practical"]["excluded"]) == (True, False)
    assert (values["Political"]["selected"], values["Political"]["excluded"]) == (False, True)
    assert values["Political"]["count"] == 1


def test_narrower_topics_count_for_their_broader_one(shipped_site: Site) -> None:
    document = listed(shipped_site, "/api/passages", facets="topics", facet_limit=100)
    values = {v["value"]["iri"]: v for v in document["facets"]["topics"]["values"]}
    nested = [value for value in values.values() if value.get("broader") in values]
    assert nested
    assert all(value["count"] <= values[value["broader"]]["count"] for value in nested)


def test_links_are_explicit_unless_another_ground_is_asked_for(shipped_site: Site) -> None:
    usual = counts(listed(shipped_site, RECOMMENDATIONS, facet_limit=100), "instruments")
    explicit = listed(shipped_site, RECOMMENDATIONS, assertions="explicit", facet_limit=100)
    inferred = listed(shipped_site, RECOMMENDATIONS, assertions="inferred", facet_limit=100)
    assert usual == counts(explicit, "instruments")
    assert counts(inferred, "instruments") != usual
    assert counts(inferred, "sdg_targets")
    grounds = counts(listed(shipped_site, RECOMMENDATIONS), "assertions")
    assert grounds["Inferred"] == inferred["total"]
    assert counts(inferred, "assertions") == grounds


def test_confidence_leaves_less_sure_links_out(shipped_site: Site) -> None:
    totals = [
        listed(shipped_site, RECOMMENDATIONS, sdg_goals="10", confidence=least)["total"]
        for least in ("0", "0.6", "0.8", "1")
    ]
    assert totals == sorted(totals, reverse=True)
    assert totals[0] > totals[-1]


def test_full_text_sorts_by_relevance_and_is_corrected(shipped_site: Site) -> None:
    document = listed(shipped_site, RECOMMENDATIONS, q="recrutment")
    words = {"q": "recruitment", "type": "recommendation"}
    found = shipped_site.get("/api/search", params=words).json()
    assert iris(document) == [item["resource"]["iri"] for item in found["items"]]
    assert document["search"]["corrected"] == "recruitment"
    assert asked(shipped_site, document) == iris(document)
    by_date = listed(shipped_site, RECOMMENDATIONS, q="recrutment", sort="-date")
    assert sorted(iris(by_date)) == sorted(iris(document))
    assert asked(shipped_site, by_date) == iris(by_date)
    nothing = listed(shipped_site, RECOMMENDATIONS, q="qqqqxyzzy")
    assert (nothing["total"], nothing["items"]) == (0, [])
    assert asked(shipped_site, nothing) == []


def test_long_query_is_given_as_text(shipped_site: Site) -> None:
    filters = {
        name: iris(listed(shipped_site, f"/api/{name}", per_page=1000))
        for name in ("instruments", "topics")
    }
    document = listed(shipped_site, "/api/passages", **filters)
    assert document["total"] > 10
    assert "sparql" not in document["links"]
    assert asked(shipped_site, document) == iris(document)


def test_order_turns_round_and_pages_go_together(shipped_site: Site) -> None:
    whole = listed(shipped_site, "/api/instruments", sort="-passages", per_page=1000)
    cited = [item["passages"] for item in whole["items"]]
    assert cited == sorted(cited, reverse=True)
    assert cited[-1] == 0
    seen: list[str] = []
    path: str | None = "/api/instruments?sort=-passages&per_page=7"
    while path:
        document = shipped_site.get(path).json()
        seen += iris(document)
        path = document["links"].get("next")
    assert seen == iris(whole)
    beyond = listed(shipped_site, "/api/instruments", page=999)
    assert (beyond["items"], beyond["total"]) == ([], whole["total"])


def test_fields_are_chosen_and_keep_their_order(site: Site) -> None:
    document = listed(site, RECOMMENDATIONS, fields=["number", "kind"])
    assert all(list(i) == ["recommendation", "number", "kind"] for i in document["items"])
    assert document["items"] == listed(site, RECOMMENDATIONS, fields="number,kind")["items"]


def test_facets_and_query_come_where_they_are_asked_for(site: Site) -> None:
    plain = site.get(RECOMMENDATIONS).json()
    assert plain.keys() & {"facets", "facets_cut", "sparql"} == set()
    assert "sparql" not in plain["links"]
    some = site.get(f"{RECOMMENDATIONS}?facets=kind,topics&include=sparql").json()
    assert list(some["facets"]) == ["kind", "topics"]
    assert some["items"] == plain["items"]
    assert asked(site, some) == iris(plain)


def test_each_of_several_values_may_be_excluded(site: Site) -> None:
    document = listed(site, RECOMMENDATIONS, kind="practical,-political")
    assert labels(document) == ["Train the pilots", "Light the quays"]


def test_cell_has_the_code_of_what_has_one(shipped_site: Site) -> None:
    document = listed(shipped_site, "/api/passages", facets="sdg_targets,instruments,topics")
    cells = {
        name: [value["value"] for value in document["facets"][name]["values"]]
        for name in document["facets"]
    }
    assert "CMW" in {cell.get("code") for cell in cells["instruments"]}
    assert "10.7" in {cell.get("code") for cell in cells["sdg_targets"]}
    assert all("code" not in cell for cell in cells["topics"])


def test_items_bring_along_what_is_included(site: Site) -> None:
    document = listed(
        site, RECOMMENDATIONS, include="citations,statements,session,alignments", kind="political"
    )
    included = document["items"][0]["included"]
    (citation,) = included["citations"]
    assert citation["target"]["label"] == "Pact on Safety at Sea"
    assert (citation["matched_text"], citation["confidence"]) == ("the Sea Pact", 1)
    assert included["statements"][0]["speaker"]["label"].startswith("Harbour Office")
    assert included["session"][0]["place"] == "Old Customs House"
    assert included["alignments"] == []
    session = listed(site, "/api/sessions", include="participations")["items"][0]
    assert session["included"]["participations"][0]["role"]["label"] == "Chair"
    actors = listed(site, "/api/actors", include="participations")["items"]
    actor = next(each for each in actors if each["included"]["participations"])
    assert actor["included"]["participations"][0]["session"]["label"] == "Harbour Dialogue 2031"


def test_facets_that_time_does_not_suffice_for_are_named(harbour_store: Path) -> None:
    hasty = create_app(settings_for(harbour_store, facet_timeout_seconds=0))
    for site in open_site(hasty):
        answer = site.get(f"{RECOMMENDATIONS}?facets=all")
        document = answer.json()
        assert document["total"] == len(document["items"]) == 3
        assert document["facets_cut"] == list(LISTS["recommendations"].facets)
        assert all(facet["cut"] for facet in document["facets"].values())
        assert answer.headers["cache-control"] == "no-store"


def test_table_over_the_limit_is_refused(harbour_store: Path) -> None:
    for site in open_site(create_app(settings_for(harbour_store, answer_limit_bytes=300))):
        answer = site.get("/api/topics?format=csv")
        assert (answer.status_code, answer.json()["limit_bytes"]) == (413, 300)


def test_facet_limit_keeps_what_is_chosen(shipped_site: Site) -> None:
    topics = listed(shipped_site, RECOMMENDATIONS, facet_limit=1)["facets"]["topics"]
    assert len(topics["values"]) == 1 < topics["total_values"]
    chosen = listed(shipped_site, RECOMMENDATIONS, facet_limit=1, topics="detention")
    assert len(chosen["facets"]["topics"]["values"]) == 2


# Formats


def test_table_is_whole_unless_a_page_is_asked_for(site: Site) -> None:
    whole = list(csv.reader(io.StringIO(site.get(f"{RECOMMENDATIONS}?format=csv").text)))
    page = site.get(f"{RECOMMENDATIONS}?format=csv&per_page=2&page=2")
    assert len(whole) == 4
    assert list(csv.reader(io.StringIO(page.text))) == [whole[0], whole[3]]
    assert page.links["prev"]["url"].endswith("page=1")
    first = dict(zip(whole[0], whole[1], strict=True))
    assert first["recommendation_label"] == "Join the pact"
    assert first["instruments_label"] == "Pact on Safety at Sea"
    tabs = site.get("/api/instruments?format=tsv&fields=passages,binding").text.splitlines()
    assert tabs[0] == "instrument\tinstrument_label\tpassages\tbinding"


def test_workbook_has_typed_cells_and_the_same_bytes_each_time(shipped_site: Site) -> None:
    path = "/api/instruments?format=xlsx&fields=passages,binding,adoption_date"
    one = shipped_site.get(path, headers={"cache-control": "no-cache"})
    other = shipped_site.get(path, headers={"cache-control": "no-cache"})
    assert one.content == other.content
    sheet = openpyxl.load_workbook(io.BytesIO(one.content)).active
    assert sheet is not None
    assert sheet.title == "Instruments"
    header, first, *_ = sheet.iter_rows(values_only=True)
    assert header == ("instrument", "instrument_label", "passages", "binding", "adoption_date")
    assert isinstance(first[2], int)
    assert isinstance(first[3], bool)


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")
@pytest.mark.parametrize(("name", "parser"), [("ttl", "turtle"), ("jsonld", "json-ld")])
def test_triples_are_of_the_page_with_their_evidence(site: Site, name: str, parser: str) -> None:
    answer = site.get(RECOMMENDATIONS, params={"format": name, "per_page": 1})
    graph = Graph().parse(data=answer.text, format=parser)
    base = "https://w3id.org/gfmdkg/id/"
    assert {str(subject) for subject in graph.subjects()} == {
        f"{base}passage/harbour-2031/pol-01",
        f"{base}citation/harbour-2031/pol-01/sea-pact",
        f"{base}statement/harbour-2031/pol-01-1",
    }
    assert (None, None, URIRef(f"{base}instrument/sea-pact")) in graph
    assert answer.links["next"]["url"].endswith("page=2")
    nothing = site.get(RECOMMENDATIONS, params={"format": name, "page": 9})
    assert len(Graph().parse(data=nothing.text, format=parser)) == 0


def test_json_ld_of_a_list_has_short_names(site: Site) -> None:
    document = site.get(RECOMMENDATIONS, params={"format": "jsonld", "per_page": 1}).json()
    types = {node["type"] for node in document["@graph"]}
    assert types == {"Recommendation", "Citation", "Statement"}
    assert "target" in document["@context"]


def test_references_come_in_three_formats(shipped_site: Site) -> None:
    only = "/api/instruments?q=CMW&format="
    bibtex = shipped_site.get(f"{only}bibtex")
    assert bibtex.headers["content-type"].startswith("application/x-bibtex")
    assert "@misc{cmw,\n" in bibtex.text
    assert "  year = {1990}," in bibtex.text
    ris = shipped_site.get(f"{only}ris").text
    assert ris.startswith("TY  - LEGAL\r\nID  - cmw\r\n")
    assert "\r\nPY  - 1990\r\n" in ris
    csl = shipped_site.get(f"{only}csl-json").json()
    assert csl[0]["id"] == "cmw"
    assert csl[0]["issued"]["date-parts"][0][0] == 1990
    (report,) = shipped_site.get("/api/reports?format=csl-json").json()
    assert report["type"] == "report"
    assert report["issued"] == {"date-parts": [[2017, 4, 6]]}
    assert "@techreport{" in shipped_site.get("/api/reports?format=bibtex").text
    assert shipped_site.get("/api/topics?format=bibtex").status_code == 422


def test_format_is_negotiated(site: Site) -> None:
    for accept, media_type in (
        ("text/turtle", "text/turtle; charset=utf-8"),
        ("application/x-bibtex", "application/x-bibtex"),
        ("application/ld+json", "application/ld+json"),
        ("text/html,application/xhtml+xml,*/*;q=0.8", "application/json"),
    ):
        answer = site.get("/api/instruments", headers={"accept": accept})
        assert answer.headers["content-type"] == media_type
    assert site.get("/api/topics", headers={"accept": "application/x-bibtex"}).status_code == 406


# Errors


@pytest.mark.parametrize(
    ("query", "status", "member"),
    [
        ("nonsense=1", 400, "allowed"),
        ("kind=nonsense", 422, "allowed"),
        ("kind=-nonsense", 422, "allowed"),
        ("instruments=nonsense", 404, "candidates"),
        ("instruments=Shared+Name", 409, "candidates"),
        ("year=MMXVII", 422, "parameter"),
        ("binding=perhaps", 422, "parameter"),
        ("confidence=1.5", 422, "parameter"),
        ("confidence=0.5&confidence=0.6", 422, "parameter"),
        ("sort=nonsense", 422, "allowed"),
        ("sort=relevance", 422, "allowed"),
        ("facets=nonsense", 422, "allowed"),
        ("facets=kind,nonsense", 422, "allowed"),
        ("topics=detention,nonsense", 422, "allowed"),
        ("facet_limit=0", 422, "parameter"),
        ("fields=nonsense", 422, "allowed"),
        ("include=nonsense", 422, "allowed"),
        ("format=nonsense", 422, "allowed"),
        ("format=ttl&fields=kind", 422, "parameter"),
        ("format=csv&include=citations", 422, "parameter"),
        ("page=0", 422, "parameter"),
        ("q=a&q=b", 422, "parameter"),
        ("version=99", 404, "name"),
        ("&".join(["year=2017"] * 201), 422, "parameter"),
        ("year=" + ",".join(["2017"] * 201), 422, "parameter"),
    ],
)
def test_mistake_is_told_with_a_way_out(site: Site, query: str, status: int, member: str) -> None:
    answer = site.get(f"{RECOMMENDATIONS}?{query}")
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()[member]


def test_list_without_related_things_says_so(site: Site) -> None:
    answer = site.get("/api/topics?include=citations")
    assert (answer.status_code, answer.json()["parameter"]) == (422, "include")


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(text=st.text(min_size=1, max_size=30), name=st.sampled_from(["q", "topics", "instruments"]))
def test_no_text_breaks_a_filter(site: Site, text: str, name: str) -> None:
    answer = site.get(RECOMMENDATIONS, params={name: text})
    assert answer.status_code in {200, 404, 409, 422}, answer.text


# Versions


def test_lists_of_two_versions_stand_side_by_side(site: Site) -> None:
    now = site.get("/api/instruments")
    then = site.get("/api/instruments?version=1&include=sparql")
    assert now.json()["total"] == then.json()["total"] + 1
    assert then.headers["content-version"] == "1"
    assert "immutable" in then.headers["cache-control"]
    link = then.json()["links"]["sparql"]
    assert parse_qs(urlsplit(link).query)["version"] == ["1"]
    assert asked(site, then.json()) == iris(then.json())
    tag = now.headers["etag"]
    assert site.get("/api/instruments", headers={"if-none-match": tag}).status_code == 304


@pytest.fixture
def growing(tmp_path: Path) -> Iterator[tuple[Site, VersionStore]]:
    versions = VersionStore(tmp_path / "store")
    first = TURTLE.format(slug="one", title="One").encode()
    publish(versions, message="first", files={"data/one.ttl": first})
    for site in open_site(create_app(settings_for(tmp_path / "store"))):
        yield site, versions


def test_name_with_a_comma_is_one_value(growing: tuple[Site, VersionStore]) -> None:
    site, versions = growing
    title = "Accord on Quays, Piers, and Moles"
    turtle = TURTLE.format(slug="quays", title=title).encode()
    publish(versions, message="commas", files={"data/quays.ttl": turtle})

    def chosen(*values: str) -> dict[str, bool]:
        document = listed(site, RECOMMENDATIONS, instruments=values)
        found = document["facets"]["instruments"]["values"]
        return {value["value"]["label"]: value["excluded"] for value in found}

    assert chosen(title) == {title: False}
    assert chosen(f" {title} ", "One") == {title: False, "One": False}
    assert chosen(f"-{title}", "one,-quays") == {title: True, "One": False}
    answer = site.get(RECOMMENDATIONS, params={"instruments": f"One,{title}"})
    assert answer.status_code == 404  # as a whole it names nothing, so each comma separates


def test_list_follows_what_is_published(growing: tuple[Site, VersionStore]) -> None:
    site, versions = growing
    assert labels(listed(site, "/api/instruments")) == ["One"]
    second = TURTLE.format(slug="two", title="Two").encode()
    publish(versions, message="second", files={"data/two.ttl": second})
    assert labels(listed(site, "/api/instruments")) == ["One", "Two"]
    assert labels(listed(site, "/api/instruments", version="1")) == ["One"]
    third = TURTLE.format(slug="three", title="Three").encode()
    publish(versions, message="third", files={"data/three.ttl": third})
    assert labels(listed(site, "/api/instruments")) == ["One", "Three", "Two"]
    assert labels(listed(site, "/api/instruments", version="2")) == ["One", "Two"]


def test_many_who_ask_at_once_get_the_same(harbour_store: Path) -> None:
    for site in open_site(create_app(settings_for(harbour_store))):
        paths = (f"/api/passages?facets=all&per_page={size}" for size in range(1, 9))
        answers = site.get_at_once(*paths)
        assert {answer.json()["total"] for answer in answers} == {4}
        facets = {json.dumps(answer.json()["facets"]) for answer in answers}
        assert len(facets) == 1


def test_calls_of_the_guide_work(shipped_site: Site) -> None:
    text = (REPOSITORY / "docs" / "lists.md").read_text(encoding="utf-8")
    calls = re.findall(r"^curl 'http://127\.0\.0\.1:8000(/[^']+)'$", text, re.MULTILINE)
    assert len(calls) == text.count("\ncurl ")
    for path in calls:
        answer = shipped_site.get(path)
        assert answer.status_code == 200, path
        assert path.endswith(("csv", "bibtex")) or answer.json()["total"], path


def test_guide_names_every_list(shipped_site: Site) -> None:
    text = (REPOSITORY / "docs" / "lists.md").read_text(encoding="utf-8")
    assert {f"`/api/{name}`" for name in LISTS} <= set(re.findall(r"`/api/[a-z]+`", text))
    facets = set(LISTS["passages"].facets) - {"assertions"}
    assert facets <= set(re.findall(r"`([a-z_]+)`", text))
