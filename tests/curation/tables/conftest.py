"""The names and records of the shipped graph."""

from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path

import pytest

from gfmdkg.formats.solutions import Solutions
from gfmdkg.store.rdf_store import AnswerFormats, OxigraphStore
from gfmdkg.store.versions import VersionStore
from gfmdkg.terms.index import TermIndex, labels_query

Select = Callable[[str], Solutions]


@pytest.fixture(scope="session")
def select(shipped_store: Path) -> Iterator[Select]:
    current = VersionStore(shipped_store).current()
    assert current is not None
    store = OxigraphStore.open_read_only(current.database)

    def run(query: str) -> Solutions:
        output = BytesIO()
        store.query(query, formats=AnswerFormats(), output=output)
        return Solutions.from_json(output.getvalue())

    yield run
    store.close()


@pytest.fixture(scope="session")
def terms(select: Select) -> TermIndex:
    return TermIndex.from_solutions(select(labels_query()))
