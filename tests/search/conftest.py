"""An index of the shipped graph, and a way to index a few lines of Turtle."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from gfmdkg.search.building import build_index, ensure_index
from gfmdkg.search.index import SearchIndex
from gfmdkg.store.rdf_store import OxigraphStore
from gfmdkg.store.versions import VersionStore

PREFIXES = """
@base <https://w3id.org/gfmdkg/> .
@prefix cito: <http://purl.org/spar/cito/> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix gfmd: <https://w3id.org/gfmdkg/ontology#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
"""

IndexTurtle = Callable[..., SearchIndex]


@pytest.fixture(scope="session")
def shipped_index(
    shipped_store: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[SearchIndex]:
    """The shipped graph, indexed once for all tests."""
    store = OxigraphStore.open_read_only(VersionStore(shipped_store).require_current().database)
    index = SearchIndex.open(ensure_index(tmp_path_factory.mktemp("index"), store.select))
    yield index
    index.close()


@pytest.fixture
def index_turtle(tmp_path: Path) -> Iterator[IndexTurtle]:
    """Index some Turtle; each call gives a new index, with the options of ``SearchIndex``."""
    made: list[SearchIndex] = []

    def make(turtle: str, **options: Any) -> SearchIndex:
        store = OxigraphStore.in_memory()
        store.load((PREFIXES + turtle).encode(), media_type="text/turtle", graph="")
        path = tmp_path / f"{len(made)}.sqlite"
        build_index(path, store.select)
        made.append(SearchIndex(path, **options))
        return made[-1]

    yield make
    for index in made:
        index.close()
