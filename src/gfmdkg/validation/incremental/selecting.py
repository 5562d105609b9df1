"""SELECT on a store, decoded."""

import io
from collections.abc import Callable

from gfmdkg.formats.solutions import Solutions
from gfmdkg.store.rdf_store import AnswerFormats, OxigraphStore

__all__ = ["Select", "select_on"]

Select = Callable[[str], Solutions]


def select_on(store: OxigraphStore) -> Select:
    """A function that runs a SELECT on the default graph of a store."""

    def select(query: str) -> Solutions:
        output = io.BytesIO()
        store.query(query, formats=AnswerFormats(), output=output)
        return Solutions.from_json(output.getvalue())

    return select
