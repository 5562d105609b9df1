"""What a model can ask, over both transports and with the SDK's own client."""

import json
from time import monotonic

import pytest
from mcp.shared.exceptions import MCPError
from tests.mcp.conftest import LIMIT_SECONDS, Caller, text_of

from gfmdkg.lists.definitions import LISTS
from gfmdkg.mcp.api import ANSWER_LIMIT_BYTES
from gfmdkg.namespaces import ID_BASE
from gfmdkg.paths import shipped_content
from gfmdkg.queries import Catalog

CMW = ID_BASE + "instrument/cmw"
POLITICAL_3 = ID_BASE + "passage/gfmd-dialogue-gcm-2017-04-06-c1/pol-03"
PER_PAGE = 20
RUNAWAY = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return Catalog.load(shipped_content().queries)


def test_the_tools_are_a_dozen_and_their_list_is_short(caller: Caller) -> None:
    result = caller.do(caller.client.list_tools)
    assert len(result.tools) == 12
    assert len(result.model_dump_json(by_alias=True, exclude_none=True)) <= 40_000


def test_every_canned_query_is_offered_with_its_parameters(
    caller: Caller, catalog: Catalog
) -> None:
    tool = caller.tools()["run_query"]
    assert tool.input_schema["properties"]["name"]["enum"] == list(catalog.queries)
    described = caller.ask("queries")[0]["items"]
    for query, told in zip(catalog, described, strict=True):
        names = ", ".join(p.name + "*" * p.required for p in query.parameters.values())
        assert f"{query.name} ({names})" in (tool.description or "")
        assert (told["name"], told["summary"]) == (query.name, query.summary)
        assert told["parameters"].keys() == query.parameters.keys()
    (one,) = caller.ask("queries", name="place-of-link")[0]["items"]
    assert one["parameters"].keys() == {"link"}


def test_every_list_is_offered_with_its_filters(caller: Caller) -> None:
    tool = caller.tools()["list"]
    assert tool.input_schema["properties"]["kind"]["enum"] == list(LISTS)
    for name, faceted in LISTS.items():
        filters = ", ".join(parameter.name for parameter in faceted.parameters())
        assert f"{name}: {filters}" in (tool.description or "")


def test_every_tool_says_that_it_only_reads(caller: Caller) -> None:
    for tool in caller.tools().values():
        assert tool.annotations is not None
        assert tool.annotations.read_only_hint is True


def test_every_tool_answers_its_own_example(caller: Caller) -> None:
    for tool in caller.tools().values():
        schema = tool.input_schema
        assert set(schema["required"]) <= schema["properties"].keys()
        example = {name: schema["properties"][name]["examples"][0] for name in schema["required"]}
        document, text = caller.ask(tool.name, **example)
        assert document
        assert text


def test_recommendations_that_cite_cmw_come_with_their_evidence(caller: Caller) -> None:
    document, text = caller.run("recommendations-citing", instrument=["CMW"])
    (row,) = document["items"]
    assert row["recommendation"]["iri"] == POLITICAL_3
    assert (row["number"], row["kind"]["label"]) == ("3", "Political")
    assert row["assertion"]["label"] == "Explicit"
    assert row["matched_text"] == "UN CMW"
    assert document["version"] == "1"
    for evidence in (POLITICAL_3, "UN CMW", "Explicit", row["link"]["iri"], '"version": "1"'):
        assert evidence in text
    (place,) = caller.run("place-of-link", link=row["link"]["iri"])[0]["items"]
    assert place["locator"] == "political recommendation 3"


def test_text_leaves_out_what_is_empty_and_what_programs_use(caller: Caller) -> None:
    document, text = caller.ask("search", q="detention")
    assert document["links"]
    assert document["corrected"] is None
    assert json.loads(text).keys() == document.keys() - {
        "links",
        "corrected",
        "expanded",
        "ignored",
    }
    assert "score" not in text


def test_instructions_tell_how_the_graph_is_meant(caller: Caller) -> None:
    told = caller.client.instructions
    assert told is not None
    for rule in ("retrospective", "not examined", "version", "IRI"):
        assert rule in told


def test_wrong_name_is_an_error_that_offers_the_nearest(caller: Caller) -> None:
    result = caller.call(
        "run_query", name="recommendations-citing", parameters={"instrument": "CMWW"}
    )
    assert result.is_error
    assert result.structured_content["status"] == 404
    assert CMW in [candidate["iri"] for candidate in result.structured_content["candidates"]]
    assert CMW in text_of(result)


