"""One change, one version: apply, settle, derive, validate, publish; or leave no trace."""

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gfmdkg.build.derivation import derive_passages_about
from gfmdkg.curation.documents import SubmittedDocument
from gfmdkg.errors import Conflict, DataError, DataRejected, Fault, NotFound
from gfmdkg.namespaces import GRAPH_BASE
from gfmdkg.store.comparison import compare_around, compare_stores
from gfmdkg.store.patches import Patch, quads_of, statements_of, subjects_of
from gfmdkg.store.rdf_store import OxigraphStore
from gfmdkg.store.union import leave_out, settle_union
from gfmdkg.store.updating import add_using, carry_out
from gfmdkg.store.versions import Draft, Origin, Version, VersionStore

if TYPE_CHECKING:
    from gfmdkg.validation import Report

__all__ = [
    "Change",
    "DeleteGraph",
    "PutGraph",
    "Settled",
    "SparqlUpdate",
    "Successor",
    "Validate",
    "Written",
    "refuse_violations",
    "succeeding",
    "write",
]

_JSON_LD, _N_TRIPLES = "application/ld+json", "application/n-triples"
# What IRIs in JSON-LD for the default graph are relative to.
_DEFAULT_STAND_IN = GRAPH_BASE + "default"


@dataclass(frozen=True, slots=True, kw_only=True)
class SparqlUpdate:
    """A SPARQL 1.1 update; ``using_named_graphs`` adds the named dataset."""

    text: str
    base_iri: str | None = None
    using_graphs: tuple[str, ...] = ()
    using_named_graphs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PutGraph:
    """Documents to add to a graph, or to put in place of its content.

    Blank nodes of two documents are never the same. ``""`` is the default graph.
    """

    graph: str
    documents: tuple[SubmittedDocument, ...]
    replaces: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteGraph:
    """Remove a graph; ``""`` empties the default graph."""

    graph: str


Change = SparqlUpdate | PutGraph | DeleteGraph


Validate = Callable[[OxigraphStore, Patch | None], "Report"]
"""What the rules say of a draft that differs from its base by the patch, or in unknown ways where
there is none; a draft with a violation is not published."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """What a draft has more and less than its base, and what was left out of it.

    ``left_out`` are statements whose triple another graph of ours holds, each with that graph.
    """

    patch: Patch
    left_out: Mapping[str, str]

    @property
    def note(self) -> str:
        """What a version's message says of what was left out."""
        if not self.left_out:
            return ""
        graphs = ", ".join(f"<{graph}>" for graph in sorted(set(self.left_out.values())))
        return f" (left out, for they stand elsewhere: {len(self.left_out)} triples, in {graphs})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Successor:
    """The version that follows ``base``, while it is made."""

    draft: Draft
    base: Version

    @property
    def store(self) -> OxigraphStore:
        """What it holds so far."""
        return self.draft.store

    def settle(self, touched: Collection[str] | None, *, leaves_out: bool = True) -> Settled:
        """Make what is derived and the union of all graphs follow, and tell what differs.

        ``touched`` are the only statements that the change may have added or removed; where they
        are not known, both states are read to tell them. What came into a graph of ours although
        another of them holds it goes again, unless not ``leaves_out``.
        """
        store, is_union = self.store, self.base.is_union
        with closing(OxigraphStore.open_read_only(self.base.database)) as before:
            if touched is None:
                whole = compare_stores(before, store, has_union=False)
                touched = (*whole.added, *whole.removed)
            if is_union:
                settle_union(store, before, touched)
            derived = derive_passages_about(store, before, subjects_of(touched), is_union=is_union)
            derived.apply(store, is_union=is_union)
            left_out = leave_out(store, before, quads_of(touched)) if leaves_out else {}
            touched = (*touched, *derived.added, *derived.removed)
            patch = compare_around(before, store, touched, has_union=is_union)
        return Settled(patch=patch, left_out=left_out)

    def publish(self, *, message: str, origin: Origin, **record: Any) -> Version:
        """Make it the current version; ``record`` is what else ``Draft.publish`` takes."""
        return self.draft.publish(
            message=message,
            origin=origin,
            sources_hash=self.base.sources_hash,
            default_graph=self.base.default_graph,
            **record,
        )


