"""SELECT on a store, decoded."""

import io
from collections.abc import Callable

from gfmdkg.formats.solutions import Solutions
from gfmdkg.store.answers import AnswerFormats
from gfmdkg.store.rdf_store import RdfStore

__all__ = ["Select", "select_from"]

Select = Callable[[str], Solutions]
"""Runs a SELECT and gives its solutions; raises ``QueryRejected``."""


def select_from(store: RdfStore) -> Select:
    """A function that runs a SELECT on the store's own dataset."""

    def select(query: str) -> Solutions:
        output = io.BytesIO()
        store.query(query, formats=AnswerFormats(), output=output)
        return Solutions.from_json(output.getvalue())

    return select
