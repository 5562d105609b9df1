"""Rebuilding versions from the files and the recorded patches, to prove that nothing is missing."""

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace

from gfmdkg.build.assembly import assemble
from gfmdkg.build.sources import collect_sources, hash_sources
from gfmdkg.errors import RequestError
from gfmdkg.paths import Content
from gfmdkg.queries import Catalog
from gfmdkg.store.comparison import hash_content
from gfmdkg.store.rdf_store import OxigraphStore
from gfmdkg.store.versions import Origin, Version, VersionStore

__all__ = ["Rebuilt", "rebuild_all", "rebuild_one"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rebuilt:
    """What came of rebuilding a version.

    ``agrees`` says whether the content hash is that of the record; it is ``None`` for a
    version that could not be rebuilt, and ``reason`` says why.
    """

    version: Version
    agrees: bool | None
    reason: str


def rebuild_all(
    versions: VersionStore, content: Content, *, progress: Callable[[str], None] = lambda _: None
) -> Iterator[Rebuilt]:
    """Rebuild every version from the files and the patches, and compare content hashes.

    The databases that are there still are hashed anew as well.

    The beginning is a version that was built from these very files, or one that was made out
    of nothing; from there on patches lead to later versions, and undone ones to earlier.
    """
    done: dict[int, Rebuilt] = {}
    for version, store in _rebuilt(versions, content):
        progress(f"rebuilding version {version.number}")
        done[version.number] = _compare(store, version)
    for version in versions.history():
        rebuilt = done.get(version.number) or Rebuilt(
            version=version,
            agrees=None,
            reason="no recorded patch leads to it from the files at hand",
        )
        yield _with_database(rebuilt)


def rebuild_one(versions: VersionStore, content: Content, number: int) -> OxigraphStore:
    """A version in memory, rebuilt from the files and the patches.

    Raises ``NotFound``, and ``RequestError`` where nothing leads to it.
    """
    versions.record(number)
    for version, store in _rebuilt(versions, content):
        if version.number == number:
            return store
    raise RequestError(f"no recorded patch leads to version {number} from the files at hand")


def _rebuilt(versions: VersionStore, content: Content) -> Iterator[tuple[Version, OxigraphStore]]:
    """Each version that files and patches lead to, in a store that goes on to be another."""
    done: set[int] = set()
    for anchor in _anchors(versions.history(), content):
        if anchor.number not in done:
            for step in (1, -1):
                for version, store in _states(versions, content, anchor, step=step):
                    done.add(version.number)
                    yield version, store


def _anchors(history: tuple[Version, ...], content: Content) -> list[Version]:
    """The versions that can be made without a patch; the latest that are built come first."""
    built: list[Version] = []
    hashes: dict[str, str] = {}
    for version in reversed(history):
        graph = version.default_graph
        if version.origin is Origin.BUILD:
            if graph not in hashes:
                hashes[graph] = hash_sources(content, default_graph=graph)
            if version.sources_hash == hashes[graph]:
                built.append(version)
    return built + [v for v in history if v.parent is None and v.origin is Origin.EMPTY]


def _states(
    versions: VersionStore, content: Content, anchor: Version, *, step: int
) -> Iterator[tuple[Version, OxigraphStore]]:
    """An anchor, and the later (``step`` 1) or earlier (-1) versions that patches lead to.

    They come in one store, which becomes each of them in turn.
    """
    store, before = OxigraphStore.in_memory(), anchor
    if anchor.origin is Origin.BUILD:
        assemble(store, collect_sources(content), Catalog.load(content.queries))
        if anchor.default_graph == "strict":
            store.clear_graph("")
    yield anchor, store
    for version in versions.history()[::step]:
        if (version.number - anchor.number) * step <= 0:
            continue
        patch = versions.patch(max(before.number, version.number))
        if patch is None:
            return
        patch = patch if step > 0 else patch.inverse
        patch.apply(store, is_union=version.is_union)
        yield version, store
        before = version


def _with_database(rebuilt: Rebuilt) -> Rebuilt:
    """The same, unless the version's own database is not what its record says."""
    version = rebuilt.version
    if not version.is_available:
        return rebuilt
    with closing(OxigraphStore.open_read_only(version.database)) as store:
        held = _compare(store, version)
    if held.agrees:
        return rebuilt
    return replace(held, reason=f"its database holds {held.reason}")


def _compare(store: OxigraphStore, version: Version) -> Rebuilt:
    found = hash_content(store, has_union=version.is_union)
    agrees = found == version.content_hash
    reason = "the same content" if agrees else f"content {found[:16]} instead"
    return Rebuilt(version=version, agrees=agrees, reason=reason)
