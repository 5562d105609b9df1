"""From what stands in a cell to the resource that it names, and back."""

from collections.abc import Callable

from gfmdkg.curation.tables.columns import Column
from gfmdkg.curation.tables.faults import CellFault
from gfmdkg.curation.tables.record_types import RECORD_TYPES
from gfmdkg.errors import Ambiguous, Candidate
from gfmdkg.namespaces import ID_BASE, SCHEME_BASE, compact
from gfmdkg.terms.index import TermIndex

__all__ = ["Names"]

_KEPT = 50_000
# Only these can be records of the same file; a concept is never looked for there.
_OWN_TYPES = frozenset(name for known in RECORD_TYPES for name in known.classes)


class Names:
    """The names of the published graph and, where they are asked for, of the file itself.

    ``local`` indexes the records of the file; it is called once, when a name is met that the
    graph does not know.
    """

    def __init__(self, terms: TermIndex, *, local: Callable[[], TermIndex] | None = None) -> None:
        self._terms = terms
        self._make_local = local
        self._local: TermIndex | None = None
        self._known: dict[tuple[str, str], str | CellFault] = {}

    def close(self) -> None:
        """Let go of the names of the file; they are indexed anew if they are needed again."""
        self._local = None

    def resolve(self, text: str, column: Column) -> str:
        """The IRI of what ``text`` names in this column. Raises ``CellFault``."""
        key = (column.name, text)
        found = self._known.get(key)
        if found is None:
            if len(self._known) >= _KEPT:
                self._known.clear()
            try:
                found = self._look_up(text, column)
            except CellFault as fault:
                found = fault
            self._known[key] = found
        if isinstance(found, CellFault):
            raise CellFault(found.code, found.message, remedy=found.remedy, value=found.value)
        return found

    def show(self, iri: str, column: Column) -> str | None:
        """The shortest telling name that ``resolve`` takes back to this IRI, if there is any.

        A concept goes by its label, a record by its slug.
        """
        label = self._terms.label(iri) if column.schemes else None
        for name in (label, _slug(iri), compact(iri), iri):
            if name and self._names_only(name, iri, column):
                return name
        return None

    def _names_only(self, name: str, iri: str, column: Column) -> bool:
        try:
            return self._find_in(self._terms, name, column) == iri
        except Ambiguous:
            return False

    def _look_up(self, text: str, column: Column) -> str:
        try:
            found = self._find_in(self._terms, text, column)
            if found is not None:
                return found
            local = self._local_index() if set(column.types) & _OWN_TYPES else None
            found = None if local is None else self._find_in(local, text, column)
        except Ambiguous as error:
            raise _ambiguous(text, error.candidates) from error
        if found is not None:
            return found
        nearest = [*self._terms.nearest(text, types=column.types, schemes=column.scheme_iris)]
        if local is not None:
            nearest += local.nearest(text, types=column.types)
        raise _unknown(text, column, sorted(nearest, key=lambda c: -c.score)[:5])

    def _find_in(self, index: TermIndex, text: str, column: Column) -> str | None:
        return index.find(text, types=column.types, schemes=column.scheme_iris)

    def _local_index(self) -> TermIndex | None:
        if self._local is None and self._make_local is not None:
            self._local = self._make_local()
        return self._local


def _slug(iri: str) -> str | None:
    for base in (ID_BASE, SCHEME_BASE):
        if iri.startswith(base):
            return iri[len(base) :].partition("/")[2] or None
    return None


def what(column: Column) -> str:
    """What a column's names stand for, in words."""
    kinds = [scheme.slug for scheme in column.schemes]
    kinds += [t.replace("#", "/").rpartition("/")[2].lower() for t in column.types]
    return " or ".join(kinds)


def _offer(candidates: tuple[Candidate, ...] | list[Candidate]) -> str:
    return ", ".join(f"“{c.label}” ({_slug(c.iri) or compact(c.iri)})" for c in candidates)


def _unknown(text: str, column: Column, candidates: list[Candidate]) -> CellFault:
    nearest = f"nearest: {_offer(candidates)}" if candidates else "correct the name"
    return CellFault(
        "unknown-name", f"no {what(column)} is called “{text}”", remedy=nearest, value=text
    )


def _ambiguous(text: str, candidates: tuple[Candidate, ...]) -> CellFault:
    return CellFault(
        "ambiguous-name",
        f"“{text}” is the name of several: {_offer(candidates)}",
        remedy="use the short name in brackets",
        value=text,
    )
