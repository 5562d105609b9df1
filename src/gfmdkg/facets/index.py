"""All items of a list in one version, in memory: their values, fields and orders."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from gfmdkg.errors import ParameterError
from gfmdkg.facets.bitmaps import positions_of, union_of
from gfmdkg.facets.definitions import ASSERTION, Facet, FacetedList, Field, Order
from gfmdkg.facets.links import LinkTable
from gfmdkg.facets.selection import Choice, Selection
from gfmdkg.terms.values import Iri, Literal, Term

__all__ = ["ListIndex", "Sorting"]


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
    broader: Mapping[Term, tuple[Term, ...]]
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
            found &= union_of(1 << position for position in known if position is not None)
        return found

    def _passing(self, bitmaps: Mapping[Term, int], choice: Choice) -> int:
        found = self.everything
        if choice.included:
            found = union_of(bitmaps.get(value, 0) for value in choice.included)
        return found & ~union_of(bitmaps.get(value, 0) for value in choice.excluded)

    def _within(self, name: str, limit: Literal) -> int:
        is_least = self.faceted.bounds[name].is_least
        return union_of(
            bitmap
            for value, bitmap in self.plain[name].items()
            if isinstance(value, Literal)
            and value.datatype == limit.datatype
            and (value.lexical >= limit.lexical if is_least else value.lexical <= limit.lexical)
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
            return (Iri(self.items[position]),)
        return self.columns[shown.name][position]
