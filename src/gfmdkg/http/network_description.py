"""The network routes in the OpenAPI description."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from gfmdkg.formats.media import MediaType
from gfmdkg.http.description import json_list_operation, json_operation
from gfmdkg.http.network_request import EDGES, EDGES_LIMIT, LINES_LIMIT, NODES, NODES_LIMIT
from gfmdkg.http.parameter_description import format_parameter, path_parameter
from gfmdkg.http.parameters import JSON
from gfmdkg.http.problem_schemas import problem_responses
from gfmdkg.http.shapes import COUNT, LINKS, RESOURCE, STRING, STRING_OR_NULL, listed, record
from gfmdkg.namespaces import ID_BASE
from gfmdkg.network import ASSERTIONS, KINDS, MATRIX_KINDS
from gfmdkg.settings import Settings

__all__ = [
    "evidence_operation",
    "kinds_operation",
    "matrix_operation",
    "network_operation",
]

Schema = Mapping[str, Any]
Parameter = dict[str, Any]

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
_KIND_LIST = record("All kinds.", items=listed(_KIND), total=COUNT)
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
_NETWORK = record(
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
_MATRIX = record(
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
_EVIDENCE_PAGE = record(
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


def kinds_operation() -> dict[str, Any]:
    """Responses of the list of kinds."""
    return json_operation("The kinds of network.", _KIND_LIST, "unknown-parameter")


def network_operation(filters: Sequence[Parameter], formats: Iterable[MediaType]) -> dict[str, Any]:
    """Parameters and responses of ``/api/network/{network}``."""
    unless = "unless given, in the other formats all."
    parameters = [
        _kind("network", KINDS, "cocitation"),
        *filters,
        _minimum(),
        _cap(
            "limit",
            f"The most nodes, those of highest weighted degree first. In JSON {NODES} {unless}",
            NODES_LIMIT,
        ),
        _cap(
            "edge_limit",
            f"The most edges, the heaviest first. In JSON {EDGES} {unless}",
            EDGES_LIMIT,
        ),
    ]
    return _operation("The network.", _NETWORK, parameters, formats)


def matrix_operation(filters: Sequence[Parameter], formats: Iterable[MediaType]) -> dict[str, Any]:
    """Parameters and responses of ``/api/matrix/{matrix}``."""
    parameters = [_kind("matrix", MATRIX_KINDS, "instrument-topic"), *filters, _minimum()]
    for name in ("rows", "columns"):
        text = f"The most {name}, those with the highest totals first."
        parameters.append(_cap(name, text, LINES_LIMIT))
    return _operation("The matrix.", _MATRIX, parameters, formats)


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
            "example": f"{ID_BASE}instrument/{example}",
        }
        for name, example in (("source", "cmw"), ("target", "gcm"))
    ]
    parameters = [
        _kind("network", KINDS, "cocitation"),
        *ends,
        *filters,
        _minimum(),
        _number("page", "Which page, from 1.", default=1),
        _cap("per_page", "Items on a page.", settings.page_size_limit),
    ]
    return _operation("A page of the evidence.", _EVIDENCE_PAGE, parameters, (JSON,))


def _operation(
    text: str, schema: Schema, parameters: list[Parameter], formats: Iterable[MediaType]
) -> dict[str, Any]:
    operation = json_list_operation(text, schema, parameters)
    offered = list(formats)
    content = operation["responses"]["200"]["content"]
    content |= {f.media_type: {"schema": {"type": "string"}} for f in offered[1:]}
    operation["parameters"][-1] = format_parameter(offered)
    operation["responses"] |= problem_responses(
        "ambiguous", "network-too-large", "busy", "query-timeout"
    )
    return operation


def _kind(name: str, kinds: Iterable[str], example: str) -> Parameter:
    return path_parameter(name, f"The kind of {name}.", example, enum=list(kinds))


def _minimum() -> Parameter:
    text = "Only edges of at least this weight; nodes that lose all edges go."
    return _number("minimum", text, default=1)


def _cap(name: str, description: str, maximum: int) -> Parameter:
    return _number(name, description, maximum=maximum)


def _number(name: str, description: str, **schema: int) -> Parameter:
    return {
        "name": name,
        "in": "query",
        "description": description,
        "schema": {"type": "integer", "minimum": 1, **schema},
    }
