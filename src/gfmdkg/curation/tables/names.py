"""From what stands in a cell to the resource that it names, and back."""

from collections.abc import Callable, Sequence
from functools import cached_property, lru_cache

from gfmdkg.curation.tables.cells import CellFault
from gfmdkg.curation.tables.columns import Column, record_types
from gfmdkg.errors import Ambiguous, Candidate
from gfmdkg.namespaces import ID_BASE, SCHEME_BASE, compact
from gfmdkg.terms.index import TermIndex

__all__ = ["Names"]

_KEPT = 50_000


class Names:
    """The names of the published graph and, where they are asked for, of the file itself.

    ``local`` indexes the records of the file; it is called once, when a name is met that the
    graph does not know.
    """

    def __init__(
        self, terms: TermIndex, *, local: Callable[[], TermIndex | None] = lambda: None
    ) -> None:
        self._terms = terms
        self._make_local = local
        # The names of a long table are few, and those at fault cost the most.
        self._look_up = lru_cache(_KEPT)(self._find)

    def resolve(self, text: str, column: Column) -> str:
        """The IRI of what ``text`` names in this column. Raises ``CellFault``."""
        found = self._look_up(text, column)
        if isinstance(found, CellFault):
            raise found.with_traceback(None)
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
            return _find_in(self._terms, name, column) == iri
        except Ambiguous:
            return False

    def _find(self, text: str, column: Column) -> str | CellFault:
        # Only a record can be of the same file; a concept is never looked for there.
        own = {name for known in record_types() for name in known.classes}
        local = None
        try:
            found = _find_in(self._terms, text, column)
            if found is None and not own.isdisjoint(column.types):
                local = self._local
                found = None if local is None else _find_in(local, text, column)
        except Ambiguous as error:
            return _ambiguous(text, error.candidates)
        if found is not None:
            return found
        nearest = [
            candidate
            for index in (self._terms, local)
            if index is not None
            for candidate in index.nearest(text, types=column.types, schemes=column.schemes)
        ]
        return _unknown(text, column, sorted(nearest, key=lambda c: -c.score)[:5])

    @cached_property
    def _local(self) -> TermIndex | None:
        return self._make_local()


def _find_in(index: TermIndex, text: str, column: Column) -> str | None:
    return index.find(text, types=column.types, schemes=column.schemes)


def _slug(iri: str) -> str | None:
    for base in (ID_BASE, SCHEME_BASE):
        if iri.startswith(base):
            return iri[len(base) :].partition("/")[2] or None
    return None


def _offer(candidates: Sequence[Candidate]) -> str:
    return ", ".join(f"“{c.label}” ({_slug(c.iri) or compact(c.iri)})" for c in candidates)


def _unknown(text: str, column: Column, candidates: Sequence[Candidate]) -> CellFault:
    kinds = [scheme.removeprefix(SCHEME_BASE) for scheme in column.schemes]
    kinds += [t.replace("#", "/").rpartition("/")[2].lower() for t in column.types]
    nearest = f"nearest: {_offer(candidates)}" if candidates else "correct the name"
    message = f"no {' or '.join(kinds)} is called “{text}”"
    return CellFault("unknown-name", message, remedy=nearest, value=text)


def _ambiguous(text: str, candidates: Sequence[Candidate]) -> CellFault:
    return CellFault(
        "ambiguous-name",
        f"“{text}” is the name of several: {_offer(candidates)}",
        remedy="use the short name in brackets",
        value=text,
    )
