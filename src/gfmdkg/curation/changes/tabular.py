"""Tables that are submitted, and the patch of the graph that they mean."""

from collections import Counter
from collections.abc import Iterable

from gfmdkg.curation.tables import read_table, table_changes
from gfmdkg.errors import DataError, Fault
from gfmdkg.formats.turtle_writer import Triple
from gfmdkg.namespaces import RDF
from gfmdkg.store.names import names_of
from gfmdkg.store.patches import Patch, decode, locate, normalise, statements_about
from gfmdkg.store.rdf_store import OxigraphStore
from gfmdkg.store.reading import read_dataset, read_quads
from gfmdkg.store.selecting import select_from
from gfmdkg.terms.values import Iri, to_sparql
from gfmdkg.validation import Severity

__all__ = ["TABLE_EXTENSIONS", "TABLE_MEDIA_TYPES", "statements_of_triples", "table_patch"]

TABLE_EXTENSIONS = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
"""Media type by the extension of a table."""
TABLE_MEDIA_TYPES = frozenset(TABLE_EXTENSIONS.values())

_N_TRIPLES = "application/n-triples"
_TYPE = RDF + "type"


def table_patch(
    body: bytes,
    store: OxigraphStore,
    *,
    file: str,
    graph: str,
    made_by_build: frozenset[str],
    only_adds: bool = False,
) -> Patch:
    """What a CSV or XLSX file changes: a row stands for its record as far as it has columns.

    What a record gains is added where its class is stated, and to ``graph`` for a record that
    is new; what it loses is removed from all graphs but those ``made_by_build``, and kept
    where the table ``only_adds``. Raises ``DataError`` with every cell at fault.
    """
    select = select_from(store)
    document = read_table(body, names_of(store), file=file)
    faults = [
        Fault(
            message=f"{finding.cell}: {finding.message}" if finding.cell else finding.message,
            file=file,
            line=None if finding.cell else finding.line,
            remedy=finding.remedy,
        )
        for finding in document.findings
        if finding.severity is Severity.VIOLATION
    ]
    if faults:
        raise DataError("the table cannot be submitted", faults)
    changes = table_changes(document, select)
    by_graph: dict[str, list[Triple]] = {}
    homes: dict[str, str] = {}
    for triple in changes.added:
        subject = triple[0]
        assert isinstance(subject, Iri)  # noqa: S101 - every row has an IRI
        if subject.value not in homes:
            homes[subject.value] = _home(subject.value, store, made_by_build) or graph
        by_graph.setdefault(homes[subject.value], []).append(triple)
    added = [
        statement
        for home, triples in by_graph.items()
        for statement in normalise(
            read_quads(_n_triples(triples), media_type=_N_TRIPLES, graph=home)
        )
    ]
    removed = () if only_adds else statements_of_triples(store, changes.removed)
    return Patch.of(added, (s for s in removed if decode([s])[0].graph not in made_by_build))


def statements_of_triples(store: OxigraphStore, triples: Iterable[Triple]) -> list[str]:
    """The statements of the store's named graphs that say one of these triples."""
    return locate(store, read_dataset(_n_triples(triples), media_type=_N_TRIPLES, graph=None))[0]


def _home(subject: str, store: OxigraphStore, made_by_build: frozenset[str]) -> str | None:
    """The graph that says what a record is, else the one that says most of it."""
    graphs: Counter[str] = Counter()
    for statement in decode(statements_about(store, subject)):
        if statement.graph and statement.graph not in made_by_build:
            graphs[statement.graph] += 1000 if statement.predicate == _TYPE else 1
    return min(graphs, key=lambda name: (-graphs[name], name)) if graphs else None


def _n_triples(triples: Iterable[Triple]) -> bytes:
    return "".join(
        f"{to_sparql(s)} {to_sparql(p)} {to_sparql(o)} .\n" for s, p, o in triples
    ).encode()
