"""The cells of a list's items: terms with their labels."""

from collections.abc import Iterable

from gfmdkg.catalog import Cell, ColumnType, Resource
from gfmdkg.facets import Field, ListIndex
from gfmdkg.formats.solutions import python_value
from gfmdkg.terms.index import TermIndex
from gfmdkg.terms.values import BlankNode, Iri, Literal, Term

__all__ = ["cell_of", "cells_of", "field_cells"]


def cell_of(term: Term, terms: TermIndex) -> Cell:
    """A term as a cell, a resource with its English label."""
    match term:
        case Iri(value=iri):
            return Resource(iri=iri, label=terms.label(iri))
        case BlankNode(label=label):
            return Resource(iri=f"_:{label}")
        case Literal():
            return python_value(term)


def cells_of(values: Iterable[Term], terms: TermIndex) -> list[Cell]:
    """Terms as cells, sorted by what is read."""
    return sorted((cell_of(term, terms) for term in values), key=_sort_text)


def _sort_text(cell: Cell) -> tuple[str, str]:
    return str(cell).casefold(), cell.iri if isinstance(cell, Resource) else ""


def field_cells(index: ListIndex, position: int, shown: Field, terms: TermIndex) -> list[Cell]:
    """The cells of one field of one item; exactly one unless the field takes many."""
    cells = cells_of(index.values(position, shown), terms)
    if shown.many:
        return cells
    if not cells:
        # The whole numbers of lists are counts, of which the graph only states those above 0.
        return [0 if shown.column.type is ColumnType.INTEGER else None]
    return cells[:1]
