"""What a model can ask, over both transports and with the SDK's own client."""

from time import monotonic

import pytest
from mcp.shared.exceptions import MCPError
from tests.machines.conftest import LIMIT_SECONDS, Caller, text_of

from gfmdkg.catalog import Catalog
from gfmdkg.facets import LISTS
from gfmdkg.mcp.api import ANSWER_LIMIT_BYTES
from gfmdkg.mcp.operations import PER_PAGE
from gfmdkg.namespaces import ID_BASE
from gfmdkg.paths import shipped_content

CMW = ID_BASE + "instrument/cmw"
POLITICAL_3 = ID_BASE + "passage/gfmd-dialogue-gcm-2017-04-06-c1/pol-03"
RUNAWAY = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return Catalog.load(shipped_content().queries)


def test_every_canned_query_is_a_tool_with_its_parameters(caller: Caller, catalog: Catalog) -> None:
    tools = caller.tools()
    for query in catalog:
        tool = tools[query.name.replace("-", "_")]
        assert tool.title == query.summary
        schema = tool.input_schema
        assert schema["properties"].keys() == {*query.parameters, "page", "per_page", "version"}
        assert schema["required"] == [p.name for p in query.parameters.values() if p.required]
        for parameter in query.parameters.values():
            described = schema["properties"][parameter.name]
            assert (described["type"] == "array") == parameter.many
            assert described.get("items", described).get("enum", []) == list(parameter.values)
            assert described["examples"]
            assert described["description"]
    others = tools.keys() - {query.name.replace("-", "_") for query in catalog}
    lists = {name.removeprefix("list_") for name in others if name.startswith("list_")}
    assert lists == LISTS.keys()
    others -= {f"list_{name}" for name in lists}
    assert others == {"search", "suggest", "describe", "network", "network_evidence", "sparql"}


def test_every_tool_says_that_it_only_reads(caller: Caller) -> None:
    for tool in caller.tools().values():
        assert tool.annotations is not None
        assert tool.annotations.read_only_hint is True


def test_every_tool_answers_its_own_example_in_its_own_schema(caller: Caller) -> None:
    # The client checks what comes against the tool's output schema.
    for tool in caller.tools().values():
        schema = tool.input_schema
        example = {name: schema["properties"][name]["examples"][0] for name in schema["required"]}
        document, text = caller.ask(tool.name, **example)
        assert document["version"] == "1"
        assert "ersion 1 of the graph" in text


def test_recommendations_that_cite_cmw_come_with_their_evidence(caller: Caller) -> None:
    document, text = caller.ask("recommendations_citing", instrument=["CMW"])
    (row,) = document["items"]
    assert row["recommendation"]["iri"] == POLITICAL_3
    assert (row["number"], row["kind"]["label"]) == ("3", "Political")
    assert row["assertion"]["label"] == "Explicit"
    assert row["matchedText"] == "UN CMW"
    for evidence in (POLITICAL_3, "UN CMW", "Explicit", "number: 3", row["link"]["iri"]):
        assert evidence in text
    (place,) = caller.ask("place_of_link", link=row["link"]["iri"])[0]["items"]
    assert place["locator"] == "political recommendation 3"


def test_instructions_tell_how_the_graph_is_meant(caller: Caller) -> None:
    told = caller.client.instructions
    assert told is not None
    for rule in ("retrospective", "not examined", "version", "IRI"):
        assert rule in told


def test_wrong_name_is_an_error_that_offers_the_nearest(caller: Caller) -> None:
    result = caller.call("recommendations_citing", instrument=["CMWW"])
    assert result.is_error
    assert result.structured_content["status"] == 404
    assert CMW in [candidate["iri"] for candidate in result.structured_content["candidates"]]
    assert CMW in text_of(result)


def test_unknown_parameter_is_an_error_that_lists_those_there_are(caller: Caller) -> None:
    result = caller.call("recommendations_citing", instrumento="CMW")
    assert result.is_error
    assert "instrument" in result.structured_content["allowed"]


@pytest.mark.parametrize(
    ("arguments", "parameter"),
    [
        ({}, "instrument"),
        ({"instrument": {"iri": CMW}}, "instrument"),
        ({"instrument": "CMW", "per_page": 1000}, "per_page"),
        ({"instrument": "CMW", "page": 0}, "page"),
        ({"instrument": "CMW", "version": 99}, None),
    ],
)
def test_bad_argument_is_an_error_that_names_it(
    caller: Caller, arguments: dict[str, object], parameter: str | None
) -> None:
    result = caller.call("recommendations_citing", **arguments)
    assert result.is_error
    assert result.structured_content.get("parameter") == parameter


def test_null_means_not_given(caller: Caller) -> None:
    assert caller.ask("recommendations_citing", instrument=["CMW"], kind=None, version=None)


