"""Whatever is filtered: the counts are SPARQL's, and the offered query gives the same items."""

from typing import Any

import pyoxigraph as ox
import pytest
from benchmarks.facet_queries import facet_query
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.lists.conftest import Library

from gfmdkg.lists.definitions import ASSERTION, CONFIDENCE, LISTS, FacetedList
from gfmdkg.lists.index import ListIndex, count_facets
from gfmdkg.lists.selection import Choice, Selection, parse_selection, selection_query
from gfmdkg.queries.query import Cell, show
from gfmdkg.rdf.values import Resource, Term
from gfmdkg.terms.parameters import ParameterType

CONFIDENCES = ("0", "0.3", "0.5", "0.55", "0.7", "0.700000000000000001", "0.9", "1")
SINGLE = {"passages": ("passage_type",), "sdgs": ("level", "linked"), "instruments": ("cited",)}
HASTY = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]


def name_of(term: Term) -> str:
    match term:
        case ox.NamedNode(value=iri):
            return iri
        case ox.Literal(value=lexical):
            return lexical
        case other:
            raise AssertionError(other)


@st.composite
def requests(draw: st.DrawFn, library: Library) -> tuple[str, dict[str, list[str]]]:
    """A list and values of some of its filters, as they are written in a request."""
    # Passages have most facets, so they are drawn most often.
    name = draw(st.sampled_from(["passages", "recommendations", *LISTS]))
    index, faceted = library.lists[name], LISTS[name]
    wanted = draw(st.lists(st.sampled_from([*faceted.facets]), max_size=4, unique=True))
    values: dict[str, list[str]] = {}
    for facet in wanted:
        every = sorted(map(name_of, index.bitmaps(faceted.facets[facet], Selection())))
        if faceted.facets[facet].parameter.schemes:
            every += library.terms.members(faceted.facets[facet].parameter.schemes)
        if not every:
            continue
        drawn = draw(st.lists(st.sampled_from(every), min_size=1, max_size=3, unique=True))
        signs = draw(st.lists(st.sampled_from(["", "", "-"]), min_size=3, max_size=3))
        values[facet] = [sign + value for sign, value in zip(signs, drawn, strict=False)]
    if faceted.confidence is not None and draw(st.booleans()):
        values[CONFIDENCE] = [draw(st.sampled_from(CONFIDENCES))]
    for bound in faceted.bounds:
        if draw(st.booleans()):
            values[bound] = [draw(st.dates().map(str).filter(lambda day: day > "1900"))]
    return name, values


def check(library: Library, request: tuple[str, dict[str, list[str]]], data: Any) -> None:
    name, values = request
    faceted, index = LISTS[name], library.lists[name]
    selection = parse_selection(faceted, values, library.terms)
    check_items(library, index, selection, data)
    check_counts(library, index, selection, data.draw(st.sampled_from([*faceted.facets])))
    check_sums(library, faceted, index, selection)


def check_items(library: Library, index: ListIndex, selection: Selection, data: Any) -> None:
    faceted = index.faceted
    orders = [*faceted.orders, *(f"-{order}" for order in faceted.orders)]
    sorting = index.sorting(data.draw(st.sampled_from(orders)))
    query = selection_query(faceted, selection, sorting.order, descending=sorting.descending)
    ours = index.iris(selection, sorting)
    assert [name_of(item) for (item,) in library.ask(query)] == list(ours), query
    assert sorted(ours) == sorted(index.iris(selection))
    assert len(set(ours)) == len(ours)


