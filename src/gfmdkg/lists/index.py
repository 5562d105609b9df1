"""All items of a list in one version, in memory: their values, fields, orders and facets.

The count of a facet's value is the total of the list if that value alone were chosen in its
facet and all else stayed as it is: the other filters, and what the facet itself excludes. The
count of a value that is excluded says how many items the exclusion keeps out.
"""

import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import groupby

import pyoxigraph as ox

from gfmdkg.errors import ParameterError
from gfmdkg.lists.bitmaps import LinkRow, LinkTable, bitmap_of, positions_of, union_of
from gfmdkg.lists.definitions import ASSERTION, Facet, FacetedList, Field, Order, Pattern
from gfmdkg.lists.reading import SelectBytes, read_term, rows_of
from gfmdkg.lists.selection import Choice, Selection, selection_query
from gfmdkg.queries.query import Cell, show
from gfmdkg.rdf.query_text import packaged_query
from gfmdkg.rdf.values import DESCRIBED, Resource, Term
from gfmdkg.terms.index import TermIndex
from gfmdkg.terms.parameters import ColumnType

__all__ = [
    "FacetCounts",
    "FacetValue",
    "ListIndex",
    "Sorting",
    "build_indexes",
    "cell_text",
    "count_facets",
    "field_cells",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sorting:
    """How items are sorted; without an order, as a search found them."""

    order: Order | None
    descending: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ListIndex:
    """Read-only once made; threads may share it. Sets of items are bitmaps of positions.

    ``items`` are IRIs in the list's first order. ``plain`` has the items of each value of the
    facets that go through no link, ``linked`` the tables of the others. ``broader`` has the
    broader concepts of each value of a hierarchical facet, ``columns`` the values of each field
    by position, ``permutations`` the positions in each order, ascending and descending.
    """

    faceted: FacetedList
    items: tuple[str, ...]
    positions: Mapping[str, int]
    plain: Mapping[str, Mapping[Term, int]]
    linked: Mapping[str, LinkTable]
    broader: Mapping[Term, tuple[ox.NamedNode, ...]]
    columns: Mapping[str, Sequence[tuple[Term, ...]]]
    permutations: Mapping[str, tuple[Sequence[int], Sequence[int]]] = field(repr=False)

    def bitmaps(self, facet: Facet, selection: Selection) -> Mapping[Term, int]:
        """The items of each value of a facet, by the links that count under the selection."""
        if not facet.of_links:
            return self.plain[facet.name]
        return self.linked[facet.name].bitmaps(
            selection.assertions_for(facet),
            selection.of(ASSERTION).excluded,
            selection.confidence,
        )

    @property
    def everything(self) -> int:
        """The set of all items."""
        return (1 << len(self.items)) - 1

    def matching(self, selection: Selection, *, without: str | None = None) -> int:
        """The set of items that pass all filters, those of one facet left out if it is named.

        A facet that is left out still keeps out what it excludes.
        """
        found = self.everything
        for facet in self.faceted.facets.values():
            if facet.name == ASSERTION:
                if selection.is_about_links:
                    found &= union_of(self.bitmaps(facet, selection).values())
                continue
            choice = selection.of(facet.name)
            if facet.name == without:
                choice = Choice(excluded=choice.excluded)
            if choice.included or choice.excluded:
                found &= self._passing(self.bitmaps(facet, selection), choice)
        for name, limit in selection.bounds.items():
            found &= self._within(name, limit)
        if selection.found is not None:
            known = (self.positions.get(iri) for iri in selection.found)
            found &= bitmap_of((p for p in known if p is not None), len(self.items))
        return found

    def _passing(self, bitmaps: Mapping[Term, int], choice: Choice) -> int:
        found = self.everything
        if choice.included:
            found = union_of(bitmaps.get(value, 0) for value in choice.included)
        return found & ~union_of(bitmaps.get(value, 0) for value in choice.excluded)

    def _within(self, name: str, limit: ox.Literal) -> int:
        is_least = self.faceted.bounds[name].is_least
        return union_of(
            bitmap
            for value, bitmap in self.plain[name].items()
            if isinstance(value, ox.Literal)
            and value.datatype == limit.datatype
            and (value.value >= limit.value if is_least else value.value <= limit.value)
        )

    def sorting(self, text: str | None, *, is_search: bool = False) -> Sorting:
        """What ``sort=`` asks for: the name of an order, reversed by a leading ``-``.

        Unless one is asked for, a search sorts by relevance, everything else by the first
        order. Raises ``ParameterError`` with the names there are.
        """
        if text is None or (is_search and text == "relevance"):
            return Sorting(order=None if is_search else self.faceted.first_order)
        name = text.removeprefix("-")
        if name not in self.faceted.orders:
            orders = [*self.faceted.orders, *(f"-{name}" for name in self.faceted.orders)]
            allowed = [*orders, *(("relevance",) if is_search else ())]
            raise ParameterError("sort", f"is “{text[:40]}”", value=text, allowed=allowed)
        return Sorting(order=self.faceted.orders[name], descending=text.startswith("-"))

    def sorted(self, matching: int, sorting: Sorting, selection: Selection) -> list[int]:
        """The positions of a set of items in the order asked for."""
        if sorting.order is None:
            ranked = (self.positions.get(iri) for iri in selection.found or ())
            return [p for p in ranked if p is not None and matching >> p & 1]
        if sorting.order is self.faceted.first_order and not sorting.descending:
            return list(positions_of(matching))
        digits = f"{matching:0{len(self.items)}b}"[::-1]
        permutation = self.permutations[sorting.order.name][sorting.descending]
        return [position for position in permutation if digits[position] == "1"]

    def iris(self, selection: Selection, sorting: Sorting | None = None) -> tuple[str, ...]:
        """The IRIs of the items that pass all filters, in the order asked for or the first."""
        chosen = sorting or Sorting(order=self.faceted.first_order)
        matching = self.matching(selection)
        return tuple(self.items[p] for p in self.sorted(matching, chosen, selection))

    def values(self, position: int, shown: Field) -> tuple[Term, ...]:
        """The values of a field of one item."""
        if shown.pattern is None:
            return (ox.NamedNode(self.items[position]),)
        return self.columns[shown.name][position]


def build_indexes(
    lists: Sequence[FacetedList], select: SelectBytes
) -> Iterator[tuple[FacetedList, ListIndex]]:
    """The index of each list; what is needed twice, or by several lists, is asked for once."""
    asked = cache(select)
    read = cache(read_term)
    for faceted in lists:
        yield faceted, _Building(faceted=faceted, select=asked, read=read).index()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Building:
    faceted: FacetedList
    select: SelectBytes
    read: Callable[[bytes], Term]
    positions: dict[bytes, int] = field(default_factory=dict)

    def index(self) -> ListIndex:
        faceted = self.faceted
        first = [item for item, _ in self._ordered(faceted.first_order)]
        self.positions.update({item: position for position, item in enumerate(first)})
        items = tuple(_iri(self.read(item)) for item in first)
        facets = faceted.facets.values()
        plain = {f.name: self._plain(f.pattern) for f in facets if not f.of_links}
        plain |= {b.name: self._plain(b.pattern) for b in faceted.bounds.values()}
        return ListIndex(
            faceted=faceted,
            items=items,
            positions={iri: place for place, iri in enumerate(items)},
            plain=plain,
            linked={
                facet.name: LinkTable(self._link_rows(facet.pattern), len(items))
                for facet in facets
                if facet.of_links
            },
            broader=self._broader() if any(facet.hierarchical for facet in facets) else {},
            columns={f.name: self._column(f.pattern) for f in faceted.fields.values() if f.pattern},
            permutations={o.name: self._permutations(o) for o in faceted.orders.values()},
        )

    def _ordered(self, order: Order) -> list[tuple[bytes, bytes]]:
        """Items with their sort keys, as the engine sorts them."""
        query = selection_query(self.faceted, Selection(), order, columns="?item ?key")
        return [(item, key) for item, key in rows_of(self.select(query))]

    def _permutations(self, order: Order) -> tuple[Sequence[int], Sequence[int]]:
        ordered = self._ordered(order)
        ascending = [self.positions[item] for item, _ in ordered]
        runs = [list(run) for _, run in groupby(ordered, key=lambda row: row[1])]
        # Equal keys keep their order, as they do for the engine.
        descending = [self.positions[item] for run in reversed(runs) for item, _ in run]
        return ascending, descending

    def _placed(self, pattern: Pattern) -> Iterator[tuple[int, Sequence[bytes]]]:
        """Position and other cells of each row whose item is in the list."""
        positions = self.positions
        for item, *cells in rows_of(self.select(pattern.text)):
            position = positions.get(item)
            if position is not None and cells[0]:
                yield position, cells

    def _plain(self, pattern: Pattern) -> Mapping[Term, int]:
        found: dict[bytes, list[int]] = {}
        for position, (value,) in self._placed(pattern):
            found.setdefault(value, []).append(position)
        size = len(self.positions)
        return {self.read(value): bitmap_of(places, size) for value, places in found.items()}

    def _link_rows(self, pattern: Pattern) -> Iterator[LinkRow]:
        read = self.read
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
        for position in range(len(self.positions)):
            key = tuple(sorted(found.get(position, ())))
            if key not in known:
                known[key] = tuple(map(self.read, key))
            column.append(known[key])
        return column

    def _broader(self) -> Mapping[Term, tuple[ox.NamedNode, ...]]:
        found: dict[Term, list[ox.NamedNode]] = {}
        query = packaged_query("gfmdkg.lists", "rq/broader.rq").text
        for narrower, broader in rows_of(self.select(query)):
            above = self.read(broader)
            if isinstance(above, ox.NamedNode):
                found.setdefault(self.read(narrower), []).append(above)
        return {
            term: tuple(sorted(above, key=lambda each: each.value)) for term, above in found.items()
        }


def _iri(term: Term) -> str:
    assert isinstance(term, ox.NamedNode), term  # noqa: S101 - what has a class and is listed has a name
    return term.value


def field_cells(index: ListIndex, position: int, shown: Field, terms: TermIndex) -> list[Cell]:
    """The cells of one field of one item, as they are read; one unless the field takes many."""
    values = index.values(position, shown)
    cells = sorted((show(term, terms) for term in values), key=_sort_text)
    if shown.many:
        return cells
    if not cells:
        # The whole numbers of lists are counts, of which the graph only states those above 0.
        return [0 if shown.column.type is ColumnType.INTEGER else None]
    return cells[:1]


def cell_text(cell: Cell) -> str:
    """A cell as tables show it."""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    return "" if cell is None else str(cell)


def _sort_text(cell: Cell) -> tuple[str, str]:
    return str(cell).casefold(), cell.iri if isinstance(cell, Resource) else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FacetValue:
    """A value of a facet, and what choosing it would leave."""

    __pydantic_config__ = DESCRIBED

    value: Resource | str | int | bool
    count: int
    """The total of the list if it alone were chosen; if excluded, how many that keeps out."""
    selected: bool
    excluded: bool
    broader: str | None = None
    """The IRI of the nearest broader value of the facet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FacetCounts:
    """A facet with its values, those with most items first."""

    __pydantic_config__ = DESCRIBED

    label: str
    values: tuple[FacetValue, ...]
    total_values: int
    """How many values there are in all."""
    cut: bool | None = None
    """True where time did not suffice."""


def count_facets(
    index: ListIndex,
    selection: Selection,
    terms: TermIndex,
    *,
    names: Collection[str],
    limit: int,
    time_limit_seconds: float,
) -> Mapping[str, FacetCounts]:
    """Count the facets of these names in the list's order, each with its ``limit`` first values.

    What is chosen or excluded is always among the values. Facets that are not begun when
    the time is over are cut.
    """
    deadline = time.monotonic() + time_limit_seconds
    return {
        name: FacetCounts(label=facet.label, values=(), total_values=0, cut=True)
        if time.monotonic() >= deadline
        else _count(index, selection, facet, terms, limit)
        for name, facet in index.faceted.facets.items()
        if name in names
    }


def _count(
    index: ListIndex, selection: Selection, facet: Facet, terms: TermIndex, limit: int
) -> FacetCounts:
    counts = (_of_assertions if facet.name == ASSERTION else _of_values)(index, selection, facet)
    choice = selection.of(facet.name)
    kept = {*choice.included, *choice.excluded}
    for value in kept:
        counts.setdefault(value, 0)
    cells = {value: show(value, terms) for value, n in counts.items() if n or value in kept}
    above = {value: tuple(_above(index, value)) if facet.hierarchical else () for value in cells}
    ranked = sorted(cells, key=lambda v: (-counts[v], len(above[v]), _sort_text(cells[v])))
    return FacetCounts(
        label=facet.label,
        values=tuple(
            FacetValue(
                value=cells[value],  # type: ignore[arg-type] # no facet has dates or fractions
                count=counts[value],
                selected=value in choice.included,
                excluded=value in choice.excluded,
                broader=next((each.value for each in above[value] if each in counts), None),
            )
            for place, value in enumerate(ranked)
            if place < limit or value in kept
        ),
        total_values=len(ranked),
    )


def _of_values(index: ListIndex, selection: Selection, facet: Facet) -> dict[Term, int]:
    choice = selection.of(facet.name)
    bitmaps = index.bitmaps(facet, selection)
    others = index.matching(selection, without=facet.name)
    counts = {value: (bitmap & others).bit_count() for value, bitmap in bitmaps.items()}
    if choice.excluded:
        without = index.matching(selection.choosing(facet.name, Choice()), without=facet.name)
        for value in choice.excluded:
            counts[value] = (bitmaps.get(value, 0) & without).bit_count()
    return counts


def _of_assertions(index: ListIndex, selection: Selection, facet: Facet) -> dict[Term, int]:
    # An assertion says which links count for other filters too, so each is tried out.
    choice = selection.of(ASSERTION)
    everything = replace(selection.choosing(ASSERTION, Choice()), confidence=None)
    counts: dict[Term, int] = {}
    for value in index.bitmaps(facet, everything):
        excluded = tuple(term for term in choice.excluded if term != value)
        alone = selection.choosing(ASSERTION, Choice(included=(value,), excluded=excluded))
        counts[value] = index.matching(alone).bit_count()
    return counts


def _above(index: ListIndex, value: Term) -> Iterator[ox.NamedNode]:
    seen = {value}
    waiting = list(index.broader.get(value, ()))
    while waiting:
        term = waiting.pop(0)
        if term not in seen:
            seen.add(term)
            yield term
            waiting += index.broader.get(term, ())
