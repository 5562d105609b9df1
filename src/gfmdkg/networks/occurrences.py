"""Where nodes occur in the graph, and what they are called: the SPARQL for it, and the reading."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple, Self

import pyoxigraph as ox

from gfmdkg.namespaces import compact
from gfmdkg.networks.kinds import ASSERTIONS, NetworkKind
from gfmdkg.rdf.query_text import QueryText, packaged_query
from gfmdkg.rdf.solutions import Select
from gfmdkg.rdf.values import Term, typed
from gfmdkg.terms.codes import code_of, slug_of

__all__ = [
    "Grounds",
    "Name",
    "Occurrence",
    "edges_query",
    "evidence_query",
    "read_names",
    "read_occurrences",
    "read_words",
    "side_query",
]

# So many resources are asked for at once; longer queries take longer to plan than to run.
_RESOURCES_AT_ONCE = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Grounds:
    """Which links count: those with one of the ``assertions`` (IRIs), and at least so sure."""

    assertions: tuple[str, ...] = (ASSERTIONS["explicit"],)
    confidence: Decimal | None = None

    @classmethod
    def asked(
        cls,
        included: Collection[Term],
        excluded: Collection[Term],
        *,
        confidence: Decimal | None = None,
    ) -> Self:
        """The assertions included, or all but those excluded, or else explicit ones alone."""
        if not included and not excluded:
            return cls(confidence=confidence)
        known = tuple(map(ox.NamedNode, ASSERTIONS.values()))
        asked = [a.value for a in known if a in (included or known) and a not in excluded]
        return cls(assertions=tuple(asked), confidence=confidence)

    def slots(self) -> dict[str, Sequence[Term]]:
        """The terms for the slots of a query that looks at links."""
        slots: dict[str, Sequence[Term]] = {"assertion": tuple(map(ox.NamedNode, self.assertions))}
        if self.confidence is not None:
            slots["least"] = [typed(f"{self.confidence:f}", "decimal")]
        return slots


class Occurrence(NamedTuple):
    """A node stands in a unit (a passage, a statement, a reference); all are IRIs.

    ``assertion`` is ``None`` where the graph states the fact without a link of its own.
    """

    unit: str
    node: str
    passage: str
    assertion: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Name:
    """What a resource is called and what it is; ``type`` is the local name of its class."""

    label: str | None
    code: str | None
    type: str | None


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
    has_assertion = "assertion" in solutions.variables
    found: set[Occurrence] = set()
    for row in solutions.rows:
        unit, node, passage = row[:3]
        assertion = row[3] if has_assertion else None
        match unit, node, passage:
            case ox.NamedNode(value=unit_iri), ox.NamedNode(value=node_iri), ox.NamedNode(
                value=passage_iri
            ):
                ground = assertion.value if isinstance(assertion, ox.NamedNode) else None
                found.add(Occurrence(unit_iri, node_iri, passage_iri, ground))
            case _:  # a blank node has no identity that an answer could give
                continue
    return tuple(sorted(found, key=lambda o: (o.unit, o.node, o.passage, o.assertion or "")))


def read_names(select: Select, iris: Iterable[str]) -> Mapping[str, Name]:
    """The English label of each resource, else one in another language; its code and class."""
    wanted = sorted(set(iris))
    labels: dict[str, ox.Literal] = {}
    types: dict[str, str] = {}
    others: dict[str, list[tuple[str, str, str | None]]] = {}
    for part in _parts(wanted):
        for row in select(_query("names").fill(iri=map(ox.NamedNode, part))).rows:
            match row:
                case ox.NamedNode(value=iri), ox.Literal(value="pref"), ox.Literal() as label:
                    labels[iri] = min(labels.get(iri, label), label, key=_label_order)
                case ox.NamedNode(value=iri), _, ox.NamedNode(value=class_iri):
                    types[iri] = min(types.get(iri, class_iri), class_iri)
                case ox.NamedNode(value=iri), ox.Literal(value=kind), ox.Literal() as name:
                    others.setdefault(iri, []).append((kind, name.value, name.language))
                case _:
                    continue
    return {
        iri: Name(
            label=labels[iri].value if iri in labels else None,
            code=code_of(others.get(iri, ()), slug_of(iri)),
            type=_local_name(types[iri]) if iri in types else None,
        )
        for iri in wanted
    }


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


def _label_order(label: ox.Literal) -> tuple[bool, str, str]:
    return label.language != "en", label.language or "", label.value


def _local_name(class_iri: str) -> str:
    """As search names classes: ``instrument`` for gfmd:Instrument."""
    return compact(class_iri).rpartition(":")[2].lower()


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
