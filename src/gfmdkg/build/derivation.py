"""What the build adds to the files: what follows for passages, and the provenance of each graph."""

from collections.abc import Collection, Iterable, Iterator
from sys import maxsize
from typing import TYPE_CHECKING

import pyoxigraph as ox

from gfmdkg.about import VERSION
from gfmdkg.build.sources import DERIVED_GRAPH, digest_of
from gfmdkg.namespaces import BASE, DCTERMS, GFMD, PROV, RDF, RDFS
from gfmdkg.rdf.query_text import QueryText, packaged_query
from gfmdkg.store.patches import Fact, Patch, graph_of, statements_of
from gfmdkg.store.rdf_store import OxigraphStore
from gfmdkg.store.walking import Step, TripleView

if TYPE_CHECKING:
    from gfmdkg.validation import SourceFile

__all__ = ["derive_passages", "derive_passages_about", "describe_provenance"]

_CITING = GFMD + "passage"
_PART_OF = DCTERMS + "isPartOf"
_NAMED_BY = {_PART_OF, GFMD + "number", GFMD + "recommendationKind"}
_CLASSES = {GFMD + name for name in ("Section", "Paragraph", "Recommendation", "Report")}


def derive_passages(store: OxigraphStore, *, is_union: bool) -> Patch:
    """What makes all that follows for passages follow.

    Their shortcuts, ``gfmd:cites`` and ``gfmd:alignsWith``, do so from the accepted links; their
    report from what they are part of; order, sort key and locator from their number.
    """
    old = statements_of(store, DERIVED_GRAPH)
    new = store.construct(_query().text, graph=DERIVED_GRAPH, is_union=is_union)
    return Patch.of(new - old, old - new)


def derive_passages_about(
    store: OxigraphStore, before: OxigraphStore, subjects: Collection[str], *, is_union: bool
) -> Patch:
    """The same where no other subjects (IRIs or ``_:`` labels) differ from the state before."""
    passages = set(_concerned(store, before, subjects))
    if not passages:
        return Patch()
    said = (quad for passage in passages for quad in store.quads_about(passage))
    old = {str(quad) for quad in said if graph_of(quad) == DERIVED_GRAPH}
    named = sorted(passage for passage in passages if not passage.startswith("_:"))
    query = _query().fill(passage=map(ox.NamedNode, named))
    new = store.construct(query, graph=DERIVED_GRAPH, is_union=is_union)
    return Patch.of(new - old, old - new)


def _concerned(
    store: OxigraphStore, before: OxigraphStore, subjects: Iterable[str]
) -> Iterator[str]:
    """The passages of which other things may follow now than in the state before."""
    for subject in subjects:
        now, then = store.quads_about(subject), before.quads_about(subject)
        for quad in (*now, *then):
            # Somebody may have written to the derived triples themselves.
            if graph_of(quad) == DERIVED_GRAPH:
                yield subject
            elif quad.predicate.value == _CITING and isinstance(quad.object, ox.NamedNode):
                yield quad.object.value
        if _naming(now) != _naming(then):
            yield from _below(store, subject)


def _naming(quads: Iterable[ox.Quad]) -> set[ox.Triple]:
    """What is said of a node from which something may follow for it or below it."""
    return {
        quad.triple
        for quad in quads
        if quad.predicate.value in _NAMED_BY or getattr(quad.object, "value", None) in _CLASSES
    }


def _below(store: OxigraphStore, subject: str) -> Iterator[str]:
    """A node and all that is part of it, as far as these are IRIs."""
    is_blank = subject.startswith("_:")
    top = ox.BlankNode(subject[2:]) if is_blank else ox.NamedNode(subject)
    step = Step(predicate=_PART_OF, repeats=True)
    for node in TripleView(store).retrace([top], step, limit=maxsize):
        if isinstance(node, ox.NamedNode):
            yield node.value


def _query() -> QueryText:
    return packaged_query("gfmdkg.build", "derive-passages.rq")


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
