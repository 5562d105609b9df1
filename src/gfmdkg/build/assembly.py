"""From sources to a filled store, and what the rules say of it."""

from collections.abc import Sequence

from gfmdkg.build.derivation import PROVENANCE_GRAPH, derive_links, describe_provenance
from gfmdkg.build.sources import Source
from gfmdkg.catalog import Catalog, describe
from gfmdkg.errors import DataError, Fault
from gfmdkg.namespaces import GRAPH_BASE
from gfmdkg.paths import Content
from gfmdkg.store.rdf_store import OxigraphStore
from gfmdkg.store.reading import read_labelled, read_quads
from gfmdkg.store.selecting import select_from
from gfmdkg.store.union import with_union
from gfmdkg.validation import Report, SourceFile, validate_sources

__all__ = ["QUERIES_GRAPH", "assemble", "validate_store"]

QUERIES_GRAPH = GRAPH_BASE + "queries"


def assemble(store: OxigraphStore, sources: Sequence[Source], catalog: Catalog) -> None:
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
                media_type="text/turtle",
                graph=source.graph,
                file=source.path,
            )
        except DataError as error:
            faults.extend(error.faults)
    if faults:
        raise DataError(f"{len(faults)} of {len(sources)} files cannot be read", faults)
    store.extend(with_union(quads))
    derive_links(store, is_union=True).apply(store, is_union=True)


def validate_store(store: OxigraphStore, sources: Sequence[Source], content: Content) -> Report:
    """The findings of the shapes and checks over a store that these sources filled."""
    return validate_sources(
        [SourceFile(path=s.path, text=s.text, graph=s.graph) for s in sources],
        shapes=content.ontology / "shapes",
        checks=content.ontology / "checks",
        select=select_from(store),
    )
