"""The SPARQL query that gives the items of a selection, in their order."""

from collections.abc import Iterator, Sequence

from gfmdkg.facets.definitions import (
    ASSERTION,
    Facet,
    FacetedList,
    Order,
    Pattern,
    braced,
    prologue_of,
)
from gfmdkg.facets.selection import Selection
from gfmdkg.namespaces import XSD
from gfmdkg.terms.values import Iri, Literal, Term, to_sparql

__all__ = ["facet_pattern", "selection_query"]


def selection_query(
    faceted: FacetedList,
    selection: Selection,
    order: Order | None,
    *,
    descending: bool = False,
    columns: str = "?item",
) -> str:
    """A SELECT of ?item alone; ``columns`` may name sort keys beside it.

    Without an order, items come as a search found them.
    """
    used = [faceted.items]
    parts = [_items(faceted.items.body)]
    ordering = "?item"
    if selection.found is not None:
        parts.append(_found(selection.found, with_rank=order is None))
        ordering = "?rank"
    for pattern, part in _filters(faceted, selection):
        used.append(pattern)
        parts.append(part)
    if order is not None:
        used.append(order.pattern)
        parts.append(f"OPTIONAL {braced(order.pattern.grouping)}")
        first, *rest = order.pattern.sort_keys
        ordering = " ".join((f"DESC({first})" if descending else first, *rest))
    body = braced("\n".join(parts))
    return f"{prologue_of(used)}SELECT {columns} WHERE {body}\nORDER BY {ordering}\n"


def _filters(faceted: FacetedList, selection: Selection) -> Iterator[tuple[Pattern, str]]:
    for facet in faceted.facets.values():
        if facet.name == ASSERTION:
            if selection.is_about_links:
                yield facet.pattern, _items(facet_pattern(facet, selection))
            continue
        choice = selection.of(facet.name)
        if choice.included:
            yield facet.pattern, _items(facet_pattern(facet, selection, choice.included))
        if choice.excluded:
            excluded = facet_pattern(facet, selection, choice.excluded)
            yield facet.pattern, f"MINUS {_items(excluded)}"
    for bound in faceted.bounds.values():
        if (limit := selection.bounds.get(bound.name)) is not None:
            sign = ">=" if bound.is_least else "<="
            condition = f"FILTER (?value {sign} {to_sparql(limit)})"
            yield bound.pattern, _items(f"{bound.pattern.body}\n{condition}")


def _items(body: str) -> str:
    return braced(f"SELECT DISTINCT ?item WHERE {braced(body)}")


def facet_pattern(facet: Facet, selection: Selection, values: Sequence[Term] = ()) -> str:
    """What ties ?item to ?value by the links that count, to one of ``values`` if there are any."""
    if facet.of_links:
        return _links(facet, selection, values)
    if not values:
        return facet.pattern.body
    return f"{_values('value', values)}\n{braced(facet.pattern.body)}"


def _links(facet: Facet, selection: Selection, values: Sequence[Term]) -> str:
    lines = [_values("value", values)] if values else []
    assertions = selection.assertions_for(facet)
    if assertions:
        lines.append(_values("assertion", assertions))
    lines.append(braced(facet.pattern.body))
    if excluded := selection.of(ASSERTION).excluded:
        listed = ", ".join(map(to_sparql, excluded))
        lines.append(f"FILTER (?assertion NOT IN ({listed}))")
    if selection.confidence is not None:
        least = Literal(f"{selection.confidence:f}", XSD + "decimal")
        lines.append(f"FILTER (?confidence >= {to_sparql(least)})")
    return "\n".join(lines)


def _values(variable: str, terms: Sequence[Term]) -> str:
    return f"VALUES ?{variable} {{ {' '.join(map(to_sparql, terms))} }}"


def _found(iris: Sequence[str], *, with_rank: bool) -> str:
    if not with_rank:
        return _values("item", tuple(map(Iri, iris)))
    rows = " ".join(f"({to_sparql(Iri(iri))} {rank})" for rank, iri in enumerate(iris, start=1))
    return f"VALUES (?item ?rank) {{ {rows} }}"
