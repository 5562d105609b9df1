"""Conflicts: where the graph has changed since in a way that a patch did not reckon with."""

from collections.abc import Iterable, Mapping

import pyoxigraph as ox

from gfmdkg.errors import Clash
from gfmdkg.sparql.query_text import packaged_query
from gfmdkg.store.patches import Patch, quads_of
from gfmdkg.store.rdf_store import OxigraphStore
from gfmdkg.store.versions import Version, VersionStore
from gfmdkg.terms.values import Term

__all__ = ["find_clashes", "patches_between"]

# Subject, property, and the language where each language has one value.
_Slot = tuple[Term, ox.NamedNode, str | None]


def patches_between(
    versions: VersionStore, first: int, last: int
) -> tuple[tuple[int, Patch | None], ...]:
    """The recorded patches of the versions after ``first`` up to ``last``, with their numbers."""
    return tuple((number, versions.patch(number)) for number in range(first + 1, last + 1))


def find_clashes(
    patch: Patch, store: OxigraphStore, *, versions: VersionStore, base: int, current: Version
) -> tuple[Clash, ...]:
    """What keeps a patch that was made against version ``base`` from meaning the same now.

    A statement to add that is there already, one to remove that is gone, and a value for a
    property of which there is one, which changed since. A version whose patch is not recorded
    is passed over for the third kind; the shapes find two values of it.
    """
    since = patches_between(versions, base, current.number)
    obstacles = patch.obstacles(store)
    clashes = [
        Clash(
            statement=s, reason="to be added, but there already", version=_latest(s, since, "added")
        )
        for s in obstacles.added
    ]
    clashes += [
        Clash(statement=s, reason="to be removed, but gone", version=_latest(s, since, "removed"))
        for s in obstacles.removed
    ]
    known = {clash.statement for clash in clashes}
    clashes += (c for c in _overtaken(patch, store, since) if c.statement not in known)
    return tuple(clashes)


def _overtaken(
    patch: Patch, store: OxigraphStore, since: Iterable[tuple[int, Patch | None]]
) -> Iterable[Clash]:
    net = Patch.compose(p for _, p in since if p is not None)
    if not net or not patch.added:
        return
    single = _single_valued(store)
    changed = {_slot(s, single) for s in quads_of((*net.added, *net.removed))} - {None}
    for text, statement in zip(patch.added, quads_of(patch.added), strict=True):
        slot = _slot(statement, single)
        if slot is not None and slot in changed:
            numbers = [n for n, p in since if p is not None and _touches(p, slot, single)]
            yield Clash(
                statement=text,
                reason="to be added, but the one value of this property changed",
                version=numbers[-1],
            )


def _touches(patch: Patch, slot: _Slot, single: Mapping[ox.NamedNode, bool]) -> bool:
    return any(_slot(s, single) == slot for s in quads_of((*patch.added, *patch.removed)))


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


def _latest(statement: str, since: Iterable[tuple[int, Patch | None]], what: str) -> int | None:
    """The last version that ``added`` or ``removed`` a statement."""
    numbers = (n for n, p in since if p is not None and statement in getattr(p, what))
    return max(numbers, default=None)
