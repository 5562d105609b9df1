"""The names and records of the shipped graph."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from gfmdkg.store.names import open_names
from gfmdkg.store.rdf_store import OxigraphStore
from gfmdkg.store.selecting import Select, select_from
from gfmdkg.store.versions import VersionStore
from gfmdkg.terms.index import TermIndex


@pytest.fixture(scope="session")
def select(shipped_store: Path) -> Iterator[Select]:
    current = VersionStore(shipped_store).current()
    assert current is not None
    store = OxigraphStore.open_read_only(current.database)
    yield select_from(store)
    store.close()


@pytest.fixture(scope="session")
def terms(shipped_store: Path) -> TermIndex:
    return open_names(VersionStore(shipped_store).require_current())
