"""From sources to a filled store, and what the rules say of it."""

from collections.abc import Iterable, Sequence
from datetime import date
from itertools import chain
from pathlib import Path

import pyoxigraph as ox

from gfmdkg.build.derivation import derive_passages, describe_provenance
from gfmdkg.build.sources import (
    DERIVED_GRAPH,
    PROVENANCE_GRAPH,
    QUERIES_GRAPH,
    data_scope,
    read_all,
)
from gfmdkg.namespaces import GFMD, compact
from gfmdkg.paths import Content
from gfmdkg.queries import Catalog, describe
from gfmdkg.rdf.values import Term
from gfmdkg.store.patches import facts_in, graph_of, quads_of
from gfmdkg.store.rdf_store import OxigraphStore
from gfmdkg.store.reading import read_quads
from gfmdkg.store.union import stated_elsewhere, with_union
from gfmdkg.validation import Finding, Report, Severity, SourceFile

__all__ = ["assemble", "double_findings", "validate_store"]

_IN_REPORT = GFMD + "inReport"


def assemble(store: OxigraphStore, sources: Sequence[SourceFile], catalog: Catalog) -> None:
    """Fill an empty store: a graph per source, the derived ones, and their union.

    Raises ``DataError`` with the syntax faults of all sources.
    """

    def read(source: SourceFile) -> list[ox.Quad]:
        return read_quads(
            source.text.encode(), media_type=source.media_type, graph=source.graph, file=source.path
        )

    quads = chain(
        facts_in(QUERIES_GRAPH, describe(catalog)),
        facts_in(PROVENANCE_GRAPH, describe_provenance(sources)),
        *read_all(read, sources),
    )
    store.extend(with_union(quads))
    derive_passages(store, is_union=True).apply(store, is_union=True)


def validate_store(
    store: OxigraphStore,
    sources: Sequence[SourceFile],
    content: Content,
    *,
    kept: Path | None = None,
    today: date | None = None,
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
    request = Request(state=store, scope=scope, documents=documents, written=written, today=today)
    report = validate(request, rules)
    return report.with_findings((*report.findings, *_find_doubles(store, sources)))


def _find_doubles(store: OxigraphStore, sources: Sequence[SourceFile]) -> Sequence[Finding]:
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


def double_findings(
    doubles: Iterable[tuple[str, str]], *, severity: Severity = Severity.WARNING
) -> list[Finding]:
    """Findings on statements that are each given with the graph that holds its triple already.

    There is one for each pair of graphs, on the first of their statements. That a passage is in
    the report that follows needs no word, for tables have the report as a key.
    """
    pairs: dict[tuple[str, str], list[ox.Quad]] = {}
    found = sorted(doubles)
    for statement, (_, other) in zip(quads_of(s for s, _ in found), found, strict=True):
        if other != DERIVED_GRAPH or statement.predicate.value != _IN_REPORT:
            pairs.setdefault((graph_of(statement), other), []).append(statement)
    return [
        _finding(statements[0], len(statements) - 1, other, severity)
        for (_, other), statements in pairs.items()
    ]


def _finding(statement: ox.Quad, more: int, other: str, severity: Severity) -> Finding:
    subject, path = _text(statement.subject), statement.predicate.value
    why = "follows from other triples" if other == DERIVED_GRAPH else f"stands in <{other}>"
    also = f", as do {more} more triples" if more else ""
    left_out = "; it is left out here" if severity is Severity.WARNING else ""
    return Finding(
        severity=severity,
        code="triple-elsewhere",
        message=f"{subject}: this {compact(path)} {why} already{also}{left_out}",
        remedy="say it in one place: no triple stands in two graphs",
        focus_node=subject,
        path=path,
        value=_text(statement.object),
    )


def _text(term: Term) -> str:
    return term.value if isinstance(term, ox.NamedNode | ox.Literal) else str(term)
