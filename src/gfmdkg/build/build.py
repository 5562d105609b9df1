"""Building a version: read, derive, validate, publish; or refuse with all faults at once."""

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gfmdkg.build.sources import hash_sources, is_built_from
from gfmdkg.errors import DataError, Fault, StoreError
from gfmdkg.paths import Content
from gfmdkg.store.versions import Origin, Version, VersionStore

if TYPE_CHECKING:
    from gfmdkg.validation import Report

__all__ = ["Built", "beginning", "build", "ensure_built", "ensure_empty"]

_EMPTY = "empty"


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """A version that was built just now, and what the validation found beside it."""

    version: Version
    report: "Report"


def build(
    content: Content,
    versions: VersionStore,
    *,
    default_graph: str = "union",
    discard_changes: bool = False,
    progress: Callable[[str], None] = lambda _: None,
) -> Built:
    """Build the graph from its files and publish it as the next version.

    ``progress`` hears a line before each stage. Raises ``DataError``, ``OntologyError`` or
    ``CatalogError`` with all faults of the stage, and leaves the former version in use;
    raises ``StoreError`` where the store holds changes of its own that a build would drop,
    unless ``discard_changes``.
    """
    # Most who ask for the graph find it built, and wait for nothing that builds it.
    from gfmdkg.build.assembly import assemble, validate_store
    from gfmdkg.build.sources import collect_sources
    from gfmdkg.queries import Catalog
    from gfmdkg.search.building import INDEX_NAME, build_index
    from gfmdkg.store.names import NAMES_NAME, write_names

    current = versions.current()
    if current is not None and current.origin.is_change and not discard_changes:
        fault = Fault(
            message=f"version {current.number} is one of them: {current.message}",
            file=str(versions.root),
            remedy="build into another --store, or add --discard-changes: the versions stay",
        )
        raise StoreError("a build would leave out changes that were made in the store", [fault])
    progress("reading the sources")
    sources = collect_sources(content)
    catalog = Catalog.load(content.queries)
    sources_hash = hash_sources(content, default_graph=default_graph)
    with _uncollected(), versions.writing(from_nothing=True) as draft:
        store = draft.store
        progress(f"loading {len(sources)} files")
        assemble(store, sources, catalog)
        progress(f"validating {len(store)} quads")
        report = validate_store(store, sources, content, kept=draft.folder)
        if not report.conforms:
            count = f"{len(report.faults)} fault" + ("" if len(report.faults) == 1 else "s")
            raise DataError(f"the data has {count}", report.faults)
        if default_graph == "strict":
            store.clear_graph("")
        progress("indexing")
        build_index(draft.folder / INDEX_NAME, store.select)
        write_names(draft.folder / NAMES_NAME, store)
        progress("publishing")
        version = draft.publish(
            message=f"built from {len(sources)} files",
            origin=Origin.BUILD,
            sources_hash=sources_hash,
            default_graph=default_graph,
        )
    return Built(version=version, report=report)


@contextmanager
def _uncollected() -> Iterator[None]:
    """No search for cycles: what is read stays to the end, and would be walked time and again."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def ensure_built(
    content: Content,
    versions: VersionStore,
    *,
    default_graph: str = "union",
    progress: Callable[[str], None] = lambda _: None,
) -> Version:
    """The current version, built first where the sources changed since.

    A store that holds changes of its own is left as it is, and ``progress`` is told.
    """
    current = versions.current()
    if current is not None and is_built_from(current, content, default_graph=default_graph):
        return current
    if current is None or current.origin is Origin.BUILD:
        return build(content, versions, default_graph=default_graph, progress=progress).version
    progress(
        f"the store at {versions.root} holds changes of its own, so version {current.number}"
        " stays in use although the shipped content differs"
    )
    return current


def ensure_empty(versions: VersionStore, *, default_graph: str = "union") -> Version:
    """The current version of a store that began empty; begins one where there is none.

    Raises ``StoreError`` where the store was built from files.
    """
    current = versions.current()
    if current is None:
        with versions.writing() as draft:
            return draft.publish(
                message="empty start",
                origin=Origin.EMPTY,
                sources_hash=_EMPTY,
                default_graph=default_graph,
            )
    if current.sources_hash != _EMPTY or current.default_graph != default_graph:
        fault = Fault(
            message=f"version {current.number} is not one of an empty {default_graph} store",
            file=str(versions.root),
            remedy="name another folder with --store",
        )
        raise StoreError("the store is not one that began empty", [fault])
    return current


@contextmanager
def beginning(versions: VersionStore, *, default_graph: str) -> Iterator[None]:
    """A store without a version begins empty, and has none again where the block fails."""
    first = ensure_empty(versions, default_graph=default_graph) if not versions.current() else None
    try:
        yield
    except BaseException:
        if first is not None:
            versions.withdraw(first)
        raise
