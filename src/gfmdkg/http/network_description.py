"""The network routes in the OpenAPI description."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from gfmdkg.formats.media import MediaType
from gfmdkg.http.description import json_list_operation, json_operation
from gfmdkg.http.network_request import EDGES, EDGES_LIMIT, LINES_LIMIT, NODES, NODES_LIMIT
from gfmdkg.http.network_schemas import (
    CMW,
    EVIDENCE,
    EVIDENCE_EXAMPLE,
    GCM,
    KIND_LIST,
    MATRIX,
    MATRIX_EXAMPLE,
    NETWORK,
    NETWORK_EXAMPLE,
    Schema,
)
from gfmdkg.http.problem_schemas import problem_responses
from gfmdkg.network import KINDS, MATRIX_KINDS
from gfmdkg.settings import Settings

__all__ = [
    "evidence_operation",
    "kinds_operation",
    "matrix_operation",
    "network_operation",
]

Parameter = dict[str, Any]


def kinds_operation() -> dict[str, Any]:
    """Responses of the list of kinds."""
    return json_operation(
        "The kinds of network.",
        KIND_LIST,
        "unknown-parameter",
    )


def network_operation(filters: Sequence[Parameter], formats: Iterable[MediaType]) -> dict[str, Any]:
    """Parameters and responses of ``/api/network/{network}``."""
    return _operation(
        "The network.",
        NETWORK,
        NETWORK_EXAMPLE,
        [
            _kind("network", KINDS, "cocitation"),
            *filters,
            _minimum(),
            _cap(
                "limit",
                f"The most nodes, those of highest weighted degree first. In JSON {NODES} unless "
                "given, in the other formats all.",
                NODES_LIMIT,
            ),
            _cap(
                "edge_limit",
                f"The most edges, the heaviest first. In JSON {EDGES} unless given, in the other "
                "formats all.",
                EDGES_LIMIT,
            ),
        ],
        formats,
    )


def matrix_operation(filters: Sequence[Parameter], formats: Iterable[MediaType]) -> dict[str, Any]:
    """Parameters and responses of ``/api/matrix/{matrix}``."""
    return _operation(
        "The matrix.",
        MATRIX,
        MATRIX_EXAMPLE,
        [
            _kind("matrix", MATRIX_KINDS, "instrument-topic"),
            *filters,
            _minimum(),
            *(
                _cap(name, f"The most {name}, those with the highest totals first.", LINES_LIMIT)
                for name in ("rows", "columns")
            ),
        ],
        formats,
    )


def evidence_operation(filters: Sequence[Parameter], settings: Settings) -> dict[str, Any]:
    """Parameters and responses of ``/api/network/{network}/evidence``."""
    ends = [
        {
            "name": name,
            "in": "query",
            "required": True,
            "description": f"The {name} node, by any name or IRI; with two sides, source is of the "
            "first.",
            "schema": {"type": "string"},
            "example": resource["iri"],
        }
        for name, resource in (("source", CMW), ("target", GCM))
    ]
    operation = json_list_operation(
        "A page of the evidence.",
        EVIDENCE,
        EVIDENCE_EXAMPLE,
        [
            _kind("network", KINDS, "cocitation"),
            *ends,
            *filters,
            _minimum(),
            {
                "name": "page",
                "in": "query",
                "description": "Which page, from 1.",
                "schema": {"type": "integer", "minimum": 1, "default": 1},
            },
            _cap("per_page", "Items on a page.", settings.page_size_limit),
        ],
    )
    operation["responses"] |= _problems()
    return operation


def _operation(
    text: str,
    schema: Schema,
    example: Mapping[str, Any],
    parameters: list[Parameter],
    formats: Iterable[MediaType],
) -> dict[str, Any]:
    operation = json_list_operation(text, schema, example, parameters)
    offered = list(formats)
    content = operation["responses"]["200"]["content"]
    content |= {f.media_type: {"schema": {"type": "string"}} for f in offered[1:]}
    (chosen,) = (p for p in operation["parameters"] if p["name"] == "format")
    chosen["schema"] = {"type": "string", "enum": [f.name for f in offered]}
    operation["responses"] |= _problems()
    return operation


def _problems() -> dict[str, Any]:
    return problem_responses("ambiguous", "network-too-large", "busy", "query-timeout")


def _kind(name: str, kinds: Mapping[str, Any], example: str) -> Parameter:
    return {
        "name": name,
        "in": "path",
        "required": True,
        "description": f"The kind of {name}.",
        "schema": {"type": "string", "enum": list(kinds)},
        "example": example,
    }


def _minimum() -> Parameter:
    return {
        "name": "minimum",
        "in": "query",
        "description": "Only edges of at least this weight; nodes that lose all edges go.",
        "schema": {"type": "integer", "minimum": 1, "default": 1},
    }


def _cap(name: str, description: str, maximum: int) -> Parameter:
    return {
        "name": name,
        "in": "query",
        "description": description,
        "schema": {"type": "integer", "minimum": 1, "maximum": maximum},
    }
