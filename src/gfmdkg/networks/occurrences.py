"""What is asked of a network: its SPARQL, and where its nodes occur by the answers.

A request crosses to the process that works networks out; nothing here imports networkx.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple, Self

import pyoxigraph as ox

from gfmdkg.networks.kinds import ASSERTIONS, NetworkKind
from gfmdkg.rdf.query_text import QueryText, packaged_query
from gfmdkg.rdf.solutions import Select
from gfmdkg.rdf.values import Term, typed

if TYPE_CHECKING:
    from gfmdkg.lists.selection import Choice

__all__ = [
    "FORMATS",
    "MATRIX_FORMATS",
    "Grounds",
    "NetworkRequest",
    "Occurrence",
    "edges_query",
    "evidence_query",
    "read_occurrences",
    "read_words",
    "side_query",
]

# So many resources are asked for at once; longer queries take longer to plan than to run.
_RESOURCES_AT_ONCE = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Grounds:
    """Which links count: of one of the ``assertions`` (IRIs), of at least this ``confidence``."""

    assertions: tuple[str, ...] = (ASSERTIONS["explicit"],)
    confidence: Decimal | None = None

    @classmethod
    def of(cls, choice: "Choice", confidence: Decimal | None) -> Self:
        """The assertions chosen, or all but those excluded, or else explicit ones alone."""
        if not choice.included and not choice.excluded:
            return cls(confidence=confidence)
        known = tuple(map(ox.NamedNode, ASSERTIONS.values()))
        asked = [a for a in known if a in (choice.included or known) and a not in choice.excluded]
        return cls(assertions=tuple(a.value for a in asked), confidence=confidence)

    def slots(self) -> dict[str, Sequence[Term]]:
        """The terms for the slots of a query that looks at links."""
        slots: dict[str, Sequence[Term]] = {"assertion": tuple(map(ox.NamedNode, self.assertions))}
        if self.confidence is not None:
            slots["least"] = [typed(f"{self.confidence:f}", "decimal")]
        return slots


FORMATS = ("json", "graphml", "gexf", "csv", "dot")
"""Formats of a network."""

MATRIX_FORMATS = ("json", "csv")
"""Formats of a matrix."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkRequest:
    """A network, a matrix, or the evidence of one edge of it, in one format.

    ``items`` are the IRIs of the passages that count; ``None`` for all. ``limit`` and
    ``edge_limit`` cap what is shown of a network, ``rows`` and ``columns`` of a matrix;
    ``None`` shows all. ``edge`` asks for the evidence between two nodes, from place ``start``
    on, at most ``limit`` pieces. ``members`` go into the JSON document as they are.

    It is pickled on its way, after the version.
    """

    kind: str
    format: str = "json"
    grounds: Grounds = field(default_factory=Grounds)
    items: frozenset[str] | None = None
    minimum: int = 1
    limit: int | None = None
    edge_limit: int | None = None
    is_matrix: bool = False
    rows: int | None = None
    columns: int | None = None
    edge: tuple[str, str] | None = None
    start: int = 0
    members: Mapping[str, Any] = field(default_factory=dict)


class Occurrence(NamedTuple):
    """A node stands in a unit (a passage, a statement, a reference); all are IRIs.

    ``assertion`` is ``None`` where the graph states the fact without a link of its own.
    """

    unit: str
    node: str
    passage: str
    assertion: str | None


def side_query(side: str, grounds: Grounds, *, node: str | None = None) -> str:
    """The query of a side, for the links that count; of one node alone where it is given."""
    slots = grounds.slots()
    if node is not None:
        slots["node"] = [ox.NamedNode(node)]
    query = _query(side)
    # What is stated without a link has no grounds.
    return query.fill(**{name: slots[name] for name in query.slot_names & slots.keys()})


def read_occurrences(select: Select, side: str, grounds: Grounds) -> tuple[Occurrence, ...]:
    """All occurrences that a side's query finds, in an order of their own."""
    solutions = select(side_query(side, grounds))
    found: set[Occurrence] = set()
    for row in solutions:
        # A blank node has no identity that an answer could give.
        iris = [term.value if isinstance(term, ox.NamedNode) else None for term in row]
        unit, node, passage, assertion = (*iris, None)[:4]
        if unit and node and passage:
            found.add(Occurrence(unit, node, passage, assertion))
    return tuple(sorted(found, key=lambda o: (o.unit, o.node, o.passage, o.assertion or "")))


