"""The network routes in the OpenAPI description."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from gfmdkg.formats.media import MediaType
from gfmdkg.http.description import json_list_operation, json_operation, problem_responses
from gfmdkg.namespaces import BASE
from gfmdkg.network import ASSERTIONS, KINDS, MATRIX_KINDS
from gfmdkg.settings import Settings

__all__ = [
    "EDGES",
    "EDGES_LIMIT",
    "LINES",
    "LINES_LIMIT",
    "NODES",
    "NODES_LIMIT",
    "evidence_operation",
    "kinds_operation",
    "matrix_operation",
    "network_operation",
]

NODES, NODES_LIMIT = 300, 5_000
"""Nodes in a JSON answer: unless asked for otherwise, and at most."""

EDGES, EDGES_LIMIT = 3_000, 50_000
"""Edges in a JSON answer: unless asked for otherwise, and at most."""

LINES, LINES_LIMIT = 50, 1_000
"""Rows, and columns, of a matrix: unless asked for otherwise, and at most."""

Schema = Mapping[str, Any]

_STRING: Schema = {"type": "string"}
_STRING_OR_NULL: Schema = {"type": ["string", "null"]}
_COUNT: Schema = {"type": "integer", "minimum": 0}
_SHARE: Schema = {"type": "number", "minimum": 0, "maximum": 1}
_PLACE: Schema = {"type": "number", "minimum": -1, "maximum": 1}
_RESOURCE: Schema = {"$ref": "#/components/schemas/Resource"}
_LINKS: Schema = {"$ref": "#/components/schemas/Links"}


def _list_of(items: Schema) -> dict[str, Any]:
    return {"type": "array", "items": items}


def _object(optional: Schema | None = None, **members: Any) -> dict[str, Any]:
    """An object whose ``members`` are always there and the ``optional`` ones sometimes."""
    properties = {**members, **(optional or {})}
    return {"type": "object", "required": list(members), "properties": properties}


_ASSERTIONS = _list_of({"type": "string", "enum": list(ASSERTIONS)})
_WEIGHT = _object({"jaccard": _STRING}, meaning=_STRING, unit=_STRING)
_KIND = _object(
    name=_STRING,
    title=_STRING,
    description=_STRING,
    bipartite={"type": "boolean"},
    sides=_list_of(_object(name=_STRING, description=_STRING)),
    weight=_WEIGHT,
    links=_LINKS,
)
_EVIDENCE = _object(total=_COUNT, items=_list_of(_RESOURCE))
_NODE = _object(
    id=_STRING,
    label=_STRING_OR_NULL,
    type=_STRING_OR_NULL,
    side=_STRING,
    count=_COUNT,
    degree=_COUNT,
    weighted_degree=_COUNT,
    betweenness=_SHARE,
    pagerank=_SHARE,
    community=_COUNT,
    x=_PLACE,
    y=_PLACE,
)
_EDGE = _object(
    {"jaccard": _SHARE},
    source=_STRING,
    target=_STRING,
    weight={"type": "integer", "minimum": 1},
    assertions=_ASSERTIONS,
    evidence=_EVIDENCE,
)
_MEASURE = _object(
    {
        "exact": {"type": "boolean"},
        "sample": _COUNT,
        "modularity": {"type": ["number", "null"]},
        "by_backend": {"type": "boolean"},
    },
    meaning=_STRING,
)
_HINT = {"hint": _object(message=_STRING, assertions=_ASSERTIONS, edges=_COUNT)}
_HEAD = {
    "kind": _STRING,
    "title": _STRING,
    "description": _STRING,
    "sides": _list_of(_STRING),
    "weight": _WEIGHT,
    "assertions": _ASSERTIONS,
    "minimum": {"type": "integer", "minimum": 1},
}
_NETWORK = _object(
    _HINT,
    **_HEAD,
    count=_STRING,
    measures={"type": "object", "additionalProperties": _MEASURE},
    directed={"type": "boolean"},
    multigraph={"type": "boolean"},
    graph={"type": "object"},
    nodes=_list_of(_NODE),
    edges=_list_of(_EDGE),
    communities=_list_of(_object(community=_COUNT, nodes=_COUNT, heaviest=_RESOURCE)),
    total=_object(nodes=_COUNT, edges=_COUNT, unlinked=_COUNT),
    left_out=_object(nodes=_COUNT, edges=_COUNT),
    version=_STRING,
    links=_LINKS,
)
_LINE = _object(iri=_STRING, label=_STRING_OR_NULL, total=_COUNT, count=_COUNT)
_MATRIX = _object(
    _HINT,
    **_HEAD,
    rows=_list_of(_LINE),
    columns=_list_of(_LINE),
    cells=_list_of(_list_of(_COUNT)),
    total=_COUNT,
    left_out=_object(rows=_COUNT, columns=_COUNT, total=_COUNT),
    version=_STRING,
    links=_LINKS,
)
_EDGE_EVIDENCE = _object(
    kind=_STRING,
    source=_RESOURCE,
    target=_RESOURCE,
    evidence=_STRING,
    items=_list_of(_RESOURCE),
    total=_COUNT,
    page={"type": "integer", "minimum": 1},
    per_page={"type": "integer", "minimum": 1},
    version=_STRING,
    links=_LINKS,
)


def _id(path: str) -> str:
    return f"{BASE}id/{path}"


_GCM = {"iri": _id("instrument/gcm"), "label": "Global Compact for Migration"}
_CMW = {"iri": _id("instrument/cmw"), "label": "Migrant Workers Convention"}
_PASSAGE = {"iri": _id("passage/a-dialogue/p13"), "label": "Rights of workers"}
_WEIGHT_EXAMPLE = {
    "meaning": KINDS["cocitation"].weight,
    "unit": "passage",
    "jaccard": "Shared evidence divided by all that either node has, from 0 to 1.",
}


def _node_example(resource: Mapping[str, str], x: float) -> dict[str, Any]:
    return {
        "id": resource["iri"],
        "label": resource["label"],
        "type": "instrument",
        "side": "reference",
        "count": 2,
        "degree": 1,
        "weighted_degree": 1,
        "betweenness": 0.0,
        "pagerank": 0.5,
        "community": 0,
        "x": x,
        "y": 0.0,
    }


_NETWORK_EXAMPLE = {
    "kind": "cocitation",
    "title": KINDS["cocitation"].title,
    "description": KINDS["cocitation"].description,
    "sides": ["reference"],
    "weight": _WEIGHT_EXAMPLE,
    "assertions": ["explicit"],
    "minimum": 1,
    "count": KINDS["cocitation"].count,
    "measures": {"degree": {"meaning": "Number of nodes that it is linked with."}},
    "directed": False,
    "multigraph": False,
    "graph": {"kind": "cocitation"},
    "nodes": [_node_example(_CMW, -1.0), _node_example(_GCM, 1.0)],
    "edges": [
        {
            "source": _CMW["iri"],
            "target": _GCM["iri"],
            "weight": 1,
            "jaccard": 0.3333,
            "assertions": ["explicit"],
            "evidence": {"total": 1, "items": [_PASSAGE]},
        }
    ],
    "communities": [{"community": 0, "nodes": 2, "heaviest": _CMW}],
    "total": {"nodes": 2, "edges": 1, "unlinked": 0},
    "left_out": {"nodes": 0, "edges": 0},
    "version": "3",
    "links": {"graphml": "/api/network/cocitation?format=graphml"},
}
_TOPIC = {"iri": BASE + "scheme/topic/labour-rights", "label": "Labour rights"}
_MATRIX_EXAMPLE = {
    "kind": "instrument-topic",
    "title": KINDS["instrument-topic"].title,
    "description": KINDS["instrument-topic"].description,
    "sides": ["instrument", "topic"],
    "weight": {"meaning": KINDS["instrument-topic"].weight, "unit": "passage"},
    "assertions": ["explicit"],
    "minimum": 1,
    "rows": [{**_CMW, "total": 2, "count": 2}],
    "columns": [{**_TOPIC, "total": 2, "count": 3}],
    "cells": [[2]],
    "total": 2,
    "left_out": {"rows": 0, "columns": 0, "total": 0},
    "version": "3",
    "links": {"csv": "/api/matrix/instrument-topic?format=csv"},
}
_EVIDENCE_EXAMPLE = {
    "kind": "cocitation",
    "source": _CMW,
    "target": _GCM,
    "evidence": "passage",
    "items": [_PASSAGE],
    "total": 1,
    "page": 1,
    "per_page": 50,
    "version": "3",
    "links": {"first": "/api/network/cocitation/evidence?page=1"},
}

Parameter = dict[str, Any]


def kinds_operation() -> dict[str, Any]:
    """Responses of the list of kinds."""
    return json_operation(
        "The kinds of network.",
        _object(items=_list_of(_KIND), total=_COUNT),
        "unknown-parameter",
    )


def network_operation(filters: Sequence[Parameter], formats: Iterable[MediaType]) -> dict[str, Any]:
    """Parameters and responses of ``/api/network/{kind}``."""
    return _operation(
        "The network.",
        _NETWORK,
        _NETWORK_EXAMPLE,
        [
            _kind(KINDS, "cocitation"),
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
    """Parameters and responses of ``/api/matrix/{kind}``."""
    return _operation(
        "The matrix.",
        _MATRIX,
        _MATRIX_EXAMPLE,
        [
            _kind(MATRIX_KINDS, "instrument-topic"),
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
    """Parameters and responses of ``/api/network/{kind}/evidence``."""
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
        for name, resource in (("source", _CMW), ("target", _GCM))
    ]
    operation = json_list_operation(
        "A page of the evidence.",
        _EDGE_EVIDENCE,
        _EVIDENCE_EXAMPLE,
        [
            _kind(KINDS, "cocitation"),
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


def _kind(kinds: Mapping[str, Any], example: str) -> Parameter:
    return {
        "name": "kind",
        "in": "path",
        "required": True,
        "description": "The kind of network.",
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
