"""The OpenAPI description: complete, typed, and true."""

from typing import Any

import pytest
from tests.sites import Site

from gfmdkg.http.problems import PROBLEM_TYPES
from gfmdkg.lists.definitions import LISTS
from gfmdkg.pages.operations import parameters_of


@pytest.fixture(scope="module")
def document(site: Site) -> dict[str, Any]:
    answer = site.get("/openapi.json")
    assert answer.headers["content-type"] == "application/json"
    description: dict[str, Any] = answer.json()
    return description


def parameters(document: dict[str, Any], path: str) -> dict[str, dict[str, Any]]:
    return {p["name"]: p for p in parameters_of(document, document["paths"][path]["get"])}


def test_it_is_openapi_3_1(document: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.1")
    assert document["info"]["version"]
    assert document["info"]["license"]["identifier"] == "Apache-2.0"


def test_every_canned_query_and_list_has_a_route(site: Site, document: dict[str, Any]) -> None:
    names = {item["name"] for item in site.get("/api/queries").json()["items"]}
    assert {f"/api/queries/{name}" for name in names} <= set(document["paths"])
    assert {f"/api/{name}" for name in LISTS} <= set(document["paths"])


def test_parameters_are_typed(document: dict[str, Any]) -> None:
    citing = parameters(document, "/api/queries/recommendations-citing")
    instrument = citing["instrument"]
    assert instrument["required"] is True
    assert instrument["schema"] == {
        "type": "array",
        "items": {"type": "string"},
        "minItems": 1,
        "examples": [["CMW"]],
    }
    assert citing["assertion"]["schema"]["default"] == ["explicit"]
    assert citing["per_page"]["schema"]["maximum"] == 1000
    assert citing["format"]["schema"]["enum"] == ["json", "csv", "tsv", "srj", "srx"]
    dates = parameters(document, "/api/sessions")
    assert dates["date_from"]["schema"]["format"] == "date"
    below = parameters(document, "/api/queries/links-below-confidence")
    numbers = [p for p in below.values() if p["schema"].get("type") == "number"]
    assert all(isinstance(p["schema"]["examples"][0], float) for p in numbers)
    assert numbers


def test_cells_are_typed(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    page, more = schemas["RecommendationsCitingPage"]["allOf"]
    assert page == {"$ref": "#/components/schemas/RowsPage"}
    assert more["properties"]["items"]["items"]["$ref"].endswith("/RecommendationsCitingRow")
    cells = members(schemas, "RecommendationsCitingRow")
    assert cells["session"]["$ref"] == "#/components/schemas/Resource"
    assert cells["confidence"]["type"] == "number"
    assert cells["matched_text"]["type"] == ["string", "null"]
    speaker = members(schemas, "PassagesCitingRow")["speaker"]
    assert speaker["anyOf"] == [{"$ref": "#/components/schemas/Resource"}, {"type": "null"}]


def members(schemas: dict[str, Any], name: str) -> dict[str, Any]:
    """The properties of a schema, those of its bases first."""
    bases = [part for part in schemas[name].get("allOf", ()) if "$ref" in part]
    found: dict[str, Any] = {}
    for base in bases:
        found |= members(schemas, base["$ref"].rpartition("/")[2])
    for part in (schemas[name], *schemas[name].get("allOf", ())):
        found |= part.get("properties", {})
    return found


def test_items_of_lists_have_names_and_are_never_null(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    items = {"Actor", "Instrument", "Passage", "Recommendation", "Report", "Sdg", "Session"}
    assert items <= set(schemas)
    assert schemas["Recommendation"]["required"] == ["recommendation"]
    assert "null" not in str(schemas["Recommendation"]["properties"]["recommendation"])
    facets = schemas["ListPage"]["allOf"][1]["properties"]["facets"]
    assert facets["additionalProperties"] == {"$ref": "#/components/schemas/FacetCounts"}


def test_operations_have_names_of_their_own(document: dict[str, Any]) -> None:
    names = [
        operation["operationId"]
        for item in document["paths"].values()
        for operation in item.values()
    ]
    assert len(names) == len(set(names))
    assert "queriesRecommendationsCiting" in names


def test_every_reference_is_defined(document: dict[str, Any]) -> None:
    def references(node: Any) -> list[str]:
        if isinstance(node, dict):
            found = [node["$ref"]] if "$ref" in node else []
            return found + [r for value in node.values() for r in references(value)]
        return [r for value in node for r in references(value)] if isinstance(node, list) else []

    for reference in references(document):
        node: Any = document
        for part in reference.removeprefix("#/").split("/"):
            node = node[part]


def test_every_problem_type_has_a_schema_in_the_response_of_its_status(
    document: dict[str, Any],
) -> None:
    responses = document["components"]["responses"]
    # No operation is asked by a method that it does not have.
    described = PROBLEM_TYPES.keys() - {"method-not-allowed"}
    for name in described:
        kind = PROBLEM_TYPES[name]
        status = "5XX" if kind.status >= 500 else str(kind.status)
        schema = "".join(word.capitalize() for word in name.split("-")) + "Problem"
        assert f"#/components/schemas/{schema}" in str(responses[status])
        assert document["components"]["schemas"][schema]["allOf"][1]["properties"]["type"]["const"]


def test_answers_have_only_statuses_that_are_described(
    site: Site, document: dict[str, Any]
) -> None:
    path = "/api/queries/recommendations-citing"
    described = document["paths"][path]["get"]["responses"]
    for query in ("?instrument=PSS", "", "?x=1", "?instrument=nothing", "?instrument=Shared+Name"):
        answer = site.get(path + query)
        if not answer.is_success:
            # What all that reads may be answered with is described once.
            kind = PROBLEM_TYPES[answer.json()["type"].rpartition("/")[2]]
            assert described["default"] == {"$ref": "#/components/responses/default"}
            assert f"/{kind.model.__name__}'" in str(document["components"]["responses"]["default"])
        else:
            assert str(answer.status_code) in described
