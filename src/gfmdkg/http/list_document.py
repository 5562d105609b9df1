"""A page of a list, and its facets, as a JSON document."""

from collections.abc import Iterable, Mapping, Sequence

from gfmdkg.catalog import as_json
from gfmdkg.facets import FacetCounts, Field, Include, ListIndex, ValueCount
from gfmdkg.formats.solutions import Solutions
from gfmdkg.http.list_formats import cell_of, field_cells
from gfmdkg.search import Found
from gfmdkg.terms.index import TermIndex
from gfmdkg.terms.values import Iri, Term

__all__ = [
    "Document",
    "Included",
    "facets_document",
    "included_rows",
    "items_document",
    "search_document",
]

Document = dict[str, object]
Included = Mapping[str, Mapping[str, list[Document]]]
"""Name of an include to IRI of an item to its rows."""


def items_document(
    index: ListIndex,
    positions: Iterable[int],
    fields: Sequence[Field],
    terms: TermIndex,
    included: Included,
) -> list[Document]:
    """The items of a page; what they bring along is in their member ``included``."""
    items = []
    for position in positions:
        item: Document = {}
        for shown in fields:
            cells = [as_json(cell) for cell in field_cells(index, position, shown, terms)]
            item[shown.name] = cells if shown.many else cells[0]
        if included:
            iri = index.items[position]
            item["included"] = {name: rows.get(iri, []) for name, rows in included.items()}
        items.append(item)
    return items


def included_rows(
    include: Include, solutions: Solutions, terms: TermIndex
) -> dict[str, list[Document]]:
    """The rows of an include by the IRI of their item."""
    place = {name: number for number, name in enumerate(solutions.variables)}
    rows: dict[str, list[Document]] = {}
    for solution in solutions:
        item = solution[place["item"]]
        assert isinstance(item, Iri)  # noqa: S101 - it was asked for by its IRI
        row = {c.name: _cell(solution[place[c.name]], terms) for c in include.columns}
        rows.setdefault(item.value, []).append(row)
    return rows


def _cell(term: Term | None, terms: TermIndex) -> object:
    return None if term is None else as_json(cell_of(term, terms))


def facets_document(counts: Iterable[FacetCounts], terms: TermIndex) -> Document:
    """The facets by name; one that time did not suffice for has no values and says so."""
    return {counted.facet.name: _facet(counted, terms) for counted in counts}


def _facet(counted: FacetCounts, terms: TermIndex) -> Document:
    document: Document = {
        "label": counted.facet.label,
        "values": [_value(value, terms) for value in counted.values],
        "total_values": counted.total,
    }
    if counted.is_cut:
        document["cut"] = True
    return document


def _value(counted: ValueCount, terms: TermIndex) -> Document:
    document: Document = {
        "value": as_json(cell_of(counted.value, terms)),
        "count": counted.count,
        "selected": counted.is_selected,
        "excluded": counted.is_excluded,
    }
    if isinstance(counted.broader, Iri):
        document["broader"] = counted.broader.value
    return document


def search_document(found: Found) -> Document:
    """How the full text was understood."""
    return {
        "interpretation": found.interpretation,
        "corrected": found.corrected,
        "lenient": found.lenient,
    }
