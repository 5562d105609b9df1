"""SPARQL that gives the edges of a network, or the evidence of one of them."""

from collections.abc import Iterator, Sequence

from gfmdkg.network.kinds import NetworkKind
from gfmdkg.network.occurrences import Grounds, side_query

__all__ = ["edges_query", "evidence_query"]


def edges_query(
    kind: NetworkKind, grounds: Grounds, *, items: str | None = None, minimum: int = 1
) -> str:
    """A query whose rows are the edges: ?source, ?target and ?weight, the heaviest first.

    ``items`` is a SELECT of ?item, the passages that count.
    """
    prologue, sides = _sides(kind, grounds, items=items, nodes=(None, None))
    # Within one side each pair would come twice, and each node with itself.
    once = [] if kind.is_bipartite else ["  FILTER (STR(?source) < STR(?target))"]
    weight = f"COUNT(DISTINCT ?{_evidence(kind)})"
    least = [f"HAVING ({weight} >= {minimum})"] if minimum > 1 else []
    lines = [
        *prologue,
        "",
        f"SELECT ?source ?target ({weight} AS ?weight) WHERE {{",
        *sides,
        *once,
        "}",
        "GROUP BY ?source ?target",
        *least,
        "ORDER BY DESC(?weight) ?source ?target",
    ]
    return "\n".join(lines) + "\n"


def evidence_query(
    kind: NetworkKind, grounds: Grounds, edge: tuple[str, str], *, items: str | None = None
) -> str:
    """A query for the evidence of the edge between a node of the first side and another."""
    prologue, sides = _sides(kind, grounds, items=items, nodes=edge)
    head = f"SELECT DISTINCT ?{_evidence(kind)} WHERE {{"
    return "\n".join((*prologue, "", head, *sides, "}", f"ORDER BY ?{_evidence(kind)}", ""))


def _evidence(kind: NetworkKind) -> str:
    return "passage" if kind.evidence == "passage" else "unit"


def _sides(
    kind: NetworkKind,
    grounds: Grounds,
    *,
    items: str | None,
    nodes: tuple[str | None, str | None],
) -> tuple[list[str], list[str]]:
    """The prologue, and a sub-select for each end of an edge; they share the unit."""
    prologue: set[str] = set()
    shared = " ".join(f"?{name}" for name in dict.fromkeys(("unit", _evidence(kind))))
    lines: list[str] = []
    ends = ((kind.sides[0], nodes[0], "source"), (kind.sides[-1], nodes[1], "target"))
    for side, node, name in ends:
        parts = [side_query(side.query, grounds, node=node)]
        if items is not None:
            parts.append(items)
        lines.append(f"  {{ SELECT {shared} (?node AS ?{name}) WHERE {{")
        for place, part in enumerate(parts):
            own = part.splitlines()
            prologue.update(line for line in own if line.startswith("PREFIX"))
            opening = "{ SELECT (?item AS ?passage) WHERE { {" if place else "{"
            lines += _nested(own, opening, "} } }" if place else "}")
        lines.append("  } }")
    return sorted(prologue), lines


def _nested(query: Sequence[str], opening: str, closing: str) -> Iterator[str]:
    yield f"    {opening}"
    for line in query:
        if line and not line.startswith(("#", "PREFIX")):
            yield f"      {line}"
    yield f"    {closing}"
