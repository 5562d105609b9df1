"""SELECT on a store."""

from collections.abc import Callable

from gfmdkg.formats.solutions import Solutions
from gfmdkg.store.rdf_store import OxigraphStore

__all__ = ["Select", "select_from"]

Select = Callable[[str], Solutions]
"""Runs a SELECT and gives its solutions; raises ``QueryRejected``."""


def select_from(store: OxigraphStore) -> Select:
    """A function that runs a SELECT on the store's own dataset."""

    def select(query: str) -> Solutions:
        variables, rows = store.select_rows(query)
        return Solutions(variables=variables, rows=tuple(rows))

    return select