def read_words(
    select: Select, passages: Iterable[str], grounds: Grounds
) -> Mapping[tuple[str, str], tuple[str, ...]]:
    """Passage and what it is linked with, to the words of the passage that name that."""
    found: dict[tuple[str, str], tuple[str, ...]] = {}
    for part in _parts(sorted(set(passages))):
        text = _query("words").fill(passage=map(ox.NamedNode, part), **grounds.slots())
        for row in select(text).rows:
            match row:
                case ox.NamedNode(value=passage), ox.NamedNode(value=target), ox.Literal() as words:
                    key = passage, target
                    found[key] = (*found.get(key, ()), words.value)
                case _:
                    continue
    return found


def _parts(iris: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(iris), _RESOURCES_AT_ONCE):
        yield iris[start : start + _RESOURCES_AT_ONCE]


def _query(name: str) -> QueryText:
    return packaged_query("gfmdkg.networks", f"rq/{name}.rq")


def edges_query(
    kind: NetworkKind, grounds: Grounds, *, items: str | None = None, minimum: int = 1
) -> str:
    """A query whose rows are the edges: ?source, ?target and ?weight, the heaviest first.

    ``items`` is a SELECT of ?item, the passages that count.
    """
    prologue, sides = _sides(kind, grounds, items=items, nodes=(None, None))
    # Within one side each pair would come twice, and each node with itself.
    once = [] if kind.is_bipartite else ["  FILTER (STR(?source) < STR(?target))"]
    weight = f"COUNT(DISTINCT ?{kind.evidence_member})"
    least = [f"HAVING ({weight} >= {minimum})"] if minimum > 1 else []
    head = f"SELECT ?source ?target ({weight} AS ?weight) WHERE {{"
    order = ["ORDER BY DESC(?weight) ?source ?target", ""]
    grouped = ["GROUP BY ?source ?target", *least, *order]
    return "\n".join((*prologue, "", head, *sides, *once, "}", *grouped))


def evidence_query(
    kind: NetworkKind, grounds: Grounds, edge: tuple[str, str], *, items: str | None = None
) -> str:
    """A query for the evidence of the edge between a node of the first side and another."""
    prologue, sides = _sides(kind, grounds, items=items, nodes=edge)
    head = f"SELECT DISTINCT ?{kind.evidence_member} WHERE {{"
    return "\n".join((*prologue, "", head, *sides, "}", f"ORDER BY ?{kind.evidence_member}", ""))


def _sides(
    kind: NetworkKind,
    grounds: Grounds,
    *,
    items: str | None,
    nodes: tuple[str | None, str | None],
) -> tuple[list[str], list[str]]:
    """The prologue, and a sub-select for each end of an edge; they share the unit."""
    queries: list[str] = [] if items is None else [items]
    shared = " ".join(f"?{name}" for name in dict.fromkeys(("unit", kind.evidence_member)))
    lines: list[str] = []
    ends = ((kind.sides[0], nodes[0], "source"), (kind.sides[-1], nodes[1], "target"))
    for side, node, name in ends:
        query = side_query(side.query, grounds, node=node)
        queries.append(query)
        lines += (f"  {{ SELECT {shared} (?node AS ?{name}) WHERE {{", *_nested(query, "{", "}"))
        if items is not None:
            lines += _nested(items, "{ SELECT (?item AS ?passage) WHERE { {", "} } }")
        lines.append("  } }")
    declared = (line for query in queries for line in query.splitlines())
    return sorted({line for line in declared if line.startswith("PREFIX")}), lines


def _nested(query: str, opening: str, closing: str) -> Iterator[str]:
    yield f"    {opening}"
    for line in query.splitlines():
        if line and not line.startswith(("#", "PREFIX")):
            yield f"      {line}"
    yield f"    {closing}"
