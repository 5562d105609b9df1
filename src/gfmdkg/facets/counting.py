"""How many items each value of a facet has, under the other filters.

The count of a value is the total of the list if that value alone were chosen in its facet and
all else stayed as it is: the other filters, and what the facet itself excludes. The count of a
value that is excluded says how many items the exclusion keeps out.
"""

import time
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace

from gfmdkg.facets.definitions import ASSERTION, Facet
from gfmdkg.facets.index import ListIndex
from gfmdkg.facets.selection import Choice, Selection
from gfmdkg.terms.index import TermIndex
from gfmdkg.terms.values import BlankNode, Iri, Literal, Term

__all__ = ["FacetCounts", "ValueCount", "count_facets"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueCount:
    """One value of a facet. ``broader`` is the nearest broader value of the same facet."""

    value: Term
    count: int
    is_selected: bool
    is_excluded: bool
    broader: Term | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FacetCounts:
    """The values of a facet, those with most items first; ``total`` is how many there are.

    ``is_cut`` where time ran out before they were counted.
    """

    facet: Facet
    values: tuple[ValueCount, ...] = ()
    total: int = 0
    is_cut: bool = False


def count_facets(
    index: ListIndex,
    selection: Selection,
    terms: TermIndex,
    *,
    names: Collection[str],
    limit: int,
    time_limit_seconds: float,
) -> tuple[FacetCounts, ...]:
    """Count the facets of these names in the list's order, each with its ``limit`` first values.

    What is chosen or excluded is always among the values. Facets that are not begun when
    the time is over are cut.
    """
    deadline = time.monotonic() + time_limit_seconds
    counted: list[FacetCounts] = []
    for facet in index.faceted.facets.values():
        if facet.name not in names:
            continue
        if time.monotonic() >= deadline:
            counted.append(FacetCounts(facet=facet, is_cut=True))
        else:
            counted.append(_count(index, selection, facet, terms, limit))
    return tuple(counted)


def _count(
    index: ListIndex, selection: Selection, facet: Facet, terms: TermIndex, limit: int
) -> FacetCounts:
    counts = (_of_assertions if facet.name == ASSERTION else _of_values)(index, selection, facet)
    choice = selection.of(facet.name)
    kept = {*choice.included, *choice.excluded}
    for value in kept:
        counts.setdefault(value, 0)
    ranked = sorted(
        (value for value, count in counts.items() if count or value in kept),
        key=lambda value: (
            -counts[value],
            sum(1 for _ in _above(index, value)) if facet.hierarchical else 0,
            _sort_text(value, terms),
        ),
    )
    shown = [v for place, v in enumerate(ranked) if place < limit or v in kept]
    return FacetCounts(
        facet=facet,
        values=tuple(
            ValueCount(
                value=value,
                count=counts[value],
                is_selected=value in choice.included,
                is_excluded=value in choice.excluded,
                broader=next((b for b in _above(index, value) if b in counts), None)
                if facet.hierarchical
                else None,
            )
            for value in shown
        ),
        total=len(ranked),
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


def _above(index: ListIndex, value: Term) -> Iterator[Term]:
    seen = {value}
    waiting = list(index.broader.get(value, ()))
    while waiting:
        term = waiting.pop(0)
        if term not in seen:
            seen.add(term)
            yield term
            waiting += index.broader.get(term, ())


def _sort_text(value: Term, terms: TermIndex) -> tuple[str, str]:
    match value:
        case Iri(value=iri):
            return (terms.label(iri) or iri).casefold(), iri
        case Literal(lexical=lexical):
            return lexical, ""
        case BlankNode(label=label):
            return label, ""
