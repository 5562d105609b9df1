"""What changed from version to version: as differences, by statement, and as conflicts."""

from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import closing
from itertools import groupby
from typing import Any

import pyoxigraph as ox

from gfmdkg.build.sources import PROVENANCE_GRAPH
from gfmdkg.errors import ConflictingStatement, RequestError
from gfmdkg.namespaces import BASE, GRAPH_BASE, compact
from gfmdkg.rdf.query_text import packaged_query
from gfmdkg.rdf.values import Term
from gfmdkg.store.comparison import compare_if_small
from gfmdkg.store.patches import Patch, graph_of, quads_of, statements_about
from gfmdkg.store.rdf_store import OxigraphStore
from gfmdkg.store.versions import Version, VersionStore

__all__ = [
    "Label",
    "as_html",
    "as_json",
    "as_text",
    "blame",
    "difference",
    "find_conflicts",
    "name_of",
    "value_of",
]

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
    patches = _patches_between(versions, first, last)
    if len(patches) == last - first:
        return Patch.compose(patches.values())
    if before.is_available and after.is_available:
        with (
            closing(OxigraphStore.open_read_only(before.database)) as old,
            closing(OxigraphStore.open_read_only(after.database)) as new,
        ):
            compared = compare_if_small(old, new, has_union=after.is_union)
            if compared is not None:
                return compared
    raise RequestError(
        f"what changed between versions {first} and {last} is not recorded in full, and"
        " they cannot be compared any more"
    )


