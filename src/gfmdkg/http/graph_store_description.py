"""The operations of the Graph Store Protocol in the OpenAPI description."""

from typing import Any

from gfmdkg.http.graph_store import ACCEPTED as WRITTEN
from gfmdkg.http.parameter_description import VERSION_PARAMETER
from gfmdkg.http.problem_schemas import problem_responses
from gfmdkg.http.protocol_answers import (
    GRAPH_CONTENT,
    GRAPH_FORMAT_PARAMETER,
    IRI_SCHEMA,
    NOTE,
    NOTES_GRAPH,
    READING_PROBLEMS,
    TEXT_CONTENT,
    WRITER,
    WRITING_PROBLEMS,
    answer,
    done,
)
from gfmdkg.http.shapes import STRING
from gfmdkg.namespaces import GRAPH_BASE

__all__ = ["graph_store_paths"]

_VOCABULARY = f"{GRAPH_BASE}ontology/vocab/recommendation-kind"

_OF_BODIES = frozenset({"body-too-large", "unsupported-media-type"})

_GRAPH = {
    "name": "graph",
    "in": "query",
    "description": "The IRI of the graph; or `default`.",
    "schema": IRI_SCHEMA,
    "example": _VOCABULARY,
}

_DEFAULT = {
    "name": "default",
    "in": "query",
    "description": "The default graph, in place of `graph`; without a value.",
    "allowEmptyValue": True,
    "schema": {"type": "string", "maxLength": 0},
}


def graph_store_paths() -> dict[str, Any]:
    """Path to path item, for every address of a graph."""
    direct = _path_parameter("The rest of the graph's IRI, which is the address itself.")
    own = _path_parameter(f"The rest of the graph's IRI after {GRAPH_BASE}")
    return {
        "/graphs": _graph_item("Graph", [_GRAPH, _DEFAULT]),
        "/graphs/{path}": _graph_item("DirectGraph", [{**direct, "example": "notes"}]),
        "/graph/{path}": _graph_item(
            "OwnGraph", [{**own, "example": _VOCABULARY.removeprefix(GRAPH_BASE)}]
        ),
    }


def _path_parameter(description: str) -> dict[str, Any]:
    schema = {"type": "string", "minLength": 1, "pattern": "^[a-z0-9/-]+$"}
    return {
        "name": "path",
        "in": "path",
        "required": True,
        "description": description,
        "schema": schema,
    }


def _graph_item(name: str, target: list[dict[str, Any]]) -> dict[str, Any]:
    content: dict[str, Any] = dict.fromkeys(WRITTEN, TEXT_CONTENT)
    content["text/turtle"] = {"schema": STRING, "example": f"{NOTE} ."}
    content["multipart/form-data"] = {"schema": {"type": "object"}}
    body = {"required": True, "content": content}
    written = {**_graph_writing(), "parameters": _written_target(target)}
    return {
        "get": {
            "tags": ["SPARQL"],
            "summary": "Read a graph",
            "operationId": f"read{name}",
            "description": "Graph Store Protocol: the triples of one graph.",
            "parameters": [*target, VERSION_PARAMETER, GRAPH_FORMAT_PARAMETER],
            "responses": {
                "200": answer("The triples.", GRAPH_CONTENT),
                "304": {"description": "Nothing changed."},
                **problem_responses(*READING_PROBLEMS),
            },
        },
        "put": {
            **written,
            "summary": "Replace a graph",
            "operationId": f"replace{name}",
            "description": "Graph Store Protocol: the graph becomes what the body says.",
            "requestBody": body,
        },
        "post": {
            **written,
            "summary": "Add to a graph",
            "operationId": f"add{name}",
            "description": "Graph Store Protocol: what the body says is added to the graph.",
            "requestBody": body,
        },
        "delete": {
            **written,
            "summary": "Delete a graph",
            "operationId": f"delete{name}",
            "description": "Graph Store Protocol: the graph and its triples are removed.",
            "responses": {
                "204": done("It is done and on disk."),
                **problem_responses(*(set(WRITING_PROBLEMS) - _OF_BODIES)),
            },
        },
    }


def _written_target(target: list[dict[str, Any]]) -> list[dict[str, Any]]:
    examples = {"graph": NOTES_GRAPH, "path": "notes"}
    return [{**p, "example": examples[p["name"]]} if "example" in p else p for p in target]


def _graph_writing() -> dict[str, Any]:
    return {
        "tags": ["SPARQL"],
        "security": list(WRITER),
        "responses": {
            "201": done("The graph was made.", "Location"),
            "204": done("It is done and on disk."),
            **problem_responses(*WRITING_PROBLEMS),
        },
    }
