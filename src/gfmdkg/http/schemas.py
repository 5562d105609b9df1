"""What the operations of the OpenAPI description refer to: cells, links, hints, problems."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from gfmdkg.catalog import ColumnType
from gfmdkg.http.problems import PROBLEM_TYPES

__all__ = ["COLUMN_TYPES", "SCHEMAS", "problem_components", "problem_responses"]

_RESOURCE_CELL = {"$ref": "#/components/schemas/Resource"}
COLUMN_TYPES: Mapping[ColumnType, dict[str, Any]] = {
    ColumnType.RESOURCE: {"anyOf": [_RESOURCE_CELL, {"type": "null"}]},
    ColumnType.STRING: {"type": ["string", "null"]},
    ColumnType.INTEGER: {"type": ["integer", "null"]},
    ColumnType.DECIMAL: {"type": ["number", "null"]},
    ColumnType.BOOLEAN: {"type": ["boolean", "null"]},
    ColumnType.DATE: {"type": ["string", "null"]},
}
"""The schema of a cell, by the type of its column."""
SCHEMAS: Mapping[str, Any] = {
    "Resource": {
        "type": "object",
        "description": "A resource in a cell of an answer.",
        "required": ["iri", "label"],
        "properties": {"iri": {"type": "string"}, "label": {"type": ["string", "null"]}},
        "additionalProperties": False,
    },
    "Links": {
        "type": "object",
        "description": "Paths of other pages, and of the very query at the SPARQL endpoint.",
        "additionalProperties": {"type": "string"},
    },
    "Hint": {
        "type": "object",
        "description": "What a neighbouring query finds where this one has no rows.",
        "required": ["message", "query", "items", "links"],
        "properties": {
            "message": {"type": "string"},
            "query": {"type": "string"},
            "items": {"type": "array", "items": {"type": "object"}},
            "links": {"$ref": "#/components/schemas/Links"},
        },
    },
    "Problem": {
        "type": "object",
        "description": "RFC 9457 problem details. Each type has members of its own; the type's "
        "address describes them.",
        "required": ["type", "title", "status", "detail"],
        "properties": {
            "type": {"type": "string", "enum": [kind.iri for kind in PROBLEM_TYPES.values()]},
            "title": {"type": "string"},
            "status": {"type": "integer"},
            "detail": {"type": "string"},
            "candidates": {
                "type": "array",
                "items": {"$ref": "#/components/schemas/Resource"},
            },
            "parameter": {"type": "string"},
            "allowed": {"type": "array", "items": {"type": "string"}},
        },
        "additionalProperties": True,
    },
}
"""The named schemas."""


def problem_responses(*names: str) -> dict[str, Any]:
    """The error responses of an operation, by status, from the names of its problem types."""
    statuses = sorted({PROBLEM_TYPES[name].status for name in names})
    return {
        str(status): {"$ref": f"#/components/responses/{_response_name(status)}"}
        for status in statuses
    }


def _response_name(status: int) -> str:
    return HTTPStatus(status).name.title().replace("_", "")


def problem_components() -> dict[str, Any]:
    """A response for each status, with an example of each problem type that has it."""
    kinds: dict[int, list[str]] = {}
    for name, kind in PROBLEM_TYPES.items():
        kinds.setdefault(kind.status, []).append(name)
    return {
        _response_name(status): {
            "description": "; ".join(PROBLEM_TYPES[name].title for name in names),
            "content": {
                "application/problem+json": {
                    "schema": {"$ref": "#/components/schemas/Problem"},
                    "examples": {name: {"value": _problem_example(name)} for name in names},
                }
            },
        }
        for status, names in kinds.items()
    }


def _problem_example(name: str) -> dict[str, Any]:
    kind = PROBLEM_TYPES[name]
    return {
        "type": kind.iri,
        "title": kind.title,
        "status": kind.status,
        "detail": kind.description,
    }