@contextmanager
def succeeding(versions: VersionStore, *, wait_seconds: float = 60) -> Iterator[Successor]:
    """Hold the writer's lock and what becomes the next version, until the block ends.

    Raises ``StoreError`` for an empty store, and ``Conflict`` where another writer keeps the
    lock. Without ``Successor.publish``, and after a kill at any moment, ``base`` stays in use.
    """
    current = versions.require_current()
    with versions.writing(wait_seconds=wait_seconds) as draft:
        yield Successor(draft=draft, base=draft.base or current)


def refuse_violations(report: "Report") -> None:
    """Raise ``DataRejected`` with the violations of a report that has any."""
    if not report.conforms:
        raise DataRejected(report.faults)


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """The version that a change made; ``created`` says whether the graph is new in it."""

    version: Version
    created: bool


def write(
    change: Change,
    versions: VersionStore,
    *,
    validate: Validate,
    message: str,
    wait_seconds: float = 60,
) -> Written:
    """Publish the current version with one change as the next version.

    Raises ``DataRejected`` with the violations that ``validate`` finds,
    ``QueryRejected`` or ``DataError`` for a change that cannot be read, ``NotFound`` for a
    graph to delete that is not there, and ``Conflict`` for a write to a default graph that
    is the union of the others, or where another writer keeps the lock. After any of these,
    and after a kill at any moment, the former version is in use.
    """
    with succeeding(versions, wait_seconds=wait_seconds) as successor:
        touched, created = _apply(change, successor)
        settled = successor.settle(touched)
        refuse_violations(validate(successor.store, settled.patch))
        version = successor.publish(
            message=message + settled.note, origin=Origin.UPDATE, patch=settled.patch
        )
    return Written(version=version, created=created)


def _apply(change: Change, successor: Successor) -> tuple[Collection[str] | None, bool]:
    """The statements that may differ after a change, and whether it made a graph."""
    store = successor.store
    if isinstance(change, SparqlUpdate):
        text = add_using(
            change.text, graphs=change.using_graphs, named_graphs=change.using_named_graphs
        )
        return carry_out(store, text, base_iri=change.base_iri), False
    graph = change.graph
    if not graph and successor.base.is_union:
        raise Conflict(
            "the default graph is the union of all graphs here; name the graph to write: ?graph="
        )
    exists = not graph or store.has_graph(graph)
    before = statements_of(store, graph)
    if isinstance(change, DeleteGraph):
        if not exists:
            raise NotFound("graph", graph)
        store.remove_graph(graph) if graph else store.clear_graph("")
    else:
        _put(change, store)
    return before ^ statements_of(store, graph), not exists


def _put(change: PutGraph, store: OxigraphStore) -> None:
    if change.replaces:
        store.clear_graph(change.graph)
    if change.graph:
        store.add_graph(change.graph)  # an empty document makes an empty graph
    for document in change.documents:
        if document.media_type == _JSON_LD:
            document = _as_triples(document, change.graph or _DEFAULT_STAND_IN)
        store.load(document.body, media_type=document.media_type, graph=change.graph)


def _as_triples(document: SubmittedDocument, graph: str) -> SubmittedDocument:
    """JSON-LD, which alone of all formats that are read here can name graphs, as N-Triples.

    Raises ``DataError`` where it names another graph than this one.
    """
    store = OxigraphStore.in_memory()
    store.load(document.body, media_type=document.media_type, graph=graph)
    others = [name for name in store.graph_names() if name != graph]
    if others:
        fault = Fault(
            message=f"the document names the graph <{others[0]}>",
            remedy="send the triples of one graph, or use a SPARQL update",
        )
        raise DataError("the document is more than one graph", [fault])
    body = "".join(f"{quad.triple} .\n" for quad in store.quads()).encode()
    return SubmittedDocument(media_type=_N_TRIPLES, body=body)
