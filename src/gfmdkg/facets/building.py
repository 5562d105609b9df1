"""Filling the index of a list from a version, by the list's own patterns."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import groupby
from types import MappingProxyType

from gfmdkg.facets.bitmaps import bitmap_of
from gfmdkg.facets.definitions import Facet, FacetedList, Order
from gfmdkg.facets.index import ListIndex
from gfmdkg.facets.links import LinkRow, LinkTable
from gfmdkg.facets.patterns import Pattern
from gfmdkg.facets.rows import Select, TermReader, rows_of
from gfmdkg.facets.selection import Selection
from gfmdkg.facets.sparql import selection_query
from gfmdkg.sparql.query_text import packaged_query
from gfmdkg.terms.values import Iri, Term

__all__ = ["build_indexes"]


def build_indexes(
    lists: Sequence[FacetedList], select: Select
) -> Iterator[tuple[FacetedList, ListIndex]]:
    """The index of each list; what is needed twice, or by several lists, is asked for once."""
    asked = cache(select)
    read = TermReader()
    for faceted in lists:
        yield faceted, _Building(faceted, asked, read).index()


class _Building:
    def __init__(self, faceted: FacetedList, select: Select, read: TermReader) -> None:
        self._faceted = faceted
        self._select = select
        self._read = read
        self._positions: dict[bytes, int] = {}

    def index(self) -> ListIndex:
        faceted = self._faceted
        first = [item for item, _ in self._ordered(faceted.first_order)]
        self._positions = {item: position for position, item in enumerate(first)}
        items = tuple(_iri(self._read(item)) for item in first)
        facets = faceted.facets.values()
        plain = {f.name: self._plain(f.pattern) for f in facets if not f.of_links}
        plain |= {b.name: self._plain(b.pattern) for b in faceted.bounds.values()}
        return ListIndex(
            faceted=faceted,
            items=items,
            positions=MappingProxyType({iri: place for place, iri in enumerate(items)}),
            plain=MappingProxyType(plain),
            linked=MappingProxyType({f.name: self._linked(f) for f in facets if f.of_links}),
            broader=self._broader() if any(f.hierarchical for f in facets) else {},
            columns=MappingProxyType(
                {f.name: self._column(f.pattern) for f in faceted.fields.values() if f.pattern}
            ),
            permutations=MappingProxyType(
                {order.name: self._permutations(order) for order in faceted.orders.values()}
            ),
        )

    def _ordered(self, order: Order) -> list[tuple[bytes, bytes]]:
        """Items with their sort keys, as the engine sorts them."""
        query = selection_query(self._faceted, Selection(), order, columns="?item ?key")
        return [(item, key) for item, key in rows_of(self._select(query))]

    def _permutations(self, order: Order) -> tuple[Sequence[int], Sequence[int]]:
        ordered = self._ordered(order)
        ascending = [self._positions[item] for item, _ in ordered]
        runs = [list(run) for _, run in groupby(ordered, key=lambda row: row[1])]
        # Equal keys keep their order, as they do for the engine.
        descending = [self._positions[item] for run in reversed(runs) for item, _ in run]
        return ascending, descending

    def _placed(self, pattern: Pattern) -> Iterator[tuple[int, Sequence[bytes]]]:
        """Position and other cells of each row whose item is in the list."""
        positions = self._positions
        for item, *cells in rows_of(self._select(pattern.text)):
            position = positions.get(item)
            if position is not None and cells[0]:
                yield position, cells

    def _plain(self, pattern: Pattern) -> Mapping[Term, int]:
        found: dict[bytes, list[int]] = {}
        for position, (value,) in self._placed(pattern):
            found.setdefault(value, []).append(position)
        size = len(self._positions)
        return {self._read(value): bitmap_of(places, size) for value, places in found.items()}

    def _linked(self, facet: Facet) -> LinkTable:
        return LinkTable(self._link_rows(facet.pattern), len(self._positions))

    def _link_rows(self, pattern: Pattern) -> Iterator[LinkRow]:
        read = self._read
        for position, (value, assertion, confidence) in self._placed(pattern):
            yield (
                position,
                read(value),
                read(assertion) if assertion else None,
                read(confidence) if confidence else None,
            )

    def _column(self, pattern: Pattern) -> Sequence[tuple[Term, ...]]:
        found: dict[int, dict[bytes, None]] = {}
        for position, (value,) in self._placed(pattern):
            found.setdefault(position, {})[value] = None
        # Most items share their values with others, and few tuples stand for all.
        known: dict[tuple[bytes, ...], tuple[Term, ...]] = {(): ()}
        column: list[tuple[Term, ...]] = []
        for position in range(len(self._positions)):
            key = tuple(sorted(found.get(position, ())))
            if key not in known:
                known[key] = tuple(map(self._read, key))
            column.append(known[key])
        return column

    def _broader(self) -> Mapping[Term, tuple[Term, ...]]:
        found: dict[Term, list[Term]] = {}
        for narrower, broader in rows_of(
            self._select(packaged_query("gfmdkg.facets", "rq/broader.rq").text)
        ):
            found.setdefault(self._read(narrower), []).append(self._read(broader))
        return {term: tuple(sorted(above, key=str)) for term, above in found.items()}


def _iri(term: Term) -> str:
    assert isinstance(term, Iri), term  # noqa: S101 - what has a class and is listed has a name
    return term.value