@pytest.mark.parametrize(
    ("tool", "arguments", "allowed"),
    [
        ("search", {"q": "x", "querry": "y"}, "language"),
        ("list", {"kind": "treaties"}, "instruments"),
        ("list", {"kind": "sessions", "filters": {"topic": "x"}}, "clusters"),
        ("run_query", {"name": "recommendations_citing"}, "recommendations-citing"),
        ("queries", {"name": "recommendations_citing"}, "recommendations-citing"),
        (
            "run_query",
            {"name": "recommendations-citing", "parameters": {"instrumento": "CMW"}},
            "instrument",
        ),
        ("network", {"kind": "friendship"}, "cocitation"),
        ("validate", {"text": "", "syntax": "yaml"}, "ttl"),
    ],
)
def test_unknown_name_is_an_error_that_lists_those_there_are(
    caller: Caller, tool: str, arguments: dict[str, object], allowed: str
) -> None:
    result = caller.call(tool, **arguments)
    assert result.is_error
    assert allowed in text_of(result)


@pytest.mark.parametrize(
    ("arguments", "parameter"),
    [
        ({}, "name"),
        ({"name": "recommendations-citing"}, "instrument"),
        ({"parameters": {"instrument": {"iri": CMW}}}, "instrument"),
        ({"parameters": "CMW"}, "parameters"),
        ({"per_page": 1000}, "per_page"),
        ({"page": 0}, "page"),
        ({"version": 99}, None),
    ],
)
def test_bad_argument_is_an_error_that_names_it(
    caller: Caller, arguments: dict[str, object], parameter: str | None
) -> None:
    good = {"name": "recommendations-citing", "parameters": {"instrument": "CMW"}}
    is_whole = "name" in arguments or not arguments
    result = caller.call("run_query", **(arguments if is_whole else good | arguments))
    assert result.is_error
    assert result.structured_content.get("parameter") == parameter


def test_null_means_not_given(caller: Caller) -> None:
    assert caller.ask("search", q="CMW", type=None, version=None)


def test_list_is_bounded_and_says_how_to_go_on(caller: Caller) -> None:
    first, text = caller.run("recommendations")
    assert len(first["items"]) == PER_PAGE < first["total"]
    assert json.loads(text)["next_page"] == 2
    second, text = caller.ask("run_query", name="recommendations", page=2)
    assert len(second["items"]) == first["total"] - PER_PAGE
    assert "next_page" not in text


def test_other_footing_is_asked_for_and_said(caller: Caller) -> None:
    document, _ = caller.run("recommendations-aligned-with-objective", objective="13")
    assert {row["assertion"]["label"] for row in document["items"]} == {"Retrospective"}


def test_search_mends_a_typo_and_says_so(caller: Caller) -> None:
    document, text = caller.ask("search", q="detention childern")
    assert document["corrected"] == "detention children"
    assert '"corrected": "detention children"' in text
    assert document["items"][0]["resource"]["iri"] in text


def test_describe_tells_what_the_graph_says(caller: Caller) -> None:
    document, text = caller.ask("describe", iri="ICRMW")
    assert document["resource"]["iri"] == CMW
    assert document["citation"]["permalink"]
    for told in ("1990-12-18", "UN CMW", POLITICAL_3):
        assert told in text


def test_list_narrows_and_counts(caller: Caller) -> None:
    document, text = caller.ask(
        "list", kind="recommendations", filters={"topics": ["detention"]}, facets="kind"
    )
    assert [item["number"] for item in document["items"]] == ["6"]
    (value,) = document["facets"]["kind"]["values"]
    assert (value["value"]["label"], value["count"]) == ("Practical", 1)
    assert "Practical" in text
    assert "facets" not in caller.ask("list", kind="recommendations")[0]


def test_network_has_a_filter_of_the_name_of_its_kind(caller: Caller) -> None:
    document, _ = caller.ask("network", kind="cocitation", filters={"kind": ["political"]})
    names = {node["id"] for node in document["nodes"]}
    assert ID_BASE + "instrument/nyd" in names
    assert CMW not in names  # the recommendation that cites it cites nothing else


def test_evidence_of_an_edge_is_told(caller: Caller) -> None:
    document, _ = caller.ask("network_evidence", kind="cocitation", source="CMW", target="GCM")
    assert document["total"] == len(document["items"]) == 1


