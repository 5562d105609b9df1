"""From sources to a filled store, and what the rules say of it."""

from collections.abc import Sequence

from gfmdkg.build.derivation import (
    DERIVED_GRAPH,
    PROVENANCE_GRAPH,
    add_provenance,
    derive_links,
)
from gfmdkg.build.sources import Source
from gfmdkg.catalog import Catalog, describe
from gfmdkg.errors import DataError, Fault
from gfmdkg.namespaces import GRAPH_BASE
from gfmdkg.paths import Content
from gfmdkg.store.rdf_store import OxigraphStore
from gfmdkg.store.reading import read_quads
from gfmdkg.store.selecting import select_from
from gfmdkg.store.union import materialise_union
from gfmdkg.validation import Report, SourceFile, validate_sources

__all__ = ["MADE_BY_BUILD", "QUERIES_GRAPH", "assemble", "validate_store"]

QUERIES_GRAPH = GRAPH_BASE + "queries"
MADE_BY_BUILD = frozenset({DERIVED_GRAPH, PROVENANCE_GRAPH, QUERIES_GRAPH})
"""The graphs that come from no file."""


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


def validate_store(store: OxigraphStore, sources: Sequence[Source], content: Content) -> Report:
    """The findings of the shapes and checks over a store that these sources filled."""
    return validate_sources(
        [SourceFile(path=s.path, text=s.text, graph=s.graph) for s in sources],
        shapes=content.ontology / "shapes",
        checks=content.ontology / "checks",
        select=select_from(store),
    )
