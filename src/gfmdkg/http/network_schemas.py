"""Schemas and examples of networks, matrices and evidence for the OpenAPI description."""

from collections.abc import Mapping
from typing import Any

from gfmdkg.namespaces import BASE
from gfmdkg.network import ASSERTIONS, KINDS

__all__ = [
    "CMW",
    "EVIDENCE",
    "EVIDENCE_EXAMPLE",
    "GCM",
    "KIND_LIST",
    "MATRIX",
    "MATRIX_EXAMPLE",
    "NETWORK",
    "NETWORK_EXAMPLE",
    "Schema",
]

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
KIND_LIST = _object(items=_list_of(_KIND), total=_COUNT)
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
NETWORK = _object(
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
MATRIX = _object(
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
EVIDENCE = _object(
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


GCM = {"iri": _id("instrument/gcm"), "label": "Global Compact for Migration"}
CMW = {"iri": _id("instrument/cmw"), "label": "Migrant Workers Convention"}
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


NETWORK_EXAMPLE = {
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
    "nodes": [_node_example(CMW, -1.0), _node_example(GCM, 1.0)],
    "edges": [
        {
            "source": CMW["iri"],
            "target": GCM["iri"],
            "weight": 1,
            "jaccard": 0.3333,
            "assertions": ["explicit"],
            "evidence": {"total": 1, "items": [_PASSAGE]},
        }
    ],
    "communities": [{"community": 0, "nodes": 2, "heaviest": CMW}],
    "total": {"nodes": 2, "edges": 1, "unlinked": 0},
    "left_out": {"nodes": 0, "edges": 0},
    "version": "3",
    "links": {"graphml": "/api/network/cocitation?format=graphml"},
}
_TOPIC = {"iri": BASE + "scheme/topic/labour-rights", "label": "Labour rights"}
MATRIX_EXAMPLE = {
    "kind": "instrument-topic",
    "title": KINDS["instrument-topic"].title,
    "description": KINDS["instrument-topic"].description,
    "sides": ["instrument", "topic"],
    "weight": {"meaning": KINDS["instrument-topic"].weight, "unit": "passage"},
    "assertions": ["explicit"],
    "minimum": 1,
    "rows": [{**CMW, "total": 2, "count": 2}],
    "columns": [{**_TOPIC, "total": 2, "count": 3}],
    "cells": [[2]],
    "total": 2,
    "left_out": {"rows": 0, "columns": 0, "total": 0},
    "version": "3",
    "links": {"csv": "/api/matrix/instrument-topic?format=csv"},
}
EVIDENCE_EXAMPLE = {
    "kind": "cocitation",
    "source": CMW,
    "target": GCM,
    "evidence": "passage",
    "items": [_PASSAGE],
    "total": 1,
    "page": 1,
    "per_page": 50,
    "version": "3",
    "links": {"first": "/api/network/cocitation/evidence?page=1"},
}
