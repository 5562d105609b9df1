"""The ontology, its vocabularies and its shapes, each read once for the tests of this folder."""

from collections.abc import Iterable
from pathlib import Path

import pytest
from rdflib import Graph

from gfmdkg.build.derivation import derive_passages
from gfmdkg.store.patches import triples_of
from gfmdkg.store.rdf_store import OxigraphStore
from gfmdkg.validation.data_graph import rdflib_triples

ONTOLOGY = Path(__file__).parents[2] / "ontology"


def read(*paths: Path) -> Graph:
    graph = Graph()
    for path in paths:
        graph.parse(path, format="turtle")
    return graph


def with_derived(paths: Iterable[Path]) -> Graph:
    """The triples of files, and what follows from them for passages."""
    store, graph = OxigraphStore.in_memory(), Graph()
    for path in paths:
        store.load(path.read_bytes(), media_type="text/turtle", graph="")
        graph.parse(path, format="turtle")
    for triple in rdflib_triples(triples_of(derive_passages(store, is_union=False).added)):
        graph.add(triple)
    return graph


@pytest.fixture(scope="session")
def folder() -> Path:
    """The folder ``ontology/`` of the repository."""
    return ONTOLOGY


@pytest.fixture(scope="session")
def terms() -> Graph:
    """The classes and properties alone."""
    return read(ONTOLOGY / "gfmd.ttl")


@pytest.fixture(scope="session")
def vocabulary() -> Graph:
    """All concept schemes."""
    return read(*sorted((ONTOLOGY / "vocab").glob("*.ttl")))


@pytest.fixture(scope="session")
def shapes() -> Graph:
    """All shapes."""
    return read(*sorted((ONTOLOGY / "shapes").glob("*.ttl")))
