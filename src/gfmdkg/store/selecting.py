"""SELECT on a store: the answer as it is written, or decoded."""

import io
from collections.abc import Callable

from gfmdkg.formats.solutions import Solutions
from gfmdkg.store.answers import AnswerFormats
from gfmdkg.store.rdf_store import RdfStore

__all__ = ["Select", "read_answer", "select_from"]

Select = Callable[[str], Solutions]
"""Runs a SELECT and gives its solutions; raises ``QueryRejected``."""


def select_from(store: RdfStore) -> Select:
    """A function that runs a SELECT on the store's own dataset."""
    return lambda query: Solutions.from_json(read_answer(store, query, AnswerFormats()))


def read_answer(store: RdfStore, query: str, formats: AnswerFormats) -> bytes:
    """The answer to a query on the store's own dataset, in one of these formats."""
    output = io.BytesIO()
    store.query(query, formats=formats, output=output)
    return output.getvalue()
