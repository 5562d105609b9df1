"""The names under which the records of a file can be referred to in the same file."""

from collections.abc import Sequence

from gfmdkg.curation.tables.cells import RowCells
from gfmdkg.curation.tables.columns import RecordType
from gfmdkg.curation.tables.faults import CellFault
from gfmdkg.curation.tables.identity import class_of, mint
from gfmdkg.curation.tables.layout import Layout
from gfmdkg.curation.tables.names import Names
from gfmdkg.curation.tables.record_types import RECORD_TYPES
from gfmdkg.curation.tables.values import parse_cell
from gfmdkg.terms.index import LabelEntry
from gfmdkg.terms.values import Literal, Term

__all__ = ["can_be_named", "names_of_row"]

_NAMED_TYPES = frozenset(t for known in RECORD_TYPES for c in known.columns for t in c.types)


def can_be_named(record_type: RecordType) -> bool:
    """Whether any column takes the name of such a record."""
    return not _NAMED_TYPES.isdisjoint(record_type.classes)


def names_of_row(row: RowCells, layout: Layout | None, names: Names) -> Sequence[LabelEntry]:
    """The titles and other names of a row's record; none for a row whose key is at fault."""
    assert layout is not None  # noqa: S101 - rows without a layout are not read
    keys: dict[str, Term] = {}
    labels: list[Literal] = []
    for position, (column, language) in layout.columns.items():
        if position >= len(row.values) or not (column.key or column.languages):
            continue
        terms, _ = parse_cell(row.values[position], column, language, names)
        if column.key and len(terms) == 1:
            keys[column.name] = terms[0]
        if column.name in ("title", "other names"):
            labels += [term for term in terms if isinstance(term, Literal)]
    if len(keys) < len(layout.record_type.keys):
        return ()
    try:
        iri = mint(layout.record_type, keys)
    except CellFault:
        return ()
    types = (class_of(layout.record_type, iri),)
    # Without a label of its own it is still known by its slug.
    texts = labels or [Literal(iri.rpartition("/")[2])]
    return [
        LabelEntry(iri=iri, kind="pref", text=t.lexical, language=t.language, types=types)
        for t in texts
    ]