def check_counts(library: Library, index: ListIndex, selection: Selection, name: str) -> None:
    facet = index.faceted.facets[name]
    counted = count_facets(
        index, selection, library.terms, names=[name], limit=10_000, time_limit_seconds=60
    )
    shown = {show(term, library.terms): term for term in index.bitmaps(facet, Selection())}
    shown |= {show(term, library.terms): term for term in selection.of(name).included}
    shown |= {show(term, library.terms): term for term in selection.of(name).excluded}
    counts = {shown[value.value]: value.count for value in counted[name].values}
    choice = selection.of(name)
    if name == ASSERTION:
        for value in counts.keys() - set(choice.excluded):
            alone = selection.choosing(name, Choice(included=(value,), excluded=choice.excluded))
            query = selection_query(index.faceted, alone, index.faceted.first_order)
            assert counts[value] == len(library.ask(query)), query
        return
    query = facet_query(index.faceted, selection, facet)
    asked = {
        value: int(name_of(count))
        for value, count in library.ask(query)
        if value not in choice.excluded
    }
    left = {v: n for v, n in counts.items() if n and v not in choice.excluded}
    assert left == {value: count for value, count in asked.items() if count}, query
    for value in choice.excluded:
        alone = selection.choosing(name, Choice(included=(value,)))
        assert counts[value] == index.matching(alone).bit_count()


def key_of(value: Cell) -> Cell:
    return value.iri if isinstance(value, Resource) else value


def check_sums(
    library: Library, faceted: FacetedList, index: ListIndex, selection: Selection
) -> None:
    counted = count_facets(
        index,
        selection,
        library.terms,
        names=[*faceted.facets],
        limit=10_000,
        time_limit_seconds=60,
    )
    total = index.matching(selection).bit_count()
    for name, facet in counted.items():
        if name == ASSERTION:
            continue
        others = index.matching(selection, without=name).bit_count()
        included = [value.count for value in facet.values if value.selected]
        assert len(included) == len(selection.of(name).included)
        left = {key_of(value.value): value.count for value in facet.values if not value.excluded}
        assert total <= others
        assert max(left.values(), default=0) <= others
        if included:
            assert max(included) <= total <= sum(included)
        for value in facet.values:
            if value.broader in left and not value.excluded:
                assert value.count <= left[value.broader]
        if name in SINGLE.get(faceted.name, ()) and not selection.of(name).excluded:
            assert sum(value.count for value in facet.values) >= others


@settings(max_examples=40, deadline=None, suppress_health_check=HASTY)
@given(data=st.data())
def test_counts_and_items_are_those_of_sparql(library: Library, data: Any) -> None:
    check(library, data.draw(requests(library)), data)


@pytest.mark.soak
@settings(max_examples=1_500, deadline=None, suppress_health_check=HASTY)
@given(data=st.data())
def test_counts_and_items_are_those_of_sparql_at_length(library: Library, data: Any) -> None:
    check(library, data.draw(requests(library)), data)


@settings(max_examples=25, deadline=None, suppress_health_check=HASTY)
@given(data=st.data())
def test_selection_means_what_it_says_item_by_item(library: Library, data: Any) -> None:
    name, values = data.draw(requests(library))
    faceted, index = LISTS[name], library.lists[name]
    selection = parse_selection(faceted, values, library.terms)
    matching = index.matching(selection)
    for facet in faceted.facets.values():
        if facet.name == ASSERTION:
            continue
        choice = selection.of(facet.name)
        bitmaps = index.bitmaps(facet, selection)
        for position in range(len(index.items)):
            has = {value for value, bitmap in bitmaps.items() if bitmap >> position & 1}
            passes = (not choice.included or bool(has & set(choice.included))) and not (
                has & set(choice.excluded)
            )
            assert passes or not matching >> position & 1


def test_every_facet_is_drawn_with_values(library: Library) -> None:
    empty = [
        f"{name}.{facet.name}"
        for name, faceted in LISTS.items()
        for facet in faceted.facets.values()
        if not library.lists[name].bitmaps(facet, Selection())
    ]
    assert empty == []


def test_boolean_and_number_values_are_typed(library: Library) -> None:
    faceted = LISTS["recommendations"]
    assert faceted.facets["year"].parameter.type is ParameterType.INT
    plain = parse_selection(faceted, {"year": ["2017"]}, library.terms)
    padded = parse_selection(faceted, {"year": ["+02017"]}, library.terms)
    assert plain == padded
