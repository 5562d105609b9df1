"""What happened since: differences, where each statement came from, and what clashes with it."""

from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass

import pyoxigraph as ox

from gfmdkg.errors import Clash, RequestError
from gfmdkg.rdf.query_text import packaged_query
from gfmdkg.rdf.values import Term
from gfmdkg.store.comparison import compare_if_small
from gfmdkg.store.patches import Patch, graph_of, quads_of, statements_about
from gfmdkg.store.rdf_store import OxigraphStore
from gfmdkg.store.versions import Version, VersionStore

__all__ = ["Origins", "blame", "difference", "find_clashes"]

# Subject, property, and the language where each language has one value.
_Slot = tuple[Term, ox.NamedNode, str | None]


def difference(versions: VersionStore, first: int, last: int) -> Patch:
    """What version ``last`` has more and less than ``first``; either may be the later one.

    Found from the recorded patches, so both may be pruned. Where one of those is missing the
    two are compared; raises ``RequestError`` where that cannot be done, and ``NotFound``.
    """
    if first > last:
        return difference(versions, last, first).inverse
    before, after = versions.record(first), versions.record(last)
    patches = [patch for _, patch in _patches_between(versions, first, last)]
    if all(patch is not None for patch in patches):
        return Patch.compose(patch for patch in patches if patch is not None)
    if before.is_available and after.is_available:
        with (
            closing(OxigraphStore.open_read_only(before.database)) as old,
            closing(OxigraphStore.open_read_only(after.database)) as new,
        ):
            compared = compare_if_small(old, new, has_union=after.default_graph == "union")
            if compared is not None:
                return compared
    raise RequestError(
        f"what changed between versions {first} and {last} is not recorded in full, and"
        " they cannot be compared any more"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Origins:
    """A statement and the version that it came with.

    ``version`` is the oldest recorded version where none since has added it: it was there
    from the first build on, and its graph names the file.
    """

    statement: ox.Quad
    version: Version


def blame(versions: VersionStore, resource: str) -> list[Origins]:
    """Each statement about a resource, by its IRI, and which version it came from.

    Blank nodes below the resource are followed. Sorted by graph and property.
    """
    current = versions.require_current()
    with closing(OxigraphStore.open_read_only(current.database)) as store:
        unexplained = set(statements_about(store, resource))
    found: dict[str, Version] = {}
    history = [version for version in versions.history() if version.number <= current.number]
    for version in reversed(history):
        patch = versions.patch(version.number) if unexplained else None
        if patch is not None:
            explained = unexplained.intersection(patch.added)
            found |= dict.fromkeys(explained, version)
            unexplained -= explained
    found |= dict.fromkeys(unexplained, history[0])
    texts = sorted(found)
    origins = [
        Origins(statement=statement, version=found[text])
        for text, statement in zip(texts, quads_of(texts), strict=True)
    ]
    return sorted(origins, key=lambda o: (graph_of(o.statement), o.statement.predicate.value))


def find_clashes(
    patch: Patch, store: OxigraphStore, *, versions: VersionStore, base: int, current: Version
) -> tuple[Clash, ...]:
    """What keeps a patch that was made against version ``base`` from meaning the same now.

    A statement to add that is there already, one to remove that is gone, and a value for a
    property of which there is one, which changed since. A version whose patch is not recorded
    is passed over for the third kind; the shapes find two values of it.
    """
    between = _patches_between(versions, base, current.number)
    since = {number: made for number, made in between if made is not None}
    obstacles = patch.obstacles(store)
    clashes = [
        _clash(s, "to be added, but there already", (n for n, p in since.items() if s in p.added))
        for s in obstacles.added
    ]
    clashes += (
        _clash(s, "to be removed, but gone", (n for n, p in since.items() if s in p.removed))
        for s in obstacles.removed
    )
    known = {clash.statement for clash in clashes}
    clashes += (c for c in _overtaken(patch, store, since) if c.statement not in known)
    return tuple(clashes)


def _clash(statement: str, reason: str, versions: Iterable[int]) -> Clash:
    return Clash(statement=statement, reason=reason, version=max(versions, default=None))


def _overtaken(patch: Patch, store: OxigraphStore, since: Mapping[int, Patch]) -> Iterable[Clash]:
    net = Patch.compose(since.values())
    if not net or not patch.added:
        return
    single = _single_valued(store)
    changed = _slots(net, single)
    for text, statement in zip(patch.added, quads_of(patch.added), strict=True):
        slot = _slot(statement, single)
        if slot is not None and slot in changed:
            yield _clash(
                text,
                "to be added, but the one value of this property changed",
                (number for number, made in since.items() if slot in _slots(made, single)),
            )


def _slots(patch: Patch, single: Mapping[ox.NamedNode, bool]) -> set[_Slot | None]:
    return {_slot(s, single) for s in quads_of((*patch.added, *patch.removed))}


def _slot(statement: ox.Quad, single: Mapping[ox.NamedNode, bool]) -> _Slot | None:
    """The place that one value can hold; ``None`` for a property that may have many."""
    per_language = single.get(statement.predicate)
    if per_language is None:
        return None
    value = statement.object
    language = value.language if per_language and isinstance(value, ox.Literal) else None
    return (statement.subject, statement.predicate, language)


def _single_valued(store: OxigraphStore) -> Mapping[ox.NamedNode, bool]:
    """Property to whether it has one value a language; one value at all prevails."""
    query = packaged_query("gfmdkg.curation.changes", "clashes.rq").text
    found: dict[ox.NamedNode, bool] = {}
    for property_, per_language in store.select(query).rows:
        if isinstance(property_, ox.NamedNode) and isinstance(per_language, ox.Literal):
            each = per_language.value == "true"
            found[property_] = found.get(property_, True) and each
    return found


def _patches_between(
    versions: VersionStore, first: int, last: int
) -> tuple[tuple[int, Patch | None], ...]:
    """The recorded patches of the versions after ``first`` up to ``last``, with their numbers."""
    return tuple((number, versions.patch(number)) for number in range(first + 1, last + 1))
