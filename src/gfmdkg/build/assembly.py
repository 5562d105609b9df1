"""From sources to a filled store, and what the rules say of it."""

from collections.abc import Sequence
from pathlib import Path

import pyoxigraph as ox

from gfmdkg.build.derivation import derive_links, describe_provenance
from gfmdkg.build.doubles import double_findings
from gfmdkg.build.sources import PROVENANCE_GRAPH, QUERIES_GRAPH, data_scope
from gfmdkg.catalog import Catalog, describe
from gfmdkg.errors import DataError, Fault
from gfmdkg.paths import Content
from gfmdkg.store.homes import stated_elsewhere
from gfmdkg.store.patches import graph_of, quads_of
from gfmdkg.store.rdf_store import OxigraphStore
from gfmdkg.store.reading import read_labelled, read_quads
from gfmdkg.store.union import with_union
from gfmdkg.validation import Finding, Report, Severity, SourceFile

__all__ = ["assemble", "find_doubles", "validate_store"]


def assemble(store: OxigraphStore, sources: Sequence[SourceFile], catalog: Catalog) -> None:
    """Fill an empty store: a graph per source, the derived ones, and their union.

    Raises ``DataError`` with the syntax faults of all sources.
    """
    faults: list[Fault] = []
    quads = [
        *read_labelled(describe(catalog), graph=QUERIES_GRAPH),
        *read_labelled(describe_provenance(sources), graph=PROVENANCE_GRAPH),
    ]
    for source in sources:
        try:
            quads += read_quads(
                source.text.encode(),
                media_type=source.media_type,
                graph=source.graph,
                file=source.path,
            )
        except DataError as error:
            faults.extend(error.faults)
    if faults:
        raise DataError(f"{len(faults)} of {len(sources)} files cannot be read", faults)
    store.extend(with_union(quads))
    derive_links(store, is_union=True).apply(store, is_union=True)


def validate_store(
    store: OxigraphStore,
    sources: Sequence[SourceFile],
    content: Content,
    *,
    kept: Path | None = None,
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
    given = [source for source in sources if scope.is_data(source.graph)]
    documents, unreadable = read_documents(given)
    if unreadable:
        return Report.of(unreadable)
    written = [(f.graph, d.graph) for f, d in zip(given, documents, strict=True)]
    request = Request(state=store, scope=scope, documents=documents, written=written)
    report = validate(request, rules)
    return report.with_findings((*report.findings, *find_doubles(store, sources)))


def find_doubles(store: OxigraphStore, sources: Sequence[SourceFile]) -> Sequence[Finding]:
    """The triples that stand in two graphs of these sources, as violations with their places.

    The store's default graph is the union, which has each triple once.
    """
    ((count,),) = store.select("SELECT (COUNT(*) AS ?count) { ?s ?p ?o }").rows
    if isinstance(count, ox.Literal) and len(store) == 2 * int(count.value):
        return ()
    doubles = [
        (statement, other)
        for source in sources
        for statement, other in stated_elsewhere(store, store.quads(source.graph))
        if other < source.graph
    ]
    if not doubles:
        return ()
    # rdflib takes 0.2 s to import, and is needed for the places alone.
    from gfmdkg.validation.documents import read_document
    from gfmdkg.validation.locate import place_findings

    found = double_findings(doubles, severity=Severity.VIOLATION)
    graphs = set(map(graph_of, quads_of(statement for statement, _ in doubles)))
    documents = [
        read_document(s.text, base_iri=s.graph, file=s.path) for s in sources if s.graph in graphs
    ]
    return place_findings(Report.of(found), documents).findings
