"""What a table would change in the published graph."""

from collections import Counter
from collections.abc import Iterable

import pyoxigraph as ox

from gfmdkg.build.sources import MADE_BY_BUILD
from gfmdkg.curation.tables.document import TableDocument
from gfmdkg.curation.tables.reading import Layout
from gfmdkg.namespaces import RDF
from gfmdkg.store.patches import Patch, graph_of, normalise, quads_of, statements_about
from gfmdkg.store.rdf_store import OxigraphStore
from gfmdkg.store.reading import read_quads
from gfmdkg.terms.values import Term

__all__ = ["table_changes"]

_TYPE = ox.NamedNode(RDF + "type")


def table_changes(document: TableDocument, published: OxigraphStore, *, graph: str) -> Patch:
    """The difference between a table and the named graphs of a store.

    A row stands for the whole record as far as the table has columns: what the graph says
    there and the row does not is removed. Records that the table does not list, properties
    without a column, and languages that the table has no column for stay as they are. What a
    record gains is added where its class is stated, and to ``graph`` for one that is new.

    Only the records of the document are looked up, so a piece of a table costs no more than
    it has records. Ask only for a document without findings: a cell at fault would count as an
    empty one.
    """
    layouts = {record.iri: record.layout for record in document.records}
    classes = {ox.NamedNode(name) for kind in layouts.values() for name in kind.record_type.classes}
    quads = read_quads(document.text.encode(), media_type="application/n-triples", graph=graph)
    given = normalise(quads)
    by_record: dict[ox.NamedNode, dict[tuple[ox.NamedNode, Term], str]] = {}
    for text, said in zip(given, quads_of(given), strict=True):
        assert isinstance(said.subject, ox.NamedNode)  # noqa: S101 - every row has an IRI
        by_record.setdefault(said.subject, {})[said.predicate, said.object] = text
    added: list[str] = []
    removed: list[str] = []
    for record, wanted in by_record.items():
        texts = statements_about(published, record.value)
        about = list(zip(texts, quads_of(texts), strict=True))
        home = _home(said for _, said in about) or graph
        present = {(s.predicate, s.object) for _, s in about if s.subject == record}
        new = (text for fact, text in wanted.items() if fact not in present)
        added += (f"{text.removesuffix(f'<{graph}>')}<{home}>" for text in new)
        if any((_TYPE, class_) in present for class_ in classes):
            removed += (
                text
                for text, said in about
                if said.subject == record
                and graph_of(said) not in MADE_BY_BUILD
                and (said.predicate, said.object) not in wanted
                and _has_column(layouts[record.value], said)
            )
    return Patch.of(added, removed)


def _has_column(layout: Layout, said: ox.Quad) -> bool:
    """Whether a table has a place for what is said of a record."""
    language = said.object.language if isinstance(said.object, ox.Literal) else None
    return said.predicate == _TYPE or any(
        column.predicate == said.predicate.value and tag == language
        for column, tag in layout.columns.values()
    )


def _home(about: Iterable[ox.Quad]) -> str | None:
    """The graph that says what a record is, else the one that says most of it."""
    graphs: Counter[str] = Counter()
    for said in about:
        if graph_of(said) not in MADE_BY_BUILD:
            graphs[graph_of(said)] += 1000 if said.predicate == _TYPE else 1
    return min(graphs, key=lambda name: (-graphs[name], name)) if graphs else None