def blame(versions: VersionStore, resource: str) -> list[tuple[ox.Quad, Version]]:
    """Each statement about a resource, by its IRI, and which version it came from.

    That is the oldest recorded version where none since has added it: it was there from the
    first build on, and its graph names the file. Blank nodes below the resource are followed.
    Sorted by graph and property.
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
    origins = zip(quads_of(texts), map(found.__getitem__, texts), strict=True)
    return sorted(origins, key=lambda o: (graph_of(o[0]), o[0].predicate.value))


def find_conflicts(
    patch: Patch, store: OxigraphStore, *, versions: VersionStore, base: int, current: Version
) -> tuple[ConflictingStatement, ...]:
    """What keeps a patch that was made against version ``base`` from meaning the same now.

    A statement to add that is there already, one to remove that is gone, and a value for a
    property of which there is one, which changed since. A version whose patch is not recorded
    is passed over for the third kind; the shapes find two values of it.
    """
    since = _patches_between(versions, base, current.number)
    obstacles = patch.obstacles(store)
    found = [
        *((s, "to be added, but there already", "added") for s in obstacles.added),
        *((s, "to be removed, but gone", "removed") for s in obstacles.removed),
    ]
    conflicts = [
        _conflict(s, reason, (n for n, made in since.items() if s in getattr(made, effect)))
        for s, reason, effect in found
    ]
    known = {statement for statement, _, _ in found}
    return (*conflicts, *_overtaken(patch, store, since, known))


def _conflict(statement: str, reason: str, versions: Iterable[int]) -> ConflictingStatement:
    since = max(versions, default=None)
    return ConflictingStatement(statement=statement, reason=reason, version=since)


def _overtaken(
    patch: Patch, store: OxigraphStore, since: Mapping[int, Patch], known: Collection[str]
) -> Iterable[ConflictingStatement]:
    net = Patch.compose(since.values())
    if not net or not patch.added:
        return
    single = _single_valued(store)
    changed = _slots(net, single)
    for text, statement in zip(patch.added, quads_of(patch.added), strict=True):
        slot = _slot(statement, single)
        if slot is not None and slot in changed and text not in known:
            versions = (number for number, made in since.items() if slot in _slots(made, single))
            yield _conflict(
                text, "to be added, but the one value of this property changed", versions
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
    query = packaged_query("gfmdkg.curation.changes", "conflicts.rq").text
    found: dict[ox.NamedNode, bool] = {}
    for property_, per_language in store.select(query).rows:
        if isinstance(property_, ox.NamedNode) and isinstance(per_language, ox.Literal):
            each = per_language.value == "true"
            found[property_] = found.get(property_, True) and each
    return found


def _patches_between(versions: VersionStore, first: int, last: int) -> Mapping[int, Patch]:
    """The recorded patches of the versions after ``first`` up to ``last``, by their numbers."""
    found = {number: versions.patch(number) for number in range(first + 1, last + 1)}
    return {number: patch for number, patch in found.items() if patch is not None}


Label = Callable[[str], str | None]
"""The label of a resource by its IRI, as ``TermIndex.label`` gives it."""


def as_text(patch: Patch, label_of: Label) -> str:
    """A block per resource: its label and IRI, then a line per statement with - or +.

    Like the page's fragment it leaves out the record of who published what, and counts it.
    """
    lines: list[str] = []
    shown = patch.without_graphs({PROVENANCE_GRAPH})
    for subject, statements in _by_resource(shown):
        lines.append(value_of(subject, label_of))
        for mark, s in statements:
            graph = graph_of(s).removeprefix(GRAPH_BASE) or "default graph"
            lines.append(
                f"  {mark} {name_of(s.predicate, label_of)}: "
                f"{value_of(s.object, label_of)}  [{graph}]"
            )
        lines.append("")
    lines.append(_counts(patch, shown))
    return "\n".join(lines)


def as_json(patch: Patch, label_of: Label) -> dict[str, Any]:
    """The same as JSON: ``added``, ``removed`` (counts) and ``resources`` with their changes."""
    return {
        "added": len(patch.added),
        "removed": len(patch.removed),
        "resources": [
            {
                **_cell(subject, label_of),
                "changes": [
                    {
                        "operation": "add" if mark == "+" else "remove",
                        "property": _cell(s.predicate, label_of),
                        "value": _cell(s.object, label_of),
                        "graph": graph_of(s),
                    }
                    for mark, s in statements
                ],
            }
            for subject, statements in _by_resource(patch)
        ],
    }


def as_html(patch: Patch, label_of: Label) -> str:
    """The same as a section of a page, with ``ins`` and ``del``, which speak for themselves."""
    # A command that shows no page loads nothing that writes one.
    from gfmdkg.http.rendering import render

    shown = patch.without_graphs({PROVENANCE_GRAPH})
    resources = as_json(shown, label_of)["resources"]
    values = {"counts": _counts(patch, shown), "resources": resources, "short": _short}
    return render("difference.html", {**values, "base": BASE.rstrip("/")}).decode() + "\n"


def name_of(term: Term, label_of: Label) -> str:
    """The label of a resource where it has one, else the shortest form of its IRI."""
    if isinstance(term, ox.NamedNode):
        return label_of(term.value) or _short(term.value)
    return str(term)


def value_of(term: Term, label_of: Label) -> str:
    """A value in one line: a quoted literal, or a resource by label and IRI."""
    if isinstance(term, ox.Literal):
        language = f"@{term.language}" if term.language else ""
        return f"“{term.value}”{language}"
    name = name_of(term, label_of)
    if not isinstance(term, ox.NamedNode) or name == _short(term.value):
        return name
    return f"{name} <{_short(term.value)}>"


def _by_resource(patch: Patch) -> list[tuple[Term, list[tuple[str, ox.Quad]]]]:
    """A patch by resource: its statements with ``-`` or ``+``, those that go first.

    Resources are sorted by IRI, statements by property.
    """
    marked = [("-", s) for s in quads_of(patch.removed)] + [("+", s) for s in quads_of(patch.added)]
    marked.sort(
        key=lambda pair: (str(pair[1].subject).strip("<>"), pair[1].predicate.value, pair[0] == "+")
    )
    groups = groupby(marked, key=lambda pair: pair[1].subject)
    return [(subject, list(statements)) for subject, statements in groups]


def _short(iri: str) -> str:
    return compact(iri) if not iri.startswith(BASE + "id/") else iri.removeprefix(BASE)


def _counts(patch: Patch, shown: Patch) -> str:
    hidden = len(patch.added) + len(patch.removed) - len(shown.added) - len(shown.removed)
    more = f", and {hidden} statements of provenance" if hidden else ""
    return f"{len(shown.added)} added, {len(shown.removed)} removed{more}"


def _cell(term: Term, label_of: Label) -> dict[str, Any]:
    if isinstance(term, ox.NamedNode):
        return {"iri": term.value, "label": label_of(term.value)}
    if isinstance(term, ox.Literal):
        datatype = term.datatype.value
        return {"literal": term.value, "datatype": datatype, "language": term.language}
    return {"blank": str(term).removeprefix("_:"), "label": None}