def test_list_is_bounded_and_says_how_to_go_on(caller: Caller) -> None:
    first, text = caller.ask("recommendations")
    assert len(first["items"]) == PER_PAGE < first["total"]
    assert "page=2" in text
    second, text = caller.ask("recommendations", page=2)
    assert len(second["items"]) == first["total"] - PER_PAGE
    assert f"\n{PER_PAGE + 1}. " in text
    assert "page=3" not in text


def test_nothing_found_is_told_from_not_examined(caller: Caller) -> None:
    document, text = caller.ask("recommendations_citing", instrument=["C029"])
    assert document["total"] == 0
    assert "unexamined_passages" in text


def test_other_footing_is_asked_for_and_said(caller: Caller) -> None:
    document, _ = caller.ask("recommendations_aligned_with_objective", objective=["13"])
    assert {row["assertion"]["label"] for row in document["items"]} == {"Retrospective"}


def test_search_mends_a_typo_and_says_so(caller: Caller) -> None:
    document, text = caller.ask("search", q="detention childern")
    assert document["corrected"] == "detention children"
    assert "corrected: detention children" in text
    assert document["items"][0]["resource"]["iri"] in text


def test_suggest_completes_a_name(caller: Caller) -> None:
    document, text = caller.ask("suggest", q="cm")
    assert document["items"][0]["resource"]["iri"] == CMW
    assert CMW in text


def test_describe_tells_what_the_graph_says(caller: Caller) -> None:
    document, text = caller.ask("describe", iri="ICRMW")
    assert document["resource"]["iri"] == CMW
    assert document["citation"]["permalink"]
    for told in ("1990-12-18", "UN CMW", POLITICAL_3):
        assert told in text


def test_list_narrows_and_counts(caller: Caller) -> None:
    document, text = caller.ask("list_recommendations", topic=["detention"], facets=["kind"])
    assert [item["number"] for item in document["items"]] == ["6"]
    (value,) = document["facets"]["kind"]["values"]
    assert (value["value"]["label"], value["count"]) == ("Practical", 1)
    assert "Practical" in text


def test_network_and_its_filter_of_the_same_name_as_its_kind(caller: Caller) -> None:
    document, _ = caller.ask("network", network="cocitation", kind=["political"])
    names = {node["id"] for node in document["nodes"]}
    assert ID_BASE + "instrument/nyd" in names
    assert CMW not in names  # the recommendation that cites it cites nothing else


def test_describe_of_an_unknown_iri_offers_the_nearest(caller: Caller) -> None:
    result = caller.call("describe", iri=ID_BASE + "instrument/cmww")
    assert result.is_error
    assert CMW in text_of(result)


def test_sparql_select_answers_with_terms(caller: Caller) -> None:
    query = f"SELECT ?p ?l {{ ?p gfmd:cites <{CMW}> ; a gfmd:Recommendation ; skos:prefLabel ?l }}"
    document, text = caller.ask("sparql", query=query)
    (row,) = document["results"]["bindings"]
    assert row["p"]["value"] == POLITICAL_3
    assert f"<{POLITICAL_3}>" in text
    assert "”@en" in text


def test_sparql_ask_answers_yes_or_no(caller: Caller) -> None:
    assert caller.ask("sparql", query="ASK { ?s a gfmd:Session }")[1].startswith("Yes.")
    assert caller.ask("sparql", query="ASK { ?s a gfmd:Sessions }")[1].startswith("No.")


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
    assert caller.ask("sparql", query="ASK {}")[1].startswith("Yes.")


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


def test_resources_can_be_read(caller: Caller) -> None:
    texts = {}
    for resource in caller.do(caller.client.list_resources).resources:
        (content,) = caller.do(caller.client.read_resource, resource.uri).contents
        assert content.mime_type == resource.mime_type
        texts[resource.name] = content.model_dump()["text"]
    assert texts["guide"].startswith("# gfmdkg")
    assert "(/api/queries/recommendations-citing?" in texts["guide"]
    assert "gfmdkg.invalid" not in "".join(texts.values())
    assert "recommendations-citing" in texts["queries"]
    assert "gfmd:Recommendation" in texts["ontology"]


def test_iri_of_the_graph_is_a_resource(caller: Caller) -> None:
    templates = caller.do(caller.client.list_resource_templates).resource_templates
    assert any(CMW.startswith(t.uri_template.partition("{")[0]) for t in templates)
    (content,) = caller.do(caller.client.read_resource, CMW).contents
    assert "Migrant Workers" in content.model_dump()["text"]
    with pytest.raises(MCPError, match="nearest"):
        caller.do(caller.client.read_resource, ID_BASE + "instrument/cmww")
