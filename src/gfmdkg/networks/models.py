"""The models of networks: nodes and edges, tables, evidence, and the parameters that ask."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BaseModel, Field, create_model

from gfmdkg.http.described import field_of
from gfmdkg.http.models import Count, FromOne, Links, Page, asked, sometimes
from gfmdkg.lists.definitions import ASSERTION, CONFIDENCE, LISTS
from gfmdkg.lists.models import FULL_TEXT
from gfmdkg.namespaces import ID_BASE
from gfmdkg.networks.kinds import ASSERTIONS
from gfmdkg.rdf.values import Resource

__all__ = [
    "CAPS",
    "EdgeEnds",
    "EvidencePage",
    "Matrix",
    "Network",
    "NetworkKindList",
    "PassageFilters",
    "caps_model",
]

CAPS: Mapping[str, tuple[int, int, str]] = {
    "limit": (300, 5_000, "nodes, those of highest weighted degree first"),
    "edge_limit": (3_000, 50_000, "edges, the heaviest first"),
    "rows": (50, 1_000, "rows, the highest totals first"),
    "columns": (50, 1_000, "columns, the highest totals first"),
}
"""How many of what are shown: in JSON unless asked for otherwise, and at most."""

_OF_LINKS = {
    ASSERTION: "Only links asserted on these grounds count, in edges and in filters by links; "
    "in edges explicit ones unless given.",
    CONFIDENCE: "Only links with at least this confidence, from 0 to 1, count, in edges and in "
    "filters by links.",
}
_FILTERS: dict[str, Any] = {
    **{p.name: field_of(p, _OF_LINKS.get(p.name)) for p in LISTS["passages"].parameters()},
    FULL_TEXT: (str, asked("Only passages that the full-text search finds.", "detention")),
    "minimum": (
        int,
        asked("Only edges of at least this weight; nodes that lose all edges go.", default=1, ge=1),
    ),
}
PassageFilters = create_model("PassageFilters", **_FILTERS)
"""The filters that choose the passages, links and edges that count."""

_SIDES = "by any name or IRI; with two sides, source is of the first."


def caps_model(*names: str) -> type[BaseModel]:
    """How much of a network or a matrix is shown."""
    caps: dict[str, Any] = {}
    for name in names:
        usual, most, what = CAPS[name]
        text = f"The most {what}. Unless given, {usual} in JSON, else all."
        caps[name] = (int, asked(text, ge=1, le=most))
    return create_model("Caps", **caps)


class EdgeEnds(BaseModel):
    """The two nodes of an edge."""

    source: str = asked(f"The source node, {_SIDES}", f"{ID_BASE}instrument/cmw", default=...)
    target: str = asked(f"The target node, {_SIDES}", f"{ID_BASE}instrument/gcm", default=...)


_Share = Annotated[float, Field(ge=0, le=1)]
_Place = Annotated[float, Field(ge=-1, le=1)]
_Ground = Annotated[str, Field(json_schema_extra={"enum": list(ASSERTIONS)})]


class Weight(BaseModel):
    """What the weight of an edge counts, and of what."""

    meaning: str
    unit: str
    jaccard: str = sometimes()


class Side(BaseModel):
    """One sort of nodes."""

    name: str
    description: str


class NetworkKind(BaseModel):
    """A kind of network."""

    name: str
    title: str
    description: str
    bipartite: bool
    sides: list[Side]
    weight: Weight
    links: Links


class NetworkKindList(BaseModel):
    """All kinds of network."""

    items: list[NetworkKind]
    total: Count


class NetworkHint(BaseModel):
    """What to ask instead, where nothing is linked on the grounds asked for."""

    message: str
    assertions: list[_Ground]
    edges: Count


class _Shown(BaseModel):
    kind: str
    title: str
    description: str
    sides: list[str]
    weight: Weight
    assertions: list[_Ground]
    minimum: FromOne
    version: str
    links: Links
    hint: NetworkHint = sometimes()


class Node(BaseModel):
    """A node; `id` is its IRI, `x` and `y` are where to draw it."""

    id: str
    label: str | None
    code: str = sometimes("Its acronym, symbol or number.")
    type: str | None
    side: str
    count: Count
    degree: Count
    weighted_degree: Count
    betweenness: _Share
    pagerank: _Share
    community: Count
    x: _Place
    y: _Place


class NetworkEvidence(BaseModel):
    """A piece of evidence: a passage, or what two recommendations both cite."""

    iri: str
    label: str | None
    code: str = sometimes("Its acronym, symbol or number.")
    matched_text: str | None = Field(
        description='The words of the text that name the nodes, several separated by " | ".'
    )


class EdgeEvidence(BaseModel):
    """The first pieces of evidence of an edge, and how many there are in all."""

    total: Count
    items: list[NetworkEvidence]


class Edge(BaseModel):
    """An edge; `source` and `target` are the IRIs of its nodes."""

    source: str
    target: str
    weight: FromOne
    assertions: list[_Ground]
    evidence: EdgeEvidence
    jaccard: _Share = sometimes()


class Measure(BaseModel):
    """What a measure means, and how it was worked out."""

    meaning: str
    exact: bool = sometimes()
    sample: Count = sometimes()
    modularity: float | None = sometimes()


class Community(BaseModel):
    """A community, called after its heaviest node."""

    community: Count
    nodes: Count
    heaviest: Resource


class NetworkRest(BaseModel):
    """How much of the network is not shown."""

    nodes: Count
    edges: Count


class NetworkTotal(NetworkRest):
    """The whole network; `unlinked` occur but share nothing."""

    unlinked: Count


class Network(_Shown):
    """A network as node-link data, and what it means."""

    count: str
    measures: dict[str, Measure]
    directed: bool
    multigraph: bool
    graph: dict[str, Any]
    nodes: list[Node]
    edges: list[Edge]
    communities: list[Community]
    total: NetworkTotal
    left_out: NetworkRest


class MatrixLine(BaseModel):
    """A row or column; `total` adds up its cells, `count` counts its passages."""

    iri: str
    label: str | None
    code: str = sometimes("Its acronym, symbol or number.")
    total: Count
    count: Count


class MatrixRest(BaseModel):
    """How much of the matrix is not shown."""

    rows: Count
    columns: Count
    total: Count


class Matrix(_Shown):
    """A network between two sides as a table."""

    rows: list[MatrixLine]
    columns: list[MatrixLine]
    cells: list[list[Count]]
    total: Count
    left_out: MatrixRest


class EvidencePage(Page):
    """A page of what links two nodes."""

    kind: str
    source: Resource
    target: Resource
    evidence: str
    items: list[NetworkEvidence]
