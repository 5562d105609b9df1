"""SELECT on a store, in terms of ours."""

from collections.abc import Callable

from gfmdkg.formats.solutions import Solutions
from gfmdkg.store.rdf_store import OxigraphStore
from gfmdkg.store.walking import StoredTerm, to_value
from gfmdkg.terms.values import Term

__all__ = ["Select", "select_from"]

Select = Callable[[str], Solutions]
"""Runs a SELECT and gives its solutions; raises ``QueryRejected``."""


class _Values(dict[StoredTerm | None, Term | None]):
    """Terms of ours by the engine's, each made once: an answer repeats kinds, sessions, labels."""

    def __missing__(self, term: StoredTerm | None) -> Term | None:
        self[term] = value = None if term is None else to_value(term)
        return value


def select_from(store: OxigraphStore) -> Select:
    """A function that runs a SELECT on the store's own dataset."""

    def select(query: str) -> Solutions:
        variables, rows = store.select_rows(query)
        values = _Values()
        return Solutions(
            variables=variables, rows=tuple(tuple([values[term] for term in row]) for row in rows)
        )

    return select
