"""What a table would change in the published graph."""

from collections.abc import Callable
from dataclasses import dataclass

from gfmdkg.curation.tables.document import TableDocument
from gfmdkg.curation.tables.exporting import records_query
from gfmdkg.curation.tables.record_types import RECORD_TYPES
from gfmdkg.formats.solutions import Solutions
from gfmdkg.formats.turtle_writer import Triple
from gfmdkg.store.rdf_store import OxigraphStore
from gfmdkg.store.selecting import select_from
from gfmdkg.terms.values import Iri, Literal

__all__ = ["TableChanges", "table_changes"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TableChanges:
    """Triples in the form in which the store has them."""

    added: frozenset[Triple]
    removed: frozenset[Triple]


def table_changes(document: TableDocument, select: Callable[[str], Solutions]) -> TableChanges:
    """The difference between a table and the graph that ``select`` queries.

    A row stands for the whole record as far as the table has columns: what the graph says
    there and the row does not is removed. Records that the table does not list, properties
    without a column, and languages that the table has no column for stay as they are. Ask
    only for a document without findings: a cell at fault would count as an empty one.
    """
    given = _stored(document)
    published: set[Triple] = set()
    for record_type in RECORD_TYPES:
        if record_type not in document.record_types:
            continue
        for subject, predicate, value in select(records_query(record_type)).rows:
            if isinstance(subject, Iri) and isinstance(predicate, Iri) and value is not None:
                language = value.language if isinstance(value, Literal) else None
                if document.covers(subject.value, predicate.value, language):
                    published.add((subject, predicate, value))
    return TableChanges(added=frozenset(given - published), removed=frozenset(published - given))


def _stored(document: TableDocument) -> set[Triple]:
    """The document's triples with literals as the store normalises them."""
    store = OxigraphStore.in_memory()
    store.load(document.text.encode(), media_type="application/n-triples", graph="")
    return {
        (subject, predicate, value)
        for subject, predicate, value in select_from(store)("SELECT ?s ?p ?o { ?s ?p ?o }").rows
        if isinstance(subject, Iri) and isinstance(predicate, Iri) and value is not None
    }
