"""What happened: the difference of two versions, and where each statement came from."""

from collections.abc import Iterable
from dataclasses import dataclass

import pyoxigraph as ox

from gfmdkg.curation.changes.clashes import patches_between
from gfmdkg.errors import RequestError
from gfmdkg.store.comparison import compare_if_small
from gfmdkg.store.patches import Patch, graph_of, quads_of, statements_about
from gfmdkg.store.rdf_store import OxigraphStore
from gfmdkg.store.versions import Version, VersionStore
from gfmdkg.terms.values import Term

__all__ = ["Origins", "blame", "describe_difference", "difference"]


def difference(versions: VersionStore, first: int, last: int) -> Patch:
    """What version ``last`` has more and less than ``first``; either may be the later one.

    Found from the recorded patches, so both may be pruned. Where one of those is missing the
    two are compared; raises ``RequestError`` where that cannot be done, and ``NotFound``.
    """
    if first > last:
        return difference(versions, last, first).inverse
    versions.record(first), versions.record(last)
    patches = [patch for _, patch in patches_between(versions, first, last)]
    if all(patch is not None for patch in patches):
        return Patch.compose(patch for patch in patches if patch is not None)
    compared = _compare(versions.record(first), versions.record(last))
    if compared is None:
        raise RequestError(
            f"what changed between versions {first} and {last} is not recorded in full, and"
            " they cannot be compared any more"
        )
    return compared


def _compare(first: Version, last: Version) -> Patch | None:
    if not (first.is_available and last.is_available):
        return None
    before = OxigraphStore.open_read_only(first.database)
    after = OxigraphStore.open_read_only(last.database)
    try:
        return compare_if_small(before, after, has_union=last.default_graph == "union")
    finally:
        before.close()
        after.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class Origins:
    """A statement and the version that it came with.

    ``version`` is the oldest recorded version where none since has added it: it was there
    from the first build on, and its graph names the file.
    """

    statement: ox.Quad
    version: Version


def blame(versions: VersionStore, resource: str, *, number: int | None = None) -> list[Origins]:
    """Each statement about a resource, by its IRI, and which version it came from.

    Blank nodes below the resource are followed. ``number`` is the version to explain, else
    the current one. Sorted by graph and property.
    """
    version = versions.require_current() if number is None else versions.get(number)
    store = OxigraphStore.open_read_only(version.database)
    try:
        unexplained = set(statements_about(store, resource))
    finally:
        store.close()
    found: list[tuple[str, Version]] = []
    oldest = version
    for record in reversed(versions.history()):
        if record.number > version.number:
            continue
        oldest = record
        patch = versions.patch(record.number) if unexplained else None
        if patch is not None:
            explained = unexplained.intersection(patch.added)
            found += ((statement, record) for statement in explained)
            unexplained -= explained
    found += ((statement, oldest) for statement in unexplained)
    found.sort(key=lambda pair: pair[0])
    statements = quads_of(statement for statement, _ in found)
    origins = [Origins(statement=s, version=v) for s, (_, v) in zip(statements, found, strict=True)]
    return sorted(origins, key=lambda o: (graph_of(o.statement), o.statement.predicate.value))


def describe_difference(
    patch: Patch,
) -> list[tuple[Term, list[tuple[str, ox.Quad]]]]:
    """A patch by resource: its statements with ``-`` or ``+``, those that go first.

    Resources are sorted by IRI, statements by property.
    """
    by_subject: dict[Term, list[tuple[str, ox.Quad]]] = {}
    marked = [*_marked("-", patch.removed), *_marked("+", patch.added)]
    for mark, statement in marked:
        by_subject.setdefault(statement.subject, []).append((mark, statement))
    for statements in by_subject.values():
        statements.sort(key=lambda pair: (pair[1].predicate.value, pair[0] == "+"))
    return sorted(by_subject.items(), key=lambda item: str(item[0]).strip("<>"))


def _marked(mark: str, statements: Iterable[str]) -> list[tuple[str, ox.Quad]]:
    return [(mark, statement) for statement in quads_of(statements)]
