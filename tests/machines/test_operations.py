"""Tools made from an OpenAPI description."""

from typing import Any

import pytest

from gfmdkg.mcp import operations
from gfmdkg.mcp.operations import read_operations


def document(**paths: Any) -> dict[str, Any]:
    node = {"type": "object", "properties": {"next": {"$ref": "#/components/schemas/Node"}}}
    return {"paths": paths, "components": {"schemas": {"Node": node}}}


def get(*parameters: dict[str, Any], schema: Any = None, name: str = "any") -> dict[str, Any]:
    content = {} if schema is None else {"application/json": {"schema": schema}}
    operation = {
        "operationId": name,
        "summary": "Tides",
        "parameters": list(parameters),
        "responses": {"200": {"content": content}},
    }
    return {"get": operation}


def test_only_what_is_named_or_a_canned_query_becomes_a_tool() -> None:
    found = read_operations(
        {
            **document(),
            "paths": {
                "/api/queries": get(name="listQueries"),
                "/api/queries/high-tides": get(name="queriesHighTides"),
                "/api/search": get(name="searchText"),
                "/api/changes": {"post": get(name="submitChange")["get"]},
                "/health": get(name="getHealth"),
            },
        }
    )
    assert [o.tool for o in found] == ["high_tides", "search"]


def test_parameters_keep_type_default_and_example_and_the_format_is_left_out() -> None:
    harbour = {
        "name": "harbour",
        "in": "query",
        "required": True,
        "description": "Which harbour.",
        "schema": {"type": "array", "items": {"type": "string", "enum": ["a", "b"]}},
        "example": ["a"],
    }
    form = {"name": "format", "in": "query", "schema": {"type": "string"}}
    (tool,) = read_operations({**document(), "paths": {"/api/queries/tides": get(harbour, form)}})
    assert tool.input_schema == {
        "type": "object",
        "properties": {
            "harbour": {
                "type": "array",
                "items": {"type": "string", "enum": ["a", "b"]},
                "description": "Which harbour.",
                "examples": [["a"]],
            }
        },
        "required": ["harbour"],
        "additionalProperties": False,
    }
    assert not tool.is_paged


def test_output_schema_carries_what_it_refers_to_itself_included() -> None:
    schema = {"type": "object", "properties": {"first": {"$ref": "#/components/schemas/Node"}}}
    paths = {"/api/queries/tides": get(schema=schema)}
    (tool,) = read_operations({**document(), "paths": paths})
    assert tool.output_schema is not None
    assert tool.output_schema["properties"]["first"] == {"$ref": "#/$defs/Node"}
    node = tool.output_schema["$defs"]["Node"]
    assert node["properties"]["next"] == {"$ref": "#/$defs/Node"}


@pytest.mark.parametrize("schema", [None, {}])
def test_operation_without_json_has_no_output_schema(schema: Any) -> None:
    paths = {"/api/queries/tides": get(schema=schema)}
    (tool,) = read_operations({**document(), "paths": paths})
    assert tool.output_schema is None


def test_parameter_in_the_path_is_an_argument_like_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(operations, "_TOOLS", {"getTide": "tide"})
    bare = {"name": "kind", "in": "path", "required": True, "schema": {"type": "string"}}
    kind = {**bare, "schema": {"type": "string", "enum": ["spring", "neap"]}}
    other = {"name": "kind", "in": "query", "schema": {"type": "integer"}}
    paths = {"/api/tide/{kind}": get(bare, kind, other, name="getTide")}
    (tool,) = read_operations({**document(), "paths": paths})
    assert tool.path_parameters == ("kind",)
    assert tool.input_schema["required"] == ["kind"]
    assert tool.input_schema["properties"]["kind"]["enum"] == ["spring", "neap"]