def test_document_is_validated_with_place_and_remedy(caller: Caller) -> None:
    document, _ = caller.ask("validate", text="<urn:a> a gfmd:Actor .")
    assert not document["conforms"]
    (finding,) = document["findings"]
    assert (finding["line"], finding["code"]) == (1, "syntax")
    assert "@prefix gfmd:" in finding["remedy"]
    assert caller.ask("validate", text="[]", syntax="jsonld")[0]["conforms"]


def test_versions_and_their_difference_are_told(caller: Caller) -> None:
    (version,) = caller.ask("versions")[0]["items"]
    assert (version["number"], version["origin"]) == (1, "build")
    assert caller.ask("diff", first=1, last=1)[0]["added"] == 0
    assert caller.call("diff", first=1, last=7).structured_content["status"] == 404


def test_schema_is_the_ontology(caller: Caller) -> None:
    document, text = caller.ask("schema")
    assert document["version"] == "1"
    assert "gfmd:cites" in text


def test_describe_of_an_unknown_iri_offers_the_nearest(caller: Caller) -> None:
    result = caller.call("describe", iri=ID_BASE + "instrument/cmww")
    assert result.is_error
    assert CMW in text_of(result)


def test_sparql_select_answers_with_terms(caller: Caller) -> None:
    query = f"SELECT ?p ?l {{ ?p gfmd:cites <{CMW}> ; a gfmd:Recommendation ; skos:prefLabel ?l }}"
    document, text = caller.ask("sparql", query=query)
    (row,) = document["results"]["bindings"]
    assert row["p"]["value"] == POLITICAL_3
    assert POLITICAL_3 in text


def test_sparql_ask_answers_yes_or_no(caller: Caller) -> None:
    assert caller.ask("sparql", query="ASK { ?s a gfmd:Session }")[0]["boolean"]
    assert not caller.ask("sparql", query="ASK { ?s a gfmd:Sessions }")[0]["boolean"]


def test_sparql_construct_answers_in_turtle_with_the_prefixes_in_use(caller: Caller) -> None:
    query = f"CONSTRUCT {{ <{CMW}> skos:altLabel ?l }} {{ <{CMW}> skos:altLabel ?l }}"
    document, text = caller.ask("sparql", query=query)
    assert '"ICRMW"@en' in text
    assert "@prefix skos:" in document["turtle"]
    assert "@prefix dcat:" not in document["turtle"]


def test_runaway_query_ends_at_the_limit_and_harms_nobody(caller: Caller) -> None:
    began = monotonic()
    result = caller.call("sparql", query=RUNAWAY)
    assert monotonic() - began < LIMIT_SECONDS + 2
    assert result.is_error
    assert result.structured_content["limit_seconds"] == LIMIT_SECONDS
    assert caller.ask("sparql", query="ASK {}")[0]["boolean"]


@pytest.mark.parametrize(
    "query",
    [
        "INSERT DATA { <urn:a> <urn:b> <urn:c> }",
        "DELETE WHERE { ?s ?p ?o }",
        "CLEAR ALL",
        "LOAD <http://127.0.0.1:9/>",
        "SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }",
    ],
)
def test_update_and_federation_are_refused(caller: Caller, query: str) -> None:
    result = caller.call("sparql", query=query)
    assert result.is_error
    assert result.structured_content["status"] == 400
    assert "only SELECT" in text_of(result)
    document, _ = caller.ask("sparql", query="ASK { <urn:a> ?p ?o }")
    assert (document["boolean"], document["version"]) == (False, "1")


def test_update_cannot_come_in_by_another_argument(caller: Caller) -> None:
    result = caller.call("sparql", query="ASK {}", update="CLEAR ALL")
    assert result.is_error
    assert result.structured_content["allowed"] == ["query", "version"]


def test_answer_too_large_for_a_model_is_refused_with_a_way_out(caller: Caller) -> None:
    result = caller.call("sparql", query="SELECT * { ?s ?p ?o }")
    assert result.is_error
    assert result.structured_content["limit_bytes"] == ANSWER_LIMIT_BYTES
    assert "LIMIT" in text_of(result)


def test_unknown_tool_is_an_error_of_the_protocol(caller: Caller) -> None:
    with pytest.raises(MCPError, match="no tool of_mine"):
        caller.call("of_mine")
