"""One change, one version: apply, settle, derive, validate, publish; or leave no trace."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from gfmdkg.build.derivation import DERIVED_GRAPH, derive_links
from gfmdkg.errors import Conflict, DataRejected, Fault, NotFound
from gfmdkg.store.rdf_store import OxigraphStore
from gfmdkg.store.union import settle_union
from gfmdkg.store.versions import Draft, Origin, Version, VersionStore

__all__ = [
    "Change",
    "DeleteGraph",
    "MergeGraph",
    "ReplaceGraph",
    "SparqlUpdate",
    "Written",
    "settle",
    "write",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class SparqlUpdate:
    """A SPARQL 1.1 update; its dataset parameters are already part of ``text``."""

    text: str
    base_iri: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplaceGraph:
    """Make a graph hold a document and nothing else; ``""`` is the default graph."""

    graph: str
    body: bytes
    media_type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeGraph:
    """Add a document to a graph; ``""`` is the default graph."""

    graph: str
    body: bytes
    media_type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteGraph:
    """Remove a graph; ``""`` empties the default graph."""

    graph: str


Change = SparqlUpdate | ReplaceGraph | MergeGraph | DeleteGraph


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """The version that a change made; ``created`` says whether the graph is new in it."""

    version: Version
    created: bool


def write(
    change: Change,
    versions: VersionStore,
    *,
    validate: Callable[[OxigraphStore], Sequence[Fault]],
    message: str,
    wait_seconds: float = 60,
) -> Written:
    """Publish the current version with one change as the next version.

    ``validate`` gives the faults that forbid it. Raises ``DataRejected`` with them,
    ``QueryRejected`` or ``DataError`` for a change that cannot be read, ``NotFound`` for a
    graph to delete that is not there, and ``Conflict`` for a write to a default graph that
    is the union of the others, or where another writer keeps the lock. After any of these,
    and after a kill at any moment, the former version is in use.
    """
    base = versions.require_current()
    with versions.writing(wait_seconds=wait_seconds) as draft:
        base = draft.base or base
        is_union = base.default_graph == "union"
        created = _apply(change, draft, is_union=is_union)
        settle(draft, base)
        faults = validate(draft.store)
        if faults:
            raise DataRejected(faults)
        version = draft.publish(
            message=message,
            origin=Origin.UPDATE,
            sources_hash=base.sources_hash,
            default_graph=base.default_graph,
            touched=None if isinstance(change, SparqlUpdate) else {change.graph, DERIVED_GRAPH},
        )
    return Written(version=version, created=created)


def settle(draft: Draft, base: Version) -> None:
    """Make the derived links and the union of all graphs follow from a changed draft."""
    if base.default_graph != "union":
        derive_links(draft.store)
        return
    before = OxigraphStore.open_read_only(base.database)
    settle_union(draft.store, before)
    derive_links(draft.store)
    settle_union(draft.store, before)
    before.close()


def _apply(change: Change, draft: Draft, *, is_union: bool) -> bool:
    store = draft.store
    if isinstance(change, SparqlUpdate):
        store.update(change.text, base_iri=change.base_iri)
        return False
    if not change.graph and is_union:
        raise Conflict(
            "the default graph is the union of all graphs here; name the graph to write: ?graph="
        )
    exists = not change.graph or store.has_graph(change.graph)
    match change:
        case DeleteGraph(graph=graph):
            if not exists:
                raise NotFound("graph", graph)
            if graph:
                store.remove_graph(graph)
            else:
                store.clear_graph("")
        case ReplaceGraph(graph=graph):
            store.clear_graph(graph) if exists else None
            _load(store, change)
        case MergeGraph():
            _load(store, change)
    return not exists


def _load(store: OxigraphStore, change: ReplaceGraph | MergeGraph) -> None:
    if change.graph:
        store.add_graph(change.graph)  # an empty document makes an empty graph
    store.load(change.body, media_type=change.media_type, graph=change.graph)
