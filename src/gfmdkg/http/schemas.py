"""What the operations of the OpenAPI description refer to: cells, links, hints."""

from collections.abc import Mapping
from typing import Any

from gfmdkg.catalog import ColumnType, ParameterType
from gfmdkg.http.shapes import COUNT, STRING, listed, record, ref

__all__ = ["COLUMN_TYPES", "SCHEMAS"]

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
        "description": "A resource: its IRI, and its label if it has one.",
        "required": ["iri", "label"],
        "properties": {"iri": {"type": "string"}, "label": {"type": ["string", "null"]}},
        "additionalProperties": False,
    },
    "CannedQuery": record(
        "A ready-made question: its parameters, its columns, and its SPARQL.",
        name=STRING,
        topic=STRING,
        summary=STRING,
        description=STRING,
        tags=listed(STRING),
        parameters=listed(ref("QueryParameter")),
        columns=listed(
            record(
                "A column of the answer.",
                name=STRING,
                type={"type": "string", "enum": [t.value for t in ColumnType]},
                description=STRING,
            )
        ),
        sparql=STRING,
        links=ref("Links"),
    ),
    "QueryParameter": record(
        "A parameter; `classes` and `schemes` say what a resource must be.",
        name=STRING,
        type={"type": "string", "enum": [t.value for t in ParameterType]},
        description=STRING,
        required={"type": "boolean"},
        many={"type": "boolean"},
        default=listed(STRING),
        values=listed(STRING),
        classes=listed(STRING),
        schemes=listed(STRING),
        example=STRING,
    ),
    "State": record("The state of the process.", {"software": STRING}, status=STRING),
    "Readiness": record("A version is published.", status=STRING, version=STRING, quads=COUNT),
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
}
"""The named schemas."""
