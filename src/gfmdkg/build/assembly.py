"""From sources to a filled store, and what the rules say of it."""

from collections.abc import Sequence
from pathlib import Path

from gfmdkg.build.derivation import add_provenance, derive_links
from gfmdkg.build.sources import QUERIES_GRAPH, Source, data_scope
from gfmdkg.catalog import Catalog, describe
from gfmdkg.errors import DataError, Fault
from gfmdkg.paths import Content
from gfmdkg.store.rdf_store import OxigraphStore
from gfmdkg.store.reading import read_quads
from gfmdkg.store.union import materialise_union
from gfmdkg.validation import Report, SourceFile

__all__ = ["assemble", "validate_store"]


def assemble(store: OxigraphStore, sources: Sequence[Source], catalog: Catalog) -> None:
    """Fill an empty store: a graph per source, the derived ones, and their union.

    Raises ``DataError`` with the syntax faults of all sources.
    """
    faults: list[Fault] = []
    for source in sources:
        try:
            quads = read_quads(
                source.text.encode(),
                media_type="text/turtle",
                graph=source.graph,
                file=source.path,
            )
        except DataError as error:
            faults.extend(error.faults)
        else:
            store.extend(quads)
    if faults:
        raise DataError(f"{len(faults)} of {len(sources)} files cannot be read", faults)
    store.load(describe(catalog), media_type="application/n-triples", graph=QUERIES_GRAPH)
    derive_links(store)
    add_provenance(store, sources)
    materialise_union(store)


def validate_store(
    store: OxigraphStore, sources: Sequence[Source], content: Content, *, kept: Path | None = None
) -> Report:
    """The findings of the shapes and checks over a store that these sources filled.

    Files that do not parse are findings of code "syntax", and then no rule is applied, for half
    of the data would break many. The prepared rules are looked for, and put, in the folder
    ``kept``. Raises ``OntologyError`` where the rules themselves are at fault.
    """
    # rdflib and pyshacl take 0.2 s to import.
    from gfmdkg.validation.documents import read_documents
    from gfmdkg.validation.incremental.rules import load_rules
    from gfmdkg.validation.validate import Request, validate

    scope = data_scope(is_union=True)
    rules = load_rules(content.ontology, kept=kept)
    given = [
        SourceFile(path=s.path, text=s.text, graph=s.graph)
        for s in sources
        if scope.is_data(s.graph)
    ]
    read = read_documents(given)
    if read.unreadable:
        return Report.of(read.unreadable)
    written = [(f.graph, d.graph) for f, d in zip(given, read.documents, strict=True)]
    request = Request(state=store, scope=scope, documents=read.documents, written=written)
    return validate(request, rules)
