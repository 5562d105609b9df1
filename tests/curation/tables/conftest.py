"""The names and records of the shipped graph."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from gfmdkg.rdf.solutions import Select
from gfmdkg.store.names import open_names
from gfmdkg.store.rdf_store import OxigraphStore
from gfmdkg.store.versions import VersionStore
from gfmdkg.terms.index import TermIndex


@pytest.fixture(scope="session")
def published(shipped_store: Path) -> Iterator[OxigraphStore]:
    store = OxigraphStore.open_read_only(VersionStore(shipped_store).require_current().database)
    yield store
    store.close()


@pytest.fixture(scope="session")
def select(published: OxigraphStore) -> Select:
    return published.select


@pytest.fixture(scope="session")
def terms(shipped_store: Path) -> TermIndex:
    return open_names(VersionStore(shipped_store).require_current())
