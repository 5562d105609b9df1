"""What a table would change in the published graph."""

from collections.abc import Callable
from dataclasses import dataclass

from gfmdkg.build.derivation import DERIVED_GRAPH
from gfmdkg.curation.tables.document import TableDocument
from gfmdkg.curation.tables.exporting import records_query
from gfmdkg.curation.tables.record_types import RECORD_TYPES
from gfmdkg.formats.solutions import Solutions
from gfmdkg.formats.turtle_writer import Triple
from gfmdkg.namespaces import RDF
from gfmdkg.store.patches import decode, statements_about
from gfmdkg.store.rdf_store import OxigraphStore
from gfmdkg.store.selecting import select_from
from gfmdkg.terms.values import Iri, Literal, Term

__all__ = ["TableChanges", "replaced_statements", "table_changes"]

_TYPE = RDF + "type"


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


def replaced_statements(document: TableDocument, published: OxigraphStore) -> list[str]:
    """What ``table_changes`` removes, as statements of the store's named graphs.

    Only the records of the document are looked up, so a piece of a table costs no more than
    it has records.
    """
    classes = {Iri(name) for kind in document.record_types for name in kind.classes}
    found: list[tuple[tuple[Iri, Iri, Term], str]] = []
    for subject in dict.fromkeys(s for s, _, _ in document.triples if isinstance(s, Iri)):
        texts = statements_about(published, subject.value)
        about = [
            ((subject, Iri(s.predicate), s.object), text)
            for s, text in zip(decode(texts), texts, strict=True)
            if s.subject == subject and s.graph != DERIVED_GRAPH
        ]
        is_listed = any(p.value == _TYPE and o in classes for (_, p, o), _ in about)
        found += about if is_listed else ()
    given = _stored(document) if found else set()
    return [
        text
        for triple, text in found
        if triple not in given
        and document.covers(triple[0].value, triple[1].value, getattr(triple[2], "language", None))
    ]


def _stored(document: TableDocument) -> set[Triple]:
    """The document's triples with literals as the store normalises them."""
    store = OxigraphStore.in_memory()
    store.load(document.text.encode(), media_type="application/n-triples", graph="")
    return {
        (subject, predicate, value)
        for subject, predicate, value in select_from(store)("SELECT ?s ?p ?o { ?s ?p ?o }").rows
        if isinstance(subject, Iri) and isinstance(predicate, Iri) and value is not None
    }
