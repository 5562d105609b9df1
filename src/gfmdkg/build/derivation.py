"""What the build adds to the files: shortcut links and the provenance of each graph."""

from collections.abc import Collection, Iterable, Iterator
from typing import TYPE_CHECKING

import pyoxigraph as ox

from gfmdkg.about import VERSION
from gfmdkg.build.sources import DERIVED_GRAPH, digest_of
from gfmdkg.namespaces import BASE, DCTERMS, GFMD, PROV, RDF, RDFS
from gfmdkg.rdf.query_text import QueryText, packaged_query
from gfmdkg.store.patches import Fact, Patch, graph_of, statements_of
from gfmdkg.store.rdf_store import OxigraphStore

if TYPE_CHECKING:
    from gfmdkg.validation import SourceFile

__all__ = ["derive_links", "derive_links_about", "describe_provenance"]

_CITING = GFMD + "passage"


def derive_links(store: OxigraphStore, *, is_union: bool) -> Patch:
    """What makes ``gfmd:cites`` and ``gfmd:alignsWith`` follow from the accepted links."""
    old = statements_of(store, DERIVED_GRAPH)
    new = store.construct(_links().text, graph=DERIVED_GRAPH, is_union=is_union)
    return Patch.of(new - old, old - new)


def derive_links_about(
    store: OxigraphStore, before: OxigraphStore, subjects: Collection[str], *, is_union: bool
) -> Patch:
    """The same where no other subjects (IRIs or ``_:`` labels) differ from the state before."""
    passages = {p for state in (before, store) for p in _concerned(state, subjects)}
    if not passages:
        return Patch()
    said = (quad for passage in passages for quad in store.quads_about(passage))
    old = {str(quad) for quad in said if graph_of(quad) == DERIVED_GRAPH}
    named = sorted(passage for passage in passages if not passage.startswith("_:"))
    query = _links().fill(passage=map(ox.NamedNode, named))
    new = store.construct(query, graph=DERIVED_GRAPH, is_union=is_union)
    return Patch.of(new - old, old - new)


def _concerned(store: OxigraphStore, subjects: Iterable[str]) -> Iterator[str]:
    """The passages whose derived links may follow from what is said of these subjects."""
    for subject in subjects:
        for quad in store.quads_about(subject):
            # Somebody may have written to the derived links themselves.
            if graph_of(quad) == DERIVED_GRAPH:
                yield subject
            elif quad.predicate.value == _CITING and isinstance(quad.object, ox.NamedNode):
                yield quad.object.value


def _links() -> QueryText:
    return packaged_query("gfmdkg.build", "derive-links.rq")


def describe_provenance(sources: "Iterable[SourceFile]") -> Iterator[Fact]:
    """What says of each file's graph from which file and by which tool it came.

    There is no time in it, so that the same files always give the same graph; the record of
    a published version has the time.
    """
    tool = f"{BASE}id/tool/gfmdkg-{VERSION}"
    yield tool, RDF + "type", ox.NamedNode(PROV + "SoftwareAgent")
    yield tool, RDFS + "label", ox.Literal(f"gfmdkg {VERSION}", language="en")
    for source in sources:
        graph = source.graph
        activity = graph.replace("/graph/", "/id/activity/build/", 1)
        yield graph, RDF + "type", ox.NamedNode(PROV + "Entity")
        yield graph, RDFS + "label", ox.Literal(source.path)
        yield graph, DCTERMS + "identifier", ox.Literal(f"sha256:{digest_of(source)}")
        yield graph, PROV + "wasGeneratedBy", ox.NamedNode(activity)
        yield activity, RDF + "type", ox.NamedNode(PROV + "Activity")
        yield activity, RDFS + "label", ox.Literal(f"build of {source.path}", language="en")
        yield activity, PROV + "wasAssociatedWith", ox.NamedNode(tool)
