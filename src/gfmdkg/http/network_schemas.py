"""Schemas and examples of networks, matrices and evidence for the OpenAPI description."""

from collections.abc import Mapping
from typing import Any

from gfmdkg.http.shapes import COUNT, LINKS, RESOURCE, STRING, STRING_OR_NULL, listed, record
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

_SHARE: Schema = {"type": "number", "minimum": 0, "maximum": 1}
_PLACE: Schema = {"type": "number", "minimum": -1, "maximum": 1}
_FROM_ONE: Schema = {"type": "integer", "minimum": 1}

_ASSERTIONS = listed({"type": "string", "enum": list(ASSERTIONS)})
_WEIGHT = record(
    "What the weight of an edge counts, and of what.",
    {"jaccard": STRING},
    meaning=STRING,
    unit=STRING,
)
_KIND = record(
    "A kind of network.",
    name=STRING,
    title=STRING,
    description=STRING,
    bipartite={"type": "boolean"},
    sides=listed(record("One sort of nodes.", name=STRING, description=STRING)),
    weight=_WEIGHT,
    links=LINKS,
)
_EVIDENCE = record(
    "The first pieces of evidence of an edge, and how many there are in all.",
    total=COUNT,
    items=listed(RESOURCE),
)
KIND_LIST = record("All kinds.", items=listed(_KIND), total=COUNT)
_NODE = record(
    "A node; `id` is its IRI, `x` and `y` are where to draw it.",
    id=STRING,
    label=STRING_OR_NULL,
    type=STRING_OR_NULL,
    side=STRING,
    count=COUNT,
    degree=COUNT,
    weighted_degree=COUNT,
    betweenness=_SHARE,
    pagerank=_SHARE,
    community=COUNT,
    x=_PLACE,
    y=_PLACE,
)
_EDGE = record(
    "An edge; `source` and `target` are the IRIs of its nodes.",
    {"jaccard": _SHARE},
    source=STRING,
    target=STRING,
    weight=_FROM_ONE,
    assertions=_ASSERTIONS,
    evidence=_EVIDENCE,
)
_MEASURE = record(
    "What a measure means, and how it was worked out.",
    {
        "exact": {"type": "boolean"},
        "sample": COUNT,
        "modularity": {"type": ["number", "null"]},
    },
    meaning=STRING,
)
_HINT = {
    "hint": record(
        "What to ask instead, where nothing is linked on the grounds asked for.",
        message=STRING,
        assertions=_ASSERTIONS,
        edges=COUNT,
    )
}
_HEAD = {
    "kind": STRING,
    "title": STRING,
    "description": STRING,
    "sides": listed(STRING),
    "weight": _WEIGHT,
    "assertions": _ASSERTIONS,
    "minimum": _FROM_ONE,
}
NETWORK = record(
    "A network as node-link data, and what it means.",
    _HINT,
    **_HEAD,
    count=STRING,
    measures={"type": "object", "additionalProperties": _MEASURE},
    directed={"type": "boolean"},
    multigraph={"type": "boolean"},
    graph={"type": "object"},
    nodes=listed(_NODE),
    edges=listed(_EDGE),
    communities=listed(
        record(
            "A community, called after its heaviest node.",
            community=COUNT,
            nodes=COUNT,
            heaviest=RESOURCE,
        )
    ),
    total=record(
        "The whole network; `unlinked` occur but share nothing.",
        nodes=COUNT,
        edges=COUNT,
        unlinked=COUNT,
    ),
    left_out=record("How much of the network is not shown.", nodes=COUNT, edges=COUNT),
    version=STRING,
    links=LINKS,
)
_LINE = record(
    "A row or column; `total` adds up its cells, `count` counts its passages.",
    iri=STRING,
    label=STRING_OR_NULL,
    total=COUNT,
    count=COUNT,
)
MATRIX = record(
    "A network between two sides as a table.",
    _HINT,
    **_HEAD,
    rows=listed(_LINE),
    columns=listed(_LINE),
    cells=listed(listed(COUNT)),
    total=COUNT,
    left_out=record("How much of the matrix is not shown.", rows=COUNT, columns=COUNT, total=COUNT),
    version=STRING,
    links=LINKS,
)
EVIDENCE = record(
    "A page of what links two nodes.",
    kind=STRING,
    source=RESOURCE,
    target=RESOURCE,
    evidence=STRING,
    items=listed(RESOURCE),
    total=COUNT,
    page=_FROM_ONE,
    per_page=_FROM_ONE,
    version=STRING,
    links=LINKS,
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
