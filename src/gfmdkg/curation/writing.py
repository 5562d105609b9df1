"""One change, one version: apply, settle, derive, validate, publish; or leave no trace."""

from collections.abc import Callable, Collection, Mapping
from contextlib import closing
from dataclasses import dataclass

from gfmdkg.build.derivation import derive_links_about
from gfmdkg.errors import Conflict, DataRejected, NotFound
from gfmdkg.store.comparison import compare_around, compare_stores
from gfmdkg.store.homes import leave_out
from gfmdkg.store.patches import Patch, quads_of, statements_of, subjects_of
from gfmdkg.store.rdf_store import OxigraphStore
from gfmdkg.store.union import settle_union
from gfmdkg.store.updating import carry_out
from gfmdkg.store.versions import Draft, Origin, Version, VersionStore
from gfmdkg.validation import Report

__all__ = [
    "Change",
    "DeleteGraph",
    "MergeGraph",
    "ReplaceGraph",
    "Settled",
    "SparqlUpdate",
    "Validate",
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


Validate = Callable[[OxigraphStore, Patch | None], Report]
"""What the rules say of a draft that differs from its base by the patch, or in ways that are not
known; a violation forbids to publish it."""


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
    base = versions.require_current()
    with versions.writing(wait_seconds=wait_seconds) as draft:
        base = draft.base or base
        is_union = base.default_graph == "union"
        touched, created = _apply(change, draft, is_union=is_union)
        settled = settle(draft, base, touched)
        report = validate(draft.store, settled.patch)
        if not report.conforms:
            raise DataRejected(report.faults)
        version = draft.publish(
            message=message + settled.note,
            origin=Origin.UPDATE,
            sources_hash=base.sources_hash,
            default_graph=base.default_graph,
            patch=settled.patch,
        )
    return Written(version=version, created=created)


def settle(
    draft: Draft,
    base: Version,
    touched: Collection[str] | None,
    *,
    leaves_out: bool = True,
) -> Settled:
    """Make derived links and the union of all graphs follow, and tell what differs from the base.

    ``touched`` are the only statements that the change may have added or removed; where they
    are not known, both states are read to tell them. What came into a graph of ours although
    another of them holds it goes again, unless not ``leaves_out``.
    """
    store, is_union = draft.store, base.default_graph == "union"
    with closing(OxigraphStore.open_read_only(base.database)) as before:
        if touched is None:
            whole = compare_stores(before, store, has_union=False)
            touched = (*whole.added, *whole.removed)
        if is_union:
            settle_union(store, before, touched)
        derived = derive_links_about(store, before, subjects_of(touched), is_union=is_union)
        derived.apply(store, is_union=is_union)
        left_out = leave_out(store, before, quads_of(touched)) if leaves_out else {}
        touched = (*touched, *derived.added, *derived.removed)
        patch = compare_around(before, store, touched, has_union=is_union)
    return Settled(patch=patch, left_out=left_out)


def _apply(change: Change, draft: Draft, *, is_union: bool) -> tuple[Collection[str] | None, bool]:
    """The statements that may differ after a change, and whether it made a graph."""
    store = draft.store
    if isinstance(change, SparqlUpdate):
        return carry_out(store, change.text, base_iri=change.base_iri), False
    if not change.graph and is_union:
        raise Conflict(
            "the default graph is the union of all graphs here; name the graph to write: ?graph="
        )
    exists = not change.graph or store.has_graph(change.graph)
    before = statements_of(store, change.graph)
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
    return before ^ statements_of(store, change.graph), not exists


def _load(store: OxigraphStore, change: ReplaceGraph | MergeGraph) -> None:
    if change.graph:
        store.add_graph(change.graph)  # an empty document makes an empty graph
    store.load(change.body, media_type=change.media_type, graph=change.graph)
